"""Keep where full texts are left: as their sections change, as they close, and as the reader is left."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import partial
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reader.session.bookmarks import Bookmark
    from reader.ui.full_text import FullText
    from reader.ui.state import State
    from reader.ui.work.background import Background


class BookmarkKeeper:
    """The bookmarks of this visit, over those of the file; without a file they last as long as the reader runs."""

    def __init__(self, file: Path | None, background: Background) -> None:
        self._file = file
        self._background = background
        self._kept: dict[str, Bookmark] | None = None
        self._changed: dict[str, Bookmark] = {}
        self._text: FullText | None = None
        self._lock = Lock()

    def of(self, id: str) -> Bookmark | None:
        """Where the text of a paper was left."""
        from reader.session.bookmarks import load

        if self._kept is None:
            self._kept = load(self._file) if self._file is not None else {}
        return self._changed.get(id) or self._kept.get(id)

    def follow(self, state: State) -> None:
        """Keep the place in the text that was just closed, or whose section has changed."""
        before, self._text = self._text, state.text
        if before is None or before.view is None:
            return
        is_closed = state.text is None or state.text.key != before.key
        if is_closed or (state.text and _section(state.text) != _section(before)):
            self._note(before if is_closed else self._text)
            if self._file is not None:
                self._background.start("bookmarks", partial(asyncio.to_thread, self._save))

    def _note(self, text: FullText | None) -> None:
        mark = text.bookmark if text is not None else None
        if text is not None and mark is not None:
            with self._lock:
                self._changed.pop(text.paper.id, None)
                self._changed[text.paper.id] = mark

    def keep(self) -> None:
        """Keep the place in the open text, in any thread; one that can't be written is lost."""
        self._note(self._text)
        if self._file is not None and self._changed:
            self._save()

    def _save(self) -> None:
        from reader.session.bookmarks import save

        if self._file is not None:
            with self._lock, suppress(OSError):
                save(self._file, self._changed)


def _section(text: FullText) -> object:
    section = text.view.section if text.view is not None else None
    return section.start if section is not None else None
