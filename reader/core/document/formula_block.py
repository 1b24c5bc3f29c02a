r"""Displayed formulas on several lines: fractions with their bar, roots with their extent, limits, tall brackets.

A formula is a box of lines with a baseline. Boxes stand side by side on their baselines, or one above the other.
Whatever does not need a second line is drawn as `reader.core.document.formula` draws it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

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
from reader.core.lines import cell_len

STEP = 4
"""Cells by which the rest of a row stands further in."""

TALLEST = 40
"""Maximum lines of one formula; a taller one is drawn on one line."""

_CONNECTIVES = (Symbol("∧", "bin"), Symbol("∨", "bin"))
"""What joins whole statements, and binds less than their relations."""

_OPERANDS = ("ord", "close", "fence", "frac", "root", "space")
"""The classes of what stands before an operator between two parts, and not before a sign."""

_TALL = {
    "(": ("⎛", "⎜", "⎝"), ")": ("⎞", "⎟", "⎠"), "[": ("⎡", "⎢", "⎣"), "]": ("⎤", "⎥", "⎦"),
    "⌊": ("⎢", "⎢", "⎣"), "⌋": ("⎥", "⎥", "⎦"), "⌈": ("⎡", "⎢", "⎢"), "⌉": ("⎤", "⎥", "⎥"),
    "|": ("│", "│", "│"), "‖": ("‖", "‖", "‖"), "⟨": ("╱", "│", "╲"), "⟩": ("╲", "│", "╱"),
}  # fmt: skip


class Box(NamedTuple):
    """A formula as lines of one width."""

    lines: tuple[str, ...]
    base: int
    """The line on which it stands, from 0."""
    kind: str = "ord"
    """The class of what it ends with, which decides the space after it."""
    first: str = ""
    """The class of what it begins with; empty for the same."""

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
        if isinstance(tree, Grid) and tree.kind == "lines" and any(len(row) > 1 for row in tree.rows):
            boxes = [_aligned(tree)]
        else:
            boxes = [_row(items) for items in _rows(tree)]
    except RecursionError:
        boxes = []
    if any(box.width > width for box in boxes):
        boxes = [box for items in _rows(tree) for box in _continued(items, width)]
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


def _continued(items: Sequence[Node], width: int) -> list[Box]:
    """A row that goes on below where it is too wide: before relations, or before operators where these are too far."""
    found: list[Box] = []
    room, taken = width, 0
    while taken < len(items):
        rest = items[taken:]
        ends = [at for at in range(1, len(rest)) if _kind(rest[at]) in ("rel", "bin")]
        fitting = [at for at in (*ends, len(rest)) if _row(_begun(rest[:at], bool(found))).width <= room]
        relations = [at for at in fitting if at == len(rest) or _kind(rest[at]) == "rel"]
        whole = [at for at in fitting if at == len(rest) or rest[at] in _CONNECTIVES]
        if not fitting:
            return [Box((joined([atom_of(one) for one in items]).rstrip(),), 0)]
        end = (whole or relations or fitting)[-1]
        box = _row(_begun(rest[:end], bool(found)))
        found.append(box._replace(lines=tuple(f"{' ' * (width - room)}{line}" for line in box.lines)))
        taken, room = taken + end, width - STEP
    return found


def _kind(node: Node) -> str:
    return node.kind if isinstance(node, Symbol) else ""


def _begun(items: Sequence[Node], is_continued: bool) -> Sequence[Node]:
    """The same; an operator with which a continued row begins is no sign."""
    first = items[0]
    if is_continued and isinstance(first, Symbol) and first.kind == "bin":
        return [first._replace(kind="rel"), *items[1:]]
    return items


def _aligned(node: Grid) -> Box:
    """Rows below each other, their cells in columns."""
    box = _grid(node)
    return _row([part for cell in node.rows[0] for part in items_of(cell)]) if box is None else box


# Side by side


def _row(items: Sequence[Node]) -> Box:
    """Nodes side by side; what stands on one line is joined as in running text."""
    parts: list[Box] = []
    flat: list[Atom] = []

    def flush() -> None:
        if flat:
            parts.append(Box((joined(flat),), 0, flat[-1].kind, flat[0].kind))
            flat.clear()

    for item in items:
        if (box := _box(item)) is not None:
            # An operator between two parts is no sign, though it ends the text of the first.
            if flat and flat[-1].kind == "bin" and (flat[-2].kind in _OPERANDS if len(flat) > 1 else bool(parts)):
                flat[-1] = flat[-1]._replace(kind="rel")
            flush()
            parts.append(box)
        else:
            atom, is_first = atom_of(item), not flat and bool(parts)
            flat.append(atom._replace(kind="rel") if is_first and atom.kind == "bin" else atom)
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
    """A node that needs several lines; None if one is enough."""
    match node:
        case Fraction():
            return _fraction(node)
        case Root(body, index) if index is None or len(compact(index)) == 1:
            inner = _row(items_of(body))
            return _root(inner, "" if index is None else compact(index)) if len(inner.lines) > 1 else None
        case Script():
            return _script(node)
        case Fence(opening, Grid(rows, "matrix", ("", ""), align), closing):
            return _grid(Grid(rows, "matrix", (opening, closing), align))
        case Fence(opening, body, closing):
            inner = _row(items_of(body))
            return _fenced(opening, inner, closing) if len(inner.lines) > 1 else None
        case Grid(_, kind) if kind != "stack":
            return _grid(node)
        case Brace():
            return _brace(node)
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
    """What stands above or below: without spaces as all scripts, its lines below each other."""
    if isinstance(node, Grid) and node.kind == "stack":
        texts = [compact(Row(row)) for row in node.rows]
        width = max(map(cell_len, texts), default=0)
        return Box(tuple(_centred(text, width) for text in texts), 0)
    box = _row(items_of(node))
    return Box((compact(node),), 0) if len(box.lines) == 1 else box


def _corner(script: Node | None, table: dict[int, int]) -> str:
    """A script at the corner of a tall base: small letters, if there are such for all of it."""
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


def _grid(node: Grid) -> Box | None:
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
    inner = Box(tuple(lines), len(lines) - 1 if node.kind == "lines" else (len(lines) - 1) // 2)
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
