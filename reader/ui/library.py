"""The cache as the screens use it: small reads at once, long ones and marks in threads of their own.

A read of a screenful takes 0.1 ms and is made where it is needed. What may take longer (a whole order, counts) runs in
one thread, where a newer question interrupts an older one. Marks run in another, in order, each durable before the
next begins; they wait for the disk, which the event loop must not.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from reader.cache.window import DayCount, Order, TopicCount, Window
from reader.core.paper import Paper, PaperRow

if TYPE_CHECKING:
    from reader.cache.events import Event, Events
    from reader.cache.search import Selection

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Question:
    """What the filter pane wants counted."""

    views: tuple[Selection, ...]
    facets: Selection
    """What the topics are counted in."""
    base: Selection
    anywhere: Selection


@dataclass(frozen=True, slots=True)
class Counts:
    """What the filter pane counts."""

    views: tuple[int, ...]
    """Papers of each view asked for, in that order."""
    days: tuple[DayCount, ...]
    topics: tuple[TopicCount, ...]
    base: int
    """Papers of the view without the query."""
    anywhere: int
    """Papers that the query matches in no matter what view."""


class Library:
    """One open cache."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._near = Window.open(path)
        self._far: Window | None = None
        self._counting: Window | None = None
        self._events: Events | None = None
        self._reading = ThreadPoolExecutor(1, "read")
        self._counts = ThreadPoolExecutor(1, "count")
        self._marking = ThreadPoolExecutor(1, "mark")

    # At once

    def rows(self, pks: Sequence[int]) -> list[PaperRow]:
        """The rows of a windowful of papers."""
        return self._near.rows(pks)

    def paper(self, pk: int) -> Paper | None:
        return self._near.paper(pk)

    def pk_of(self, id: str) -> int | None:
        return self._near.pk_of(id)

    def has_papers(self) -> bool:
        """Whether the cache holds any paper at all."""
        return self._near.has_papers()

    def topic_names(self) -> dict[str, str]:
        """Names of topics by slug."""
        return self._near.topic_names()

    def day_beside(self, day: str, steps: int) -> str | None:
        """The day with papers that is so many steps older than `day`, newer where negative; None past the ends."""
        return self._near.day_beside(day, steps)

    def newest_day(self) -> str | None:
        return self._near.newest_day()

    def first(self, selection: Selection, limit: int) -> Order:
        """The first screenful, for the first paint; later ones come from `order`."""
        return self._near.first(selection, limit)

    def meta(self, key: str) -> str | None:
        return self._near.meta(key)

    def changed(self) -> bool:
        """Whether anything else than these reads has written to the cache since the last call."""
        return self._near.changed()

    # In the reading threads

    async def screenful(self, selection: Selection, limit: int) -> Order:
        """The first papers of a selection; raises CacheInterrupted when a newer question comes."""
        return await self._ask(lambda window: window.first(selection, limit))

    async def order(self, selection: Selection) -> Order:
        """All papers of a selection; raises CacheInterrupted when a newer question comes."""
        return await self._ask(lambda window: window.order(selection))

    async def _ask(self, question: Callable[[Window], T]) -> T:
        if self._far is not None:
            self._far.interrupt()
        return await asyncio.get_running_loop().run_in_executor(self._reading, self._answer, question)

    def _answer(self, question: Callable[[Window], T]) -> T:
        if self._far is None:
            self._far = Window.open(self._path)
        return question(self._far)

    async def count(self, question: Question) -> Counts:
        """Count for the filter pane; raises CacheInterrupted when asked again meanwhile."""
        if self._counting is not None:
            self._counting.interrupt()
        return await asyncio.get_running_loop().run_in_executor(self._counts, self._count, question)

    def _count(self, question: Question) -> Counts:
        if self._counting is None:
            self._counting = Window.open(self._path)
        window = self._counting
        return Counts(
            views=tuple(window.count(view) for view in question.views),
            days=tuple(window.days()),
            topics=tuple(window.topics(question.facets)),
            base=window.count(question.base),
            anywhere=window.count(question.anywhere),
        )

    # In the marking thread

    async def mark(self, kind: str, value: bool | str, pks: Sequence[int]) -> Event | None:
        """Record what the user did; it is durable when this returns. None if nothing changed."""
        return await self._do(lambda events: events.mark(kind, value, pks))

    async def undo(self) -> Event | None:
        return await self._do(lambda events: events.undo())

    async def redo(self) -> Event | None:
        return await self._do(lambda events: events.redo())

    async def _do(self, deed: Callable[[Events], T]) -> T:
        # Shielded: what was begun is finished even when the screen that asked is gone.
        return await asyncio.shield(asyncio.get_running_loop().run_in_executor(self._marking, self._deed, deed))

    def _deed(self, deed: Callable[[Events], T]) -> T:
        from reader.cache.events import Events

        if self._events is None:
            self._events = Events.open(self._path)
        return deed(self._events)

    def close(self) -> None:
        """Drop what is being read, finish what is being marked, and close the file."""
        for window in (self._far, self._counting):
            if window is not None:
                window.interrupt()
        for executor in (self._reading, self._counts):
            executor.shutdown(wait=True, cancel_futures=True)
        self._marking.shutdown(wait=True)
        for opened in (self._near, self._far, self._counting, self._events):
            if opened is not None:
                opened.close()
