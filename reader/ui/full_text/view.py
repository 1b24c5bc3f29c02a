"""The visible part of a full text with its highlights and search, and its moves. Plain values, without Textual."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import dropwhile, islice
from typing import NamedTuple

from reader.core.document.find import DrawnWord, Point, Range, TextWords, drawn_words
from reader.core.document.layout import LETTERS_PER_MINUTE, BlockWriter, DocumentLine, Layout, TextPlace
from reader.core.document.model import Document, Heading, Landmark, Reference, Section, texts
from reader.core.ids import ids_in
from reader.core.lines import Piece, fill
from reader.core.passages import Passage
from reader.core.text import fold
from reader.core.words import Marker
from reader.ui.full_text.lines import FrontLines, TextLink, links_in
from reader.ui.kit.lines import pattern


class PlacedHighlight(NamedTuple):
    """A highlight and its place in a text."""

    passage: Passage
    range: Range | None
    """Its words; None if they are not in the text."""
    is_searched: bool = True
    """Whether the whole text has been searched for it, unless it was found in its last place."""


class HighlightSpan(NamedTuple):
    """A highlighted part of a line."""

    start: int
    end: int
    """Offsets in the line's text."""
    highlight: PlacedHighlight
    is_first: bool
    """Whether the highlight begins here."""


class Highlights:
    """The highlights of a text in one layout."""

    def __init__(self, layout: Layout, words: TextWords | None = None, entries: Sequence[PlacedHighlight] = ()) -> None:
        self._layout = layout
        self.words = words or TextWords(layout.document)
        self.entries = tuple(entries)
        self._drawn: dict[int, list[DrawnWord]] = {}
        self._spans: dict[int, Mapping[int, tuple[HighlightSpan, ...]]] = {}

    def with_highlights(self, entries: Sequence[PlacedHighlight]) -> Highlights:
        return Highlights(self._layout, self.words, entries)

    def with_passages(self, passages: Sequence[Passage]) -> Highlights:
        """The same text with other highlights; one that is not in its last place has yet to be searched for."""
        known = {entry.passage[:2]: entry for entry in self.entries}

        def placed(passage: Passage) -> PlacedHighlight:
            if (entry := known.get(passage[:2])) is not None:
                return entry._replace(passage=passage)
            found = self.words.find(passage)
            return PlacedHighlight(passage, found, is_searched=found is not None)

        return self.with_highlights([placed(passage) for passage in passages])

    def with_ranges(self, ranges: Mapping[str, Range | None]) -> Highlights:
        """The same highlights with the places found for some of them, by their ids."""
        return self.with_highlights(
            [
                PlacedHighlight(entry.passage, ranges[entry.passage.id]) if entry.passage.id in ranges else entry
                for entry in self.entries
            ]
        )

    def _words_of(self, block: int) -> list[DrawnWord]:
        words = self._drawn.get(block)
        if words is None:
            front = len(self._layout.front) if block == 0 else 0
            words = self._drawn[block] = drawn_words(self._layout.lines(block), self.words.words(block), front)
        return words

    # What is drawn

    def spans_on_line(self, place: TextPlace) -> tuple[HighlightSpan, ...]:
        spans = self._spans.get(place.block)
        if spans is None:
            spans = self._spans[place.block] = self._spans_by_line(place.block)
        return spans.get(place.line, ())

    def _spans_by_line(self, block: int) -> Mapping[int, tuple[HighlightSpan, ...]]:
        lines = self._layout.lines(block)
        spans: dict[int, list[HighlightSpan]] = {}
        for entry in self.entries:
            if entry.range is None or not entry.range.first.block <= block <= entry.range.last.block:
                continue
            parts = self._parts(block, entry.range)
            first_line = min(parts) if block == entry.range.first.block and parts else -1
            for line, (start, end) in parts.items():
                if lines[line].text[start:end].strip():
                    spans.setdefault(line, []).append(HighlightSpan(start, end, entry, line == first_line))
        return {line: tuple(sorted(parts, key=lambda part: part.start)) for line, parts in spans.items()}

    def _parts(self, block: int, range_: Range) -> Mapping[int, tuple[int, int]]:
        """The highlighted part of each line of a block; lines between them, such as a formula, count as a whole."""
        lines = self._layout.lines(block)
        first = range_.first.word if block == range_.first.block else 0
        last = range_.last.word if block == range_.last.block else len(self.words.words(block))
        parts: dict[int, tuple[int, int]] = {}
        for word in self._words_of(block):
            if first <= word.word <= last:
                start, end = parts.get(word.line, (word.start, word.end))
                parts[word.line] = min(start, word.start), max(end, word.end)
        numbers = parts or range(len(self._layout.front) if block == 0 else 0, len(lines))
        for number in range(min(numbers, default=0), max(numbers, default=-1) + 1):
            text = lines[number].text
            parts.setdefault(number, (len(text) - len(text.lstrip()), len(text.rstrip())))
        return parts

    def at(self, place: TextPlace) -> PlacedHighlight | None:
        return next((span.highlight for span in self.spans_on_line(place)), None)

    def first_overlap(self, words: Range) -> PlacedHighlight | None:
        """The first highlight that overlaps these words."""
        for entry in self.entries:
            if entry.range and entry.range.first <= words.last and words.first <= entry.range.last:
                return entry
        return None

    def by_id(self, id: str) -> PlacedHighlight | None:
        return next((entry for entry in self.entries if entry.passage.id == id), None)

    def place_of(self, highlight: PlacedHighlight) -> TextPlace | None:
        """The first line of a highlight; None if its words are not in the text."""
        if highlight.range is None:
            return None
        block = highlight.range.first.block
        return TextPlace(block, min(self._parts(block, highlight.range), default=0))

    def next_place(self, here: TextPlace, step: int) -> TextPlace | None:
        """The nearest highlight's first line below a place (1) or above it (-1), wrapping around."""
        ordered = sorted((entry.range, entry) for entry in self.entries if entry.range)[::step]
        # Only blocks from `here` on are laid out.
        candidates = [entry for range_, entry in ordered if (range_.first.block - here.block) * step >= 0]
        places = (place for entry in candidates if (place := self.place_of(entry)))
        nearest = next((place for place in places if (place > here if step == 1 else place < here)), None)
        return nearest or (self.place_of(ordered[0][1]) if ordered else None)

    def words_between(self, first: TextPlace, last: TextPlace) -> Range | None:
        """The range of the words on these lines; None if the lines have no words."""
        blocks = range(first.block, last.block + 1)
        forward = ((block, self._words_on(block, first, last)) for block in blocks)
        begin = next((Point(block, min(words)) for block, words in forward if words), None)
        backward = ((block, self._words_on(block, first, last)) for block in reversed(blocks))
        end = next((Point(block, max(words)) for block, words in backward if words), None)
        return Range(begin, end) if begin and end else None

    def _words_on(self, block: int, first: TextPlace, last: TextPlace) -> Sequence[int]:
        """The numbers of a block's words on these lines; of all its words if the block is not drawn as written."""
        drawn = self._words_of(block)
        if not drawn:
            return range(len(self.words.words(block)))
        return [word.word for word in drawn if first <= TextPlace(block, word.line) <= last]


