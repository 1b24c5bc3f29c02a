r"""Formulas on one line of Unicode: `x_{i}^{2}\leq\frac{a}{b}` is `xᵢ² ≤ a∕b`.

Two formulas that differ never look alike: what TeX sets apart by height or size gets parentheses, braces or signs of
its own here. A fraction has a slash of its own, `∕`; scripts that are centred on their base stand in braces; the rows
of a matrix are separated by ` ; `.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
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
    Unknown,
    Words,
    read_tex,
)
from reader.core.text import clean

SUPERSCRIPTS = str.maketrans(
    "0123456789+-−=()abcdefghijklmnoprstuvwxyzT′βγδθφχ", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᵀ′ᵝᵞᵟᶿᵠᵡ"
)
SUBSCRIPTS = str.maketrans("0123456789+-−=()aeoxhklmnpstijruvβγρχ", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₒₓₕₖₗₘₙₚₛₜᵢⱼᵣᵤᵥᵦᵧᵨᵪ")

ROW = "\n"
"""What separates the rows of a formula."""

_RAISED = {"∘": "°", "°": "°", "∗": "*", "*": "*", "†": "†", "‡": "‡"}
_WORD = re.compile(r"[A-Za-z0-9.]+")
_OPEN_SCRIPT = re.compile(r"[_^][^\W_]+$")
"""A script after which a letter would seem part of it."""
_DIFFERENTIALS = ("∂", "d", "δ", "Δ")


@lru_cache(maxsize=2_048)
def formula_text(tex: str) -> str:
    """A formula as Unicode, its rows separated by line breaks; empty if it shows nothing."""
    text = joined([atom_of(node) for node in items_of(read_tex(tex))])
    rows = (clean(row).removesuffix(" :}") for row in text.split(ROW))
    return ROW.join(filter(None, rows))


class Atom(NamedTuple):
    """A part of the line, with its TeX class: ord, bin, rel, op, open, close, punct, space, frac, row."""

    text: str
    kind: str = "ord"


def items_of(node: Node) -> tuple[Node, ...]:
    """The parts of a node, side by side."""
    return node.items if isinstance(node, Row) else (node,)


def _text(node: Node) -> str:
    return joined([atom_of(one) for one in items_of(node)])


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
            return Atom(_accented(base, name))
        case Brace(base, label, is_above):
            return Atom(f"({_text(base)}){'⏞' if is_above else '⏟'}{f'({compact(label)})' if label else ''}")
        case Unknown(name):
            return Atom(f"‹{clean(name, 200)}›")


# Side by side


def joined(atoms: Sequence[Atom]) -> str:
    """Parts as one text, with TeX's spaces around relations and operators."""
    text, before = "", ""
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
            and (is_apart(before, kind) or (part[:1].isalnum() and _OPEN_SCRIPT.search(text)))
        ):
            text += " "
        is_factor = kind == "frac" and (before == "op" or _has_factor(atoms[place + 1 :]))
        text += f"({part})" if is_factor else part
        before = "open" if is_sign else kind
    return text


def _has_factor(atoms: Sequence[Atom]) -> bool:
    """Whether a factor follows a fraction; after a plain slash it would read as part of the denominator."""
    kind = next((kind for _, kind in atoms if kind != "space"), "")
    return kind not in ("", "bin", "rel", "close", "punct", "row")


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
    if "apart" in (before, kind):
        return before not in ("open", "") and kind not in ("close", "punct")
    return (before in ("frac", "root") and kind in ("ord", "frac", "root", "open")) or (
        kind == "frac" and before in ("ord", "close")
    )


def compact(node: Node | None) -> str:
    """A node as one text, with spaces only between words."""
    return "" if node is None else _compacted(_text(node))


def _compacted(text: str) -> str:
    return re.sub(r"(?<![^\W_]) | (?![^\W_])", "", text).replace(ROW, ",")


# What stands in two dimensions


def _script(node: Script) -> Atom:
    base, below, above, is_stacked = node
    last = items_of(base)[-1] if items_of(base) else EMPTY
    kind = last.kind if isinstance(last, Symbol) and len(items_of(base)) == 1 else "ord"
    text = _base(base)
    is_limit = isinstance(base, Symbol) and base.kind == "op"
    if is_stacked and not is_limit:
        text += f"_{{{compact(below)}}}" if below is not None else ""
        text += f"^{{{compact(above)}}}" if above is not None else ""
        return Atom(text, kind)
    text += small_script(compact(below), "_", SUBSCRIPTS) if below is not None else ""
    raised = small_script(compact(above), "^", SUPERSCRIPTS) if above is not None else ""
    kind = "ord" if kind in ("space", "punct", "bin", "open") else kind
    return Atom(text + raised, "apart" if base == EMPTY else kind)


