"""Fetch what belongs to the paper on the page, in the background, if what is here is older than a day."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING

from reader.core.errors import ReaderError
from reader.core.ids import is_arxiv_id
from reader.feeds.http.environment import is_offline
from reader.ui.page.state import PAGE
from reader.ui.refresh.refresher import OFFLINE
from reader.ui.refresh.state import REFRESH
from reader.ui.shell.handlers import follows
from reader.ui.shell.services import Services
from reader.ui.shell.state import State

if TYPE_CHECKING:
    from textual.worker import Worker

    from reader.ui.page.state import Reading

    pass

REST = 0.7
"""Seconds that a page is open before its paper is asked for: a user who turns pages asks for none of them."""

LONG = 0.5
"""Seconds after which the page says that something is fetched."""

AGAIN = 600.0
"""Seconds before a paper is asked for again that could not be refreshed."""


class PageRefresher:
    """Refreshes one paper at a time; leaving its page stops that."""

    def __init__(self, services: Services, clock: Callable[[], float] = time.monotonic) -> None:
        self._services = services
        self._model = services.model
        self._run_job = services.app.run_job
        self._clock = clock
        self._worker: Worker[None] | None = None
        self._tried: dict[str, float] = {}
        """When papers were last asked for in this run, by id."""
        self.delay = services.background.delayed(self._begin)
        self._progress = services.background.delayed(self._say_begun)

    @property
    def is_idle(self) -> bool:
        """Whether nothing is asked, nor will be."""
        return not self.delay.is_waiting and (self._worker is None or self._worker.is_finished)

    @follows(lambda state: state.front_paper)
    def follow(self, state: State) -> None:
        """Ask for the paper that is now on the page once it stays there, and no more for the one before."""
        self._progress.stop()
        if self._worker is not None:
            self._worker.cancel()
            self._worker = None
        page = state[PAGE]
        if page is not None and self._is_wanted(page):
            self.delay.begin(REST)
        else:
            self.delay.stop()

    def _is_wanted(self, page: Reading) -> bool:
        """Whether to ask for a paper: one of the cache that is old there, and if there may be an answer."""
        look, state, id = self._services.look, self._model.state, page.paper.id
        if page.kept is None or not isinstance(page.paper.pk, int) or not is_arxiv_id(id):
            return False
        if look.is_still or state.mode or state[REFRESH].trouble == OFFLINE or is_offline(os.environ):
            return False
        if self._clock() - self._tried.get(id, -AGAIN) < AGAIN:
            return False
        return page.kept.is_old(look.now(), with_arxiv=self._services.settings.ask_arxiv)

    def _begin(self) -> None:
        page = self._model.state[PAGE]
        if page is not None:
            self._tried[page.paper.id] = self._clock()
            self._progress.begin(LONG)
            self._worker = self._services.background.start("page", partial(self._fetch, page.paper.id), exclusive=True)

    async def _fetch(self, id: str) -> None:
        from reader.refresh import jobs
        from reader.refresh.jobs import PaperRefreshed

        problems: list[str] = []
        try:
            async with aclosing(self._run_job(jobs.RefreshPaper(id))) as messages:
                async for message in messages:
                    if isinstance(message, PaperRefreshed) and message.error is not None:
                        problems.append(str(message.error))
                    elif isinstance(message, PaperRefreshed):
                        self._model.change(self._model.state.cache_changed())
        except ReaderError as error:
            problems.append(str(error))
        finally:
            self._progress.stop()
        self._say(id, f"Not refreshed: {' '.join(problems)}" if problems else "")

    def _say_begun(self) -> None:
        page = self._model.state[PAGE]
        if page is not None:
            self._say(page.paper.id, f"asking for comments and versions{self._services.look.glyphs.ellipsis}")

    def _say(self, id: str, text: str) -> None:
        """Say on the page of a paper how it goes, if that is open."""
        page = self._model.state[PAGE]
        if page is not None and page.paper.id == id:
            self._model.change(self._model.state.put(PAGE, page._replace(fetching=text)))


class PaperLookup:
    """Fetches one paper at a time and lists it."""

    def __init__(self, services: Services) -> None:
        self._model = services.model
        self._background = services.background
        self._run_job = services.app.run_job

    def begin(self, id: str, own: str | None = None) -> None:
        """Fetch a paper by its arXiv id; a running fetch is cancelled.

        `own` is the id of the saved page's paper that it is.
        """
        self._background.start("lookup", partial(self._fetch, id, own), exclusive=True)

    async def _fetch(self, id: str, own: str | None) -> None:
        from reader.refresh import jobs

        self._model.change(self._model.state.busy_with(f"fetching {id}"))
        found = False
        try:
            async with aclosing(self._run_job(jobs.LookUpPaper(id, own))) as messages:
                async for message in messages:
                    found = isinstance(message, jobs.LookupFinished) and message.found
        finally:
            self._model.change(self._model.state.busy_with(""))
        if found:
            self._model.show_news(f"the paper is {id} now" if own else f"fetched {id}")
            if own:
                self._model.change(self._model.state.marked())
            self._model.change(self._model.state.cache_changed())
        else:
            self._model.show_news(f"{id} is known neither to the feed nor to arXiv", "warning")
