"""Refresher behind the reader: one worker at a time, told in the lines, failing softly."""

from __future__ import annotations

import os
import time
from contextlib import aclosing, suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from textual.worker import Worker, WorkerError

from reader.core.errors import FeedOffline, ReaderError
from reader.core.pace import pace_text
from reader.feeds.http.environment import is_offline
from reader.paths import refresh_stamp
from reader.ui.work.background import start
from reader.ui.work.delayed import Delayed

if TYPE_CHECKING:
    from reader.refresh.jobs import JobRunner, Message, SourceFailing
    from reader.refresh.plan import Plan
    from reader.refresh.progress import RefreshFinished
    from reader.ui.app import ReaderApp

GROUP = "refresh"

RETRY, LATEST_RETRY = 60.0, 960.0
"""Seconds after which a refresh that found no network is tried again: the first time, and at the most."""

LONG = 31
"""Days from which on a refresh tells how fast it goes and how long it still takes."""


class Wanted(NamedTuple):
    """What to fetch."""

    plan: Plan | None = None
    """None for the latest days."""
    place: str = ""
    """The id of the view that it is fetched for; empty where it is for none."""
    name: str = ""
    """What the progress is of, in few words; empty for the latest days."""
    asked: bool = False
    """Whether the user asked for it, and is told too that there was nothing new."""


