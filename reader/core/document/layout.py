"""A document as lines for a width or for a pipe; each block is laid out when first needed.

A place is a block and one of its lines. The number of letters before a line is the same at any width, so a place can be
found in a new layout, and progress is counted in letters without a layout. A table may be wider than the screen.
Without a width, each row of a table is one line.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import accumulate, islice
from typing import NamedTuple

from reader.core.document import model
from reader.core.document.formula import SUPERSCRIPTS, draw_formula, formula_text, is_diagram
from reader.core.document.model import Block, Cell, Document, Span, Spans
from reader.core.document.symbols import PLAIN_LETTERS
from reader.core.lines import FOLLOW, UNBROKEN, Line, Piece, cell_len, fill, measure, with_spaces

_IN_ASCII = {ord("─"): "-", ord("│"): "|", ord("•"): "*"}

MAX_UNBROKEN_LETTERS = 24
"""Maximum letters of an inline formula that is never broken."""

COLUMN_GAP_CELLS = 2

MIN_CELL_COLUMNS = 36
"""Minimum cells of a table's column whose text is wrapped; a table that is still wider scrolls sideways."""

MAX_COLUMNS = 400

_MAX_PIPED_DIAGRAM_CELLS = 200
"""Maximum cells of a diagram in a pipe; a wider diagram is written on one line."""

INDENT_CELLS = 4
MIN_NESTED_CELLS = 20
"""Minimum columns of text in nested blocks."""

_MARKER = re.compile(r"\W*\w{0,4}[.):]?")
"""A marker that is drawn beside its item; any other marker is a term above its explanation."""


def in_ascii(piece: Piece) -> Piece:
    """A piece for terminals with few characters: rules and markers are ASCII, and letters have no font."""
    text = piece.text.translate(PLAIN_LETTERS)
    return piece._replace(text=text.translate(_IN_ASCII) if piece.role in ("rule", "label") else text)


class DocumentLine(NamedTuple):
    """A line of a block."""

    pieces: Line = ()
    start: int = 0
    """Number of the block's letters before this line, the same at any width."""
    anchors: tuple[str, ...] = ()
    """The anchors of this line, which links lead to."""
    formula: model.Formula | None = None
    """The displayed formula that this line belongs to."""

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)


class _Edge(NamedTuple):
    """The signs at the left of the lines of nested blocks."""

    pieces: Line = ()
    cells: int = 0

    def empty(self) -> DocumentLine:
        """An empty line with only the edge."""
        return DocumentLine(self.pieces) if any(piece.text.strip() for piece in self.pieces) else DocumentLine()

    def plus(self, *pieces: Piece) -> _Edge:
        return _Edge(self.pieces + pieces, self.cells + measure(pieces))


