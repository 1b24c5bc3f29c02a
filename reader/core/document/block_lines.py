"""The lines of each kind of block, for a width or for a pipe.

A table keeps its own width, which may be more than the screen's; without a width, each row is one line.

A displayed formula may take several lines: fractions with their bar, roots with their extent, limits, tall brackets. It
is a box of lines with a baseline. Boxes stand side by side on their baselines, or one above the other.
Whatever does not need a second line is drawn as `reader.core.document.formula` draws it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from reader.core.document import symbols
from reader.core.document.formula import (
    SUBSCRIPTS,
    SUPERSCRIPTS,
    Atom,
    atom_of,
    compact,
    formula_text,
    is_apart,
    items_of,
    joined,
)
from reader.core.document.formula_tree import (
    EMPTY,
    Accent,
    Brace,
    Fence,
    Fraction,
    Grid,
    Node,
    Root,
    Row,
    Script,
    Symbol,
    read_tex,
)
from reader.core.document.model import (
    Block,
    Cell,
    Figure,
    Formula,
    Heading,
    Item,
    Items,
    Note,
    Paragraph,
    Quote,
    Reference,
    Span,
    Spans,
    Table,
    Theorem,
    Verbatim,
)
from reader.core.lines import FOLLOW, UNBROKEN, Line, Piece, cell_len, fill, measure, with_spaces

IN_ASCII: Final[Mapping[int, str]] = {ord("─"): "-", ord("│"): "|", ord("•"): "*"}
"""The signs of lines, for terminals that have only ASCII."""

SHORT = 24
"""Letters of a formula that stays on one line."""

GAP = 2

NARROWED = 36
"""Minimum columns of a cell's text; a table that is still wider scrolls sideways."""

MOST_COLUMNS = 400

INDENT = 4
NARROWEST = 20
"""Minimum columns of text in nested blocks."""

_MARKER = re.compile(r"\W*\w{0,4}[.):]?")
"""A marker beside its item; any other is a term above its explanation."""


class DocumentLine(NamedTuple):
    """A line of a block."""

    pieces: Line = ()
    start: int = 0
    """Letters of the block before this line: the same at any width."""
    anchors: tuple[str, ...] = ()
    """The anchors that lead to this line."""
    fixed: int = 0
    """Cells that stay while the rest scrolls sideways: a table's first column."""
    is_head: bool = False
    """Whether it belongs to a table's head."""
    formula: Formula | None = None
    """The displayed formula that begins here."""

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)


