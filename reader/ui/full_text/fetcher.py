"""Fetch the full text that the reader wants to show: one at a time, until the state no longer wants it."""

from __future__ import annotations

from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING

from reader.core.errors import ReaderError
from reader.ui.full_text.state import TEXT, text_failed, text_of
from reader.ui.shell.handlers import follows
from reader.ui.shell.services import Services
from reader.ui.shell.state import State

if TYPE_CHECKING:
    from textual.worker import Worker

    from reader.core.paper_row import PaperKey

NONE_HERE = "The text has just been removed from the cache."


class TextFetcher:
    """Runs the fetch that the state asks for."""

    def __init__(self, services: Services) -> None:
        self._model = services.model
        self._library = services.library
        self._background = services.background
        self._run_job = services.app.run_job
        self._worker: Worker[None] | None = None
        self._key: PaperKey | None = None
        """The paper whose text is being fetched."""

    @follows(TEXT)
    def follow(self, state: State) -> None:
        """Start the fetch that the state asks for, or stop one that it asks for no more."""
        text = state[TEXT]
        wanted = text if text is not None and text.is_fetching else None
        if self._worker is not None and (wanted is None or wanted.key != self._key):
            worker, self._worker = self._worker, None
            worker.cancel()
        if wanted is not None and self._worker is None:
            self._key = wanted.key
            self._worker = self._background.start(
                "full text", partial(self._fetch, wanted.key, wanted.paper.id), exclusive=True
            )

    async def _fetch(self, key: PaperKey, id: str) -> None:
        try:
            missing = await self._ask(key, id)
        except ReaderError as error:
            missing = str(error)
        except Exception:
            self._end(key, "The text could not be fetched.")
            raise
        self._end(key, missing)

    async def _ask(self, key: PaperKey, id: str) -> str:
        """Fetch a text into the cache; return why there is none, or an empty text."""
        from reader.refresh import jobs
        from reader.refresh.jobs import TextMissing, Waiting

        # A paper that only the feed had may not be stored yet.
        await self._library.store([key])
        missing = ""
        async with aclosing(self._run_job(jobs.FetchText(id))) as messages:
            async for message in messages:
                match message:
                    case Waiting(seconds, why):
                        self._progress(key, f"{why}; next try in {seconds:.0f} s")
                    case TextMissing(reason=reason):
                        missing = f"No full text: {reason}."
        return missing

    def _progress(self, key: PaperKey, progress: str) -> None:
        text = text_of(self._model.state, key)
        if text is not None:
            self._model.change(self._model.state.put(TEXT, text.fetching(progress)))

    def _end(self, key: PaperKey, missing: str) -> None:
        """Show the text, or why there is none."""
        self._worker = None
        kept = None if missing else self._library.text(key)
        state = self._model.state
        if kept is None:
            self._model.change(text_failed(state, key, missing or NONE_HERE))
        else:
            # The list says which papers have their text here.
            text = text_of(state, key)
            self._model.change((state if text is None else state.put(TEXT, text.came(kept))).marked())