class BlockWriter:
    """Lays out single blocks; keeps no state between them."""

    def __init__(self, width: int | None, table_width: int | None = None) -> None:
        self._width = width
        self._wider = max(0, (table_width or 0) - (width or 0))
        """Columns by which a table may exceed the width."""

    def lines(self, block: Block, before: Block | None) -> Iterator[DocumentLine]:
        """The lines of a block, preceded by the empty lines after the block before."""
        for _ in range(_space(before, block)):
            yield DocumentLine()
        letters = 0
        for line in _add_anchor(self._block(block, _Edge()), block.anchor):
            yield line._replace(start=letters)
            letters += sum(len(piece.text.strip()) for piece in line.pieces)

    def _room(self, edge: _Edge) -> int | None:
        return None if self._width is None else max(MIN_NESTED_CELLS, self._width - edge.cells)

    def _block(self, block: Block, edge: _Edge) -> Iterator[DocumentLine]:
        match block:
            case model.Heading(_, number, spans):
                title = [Piece(f"{number}  ", "heading")] if number else []
                yield from self._text(
                    [*title, *pieces_of(spans, "heading")], edge, hang=len(number) + 2 if number else 0
                )
            case model.Paragraph(spans):
                yield from self._text(pieces_of(spans), edge)
            case model.Formula():
                yield from self._formula(block, edge)
            case model.Items(items):
                for item in items:
                    yield from self._item(item, edge)
            case model.Quote(blocks):
                yield from self._blocks(blocks, edge.plus(Piece("> " if self._width is None else "│ ", "rule")))
            case model.Verbatim(lines):
                yield from self._listing(lines, edge)
            case model.Table():
                yield from self._table(block, edge)
            case model.Figure():
                yield from self._figure(block, edge)
            case model.Theorem(title, blocks):
                yield from self._theorem(title, blocks, edge)
            case model.Note(mark, spans):
                lead = Piece(f"{mark_text(mark)} ", "mark")
                yield from self._text([lead, *pieces_of(spans, "muted")], edge.plus(Piece("  ")), hang=2)
            case model.Reference(label, spans):
                lead_pieces = [Piece(f"{label} ", "label")] if label else []
                yield from self._text([*lead_pieces, *pieces_of(spans)], edge, hang=INDENT_CELLS)

    def _blocks(self, blocks: Sequence[Block], edge: _Edge, before: Block | None = None) -> Iterator[DocumentLine]:
        for block in blocks:
            if _space(before, block):
                yield edge.empty()
            yield from _add_anchor(self._block(block, edge), block.anchor)
            before = block

    def _text(self, pieces: Sequence[Piece], edge: _Edge, *, hang: int = 0) -> Iterator[DocumentLine]:
        """Running text; lines after the first are indented by `hang`."""
        room = self._room(edge)
        for line in fill(pieces, room) if room is None or not hang else _hanging_lines(pieces, room, hang):
            yield DocumentLine((*edge.pieces, *line))

    def _formula(self, block: model.Formula, edge: _Edge) -> Iterator[DocumentLine]:
        room = self._room(edge)
        number = [Piece(block.number, "label")] if block.number else []
        if room is None:
            rows = [row for tex in block.rows for row in _formula_for_pipe(tex)]
            for index, row in enumerate(rows):
                end = [Piece("  "), *number] if number and index == len(rows) - 1 else []
                yield DocumentLine((*edge.pieces, Piece(row, "formula"), *end))
            return
        inner = edge.plus(Piece(" " * INDENT_CELLS))
        width = max(MIN_NESTED_CELLS, room - INDENT_CELLS - (cell_len(block.number) + 2 if block.number else 0))
        lines: list[Line] = []
        numbered = 0
        tex = "".join(block.rows[:1])
        if len(block.rows) > 1:
            tex = "\\begin{aligned}" + " \\\\ ".join(block.rows) + "\\end{aligned}"
        for drawn in draw_formula(tex, width):
            if lines and len(drawn.lines) > 1:
                lines.append(())
            numbered = len(lines) + drawn.base
            for row in drawn.lines:
                lines += self._break_formula(row, width) if len(drawn.lines) == 1 else [(Piece(row, "formula"),)]
            if len(drawn.lines) == 1:
                numbered = len(lines) - 1
        for index, line in enumerate(lines):
            pieces = (*inner.pieces, *line) if line else edge.pieces
            if number and index == numbered:
                gap = room - INDENT_CELLS - measure(line) - cell_len(block.number)
                pieces = (*pieces, Piece(" " * max(2, gap)), *number)
            yield DocumentLine(pieces, formula=block)

    def _break_formula(self, row: str, width: int) -> Iterator[Line]:
        if cell_len(row) <= width:
            yield (Piece(row, "formula"),)
            return
        # Break between terms and not within parentheses, if that is enough.
        row = row.lstrip(" ")
        unbroken = _with_unbroken_groups(row)
        row = unbroken if max(map(cell_len, unbroken.split(" "))) <= width - INDENT_CELLS else row
        yield from _hanging_lines([Piece(row, "formula")], width, INDENT_CELLS)

    def _item(self, item: model.Item, edge: _Edge) -> Iterator[DocumentLine]:
        marker = item.marker or "•"
        size = cell_len(marker)
        if not _MARKER.fullmatch(marker):
            yield DocumentLine((*edge.pieces, Piece(marker, "strong")), anchors=_anchor_names(item.anchor))
            yield from self._blocks(item.blocks, edge.plus(Piece("  ")))
            return
        inner = edge.plus(Piece(" " * (size + 1)))
        lines = self._blocks(item.blocks, inner)
        first = next(lines, DocumentLine(inner.pieces))
        yield DocumentLine(
            (*edge.pieces, Piece(f"{marker} ", "label"), *first.pieces[len(inner.pieces) :]),
            anchors=(*_anchor_names(item.anchor), *first.anchors),
            formula=first.formula,
        )
        yield from lines

    def _listing(self, lines: Sequence[tuple[Span, ...]], edge: _Edge) -> Iterator[DocumentLine]:
        """Lines of code are never broken; a long step of an algorithm continues below its text."""
        inner = edge.plus(Piece("  ")) if self._width is not None else edge
        for spans in lines:
            pieces = pieces_of(spans)
            is_code = all(span.style == "code" for span in spans)
            text = "".join(piece.text for piece in pieces)
            room = self._room(inner)
            if is_code or room is None or cell_len(text) <= room:
                yield DocumentLine((*inner.pieces, *with_spaces(pieces)))
            else:
                lead = len(text) - len(text.lstrip(" 0123456789:."))
                start = [Piece(text[:lead], "muted")]
                hung = inner.plus(Piece(" " * lead))
                for number, line in enumerate(fill(_drop_letters(pieces, lead), self._room(hung))):
                    yield DocumentLine((*inner.pieces, *(start if number == 0 else [Piece(" " * lead)]), *line))

    def _table(self, table: model.Table, edge: _Edge) -> Iterator[DocumentLine]:
        room = self._room(edge)
        if room is None:
            for text in table_rows(table):
                yield DocumentLine((*edge.pieces, Piece(text)))
        else:
            for line in table_lines(table, room + self._wider):
                yield line._replace(pieces=(*edge.pieces, *line.pieces))

    def _figure(self, figure: model.Figure, edge: _Edge) -> Iterator[DocumentLine]:
        has_caption = bool(figure.label or figure.caption)
        picture = figure.pictures[0] if figure.pictures else ""
        if has_caption:
            end = " " if figure.label.startswith("(") else ": " if figure.caption else ""
            label = [Piece(figure.label + end, "label", action=_link_action(picture))] if figure.label else []
            yield from self._text([*label, *pieces_of(figure.caption, "caption")], edge)
        elif figure.pictures:
            yield DocumentLine((*edge.pieces, Piece("[picture]", "muted", action=_link_action(picture))))
        if figure.blocks:
            if has_caption and not isinstance(figure.blocks[0], (model.Table, model.Figure)):
                yield edge.empty()
            inner = edge.plus(Piece("  ")) if isinstance(figure.blocks[0], model.Figure) else edge
            yield from self._blocks(figure.blocks, inner)

    def _theorem(self, title: Sequence[Span], blocks: Sequence[Block], edge: _Edge) -> Iterator[DocumentLine]:
        head = pieces_of(tuple(title), "strong")
        match blocks:
            case [model.Paragraph(spans) as first, *rest] if title:
                yield from _add_anchor(self._text([*head, Piece(" "), *pieces_of(spans)], edge), first.anchor)
                yield from self._blocks(rest, edge, first)
            case _:
                if title:
                    yield from self._text(head, edge)
                    if blocks:
                        yield edge.empty()
                yield from self._blocks(blocks, edge)


