"""A full text on the screen: which lines are in view, and what moves them. Plain values, without Textual."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import NamedTuple

from reader.core.document.anchors import Range
from reader.core.document.block_lines import BlockWriter, DocumentLine
from reader.core.document.layout import Layout, TextPlace
from reader.core.document.model import Document, Formula, Heading, Reference, Section, texts
from reader.core.ids import ids_in
from reader.core.lines import Piece, fill
from reader.core.text import fold
from reader.ui.full_text.highlights import Highlights, Kept
from reader.ui.full_text.lines import FrontLines, part_of
from reader.ui.full_text.links import Link, links_in
from reader.ui.kit.lines import pattern

MOST_COUNTED = 1_000
"""Lines with the words that are counted: more would take a large text most of a second."""

_CHOSEN = re.compile(r"\S*[^\W_]\S*")
_SYMBOLS = re.compile(r"[^\x00-\x7f]|\d")
_TEX = re.compile(r"[\\_^]")


class Search(NamedTuple):
    """The words that are looked for, and where the search began."""

    text: str = ""
    is_typing: bool = False
    block: int = 0
    letter: int = 0
    before: str = ""
    """The words that were looked for before these were typed."""

    @property
    def pattern(self) -> re.Pattern[str] | None:
        """What finds the text, at the beginning of words; None if it has no letters."""
        return pattern((self.text,)) if self.text.strip() else None


class _Block(NamedTuple):
    """The text of a block, folded, and where its lines begin in it."""

    folded: str
    starts: list[int]


class TextIndex:
    """The folded words of one layout; a block is laid out only if its text has what is looked for."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._blocks: dict[int, _Block] = {}
        self._texts: dict[int, str] = {}

    def _text(self, block: int) -> str:
        """The text of a block in any layout; words that change their style within are together and apart."""
        found = self._texts.get(block)
        if found is None:
            parts = [*texts(self._layout.document.blocks[block])]
            front = [line.text for line in self._layout.front] if block == 0 else []
            found = self._texts[block] = fold(f"{' '.join([*front, *parts])} {''.join(parts)}")
        return found

    def _may_match(self, searched: re.Pattern[str], block: int) -> bool:
        """Whether lines of a block may match: formulas are drawn with signs that their TeX does not have."""
        return searched.search(self._text(block)) is not None or (
            _SYMBOLS.search(searched.pattern) is not None and _TEX.search(self._text(block)) is not None
        )

    def _block(self, block: int) -> _Block:
        found = self._blocks.get(block)
        if found is None:
            text, starts = "", []
            for line in self._layout.lines(block):
                starts.append(len(text))
                text += fold(line.text.strip()) + " "
            found = self._blocks[block] = _Block(text, starts)
        return found

    def matches(self, searched: re.Pattern[str], block: int) -> list[TextPlace]:
        """The lines of a block in which a match begins."""
        if not self._may_match(searched, block):
            return []
        text, starts = self._block(block)
        lines = (bisect_right(starts, match.start()) - 1 for match in searched.finditer(text))
        return [TextPlace(block, line) for line in dict.fromkeys(lines)]

    def first_matches(self, searched: re.Pattern[str]) -> list[TextPlace]:
        """The lines of the whole text in which a match begins, at most `MOST_COUNTED`."""
        places = (place for block in self._order(0, 1) for place in self.matches(searched, block))
        return list(islice(places, MOST_COUNTED))

    def following(self, searched: re.Pattern[str], place: TextPlace, step: int) -> TextPlace | None:
        """The nearest match below a place (1) or above it (-1), around the ends; None if there is none."""
        for block in self._order(place.block, step):
            found = self.matches(searched, block)
            for match in found if step > 0 else reversed(found):
                if block != place.block or (match > place if step > 0 else match < place):
                    return match
        return next(iter(self.matches(searched, place.block)[:: step or 1]), None)

    def _order(self, first: int, step: int) -> Iterator[int]:
        """All blocks from one on, around the ends."""
        count = len(self._layout.document.blocks)
        return ((first + step * number) % count for number in range(count))


MEASURE = 76
"""Maximum cells of a line of running text."""

MARGIN = 2
"""Cells left of the text at least, of which the first is for the bar of a marked line."""

ABOVE = 2
"""Lines in view above the line that a jump leads to."""

BEGINNING = TextPlace()

NO_SEARCH = Search()