MAX_COUNTED_LINES = 1_000
"""Maximum matching lines counted; counting more would take most of a second in a large text."""

_TEX = re.compile(r"[\\_^]")


class Spot(NamedTuple):
    """A width-independent place: a block, and the letters of the block before it."""

    block: int = 0
    letter: int = -1
    """-1 for lines before the letters of the block, such as an empty line or the lines before the text."""


class Search(NamedTuple):
    """The search words, and where the search began."""

    text: str = ""
    is_typing: bool = False
    origin: Spot = Spot()

    @property
    def pattern(self) -> Marker | None:
        """Matches at the beginning of words; None if there are no letters."""
        return pattern((self.text,)) if self.text.strip() else None


class _Block(NamedTuple):
    """A block's text, folded, and the offsets of its lines."""

    folded: str
    starts: list[int]


class TextIndex:
    """The folded words of one layout; a block is laid out only if its text may match."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._blocks: dict[int, _Block] = {}
        self._texts: dict[int, str] = {}

    def _text(self, block: int) -> str:
        """A block's text in any layout; its parts are also joined without spaces, for words with several styles."""
        text = self._texts.get(block)
        if text is None:
            parts = [*texts(self._layout.document.blocks[block])]
            front = [line.text for line in self._layout.front] if block == 0 else []
            text = self._texts[block] = fold(f"{' '.join([*front, *parts])} {''.join(parts)}")
        return text

    def _may_match(self, searched: Marker, block: int) -> bool:
        """Whether lines of a block may match; formulas are drawn with symbols that are not in their TeX."""
        text = self._text(block)
        return bool(searched.spans(text)) or (searched.may_be_signs and _TEX.search(text) is not None)

    def _block(self, block: int) -> _Block:
        folded = self._blocks.get(block)
        if folded is None:
            text, starts = "", []
            for line in self._layout.lines(block):
                starts.append(len(text))
                text += fold(line.text.strip()) + " "
            folded = self._blocks[block] = _Block(text, starts)
        return folded

    def matches(self, searched: Marker, block: int) -> list[TextPlace]:
        if not self._may_match(searched, block):
            return []
        text, starts = self._block(block)
        lines = (bisect_right(starts, start) - 1 for start, _ in searched.spans(text))
        return [TextPlace(block, line) for line in dict.fromkeys(lines)]

    def first_matches(self, searched: Marker) -> list[TextPlace]:
        """The lines in which a match begins, at most `MAX_COUNTED_LINES`."""
        places = (place for block in self._order(0, 1) for place in self.matches(searched, block))
        return list(islice(places, MAX_COUNTED_LINES))

    def next_match(self, searched: Marker, place: TextPlace, step: int) -> TextPlace | None:
        """The nearest match below a place (1) or above it (-1), wrapping around; None if there is none."""
        for block in self._order(place.block, step):
            for match in self.matches(searched, block)[::step]:
                if block != place.block or (match > place if step == 1 else match < place):
                    return match
        return next(iter(self.matches(searched, place.block)[::step]), None)

    def _order(self, first: int, step: int) -> Iterator[int]:
        count = len(self._layout.document.blocks)
        return ((first + step * number) % count for number in range(count))