def _space(before: Block | None, block: Block) -> int:
    if before is None:
        return 0
    if isinstance(block, model.Note) or (isinstance(block, model.Reference) and isinstance(before, model.Reference)):
        return 0
    if isinstance(block, model.Figure) and isinstance(before, model.Figure) and before.label.startswith("("):
        return 0
    if isinstance(block, model.Items) and isinstance(before, model.Paragraph):
        return 1 if any(len(item.blocks) > 1 for item in block.items) else 0
    return 2 if isinstance(block, model.Heading) and block.level == 1 and not isinstance(before, model.Heading) else 1


def _hanging_lines(pieces: Sequence[Piece], room: int, hang: int) -> Iterator[Line]:
    """Text in lines that are indented by `hang`, except the first."""
    first, *_ = [*fill(pieces, room), ()]
    yield first
    for line in fill(
        _drop_letters(pieces, sum(len(piece.text) for piece in first)), max(MIN_NESTED_CELLS, room - hang)
    ):
        yield (Piece(" " * hang), *line)


def _drop_letters(pieces: Sequence[Piece], letters: int) -> list[Piece]:
    """Pieces without their first `letters` and without the spaces that follow."""
    rest: list[Piece] = []
    for piece in pieces:
        left = piece.text[letters:]
        letters = max(0, letters - len(piece.text))
        if not rest:
            left = left.lstrip(" ")
        if left:
            rest.append(piece._replace(text=left))
    return rest


