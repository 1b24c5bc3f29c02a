"""Keeps the reading position of full texts: while reading, on closing a text, and on leaving the reader."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING

from reader.ui.full_text.state import TEXT
from reader.ui.shell.controller import Controller, follows

if TYPE_CHECKING:
    from reader.session.bookmarks import Bookmark
    from reader.ui.app import ReaderApp
    from reader.ui.full_text.text import FullText
    from reader.ui.shell.state import State

PAUSE = 1.0
"""Seconds between saved positions: the most that is lost if the reader is killed."""


class BookmarkKeeper(Controller):
    """Bookmarks of this visit, over those of the file; without a file they last until the reader ends."""

    def __init__(self, app: ReaderApp) -> None:
        super().__init__(app)
        file = self._app.state_file
        self._file = file and file.with_name("bookmarks.json")
        self._kept: dict[str, Bookmark] | None = None
        self._changed: dict[str, Bookmark] = {}
        self._text: FullText | None = None
        self._lock = Lock()
        """Held while `_changed` is read or changed, but never during disk access."""
        self._writing = Lock()
        self._soon = self._background.delayed(self._keep_now)

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
            self._keep_now()
        elif before is not None and _top(text) != _top(before) and not self._soon.is_waiting:
            self._soon.begin(PAUSE)

    def _keep_now(self) -> None:
        self._soon.stop()
        self._note(self._text)
        if self._file is not None and self._changed:
            self._background.start("bookmarks", partial(asyncio.to_thread, self._save))

    def _note(self, text: FullText | None) -> None:
        mark = text.bookmark if text is not None else None
        if text is not None and mark is not None:
            with self._lock:
                self._changed.pop(text.paper.id, None)
                self._changed[text.paper.id] = mark

    def keep(self) -> None:
        """Keep the position in the open text, from any thread; write errors are ignored."""
        self._note(self._text)
        if self._file is not None and self._changed:
            self._save()

    def _save(self) -> None:
        from reader.session.bookmarks import save

        if self._file is not None:
            with self._writing, suppress(OSError):
                with self._lock:
                    changed = dict(self._changed)
                save(self._file, changed)


def _top(text: FullText | None) -> object:
    return text.view.top if text is not None and text.view is not None else None