class _Edge(NamedTuple):
    """What is drawn to the left of the lines of nested blocks."""

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
        """The lines of a block, preceded by its separation from the block before."""
        for _ in range(_space(before, block)):
            yield DocumentLine()
        yield from self._placed(self._block(block, _Edge()), block.anchor)

    def _placed(self, lines: Iterable[DocumentLine], anchor: str) -> Iterator[DocumentLine]:
        """Lines with the letters before each of them; the first has the block's anchor."""
        letters = 0
        for number, line in enumerate(lines):
            anchors = (*((anchor,) if anchor and number == 0 and anchor not in line.anchors else ()), *line.anchors)
            yield line._replace(start=letters, anchors=anchors)
            letters += sum(len(piece.text.strip()) for piece in line.pieces)

    def _room(self, edge: _Edge) -> int | None:
        return None if self._width is None else max(NARROWEST, self._width - edge.cells)

    def _block(self, block: Block, edge: _Edge) -> Iterator[DocumentLine]:
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
            case Verbatim(lines):
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

    def _blocks(self, blocks: Sequence[Block], edge: _Edge) -> Iterator[DocumentLine]:
        """Nested blocks, with the space between them."""
        before: Block | None = None
        for block in blocks:
            if before is not None and _space(before, block):
                yield edge.empty()
            yield from _anchored(self._block(block, edge), block.anchor)
            before = block

    def _text(self, pieces: Sequence[Piece], edge: _Edge, *, hang: int = 0) -> Iterator[DocumentLine]:
        """Running text; lines after the first are indented by `hang`."""
        room = self._room(edge)
        if room is None or not hang:
            for line in fill(pieces, room):
                yield DocumentLine((*edge.pieces, *line))
            return
        first, *_ = [*fill(pieces, room), ()]
        yield DocumentLine((*edge.pieces, *first))
        drawn = sum(len(piece.text) for piece in first)
        rest = _after(pieces, drawn)
        for line in fill(rest, max(NARROWEST, room - hang)):
            yield DocumentLine((*edge.pieces, Piece(" " * hang), *line))

    def _formula(self, block: Formula, edge: _Edge) -> Iterator[DocumentLine]:
        room = self._room(edge)
        number = [Piece(block.number, "label")] if block.number else []
        if room is None:
            rows = [row for tex in block.rows for row in formula_text(tex).split("\n")]
            for index, row in enumerate(rows):
                end = [Piece("  "), *number] if number and index == len(rows) - 1 else []
                yield DocumentLine((*edge.pieces, Piece(row, "formula"), *end))
            return
        inner = edge.plus(Piece(" " * INDENT))
        width = max(NARROWEST, room - INDENT - (cell_len(block.number) + 2 if block.number else 0))
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
                lines += self._wrapped_formula(row, width) if len(drawn.lines) == 1 else [(Piece(row, "formula"),)]
            if len(drawn.lines) == 1:
                numbered = len(lines) - 1
        for index, line in enumerate(lines):
            pieces = (*inner.pieces, *line) if line else edge.pieces
            if number and index == numbered:
                gap = room - INDENT - measure(line) - cell_len(block.number)
                pieces = (*pieces, Piece(" " * max(2, gap)), *number)
            yield DocumentLine(pieces, formula=None if index else block)

    def _wrapped_formula(self, row: str, width: int) -> Iterator[Line]:
        if cell_len(row) <= width:
            yield (Piece(row, "formula"),)
            return
        # Break between terms rather than within parentheses, if that is enough.
        row = row.lstrip(" ")
        kept = _kept_groups(row)
        row = kept if max(map(cell_len, kept.split(" "))) <= width - INDENT else row
        first, *_ = fill([Piece(row, "formula")], width)
        yield first
        rest = _after([Piece(row, "formula")], sum(len(piece.text) for piece in first))
        for line in fill(rest, width - INDENT):
            yield (Piece(" " * INDENT), *line)

    def _item(self, item: Item, edge: _Edge) -> Iterator[DocumentLine]:
        marker = item.marker or "•"
        size = cell_len(marker)
        if not _MARKER.fullmatch(marker):
            yield DocumentLine((*edge.pieces, Piece(marker, "strong")), 0, _named(item.anchor))
            yield from self._blocks(item.blocks, edge.plus(Piece("  ")))
            return
        inner = edge.plus(Piece(" " * (size + 1)))
        lines = self._blocks(item.blocks, inner)
        first = next(lines, DocumentLine(inner.pieces))
        yield DocumentLine(
            (*edge.pieces, Piece(f"{marker} ", "label"), *first.pieces[len(inner.pieces) :]),
            0,
            (*_named(item.anchor), *first.anchors),
            formula=first.formula,
        )
        yield from lines

    def _listing(self, lines: Sequence[tuple[Span, ...]], edge: _Edge) -> Iterator[DocumentLine]:
        """Code keeps its lines whole; a long step of an algorithm continues below its text."""
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
                for number, line in enumerate(fill(_after(pieces, lead), self._room(hung))):
                    yield DocumentLine((*inner.pieces, *(start if number == 0 else [Piece(" " * lead)]), *line))

    def _table(self, table: Table, edge: _Edge) -> Iterator[DocumentLine]:
        room = self._room(edge)
        if room is None:
            for text in table_rows(table):
                yield DocumentLine((*edge.pieces, Piece(text)))
        else:
            for line in table_lines(table, room + self._wider):
                yield line._replace(pieces=(*edge.pieces, *line.pieces), fixed=edge.cells + line.fixed)

    def _figure(self, figure: Figure, edge: _Edge) -> Iterator[DocumentLine]:
        has_caption = bool(figure.label or figure.caption)
        picture = figure.pictures[0] if figure.pictures else ""
        if has_caption:
            end = " " if figure.label.startswith("(") else ": " if figure.caption else ""
            label = [Piece(figure.label + end, "label", action=_to(picture))] if figure.label else []
            yield from self._text([*label, *pieces_of(figure.caption, "caption")], edge)
        elif figure.pictures:
            yield DocumentLine((*edge.pieces, Piece("[picture]", "muted", action=_to(picture))))
        if figure.blocks:
            if has_caption and not isinstance(figure.blocks[0], (Table, Figure)):
                yield edge.empty()
            inner = edge.plus(Piece("  ")) if isinstance(figure.blocks[0], Figure) else edge
            yield from self._blocks(figure.blocks, inner)

    def _theorem(self, title: Sequence[Span], blocks: Sequence[Block], edge: _Edge) -> Iterator[DocumentLine]:
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


