"""Counts the papers of each view, day and topic in the background."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from reader.cache.search.compile import compile_query
from reader.core.errors import CacheInterrupted
from reader.core.views import SPECIAL, VIEWS
from reader.session.places import Place, view
from reader.ui.filter.state import COUNTED, FOLLOWED, TOPIC_MODE, VIEW_COUNTS
from reader.ui.library.counting import Question, ViewCount
from reader.ui.refresh.state import REFRESH
from reader.ui.shell.controller import Controller, follows
from reader.ui.shell.state import State

if TYPE_CHECKING:
    from reader.cache.search.compile import Scope
    from reader.core.views import View
    from reader.ui.app import ReaderApp

COUNT_AFTER = 0.015
"""Seconds without a change before counting: the list is painted first."""

COUNT_AGAIN = 0.3
"""Seconds after which an interrupted count begins again, unless another count comes first."""

REST, LONGEST_REST = 0.15, 2.0
"""Idle seconds before saved views are counted, and the maximum wait for each of them."""


def _parts(state: State) -> object:
    listing = state.listing
    return (
        state.is_ready, listing.place, listing.results, listing.version, state.cache_version,
        state.marks_version, state[REFRESH].ended, state[TOPIC_MODE], state.views,
    )  # fmt: skip


class Counter(Controller):
    """Counts for the filter pane when the list, the marks or the cache have changed."""

    def __init__(self, app: ReaderApp) -> None:
        super().__init__(app)
        self.delay = self._background.delayed(self._start)
        self._seen: State | None = None
        """The state when the user last rested."""

    @follows(_parts, now=True)
    def count_soon(self, state: State) -> None:
        if state.is_ready:
            self.delay.begin(COUNT_AFTER)

    def _start(self) -> None:
        self._background.start("counts", self._count, exclusive=True)

    async def _count(self) -> None:
        library, state = self._library, self._model.state
        try:
            asked = question(state.listing.place, self._app.settings.order, self._app.scope(), state[TOPIC_MODE])
            counts = await library.count(asked)
            self._model.change(self._model.state.put(COUNTED, counts))
            follows = await library.counts.ask_next(library.counting.follow_counts)
            self._model.change(self._model.state.put(FOLLOWED, follows))
            saved = await self._count_saved(state.views.named)
        except CacheInterrupted:
            # The interrupting query starts a new count, but may itself be stopped first.
            self.delay.begin(COUNT_AGAIN)
            return
        self._model.change(self._model.state.put(VIEW_COUNTS, saved))

    async def _count_saved(self, views: Sequence[View]) -> dict[str, ViewCount]:
        """Count the user's saved views one by one while the user rests, so that no key waits."""
        library, scope = self._library, self._app.scope()
        counted: dict[str, ViewCount] = {}
        for one in views:
            await self._rest(is_first=not counted)
            counted[one.id] = await library.counts.ask_next(partial(library.counting.count_view, view=one, scope=scope))
        return counted

    async def _rest(self, *, is_first: bool) -> None:
        """Wait until nothing has changed for `REST`, at most `LONGEST_REST`; do not wait if nothing is changing."""
        until = time.monotonic() + LONGEST_REST
        while (is_first or self._model.state is not self._seen) and time.monotonic() < until:
            self._seen, is_first = self._model.state, False
            await asyncio.sleep(REST)


def question(place: Place, order: str, scope: Scope, mode: str) -> Question:
    """The counts to ask for in a place; `mode` is how picked topics combine."""
    return Question(
        place=place,
        views=tuple(compile_query(Place(one).base(order), scope) for one in (*VIEWS, *SPECIAL)),
        facets=compile_query(place.facets(order, mode), scope),
        base=compile_query(place.base(order), scope),
        anywhere=compile_query(Place(view("all"), place.text).whole(order), scope),
    )