HIGHEST_HEAD = 6
"""Lines of the head of a table that stays in view."""

LONGEST_PEEK = 10
"""Lines of a text that are shown over it."""

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
        """Cells left of running text, which is in the middle."""
        return max(MARGIN, (self.columns - self.measure) // 2)

    @property
    def widest(self) -> int:
        """Cells that a table can have without being scrolled sideways."""
        return max(1, self.columns - MARGIN - 1)


class Spot(NamedTuple):
    """A place that holds at any width: a block, and the letters of it that come before."""

    block: int = 0
    letter: int = -1
    """-1 for what is before the letters of the block: an empty line, or the lines before the text."""


class Selection(NamedTuple):
    """Lines that are being chosen, or words: from the anchor to the cursor."""

    cursor: TextPlace
    anchor: TextPlace
    word: int | None = None
    """The word of its line that the cursor is on; None while whole lines are chosen."""
    anchor_word: int = 0

    @property
    def first(self) -> TextPlace:
        """The first chosen line."""
        return min(self.cursor, self.anchor)

    @property
    def last(self) -> TextPlace:
        """The last chosen line."""
        return max(self.cursor, self.anchor)


class Peek(NamedTuple):
    """What a reference refers to, shown over the text, which does not move."""

    goal: TextPlace
    lines: tuple[DocumentLine, ...]
    text: str = ""
    """What is copied of it: the TeX of a formula, or what it says."""
    id: str = ""
    """The arXiv id of the paper that a reference of the bibliography names."""
    is_above: bool = False
    """Whether it stands at the top of the screen: the reference is in the lower half."""
    formula: Formula | None = None


def _no_front(_width: int) -> Sequence[DocumentLine]:
    return ()


@dataclass(frozen=True, eq=False, slots=True)
class TextView:
    """A document, laid out for the screen, and the part of it that is in view."""

    layout: Layout
    index: TextIndex
    """The words of the layout."""
    highlights: Highlights
    size: Size
    front: FrontLines = _no_front
    top: TextPlace = BEGINNING
    """The first line in view."""
    side: int = 0
    """Cells by which lines that are too wide are scrolled sideways."""
    marked: TextPlace | None = None
    """The line that a jump led to, until the view moves."""
    trail: tuple[Spot, ...] = field(default=())
    """Where jumps began, the latest last."""
    search: Search = NO_SEARCH
    selection: Selection | None = None
    links: tuple[Link, ...] = ()
    """References that wait for a letter, while one is being chosen."""
    peek: Peek | None = None

    @classmethod
    def open(cls, document: Document, size: Size, front: FrontLines = _no_front) -> TextView:
        """Lay a document out, from its beginning."""
        layout = _layout(document, size, front)
        return cls(layout, TextIndex(layout), Highlights(layout), size, front)

    @property
    def document(self) -> Document:
        return self.layout.document

    # What is in view

    def lines(self) -> list[tuple[TextPlace, DocumentLine]]:
        """The lines in view, with their places."""
        return self.layout.placed(self.top, self.size.rows)

    def lines_with_head(self) -> list[tuple[TextPlace, DocumentLine]]:
        """The lines in view; of a table whose head is further up, the head takes the place of the first rows."""
        shown = self.lines()
        if not shown or not shown[0][1].fixed or shown[0][1].is_head:
            return shown
        block, index = shown[0][0]
        above = list(enumerate(self.layout.lines(block)[:index]))
        while above and above[-1][1].fixed and not above[-1][1].is_head:
            above.pop()
        head: list[tuple[TextPlace, DocumentLine]] = []
        while above and above[-1][1].is_head:
            number, line = above.pop()
            head.insert(0, (TextPlace(block, number), line))
        return [*head, *shown[len(head) :]] if len(head) <= HIGHEST_HEAD else shown

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
    def last_top(self) -> TextPlace:
        """The first line in view at the end of the text."""
        return self.layout.up(self.layout.end, self.size.rows - 1)

    @property
    def is_at_end(self) -> bool:
        return self.top >= self.last_top

    @property
    def section(self) -> Section | None:
        """The section that is being read: that of the marked line, else of the third line in view."""
        if self.marked is not None:
            return self.layout.section_at(self.marked)
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

    def spot(self, place: TextPlace) -> Spot:
        """A place as it holds at any width."""
        block, index = place
        lines = self.layout.lines(block)
        is_before = (block == 0 and index < len(self.layout.front)) or (
            lines[index].start == 0 and not lines[index].pieces
        )
        return Spot(block, -1 if is_before else self.layout.letter(place))

    def place(self, spot: Spot) -> TextPlace:
        """The place of a spot in this layout."""
        return self.layout.place_at(*spot)

    # Moves

    def _at(self, top: TextPlace, marked: TextPlace | None = None) -> TextView:
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

    def jump(self, place: TextPlace) -> TextView:
        """Go to a line and mark it; `back` returns."""
        return self._remember(self.top)._at(self.layout.up(place, ABOVE), place)

    def _remember(self, place: TextPlace) -> TextView:
        """Let `back` return to a place."""
        spot = self.spot(place)
        return self if self.trail[-1:] == (spot,) else replace(self, trail=(*self.trail, spot)[-LONGEST_TRAIL:])

    def jump_to_end(self, *, last: bool) -> TextView:
        """Go to the beginning or the end; `back` returns."""
        there = self._at(self.layout.end if last else BEGINNING)
        return there if there.top == self.top else replace(there, trail=self._remember(self.top).trail)

    def back(self) -> TextView:
        """Return to where the last jump began; the same view if none left a trace that can be seen."""
        trail = self.trail
        while trail and self.marked is None and self.place(trail[-1]) == self.top:
            trail = trail[:-1]
        return replace(self, trail=trail[:-1])._at(self.place(trail[-1])) if trail else self

    def go(self, spot: Spot) -> TextView:
        """Show a spot at the top."""
        return self._at(self.place(spot))

    def next_section(self, step: int) -> TextView:
        """Put the heading `step` sections further at the top, or the end of the text if there is none."""
        found = self.layout.next_section(self.marked or self.top, step)
        if found is None:
            return self._at(self.layout.end if step > 0 else BEGINNING)
        return self._at(found, found if found > self.last_top else None)

    def go_to_block(self, block: int) -> TextView:
        """Put a block at the top, and mark it where the end of the text is in the way; `back` returns."""
        start = self.layout.start_of(block)
        return self._remember(self.top)._at(start, start if start > self.last_top else None)

    # Search

    def search_from(self, words: str, block: int) -> TextView:
        """Look for words, and show the first line of a block that has them; `back` returns."""
        begun = replace(self, search=Search(words))
        searched = begun.search.pattern
        places = self.index.matches(searched, block) if searched else []
        return begun.jump(places[0] if places else self.layout.start_of(block))

    def begin_search(self) -> TextView:
        """Begin to type words, from here on."""
        block, letter = self.spot(self.top)
        search = Search("", is_typing=True, block=block, letter=letter, before=self.search.text)
        return replace(self, search=search)

    def type_search(self, text: str) -> TextView:
        """Show the first line with the typed words, or where the search began if there is none."""
        search = self.search._replace(text=text)
        origin = self.place(Spot(search.block, search.letter))
        begun = replace(self, search=search)
        searched = search.pattern
        found = searched and self.index.following(searched, origin._replace(line=origin.line - 1), 1)
        return begun._show(found) if found else begun._at(origin)

    def search_as_typed(self, typed: Search) -> TextView:
        """Look for the words that were typed before the text was there; they may still be typed."""
        begun = self.begin_search().type_search(typed.text)
        return begun if typed.is_typing else begun.end_search(is_kept=True)

    def end_search(self, *, is_kept: bool) -> TextView:
        """Keep the typed words and where they lead, or drop both; without words the earlier ones come back."""
        search = self.search
        origin = self.place(Spot(search.block, search.letter))
        if is_kept and search.text.strip():
            ended = replace(self, search=search._replace(is_typing=False))
            return ended._remember(origin) if ended.marked else ended
        before = Search(search.before)
        if is_kept and search.before:
            return replace(self, search=before).next_match(1)
        return replace(self, search=before)._at(origin)

    def next_match(self, step: int) -> TextView:
        """Go to the next line with the words, or to the one before for -1; around the ends."""
        searched = self.search.pattern
        if searched is None:
            return self.next_highlight(step)
        found = self.index.following(searched, self.marked or self.top, step)
        if not found:
            return self
        # On the way from match to match, only where it began is returned to.
        return (self if self.marked else self._remember(self.top))._show(found)

    def matches(self) -> tuple[int, int]:
        """The number of the marked line among those with the words, and their number, at most `MOST_COUNTED`.

        The first is 0 if the marked line has none of them.
        """
        searched = self.search.pattern
        found = self.index.first_matches(searched) if searched else []
        return found.index(self.marked) + 1 if self.marked in found else 0, len(found)

    def _show(self, place: TextPlace) -> TextView:
        """Mark a line; the view moves only if the line is out of it."""
        is_in_view = self.top <= place <= self.layout.down(self.top, self.size.rows - 1)
        return self._at(self.top if is_in_view else self.layout.up(place, self.size.rows // 3), place)

    # References

    def choose_link(self) -> TextView:
        """Let a letter choose among the references in view."""
        return replace(self, links=tuple(links_in(self.lines(), self.layout)))

    def links_chosen(self) -> TextView:
        """End choosing."""
        return replace(self, links=()) if self.links else self

    def peek_at(self, goal: TextPlace, origin: TextPlace | None = None) -> TextView:
        """Show what is at a place, over the text, and not over the line with the reference."""
        most = max(1, min(LONGEST_PEEK, self.size.rows // 2 - 2))
        block = self.document.blocks[goal.block]
        start = self._first_filled(goal)
        found = self.layout.placed(start, 2 * most)
        lines = [line for place, line in found if isinstance(block, Heading) or place.block == goal.block][:most]
        while lines and not lines[-1].text.strip():
            lines.pop()
        text = " ".join(line.text.strip() for line in lines)
        cited: Sequence[str] = ()
        formula = found[0][1].formula if found else None
        if isinstance(block, Reference):
            cited = ids_in(" ".join((*texts(block), *(span.target for span in block.spans))))
        elif formula is not None:
            text = "\n".join(formula.rows)
            tex = [DocumentLine(line) for row in formula.rows for line in fill([Piece(row, "code")], self.size.measure)]
            # A formula in view is not drawn again.
            drawn = () if origin == goal else BlockWriter(self.size.measure).lines(formula, None)
            lines = [*drawn, *tex][:most]
        is_above = origin is not None and origin > self.layout.down(self.top, self.size.rows // 2)
        return replace(self, peek=Peek(goal, tuple(lines), text, cited[0] if cited else "", is_above, formula))

    def _first_filled(self, place: TextPlace) -> TextPlace:
        lines = self.layout.lines(place.block)[place.line :]
        return TextPlace(place.block, place.line + next((at for at, line in enumerate(lines) if line.text.strip()), 0))

    def peeked(self) -> TextView:
        """Show the text alone again."""
        return replace(self, peek=None) if self.peek else self

    # Selection

    def select(self) -> TextView:
        """Choose lines from the marked one or the first one in view on; again from where the cursor is."""
        if (chosen := self.selection) is not None:
            begun = chosen._replace(anchor=chosen.cursor, anchor_word=chosen.word or 0)
            return replace(self, selection=begun)
        lines = self.lines()
        filled = [place for place, line in lines if line.text.strip()]
        places = [place for place, _ in lines]
        here = self.marked if self.marked and self.marked in places else filled[0] if filled else self.top
        return replace(self, selection=Selection(here, here))

    def move_cursor(self, lines: int) -> TextView:
        """Move the selection's cursor; the view follows it."""
        if self.selection is None:
            return self
        move = self.layout.down if lines > 0 else self.layout.up
        return self._with_cursor(self.selection, move(self.selection.cursor, abs(lines)))

    def move_cursor_to_end(self, *, last: bool) -> TextView:
        """Move the selection's cursor to the first line, or the last one."""
        if self.selection is None:
            return self
        return self._with_cursor(self.selection, self.layout.end if last else BEGINNING)

    def move_by_words(self, words: int) -> TextView:
        """Move the selection's cursor by words: where whole lines were chosen, from an end of its line on."""
        chosen = self.selection
        if chosen is None:
            return self
        step = 1 if words > 0 else -1
        cursor, here = chosen.cursor, self._words_on(chosen.cursor)
        if chosen.word is None:
            is_upwards = chosen.anchor > chosen.cursor
            anchored = len(self._words_on(chosen.anchor)) - 1 if is_upwards else 0
            chosen = chosen._replace(anchor_word=max(0, anchored))
            word = 0 if step > 0 else max(0, len(here) - 2)
            words -= step
        else:
            word = min(chosen.word, max(0, len(here) - 1))
        word += words
        while not 0 <= word < len(here):
            beyond = self.layout.down(cursor, 1) if step > 0 else self.layout.up(cursor, 1)
            if beyond == cursor:
                word = max(0, min(word, len(here) - 1))
                break
            word -= len(here) if step > 0 else 0
            cursor, here = beyond, self._words_on(beyond)
            word += len(here) if step < 0 else 0
        return self._with_cursor(chosen._replace(word=word), cursor)

    def _words_on(self, place: TextPlace) -> list[tuple[int, int]]:
        """The (start, end) of each word of a line, with the signs that are written to it."""
        return [match.span() for match in _CHOSEN.finditer(self.layout.lines(place.block)[place.line].text)]

    def chosen_part(self, place: TextPlace) -> tuple[int, int]:
        """The letters of a line that are chosen, from the first one to behind the last; equal if there are none."""
        chosen = self.selection
        if chosen is None or not chosen.first <= place <= chosen.last:
            return 0, 0
        text = self.layout.lines(place.block)[place.line].text
        if chosen.word is None:
            return 0, len(text)
        words = self._words_on(place)
        first, last = sorted([(chosen.anchor, chosen.anchor_word), (chosen.cursor, chosen.word)])
        start = words[min(first[1], len(words) - 1)][0] if place == first[0] and words else 0
        return start, words[min(last[1], len(words) - 1)][1] if place == last[0] and words else len(text)

    @property
    def chosen_words(self) -> Range | None:
        """The words that are chosen; None if there are none."""
        if self.selection is None:
            return None
        first, last = self.selection.first, self.selection.last
        return self.highlights.chosen((first, self.chosen_part(first)[0]), (last, self.chosen_part(last)[1]))

    def _with_cursor(self, selection: Selection, cursor: TextPlace) -> TextView:
        moved = replace(self, selection=selection._replace(cursor=cursor))
        last = self.layout.down(self.top, self.size.rows - 1)
        top = cursor if cursor < self.top else self.layout.up(cursor, self.size.rows - 1) if cursor > last else self.top
        return moved._at(top)

    def selected_lines(self) -> list[tuple[TextPlace, DocumentLine]]:
        """The chosen lines."""
        if self.selection is None:
            return []
        first, last = self.selection.first, self.selection.last
        found = []
        for block in range(first.block, last.block + 1):
            lines = ((TextPlace(block, index), line) for index, line in enumerate(self.layout.lines(block)))
            found += [
                (place, line._replace(pieces=part_of(line.pieces, *self.chosen_part(place))))
                for place, line in lines
                if first <= place <= last
            ]
        return found

    def let_go(self) -> TextView:
        """Choose no lines any more."""
        return replace(self, selection=None) if self.selection else self

    # Highlights

    @property
    def in_hand(self) -> Kept | None:
        """The highlight that keys act on: one that is chosen in part, else that of the marked line."""
        if self.selection is not None:
            chosen = self.chosen_words
            return self.highlights.within(chosen) if chosen else None
        return self.highlights.at(self.marked) if self.marked else None

    def take(self, kept: Kept) -> TextView:
        """Mark the line of a highlight, so that keys act on it; `back` returns where the view moves."""
        place, view = self.highlights.place_of(kept), self.let_go()
        if place is None:
            return view
        is_in_view = self.top <= place <= self.layout.down(self.top, self.size.rows - 1)
        return view._at(self.top, place) if is_in_view else view.jump(place)

    def next_highlight(self, step: int) -> TextView:
        """Go to the next highlight, or to the one before for -1; around the ends."""
        here = self.marked or self.top
        found = self.highlights.following(here, step)
        return (self if self.marked else self._remember(self.top))._show(found) if found else self

    # Sizes

    def resized(self, size: Size) -> TextView:
        """Lay the text out for other room; the first line in view stays."""
        if size == self.size:
            return self
        spot = self.spot(self.top)
        marked = self.marked and self.spot(self.marked)
        if size.columns == self.size.columns:
            return replace(self, size=size)._at(self.top, self.marked)
        layout = _layout(self.document, size, self.front)
        index, highlights = TextIndex(layout), self.highlights.laid_out(layout)
        resized = replace(self, layout=layout, index=index, highlights=highlights, size=size, side=0)
        resized = replace(resized, selection=None, links=())
        return resized._at(resized.place(spot), marked and resized.place(marked))


def _layout(document: Document, size: Size, front: FrontLines) -> Layout:
    return Layout(document, size.measure, table_width=size.widest, front=front(size.measure))
