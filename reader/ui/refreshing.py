"""Refreshing behind the reader: one worker at a time, told in the lines, failing softly."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from datetime import datetime
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from textual.worker import Worker

from reader.core.errors import FeedOffline, ReaderError

if TYPE_CHECKING:
    from reader.cache.cache import Cache
    from reader.feeds.client import FeedClient
    from reader.refresh import Event, Finished, Plan
    from reader.ui.app import ReaderApp

GROUP = "refresh"


class Refreshing:
    """The reader's refreshes: what runs, how far it is, and what went wrong last."""

    def __init__(self, reader: ReaderApp, cache_file: Path) -> None:
        self._reader = reader
        self._cache_file = cache_file
        self._worker: Worker[None] | None = None
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

    def begin(self, plan: Plan | None = None) -> None:
        """Fetch the latest days, or what `plan` says, unless a refresh runs already."""
        if self._worker is None or self._worker.is_finished:
            self.progress = "starting"
            work = partial(self._run, plan)
            self._worker = self._reader.run_worker(work(), group=GROUP, exclusive=True, exit_on_error=False)
            self._reader.main.show_whereabouts()

    def stop(self) -> bool:
        """Stop the refresh that runs; what is stored stays. Returns whether one ran."""
        if self._worker is None or self._worker.is_finished:
            return False
        self._worker.cancel()
        self._reader.say("refresh stopped · what has come is kept")
        return True

    async def _run(self, plan: Plan | None) -> None:
        try:
            await self._refresh(plan)
        except ReaderError as error:
            self._fail(str(error))
        finally:
            self.progress = None
            self._reader.refreshed()

    async def _refresh(self, plan: Plan | None) -> None:
        """Import what a refresh needs in a thread (0.5 s), then run it here."""
        refresh, client, cache = await asyncio.to_thread(self._prepare)
        async with client:
            asked = plan or refresh.Latest(self._reader.settings.days_at_start)
            events = refresh.refresh(client, cache, asked, now=self._reader.now)
            async with aclosing(events):
                async for event in events:
                    self._tell(event, client.host)
        if await asyncio.to_thread(cache.needs_classifying):
            await self._reclassify(cache)

    def _prepare(self) -> tuple[ModuleType, FeedClient, Cache]:
        from reader import refresh
        from reader.cache.cache import Cache
        from reader.feeds.client import FeedClient

        if self._cache is None:
            self._cache = Cache.open(self._cache_file, self._reader.rules())
        return refresh, FeedClient.from_environment(self._reader.settings.endpoint), self._cache

    async def _reclassify(self, cache: Cache) -> None:
        """Give all papers their topics by rules that have changed."""
        steps = cache.reclassify()
        while (step := await asyncio.to_thread(next, steps, None)) is not None:
            done, total = step
            self._show(f"topics {done:,} of {total:,}")
        self._reader.main.renew()

    def _tell(self, event: Event, host: str) -> None:
        from reader.refresh import DayEmpty, DayFailed, DayStored, Finished, Started, Waiting

        match event:
            case Started(days):
                self._show(f"day 1 of {len(days)}")
            case DayStored(new=new, updated=updated, n=n, of=of):
                self._show(f"day {min(n + 1, of)} of {of}")
                if new or updated:
                    self._reader.main.renew()
            case DayEmpty(n=n, of=of):
                self._show(f"day {min(n + 1, of)} of {of}")
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

    def _show(self, progress: str) -> None:
        self.progress = progress
        self._reader.main.show_whereabouts()
        self._reader.main.show_empty()

    def _succeed(self, sums: Finished) -> None:
        self.problem, self.failing_since = "", None
        self.stamp.touch()
        self._reader.say("", "state")
        if sums.new:
            self._reader.say(f"{sums.new:,} new" + (f", {sums.skipped:,} records skipped" if sums.skipped else ""))
        elif sums.skipped:
            self._reader.say(f"{sums.skipped:,} records of the feed could not be read and were skipped", "warning")

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
