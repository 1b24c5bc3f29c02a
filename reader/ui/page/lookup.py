"""Fetch one paper by its arXiv id."""

from __future__ import annotations

from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING

from reader.ui.shell.services import Services

if TYPE_CHECKING:
    pass


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
            self._model.show_news(f"it is {id} now" if own else f"fetched {id}")
            if own:
                self._model.change(self._model.state.marked())
            self._model.change(self._model.state.cache_changed())
        else:
            self._model.show_news(f"{id} is known neither to the feed nor to arXiv", "warning")
