"""FeedSearch all that the feed has: one search at a time, its answers listed over the place one is in."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING

from textual.worker import Worker

from reader.core.errors import ReaderError
from reader.core.paper import Listing
from reader.ui.work.background import start
from reader.ui.work.delayed import Delayed
from reader.ui.work.feed_results import FeedResults

if TYPE_CHECKING:
    from reader.refresh.jobs import JobRunner
    from reader.session.places import Place
    from reader.ui.app import ReaderApp

Position = tuple[int | None, int | None]
"""The highlighted paper, and how many lines below the list's top it stands."""

BLINK = 0.5
"""Seconds after which a search tells that it is under way."""


class FeedSearch:
    """The search that runs, if any, and what of an earlier one is shown."""

    def __init__(self, reader: ReaderApp, run_job: JobRunner) -> None:
        self._reader = reader
        self._run_job = run_job
        self._worker: Worker[None] | None = None
        self._waiting: FeedResults | None = None
        self._before: tuple[Place, FeedResults | None, Position] | None = None
        self._left: Position = (None, None)
        self.shown: FeedResults | None = None
        """What the feed found, while it is listed."""
        self.wanted = ""
        """What was searched for last, until its answers are shown or one goes elsewhere."""
        self.is_slow = False
        """Whether a search runs that takes longer than a blink."""

    # QueryThread

    def begin(self, text: str) -> None:
        """Search the feed for a text, in place of what it is being searched for."""
        self.wanted = text
        answer, self._waiting = self._waiting, None
        if answer is not None and answer.text == text:
            self._show(answer)
        else:
            self.stop()
            self._worker = start(self._reader, "search", partial(self._run, text), exclusive=True)

    def stop(self) -> bool:
        """Search no more; returns whether there was something to stop."""
        worker, self._worker = self._worker, None
        if worker is None or worker.is_finished:
            return False
        worker.cancel()
        self._end()
        return True

    async def _run(self, text: str) -> None:
        again = self._reader.keymap.key("find.feed")
        blink = Delayed(self._reader, lambda: self._tell(f"searching the feed for {text}"))
        blink.begin(BLINK)
        try:
            listings = await self._ask(text)
        except ReaderError as error:
            self._end()
            self._reader.say(f"{error} · {again} searches again", "warning")
            return
        finally:
            # Of one that was stopped no more is said: another may run by now.
            blink.stop()
        self._end()
        found = FeedResults(text, listings, self._reader.library.pk_of, self._keep)
        if self._reader.context in ("list", "detail", "filter", "empty"):
            sign, back = self._reader.glyphs.elsewhere, self._reader.keymap.key("app.escape")
            self._reader.say(f"{sign} is kept once you open or mark it · {back} goes back" if found.order.pks else "")
            self._show(found)
        else:
            # Whoever reads or types meanwhile is not to be moved.
            self._waiting = found
            self._reader.say(f"the feed has found {len(found.order.pks):,} for {text} · {again} shows them")

    async def _ask(self, text: str) -> tuple[Listing, ...]:
        from reader.refresh import jobs
        from reader.refresh.progress import Waiting

        listings: tuple[Listing, ...] = ()
        async with aclosing(self._run_job(jobs.SearchFeed(text))) as messages:
            async for message in messages:
                match message:
                    case Waiting(seconds, why):
                        self._tell(f"{why}, {seconds:.0f} s")
                    case jobs.SearchAnswered(listings):
                        pass
        return listings

    def _keep(self, listings: Sequence[Listing]) -> None:
        """Put papers into the cache; blocks, in a thread that has no event loop."""
        from reader.refresh import jobs

        async def keep() -> None:
            async with aclosing(self._run_job(jobs.StorePapers(tuple(listings)))) as messages:
                async for _ in messages:
                    pass

        asyncio.run(keep())

    def _tell(self, progress: str) -> None:
        self.is_slow = True
        self._reader.say(f"{progress} · {self._reader.keymap.key('app.escape')} stops", "progress")
        self._reader.main.show_whereabouts()

    def _end(self) -> None:
        self.is_slow = False
        self._reader.say("", "progress")
        self._reader.main.show_whereabouts()

    # What of it is listed

    def _show(self, found: FeedResults) -> None:
        if self.shown is None:
            self._left = self._position
        self.shown, self.wanted = found, ""
        self._reader.main.listing.load(None)

    @property
    def _position(self) -> Position:
        papers = self._reader.main.papers
        return papers.highlighted, papers.height

    def leave(self) -> bool:
        """List the papers of the place again, as they were left; returns whether answers were listed."""
        if self.shown is None:
            return False
        self.shown = None
        self._reader.main.listing.load(*self._left)
        return True

    def drop(self) -> None:
        """List answers no more, and wait for none: one goes elsewhere."""
        self.stop()
        self.shown, self.wanted = None, ""

    def remember(self) -> None:
        """A query begins to be typed, after which what is listed now may be put back."""
        self.stop()
        self._before = (self._reader.main.place, self.shown, self._position)

    def put_back(self) -> None:
        """The query was dropped: be where one was before, answers and all."""
        main = self._reader.main
        if self._before is None:
            return
        (place, shown, position), self._before = self._before, None
        if (place, shown) != (main.place, self.shown):
            main.go(place)
            self.shown = shown
            main.listing.load(*position)
