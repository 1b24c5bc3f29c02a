"""The part of the state in which the user writes something of their own about papers: tags, and a note."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

from reader.ui.state.parts import Noting, Tagging
from reader.ui.state.picture import PictureState


@dataclass(frozen=True, init=False, repr=False, eq=False, slots=True)
class OwnState(PictureState):
    """What is being written."""

    tagging: Tagging | None = None
    """The papers whose tags are being typed."""

    noting: Noting | None = None
    """The paper whose note is being written."""

    def begin_tags(self, tagging: Tagging) -> Self:
        """Let the user type tags."""
        return replace(self, tagging=tagging)

    def end_tags(self) -> Self:
        """Close the line of tags."""
        return self if self.tagging is None else replace(self, tagging=None)

    def begin_note(self, noting: Noting) -> Self:
        """Let the user write a note."""
        return replace(self, noting=noting)

    def end_note(self) -> Self:
        """Close the editor."""
        return self if self.noting is None else replace(self, noting=None)
