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
    """The drafts in a folder, which is made with the first one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def file(self, id: str) -> Path:
        """The file of the draft about a paper, named by its id."""
        return self._folder / f"{quote(id, safe='')}.md"

    def read(self, id: str) -> str | None:
        """The draft about a paper, cleaned; None if there is none that can be read."""
        try:
            return clean_note(read_start(self.file(id), _MAX_BYTES).decode("utf-8", "replace"))
        except OSError:
            return None

    def write(self, id: str, text: str) -> None:
        """Write the draft about a paper in full or not at all; raises OSError.

        It does not wait for the disk: a reader that is killed loses nothing, a computer without power may.
        """
        replace_private(self.file(id), text, durable=False)

    def drop(self, id: str) -> None:
        """Remove the draft about a paper, if there is one."""
        with suppress(OSError):
            self.file(id).unlink()

    def newest(self) -> str | None:
        """The id of the paper about which the newest draft is left; None without."""
        with suppress(OSError):
            left = [one for one in self._folder.iterdir() if one.suffix == ".md" and not one.name.startswith(".")]
            return unquote(max(left, key=lambda one: one.stat().st_mtime).stem) if left else None
        return None
