"""A full text on the screen: which lines are in view, and what moves them. Plain values, without Textual."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from reader.core.document.layout import Layout, Place
from reader.core.document.lines import Line
from reader.core.document.model import Document, Section
from reader.ui.text.full_text_lines import FrontLines

MEASURE = 76
"""Maximum cells of a line of running text."""

MARGIN = 2
"""Cells left of the text at least, of which the first is for the bar of a marked line."""

ABOVE = 2
"""Lines in view above the line that a jump leads to."""

BEGINNING = Place()

LONGEST_TRAIL = 100
"""Places that are kept to go back to."""


class Size(NamedTuple):
    """The room for the text."""

    columns: int = 80
    rows: int = 24

    @property
    def measure(self) -> int:
        """Cells of a line of running text."""
        return max(1, min(MEASURE, self.columns - MARGIN - 1))

    @property
    def margin(self) -> int:
        """Cells left of running text, which stands in the middle."""
        return max(MARGIN, (self.columns - self.measure) // 2)

    @property
    def widest(self) -> int:
        """Cells that a table can have without being scrolled sideways."""
        return max(1, self.columns - MARGIN - 1)


class Spot(NamedTuple):
    """A place that holds at any width: a block, and the letters of it that come before."""

    block: int = 0
    letter: int = 0


def _no_front(_width: int) -> Sequence[Line]:
    return ()


@dataclass(frozen=True, eq=False, slots=True)
class TextView:
    """A document, laid out for the screen, and the part of it that is in view."""

    layout: Layout
    size: Size
    front: FrontLines = _no_front
    top: Place = BEGINNING
    """The first line in view."""
    side: int = 0
    """Cells by which lines that are too wide are scrolled sideways."""
    marked: Place | None = None
    """The line that a jump led to, until the view moves."""
    trail: tuple[Spot, ...] = field(default=())
    """Where jumps began, the latest last."""

    @classmethod
    def open(cls, document: Document, size: Size, front: FrontLines = _no_front) -> TextView:
        """Lay a document out, from its beginning."""
        return cls(_layout(document, size, front), size, front)

    @property
    def document(self) -> Document:
        return self.layout.document

    # What is in view

    def lines(self) -> list[tuple[Place, Line]]:
        """The lines in view, with their places."""
        return self.layout.placed(self.top, self.size.rows)

    def margin(self, block: int) -> int:
        """Cells left of a block: a wide table begins further left than running text."""
        size = self.size
        if block == 0 or (cells := self.layout.cells(block)) <= size.measure:
            return size.margin
        return max(MARGIN, min(size.margin, size.columns - 1 - cells))

    def overflow(self, block: int) -> int:
        """Cells of a block that have no room."""
        return max(0, self.layout.cells(block) - self.size.widest)

    @property
    def last_top(self) -> Place:
        """The first line in view at the end of the text."""
        return self.layout.up(self.layout.end, self.size.rows - 1)

    @property
    def is_at_end(self) -> bool:
        return self.top >= self.last_top

    @property
    def section(self) -> Section | None:
        """The section that is being read: that of the third line in view."""
        return self.layout.section_at(self.layout.down(self.top, min(2, max(0, self.size.rows - 1))))

    @property
    def progress(self) -> float:
        """How much has been read: 0 at the beginning, 1 once the end is in view."""
        if self.is_at_end:
            return 1.0
        end = self.layout.share(self.last_top)
        return min(1.0, self.layout.share(self.top) / end) if end else 1.0

    @property
    def minutes_left(self) -> int:
        """Minutes to read the rest."""
        return round(self.layout.minutes_left(BEGINNING) * (1 - self.progress))

    # Spots

    def spot(self, place: Place) -> Spot:
        """A place as it holds at any width."""
        return Spot(place.block, self.layout.letter(place))

    def place(self, spot: Spot) -> Place:
        """The place of a spot in this layout; the very beginning is the first line."""
        return BEGINNING if spot == Spot() else self.layout.place_at(*spot)

    # Moves

    def _at(self, top: Place, marked: Place | None = None) -> TextView:
        top = max(BEGINNING, min(top, self.last_top))
        if top == self.top and marked == self.marked:
            return self
        moved = replace(self, top=top, marked=marked)
        return moved if moved._is_wide else replace(moved, side=0)

    @property
    def _is_wide(self) -> bool:
        """Whether something in view can be scrolled sideways."""
        return any(self.overflow(block) for block in {place.block for place, _ in self.lines()})

    def scroll(self, lines: int) -> TextView:
        """Scroll down by `lines`, up if negative."""
        move = self.layout.down if lines > 0 else self.layout.up
        return self._at(move(self.top, abs(lines)))

    def scroll_pages(self, direction: int, share: int = 1, times: int = 1) -> TextView:
        """Scroll a page less one line down for 1, up for -1; half a page if `share` is 2."""
        rows = self.size.rows // share - (share == 1)
        return self.scroll(times * direction * max(1, rows))

    def scroll_to(self, share: float) -> TextView:
        """Scroll to a share of the text, from 0 to 1."""
        return self._at(self.layout.place_of_share(share * self.layout.share(self.last_top)))

    def scroll_sideways(self, cells: int) -> TextView:
        """Scroll what is too wide to the right, to the left if negative."""
        most = max((self.overflow(block) for block in {place.block for place, _ in self.lines()}), default=0)
        side = max(0, min(most, self.side + cells))
        return self if side == self.side else replace(self, side=side)

    def jump(self, place: Place) -> TextView:
        """Go to a line and mark it; `back` returns."""
        trail = (*self.trail, self.spot(self.top))[-LONGEST_TRAIL:]
        return replace(self, trail=trail)._at(self.layout.up(place, ABOVE), place)

    def jump_to_end(self, *, last: bool) -> TextView:
        """Go to the beginning or the end; `back` returns."""
        there = self._at(self.layout.end if last else BEGINNING)
        return there if there.top == self.top else replace(there, trail=self.jump(self.top).trail)

    def back(self) -> TextView:
        """Return to where the last jump began."""
        if not self.trail:
            return self
        return replace(self, trail=self.trail[:-1])._at(self.place(self.trail[-1]))

    def go(self, spot: Spot) -> TextView:
        """Show a spot at the top."""
        return self._at(self.place(spot))

    def next_section(self, step: int) -> TextView:
        """Put the heading `step` sections further at the top, or the end of the text if there is none."""
        found = self.layout.next_section(self.top, step)
        if found is None:
            return self._at(self.layout.end if step > 0 else BEGINNING)
        return self._at(found)

    # Sizes

    def resized(self, size: Size) -> TextView:
        """Lay the text out for other room; the first line in view stays."""
        if size == self.size:
            return self
        spot = Spot() if self._is_in_front(self.top) else self.spot(self.top)
        marked = self.marked and self.spot(self.marked)
        layout = self.layout
        if size.columns != self.size.columns:
            layout = _layout(self.document, size, self.front)
        resized = replace(self, layout=layout, size=size, side=0)
        top = self.top if layout is self.layout else resized.place(spot)
        return resized._at(top, marked and resized.place(marked))

    def _is_in_front(self, place: Place) -> bool:
        return place.block == 0 and place.line <= len(self.layout.front)


def _layout(document: Document, size: Size, front: FrontLines) -> Layout:
    return Layout(document, size.measure, table_width=size.widest, front=front(size.measure))
