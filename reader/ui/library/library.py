"""The interface's access to the cache: small reads at once, long reads and marks in threads.

A read of a screenful takes 0.1 ms and runs on the event loop. Longer reads (a whole order, counts) run in threads, and
a newer query interrupts an older one. First screenfuls have their own thread, because a search for words can't be
interrupted before its first hit. Marks run in another thread, in order, each durable before the next begins: they
wait for the disk, which the event loop must not do.
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

from reader.cache.reads.window import DayCount, DayFetched, Order, Window
from reader.core.errors import CacheError
from reader.core.paper import Paper
from reader.core.paper_row import PaperKey, PaperRow
from reader.paths import last_refresh, refresh_stamp, touch_private
from reader.session.first_list import find_holes, first_list
from reader.ui.library.counting import Counting, Counts, Question, ViewCount
from reader.ui.library.marking import Marker, cached_keys

if TYPE_CHECKING:
    import sqlite3
    from datetime import date

    from reader.cache.choice import Learned, Suits
    from reader.cache.community import PageData
    from reader.cache.follows import FollowCount
    from reader.cache.reads.vocabulary import Vocabulary
    from reader.cache.search.compile import Scope
    from reader.cache.search.selection import Selection
    from reader.cache.texts import KeptText
    from reader.cache.watching import Act, ProgramMark
    from reader.core.feed_days import Hole
    from reader.core.follows import Follow
    from reader.core.passages import Passage
    from reader.core.similarity import Fit
    from reader.core.views import View
    from reader.session.places import Place

AGAIN = 0.003
"""Seconds between two interrupts: an interrupt between two statements of a query has no effect."""


class QueryThread:
    """A window on the cache at `path`, and the thread that reads it."""

    def __init__(self, path: Path, name: str, *, learns_apart: bool = False) -> None:
        self._open = partial(Window.open, path, learns_apart=learns_apart)
        self._executor = ThreadPoolExecutor(1, name)
        self._window: Window | None = None
        self._running: Future[Any] | None = None

    async def ask(self, question: Callable[[Window], T]) -> T:
        """Run a query; raises CacheInterrupted if a newer one arrives."""
        while self.interrupt():
            await self._end()
        return await self.ask_next(question)

    async def _end(self) -> None:
        """Wait for the interrupted query to end, but not for long."""
        over, loop = asyncio.Event(), asyncio.get_running_loop()
        if self._running is not None:
            self._running.add_done_callback(lambda _: loop.call_soon_threadsafe(over.set))
        with suppress(TimeoutError):
            await asyncio.wait_for(over.wait(), AGAIN)

    async def ask_next(self, question: Callable[[Window], T]) -> T:
        """Run a query after the running one; a newer one interrupts both."""
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
            wait([self._running], AGAIN)
        self._executor.shutdown(wait=True)
        if self._window is not None:
            self._window.close()


def _release_objects(error: BaseException) -> None:
    """Free the objects of a failed query, which its error would keep alive.

    An unfinished statement among them would keep the interrupt in force for later queries, and would keep an old
    snapshot of the cache.
    """
    one: BaseException | None = error
    while one is not None:
        clear_frames(one.__traceback__)
        one = one.__cause__ or one.__context__


T = TypeVar("T")

PAUSE_SECONDS = 0.004
"""Seconds of each pause while reading the vocabulary: about as long as the work between pauses."""

_NO_PAPERS: Order[int] = Order(())
_NO_DAYS: dict[str, DayFetched] = {}


class Library(Marker):
    """One open cache."""

    def __init__(self, path: Path, *, learns_apart: bool = False) -> None:
        """With `learns_apart`, learning what the user likes happens in a separate process."""
        super().__init__(path)
        self._near = Window.open(path, learns_apart=learns_apart)
        self.trouble = ""
        """A message about a failed read; empty if none failed."""
        self.is_closed = False
        """Whether the reader is leaving: late results are dropped, and errors ignored."""
        self.is_ranked = False
        """Whether the list is ordered by what suits the user: its rows then have reasons."""
        self._learns_apart = learns_apart
        self._visited: int | None = None
        self._file = self._place()
        self._new_since: str | None = None
        self._counting = Counting()
        self._screenfuls, self._whole, self._counts, self._days, self._fits = (
            QueryThread(path, name, learns_apart=learns_apart) for name in ("screenful", "order", "count", "day", "fit")
        )

    @property
    def path(self) -> Path:
        return self._path

    @property
    def is_writable(self) -> bool:
        """Whether the cache can be written; otherwise marks are refused."""
        return os.access(self._path, os.W_OK) and os.access(self._path.parent, os.W_OK)

    # On the event loop

    def rows(self, pks: Sequence[PaperKey]) -> list[PaperRow]:

        def cached(keys: Sequence[int]) -> list[PaperRow]:
            return self._ask(lambda window: window.rows(keys), [])

        if self.results is not None:
            return self.results.rows(pks, cached)
        return self._with_whys(cached(cached_keys(pks)))

    def _with_whys(self, rows: list[PaperRow]) -> list[PaperRow]:
        if not self.is_ranked:
            return rows
        known = self._suits(cached_keys([row.pk for row in rows]))
        return [row._replace(why=known[row.pk].why) if row.pk in known else row for row in rows]

    def _suits(self, pks: Sequence[int]) -> Mapping[PaperKey, Suits]:
        from reader.cache.choice import Suits, read_suits

        found = self._ask(lambda window: window.read(lambda one: read_suits(one, pks)), dict[int, Suits]())
        return dict[PaperKey, Suits](found.items())

    def pk_of(self, id: str) -> int | None:
        return self._ask(lambda window: window.pk_of(id), None)

    def size(self) -> int:
        return self._ask(Window.size, 0)

    def has_papers(self) -> bool:
        return self._ask(Window.has_papers, False)

    def is_taught(self) -> bool:
        """Whether marks show what the user likes."""
        from reader.cache.choice import is_taught

        return self._ask(lambda window: window.read(is_taught), False)

    def has_unfinished_marks(self) -> bool:
        """Whether an earlier run left a mark of many papers incomplete."""
        return self._ask(Window.has_unfinished_marks, False)

    def tag_counts(self) -> dict[str, int]:
        from reader.cache.tags import tag_counts

        return self._ask(lambda window: window.read(tag_counts), {})

    def topic_names(self) -> dict[str, str]:
        return self._ask(Window.topic_names, {})

    def older_day(self, day: str, steps: int) -> str | None:
        """The day `steps` days older than `day`, newer if negative, among days with visible papers.

        None past the ends.
        """
        return self._ask(lambda window: window.older_day(day, steps), None)

    def visible_papers(self, day: str) -> DayCount:
        """The number of a day's visible papers, and of unread ones among them."""
        return self.days_between(day, day).get(day, DayCount(day, 0, 0))

    def scope(self, today: date) -> Scope:
        """The current meanings of relative query words such as `today`, `latest` and `new`."""
        from reader.cache.search.compile import Scope

        return Scope(today, self.newest_day(), self._new_since)

    def left_at(self, visited: str | None) -> None:
        """Set the ISO time of the last visit: later papers are new, and votes are compared with that time."""
        self._new_since = visited
        if visited is not None:
            self._visited = int(datetime.fromisoformat(visited).timestamp())

    @property
    def new_since(self) -> str | None:
        """ISO time since which papers are new; None in the first visit."""
        return self._new_since

    def count_as_new(self, since: str) -> None:
        """Set the ISO time since which papers are new."""
        self._new_since = since

    def follows(self) -> list[Follow]:
        from reader.cache.follows import follows

        return self._ask(lambda window: window.read(follows), [])

    def days_between(self, first: str, last: str) -> Mapping[str, DayCount]:
        """The known days from `first` to `last` (ISO), by day."""
        return self._ask(lambda window: window.day_counts(first, last), {})

    def gaps(self, first: date, last: date, today: date) -> tuple[str, ...]:
        """The days (ISO) never requested from the feed, or without papers when requested."""
        from reader.core.feed_days import missing_days

        known = self._ask(lambda window: window.fetched_days(first.isoformat(), last.isoformat()), _NO_DAYS)
        return missing_days(first, last, today, known)

    def holes(self, place: Place, order: str, today: date) -> tuple[Hole, ...]:
        """The runs of missing days between those that a place lists."""
        return self._ask(lambda window: find_holes(window, place, order, today), ())

    def listed_days(self) -> list[str]:
        """The days (ISO) that list papers."""
        known = self._ask(Window.fetched_days, _NO_DAYS)
        return [day for day, one in known.items() if one.papers]

    def oldest_day(self) -> str | None:
        known = self._ask(Window.fetched_days, _NO_DAYS)
        return min((day for day, one in known.items() if one.fetched), default=None)

    def has_news(self, since: str) -> bool:
        """Whether unread papers of the newest day came since a time (ISO, UTC)."""
        return self._ask(lambda window: window.has_news(since), False)

    def newest_day(self) -> str | None:
        return self._ask(Window.newest_day, None)

    def last_key(self) -> int:
        """The greatest key of a paper in the cache; 0 without papers."""
        return self._ask(Window.last_key, 0)

    def first_list(
        self, place: Place, order: str, scope: Callable[[], Scope], *, limit: int, keep: int | None = None
    ) -> Order[int]:
        """The first papers of the starting place, up to and beyond the paper `keep`."""
        return self._ask(lambda window: first_list(window, place, order, scope, limit=limit, keep=keep), _NO_PAPERS)

    def first(self, selection: Selection, limit: int) -> Order[int]:
        """The first screenful for the first frame; later ones come from `screenful`."""
        return self._ask(lambda window: window.first(selection, limit, at_once=True), _NO_PAPERS)

    def last_refresh(self) -> datetime | None:
        """The local time of the last complete refresh, by any program."""
        return last_refresh(self._path)

    def note_refresh(self) -> None:
        touch_private(refresh_stamp(self._path))

    def meta(self, key: str) -> str | None:
        return self._ask(lambda window: window.meta(key), None)

    def changed(self) -> bool:
        """Whether another connection has written to the cache since the last call.

        Raises CacheError if another program replaced the cache.
        """
        if self._place() not in (self._file, None):
            raise CacheError("Another program replaced this cache with a new one. Quit and start again.")
        return self._near.changed()

    def _place(self) -> int | None:
        """A number that identifies the file among others of its name; None if it is missing."""
        try:
            return self._path.stat().st_ino
        except OSError:
            return None

    # Facts of one paper

    def _ask(self, question: Callable[[Window], T], nothing: T) -> T:
        """The cache's answer, or `nothing` on failure: an error while drawing would end the reader."""
        if self.is_closed:
            return nothing
        try:
            return question(self._near)
        except CacheError as error:
            self.trouble = str(error)
            return nothing

    def why(self, pk: PaperKey) -> str:
        """Why a paper suits the user, in words, if the list is ordered by that; otherwise empty."""
        found = self._suits([pk]) if self.is_ranked and isinstance(pk, int) else {}
        return found[pk].why if pk in found else ""

    def learned(self, pk: PaperKey | None) -> tuple[Learned, Suits | None]:
        """What For you has learned, and how well a paper suits the user, as they are stored."""
        from reader.cache.choice import Learned, read_learned

        found = self._suits([pk]) if isinstance(pk, int) else {}
        return self._ask(lambda window: window.read(read_learned), Learned()), found.get(pk) if pk is not None else None

    def needs_learning(self) -> bool:
        """Whether another process has to learn before lists show what suits the user."""
        from reader.cache.choice import is_current

        return self._learns_apart and not self._ask(lambda window: window.read(is_current), True)

    def paper(self, pk: PaperKey | None) -> Paper | None:
        """A whole paper; None without a key, or if it is gone."""
        if pk is None:
            return None
        known = self._cached_key(pk)
        if known is not None:
            return self._ask(lambda window: window.paper(known), None)
        return None if self.results is None else self.results.paper(pk)

    def belongings(self, pk: PaperKey | None) -> PageData:
        from reader.cache.community import PageData, read_community

        return PageData() if pk is None else self.of_paper(pk, read_community, PageData())

    def ruled(self, pk: PaperKey) -> tuple[tuple[Act, ...], tuple[str, ...]]:
        """What rules did to a paper, and the muted words that hide it; thread-safe. Raises CacheError."""
        from reader.cache.watching import ruled

        nothing: tuple[tuple[Act, ...], tuple[str, ...]] = (), ()
        return self._in_thread(pk, ruled, nothing)

    def made_by_agents(self, pk: PaperKey) -> tuple[ProgramMark, ...]:
        """The marks on a paper made by programs; thread-safe. Raises CacheError."""
        from reader.cache.watching import made_by_agents

        return self._in_thread(pk, lambda window, known: window.read(partial(made_by_agents, pk=known)), ())

    def _cached_key(self, pk: PaperKey) -> int | None:
        """A paper's key in the cache; None if only the feed has it."""
        if self.results is not None:
            return self.results.pk_of(pk)
        return pk if isinstance(pk, int) else None

    def of_paper(self, pk: PaperKey, read: Callable[[sqlite3.Connection, int], T], nothing: T) -> T:
        """The cache's answer about a paper; `nothing` if only the feed has it."""
        known = self._cached_key(pk)
        return (
            nothing if known is None else self._ask(lambda window: window.read(lambda one: read(one, known)), nothing)
        )

    def _in_thread(self, pk: PaperKey, read: Callable[[Window, int], T], nothing: T) -> T:
        """The same for slower reads, in a thread. Raises CacheError."""
        known = self._cached_key(pk)
        if known is None:
            return nothing
        with closing(Window.open(self._path)) as window:
            return read(window, known)

    def text(self, pk: PaperKey) -> KeptText | None:
        """A paper's full text, if stored; reading one takes about 3 ms."""
        from reader.cache.texts import Texts
        from reader.ui.terminal.process import loading

        with loading():
            return self.of_paper(pk, lambda one, known: Texts(one, self._path).get(known), None)

    async def note_text_use(self, pk: PaperKey, today: str) -> None:
        """Record that a full text is read today (ISO), which keeps it longer."""
        known = self._cached_key(pk)
        if known is not None:
            await asyncio.to_thread(self._note_text_use, known, today)

    def _note_text_use(self, pk: int, today: str) -> None:
        from reader.cache.texts import Texts

        with closing(Texts.open(self._path)) as texts:
            texts.note_use(pk, today)

    def facts(self, pk: PaperKey) -> dict[str, Any]:
        """What is known of a paper besides itself, by the names of `Reading`."""
        from reader.cache.community import outputs_of
        from reader.cache.follows import reasons
        from reader.cache.history import STILL, since_marked, votes

        nothing: tuple[Any, ...] = ()
        return {
            "votes": self.of_paper(pk, lambda one, known: votes(one, known, self._visited), STILL),
            "since_marked": self.of_paper(pk, since_marked, None),
            "outputs": self.of_paper(pk, outputs_of, nothing),
            "follows": self.of_paper(pk, reasons, nothing),
            "suits": self.why(pk),
        }

    def passages(self, pk: PaperKey) -> tuple[Passage, ...]:
        from reader.cache.passages import passages_of

        return self.of_paper(pk, passages_of, ())

    # In the reading threads

    async def screenful(self, selection: Selection, limit: int) -> Order[int]:
        """The first papers of a selection; raises CacheInterrupted if a newer query comes."""
        self._whole.interrupt()
        self._counts.interrupt()
        return await self._screenfuls.ask(lambda window: window.first(selection, limit))

    async def order(self, selection: Selection) -> Order[int]:
        """All papers of a selection; raises CacheInterrupted if a newer query comes."""
        return await self._whole.ask(lambda window: window.order(selection))

    async def matching_day(self, selection: Selection, day: str, steps: int) -> str | None:
        """Like `older_day`, among days with a paper of a selection."""
        return await self._days.ask_next(lambda window: window.matching_day(selection, day, steps))

    async def news(self, since: str, after: int | None) -> tuple[int, int, str, int]:
        """See `Window.news`."""
        return await self._days.ask_next(lambda window: window.news(since, after))

    async def count(self, question: Question) -> Counts:
        """Count for the filter pane; raises CacheInterrupted if called again meanwhile."""
        return await self._counts.ask(lambda window: self._counting.count(window, question))

    async def number(self, selection: Selection) -> int:
        return await self._counts.ask_next(lambda window: window.count(selection))

    async def count_view(self, view: View, scope: Scope) -> ViewCount:
        return await self._counts.ask_next(lambda window: self._counting.count_view(window, view, scope))

    async def follow_counts(self) -> tuple[FollowCount, ...]:
        return await self._counts.ask_next(self._counting.follow_counts)

    async def find(self, selection: Selection, limit: int) -> list[PaperRow]:
        return await self._counts.ask(lambda window: window.rows(window.first(selection, limit).pks))

    async def fit(self, pk: int, text: str) -> Fit:
        """Why a paper fits a query; raises CacheInterrupted if called again meanwhile."""
        return await self._fits.ask(lambda window: window.read(partial(_fit, pk=pk, text=text)))

    async def vocabulary(self) -> Vocabulary:
        """The keywords, people and other values for completing queries.

        It has its own thread and connection and pauses every few milliseconds, so that typing and counting never wait
        for it.
        """
        return await asyncio.to_thread(self._vocabulary)

    def _vocabulary(self) -> Vocabulary:
        from reader.cache.reads.vocabulary import vocabulary

        with closing(Window.open(self._path)) as window:
            return window.read(partial(vocabulary, breathe=partial(time.sleep, PAUSE_SECONDS)))

    def close(self) -> None:
        """Stop reads, record pending marks, and close the file.

        An incomplete mark of many papers is finished at the next start.
        """
        self._marks.stop()
        self.is_closed = True
        for asking in (self._screenfuls, self._whole, self._counts, self._days, self._fits):
            asking.close()
        self._marks.close()
        self._near.close()


def _fit(connection: sqlite3.Connection, pk: int, text: str) -> Fit:
    """Why a paper is in a list of best fits, or among the near papers after the matching ones."""
    from reader.cache.search.free_text import corrections, keys_of, shared
    from reader.core.query import parse
    from reader.core.similarity import Fit, Shared
    from reader.session.places import plain_words

    query = parse(text)
    like = keys_of(connection, query.like)
    words = query.near or plain_words(query)
    return Fit(
        pk,
        text,
        shared(connection, like, pk) if like else Shared(),
        tuple(corrections(connection, words).items()) if words else (),
    )