def _named(anchor: str) -> tuple[str, ...]:
    return (anchor,) if anchor else ()


def _anchored(lines: Iterable[DocumentLine], anchor: str) -> Iterator[DocumentLine]:
    """Lines of which the first has an anchor."""
    for number, line in enumerate(lines):
        yield line._replace(anchors=(anchor, *line.anchors)) if number == 0 and anchor else line


# Text


def pieces_of(spans: Spans, role: str = "text") -> list[Piece]:
    """Spans as pieces, with formulas as Unicode where that is faithful; plain text gets a role."""
    pieces = []
    for text, style, target in spans:
        shown = inline_formula(text) if style == "formula" else mark_text(text) if style == "mark" else text
        pieces.append(Piece(shown, style or role, action=_to(target)))
    return pieces


def _to(target: str) -> tuple[str, str] | None:
    """The click action for a target: an anchor of the document, a web address or a picture."""
    return (FOLLOW, target) if target else None


def inline_formula(tex: str) -> str:
    """A formula in running text: on one line, and unbroken if it is short."""
    shown = formula_text(tex).replace("\n", " ")
    return shown.replace(" ", UNBROKEN) if len(shown) <= SHORT else shown


def mark_text(mark: str) -> str:
    """The mark of a footnote, raised if it is a number."""
    return mark.translate(SUPERSCRIPTS) if mark.isdecimal() else mark


def text_of(pieces: Iterable[Piece]) -> str:
    """The text of pieces as it is drawn."""
    return "".join(piece.text for piece in pieces).replace(UNBROKEN, " ")


# Tables


class _Placed(NamedTuple):
    cell: Cell
    column: int
    pieces: Line


def grid_texts(table: Table) -> Iterator[list[Spans]]:
    """The spans of each row by column; a cell over several columns or rows leaves the others empty."""
    for row in _grid(table):
        texts: list[Spans] = [()] * max((one.column + one.cell.across for one in row), default=0)
        for one in row:
            texts[one.column] = one.cell.spans
        yield texts


def table_rows(table: Table) -> Iterator[str]:
    """Each row as one line, its cells separated by tabs."""
    for row in grid_texts(table):
        yield "\t".join(text_of(pieces_of(spans)) for spans in row).rstrip("\t")


def table_lines(table: Table, width: int) -> Iterator[DocumentLine]:
    """The lines of a table."""
    grid = _grid(table)
    widths = _fitted_widths(grid, width)
    total = sum(widths) + GAP * (len(widths) - 1)
    head = _rules_below_head(table)
    rules = table.rules or head
    rule = DocumentLine((Piece("─" * total, "rule"),), fixed=widths[0] + GAP)
    yield rule
    for index, row in enumerate(grid):
        if index in rules:
            yield rule._replace(is_head=index in head)
        for line in _row_lines(row, widths):
            yield DocumentLine(line, fixed=rule.fixed, is_head=bool(head) and index < head[0])
    yield rule


def _fitted_widths(grid: Sequence[Sequence[_Placed]], width: int) -> list[int]:
    """Column widths; only long text is narrowed so that the table fits."""
    widths = _widths(grid, None)
    for widest in (*range(min(max(widths), width), NARROWED, -4), NARROWED):
        if sum(widths) + GAP * (len(widths) - 1) <= width:
            break
        widths = _widths(grid, widest)
    return widths


