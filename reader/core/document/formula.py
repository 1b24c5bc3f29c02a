r"""Formulas as Unicode: `x_{i}^{2}\leq\frac{a}{b}` is `xᵢ² ≤ a∕b` on one line.

Two different formulas never look alike: parts that TeX distinguishes by height or size get parentheses, braces or a
special sign. Fractions have the slash `∕`; scripts centred on their base are in braces; the rows of a matrix are
separated by ` ; `.

A displayed formula may take several lines, for the bars of fractions, roots, limits and tall brackets. It is a box of
lines with a baseline. Boxes are placed side by side on their baselines, or one above the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from reader.core.document import symbols
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
    UnknownMacro,
    Words,
    read_tex,
)
from reader.core.lines import cell_len
from reader.core.text import clean

SUPERSCRIPTS = str.maketrans(
    "0123456789+-−=()abcdefghijklmnoprstuvwxyzT′βγδθφχ", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᵀ′ᵝᵞᵟᶿᵠᵡ"
)
SUBSCRIPTS = str.maketrans("0123456789+-−=()aeoxhklmnpstijruvβγρχ", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₒₓₕₖₗₘₙₚₛₜᵢⱼᵣᵤᵥᵦᵧᵨᵪ")

ROW = "\n"
"""Separates the rows of a formula."""

_RAISED = {"∘": "°", "°": "°", "∗": "*", "*": "*", "†": "†", "‡": "‡"}
_WORD = re.compile(r"[A-Za-z0-9.]+")
_OPEN_SCRIPT = re.compile(r"[_^][^\W_]+$")
"""A script that a letter directly after it would seem to continue."""
_DIFFERENTIALS = ("∂", "d", "δ", "Δ")
_LABELLED = {"→": ("─", "→"), "⟶": ("─", "⟶"), "←": ("←", "─"), "⟵": ("⟵", "─")}
"""Arrows around a label, as in `A ─f→ B`."""


@lru_cache(maxsize=2_048)
def formula_text(tex: str) -> str:
    """A formula as Unicode, with line breaks between rows; empty if nothing is visible."""
    text = join_atoms([atom_of(node) for node in items_of(read_tex(tex))])
    rows = (clean(row).removesuffix(" :}") for row in text.split(ROW))
    return ROW.join(filter(None, rows))


_BEFORE_PREFIX = ("", "open", "bin", "rel", "punct", "space", "row")
"""Classes after which a script without a base belongs to the next part, as in `⁸⁷Rb`."""


class Atom(NamedTuple):
    """A part of a line with its class in TeX, such as `ord`, `bin` or `rel`, or one of our classes, such as `frac`."""

    text: str
    kind: str = "ord"


def items_of(node: Node) -> tuple[Node, ...]:
    """The adjacent parts of a node."""
    return node.items if isinstance(node, Row) else (node,)


def _text(node: Node) -> str:
    return join_atoms([atom_of(one) for one in items_of(node)])


def atom_of(node: Node) -> Atom:
    """A node as a part of the line."""
    match node:
        case Symbol(text, kind):
            return Atom(text, kind)
        case Words(text):
            return Atom(text)
        case Row():
            return Atom(_text(node))
        case Script():
            return _script(node)
        case Fraction():
            return _fraction(node)
        case Root(body, index):
            return _root(body, index)
        case Fence(opening, Grid(rows, "matrix", ("", ""), align), closing) if opening or closing:
            kind = "cases" if (opening, closing) in (("{", ""), ("", "}")) else "matrix"
            return _grid(Grid(rows, kind, (opening, closing), align))
        case Fence(opening, body, closing):
            return Atom(f"{opening}{_text(body).strip()}{closing}", "fence")
        case Grid():
            return _grid(node)
        case Accent(base, name):
            return Atom(_accent(base, name))
        case Brace(base, label, is_above):
            return Atom(f"({_text(base)}){'⏞' if is_above else '⏟'}{f'({compact(label)})' if label else ''}")
        case UnknownMacro(name):
            return Atom(f"‹{clean(name, 200)}›")


# Side by side


def join_atoms(atoms: Sequence[Atom]) -> str:
    """Parts as one text, with TeX's spaces around relations and operators."""
    text, before, last = "", "", ""
    for place, (part, given) in enumerate(atoms):
        kind = given
        is_last = place + 1 == len(atoms)
        is_sign = kind == "bin" and (is_last or before in ("", "open", "bin", "rel", "punct", "op", "row"))
        if is_sign:
            kind = "ord" if before != "op" else "rel"
        if kind == "row":
            text = text.rstrip(" ")
        elif (
            text
            and text[-1] not in " \n"
            and part
            and not part.startswith(" ")
            and (part != "." or atoms[place + 1 : place + 2] == [Atom(".")])
            and (is_apart(before, kind) or (part[:1].isalnum() and _OPEN_SCRIPT.search(last)))
        ):
            text += " "
        after = next((kind for _, kind in atoms[place + 1 :] if kind != "space"), "") if kind == "frac" else ""
        # A factor after a plain slash would read as part of the denominator.
        is_factor = kind == "frac" and (before == "op" or after not in ("", "bin", "rel", "close", "punct", "row"))
        text += f"({part})" if is_factor else part
        # Only the last part is searched for a script, because searching the whole text each time takes quadratic time.
        last = part or last
        if kind == "script" and before in _BEFORE_PREFIX:
            kind = "prefix"
        before = "open" if is_sign else kind
    return text


