"""The outline of a full text: its sections, of which some are folded, and a cursor. A plain value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from reader.core.document.model import Section

MANY = 40
"""Sections above which those within others are folded at first."""


@dataclass(frozen=True, slots=True)
class Outline:
    """The sections of a document."""

    sections: Sequence[Section] = ()
    folded: frozenset[int] = field(default=frozenset())
    """Sections whose subsections are not shown."""
    cursor: int = 0
    """A section by its place in the outline."""
    is_open: bool = False
    """Whether keys act in the outline."""

    @classmethod
    def of(cls, sections: Sequence[Section]) -> Outline:
        """The outline of sections; a long one shows the upper levels only."""
        outline = cls(sections)
        if len(sections) <= MANY:
            return outline
        return replace(outline, folded=frozenset(filter(outline.has_parts, range(len(sections)))))

    def level(self, index: int) -> int:
        """How deep a section is, from 1."""
        return self.sections[index].heading.level

    def has_parts(self, index: int) -> bool:
        """Whether a section has subsections."""
        return index + 1 < len(self.sections) and self.level(index + 1) > self.level(index)

    @property
    def shown(self) -> list[int]:
        """The sections that no fold hides."""
        shown, hidden_below = [], 0
        for index in range(len(self.sections)):
            if hidden_below and self.level(index) > hidden_below:
                continue
            hidden_below = self.level(index) if index in self.folded else 0
            shown.append(index)
        return shown

    def at(self, block: int) -> int:
        """The shown section that a block of the document is in, or the first one."""
        found = [index for index in self.shown if self.sections[index].start <= block]
        return found[-1] if found else 0

    def opened(self, block: int) -> Outline:
        """Let keys act in the outline, with the cursor on the section of a block."""
        return replace(self, is_open=True, cursor=self.at(block))

    def closed(self) -> Outline:
        """Let keys act in the text."""
        return replace(self, is_open=False) if self.is_open else self

    def move(self, rows: int) -> Outline:
        """Move the cursor by rows, as far as there are any."""
        shown = self.shown
        if not shown:
            return self
        place = shown.index(self.cursor) + rows
        return replace(self, cursor=shown[max(0, min(place, len(shown) - 1))])

    def fold(self) -> Outline:
        """Fold the section under the cursor, or go to the one that it belongs to."""
        if self.has_parts(self.cursor) and self.cursor not in self.folded:
            return replace(self, folded=self.folded | {self.cursor})
        above = [index for index in range(self.cursor) if self.level(index) < self.level(self.cursor)]
        return replace(self, cursor=above[-1]) if above else self

    def unfold(self) -> Outline:
        """Show the subsections of the section under the cursor."""
        return replace(self, folded=self.folded - {self.cursor}) if self.cursor in self.folded else self
