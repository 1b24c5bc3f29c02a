"""Unfinished notes, each in its own file, so that they survive a crash.

A draft is removed once its note is stored or discarded.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from urllib.parse import quote, unquote

from reader.core.text import NOTE_LIMIT, clean_note
from reader.paths import read_start, replace_private

_MAX_BYTES = 4 * NOTE_LIMIT


class Drafts:
    """The drafts in a folder, which is created with the first draft."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def file(self, id: str) -> Path:
        """The file of the draft about a paper, named by its id."""
        return self._folder / f"{quote(id, safe='')}.md"

    def read(self, id: str) -> str | None:
        """The cleaned draft about a paper; None if there is no readable draft."""
        try:
            return clean_note(read_start(self.file(id), _MAX_BYTES).decode("utf-8", "replace"))
        except OSError:
            return None

    def write(self, id: str, text: str) -> None:
        """Write the draft about a paper in full or not at all; raises OSError.

        It does not wait for the disk: killing the reader loses nothing, but a power failure may.
        """
        replace_private(self.file(id), text, durable=False)

    def drop(self, id: str) -> None:
        """Remove the draft about a paper, if there is one."""
        with suppress(OSError):
            self.file(id).unlink()

    def newest(self) -> str | None:
        """The id of the paper with the newest draft; None without drafts."""
        with suppress(OSError):
            left = [file for file in self._folder.iterdir() if file.suffix == ".md" and not file.name.startswith(".")]
            return unquote(max(left, key=lambda file: file.stat().st_mtime).stem) if left else None
        return None