def _rules_below_head(table: Table) -> tuple[int, ...]:
    """A line below the head, if the table has no other."""
    heads = [any(cell.is_head for cell in row) for row in table.rows]
    end = heads.index(False) if False in heads else 0
    return (end,) if end else ()


def _grid(table: Table) -> list[list[_Placed]]:
    """The cells with their columns: a cell takes the first ones that no cell of a row above reaches into."""
    taken: dict[int, int] = {}
    grid: list[list[_Placed]] = []
    for row in table.rows:
        placed: list[_Placed] = []
        column = 0
        following: dict[int, int] = {}
        for cell in row:
            while taken.get(column, 0) > 0:
                column += 1
            if column + cell.across > MOST_COLUMNS:
                break
            placed.append(_Placed(cell, column, tuple(pieces_of(cell.spans))))
            for place in range(column, column + cell.across):
                following[place] = cell.down
            column += cell.across
        taken = {place: left - 1 for place, left in taken.items() if left > 1}
        taken |= {place: down - 1 for place, down in following.items() if down > 1}
        grid.append(placed)
    return grid


def _widths(grid: Sequence[Sequence[_Placed]], widest: int | None) -> list[int]:
    """The width of each column; cells over several columns may widen the last of them."""
    columns = max((one.column + one.cell.across for row in grid for one in row), default=1)
    widths = [0] * columns
    cells = sorted((one for row in grid for one in row), key=lambda one: one.cell.across)
    for one in cells:
        needed = cell_len(text_of(one.pieces))
        needed = min(needed, widest * one.cell.across) if widest else needed
        end = one.column + one.cell.across
        has = sum(widths[one.column : end]) + GAP * (one.cell.across - 1)
        if needed > has:
            widths[end - 1] += needed - has
    return widths


