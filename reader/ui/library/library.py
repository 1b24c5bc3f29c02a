"""The interface's access to the cache: small reads at once, long reads and marks in threads.

A read of a screenful takes 0.1 ms and runs on the event loop. Longer reads (a whole order, counts) run in threads, and
a newer query interrupts an older one. First screenfuls have their own thread, because a search for words cannot be
interrupted before its first hit. Marks run in order in another thread, because they wait for the disk; each mark is
durable before the next one begins.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import closing, suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from traceback import clear_frames
from typing import TYPE_CHECKING, Any, TypeVar

from reader.cache.reads.window import DayCount, FetchedDay, Order, Window
from reader.core.errors import CacheError
from reader.core.paper import Paper
from reader.core.paper_row import PaperRow
from reader.paths import last_refresh, refresh_stamp, touch_private
from reader.ui.library.marking import Marker

if TYPE_CHECKING:
    import sqlite3
    from datetime import date

    from reader.cache.choice import LearnedInterests, Suits
    from reader.cache.community import PageData
    from reader.cache.reads.vocabulary import Vocabulary
    from reader.cache.search.compile import Scope
    from reader.cache.search.selection import Selection
    from reader.cache.texts import KeptText
    from reader.core.passages import Passage

INTERRUPT_SECONDS = 0.003
"""Repeat an interrupt after this time, because an interrupt between two statements of a query has no effect."""


class QueryThread:
    """A window on the cache at `path`, and the thread that reads it."""

    def __init__(self, path: Path, name: str) -> None:
        self._open = partial(Window.open, path)
        self._executor = ThreadPoolExecutor(1, name)
        self._window: Window | None = None
        self._running: Future[Any] | None = None

    async def ask(self, question: Callable[[Window], T]) -> T:
        """Run a query, interrupting an older one; raise CacheInterrupted if a newer query arrives."""
        while self.interrupt():
            await self._end()
        return await self.ask_next(question)

    async def _end(self) -> None:
        """Wait for the interrupted query to end, but not for long."""
        over, loop = asyncio.Event(), asyncio.get_running_loop()
        if self._running is not None:
            self._running.add_done_callback(lambda _: loop.call_soon_threadsafe(over.set))
        with suppress(TimeoutError):
            await asyncio.wait_for(over.wait(), INTERRUPT_SECONDS)

    async def ask_next(self, question: Callable[[Window], T]) -> T:
        """Run a query after the running one; a newer query interrupts both."""
        self._running = running = self._executor.submit(self._answer, question)
        return await asyncio.wrap_future(running)

    def interrupt(self) -> bool:
        """Interrupt the running query; return whether there is one."""
        if self._running is None or self._running.done():
            return False
        if self._window is not None:
            self._window.interrupt()
        return True

    def _answer(self, question: Callable[[Window], T]) -> T:
        if self._window is None:
            self._window = self._open()
        try:
            return question(self._window)
        except Exception as error:
            _release_objects(error)
            raise

    def close(self) -> None:
        self._executor.shutdown(wait=False, cancel_futures=True)
        while self._running is not None and self.interrupt():
            wait([self._running], INTERRUPT_SECONDS)
        self._executor.shutdown(wait=True)
        if self._window is not None:
            self._window.close()


def _release_objects(error: BaseException) -> None:
    """Free the objects of a failed query, which its error would keep alive.

    An unfinished statement would keep the interrupt in force for later queries, and an old snapshot of the cache.
    """
    cause: BaseException | None = error
    while cause is not None:
        clear_frames(cause.__traceback__)
        cause = cause.__cause__ or cause.__context__


T = TypeVar("T")

PAUSE_SECONDS = 0.004
"""Seconds of each pause while the vocabulary is read, about as long as the work between two pauses."""


class Library(Marker):
    """An open cache."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        # Learning what the user likes takes a second, so another process does it.
        self._near = Window.open(path)
        self.trouble = ""
        """A message about a failed read; empty if none failed."""
        self.is_closed = False
        """Whether the reader is leaving: late results are dropped, and errors ignored."""
        self.is_ranked = False
        """Whether the list is ordered by how well papers suit the user; its rows then have reasons."""
        self._opened_inode = self._inode()
        self.new_since: str | None = None
        """ISO time since which papers are new; None in the first visit."""
        self.screenfuls, self.whole, self.counts, self.days = (
            QueryThread(path, name) for name in ("screenful", "order", "count", "day")
        )

    @property
    def is_writable(self) -> bool:
        """Whether the cache can be written; otherwise marks are refused."""
        return os.access(self.path, os.W_OK) and os.access(self.path.parent, os.W_OK)

    # On the event loop

    def ask(self, question: Callable[[Window], T], nothing: T) -> T:
        """Run a small query; return `nothing` if it fails, because an error while drawing would end the reader."""
        if self.is_closed:
            return nothing
        try:
            return question(self._near)
        except CacheError as error:
            self.trouble = str(error)
            return nothing

    def read(self, question: Callable[[sqlite3.Connection], T], nothing: T) -> T:
        """Run a query that needs a connection, such as a function of `reader.cache`; return `nothing` if it fails."""
        return self.ask(lambda window: window.read(question), nothing)

    def rows(self, pks: Sequence[int]) -> list[PaperRow]:
        rows: list[PaperRow] = self.ask(lambda window: window.rows(pks), [])
        if not self.is_ranked:
            return rows
        known = self._suits(pks)
        return [row._replace(why=known[row.pk].why) if row.pk in known else row for row in rows]

    def _suits(self, pks: Sequence[int]) -> Mapping[int, Suits]:
        from reader.cache.choice import Suits, read_suits

        return self.read(lambda connection: read_suits(connection, pks), dict[int, Suits]())

    def pk_of(self, id: str) -> int | None:
        """The key of a paper by its id; None if the cache lacks it, or has it only as a result of a search."""
        pk = self.ask(lambda window: window.pk_of(id), None)
        return None if pk is None or any(row.is_only_found for row in self.rows([pk])) else pk

    def topic_names(self) -> dict[str, str]:
        return self.ask(Window.topic_names, {})

    def meta(self, key: str) -> str | None:
        return self.ask(lambda window: window.meta(key), None)

    def has_papers(self) -> bool:
        return self.ask(Window.has_papers, False)

    def has_news(self, since: str) -> bool:
        """Whether unread papers of the newest day have arrived since a time (ISO, UTC)."""
        return self.ask(lambda window: window.has_news(since), False)

    def note_refresh(self) -> None:
        touch_private(refresh_stamp(self.path))

    def is_taught(self) -> bool:
        """Whether marks show what the user likes."""
        from reader.cache.choice import is_taught

        return self.read(is_taught, False)

    def visible_papers(self, day: str) -> DayCount:
        """The numbers of visible and unread papers of a day."""
        counts = self.ask(lambda window: window.day_counts(day, day), dict[str, DayCount]())
        return counts.get(day, DayCount(day, 0, 0))

    def scope(self, today: date) -> Scope:
        """The current meanings of relative query words such as `today`, `latest` and `new`."""
        from reader.cache.search.compile import Scope

        return Scope(today, self.newest_day(), self.new_since)

    def gaps(self, first: date, last: date, today: date) -> tuple[str, ...]:
        """The days (ISO) never requested from the feed, or without papers when requested."""
        from reader.core.dates import missing_days

        return missing_days(first, last, today, self.fetched_days(first.isoformat(), last.isoformat()))

    def fetched_days(self, first: str = "", last: str = "9") -> dict[str, FetchedDay]:
        return self.ask(lambda window: window.fetched_days(first, last), {})

    def newest_day(self) -> str | None:
        return self.ask(Window.newest_day, None)

    def last_refresh(self) -> datetime | None:
        """The local time of the last complete refresh, by any program."""
        return last_refresh(self.path)

    def has_changed(self) -> bool:
        """Whether another connection has written to the cache since the last call.

        Raises CacheError if another program replaced the cache.
        """
        if self._inode() not in (self._opened_inode, None):
            raise CacheError("Another program replaced this cache with a new one. Quit and start again.")
        return self._near.has_changed()

    def _inode(self) -> int | None:
        """The inode of the cache's file, which changes if another file replaces it; None if the file is missing."""
        try:
            return self.path.stat().st_ino
        except OSError:
            return None

    # Facts about a paper

    def stored_interests(self, pk: int | None) -> tuple[LearnedInterests, Suits | None]:
        """The stored interests that For you has learned, and how well a paper suits the user."""
        from reader.cache.choice import LearnedInterests, read_interests

        suits = None if pk is None else self._suits([pk]).get(pk)
        return self.read(read_interests, LearnedInterests()), suits

    def needs_learning(self) -> bool:
        """Whether another process has to learn before lists show what suits the user."""
        from reader.cache.choice import is_current

        return not self.read(is_current, True)

    def paper(self, pk: int | None) -> Paper | None:
        """A paper with all its data; None without a key, or if the paper is gone."""
        return None if pk is None else self.ask(lambda window: window.paper(pk), None)

    def belongings(self, pk: int | None) -> PageData:
        from reader.cache.community import PageData, read_community

        return PageData() if pk is None else self.of_paper(pk, read_community, PageData())

    def of_paper(self, pk: int, read: Callable[[sqlite3.Connection, int], T], nothing: T) -> T:
        """Run a query about a paper; return `nothing` if it fails."""
        return self.read(lambda connection: read(connection, pk), nothing)

    def in_thread(self, pk: int, read: Callable[[Window, int], T]) -> T:
        """Run a slow query about a paper; must be called in a thread. Raises CacheError."""
        with closing(Window.open(self.path)) as window:
            return read(window, pk)

    def text(self, pk: int) -> KeptText | None:
        """A paper's full text, if stored; reading it takes about 3 ms."""
        from reader.cache.texts import Texts
        from reader.ui.terminal.process import loading

        with loading():
            return self.of_paper(pk, lambda connection, key: Texts(connection, self.path).get(key), None)

    async def note_text_use(self, pk: int, today: str) -> None:
        """Record that a full text is read today (ISO), which keeps it longer."""
        from reader.cache.texts import Texts

        def note() -> None:
            with closing(Texts.open(self.path)) as texts:
                texts.note_use(pk, today)

        await asyncio.to_thread(note)

    def facts(self, pk: int) -> dict[str, Any]:
        """Further facts about a paper, by the names of the fields of `ShownPaper`."""
        from reader.cache.history import changes_since_mark
        from reader.cache.standing import reasons

        nothing: tuple[Any, ...] = ()
        suits = self._suits([pk]) if self.is_ranked else {}
        return {
            "since_marked": self.of_paper(pk, changes_since_mark, None),
            "follows": self.of_paper(pk, reasons, nothing),
            "suits": suits[pk].why if pk in suits else "",
        }

    def passages(self, pk: int) -> tuple[Passage, ...]:
        from reader.cache.flags import passages_of

        return self.of_paper(pk, passages_of, ())

    # In the reading threads

    async def screenful(self, selection: Selection, limit: int) -> Order:
        """The first papers of a selection; raises CacheInterrupted if a newer query comes."""
        self.whole.interrupt()
        self.counts.interrupt()
        return await self.screenfuls.ask(lambda window: window.first(selection, limit))

    async def order(self, selection: Selection) -> Order:
        """All papers of a selection; raises CacheInterrupted if a newer query comes."""
        return await self.whole.ask(lambda window: window.order(selection))

    async def vocabulary(self) -> Vocabulary:
        """The keywords, people and other values for completing queries.

        The read has its own thread and connection and pauses every few milliseconds, so that typing and counting never
        wait for it.
        """
        from reader.cache.reads.vocabulary import vocabulary

        def read() -> Vocabulary:
            with closing(Window.open(self.path)) as window:
                return window.read(partial(vocabulary, breathe=partial(time.sleep, PAUSE_SECONDS)))

        return await asyncio.to_thread(read)

    def close(self) -> None:
        """Stop reads, record pending marks, and close the file.

        An incomplete mark of many papers is finished at the next start.
        """
        self.stop()
        self.is_closed = True
        for thread in (self.screenfuls, self.whole, self.counts, self.days):
            thread.close()
        super().close()
        self._near.close()
