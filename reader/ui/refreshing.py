"""Refreshing behind the reader: one worker at a time, told in the lines, failing softly."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, aclosing, suppress
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, NamedTuple

from textual.worker import Worker, WorkerError

from reader.config import kept_since
from reader.core.errors import FeedOffline, ReaderError
from reader.core.pace import pace
from reader.paths import answers_folder

if TYPE_CHECKING:
    from reader.cache.cache import Cache
    from reader.cache.feeds import Followed
    from reader.feeds.client import FeedClient
    from reader.refresh import Event, Finished, Plan
    from reader.sources import SourceEvent, Sources
    from reader.ui.app import ReaderApp

GROUP = "refresh"

LONG = 31
"""Days from which on a refresh tells how fast it goes and how long it still takes."""


class Job(NamedTuple):
    """Something to fetch."""

    plan: Plan | None = None
    """None for the latest days."""
    place: str = ""
    """The id of the view that it is fetched for; empty where it is for none."""
    name: str = ""
    """What the progress is of, in few words; empty for the latest days."""
    asked: bool = False
    """Whether the user asked for it, and is told too that there was nothing new."""


class Refreshing:
    """The reader's refreshes: what runs, how far it is, and what went wrong last."""

    def __init__(self, reader: ReaderApp, cache_file: Path) -> None:
        self._reader = reader
        self._cache_file = cache_file
        self._worker: Worker[None] | None = None
        self._job = Job()
        self._later: list[Job] = []
        self._begun = 0.0
        self._cache: Cache | None = None
        self.progress: str | None = None
        """How far the refresh that runs is, such as `day 3 of 7`; None while none runs."""
        self.problem = ""
        """Why the last one failed, as a sentence; empty if it did not."""
        self.failing_since: datetime | None = None

    @property
    def stamp(self) -> Path:
        """A file whose time is that of the last good refresh, by whichever program."""
        return self._cache_file.with_suffix(".refreshed")

    @property
    def last(self) -> datetime | None:
        """When the feed was last read to the end, in local time."""
        try:
            return datetime.fromtimestamp(self.stamp.stat().st_mtime).astimezone()
        except OSError:
            return None

    def begin(self, plan: Plan | None = None, *, asked: bool = False) -> None:
        """Fetch the latest days, or what `plan` says, unless a refresh runs already; `asked` for by the user or not."""
        if not self.is_running:
            self._start(Job(plan, asked=asked))

    def fetch(self, plan: Plan, place: str, name: str) -> None:
        """Fetch what is looked at now; a refresh that runs is taken up again behind it.

        `place` is the id of the view that it is for, empty for none, and `name` what it is called.
        """
        if self.is_running:
            if self._job.plan == plan:
                return
            if not self._job.place:
                # What was wanted for a place is not, once one has gone elsewhere.
                self._later.append(self._job)
        self._start(Job(plan, place, name))

    @property
    def is_running(self) -> bool:
        """Whether something is being fetched."""
        return self._worker is not None and not self._worker.is_finished

    @property
    def place(self) -> str:
        """The id of the view that something is being fetched for; empty if for none."""
        return self._job.place if self.is_running else ""

    def _start(self, job: Job) -> None:
        before, self._job, self.progress = self._worker, job, "starting"
        self._worker = self._reader.run_worker(self._run(job, before), group=GROUP, exclusive=True, exit_on_error=False)
        self._reader.main.show_whereabouts()
        self._reader.main.show_empty()

    def stop(self) -> bool:
        """Stop the refresh that runs; what is stored stays. Returns whether one ran."""
        if self._worker is None or self._worker.is_finished:
            return False
        self._later.clear()
        self._worker.cancel()
        self._reader.say("refresh stopped · what has come is kept")
        return True

    async def _run(self, job: Job, before: Worker[None] | None) -> None:
        try:
            if before is not None:
                # What it was storing is stored to its end.
                with suppress(WorkerError):
                    await before.wait()
            await self._refresh(job.plan)
        except ReaderError as error:
            self._fail(str(error))
        finally:
            if job is self._job:
                self.progress = None
            self._reader.refreshed()
        if self._later:
            self._start(self._later.pop())

    async def _refresh(self, plan: Plan | None) -> None:
        """Import what a refresh needs in a thread (0.5 s), then run it here."""
        sources, cache = await asyncio.to_thread(self._prepare)
        self._begun = time.monotonic()
        async with self._connected(sources, cache) as (daily, others):
            asked = plan or sources.Latest(self._reader.settings.days_at_start)
            events = sources.refresh_all(daily, cache, asked, others)
            async with aclosing(events):
                async for event in events:
                    self._tell(event, daily.host)
            if not self.problem:
                self._tell_failing(await asyncio.to_thread(others.feeds.failing))
        if await asyncio.to_thread(cache.needs_classifying):
            await self._reclassify(cache)
        await self._drop_old(cache)
        await asyncio.to_thread(cache.rest)

    async def _drop_old(self, cache: Cache) -> None:
        """Let go of papers that are older than the user keeps them."""
        before = kept_since(self._reader.settings, self._reader.today)
        if before is None:
            return
        steps = cache.drop_before(before)
        while (dropped := await asyncio.to_thread(next, steps, None)) is not None:
            self._show(f"{dropped:,} old papers dropped")

    def _prepare(self) -> tuple[ModuleType, Cache]:
        from reader import sources
        from reader.cache.cache import Cache

        if self._cache is None:
            self._cache = Cache.open(self._cache_file, self._reader.rules())
            # What is there to stay is not looked through for garbage again and again: that took 0.1 s, twice a second
            # while a key was held.
            gc.freeze()
        return sources, self._cache

    def _connected(self, sources: ModuleType, cache: Cache) -> AbstractAsyncContextManager[tuple[FeedClient, Sources]]:
        settings = self._reader.settings
        connection: AbstractAsyncContextManager[tuple[FeedClient, Sources]] = sources.connected(
            cache,
            self._cache_file,
            settings.endpoint,
            answers_folder(),
            categorize=settings.ask_arxiv,
            now=self._reader.now,
        )
        return connection

    # One paper

    def look_up(self, id: str) -> None:
        """Fetch one paper by its arXiv id, and show it."""
        self._reader.run_worker(self._look_up(id), group="lookup", exclusive=True, exit_on_error=False)

    async def _look_up(self, id: str) -> None:
        self._reader.say(f"fetching {id}", "progress")
        try:
            sources, cache = await asyncio.to_thread(self._prepare)
            async with self._connected(sources, cache) as (daily, others):
                found = await others.look_up(daily, id)
        except ReaderError as error:
            self._reader.say(str(error), "warning")
            return
        finally:
            self._reader.say("", "progress")
        if found:
            self._reader.say(f"fetched {id}")
            self._reader.main.renew()
        else:
            self._reader.say(f"{id} is known neither to the feed nor to arXiv", "warning")

    async def _reclassify(self, cache: Cache) -> None:
        """Give all papers their topics by rules that have changed."""
        steps = cache.reclassify()
        while (step := await asyncio.to_thread(next, steps, None)) is not None:
            done, total = step
            self._show(f"topics {done:,} of {total:,}")
        self._reader.main.renew()

    def _tell(self, event: Event | SourceEvent, host: str) -> None:
        from reader.refresh import DayEmpty, DayFailed, DayStored, Finished, Started, Waiting
        from reader.sources import FeedAsked, FeedStored

        match event:
            case FeedAsked(title):
                self._show(title)
            case FeedStored(new=new, updated=updated) if new or updated:
                self._reader.main.renew()
            case Started(days):
                self._show_day(0, len(days))
            case DayStored(new=new, updated=updated, n=n, of=of):
                self._show_day(n, of)
                if new or updated:
                    self._reader.main.renew()
            case DayEmpty(n=n, of=of):
                self._show_day(n, of)
            case Waiting(seconds, why):
                self._show(f"{why}, {seconds:.0f} s")
            case DayFailed(error=error):
                self.problem = str(error)
            case Finished(error=None) as sums:
                self._succeed(sums)
            case Finished(error=FeedOffline() as error):
                self._be_offline(str(error))
            case Finished(error=error):
                self._fail(str(error))

    def _tell_failing(self, failing: Sequence[Followed]) -> None:
        """Say which sources beside the daily papers do not answer, and since when."""
        if failing:
            first = failing[0]
            since = datetime.fromisoformat(first.failing_since or "").astimezone()
            when = f"{since:%H:%M}" if since.date() == self._reader.now().astimezone().date() else f"{since:%d %b}"
            more = f" and {len(failing) - 1} more" if failing[1:] else ""
            self._reader.say(f"{first.title}{more}: no answer since {when}", "state")

    def _show_day(self, done: int, of: int) -> None:
        """Say how far the days are: of one day its name alone, of many how long they still take."""
        parts = [self._job.name] if self._job.name else []
        if of > 1 or not parts:
            parts.append(f"day {min(done + 1, of):,} of {of:,}")
        if of >= LONG and (told := pace(done, of, time.monotonic() - self._begun)):
            parts.append(told)
        self._show(f" {self._reader.glyphs.dot} ".join(parts))

    def _show(self, progress: str) -> None:
        self.progress = progress
        self._reader.main.show_whereabouts()
        self._reader.main.show_empty()

    def _succeed(self, sums: Finished) -> None:
        self.problem, self.failing_since = "", None
        if not self._job.place:
            self.stamp.touch()
        elif self._job.place == self._reader.main.place.view.id:
            self._reader.main.renew()
        self._reader.say("", "state")
        if sums.new:
            self._reader.say(f"{sums.new:,} new" + (f", {sums.skipped:,} records skipped" if sums.skipped else ""))
        elif sums.skipped:
            self._reader.say(f"{sums.skipped:,} records of the feed could not be read and were skipped", "warning")
        elif self._job.asked:
            self._reader.say("nothing new")

    def _be_offline(self, problem: str) -> None:
        """Offline is a state, not a mishap: it is shown, and left when the network is back."""
        self.problem = problem
        self.failing_since = self.failing_since or self._reader.now().astimezone()
        self._say_state("offline")

    def _fail(self, problem: str) -> None:
        self._be_offline(problem)
        self._reader.say(problem, "warning")
        self._say_state("no news")

    def _say_state(self, what: str) -> None:
        again = self._reader.keymap.key("app.refresh")
        self._reader.say(f"{what} since {self.failing_since:%H:%M} · reading the cache · {again} tries again", "state")

    def close(self) -> None:
        """Close what a refresh had opened."""
        if self._cache is not None:
            self._cache.close()