def is_apart(before: str, kind: str) -> bool:
    """Whether parts of two classes are separated by a space."""
    before, kind = (("ord" if one == "fence" else one) for one in (before, kind))
    if before == kind == "rel":
        return False
    if before in ("bin", "rel", "punct") or kind in ("bin", "rel"):
        return before != "open" and kind not in ("close", "punct")
    if kind == "op":
        return before in ("ord", "close", "op", "frac", "root")
    if before == "op":
        return kind in ("ord", "frac", "op", "root", "apart")
    if {"apart", "script"} & {before, kind}:
        return before not in ("open", "") and kind not in ("close", "punct")
    return (before in ("frac", "root") and kind in ("ord", "frac", "root", "open")) or (
        kind == "frac" and before in ("ord", "close")
    )


def compact(node: Node | None) -> str:
    """A node as compact text, with spaces only between words."""
    return "" if node is None else _compact(_text(node))


def _compact(text: str) -> str:
    return re.sub(r"(?<![^\W_]) | (?![^\W_])", "", text).replace(ROW, ",")


# Scripts, fractions, roots and grids


def _script(node: Script) -> Atom:
    base, below, above, is_stacked = node
    last = items_of(base)[-1] if items_of(base) else EMPTY
    kind = last.kind if isinstance(last, Symbol) and len(items_of(base)) == 1 else "ord"
    text = _base(base)
    is_limit = isinstance(base, Symbol) and base.kind == "op"
    if is_stacked and above is not None and isinstance(base, Symbol) and text in _LABELLED:
        # A label within its arrow needs no braces.
        start, end = _LABELLED[text]
        text, above = f"{start}{compact(above)}{end}", None
    if is_stacked and not is_limit:
        text += f"_{{{compact(below)}}}" if below is not None else ""
        text += f"^{{{compact(above)}}}" if above is not None else ""
        return Atom(text, kind)
    text += small_script(compact(below), "_") + small_script(compact(above), "^")
    kind = "ord" if kind in ("space", "punct", "bin", "open") else kind
    return Atom(text, "script" if base == EMPTY else kind)


def _base(base: Node) -> str:
    """The base of a script, in parentheses if it has several parts."""
    text = _text(base)
    match base:
        case Symbol() | Words() | Fence() | Grid() | Accent() | Brace() | UnknownMacro():
            return text
        case Root():
            return f"({text})"
        case Row((Symbol(_, "close"),)) | Row(()):
            return text
    return f"({text})"


