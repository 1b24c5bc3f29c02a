"""The lines of each kind of block, for a width or for a pipe."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from reader.core.cells import cell_len
from reader.core.document.formula import formula_text
from reader.core.document.formula_block import draw_formula
from reader.core.document.lines import UNBROKEN, Line, Piece, broken, mark_text, pieces_of
from reader.core.document.model import (
    Block,
    Figure,
    Formula,
    Heading,
    Item,
    Items,
    Listing,
    Note,
    Paragraph,
    Quote,
    Reference,
    Span,
    Table,
    Theorem,
)
from reader.core.document.table_lines import table_lines, table_rows

INDENT = 4
NARROWEST = 20
"""Columns that the text of nested blocks has at least."""

_MARKER = re.compile(r"\W*\w{0,4}[.):]?")
"""A marker that is beside its item; any other is a term above its explanation."""

_RELATION = re.compile(r" ((?:[=≠<>≤≥≡≈∼≃≅∝∈∉⊂⊆⊃⊇→⟶↦⇒⇔]|:=)) ")
_LARGE = re.compile(r"([∫∬∭∮∑∏∐⋃⋂⨁⨂][^ ]*) ")


class _Edge(NamedTuple):
    """What is drawn to the left of the lines of nested blocks."""

    pieces: tuple[Piece, ...] = ()
    cells: int = 0

    def empty(self) -> Line:
        """A line with nothing but the edge."""
        return Line(self.pieces) if any(piece.text.strip() for piece in self.pieces) else Line()

    def plus(self, *pieces: Piece) -> _Edge:
        return _Edge(self.pieces + pieces, self.cells + sum(cell_len(piece.text) for piece in pieces))


class BlockWriter:
    """Lays out single blocks, without a state between them."""

    def __init__(self, width: int | None, table_width: int | None = None) -> None:
        self._width = width
        self._wider = max(0, (table_width or 0) - (width or 0))
        """Columns that a table may take beyond the width."""

    def lines(self, block: Block, before: Block | None) -> Iterator[Line]:
        """The lines of a block, after those that set it apart from the one before it."""
        for _ in range(_space(before, block)):
            yield Line()
        yield from self._placed(self._block(block, _Edge()), block.anchor)

    def _placed(self, lines: Iterable[Line], anchor: str) -> Iterator[Line]:
        """Lines with the letters before each of them; the first has the block's anchor."""
        letters = 0
        for number, line in enumerate(lines):
            anchors = (*((anchor,) if anchor and number == 0 and anchor not in line.anchors else ()), *line.anchors)
            yield Line(line.pieces, letters, anchors)
            letters += sum(len(piece.text.strip()) for piece in line.pieces)

    def _room(self, edge: _Edge) -> int | None:
        return None if self._width is None else max(NARROWEST, self._width - edge.cells)

    def _block(self, block: Block, edge: _Edge) -> Iterator[Line]:
        match block:
            case Heading(_, number, spans):
                title = [Piece(f"{number}  ", "heading")] if number else []
                yield from self._text(
                    [*title, *pieces_of(spans, "heading")], edge, hang=len(number) + 2 if number else 0
                )
            case Paragraph(spans):
                yield from self._text(pieces_of(spans), edge)
            case Formula():
                yield from self._formula(block, edge)
            case Items(items):
                for item in items:
                    yield from self._item(item, edge)
            case Quote(blocks):
                yield from self._blocks(blocks, edge.plus(Piece("> " if self._width is None else "│ ", "rule")))
            case Listing(lines):
                yield from self._listing(lines, edge)
            case Table():
                yield from self._table(block, edge)
            case Figure():
                yield from self._figure(block, edge)
            case Theorem(title, blocks):
                yield from self._theorem(title, blocks, edge)
            case Note(mark, spans):
                lead = f"{mark_text(mark)} " if mark_text(mark) != mark else f"{mark} "
                yield from self._text([Piece(lead, "mark"), *pieces_of(spans, "muted")], edge.plus(Piece("  ")), hang=2)
            case Reference(label, spans):
                lead_pieces = [Piece(f"{label} ", "label")] if label else []
                yield from self._text([*lead_pieces, *pieces_of(spans)], edge, hang=INDENT)

    def _blocks(self, blocks: Sequence[Block], edge: _Edge) -> Iterator[Line]:
        """Blocks in a container, with what sets them apart."""
        before: Block | None = None
        for block in blocks:
            if before is not None and _space(before, block):
                yield edge.empty()
            yield from _anchored(self._block(block, edge), block.anchor)
            before = block

    def _text(self, pieces: Sequence[Piece], edge: _Edge, *, hang: int = 0) -> Iterator[Line]:
        """Running text; lines after the first are indented by `hang`."""
        room = self._room(edge)
        if room is None or not hang:
            for _, line in broken(pieces, room):
                yield Line((*edge.pieces, *line))
            return
        first, *_ = [*broken(pieces, room), (0, ())]
        yield Line((*edge.pieces, *first[1]))
        drawn = sum(len(piece.text) for piece in first[1])
        rest = _after(pieces, drawn)
        for _, line in broken(rest, max(NARROWEST, room - hang)):
            yield Line((*edge.pieces, Piece(" " * hang), *line))

    def _formula(self, block: Formula, edge: _Edge) -> Iterator[Line]:
        room = self._room(edge)
        number = [Piece(block.number, "label")] if block.number else []
        if room is None:
            rows = [row for tex in block.rows for row in formula_text(tex).split("\n")]
            for index, row in enumerate(rows):
                end = [Piece("  "), *number] if number and index == len(rows) - 1 else []
                yield Line((*edge.pieces, Piece(row, "formula"), *end))
            return
        inner = edge.plus(Piece(" " * INDENT))
        width = max(NARROWEST, room - INDENT - (cell_len(block.number) + 2 if block.number else 0))
        lines: list[tuple[Piece, ...]] = []
        numbered = 0
        tex = "".join(block.rows[:1])
        if len(block.rows) > 1:
            tex = "\\begin{aligned}" + " \\\\ ".join(block.rows) + "\\end{aligned}"
        for drawn in draw_formula(tex, width):
            if lines and len(drawn.lines) > 1:
                lines.append(())
            numbered = len(lines) + drawn.base
            for row in drawn.lines:
                lines += self._wrapped_formula(row, width) if len(drawn.lines) == 1 else [(Piece(row, "formula"),)]
            if len(drawn.lines) == 1:
                numbered = len(lines) - 1
        for index, line in enumerate(lines):
            if number and index == numbered:
                gap = room - INDENT - sum(cell_len(piece.text) for piece in line) - cell_len(block.number)
                yield Line((*inner.pieces, *line, Piece(" " * max(2, gap)), *number))
            else:
                yield Line((*inner.pieces, *line) if line else edge.pieces)

    def _wrapped_formula(self, row: str, width: int) -> Iterator[tuple[Piece, ...]]:
        if cell_len(row) <= width:
            yield (Piece(row, "formula"),)
            return
        # Break between terms rather than within parentheses, if that is enough.
        kept = _kept_groups(row)
        row = next((one for one in (_kept_sides(kept), kept, _kept_sides(row)) if _longest(one) <= width - INDENT), row)
        (_, first), *_ = broken([Piece(row, "formula")], width)
        yield first
        rest = _after([Piece(row, "formula")], sum(len(piece.text) for piece in first))
        for _, line in broken(rest, width - INDENT):
            yield (Piece(" " * INDENT), *line)

    def _item(self, item: Item, edge: _Edge) -> Iterator[Line]:
        marker = item.marker or "•"
        size = cell_len(marker)
        if not _MARKER.fullmatch(marker):
            yield Line((*edge.pieces, Piece(marker, "strong")), 0, _named(item.anchor))
            yield from self._blocks(item.blocks, edge.plus(Piece("  ")))
            return
        inner = edge.plus(Piece(" " * (size + 1)))
        lines = self._blocks(item.blocks, inner)
        first = next(lines, Line(inner.pieces))
        yield Line(
            (*edge.pieces, Piece(f"{marker} ", "label"), *first.pieces[len(inner.pieces) :]),
            0,
            (*_named(item.anchor), *first.anchors),
        )
        yield from lines

    def _listing(self, lines: Sequence[tuple[Span, ...]], edge: _Edge) -> Iterator[Line]:
        """Code keeps its lines whole; a long step of an algorithm goes on below its text."""
        inner = edge.plus(Piece("  ")) if self._width is not None else edge
        for spans in lines:
            pieces = pieces_of(spans)
            is_code = all(span.style == "code" for span in spans)
            text = "".join(piece.text for piece in pieces)
            room = self._room(inner)
            if is_code or room is None or cell_len(text) <= room:
                yield Line(
                    (*inner.pieces, *(piece._replace(text=piece.text.replace(UNBROKEN, " ")) for piece in pieces))
                )
            else:
                lead = len(text) - len(text.lstrip(" 0123456789:."))
                start = [Piece(text[:lead], "muted")]
                hung = inner.plus(Piece(" " * lead))
                for number, (_, line) in enumerate(broken(_after(pieces, lead), self._room(hung))):
                    yield Line((*inner.pieces, *(start if number == 0 else [Piece(" " * lead)]), *line))

    def _table(self, table: Table, edge: _Edge) -> Iterator[Line]:
        room = self._room(edge)
        if room is None:
            for text in table_rows(table):
                yield Line((*edge.pieces, Piece(text)))
        else:
            for line in table_lines(table, room + self._wider):
                yield Line((*edge.pieces, *line))

    def _figure(self, figure: Figure, edge: _Edge) -> Iterator[Line]:
        has_caption = bool(figure.label or figure.caption)
        picture = figure.pictures[0] if figure.pictures else ""
        if has_caption:
            end = " " if figure.label.startswith("(") else ": " if figure.caption else ""
            label = [Piece(figure.label + end, "label", picture)] if figure.label else []
            yield from self._text([*label, *pieces_of(figure.caption, "caption")], edge)
        elif figure.pictures:
            yield Line((*edge.pieces, Piece("[picture]", "muted", picture)))
        if figure.blocks:
            if has_caption and not isinstance(figure.blocks[0], (Table, Figure)):
                yield edge.empty()
            inner = edge.plus(Piece("  ")) if isinstance(figure.blocks[0], Figure) else edge
            yield from self._blocks(figure.blocks, inner)

    def _theorem(self, title: Sequence[Span], blocks: Sequence[Block], edge: _Edge) -> Iterator[Line]:
        head = pieces_of(tuple(title), "strong")
        match blocks:
            case [Paragraph(spans) as first, *rest] if title:
                yield from _anchored(self._text([*head, Piece(" "), *pieces_of(spans)], edge), first.anchor)
                if rest:
                    if _space(first, rest[0]):
                        yield edge.empty()
                    yield from self._blocks(rest, edge)
            case _:
                yield from self._text(head, edge)
                if blocks:
                    yield edge.empty()
                    yield from self._blocks(blocks, edge)


