"""The atoms of a formula, and how they join to one line: with TeX's spaces, and with parentheses where it has none."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from reader.core.document import symbols

ROW = "\n"
"""What separates the rows of a formula."""

_OPEN_SCRIPT = re.compile(r"[_^][^\W_]+$")
"""A script after which a letter would seem to belong to it."""

_DIFFERENTIALS = ("∂", "d", "δ", "Δ")


class NotHonest(Exception):
    """The formula has no form on one line."""


class Atom(NamedTuple):
    """A part of a formula, of one of TeX's classes: ord, bin, rel, op, open, close, punct, space, frac, row."""

    text: str
    kind: str = "ord"


def joined(atoms: Sequence[Atom]) -> str:
    """Atoms as one text, with the space around relations and between operators that TeX sets."""
    text, before = "", ""
    for place, (part, given) in enumerate(atoms):
        kind = given
        if kind == "bin" and (before in ("", "open", "bin", "rel", "punct", "op", "row") or place + 1 == len(atoms)):
            # A sign, not an operation.
            kind = "ord" if before != "op" else "rel"
        if kind == "row":
            text = text.rstrip(" ")
        elif (
            text
            and text[-1] not in " \n"
            and not part.startswith(" ")
            and (_is_apart(before, kind) or (part[:1].isalnum() and _OPEN_SCRIPT.search(text)))
        ):
            text += " "
        if kind == "frac" and before == "op":
            text += f"({part})"
        else:
            text += part
        before = kind
    return text


def _is_apart(before: str, kind: str) -> bool:
    if before == kind == "rel":
        return False
    if before in ("bin", "rel", "punct") or kind in ("bin", "rel"):
        return before != "open" and kind not in ("close", "punct")
    if kind == "op":
        return before in ("ord", "close", "op", "frac", "prime")
    if before == "op":
        return kind in ("ord", "frac", "op")
    return (before == "frac" and kind in ("ord", "frac")) or (kind == "frac" and before in ("ord", "close"))


def compact(atoms: Sequence[Atom]) -> str:
    """Atoms as one text without spaces, but those between words."""
    return re.sub(r"(?<![^\W_]) | (?![^\W_])", "", joined(atoms)).replace(ROW, ",")


def fraction(above: Sequence[Atom], below: Sequence[Atom]) -> Atom:
    """A fraction as a vulgar one, or with a slash."""
    if (plain := symbols.FRACTIONS.get(compact(above) + compact(below))) and len(compact(above)) == 1:
        return Atom(plain)
    return Atom(f"{enclosed(above)}/{enclosed(below, is_below=True)}", "frac")


def enclosed(atoms: Sequence[Atom], *, is_below: bool = False) -> str:
    """Atoms in parentheses, unless they are one thing: a letter with its scripts, a number, a product above a line."""
    text = joined(atoms)
    if text.isdecimal() or (len(atoms) <= 1 and not re.search(r"[ /]", text)):
        return text
    is_plain = " " not in text and "/" not in text and {atom.kind for atom in atoms} <= {"ord", "prime"}
    if is_plain and (not is_below or atoms[0].text in _DIFFERENTIALS):
        return text
    return text if _is_call(text) else f"({text})"


def _is_call(text: str) -> bool:
    """Whether a text is a name and its arguments in parentheses, such as `f(x, y)`."""
    start = text.find("(")
    if start < 1 or not text.endswith(")") or re.search(r"[ /]", text[:start]):
        return False
    depth = 0
    for place, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if depth == 0 and start < place < len(text) - 1:
            return False
    return True


def accented(text: str, mark: str, name: str) -> Atom:
    """A letter with a combining mark, or the name of the accent before what can't have one."""
    if not text:
        raise NotHonest
    if len(text) == 1:
        return Atom(text + mark)
    if mark in "\u0305\u0332" and len(text) <= 4 and text.isalnum():
        return Atom("".join(letter + mark for letter in text))
    # Over a letter with scripts it is meant for the letter.
    if re.fullmatch(r"[^\W\d_][₀-₉ₐ-ₜᵢᵣᵤᵥ⁰-⁹′]+", text):
        return Atom(text[0] + mark + text[1:])
    return Atom(f"{name.removeprefix('wide')}({text})")