def small_letters(text: str, table: dict[int, int]) -> str:
    """A text in the small letters of `SUPERSCRIPTS` or `SUBSCRIPTS`; empty if one of its letters has none."""
    small = text.translate(table)
    return small if all(a != b or ord(a) in table for a, b in zip(text, small, strict=True)) else ""


def small_script(inner: str, sign: str) -> str:
    """A script in small letters, or else after its sign, `^` or `_`, if Unicode lacks one of the letters."""
    if sign == "^" and inner in _RAISED:
        return _RAISED[inner]
    if small := small_letters(inner, SUPERSCRIPTS if sign == "^" else SUBSCRIPTS):
        return small
    return sign + (inner if len(inner) == 1 or _WORD.fullmatch(inner) else f"({inner})") if inner else ""


def _fraction(node: Fraction) -> Atom:
    above, below, is_ruled, (opening, closing) = node
    # Each part is converted only once, because fractions may be nested deeply.
    over, under = _text(above), _text(below)
    if not is_ruled:
        word = "choose" if (opening, closing) == ("(", ")") else "over"
        return Atom(f"{opening or '{'}{over} {word} {under}{closing or '}'}", "fence")
    top, bottom = _compact(over), _compact(under)
    if (plain := symbols.FRACTIONS.get(top + bottom)) and len(top) == 1 and not opening:
        return Atom(plain)
    text = f"{_enclose(above, over)}∕{_enclose(below, under, is_below=True)}"
    return Atom(f"{opening}{text}{closing}", "fence") if opening or closing else Atom(text, "frac")


def _enclose(node: Node, text: str, *, is_below: bool = False) -> str:
    """A node's text, in parentheses unless it is a letter with its scripts, a number or a product above a line."""
    items = items_of(node)
    if text.isdecimal() or (len(items) == 1 and not isinstance(node, (Fraction, Row)) and " " not in text):
        return text
    is_plain = not re.search(r"[ ∕/√]", text) and all(_is_plain(item) for item in items)
    if is_plain and items and (not is_below or _text(items[0]) in _DIFFERENTIALS):
        return text
    return text if _is_call(items) else f"({text})"


def _is_plain(node: Node) -> bool:
    if isinstance(node, Symbol):
        return node.kind == "ord"
    return isinstance(node, Script) and not node.is_stacked


def _is_call(items: Sequence[Node]) -> bool:
    """Whether nodes are a function call, such as `f(x, y)`, or parentheses with a script."""
    match items:
        case [Script(Fence("(", _, ")"), _, _, False)]:
            return True
        case [Symbol(kind="ord") | Script(is_stacked=False) as name, Fence("(", _, ")")]:
            return _is_plain(name)
        case [name, Symbol("("), *between, Symbol(")")] if _is_plain(name):
            pass
        case [Symbol("("), *between, Script(Symbol(")"), _, _, False)]:
            pass
        case _:
            return False
    return not any(isinstance(item, Symbol) and item.text in "()" for item in between)


def _root(body: Node, index: Node | None) -> Atom:
    inner = _text(body)
    is_one = inner.isdecimal() or (isinstance(body, Symbol | Accent) and " " not in inner)
    # The script of a letter would seem to belong to the root.
    text = inner if is_one else f"({inner})"
    degree = "" if index is None else compact(index)
    if sign := {"": "√", "3": "∛", "4": "∜"}.get(degree):
        return Atom(sign + text, "root")
    return Atom(f"{small_letters(degree, SUPERSCRIPTS) or f'({degree})'}√{text}", "apart")


def _grid(node: Grid) -> Atom:
    rows, kind, (opening, closing), align = node
    if kind == "lines" and any(len(row) for row in rows):
        return Atom(
            ROW.join(join_atoms([atom_of(one) for cell in row for one in items_of(cell)]) for row in rows), "row"
        )
    if kind == "stack":
        return Atom(", ".join(", ".join(map(_text, row)) for row in rows))
    if kind == "cases":
        inner = " ; ".join("".join(_case(cell, at) for at, cell in enumerate(row)) for row in rows)
        return Atom(f"{opening or '{:'} {inner} {closing or ':}'}", "fence")
    _, bars = _columns(align)
    inner = " ; ".join(
        "".join(f"{' | ' if at in bars else ', ' if at else ''}{_text(cell)}" for at, cell in enumerate(row))
        for row in rows
    )
    return Atom(f"{opening or '[:'}{inner}{closing or ':]'}", "fence")


