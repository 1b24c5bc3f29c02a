"""Search the whole feed: one search at a time; its results are listed over the place."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING

from reader.core.errors import ReaderError
from reader.core.paper import Listing
from reader.ui.library.feed_results import FeedResults
from reader.ui.shell.handlers import follows, stops
from reader.ui.shell.services import Services
from reader.ui.shell.state import State

if TYPE_CHECKING:
    from textual.worker import Worker


LISTS = ("list", "detail", "filter", "empty")
"""Contexts with the list in front: in others the user types or reads, and the list is not replaced."""

BLINK = 0.5
"""Seconds after which a search shows its progress."""


class FeedSearch:
    """Runs the search that the state requests, and stops when the state drops it."""

    def __init__(self, services: Services) -> None:
        self._app = services.app
        self._model = services.model
        self._library = services.library
        self._background = services.background
        self._run_job = services.app.run_job
        self._search_key = services.look.keymap.key("find.feed")
        self._stop_key = services.look.keymap.key("app.escape")
        self._elsewhere = services.look.glyphs.elsewhere
        self._worker: Worker[None] | None = None

    def begin(self, text: str) -> None:
        """Search the feed for a text, or list its results if they are waiting."""
        state = self._model.state
        answer = state.search.waiting
        if answer is not None and answer.text == text:
            self._model.change(state.list_results(answer))
            return
        self.stop()
        self._model.change(self._model.state.search_feed(text))
        self._worker = self._background.start("search", partial(self._run, text), exclusive=True)

    @stops("back")
    def stop_and_tell(self) -> bool:
        """Stop the search, and say so; return whether one ran."""
        if was_running := self.stop():
            self._model.show_notice("search stopped")
        return was_running

    def stop(self) -> bool:
        """Stop the search; return whether one ran."""
        was_running = bool(self._model.state.search.asking)
        self._model.change(self._model.state.search_stopped())
        return was_running

    @follows(lambda state: state.search.asking)
    def follow(self, state: State) -> None:
        """Cancel the search if the state has none."""
        if not state.search.asking and self._worker is not None:
            worker, self._worker = self._worker, None
            worker.cancel()

    async def _run(self, text: str) -> None:
        blink = self._background.delayed(lambda: self._report(text, "searching the feed"))
        blink.begin(BLINK)
        try:
            listings = await self._ask(text)
        except ReaderError as error:
            self._end()
            self._model.show_outcome(f"{error} · {self._search_key} searches again", "warning", self._begun(text))
            return
        except Exception:
            self._end()
            raise
        finally:
            # A stopped search reports nothing more: another may be running.
            blink.stop()
        self._end()
        self._list_or_keep(FeedResults(text, listings, self._library.pk_of, self._store))

    def _list_or_keep(self, results: FeedResults) -> None:
        """List the results, or keep them while the user is typing or reading."""
        state = self._model.state
        if self._app.context in LISTS:
            sign, back = self._elsewhere, self._stop_key
            found = bool(results.order.pks)
            self._model.show_notice(f"{back} goes back · {sign} is stored once you open or mark it" if found else "")
            self._model.change(self._model.state.list_results(results))
        else:
            self._model.change(state.hold_results(results))
            found_count = f"{len(results.order.pks):,}"
            said = f"{self._search_key} shows the {found_count} results for {results.text}"
            self._model.show_outcome(said, begun=self._begun(results.text))

    async def _ask(self, text: str) -> tuple[Listing, ...]:
        from reader.refresh import jobs
        from reader.refresh.jobs import Waiting

        listings: tuple[Listing, ...] = ()
        async with aclosing(self._run_job(jobs.SearchFeed(text))) as messages:
            async for message in messages:
                match message:
                    case Waiting(seconds, why):
                        self._report(text, f"{why}, {seconds:.0f} s")
                    case jobs.SearchAnswered(listings):
                        pass
        return listings

    def _store(self, listings: Sequence[Listing]) -> None:
        """Store papers in the cache; blocks, in a thread without an event loop."""
        from reader.refresh import jobs

        async def store() -> None:
            async with aclosing(self._run_job(jobs.StorePapers(tuple(listings)))) as messages:
                async for _ in messages:
                    pass

        asyncio.run(store())

    def _report(self, text: str, progress: str) -> None:
        """Show the progress of the search for `text`; a stopped search takes a moment to end, and shows no more."""
        state = self._model.state
        if state.search.asking == text:
            if state.search.progress is None:
                self._model.show_notice(self._begun(text))
            self._model.change(self._model.state.search_progressed(progress))

    def _begun(self, text: str) -> str:
        """The answer to a search that takes a while."""
        return f"{self._stop_key} stops searching for {text}"

    def _end(self) -> None:
        # This worker is the running one, and ends by itself.
        self._worker = None
        self._model.change(self._model.state.search_stopped())