def _base(base: Node) -> str:
    """The base of a script, in parentheses unless it is one thing."""
    text = _text(base)
    match base:
        case Symbol() | Words() | Fence() | Grid() | Accent() | Brace() | Unknown():
            return text
        case Root():
            return f"({text})"
        case Row((Symbol(_, "close"),)) | Row(()):
            return text
    return f"({text})"


def small_script(inner: str, sign: str, table: dict[int, int]) -> str:
    """A script: small letters if there are such for all of it, else after its sign."""
    if not inner:
        return ""
    if sign == "^" and inner in _RAISED:
        return _RAISED[inner]
    small = inner.translate(table)
    if all(a != b or a == "′" for a, b in zip(inner, small, strict=True)) and (sign == "^" or "′" not in inner):
        return small
    return sign + (inner if len(inner) == 1 or _WORD.fullmatch(inner) else f"({inner})")


def _fraction(node: Fraction) -> Atom:
    above, below, is_ruled, (opening, closing) = node
    # Each part is read only once, however deeply fractions are nested.
    over, under = _text(above), _text(below)
    if not is_ruled:
        word = "choose" if (opening, closing) == ("(", ")") else "over"
        return Atom(f"{opening or '{'}{over} {word} {under}{closing or '}'}", "fence")
    top, bottom = _compacted(over), _compacted(under)
    if (plain := symbols.FRACTIONS.get(top + bottom)) and len(top) == 1 and not opening:
        return Atom(plain)
    text = f"{_enclosed(above, over)}∕{_enclosed(below, under, is_below=True)}"
    return Atom(f"{opening}{text}{closing}", "fence") if opening or closing else Atom(text, "frac")


def _enclosed(node: Node, text: str, *, is_below: bool = False) -> str:
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
    """Whether nodes are a name and its arguments in parentheses, such as `f(x, y)`, or parentheses with a script."""
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
    # A letter with its script would look like the base of the root.
    text = inner if is_one else f"({inner})"
    degree = "" if index is None else compact(index)
    if sign := {"": "√", "3": "∛", "4": "∜"}.get(degree):
        return Atom(sign + text, "root")
    small = degree.translate(SUPERSCRIPTS)
    is_small = all(a != b for a, b in zip(degree, small, strict=True))
    return Atom(f"{small if is_small else f'({degree})'}√{text}", "apart")


def _grid(node: Grid) -> Atom:
    rows, kind, (opening, closing), _ = node
    if kind == "lines" and any(len(row) for row in rows):
        return Atom(ROW.join(joined([atom_of(one) for cell in row for one in items_of(cell)]) for row in rows), "row")
    if kind == "stack":
        return Atom(", ".join(", ".join(map(_text, row)) for row in rows))
    if kind == "cases":
        inner = " ; ".join("".join(_case(cell, at) for at, cell in enumerate(row)) for row in rows)
        return Atom(f"{opening or '{:'} {inner} {closing or ':}'}", "fence")
    inner = " ; ".join(", ".join(map(_text, row)) for row in rows)
    return Atom(f"{opening or '[:'}{inner}{closing or ':]'}", "fence")


def _case(cell: Node, at: int) -> str:
    """A value, or its condition, which words set apart; without them a colon does."""
    text = _text(cell).rstrip(" ,;")
    if at == 0 or not text:
        return text
    return f" {text}" if isinstance(items_of(cell)[0], Words) else f" : {text}"


def _accented(base: Node, name: str) -> str:
    """A letter with a combining mark, or the name of the accent before what can't have one."""
    text = _text(base)
    if mark := symbols.ACCENTS.get(name):
        if len(text) == 1:
            return text + mark
        if isinstance(base, Script) and not base.is_stacked and re.fullmatch(r"\w[₀-₉ₐ-ₜᵢᵣᵤᵥ⁰-⁹′]+", text):
            # It covers the scripts too.
            return "".join(letter + mark for letter in text)
    return f"{name.removeprefix('wide')}({text})"