def _columns(align: str) -> tuple[str, frozenset[int]]:
    """The alignment of columns without the lines between them, and the columns that have a line before them."""
    letters = align.replace("|", "")
    before = (len(align[:at].replace("|", "")) for at, sign in enumerate(align) if sign == "|")
    return letters, frozenset(before) - {0, len(letters)}


def _case(cell: Node, at: int) -> str:
    """A value, or its condition, which begins with words or follows a colon."""
    text = _text(cell).rstrip(" ,;")
    if at == 0 or not text:
        return text
    return f" {text}" if isinstance(items_of(cell)[0], Words) else f" : {text}"


def _accent(base: Node, name: str) -> str:
    """A letter with a combining mark, or the name of the accent before a longer base."""
    text = _text(base)
    if mark := symbols.ACCENTS.get(name):
        if len(text) == 1:
            return text + mark
        if isinstance(base, Script) and not base.is_stacked and re.fullmatch(r"\w[₀-₉ₐ-ₜᵢᵣᵤᵥ⁰-⁹′]+", text):
            # The accent also covers the scripts.
            return "".join(letter + mark for letter in text)
    return f"{name.removeprefix('wide')}({text})"


def is_diagram(tex: str) -> bool:
    """Whether a formula has a grid without brackets, such as a commutative diagram, which does not fit on one line."""
    parts = items_of(read_tex(tex))
    return any(
        isinstance(one, Grid) and one.kind == "matrix" and not any(one.sides) and len(one.rows) > 1 for one in parts
    )


# On several lines

CONTINUATION_CELLS = 4
"""Indentation of a continued row."""

MAX_FORMULA_LINES = 40
"""Maximum lines of one formula; a taller one is drawn on one line."""

_CONNECTIVES = (Symbol("∧", "bin"), Symbol("∨", "bin"))
"""Signs that join whole statements, and bind weaker than relations."""

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
"""The left end, middle and right end of accents over or under several letters."""


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

    @property
    def is_tall(self) -> bool:
        """Whether it has several lines."""
        return len(self.lines) > 1


class FormulaDrawing(NamedTuple):
    """A displayed formula: its lines, and the index of the line with its number."""

    lines: tuple[str, ...]
    base: int


def draw_formula(tex: str, width: int) -> list[FormulaDrawing]:
    """Draw the rows of a displayed formula, each on as many lines as it needs.

    A row that is wider than `width` cells continues below, from one of its relations or else its operators. If that is
    not enough, it is on one line, which the caller breaks. If one row is too tall, all rows are on one line.
    """
    tree = read_tex(tex)
    try:
        boxes = [_row(items) for items in _rows(tree)]
        if isinstance(tree, Grid) and tree.kind == "lines" and any(len(row) > 1 for row in tree.rows):
            boxes = [_grid_box(tree) or boxes[0]]
    except RecursionError:
        boxes = []
    if any(box.width > width for box in boxes):
        boxes = [box for at, items in enumerate(_rows(tree)) for box in _continue_row(items, width, at > 0)]
    # Rows within another part can't be placed separately.
    is_broken = any("\n" in line for box in boxes for line in box.lines)
    if (
        not boxes
        or is_broken
        or any(len(box.lines) > (MAX_FORMULA_LINES if box.width <= width else 1) for box in boxes)
    ):
        return [FormulaDrawing((row,), 0) for row in formula_text(tex).split("\n") if row]
    shown = [FormulaDrawing(tuple(line.rstrip() for line in box.lines), box.base) for box in boxes]
    return [one for one in shown if any(one.lines)]


def _rows(tree: Node) -> list[Sequence[Node]]:
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


