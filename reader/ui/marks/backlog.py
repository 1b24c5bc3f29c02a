"""After an import of thousands, offer once to mark what is older than a week as read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reader.core.errors import CacheInterrupted
from reader.ui.marks.actions import MarkActions
from reader.ui.refresh.state import REFRESH
from reader.ui.shell.handlers import follows
from reader.ui.shell.keyboard import Keyboard
from reader.ui.shell.services import Services
from reader.ui.shell.state import State

if TYPE_CHECKING:
    from reader.cache.search.selection import Selection

MANY = 1_000
"""Unread papers older than a week that are offered; fewer are read or passed by."""

AT_REST = 1.0
"""Seconds without a change of the list before they are counted."""

OLD = "is:unread -is:starred -is:queued -since:1w"


class Backlog:
    """Counts old papers that came since the last visit, or all in the first one, as the reader rests."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._model = services.model
        self._delay = services.background.delayed(lambda: services.background.start("backlog", self._count))
        self._size = 0
        """Number of papers ever stored as they were counted last."""
        self._found = 0
        self._is_over = services.look.demo or not services.library.is_writable

    @follows(lambda state: (state.is_ready, state.listing.version, state[REFRESH].ended), now=True)
    def count_soon(self, state: State) -> None:
        """Count once nothing has changed for a while."""
        if state.is_ready and not self._is_over:
            self._delay.begin(AT_REST)

    async def _count(self) -> None:
        library = self._services.library
        size = library.size()
        if size - self._size <= MANY:
            return
        try:
            self._found = await library.number(self._old())
        except CacheInterrupted:
            self._delay.begin(AT_REST)
            return
        self._size = size
        self.offer(self._model.state)

    def _old(self) -> Selection:
        from reader.cache.search.compile import compile_query
        from reader.core.query import parse

        scope = self._services.scope()
        return compile_query(parse(OLD if scope.new_since is None else f"{OLD} is:new"), scope)

    @follows(lambda state: state.context)
    def offer(self, state: State) -> None:
        """Offer to mark them, once and over the list alone; any other key does what it always does."""
        if self._found <= MANY or self._is_over or state.context not in ("list", "detail", "filter", "empty"):
            return
        self._is_over = True
        what = f"{self._found:,} unread papers are older than a week"
        choices = (("y", "mark them read"), ("esc", "leave them"))
        self._services[Keyboard].ask_letter(what, choices, lambda _: self._mark(), is_offer=True)

    def _mark(self) -> None:
        async def mark() -> None:
            order = await self._services.library.order(self._old())
            await self._services[MarkActions].mark_read(order.pks)

        self._services.background.start("marks", mark)