class Refresher:
    """The reader's refreshes: what runs, how far it is, and what went wrong last."""

    def __init__(self, reader: ReaderApp, cache_file: Path, run_job: JobRunner) -> None:
        self._reader = reader
        self._cache_file = cache_file
        self._run_job = run_job
        self._worker: Worker[None] | None = None
        self._wanted = Wanted()
        self._later: list[Wanted] = []
        self._begun = 0.0
        self._again = Delayed(reader, self.begin)
        self._tries = 0
        self.progress: str | None = None
        """How far the refresh that runs is, such as `day 3 of 7`; None while none runs."""
        self.problem = ""
        """Why the last one failed, as a sentence; empty if it did not."""
        self.failing_since: datetime | None = None

    @property
    def stamp(self) -> Path:
        """A file whose time is that of the last good refresh, by whichever program."""
        return refresh_stamp(self._cache_file)

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
            self._start(Wanted(plan, asked=asked))

    def fetch(self, plan: Plan, place: str, name: str) -> None:
        """Fetch what is looked at now; a refresh that runs is taken up again behind it.

        `place` is the id of the view that it is for, empty for none, and `name` what it is called.
        """
        if self.is_running:
            if self._wanted.plan == plan:
                return
            if not self._wanted.place:
                # What was wanted for a place is not, once one has gone elsewhere.
                self._later.append(self._wanted)
        self._start(Wanted(plan, place, name))

    @property
    def is_running(self) -> bool:
        """Whether something is being fetched."""
        return self.progress is not None

    @property
    def place(self) -> str:
        """The id of the view that something is being fetched for; empty if for none."""
        return self._wanted.place if self.is_running else ""

    def _start(self, wanted: Wanted) -> None:
        before, self._wanted, self.progress = self._worker, wanted, "starting"
        running = partial(self._run, wanted, before)
        self._worker = start(self._reader, GROUP, running, exclusive=True)
        self._reader.main.show_whereabouts()
        self._reader.main.show_empty()

    def stop(self) -> bool:
        """Stop the refresh that runs; what is stored stays. Returns whether one ran."""
        if self._worker is None or not self.is_running:
            return False
        self._later.clear()
        self._worker.cancel()
        # One that has not begun yet never will, and says nothing of its end.
        self.progress = None
        self._reader.refreshed()
        self._reader.say("refresh stopped · what has come is kept")
        return True

    async def _run(self, wanted: Wanted, before: Worker[None] | None) -> None:
        try:
            if before is not None:
                # Two that write at once would wait for each other.
                with suppress(WorkerError):
                    await before.wait()
            await self._refresh(wanted.plan)
        except ReaderError as error:
            self._fail(str(error))
        finally:
            if wanted is self._wanted:
                self.progress = None
            self._reader.refreshed()
        if self._later:
            self._start(self._later.pop())

    async def _refresh(self, plan: Plan | None) -> None:
        from reader.refresh import jobs
        from reader.refresh.plan import Latest

        self._begun = time.monotonic()
        job = jobs.Refresh(plan or Latest(self._reader.settings.days_at_start))
        async with aclosing(self._run_job(job)) as messages:
            async for message in messages:
                self._tell(message)

    # One paper

    def look_up(self, id: str) -> None:
        """Fetch one paper by its arXiv id, and show it."""
        start(self._reader, "lookup", partial(self._look_up, id), exclusive=True)

    async def _look_up(self, id: str) -> None:
        from reader.refresh import jobs

        self._reader.say(f"fetching {id}", "progress")
        found = False
        try:
            async with aclosing(self._run_job(jobs.LookUpPaper(id))) as messages:
                async for message in messages:
                    found = isinstance(message, jobs.LookupFinished) and message.found
        finally:
            self._reader.say("", "progress")
        if found:
            self._reader.say(f"fetched {id}")
            self._reader.main.renew()
        else:
            self._reader.say(f"{id} is known neither to the feed nor to arXiv", "warning")

    def _tell(self, message: Message) -> None:
        from reader.refresh.jobs import NotificationFailed, PapersClassified, PapersDropped, SourceFailing
        from reader.refresh.progress import (
            DayEmpty,
            DayFailed,
            DayStored,
            FeedStarted,
            FeedStored,
            RefreshFinished,
            RefreshStarted,
            Waiting,
        )

        match message:
            case FeedStarted(title):
                self._show(title)
            case FeedStored(new=new, updated=updated) if new or updated:
                self._renew()
            case RefreshStarted(days):
                self._show_day(0, len(days))
            case DayStored(new=new, updated=updated, n=n, of=of):
                self._show_day(n, of)
                if new or updated:
                    self._renew()
            case DayEmpty(n=n, of=of):
                self._show_day(n, of)
            case Waiting(seconds, why):
                self._show(f"{why}, {seconds:.0f} s")
            case DayFailed(error=error):
                self.problem = str(error)
            case RefreshFinished(error=None) as sums:
                self._succeed(sums)
            case RefreshFinished(error=FeedOffline() as error):
                self._be_offline(str(error))
                self._try_later()
            case RefreshFinished(error=error):
                self._fail(str(error))
            case SourceFailing() if not self.problem:
                self._tell_failing(message)
            case PapersClassified(done, total):
                self._show(f"topics {done:,} of {total:,}")
                if done == total:
                    self._renew()
            case NotificationFailed(error):
                self._reader.say(str(error), "warning")
            case PapersDropped(papers=papers):
                self._show(f"{papers:,} old papers dropped")

    def _renew(self) -> None:
        self._reader.keyboard.when_still(self._reader.main.renew)

    def _tell_failing(self, failing: SourceFailing) -> None:
        """Say which sources beside the daily papers do not answer, and since when."""
        since = datetime.fromisoformat(failing.since).astimezone()
        when = f"{since:%H:%M}" if since.date() == self._reader.now().astimezone().date() else f"{since:%d %b}"
        more = f" and {failing.more} more" if failing.more else ""
        self._reader.say(f"{failing.title}{more}: no answer since {when}", "state")

    def _show_day(self, done: int, of: int) -> None:
        """Say how far the days are: of one day its name alone, of many how long they still take."""
        parts = [self._wanted.name] if self._wanted.name else []
        if of > 1 or not parts:
            parts.append(f"day {min(done + 1, of):,} of {of:,}")
        if of >= LONG and (told := pace_text(done, of, time.monotonic() - self._begun)):
            parts.append(told)
        self._show(f" {self._reader.glyphs.dot} ".join(parts))

    def _show(self, progress: str) -> None:
        self.progress = progress
        self._reader.main.show_whereabouts()
        self._reader.main.show_empty()

    def _succeed(self, sums: RefreshFinished) -> None:
        self.problem, self.failing_since, self._tries = "", None, 0
        if not self._wanted.place:
            self.stamp.touch()
        elif self._wanted.place == self._reader.main.place.view.id:
            self._renew()
        self._reader.say("", "state")
        if sums.new:
            self._reader.say(f"{sums.new:,} new" + (f", {sums.skipped:,} records skipped" if sums.skipped else ""))
        elif sums.skipped:
            self._reader.say(f"{sums.skipped:,} records of the feed could not be read and were skipped", "warning")
        elif self._wanted.asked:
            self._reader.say("nothing new")

    def _be_offline(self, problem: str) -> None:
        """Offline is a state, not a mishap: it is shown, and left when the network is back."""
        self.problem = problem
        self.failing_since = self.failing_since or self._reader.now().astimezone()
        self._say_state("offline")

    def _try_later(self) -> None:
        """See by itself whether the network is back: soon, then ever less often; not where offline was chosen."""
        self._again.stop()
        if not (self._reader.is_still or is_offline(os.environ)):
            wait = min(RETRY * 2**self._tries, LATEST_RETRY)
            self._tries += 1
            self._again.begin(wait)

    def _fail(self, problem: str) -> None:
        self._be_offline(problem)
        if self._reader.library.has_papers():
            self._reader.say(problem, "warning")
        self._say_state("no news")

    def _say_state(self, what: str) -> None:
        """Say what lasts; where there are no papers, what stands in their place says why."""
        if not self._reader.library.has_papers():
            return
        again = self._reader.keymap.key("app.refresh")
        self._reader.say(f"{what} since {self.failing_since:%H:%M} · reading the cache · {again} tries again", "state")