def _space(before: Block | None, block: Block) -> int:
    """Empty lines between two blocks."""
    if before is None:
        return 0
    if isinstance(block, Note) or (isinstance(block, Reference) and isinstance(before, Reference)):
        return 0
    if isinstance(block, Figure) and isinstance(before, Figure) and before.label.startswith("("):
        return 0
    if isinstance(block, Items) and isinstance(before, Paragraph):
        return 1 if any(len(item.blocks) > 1 for item in block.items) else 0
    return 2 if isinstance(block, Heading) and block.level == 1 and not isinstance(before, Heading) else 1


def _after(pieces: Sequence[Piece], letters: int) -> list[Piece]:
    """Pieces without their first letters, and without the spaces that follow."""
    rest: list[Piece] = []
    for piece in pieces:
        left = piece.text[letters:]
        letters = max(0, letters - len(piece.text))
        if not rest:
            left = left.lstrip(" ")
        if left:
            rest.append(piece._replace(text=left))
    return rest


def _kept_groups(text: str) -> str:
    """A formula that breaks only outside parentheses."""
    depth, kept = 0, []
    for letter in text:
        depth += (letter in "([{") - (letter in ")]}")
        kept.append(UNBROKEN if letter == " " and depth > 0 else letter)
    return "".join(kept)


def _kept_sides(text: str) -> str:
    """A formula that breaks before its relations, and not after a sum or an integral."""
    return _LARGE.sub(rf"\1{UNBROKEN}", _RELATION.sub(rf" \1{UNBROKEN}", text))


def _longest(text: str) -> int:
    return max(map(cell_len, text.split(" ")))


def _named(anchor: str) -> tuple[str, ...]:
    return (anchor,) if anchor else ()


def _anchored(lines: Iterable[Line], anchor: str) -> Iterator[Line]:
    """Lines of which the first has an anchor."""
    for number, line in enumerate(lines):
        yield line._replace(anchors=(anchor, *line.anchors)) if number == 0 and anchor else line
