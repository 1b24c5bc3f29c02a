"""The places of highlights in the lines of the open text. Plain values, without Textual."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from reader.core.document.anchors import DrawnWord, Point, Range, TextWords, drawn_words
from reader.core.document.layout import Layout, TextPlace
from reader.core.passages import Passage

AT_ONCE = 100
"""Highlights located as a text opens, in at most 10 ms; others follow."""


class PlacedHighlight(NamedTuple):
    """A highlight and its place in a text."""

    passage: Passage
    range: Range | None
    """Its words; None if they are not in the text."""


class Painted(NamedTuple):
    """A highlighted part of a line."""

    start: int
    end: int
    """Letters of the line before it, and up to its end."""
    kept: PlacedHighlight
    is_first: bool
    """Whether it is where the highlight begins."""


class Highlights:
    """The highlights of a text in one layout."""

    def __init__(self, layout: Layout, words: TextWords | None = None, kept: Sequence[PlacedHighlight] = ()) -> None:
        self._layout = layout
        self.words = words or TextWords(layout.document)
        self.kept = tuple(kept)
        self._drawn: dict[int, list[DrawnWord]] = {}
        self._painted: dict[int, Mapping[int, tuple[Painted, ...]]] = {}
        self._by_block: dict[int, list[PlacedHighlight]] = {}
        for one in self.kept:
            if one.range is not None:
                for block in range(one.range.first.block, one.range.last.block + 1):
                    self._by_block.setdefault(block, []).append(one)

    def with_kept(self, kept: Sequence[PlacedHighlight]) -> Highlights:
        return Highlights(self._layout, self.words, kept)

    def laid_out(self, layout: Layout) -> Highlights:
        return Highlights(layout, self.words, self.kept)

    def with_passages(self, passages: Sequence[Passage]) -> Highlights:
        """The same text with other highlights; moved ones have no place until searched for."""
        known = {one.passage[:4]: one.range for one in self.kept if one.range}
        new = {one[:4]: self.words.near(one) for one in [one for one in passages if one[:4] not in known][:AT_ONCE]}
        return self.with_kept([PlacedHighlight(one, (known | new).get(one[:4])) for one in passages])

    def searched(self) -> list[PlacedHighlight]:
        """The highlights, with missing places searched for in the whole text, which may take a second."""
        words = self.words
        return [PlacedHighlight(one, place or words.near(one) or words.find(one)) for one, place in self.kept]

    def _words_of(self, block: int) -> list[DrawnWord]:
        found = self._drawn.get(block)
        if found is None:
            front = len(self._layout.front) if block == 0 else 0
            found = drawn_words(self._layout.lines(block), self.words.words(block), front)
            self._drawn[block] = found
        return found

    # What is drawn

    def on_line(self, place: TextPlace) -> tuple[Painted, ...]:
        if place.block not in self._by_block:
            return ()
        painted = self._painted.get(place.block)
        if painted is None:
            painted = self._painted[place.block] = self._paint(place.block)
        return painted.get(place.line, ())

    def _paint(self, block: int) -> Mapping[int, tuple[Painted, ...]]:
        lines = self._layout.lines(block)
        found: dict[int, list[Painted]] = {}
        for kept in self._by_block[block]:
            parts = self._parts(block, kept.range)
            begins = min(parts) if kept.range and block == kept.range.first.block and parts else -1
            for line, (start, end) in parts.items():
                if lines[line].text[start:end].strip():
                    found.setdefault(line, []).append(Painted(start, end, kept, line == begins))
        return {line: tuple(sorted(parts, key=lambda part: part.start)) for line, parts in found.items()}

    def _parts(self, block: int, range_: Range | None) -> Mapping[int, tuple[int, int]]:
        """The highlighted part of each line of a block; lines between them, such as a formula, count as a whole."""
        if range_ is None:
            return {}
        lines = self._layout.lines(block)
        first = range_.first.word if block == range_.first.block else 0
        last = range_.last.word if block == range_.last.block else len(self.words.words(block))
        parts: dict[int, tuple[int, int]] = {}
        for one in self._words_of(block):
            if first <= one.word <= last:
                start, end = parts.get(one.line, (one.start, one.end))
                parts[one.line] = min(start, one.start), max(end, one.end)
        numbers = parts or range(len(self._layout.front) if block == 0 else 0, len(lines))
        for number in range(min(numbers, default=0), max(numbers, default=-1) + 1):
            text = lines[number].text
            parts.setdefault(number, (len(text) - len(text.lstrip()), len(text.rstrip())))
        return parts

    def at(self, place: TextPlace) -> PlacedHighlight | None:
        return next((part.kept for part in self.on_line(place)), None)

    def within(self, chosen: Range) -> PlacedHighlight | None:
        """The first highlight that overlaps these words."""
        return next(
            (
                one
                for one in self.kept
                if one.range and one.range.first <= chosen.last and chosen.first <= one.range.last
            ),
            None,
        )

    def of(self, id: str) -> PlacedHighlight | None:
        return next((one for one in self.kept if one.passage.id == id), None)

    def place_of(self, kept: PlacedHighlight) -> TextPlace | None:
        """The first line of a highlight; None if its words are not in the text."""
        if kept.range is None:
            return None
        block = kept.range.first.block
        return TextPlace(block, min(self._parts(block, kept.range), default=0))

    def following(self, here: TextPlace, step: int) -> TextPlace | None:
        """The nearest highlight's first line below a place (1) or above it (-1), wrapping around."""
        found = sorted((one.range, one) for one in self.kept if one.range)[::step]
        # Lay out only possible blocks.
        beyond = [one for place, one in found if (place.first.block - here.block) * step >= 0]
        places = (place for one in beyond if (place := self.place_of(one)))
        nearest = next((place for place in places if (place > here if step == 1 else place < here)), None)
        return nearest or (self.place_of(found[0][1]) if found else None)

    def words_between(self, first: TextPlace, last: TextPlace) -> Range | None:
        """The words of some lines; None if there are none."""
        blocks = range(first.block, last.block + 1)
        found = ((block, self._words_on(block, first, last)) for block in blocks)
        begin = next((Point(block, min(words)) for block, words in found if words), None)
        found = ((block, self._words_on(block, first, last)) for block in reversed(blocks))
        end = next((Point(block, max(words)) for block, words in found if words), None)
        return Range(begin, end) if begin and end else None

    def _words_on(self, block: int, first: TextPlace, last: TextPlace) -> Sequence[int]:
        """The words of a block on some lines; all of its words if none is drawn as in the text."""
        drawn = self._words_of(block)
        if not drawn:
            return range(len(self.words.words(block)))
        return [one.word for one in drawn if first <= TextPlace(block, one.line) <= last]
