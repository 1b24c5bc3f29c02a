"""Records what the user reads: papers opened, read to the end, or passed after a look.

Traces are events of the log, which learning and statistics use. They are stored together, two minutes after the first
one and when the reader ends, so that no key waits for the disk, and an hour of reading is at most thirty actions. A
killed reader loses the last two minutes of them. The setting `note_reading` switches them off.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reader.core.errors import ReaderError
from reader.core.marks import FINISH, OPEN, PASS
from reader.core.paper_row import NotCached, PaperKey
from reader.ui.full_text.state import TEXT
from reader.ui.page.screen import is_page_at_end
from reader.ui.page.state import PAGE
from reader.ui.shell.controller import Controller, follows
from reader.ui.shell.state import State
from reader.ui.triage.state import is_triaging

if TYPE_CHECKING:
    from reader.session.places import Place
    from reader.ui.app import ReaderApp

LOOK = 1.0
"""Seconds under the cursor that count as a look."""

READ = 10.0
"""Minimum seconds on its page for a paper to count as read; the end of a short one is visible at once."""

TOGETHER = 120.0
"""Seconds for which traces are collected."""


@dataclass(slots=True)
class Stay:
    """A paper under the cursor or on the page, during its stay there."""

    key: PaperKey
    place: Place
    results: object
    since: float
    opened: float | None = None
    """When its page opened; None while closed."""
    is_opened: bool = False
    has_ended: bool = False
    """Whether the end of the full text was visible since the page opened."""


def _parts(state: State) -> object:
    page = state[PAGE]
    shown = page and page.key, _is_glance(state)
    return state.highlighted, shown, state.listing.place, state.listing.results, _is_text_at_end(state)


class Traces(Controller):
    """Follows the cursor and the page, before the page is redrawn."""

    def __init__(self, app: ReaderApp) -> None:
        super().__init__(app)
        self.clock = time.monotonic
        self._is_on = self._app.settings.note_reading
        self._stay: Stay | None = None
        self._noted: set[tuple[str, str, PaperKey]] = set()
        """Traces by kind and day, each left once."""
        self._waiting: dict[tuple[str, str], list[PaperKey]] = {}
        """Papers with unstored traces, by kind and day."""
        self.delay = self._background.delayed(self.store)

    # What happens

    @follows(_parts, now=True)
    def follow(self, state: State) -> None:
        now, page = self.clock(), None if _is_glance(state) else state[PAGE]
        key = state.highlighted if page is None else page.key
        listing, stay = state.listing, self._stay
        if stay is None or (stay.key, stay.place, stay.results) != (key, listing.place, listing.results):
            if stay is not None:
                is_same_list = (stay.place, stay.results) == (listing.place, listing.results)
                self._leave(stay, now, is_passed=is_same_list and key is not None)
            stay = self._stay = None if key is None else Stay(key, listing.place, listing.results, now)
        if stay is None:
            return
        if page is None:
            self._close_page(stay, now)
        elif stay.opened is None:
            stay.opened, stay.is_opened, stay.has_ended = now, True, False
            self.note(OPEN, stay.key)
        if _is_text_at_end(state):
            stay.has_ended = True

    def passed(self, key: PaperKey) -> None:
        """Record that the user moved on from a paper, unless they opened its text."""
        if self._stay is None or self._stay.key != key or not self._stay.is_opened:
            self.note(PASS, key)

    def forget_passed(self, key: PaperKey) -> None:
        """Forget an unstored pass, because the user returned to the paper."""
        with suppress(ValueError):
            self._waiting.get((PASS, self._day), []).remove(key)
        self._noted.discard((PASS, self._day, key))

    def detail_ended(self) -> None:
        """Record that the user moved on from the end of the detail pane."""
        stay = self._stay
        if stay is not None and stay.opened is None and self.clock() - stay.since >= READ:
            stay.is_opened = True
            self.note(FINISH, stay.key)

    def _leave(self, stay: Stay, now: float, *, is_passed: bool) -> None:
        self._close_page(stay, now)
        if is_passed and not stay.is_opened and now - stay.since >= LOOK:
            row = self._app.papers.row_of(stay.key)
            if row is not None and row.kept and not (row.starred or row.queued or row.has_note or row.hidden):
                self.note(PASS, stay.key)

    def _close_page(self, stay: Stay, now: float) -> None:
        is_read = stay.opened is not None and now - stay.opened >= READ
        if is_read and (stay.has_ended or is_page_at_end(self._app.screens)):
            self.note(FINISH, stay.key)
        stay.opened = None

    # What is stored

    @property
    def _day(self) -> str:
        return self._look.now().astimezone().date().isoformat()

    def note(self, kind: str, key: PaperKey) -> None:
        """Leave a trace of a paper today, except for passing a paper that only the feed has, which would store it."""
        day = self._day
        is_known = (kind, day, key) in self._noted
        if is_known or not self._is_on or (kind == PASS and isinstance(key, NotCached)):
            return
        self._noted.add((kind, day, key))
        self._waiting.setdefault((kind, day), []).append(key)
        if not self.delay.is_waiting:
            self.delay.begin(TOGETHER)

    def store(self) -> None:
        self._background.start("traces", self.stored)

    async def stored(self) -> None:
        self.delay.stop()
        storing = self._submit()
        if storing is not None:
            # The next mark reports what is wrong with the disk.
            with suppress(ReaderError):
                await storing
                self._library.changed()

    def on_end(self) -> None:
        """Record what is left as the reader ends, before the library closes."""
        if self._stay is not None:
            self._leave(self._stay, self.clock(), is_passed=False)
        self.delay.stop()
        storing = self._submit()
        if storing is not None:
            storing.add_done_callback(lambda done: done.cancelled() or done.exception())

    def _submit(self) -> asyncio.Future[object] | None:
        waiting, self._waiting = self._waiting, {}
        if not waiting or not self._library.is_writable:
            return None
        return asyncio.ensure_future(self._library.leave_traces(waiting))


def _is_glance(state: State) -> bool:
    """Whether a triage opened the page, not the user."""
    return is_triaging(state) and state[TEXT] is None


def _is_text_at_end(state: State) -> bool:
    text = state[TEXT]
    return text is not None and text.view is not None and text.view.is_at_end