MAX_MEASURE_CELLS = 76
"""Maximum cells of a line of running text."""

MIN_MARGIN_CELLS = 2
"""Minimum cells left of the text; the first cell is for the bar of a marked line."""

LINES_ABOVE_TARGET = 2
"""Lines shown above the target of a jump."""

BEGINNING = TextPlace()

NO_SEARCH = Search()

MAX_PEEK_LINES = 10
"""Maximum lines of the box over the text."""

MAX_TRAIL_LENGTH = 100


class Size(NamedTuple):
    """The space for the text, in cells."""

    columns: int = 80
    rows: int = 24

    @property
    def measure(self) -> int:
        """Cells of a line of running text."""
        return min(MAX_MEASURE_CELLS, self.max_width)

    @property
    def margin(self) -> int:
        """Cells left of running text, which is centred."""
        return max(MIN_MARGIN_CELLS, (self.columns - self.measure) // 2)

    @property
    def max_width(self) -> int:
        """Maximum cells of a table without sideways scrolling."""
        return max(1, self.columns - MIN_MARGIN_CELLS - 1)


class TextSelection(NamedTuple):
    """The selected lines, from the anchor to the cursor."""

    cursor: TextPlace
    anchor: TextPlace

    @property
    def first(self) -> TextPlace:
        return min(self.cursor, self.anchor)

    @property
    def last(self) -> TextPlace:
        return max(self.cursor, self.anchor)


class Peek(NamedTuple):
    """The target of a reference, shown in a box over the text."""

    goal: TextPlace
    lines: tuple[DocumentLine, ...]
    text: str
    """The text to copy: a formula's TeX, or the text of the target."""
    id: str
    """The arXiv id in a bibliography entry."""
    is_above: bool
    """Whether the box is at the top of the screen, because the reference is in the lower half."""


def _no_front(_width: int) -> Sequence[DocumentLine]:
    return ()


@dataclass(frozen=True, eq=False, slots=True)
class TextView:
    """A document laid out for the screen, and its visible part."""

    layout: Layout
    index: TextIndex
    highlights: Highlights
    size: Size
    front: FrontLines = _no_front
    top: TextPlace = BEGINNING
    side: int = 0
    """Cells by which wide lines are scrolled sideways."""
    marked: TextPlace | None = None
    """The target of a jump, until the view moves."""
    trail: tuple[Spot, ...] = field(default=())
    """Origins of jumps, latest last."""
    search: Search = NO_SEARCH
    selection: TextSelection | None = None
    links: tuple[TextLink, ...] = ()
    """References to choose from by a letter."""
    peek: Peek | None = None

    @classmethod
    def open(cls, document: Document, size: Size, front: FrontLines = _no_front) -> TextView:
        """Lay out a document, from its beginning."""
        layout = _layout(document, size, front)
        return cls(layout, TextIndex(layout), Highlights(layout), size, front)

    @property
    def document(self) -> Document:
        return self.layout.document

    # The visible part

    def lines(self) -> list[tuple[TextPlace, DocumentLine]]:
        return self.layout.placed_lines(self.top, self.size.rows)

    def margin(self, block: int) -> int:
        """Cells left of a block; a wide table begins further left than running text."""
        size = self.size
        return (
            size.margin
            if block == 0
            else max(MIN_MARGIN_CELLS, min(size.margin, size.columns - 1 - self.layout.cells(block)))
        )

    def overflow(self, block: int) -> int:
        return max(0, self.layout.cells(block) - self.size.max_width)

    @property
    def last_top(self) -> TextPlace:
        """The first visible line at the end of the text."""
        return self.layout.up(self.layout.end, self.size.rows - 1)

    @property
    def is_at_end(self) -> bool:
        return self.top >= self.last_top

    @property
    def section(self) -> Section | None:
        """The section of the marked line, or else of the third visible line."""
        if self.marked is not None:
            return self.document.section_of(self.marked.block)
        return self.document.section_of(self.layout.down(self.top, min(2, self.size.rows - 1)).block)

    @property
    def progress(self) -> float:
        """The share that has been read: 0 at the beginning, 1 once the end is visible."""
        if self.is_at_end:
            return 1.0
        end = self.layout.share(self.last_top)
        return self.layout.share(self.top) / end if end else 1.0

    @property
    def minutes_left(self) -> int:
        return round(self.layout.letters * (1 - self.progress) / LETTERS_PER_MINUTE)

    def spot(self, place: TextPlace) -> Spot:
        """The width-independent place of a line."""
        block, index = place
        lines = self.layout.lines(block)
        is_before = (block == 0 and index < len(self.layout.front)) or (
            lines[index].start == 0 and not lines[index].pieces
        )
        return Spot(block, -1 if is_before else self.layout.letter(place))

    def place(self, spot: Spot) -> TextPlace:
        return self.layout.place_at(*spot)

    # Moves

    def _at(self, top: TextPlace, marked: TextPlace | None = None) -> TextView:
        top = max(BEGINNING, min(top, self.last_top))
        if top == self.top and marked == self.marked:
            return self
        moved = replace(self, top=top, marked=marked)
        return moved if moved._overflow else replace(moved, side=0)

    @property
    def _overflow(self) -> int:
        """Most cells of a visible block that do not fit."""
        return max(self.overflow(block) for block in {place.block for place, _ in self.lines()})

    def scroll(self, lines: int) -> TextView:
        return self._at(self._at_offset(self.top, lines))

    def _at_offset(self, place: TextPlace, lines: int) -> TextPlace:
        """The place some lines below another, or above it if negative."""
        return self.layout.down(self.layout.up(place, max(0, -lines)), lines)

    def scroll_pages(self, direction: int, share: int = 1, times: int = 1) -> TextView:
        """Scroll down for 1, up for -1: a page less one line, or half a page if `share` is 2."""
        lines = self.size.rows // share - (share == 1)
        return self.scroll(direction * times * max(1, lines))

    def scroll_sideways(self, cells: int) -> TextView:
        side = max(0, min(self._overflow, self.side + cells))
        return self if side == self.side else replace(self, side=side)

    def jump(self, place: TextPlace) -> TextView:
        """Go to a line and mark it; `back` returns."""
        return self._remember(self.top)._at(self.layout.up(place, LINES_ABOVE_TARGET), place)

    def _remember(self, place: TextPlace) -> TextView:
        spot = self.spot(place)
        return self if self.trail[-1:] == (spot,) else replace(self, trail=(*self.trail, spot)[-MAX_TRAIL_LENGTH:])

    def jump_to_end(self, *, last: bool) -> TextView:
        """Go to the beginning or the end; `back` returns."""
        view = self._at(self.layout.end if last else BEGINNING)
        return view if view.top == self.top else replace(view, trail=self._remember(self.top).trail)

    def back(self) -> TextView:
        """Return to the origin of the last visible jump; the same view if there is none."""
        trail = self.trail
        while trail and self.marked is None and self.place(trail[-1]) == self.top:
            trail = trail[:-1]
        return replace(self, trail=trail[:-1])._at(self.place(trail[-1])) if trail else self

    def go(self, spot: Spot) -> TextView:
        return self._at(self.place(spot))

    def next_section(self, step: int) -> TextView:
        """Put the heading `step` sections further at the top, or show the end of the text."""
        heading = self.layout.next_section(self.marked or self.top, step)
        if heading is None:
            return self._at(self.layout.end if step > 0 else BEGINNING)
        return self._at(heading, heading if heading > self.last_top else None)

    def go_to_block(self, block: int) -> TextView:
        """Put a block at the top, and mark it if the end of the text prevents that; `back` returns."""
        start = self.layout.start_of(block)
        return self._remember(self.top)._at(start, start if start > self.last_top else None)

    def go_to_landmark(self, landmark: Landmark) -> TextView:
        """Show and mark a figure, table, theorem, section or equation; `back` returns."""
        place = self.layout.place_of(landmark.anchor) if landmark.anchor else None
        return self.jump(place or self.layout.start_of(landmark.block))

    # Search

    @property
    def named_part(self) -> Landmark | None:
        """The part that the search names, such as `Table 2`; a search shows it instead of the first match."""
        return self.document.find_landmark(self.search.text)

    def type_search(self, text: str) -> TextView:
        """Show the first match for the typed words, or the origin of the search if there is none."""
        search = self.search
        if not search.is_typing:
            search = Search(is_typing=True, origin=self.spot(self.top))
        search = search._replace(text=text)
        origin = self.place(search.origin)
        view = replace(self, search=search)
        searched = search.pattern
        match = searched and self.index.next_match(searched, origin._replace(line=origin.line - 1), 1)
        return view._show(match) if match else view._at(origin)

    def end_search(self, *, is_kept: bool) -> TextView:
        """Keep the typed words and the match, or return to the origin without words."""
        origin = self.place(self.search.origin)
        if not (is_kept and self.search.text.strip()):
            return replace(self, search=NO_SEARCH)._at(origin)
        view = replace(self, search=self.search._replace(is_typing=False))
        view = view._remember(origin) if view.marked else view
        return view.go_to_landmark(self.named_part) if self.named_part is not None else view

    def next_match(self, step: int) -> TextView:
        """Go to the next match, or to the previous one for -1, wrapping around."""
        searched = self.search.pattern
        if searched is None:
            return self.next_highlight(step)
        match = self.index.next_match(searched, self.marked or self.top, step)
        if not match:
            return self
        # From match to match, only the first origin is remembered.
        return (self if self.marked else self._remember(self.top))._show(match)

    def matches(self) -> tuple[int, int]:
        """The position of the marked line among the matching lines, or 0, and their number up to a limit."""
        searched = self.search.pattern
        lines = self.index.first_matches(searched) if searched else []
        return lines.index(self.marked) + 1 if self.marked in lines else 0, len(lines)

    def _show(self, place: TextPlace) -> TextView:
        return self._at(self.top if self._is_visible(place) else self.layout.up(place, self.size.rows // 3), place)

    def _is_visible(self, place: TextPlace) -> bool:
        return self.top <= place <= self.layout.down(self.top, self.size.rows - 1)

    # References

    def choose_link(self) -> TextView:
        return replace(self, links=tuple(links_in(self.lines(), self.layout)))

    def without_links(self) -> TextView:
        return replace(self, links=()) if self.links else self

    def peek_at(self, goal: TextPlace, origin: TextPlace | None = None) -> TextView:
        """Show a place in a box over the text that does not cover the reference."""
        most = max(1, min(MAX_PEEK_LINES, self.size.rows // 2 - 2))
        block = self.document.blocks[goal.block]
        placed = [*dropwhile(lambda pair: not pair[1].text.strip(), self.layout.placed_lines(goal, 2 * most))]
        lines = [line for place, line in placed if isinstance(block, Heading) or place.block == goal.block][:most]
        while lines and not lines[-1].text.strip():
            lines.pop()
        text = " ".join(line.text.strip() for line in lines)
        cited: Sequence[str] = ()
        formula = placed[0][1].formula if placed else None
        if isinstance(block, Reference):
            cited = ids_in(" ".join((*texts(block), *(span.target for span in block.spans))))
        elif formula is not None:
            text = "\n".join(formula.rows)
            tex = [DocumentLine(line) for row in formula.rows for line in fill([Piece(row, "code")], self.size.measure)]
            # A formula that was chosen itself is visible already.
            drawn = () if origin == goal else BlockWriter(self.size.measure).lines(formula, None)
            lines = [*drawn, *tex][:most]
        is_above = origin is not None and origin > self.layout.down(self.top, self.size.rows // 2)
        return replace(self, peek=Peek(goal, tuple(lines), text, cited[0] if cited else "", is_above))

    def without_peek(self) -> TextView:
        return replace(self, peek=None) if self.peek else self

    # Selection

    def select(self) -> TextView:
        if self.selection is not None:
            return replace(self, selection=self.selection._replace(anchor=self.selection.cursor))
        lines = self.lines()
        with_text = [place for place, line in lines if line.text.strip()]
        places = [place for place, _ in lines]
        here = self.marked if self.marked in places else with_text[0] if with_text else self.top
        return replace(self, selection=TextSelection(here, here))

    def move_cursor(self, lines: int) -> TextView:
        if self.selection is None:
            return self
        return self._with_cursor(self.selection, self._at_offset(self.selection.cursor, lines))

    def move_cursor_to_end(self, *, last: bool) -> TextView:
        if self.selection is None:
            return self
        return self._with_cursor(self.selection, self.layout.end if last else BEGINNING)

    @property
    def selected_words(self) -> Range | None:
        if self.selection is None:
            return None
        return self.highlights.words_between(self.selection.first, self.selection.last)

    def _with_cursor(self, selection: TextSelection, cursor: TextPlace) -> TextView:
        moved = replace(self, selection=selection._replace(cursor=cursor))
        last = self.layout.down(self.top, self.size.rows - 1)
        top = cursor if cursor < self.top else self.layout.up(cursor, self.size.rows - 1) if cursor > last else self.top
        return moved._at(top)

    def without_selection(self) -> TextView:
        return replace(self, selection=None) if self.selection else self

    # Highlights

    @property
    def current_highlight(self) -> PlacedHighlight | None:
        """The highlight that keys act on: the first that overlaps the selection, or else is on the marked line."""
        if self.selection is not None:
            words = self.selected_words
            return self.highlights.first_overlap(words) if words else None
        return self.highlights.at(self.marked) if self.marked else None

    @property
    def highlight_in_view(self) -> PlacedHighlight | None:
        """The first visible highlight from the marked line on, or else the first visible highlight."""
        placed = [(place, span.highlight) for place, _ in self.lines() for span in self.highlights.spans_on_line(place)]
        below = (highlight for place, highlight in placed if self.marked is not None and place >= self.marked)
        return next(below, placed[0][1] if placed else None)

    def scroll_above(self, row: int) -> TextView:
        """Scroll so that the marked line is above a row of the screen, from which on a note covers the text."""
        if self.marked is None or self.marked < self.layout.down(self.top, max(0, row)):
            return self
        return self._at(self.layout.up(self.marked, min(LINES_ABOVE_TARGET, max(0, row - 1))), self.marked)

    def mark_highlight(self, highlight: PlacedHighlight) -> TextView:
        """Mark the line of a highlight, so that keys act on it; `back` returns if the view moves."""
        place, view = self.highlights.place_of(highlight), self.without_selection()
        if place is None:
            return view
        return view._at(self.top, place) if self._is_visible(place) else view.jump(place)

    def next_highlight(self, step: int) -> TextView:
        """Go to the next highlight, or to the previous one for -1, wrapping around."""
        place = self.highlights.next_place(self.marked or self.top, step)
        return (self if self.marked else self._remember(self.top))._show(place) if place else self

    def with_size(self, size: Size) -> TextView:
        """Lay out the text for another size, keeping the first visible line."""
        if size == self.size:
            return self
        if size.columns == self.size.columns:
            return replace(self, size=size)._at(self.top, self.marked)
        resized = TextView.open(self.document, size, self.front)
        highlights = Highlights(resized.layout, self.highlights.words, self.highlights.entries)
        resized = replace(resized, highlights=highlights, trail=self.trail, search=self.search, peek=self.peek)
        return resized._at(resized.place(self.spot(self.top)), self.marked and resized.place(self.spot(self.marked)))


def _layout(document: Document, size: Size, front: FrontLines) -> Layout:
    return Layout(document, size.measure, table_width=size.max_width, front=front(size.measure))