def _with_unbroken_groups(text: str) -> str:
    """A formula that can be broken only outside of parentheses."""
    depth, result = 0, []
    for letter in text:
        depth += (letter in "([{") - (letter in ")]}")
        result.append(UNBROKEN if letter == " " and depth > 0 else letter)
    return "".join(result)


def _anchor_names(anchor: str) -> tuple[str, ...]:
    return (anchor,) if anchor else ()


def _add_anchor(lines: Iterable[DocumentLine], anchor: str) -> Iterator[DocumentLine]:
    """Add an anchor to the first line."""
    for number, line in enumerate(lines):
        is_new = number == 0 and anchor and anchor not in line.anchors
        yield line._replace(anchors=(anchor, *line.anchors)) if is_new else line


# Text


def pieces_of(spans: Spans, role: str = "text") -> list[Piece]:
    """Spans as pieces, with formulas as Unicode; `role` is the role of plain text."""
    pieces = []
    for text, style, target in spans:
        drawn = inline_formula(text) if style == "formula" else mark_text(text) if style == "mark" else text
        pieces.append(Piece(drawn, style or role, action=_link_action(target)))
    return pieces


def _link_action(target: str) -> tuple[str, str] | None:
    """The click action for a target: an anchor of the document, a web address or a picture."""
    return (FOLLOW, target) if target else None


def _formula_for_pipe(tex: str) -> list[str]:
    """The lines of a displayed formula for a pipe, one for each row; a diagram is drawn."""
    if is_diagram(tex):
        return [line for drawn in draw_formula(tex, _MAX_PIPED_DIAGRAM_CELLS) for line in drawn.lines]
    return formula_text(tex).split("\n")


def inline_formula(tex: str) -> str:
    """A formula in running text: on one line, and unbroken if it is short."""
    text = formula_text(tex).replace("\n", " ")
    return text.replace(" ", UNBROKEN) if len(text) <= MAX_UNBROKEN_LETTERS else text


def mark_text(mark: str) -> str:
    """The mark of a footnote, raised if it is a number."""
    return mark.translate(SUPERSCRIPTS) if mark.isdecimal() else mark


def text_of(pieces: Iterable[Piece]) -> str:
    """The drawn text of pieces."""
    return "".join(piece.text for piece in pieces).replace(UNBROKEN, " ")


# Tables


class _PlacedCell(NamedTuple):
    cell: Cell
    column: int
    pieces: Line


def grid_texts(table: model.Table) -> Iterator[list[Spans]]:
    """The spans of each row by column; only the first column and row of a cell have its spans."""
    for row in _grid(table):
        texts: list[Spans] = [()] * max((placed.column + placed.cell.across for placed in row), default=0)
        for placed in row:
            texts[placed.column] = placed.cell.spans
        yield texts