def _continue_row(items: Sequence[Node], width: int, is_continued: bool) -> list[Box]:
    """A row continued below where it is too wide: between statements, before relations, or before operators."""
    found: list[Box] = []
    room, taken, depth = width, 0, 0
    parts = [_part(one) for one in items]
    while taken < len(items):
        is_later = is_continued or bool(found)
        fitting: list[tuple[bool, int, int]] = []
        for end, rank in _breaks(items, taken, depth):
            taking = _join_parts(_begin_row(parts[taken : taken + end], is_later)).width
            if taking > room:
                break
            # A line of only a few letters would look lost.
            fitting.append((taken + end == len(items) or taking * 5 > room, -rank, end))
        end = max(fitting)[2] if fitting else end
        row = parts[taken : taken + end] if fitting else [atom_of(one) for one in items[taken : taken + end]]
        box = _join_parts(_begin_row(row, is_later))
        found.append(box._replace(lines=tuple(f"{' ' * (width - room)}{line}" for line in box.lines)))
        kinds = [_kind(one) for one in items[taken : taken + end]]
        depth += kinds.count("open") - kinds.count("close")
        taken, room = taken + end, width - CONTINUATION_CELLS
    return found


def _breaks(items: Sequence[Node], start: int, depth: int) -> Iterator[tuple[int, int]]:
    """Where a row that begins at an item, in brackets of a depth, may break; a penalty grows with the depth."""
    for at in range(start, len(items)):
        kind = _kind(items[at])
        depth -= kind == "close"
        before = items[at - 1] if at else EMPTY
        if at > start:
            gap = atom_of(before).text if isinstance(before, Row | Symbol) else ""
            if not depth and (items[at] in _CONNECTIVES or (len(gap) > 1 and gap.isspace())):
                yield at - start, 0
            elif kind == "bin" or _kind(before) != kind == "rel":
                # Two relations side by side are one, as in `:=`.
                yield at - start, 1 + 2 * depth + (kind == "bin")
        depth += kind == "open"
    yield len(items) - start, 0


def _kind(node: Node) -> str:
    if isinstance(node, Script):
        node = node.base
    return node.kind if isinstance(node, Symbol) else ""


def _begin_row(parts: Sequence[Box | Atom], is_continued: bool) -> Sequence[Box | Atom]:
    """The parts of a row; an operator at the beginning of a continued row is not a sign."""
    first = parts[0]
    if is_continued and isinstance(first, Atom) and first.kind == "bin":
        return [first._replace(kind="rel"), *parts[1:]]
    return parts


# Side by side


def _row(items: Sequence[Node]) -> Box:
    return _join_parts([_part(item) for item in items])


def _part(node: Node) -> Box | Atom:
    """A node as a box of several lines, or as a part of one line."""
    return _box(node) or atom_of(node)


def _join_parts(drawn: Sequence[Box | Atom]) -> Box:
    """Parts side by side; single-line parts are joined as in running text."""
    parts: list[Box] = []
    flat: list[Atom] = []

    def flush() -> None:
        if flat:
            parts.append(Box((join_atoms(flat),), 0, flat[-1].kind, flat[0].kind))
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
    gaps = ["", *(" " if _has_gap(before, part) else "" for before, part in pairwise(parts))]
    columns, base = _level(parts)
    rows = ("".join(gap + piece for gap, piece in zip(gaps, row, strict=True)) for row in zip(*columns, strict=True))
    return Box(tuple(rows), base, parts[-1].kind)


def _level(boxes: Sequence[Box]) -> tuple[list[list[str]], int]:
    """The lines of boxes that are side by side, padded to the same number, and their common baseline."""
    above = max(box.base for box in boxes)
    below = max(len(box.lines) - box.base for box in boxes)
    columns = []
    for box in boxes:
        blank = " " * box.width
        columns.append([blank] * (above - box.base) + [*box.lines] + [blank] * (below - len(box.lines) + box.base))
    return columns, above


