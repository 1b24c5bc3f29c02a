"""Reads the highlighted paper for the detail pane, finds matches with the query, and refreshes or fetches papers."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from reader.core.errors import ReaderError
from reader.core.ids import is_arxiv_id
from reader.feeds.environment import is_offline
from reader.session.places import Place, view
from reader.ui.page.lines import ShownPaper
from reader.ui.page.state import PAGE, READING
from reader.ui.refresh.changes import OFFLINE
from reader.ui.refresh.state import REFRESH
from reader.ui.shell.controller import Controller, follows
from reader.ui.shell.state import State

if TYPE_CHECKING:
    from textual.worker import Worker

    from reader.refresh.lines import Line
    from reader.ui.app import ReaderApp

AFTER_FRAME_SECONDS = 0.01
"""Seconds after a single key before the paper is read, so that the cursor's frame is painted first."""

REST_SECONDS = 0.045
"""Seconds without a move that end a series of moves; a held key repeats every 30 to 40 ms."""


class DetailLoader(Controller):
    """Reads the highlighted paper on the event loop; a read takes 0.1 ms."""

    def __init__(self, app: ReaderApp, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(app)
        self._clock = clock
        self._moved = -REST_SECONDS
        self.delay = self._background.delayed(self.load)

    @follows(lambda state: (state.highlighted, state.listing.place, state.listing.results))
    def load_soon(self, _state: State) -> None:
        """Read the paper after the cursor's frame; in a series of moves, after the last move."""
        now = self._clock()
        is_run = now - self._moved < REST_SECONDS
        self._moved = now
        self.delay.begin(REST_SECONDS if is_run else AFTER_FRAME_SECONDS)

    @follows(lambda state: (state.is_ready, state.marks_version, state.cache_version, state.listing.version), now=True)
    def load(self, _state: State | None = None) -> None:
        state = self._model.state
        if state.is_ready:
            self._model.change(state.put(READING, self.read(state.highlighted)))

    def read(self, pk: int | None) -> ShownPaper | None:
        """A paper with the facts about it and the searched words; None if it is gone."""
        paper = None if pk is None else self._library.paper(pk)
        if pk is None or paper is None:
            return None
        return ShownPaper(pk, paper, self._model.state.listing.words, **self._library.facts(pk))

    def read_page(self, pk: int | None) -> ShownPaper | None:
        """A paper for its page, with its related data; None if it is gone."""
        reading = self.read(pk)
        if reading is None:
            return None
        return reading._replace(kept=self._library.belongings(reading.key))


# Related data of the paper on the page


REFRESH_AFTER_SECONDS = 0.7
"""Seconds that a page must be open before its paper is refreshed, so that paging through does not."""

RETRY_SECONDS = 600.0
"""Seconds before a failed refresh is tried again."""


class PageRefresher(Controller):
    """Refreshes the paper on the page, until the page is left."""

    def __init__(self, app: ReaderApp, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(app)
        self._clock = clock
        self._worker: Worker[None] | None = None
        self._tried: dict[str, float] = {}
        """The time of the last refresh of each paper in this run, by id."""
        self.delay = self._background.delayed(self._begin)

    @follows(lambda state: state.front_paper)
    def follow(self, state: State) -> None:
        """Refresh the paper on the page if the page stays open, and stop refreshing the previous paper."""
        if self._worker is not None:
            self._worker.cancel()
            self._worker = None
        page = state[PAGE]
        if page is not None and self._is_due(page):
            self.delay.begin(REFRESH_AFTER_SECONDS)
        else:
            self.delay.stop()

    def _is_due(self, page: ShownPaper) -> bool:
        """Whether to refresh a paper: it must be in the cache, old, and refreshable."""
        look, state, id = self._look, self._model.state, page.paper.id
        if page.kept is None or look.is_still or state.mode:
            return False
        is_known = is_arxiv_id(id)
        is_reachable = state[REFRESH].trouble != OFFLINE and not is_offline(os.environ)
        is_due = self._clock() - self._tried.get(id, -RETRY_SECONDS) >= RETRY_SECONDS
        is_old = page.kept.is_old(look.now(), with_arxiv=self._app.settings.ask_arxiv)
        return is_known and is_reachable and is_due and is_old

    def _begin(self) -> None:
        page = self._model.state[PAGE]
        if page is not None:
            self._tried[page.paper.id] = self._clock()
            self._report(page.paper.id, f"fetching comments and versions{self._look.glyphs.ellipsis}")
            self._worker = self._background.start("page", partial(self._fetch, page.paper.id), exclusive=True)

    async def _fetch(self, id: str) -> None:
        from reader.refresh.lines import job

        def receive(line: Line) -> None:
            if line.get("step") == "paper":
                self._model.change(self._model.state.papers_came(self._library.newest_day()))

        try:
            problems = (await self._app.run_job(job("paper", id=id), receive))["problems"]
        except ReaderError as error:
            problems = [str(error)]
        self._report(id, f"Not refreshed: {' '.join(problems)}" if problems else "")

    def _report(self, id: str, text: str) -> None:
        page = self._model.state[PAGE]
        if page is not None and page.paper.id == id:
            self._model.change(self._model.state.put(PAGE, page._replace(fetching=text)))


class PaperLookup(Controller):
    """Fetches one paper at a time and lists it."""

    def show(self, id: str) -> None:
        """List a paper by its arXiv id, fetching it if needed."""
        self._model.change(self._model.state.go(Place(view("all"), f"id:{id}")))
        if self._library.pk_of(id) is None:
            self.begin(id)

    def begin(self, id: str, then: Callable[[int], None] | None = None) -> None:
        """Fetch a paper by its arXiv id, then call `then`; a running fetch is cancelled."""
        self._background.start("lookup", partial(self._fetch, id, then), exclusive=True)

    async def _fetch(self, id: str, then: Callable[[int], None] | None) -> None:
        from reader.refresh.lines import job

        self._model.change(self._model.state.busy_with(f"fetching {id}"))
        try:
            found = (await self._app.run_job(job("look-up", id=id)))["found"]
        finally:
            self._model.change(self._model.state.busy_with(""))
        if found:
            self._model.show_news(f"fetched {id}")
            key = self._library.pk_of(id)
            if key is not None:
                self._app.news_actions.know(key)
            self._model.change(self._model.state.cache_changed())
            if then is not None and key is not None:
                then(key)
        else:
            self._model.show_news(f"neither the feed nor arXiv has {id}", "warning")