def table_rows(table: model.Table) -> Iterator[str]:
    """Each row as one line, with its cells in columns."""
    grid = _grid(table)
    widths = _column_widths(grid, None)
    for row in grid:
        for line in _row_lines(row, widths):
            yield text_of(line)


def table_lines(table: model.Table, width: int) -> Iterator[DocumentLine]:
    """The lines of a table."""
    grid = _grid(table)
    widths = _fitted_widths(grid, width)
    heads = [any(cell.is_head for cell in row) for row in table.rows]
    body = heads.index(False) if False in heads else 0
    # Without other rules, a table has a rule below its head.
    rules = table.rules or (body,)
    rule = DocumentLine((Piece("─" * _total_width(widths), "rule"),))
    yield rule
    for index, row in enumerate(grid):
        if index and index in rules:
            yield rule
        for line in _row_lines(row, widths):
            yield DocumentLine(line)
    yield rule


def _total_width(widths: Sequence[int]) -> int:
    """The width of adjacent columns with the gaps between them."""
    return sum(widths) + COLUMN_GAP_CELLS * (len(widths) - 1)


def _fitted_widths(grid: Sequence[Sequence[_PlacedCell]], width: int) -> list[int]:
    """Column widths; wide columns become narrower until the table fits."""
    widths = _column_widths(grid, None)
    for widest in (*range(min(max(widths), width), MIN_CELL_COLUMNS, -4), MIN_CELL_COLUMNS):
        if _total_width(widths) <= width:
            break
        widths = _column_widths(grid, widest)
    return widths


def _grid(table: model.Table) -> list[list[_PlacedCell]]:
    """The cells with their columns: the first columns that no cell of a row above extends into."""
    taken: dict[int, int] = {}
    grid: list[list[_PlacedCell]] = []
    for number, row in enumerate(table.rows):
        placed: list[_PlacedCell] = []
        column = 0
        for cell in row:
            while taken.get(column, 0) > number:
                column += 1
            if column + cell.across > MAX_COLUMNS:
                break
            placed.append(_PlacedCell(cell, column, tuple(pieces_of(cell.spans))))
            for _ in range(cell.across):
                taken[column] = max(taken.get(column, 0), number + cell.down)
                column += 1
        grid.append(placed)
    return grid


def _column_widths(grid: Sequence[Sequence[_PlacedCell]], widest: int | None) -> list[int]:
    """The width of each column; a cell over several columns may widen the last of these."""
    columns = max((placed.column + placed.cell.across for row in grid for placed in row), default=1)
    widths = [0] * columns
    cells = sorted((placed for row in grid for placed in row), key=lambda placed: placed.cell.across)
    for placed in cells:
        needed = cell_len(text_of(placed.pieces))
        needed = min(needed, widest * placed.cell.across) if widest else needed
        end = placed.column + placed.cell.across
        available = _total_width(widths[placed.column : end])
        if needed > available:
            widths[end - 1] += needed - available
    return widths


