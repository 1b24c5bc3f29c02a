"""The parts of the state for tags and a note being typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from reader.core.paper_row import PaperKey
from reader.ui.shell.state import Front

if TYPE_CHECKING:
    from reader.core.passages import Passage


class Tagging(NamedTuple):
    """Papers whose tags are being typed."""

    pks: tuple[PaperKey, ...]
    has: tuple[str, ...]
    """The tags of any of them."""
    shared: tuple[str, ...]
    """The tags of all of them."""
    known: Mapping[str, int]
    """All tags of the user with their numbers of papers, most common first."""

    @property
    def said(self) -> str:
        """The papers' tags in words."""
        some = [tag for tag in self.has if tag not in self.shared]
        parts = [
            f"{len(self.pks):,} papers" if len(self.pks) > 1 else "",
            f"tagged {', '.join(self.shared)}" if self.shared else "",
            f"some tagged {', '.join(some)}" if some else "",
            "" if self.has else "no tag yet",
        ]
        return ", ".join(filter(None, parts))


class Noting(NamedTuple):
    """A paper whose note is being written."""

    pk: PaperKey
    id: str
    title: str
    text: str
    is_draft: bool = False
    passage: Passage | None = None
    """The highlight of the note; None for the paper's own note."""

    @property
    def draft(self) -> str:
        return f"{self.id}-{self.passage.id}" if self.passage else self.id


TAGGING: Front[Tagging] = Front("tags", "reader.ui.notes.screen:TagScreen")

NOTING: Front[Noting] = Front("note", "reader.ui.notes.screen:NoteScreen")