def _row_lines(row: Sequence[_Placed], widths: Sequence[int]) -> Iterator[Line]:
    columns = []
    for one in row:
        room = sum(widths[one.column : one.column + one.cell.across]) + GAP * (one.cell.across - 1)
        columns.append((one, room, fill(one.pieces, max(room, 2))))
    height = max((len(lines) for _, _, lines in columns), default=1)
    for index in range(max(height, 1)):
        pieces: list[Piece] = []
        used = 0
        for one, room, lines in columns:
            line = lines[index] if index < len(lines) else ()
            size = measure(line)
            start = sum(widths[: one.column]) + GAP * one.column
            # Multi-line text is left-aligned.
            align = one.cell.align if len(lines) == 1 else "left"
            left = {"left": 0, "right": room - size, "center": (room - size) // 2}[align]
            if line:
                pad = start + max(left, 0) - used
                pieces += [Piece(" " * pad)] if pad else []
                pieces += [
                    piece._replace(role="strong") if one.cell.is_head and piece.role == "text" else piece
                    for piece in line
                ]
                used = start + max(left, 0) + size
        yield tuple(pieces)


STEP = 4
"""Indentation of a continued row."""

TALLEST = 40
"""Maximum lines of one formula; a taller one is drawn on one line."""

_CONNECTIVES = (Symbol("∧", "bin"), Symbol("∨", "bin"))
"""Signs that join whole statements, and bind less than relations."""

_OPERANDS = ("ord", "close", "fence", "frac", "root", "space")
"""Classes that precede a binary operator rather than a sign."""

_TALL = {
    "(": ("⎛", "⎜", "⎝"), ")": ("⎞", "⎟", "⎠"), "[": ("⎡", "⎢", "⎣"), "]": ("⎤", "⎥", "⎦"),
    "⌊": ("⎢", "⎢", "⎣"), "⌋": ("⎥", "⎥", "⎦"), "⌈": ("⎡", "⎢", "⎢"), "⌉": ("⎤", "⎥", "⎥"),
    "|": ("│", "│", "│"), "‖": ("‖", "‖", "‖"), "⟨": ("╱", "│", "╲"), "⟩": ("╲", "│", "╱"),
}  # fmt: skip

_WIDE = {
    "overline": "___", "underline": "‾‾‾", "hat": "╱‾╲", "widehat": "╱‾╲", "tilde": "~~~", "widetilde": "~~~",
    "overrightarrow": "──→", "overleftarrow": "←──",
}  # fmt: skip
"""Accents over or under more than a letter: the ends and the middle of their line."""


class Box(NamedTuple):
    """A formula as lines of one width."""

    lines: tuple[str, ...]
    base: int
    kind: str = "ord"
    """The class of its last part, which decides the space after it."""
    first: str = ""
    """The class of its first part; empty if the same."""

    @property
    def width(self) -> int:
        return cell_len(self.lines[0])


class Drawn(NamedTuple):
    """A displayed formula: its lines, and the one on which its number stands."""

    lines: tuple[str, ...]
    base: int


def draw_formula(tex: str, width: int) -> list[Drawn]:
    """Draw the rows of a displayed formula, each on as many lines as it needs.

    A row that is wider than `width` cells goes on below, from one of its relations or else its operators; if that is
    not enough, it is on one line, which the caller breaks. So are all rows if one is too tall.
    """
    tree = read_tex(tex)
    try:
        boxes = [_row(items) for items in _rows(tree)]
        if isinstance(tree, Grid) and tree.kind == "lines" and any(len(row) > 1 for row in tree.rows):
            boxes = [_grid_box(tree) or boxes[0]]
    except RecursionError:
        boxes = []
    if any(box.width > width for box in boxes):
        boxes = [box for at, items in enumerate(_rows(tree)) for box in _continued(items, width, at > 0)]
    # Rows that stand within something else have no place of their own.
    is_broken = any("\n" in line for box in boxes for line in box.lines)
    if not boxes or is_broken or any(len(box.lines) > (TALLEST if box.width <= width else 1) for box in boxes):
        return [Drawn((row,), 0) for row in formula_text(tex).split("\n") if row]
    shown = [Drawn(tuple(line.rstrip() for line in box.lines), box.base) for box in boxes]
    return [one for one in shown if any(one.lines)]


def _rows(tree: Node) -> list[Sequence[Node]]:
    """The rows of a formula, one below the other."""
    if isinstance(tree, Grid) and tree.kind == "lines":
        return [[part for cell in row for part in items_of(cell)] for row in tree.rows]
    rows: list[list[Node]] = [[]]
    for item in items_of(tree):
        if isinstance(item, Symbol) and item.kind == "row":
            rows.append([])
        elif isinstance(item, Grid) and item.kind == "lines" and not rows[-1]:
            rows[-1:] = [[part for cell in row for part in items_of(cell)] for row in item.rows] or [[]]
        else:
            rows[-1].append(item)
    return [row for row in rows if row]


def _continued(items: Sequence[Node], width: int, is_continued: bool) -> list[Box]:
    """A row continued below where it is too wide: between statements, before relations, or before operators.

    A bracket whose inside is too wide is as tall as a letter, and the row goes on within it.
    """
    found: list[Box] = []
    room, taken = width, 0
    parts = [_part(one) for one in items]
    while taken < len(items):
        rest = _begun(parts[taken:], is_continued or bool(found))
        fitting: list[tuple[bool, int, int]] = []
        for end, rank in _breaks(items, taken):
            taking = _set(rest[:end]).width
            if taking > room:
                break
            # A few letters are not left alone.
            fitting.append((end == len(rest) or taking * 5 > room, -rank, end))
        begun = items[taken : taken + end]
        if not any(is_long for is_long, _, _ in fitting):
            opened = [part for item in begun for part in _opened(item)]
            if len(opened) > end:
                items = [*items[:taken], *opened, *items[taken + end :]]
                parts = [*parts[:taken], *map(_part, opened), *parts[taken + end :]]
                continue
        if fitting:
            end = max(fitting)[2]
            box = _set(rest[:end])
        else:
            flat = _begun([atom_of(one) for one in begun], is_continued or bool(found))
            box = _set(flat)
        found.append(box._replace(lines=tuple(f"{' ' * (width - room)}{line}" for line in box.lines)))
        taken, room = taken + end, width - STEP
    return found


def _breaks(items: Sequence[Node], start: int) -> Iterator[tuple[int, int]]:
    """Where a row that begins at an item may break, with a penalty that grows with bracket depth."""
    depth = 0
    for at, kind in enumerate(map(_kind, items)):
        depth -= kind == "close"
        before = items[at - 1] if at else EMPTY
        if at > start:
            if not depth and (items[at] in _CONNECTIVES or _is_gap(before)):
                yield at - start, 0
            elif kind == "bin" or _kind(before) != kind == "rel":
                # Two relations side by side are one, as in `:=`.
                yield at - start, 1 + 2 * depth + (kind == "bin")
        depth += kind == "open"
    yield len(items) - start, 0


def _is_gap(node: Node) -> bool:
    """Whether a node sets two statements apart."""
    text = atom_of(node).text if isinstance(node, Row | Symbol) else ""
    return text.isspace() and len(text) > 1


def _opened(node: Node) -> Sequence[Node]:
    """A pair of brackets as two signs and their content."""
    match node:
        case Fence(opening, body, closing) if not isinstance(body, Grid):
            return [Symbol(opening, "open"), *items_of(body), Symbol(closing, "close")]
        case Script(Fence() as fence, below, above) if len(opened := _opened(fence)) > 1:
            return [*opened[:-1], Script(opened[-1], below, above)]
    return [node]


def _kind(node: Node) -> str:
    if isinstance(node, Script):
        node = node.base
    return node.kind if isinstance(node, Symbol) else ""


def _begun(parts: Sequence[Box | Atom], is_continued: bool) -> Sequence[Box | Atom]:
    """The same; an operator with which a continued row begins is no sign."""
    first = parts[0]
    if is_continued and isinstance(first, Atom) and first.kind == "bin":
        return [first._replace(kind="rel"), *parts[1:]]
    return parts


# Side by side


def _row(items: Sequence[Node]) -> Box:
    """Nodes side by side."""
    return _set([_part(item) for item in items])


def _part(node: Node) -> Box | Atom:
    """A node on as many lines as it needs, or as a part of one line."""
    return _box(node) or atom_of(node)


def _set(drawn: Sequence[Box | Atom]) -> Box:
    """Parts side by side; single-line parts are joined as in running text."""
    parts: list[Box] = []
    flat: list[Atom] = []

    def flush() -> None:
        if flat:
            parts.append(Box((joined(flat),), 0, flat[-1].kind, flat[0].kind))
            flat.clear()

    for part in drawn:
        if isinstance(part, Box):
            # An operator between two parts is not a sign, even at the end of the first one's text.
            if flat and flat[-1].kind == "bin" and (flat[-2].kind in _OPERANDS if len(flat) > 1 else bool(parts)):
                flat[-1] = flat[-1]._replace(kind="rel")
            flush()
            parts.append(part)
        else:
            is_first = not flat and bool(parts)
            flat.append(part._replace(kind="rel") if is_first and part.kind == "bin" else part)
    flush()
    if not parts:
        return Box(("",), 0)
    return _beside(parts)


def _beside(parts: Sequence[Box]) -> Box:
    above = max(part.base for part in parts)
    below = max(len(part.lines) - part.base for part in parts)
    rows = ["" for _ in range(above + below)]
    before: Box | None = None
    for part in parts:
        gap = " " if before is not None and _has_gap(before, part) else ""
        for index in range(above + below):
            at = index - above + part.base
            rows[index] += gap + (part.lines[at] if 0 <= at < len(part.lines) else " " * part.width)
        before = part
    return Box(tuple(rows), above, parts[-1].kind)


def _has_gap(before: Box, after: Box) -> bool:
    left, right = before.lines[before.base][-1:], after.lines[after.base][:1]
    if not left or not right:
        return False
    if len(before.lines) > 1 and len(after.lines) > 1:
        return before.kind != "open"
    if (len(after.lines) == 1 and right in ",;.)]}′") or (len(before.lines) == 1 and left in "([{"):
        return False
    if left == " " or right == " ":
        return False
    return is_apart(before.kind, after.first or after.kind) or before.kind in ("rel", "bin", "op")


def _centred(text: str, width: int) -> str:
    gap = width - cell_len(text)
    return " " * (gap // 2) + text + " " * (gap - gap // 2)


def _padded(box: Box, width: int, align: str = "c") -> tuple[str, ...]:
    gap = width - box.width
    left = {"l": 0, "r": gap}.get(align, gap // 2)
    return tuple(" " * left + line + " " * (gap - left) for line in box.lines)


# One above the other


def _box(node: Node) -> Box | None:
    """A node that needs several lines; None if one suffices."""
    match node:
        case Fraction():
            return _fraction(node)
        case Root(body, index):
            inner, degree = _row(items_of(body)), compact(index).translate(SUPERSCRIPTS)
            is_small = index is None or (len(degree) == 1 and degree != compact(index))
            return _root(inner, degree) if len(inner.lines) > 1 and is_small else None
        case Script():
            return _script(node)
        case Fence(opening, Grid(rows, "matrix", ("", ""), align), closing):
            return _grid_box(Grid(rows, "matrix", (opening, closing), align))
        case Fence(opening, body, closing):
            inner = _row(items_of(body))
            return _fenced(opening, inner, closing) if len(inner.lines) > 1 else None
        case Grid(_, kind) if kind != "stack":
            return _grid_box(node)
        case Brace():
            return _brace(node)
        case Accent(base, name) if name in _WIDE and "(" in atom_of(node).text:
            inner, (left, bar, right) = _row(items_of(base)), tuple(_WIDE[name])
            mark = left + bar * (inner.width - 2) + right
            is_below = name == "underline"
            lines = (*inner.lines, mark) if is_below else (mark, *inner.lines)
            return Box(lines, inner.base + (not is_below)) if inner.width > 1 else None
        case Row(items):
            inner = _row(items)
            return inner if len(inner.lines) > 1 else None
    return None


def _fraction(node: Fraction) -> Box | None:
    if atom_of(node).text in symbols.FRACTIONS.values():
        return None
    above, below = _row(items_of(node.above)), _row(items_of(node.below))
    width = max(above.width, below.width)
    bar = "─" * width if node.is_ruled else " " * width
    lines = (*_padded(above, width), bar, *_padded(below, width))
    box = Box(lines, len(above.lines), "frac")
    return _fenced(*node.sides[:1], box, *node.sides[1:]) if any(node.sides) else box


def _root(inner: Box, index: str) -> Box:
    height = len(inner.lines)
    top = " " * height + " " + "_" * (inner.width + 1)
    lines = [top]
    for at, line in enumerate(inner.lines):
        side = [" "] * (height + 1)
        side[height - at] = "╱"
        if at == height - 1:
            side[0] = "╲"
        if at == height - 2 and index:
            side[0] = index
        lines.append("".join(side) + " " + line)
    return Box(
        tuple(line.ljust(cell_len(top)) if cell_len(line) < cell_len(top) else line for line in lines),
        inner.base + 1,
        "root",
    )


def _script(node: Script) -> Box | None:
    base, below, above, is_stacked = node
    inner = _row(items_of(base))
    is_large = isinstance(base, Symbol) and base.kind == "op" and is_stacked
    if is_stacked:
        upper = _limit(above) if above is not None else None
        lower = _limit(below) if below is not None else None
        width = max(part.width for part in (inner, upper, lower) if part is not None)
        top = _padded(upper, width) if upper else ()
        bottom = _padded(lower, width) if lower else ()
        return Box((*top, *_padded(inner, width), *bottom), len(top) + inner.base, "op" if is_large else "rel")
    if len(inner.lines) == 1:
        return None
    if not isinstance(base, (Fence, Grid)):
        inner = _fenced("(", inner, ")")
    upper_text, lower_text = _corner(above, SUPERSCRIPTS), _corner(below, SUBSCRIPTS)
    width = max(cell_len(upper_text), cell_len(lower_text))
    lines = []
    for at, line in enumerate(inner.lines):
        side = upper_text if at == 0 else lower_text if at == len(inner.lines) - 1 else ""
        lines.append(line + side + " " * (width - cell_len(side)))
    return Box(tuple(lines), inner.base, "ord")


def _limit(node: Node) -> Box:
    """Text above or below: compact like all scripts, with its lines stacked."""
    if isinstance(node, Grid) and node.kind == "stack":
        texts = [compact(Row(row)) for row in node.rows]
        width = max(map(cell_len, texts), default=0)
        return Box(tuple(_centred(text, width) for text in texts), 0)
    box = _row(items_of(node))
    return Box((compact(node),), 0) if len(box.lines) == 1 else box


def _corner(script: Node | None, table: dict[int, int]) -> str:
    """A script at the corner of a tall base: small letters, if all of it has them."""
    text = compact(script)
    small = text.translate(table)
    return small if all(a != b or a == "′" for a, b in zip(text, small, strict=True)) else text


def _fenced(opening: str, inner: Box, closing: str) -> Box:
    if {"{", "}"} & {opening, closing} and len(inner.lines) == 2:
        # A brace has a middle, which needs a third line.
        inner = Box((inner.lines[0], " " * inner.width, inner.lines[1]), 1, inner.kind)
    left, right = _side(opening, len(inner.lines), inner.base), _side(closing, len(inner.lines), inner.base)
    if len(inner.lines) > 1 and {"{", "}"} & {opening, closing}:
        inner = Box(tuple(f" {line} " for line in inner.lines), inner.base, inner.kind)
    lines = tuple(one + line + other for one, line, other in zip(left, inner.lines, right, strict=True))
    return Box(lines, inner.base, "fence")


def _side(sign: str, height: int, base: int) -> list[str]:
    """A delimiter over a height."""
    if not sign:
        return [""] * height
    if height == 1:
        return [sign]
    if sign in "{}" and height >= 3:
        top, middle, bottom, bar = "⎧⎨⎩⎪" if sign == "{" else "⎫⎬⎭⎪"
        at = min(max(base, 1), height - 2)
        return [top, *(bar if index != at else middle for index in range(1, height - 1)), bottom]
    top, bar, bottom = _TALL.get(sign, (sign, " ", " "))
    if sign not in _TALL:
        return [sign if index == base else " " * cell_len(sign) for index in range(height)]
    return [top, *[bar] * (height - 2), bottom]


def _grid_box(node: Grid) -> Box | None:
    rows = [[_row(items_of(cell)) for cell in row] for row in node.rows]
    if not rows or (len(rows) == 1 and all(len(cell.lines) == 1 for cell in rows[0])):
        return None
    columns = max(map(len, rows))
    widths = [max((row[at].width for row in rows if at < len(row)), default=0) for at in range(columns)]
    lines: list[str] = []
    for number, row in enumerate(rows):
        cells = [row[at] if at < len(row) else Box(("",), 0) for at in range(columns)]
        above = max(cell.base for cell in cells)
        below = max(len(cell.lines) - cell.base for cell in cells)
        if number and any(len(cell.lines) > 1 for cell in (*cells, *rows[number - 1])):
            lines.append(" " * (sum(widths) + 2 * (columns - 1)))
        for index in range(above + below):
            drawn = []
            for at, cell in enumerate(cells):
                padded = _padded(cell, widths[at], _align(node, at))
                place = index - above + cell.base
                drawn.append(padded[place] if 0 <= place < len(padded) else " " * widths[at])
            lines.append((" " if node.kind == "lines" else "  ").join(drawn))
    inner = Box(tuple(lines), len(lines) - below if node.kind == "lines" else (len(lines) - 1) // 2)
    opening, closing = node.sides
    return _fenced(opening, inner, closing)._replace(kind="fence")


def _align(node: Grid, column: int) -> str:
    align = node.align or ("l" if node.kind == "cases" else "c")
    if node.kind == "lines":
        return "rl"[column % 2]
    return align[min(column, len(align) - 1)]


def _brace(node: Brace) -> Box:
    inner = _row(items_of(node.base))
    label = _row(items_of(node.label)) if node.label is not None else None
    width = max(inner.width, 3, label.width if label else 0)
    size = max(inner.width, 3)
    left = (size - 3) // 2
    ends = ("╭", "┴", "╮") if node.is_above else ("╰", "┬", "╯")
    brace = _centred(ends[0] + "─" * left + ends[1] + "─" * (size - 3 - left) + ends[2], width)
    body, named = _padded(inner, width), _padded(label, width) if label else ()
    if node.is_above:
        return Box((*named, brace, *body), len(named) + 1 + inner.base)
    return Box((*body, brace, *named), inner.base)
