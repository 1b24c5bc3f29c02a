"""Background work for full texts: fetch the open text, fetch texts ahead, and save bookmarks."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING

from reader.core.errors import ReaderError
from reader.core.text import amount
from reader.feeds.environment import is_offline
from reader.ui.full_text.state import TEXT, TEXTS_AHEAD, text_failed, text_of
from reader.ui.refresh.changes import OFFLINE
from reader.ui.refresh.state import REFRESH
from reader.ui.shell.controller import Controller, follows
from reader.ui.shell.state import State

if TYPE_CHECKING:
    from textual.worker import Worker

    from reader.refresh.lines import Line
    from reader.session.bookmarks import Bookmark
    from reader.ui.app import ReaderApp
    from reader.ui.full_text.text import FullText


REMOVED_FROM_CACHE = "The text has just been removed from the cache."


class TextFetcher(Controller):
    """Fetches the open text when the state asks for it."""

    def __init__(self, app: ReaderApp) -> None:
        super().__init__(app)
        self._worker: Worker[None] | None = None
        self._fetching_key: int | None = None
        """The paper whose text is being fetched."""

    @follows(TEXT)
    def follow(self, state: State) -> None:
        text = state[TEXT]
        text = text if text is not None and text.is_fetching else None
        key = text.key if text is not None else None
        if self._worker is not None and key != self._fetching_key:
            worker, self._worker = self._worker, None
            worker.cancel()
        if text is not None and self._worker is None:
            self._fetching_key = key
            fetch = partial(self._fetch, text.key, text.paper.id)
            self._worker = self._background.start("full text", fetch, exclusive=True)

    async def _fetch(self, key: int, id: str) -> None:
        from reader.refresh.lines import job

        try:
            missing = (await self._app.run_job(job("text", id=id), partial(self._progress, key))).get("missing")
            problem = f"No full text: {missing}." if missing else ""
        except ReaderError as error:
            problem = str(error)
        except Exception:
            self._end(key, "The text could not be fetched.")
            raise
        self._end(key, problem)

    def _progress(self, key: int, line: Line) -> None:
        text = text_of(self._model.state, key)
        if text is not None and line.get("step") == "wait":
            progress = f"{line['why']}; next try in {line['seconds']:.0f} s"
            self._model.change(self._model.state.put(TEXT, text.fetching(progress)))

    def _end(self, key: int, missing: str) -> None:
        self._worker = None
        kept = None if missing else self._library.text(key)
        state = self._model.state
        if kept is None:
            self._model.change(text_failed(state, key, missing or REMOVED_FROM_CACHE))
        else:
            # The list shows which papers have their text.
            if (text := text_of(state, key)) is not None:
                from reader.ui.full_text.text import text_size

                state = state.put(TEXT, text.with_text(kept, text_size(state)))
            self._model.change(state.with_new_marks())


IDLE_SECONDS = 8.0
"""Seconds to wait after the last mark or refresh: the user may undo a star, and other keys come first."""


class TextsAhead(Controller):
    """Looks up titles and fetches texts ahead, one job at a time; the first line shows the progress."""

    def __init__(self, app: ReaderApp) -> None:
        super().__init__(app)
        self._is_running = False
        self._is_due = False
        """Whether there may be more to fetch than when the running job started."""
        self.delay = self._background.delayed(self.begin)

    @follows(lambda state: (state[REFRESH].ended, state.marks_version))
    def begin_soon(self, state: State) -> None:
        """Start the work after a pause, except in a sample or a read-only cache."""
        if self._look.demo or self._look.is_still:
            return
        self._is_due = True
        if not self._is_running and not state.mode:
            self.delay.begin(IDLE_SECONDS)

    def begin(self) -> None:
        refresh = self._model.state[REFRESH]
        if self._is_running or refresh.is_running or refresh.trouble == OFFLINE or is_offline(os.environ):
            # The end of a refresh starts the work again.
            return
        self._is_running, self._is_due = True, False
        self._background.start("texts ahead", self._run)

    async def _run(self) -> None:
        progress = ""
        try:
            if await asyncio.to_thread(self._has_waiting_titles):
                progress = await self._look_up_titles()
            is_wanted = bool(self._app.settings.fetch_ahead)
            if is_wanted and await asyncio.to_thread(self._has_wanted_texts):
                progress = await self._fetch() or progress
        except ReaderError:
            # Missing texts are requested again after the next refresh.
            pass
        finally:
            self._is_running = False
            self._model.change(self._model.state.put(TEXTS_AHEAD, progress))
        if self._is_due:
            self.delay.begin(IDLE_SECONDS)

    def _has_waiting_titles(self) -> bool:
        from reader.cache.feeds import waiting_titles

        return bool(waiting_titles(self._library.path, datetime.now(UTC).date()))

    async def _look_up_titles(self) -> str:
        """Look up titles of saved pages; return the status of titles that have to wait, empty if none have."""
        result = await self._run_job("titles", "found", State.cache_changed)
        waiting = f"{result['left']:,} titles"
        if result["error"]:
            message = f"{waiting} will be looked up after the next refresh: {result['error']}"
            self._model.show_news(message, "warning")
        if result["found"]:
            self._model.show_news(f"{amount(result['found'], 'paper')} found by their titles")
        return f"{waiting} wait" if result["error"] else ""

    def _has_wanted_texts(self) -> bool:
        from reader.refresh.texts import find_wanted_texts

        library, look = self._library, self._look
        return bool(find_wanted_texts(library.path, self._app.settings, look.now()))

    async def _fetch(self) -> str:
        """Fetch texts ahead; return the status of texts that have to wait, empty if none have."""
        # The list shows which papers have their text.
        result = await self._run_job("texts", "stored", State.with_new_marks)
        return f"{result['left']:,} texts wait: {result['why']}" if result["left"] else ""

    async def _run_job(self, name: str, counted_key: str, change: Callable[[State], State]) -> Line:
        """Run a job and show its progress; apply `change` whenever the count under `counted_key` grows."""
        from reader.refresh.lines import job

        count = 0

        def receive(line: Line) -> None:
            nonlocal count
            if line.get("step") == name:
                state = change(self._model.state) if line[counted_key] > count else self._model.state
                count = line[counted_key]
                progress = f"fetching {name.removesuffix('s')} {line['n'] + 1:,} of {line['of']:,}"
                self._model.change(state.put(TEXTS_AHEAD, progress))

        result = await self._app.run_job(job(name), receive)
        if result[counted_key] > count:
            self._model.change(change(self._model.state))
        return result


class BookmarkKeeper(Controller):
    """The bookmarks of this visit and of the file; without a file they last until the reader ends."""

    def __init__(self, app: ReaderApp) -> None:
        super().__init__(app)
        file = self._app.state_file
        self._file = file and file.with_name("bookmarks.json")
        self._kept: dict[str, Bookmark] | None = None
        self._changed: Mapping[str, Bookmark] = {}
        """Each change replaces the mapping, so that another thread can write it."""
        self._text: FullText | None = None
        self._writing = Lock()

    def of(self, id: str) -> Bookmark | None:
        from reader.session.bookmarks import load

        if self._kept is None:
            self._kept = load(self._file) if self._file is not None else {}
        return self._changed.get(id) or self._kept.get(id)

    @follows(TEXT)
    def follow(self, state: State) -> None:
        before, text = self._text, state[TEXT]
        self._text = text
        if before is not None and (text is None or text.key != before.key):
            self._note(before)
            self._background.start("bookmarks", partial(asyncio.to_thread, self._save))

    def _note(self, text: FullText | None) -> None:
        if text is not None and (mark := text.bookmark) is not None:
            others = {id: other for id, other in self._changed.items() if id != text.paper.id}
            self._changed = {**others, text.paper.id: mark}

    def keep(self) -> None:
        """Keep the position in the open text, from any thread; write errors are ignored."""
        self._note(self._text)
        self._save()

    def _save(self) -> None:
        from reader.session.bookmarks import save

        if self._file is not None and self._changed:
            with self._writing, suppress(OSError):
                save(self._file, self._changed)