def _row_lines(row: Sequence[_PlacedCell], widths: Sequence[int]) -> Iterator[Line]:
    columns = []
    for placed in row:
        room = _total_width(widths[placed.column : placed.column + placed.cell.across])
        columns.append((placed, room, fill(placed.pieces, max(room, 2))))
    for index in range(max([1, *(len(lines) for _, _, lines in columns)])):
        pieces: list[Piece] = []
        used = 0
        for placed, room, lines in columns:
            line = lines[index] if index < len(lines) else ()
            size = measure(line)
            start = sum(widths[: placed.column]) + COLUMN_GAP_CELLS * placed.column
            # Multi-line text is left-aligned.
            align = placed.cell.align if len(lines) == 1 else "left"
            left = {"left": 0, "right": room - size, "center": (room - size) // 2}[align]
            if line:
                pad = start + max(left, 0) - used
                pieces += [Piece(" " * pad)] if pad else []
                pieces += [
                    piece._replace(role="strong") if placed.cell.is_head and piece.role == "text" else piece
                    for piece in line
                ]
                used = start + max(left, 0) + size
        yield tuple(pieces)


LETTERS_PER_MINUTE = 1_200
"""The reading speed for papers, about 200 words per minute."""


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
        """`table_width` is the maximum width of a table before long cells are wrapped; the default is the width.

        `front` are lines before the text, such as the title, and belong to the first block.
        """
        self.document = document
        self.width = width
        self.front = tuple(front)
        self._writer = BlockWriter(width, table_width)
        self._lines: dict[int, tuple[DocumentLine, ...]] = {}
        self._cells: dict[int, int] = {}

    def lines(self, block: int) -> tuple[DocumentLine, ...]:
        """The lines of a block, with the empty lines before it."""
        known = self._lines.get(block)
        if known is None:
            blocks = self.document.blocks
            before = blocks[block - 1] if block else None
            lines = tuple(self._writer.lines(blocks[block], before))
            known = self._lines[block] = lines if block else (*self.front, *lines)
        return known

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

    def placed_lines(self, place: TextPlace, rows: int) -> list[tuple[TextPlace, DocumentLine]]:
        """At most `rows` lines from a place on, with their places."""
        return list(islice(self._from(place), max(0, rows)))

    def down(self, place: TextPlace, rows: int) -> TextPlace:
        lines = self.placed_lines(place, rows + 1)
        return lines[-1][0] if lines else place

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
        """The width of the widest line of a block."""
        width = self._cells.get(block)
        if width is None:
            width = self._cells[block] = max((measure(line.pieces) for line in self.lines(block)), default=0)
        return width

    def place_of(self, anchor: str) -> TextPlace | None:
        """The line of an anchor, which may begin with `#`; None if it is unknown."""
        name = anchor if anchor in self.document.anchors else anchor.removeprefix("#")
        block = self.document.anchors.get(name)
        if block is None:
            return None
        return TextPlace(
            block, next((index for index, line in enumerate(self.lines(block)) if name in line.anchors), 0)
        )

    def letter(self, place: TextPlace) -> int:
        """The number of the block's letters before a place."""
        lines = self.lines(place.block) if self.document.blocks else ()
        return lines[place.line].start if place.line < len(lines) else 0

    def place_at(self, block: int, letter: int) -> TextPlace:
        """The line of a block that contains a letter, by which a place is found in another layout."""
        block = max(0, min(block, len(self.document.blocks) - 1))
        lines = self.lines(block) if self.document.blocks else ()
        index = bisect_right([line.start for line in lines], letter) - 1
        return TextPlace(block, max(0, index))

    # Progress

    @property
    def letters(self) -> int:
        return self._before[-1]

    @cached_property
    def _before(self) -> list[int]:
        return [0, *accumulate(self.document.sizes)]

    def share(self, place: TextPlace) -> float:
        """The fraction of the document above a place, from 0 to 1."""
        total = self._before[-1]
        if not total:
            return 0.0
        size = self.document.sizes[place.block]
        return min(1.0, (self._before[place.block] + min(size, self.letter(place))) / total)

    def next_section(self, place: TextPlace, step: int) -> TextPlace | None:
        starts = [section.start for section in self.document.sections]
        at = bisect_right(starts, place.block) - 1
        is_within = at >= 0 and (starts[at] < place.block or self.letter(place) > 0)
        wanted = at + step + (1 if step < 0 and is_within else 0)
        return self.start_of(starts[wanted]) if 0 <= wanted < len(starts) else None

    def start_of(self, block: int) -> TextPlace:
        """The first nonempty line of a block."""
        return TextPlace(block, next((index for index, line in enumerate(self.lines(block)) if line.pieces), 0))
