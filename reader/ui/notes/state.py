"""The parts of the state that are the tags and the note which the user is typing."""

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
    """The tags that any of them has."""
    shared: tuple[str, ...]
    """Those of `has` that all of them have."""
    known: Mapping[str, int]
    """All tags of the user with their numbers of papers, the most common first."""

    @property
    def said(self) -> str:
        """Which tags they have, in words."""
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
    """What the editor begins with."""
    is_draft: bool = False
    """Whether that is a draft that was left."""
    passage: Passage | None = None
    """The highlight that the note is about; None for the paper's own."""

    @property
    def draft(self) -> str:
        """The name of its draft."""
        return f"{self.id}-{self.passage.id}" if self.passage else self.id


TAGGING: Front[Tagging] = Front("tags")

NOTING: Front[Noting] = Front("note")
