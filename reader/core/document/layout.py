"""A document in lines for a width: each block is laid out when first needed.

A place is a block and a line of it. Letters before a line are the same at any width, so a place survives a new layout;
progress is counted in letters, too, without a layout.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import accumulate, islice
from typing import NamedTuple

from reader.core.document.block_lines import BlockWriter, DocumentLine
from reader.core.document.model import Document
from reader.core.lines import measure

LETTERS_A_MINUTE = 1_200
"""How fast a paper is read: some 200 words a minute."""


class TextPlace(NamedTuple):
    """A line of a layout."""

    block: int = 0
    line: int = 0


class Layout:
    """The lines of a document at a width; without a width, each paragraph is one line, as for a pipe."""

    def __init__(
        self,
        document: Document,
        width: int | None,
        *,
        table_width: int | None = None,
        front: Sequence[DocumentLine] = (),
    ) -> None:
        """`table_width` is the room for a table before its long cells break; the default is the width.

        `front` are lines before the text, such as the title; they belong to the first block.
        """
        self.document = document
        self.width = width
        self.front = tuple(front)
        self._writer = BlockWriter(width, table_width)
        self._lines: dict[int, tuple[DocumentLine, ...]] = {}
        self._cells: dict[int, int] = {}

    def lines(self, block: int) -> tuple[DocumentLine, ...]:
        """The lines of a block, with the empty ones before it."""
        found = self._lines.get(block)
        if found is None:
            blocks = self.document.blocks
            before = blocks[block - 1] if block else None
            lines = tuple(self._writer.lines(blocks[block], before))
            found = self._lines[block] = lines if block else (*self.front, *lines)
        return found

    def __iter__(self) -> Iterator[DocumentLine]:
        for block in range(len(self.document.blocks)):
            yield from self.lines(block)

    # Places

    def _from(self, place: TextPlace) -> Iterator[tuple[TextPlace, DocumentLine]]:
        """The lines from a place on, with their places."""
        first = place.line
        for block in range(place.block, len(self.document.blocks)):
            yield from ((TextPlace(block, first + at), line) for at, line in enumerate(self.lines(block)[first:]))
            first = 0

    def placed(self, place: TextPlace, rows: int) -> list[tuple[TextPlace, DocumentLine]]:
        """At most `rows` lines from a place on, with their places."""
        return list(islice(self._from(place), max(0, rows)))

    def down(self, place: TextPlace, rows: int) -> TextPlace:
        found = self.placed(place, rows + 1)
        return found[-1][0] if found else place

    def up(self, place: TextPlace, rows: int) -> TextPlace:
        block, line = place
        while rows > line and block:
            rows -= line + 1
            block -= 1
            line = len(self.lines(block)) - 1
        return TextPlace(block, max(0, line - rows))

    @property
    def end(self) -> TextPlace:
        last = max(0, len(self.document.blocks) - 1)
        return TextPlace(last, max(0, len(self.lines(last)) - 1) if self.document.blocks else 0)

    def cells(self, block: int) -> int:
        """The width of a block: that of its widest line."""
        found = self._cells.get(block)
        if found is None:
            found = self._cells[block] = max((measure(line.pieces) for line in self.lines(block)), default=0)
        return found

    def place_of(self, anchor: str) -> TextPlace | None:
        """Where a link to an anchor leads, with or without its `#`."""
        name = anchor if anchor in self.document.anchors else anchor.removeprefix("#")
        block = self.document.anchors.get(name)
        if block is None:
            return None
        return TextPlace(
            block, next((index for index, line in enumerate(self.lines(block)) if name in line.anchors), 0)
        )

    def letter(self, place: TextPlace) -> int:
        """The letters of the block before a place."""
        lines = self.lines(place.block) if self.document.blocks else ()
        return lines[place.line].start if place.line < len(lines) else 0

    def place_at(self, block: int, letter: int) -> TextPlace:
        """The line of a block that contains a letter: the same place in another layout."""
        block = max(0, min(block, len(self.document.blocks) - 1))
        lines = self.lines(block) if self.document.blocks else ()
        found = bisect_right([line.start for line in lines], letter) - 1
        return TextPlace(block, max(0, found))

    # Progress

    @property
    def letters(self) -> int:
        return self._before[-1]

    @cached_property
    def _before(self) -> list[int]:
        return [0, *accumulate(self.document.sizes)]

    def share(self, place: TextPlace) -> float:
        """How much of the document is above a place, from 0 to 1."""
        total = self._before[-1]
        if not total:
            return 0.0
        size = self.document.sizes[place.block]
        return min(1.0, (self._before[place.block] + min(size, self.letter(place))) / total)

    def place_of_share(self, share: float) -> TextPlace:
        """The first line below this share of the document."""
        letters = share * self._before[-1]
        block = max(0, min(bisect_right(self._before, letters), len(self.document.blocks)) - 1)
        return self.place_at(block, int(letters - self._before[block]))

    def next_section(self, place: TextPlace, step: int) -> TextPlace | None:
        starts = [section.start for section in self.document.sections]
        at = bisect_right(starts, place.block) - 1
        is_within = at >= 0 and (starts[at] < place.block or self.letter(place) > 0)
        wanted = at + step + (1 if step < 0 and is_within else 0)
        return self.start_of(starts[wanted]) if 0 <= wanted < len(starts) else None

    def start_of(self, block: int) -> TextPlace:
        """The first line of a block that is not empty."""
        return TextPlace(block, next((index for index, line in enumerate(self.lines(block)) if line.pieces), 0))