def _has_gap(before: Box, after: Box) -> bool:
    left, right = before.lines[before.base][-1:], after.lines[after.base][:1]
    if not left or not right:
        return False
    if before.is_tall and after.is_tall:
        return before.kind != "open"
    if (not after.is_tall and right in ",;.)]}′") or (not before.is_tall and left in "([{"):
        return False
    if left == " " or right == " ":
        return False
    return is_apart(before.kind, after.first or after.kind) or before.kind in ("rel", "bin", "op")


def _centre(text: str, width: int) -> str:
    gap = width - cell_len(text)
    return " " * (gap // 2) + text + " " * (gap - gap // 2)


def _pad(box: Box, width: int, align: str = "c") -> tuple[str, ...]:
    gap = width - box.width
    left = {"l": 0, "r": gap}.get(align, gap // 2)
    return tuple(" " * left + line + " " * (gap - left) for line in box.lines)


# One above the other


def _box(node: Node) -> Box | None:
    """A node as a box of several lines; None if one line is enough."""
    match node:
        case Fraction():
            return _fraction_box(node)
        case Root(body, index):
            inner, degree = _row(items_of(body)), compact(index).translate(SUPERSCRIPTS)
            is_small = index is None or (len(degree) == 1 and degree != compact(index))
            return _root_box(inner, degree) if inner.is_tall and is_small else None
        case Script():
            return _script_box(node)
        case Fence(opening, Grid(rows, "matrix", ("", ""), align), closing):
            return _grid_box(Grid(rows, "matrix", (opening, closing), align))
        case Fence(opening, body, closing):
            inner = _row(items_of(body))
            return _fence(opening, inner, closing) if inner.is_tall else None
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
            return inner if inner.is_tall else None
    return None


def _fraction_box(node: Fraction) -> Box | None:
    if atom_of(node).text in symbols.FRACTIONS.values():
        return None
    above, below = _row(items_of(node.above)), _row(items_of(node.below))
    width = max(above.width, below.width)
    bar = "─" * width if node.is_ruled else " " * width
    lines = (*_pad(above, width), bar, *_pad(below, width))
    box = Box(lines, len(above.lines), "frac")
    return _fence(*node.sides[:1], box, *node.sides[1:]) if any(node.sides) else box


def _root_box(inner: Box, index: str) -> Box:
    height = len(inner.lines)
    lines = [" " * (height + 1) + "_" * (inner.width + 1)]
    for at, line in enumerate(inner.lines):
        side = [" "] * (height + 1)
        side[height - at] = "╱"
        if at == height - 1:
            side[0] = "╲"
        if at == height - 2 and index:
            side[0] = index
        lines.append("".join(side) + " " + line)
    return Box(tuple(lines), inner.base + 1, "root")


def _script_box(node: Script) -> Box | None:
    base, below, above, is_stacked = node
    inner = _row(items_of(base))
    if is_stacked:
        upper = _limit(above) if above is not None else None
        lower = _limit(below) if below is not None else None
        width = max(part.width for part in (inner, upper, lower) if part is not None)
        top = _pad(upper, width) if upper else ()
        bottom = _pad(lower, width) if lower else ()
        return Box((*top, *_pad(inner, width), *bottom), len(top) + inner.base, "rel")
    if not inner.is_tall:
        return None
    if not isinstance(base, (Fence, Grid)):
        inner = _fence("(", inner, ")")
    upper_text, lower_text = (
        small_letters(compact(part), table) or compact(part)
        for part, table in ((above, SUPERSCRIPTS), (below, SUBSCRIPTS))
    )
    width = max(cell_len(upper_text), cell_len(lower_text))
    lines = []
    for at, line in enumerate(inner.lines):
        side = upper_text if at == 0 else lower_text if at == len(inner.lines) - 1 else ""
        lines.append(line + side + " " * (width - cell_len(side)))
    return Box(tuple(lines), inner.base, "ord")


def _limit(node: Node) -> Box:
    """The text above or below a base, compact like all scripts; a stack has several lines."""
    if isinstance(node, Grid) and node.kind == "stack":
        texts = [compact(Row(row)) for row in node.rows]
        width = max(map(cell_len, texts), default=0)
        return Box(tuple(_centre(text, width) for text in texts), 0)
    box = _row(items_of(node))
    return box if box.is_tall else Box((compact(node),), 0)


def _fence(opening: str, inner: Box, closing: str) -> Box:
    has_brace = inner.is_tall and not {"{", "}"}.isdisjoint((opening, closing))
    if has_brace and len(inner.lines) == 2:
        # A brace has a middle, which needs a third line.
        inner = Box((inner.lines[0], " " * inner.width, inner.lines[1]), 1, inner.kind)
    left, right = _side(opening, len(inner.lines), inner.base), _side(closing, len(inner.lines), inner.base)
    if has_brace:
        inner = Box(tuple(f" {line} " for line in inner.lines), inner.base, inner.kind)
    lines = tuple(one + line + other for one, line, other in zip(left, inner.lines, right, strict=True))
    return Box(lines, inner.base, "fence")


def _side(sign: str, height: int, base: int) -> list[str]:
    if not sign:
        return [""] * height
    if height == 1:
        return [sign]
    if sign in "{}":
        top, middle, bottom, bar = "⎧⎨⎩⎪" if sign == "{" else "⎫⎬⎭⎪"
        at = min(max(base, 1), height - 2)
        return [top, *(bar if index != at else middle for index in range(1, height - 1)), bottom]
    top, bar, bottom = _TALL.get(sign, (sign, " ", " "))
    if sign not in _TALL:
        return [sign if index == base else " " * cell_len(sign) for index in range(height)]
    return [top, *[bar] * (height - 2), bottom]


def _grid_box(node: Grid) -> Box | None:
    rows = [[_row(items_of(cell)) for cell in row] for row in node.rows]
    if not rows or (len(rows) == 1 and not any(cell.is_tall for cell in rows[0])):
        return None
    columns = max(map(len, rows))
    rows = [[*row, *[Box(("",), 0)] * (columns - len(row))] for row in rows]
    widths = [max(cell.width for cell in column) for column in zip(*rows, strict=True)]
    letters, bars = _columns(node.align)
    gap, given = (" ", "rl" * columns) if node.kind == "lines" else ("  ", letters or "c")
    align = given.ljust(columns, given[-1])
    gaps = ["", *(" │ " if at in bars else gap for at in range(1, columns))]
    lines: list[str] = []
    was_tall, base = False, 0
    for row in rows:
        is_tall = any(cell.is_tall for cell in row)
        if lines and (is_tall or was_tall):
            lines.append("".join(before + " " * width for before, width in zip(gaps, widths, strict=True)))
        cells = zip(row, widths, align[:columns], strict=True)
        drawn, above = _level([cell._replace(lines=_pad(cell, width, side)) for cell, width, side in cells])
        was_tall, base = is_tall, len(lines) + above
        lines += (
            "".join(map("".join, zip(gaps, cells_of_line, strict=True))) for cells_of_line in zip(*drawn, strict=True)
        )
    inner = Box(tuple(lines), base if node.kind == "lines" else (len(lines) - 1) // 2)
    opening, closing = node.sides
    return _fence(opening, inner, closing)._replace(kind="fence")


def _brace(node: Brace) -> Box:
    inner = _row(items_of(node.base))
    label = _row(items_of(node.label)) if node.label is not None else None
    width = max(inner.width, 3, label.width if label else 0)
    size = max(inner.width, 3)
    left = (size - 3) // 2
    ends = ("╭", "┴", "╮") if node.is_above else ("╰", "┬", "╯")
    brace = _centre(ends[0] + "─" * left + ends[1] + "─" * (size - 3 - left) + ends[2], width)
    body, named = _pad(inner, width), _pad(label, width) if label else ()
    if node.is_above:
        return Box((*named, brace, *body), len(named) + 1 + inner.base)
    return Box((*body, brace, *named), inner.base)
