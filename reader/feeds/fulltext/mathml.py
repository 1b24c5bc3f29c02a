"""MathML as TeX, for formulas of a page that have no TeX of their own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from unicodedata import normalize

from reader.core.document.formula_tree import DEEPEST
from reader.core.document.symbols import FUNCTIONS
from reader.core.text import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from selectolax.lexbor import LexborNode

_FONTS = {
    "bold": "mathbf", "bold-italic": "mathbf", "script": "mathcal", "bold-script": "mathcal", "fraktur": "mathfrak",
    "bold-fraktur": "mathfrak", "double-struck": "mathbb", "sans-serif": "mathsf", "monospace": "mathtt",
}  # fmt: skip
_ACCENTS = {
    "~": "tilde", "˜": "tilde", "^": "hat", "ˆ": "hat", "¯": "bar", "‾": "overline", "→": "vec", "˙": "dot",
    "¨": "ddot",
    "ˇ": "check", "˘": "breve", "_": "underline", "\u0332": "underline", "⏞": "overbrace", "⏟": "underbrace",
}  # fmt: skip
_SPECIAL = re.compile(r"[\\{}_^&%$#~]")
_ITALIC = re.compile("[\U0001d434-\U0001d467ℎ\U0001d6e2-\U0001d71b]")
_INVISIBLE = re.compile("[\u2061-\u2064\u200b\\s]+")
_DROPPED = frozenset(("annotation", "annotation-xml", "mphantom", "none", "mprescripts", "maligngroup", "malignmark"))


def tex_of(node: LexborNode) -> str:
    """The TeX of a `math` element, in which signs beyond ASCII stand as they are."""
    return _tex(node, 0)


def _tex(node: LexborNode, depth: int) -> str:
    tag = node.tag or ""
    if depth > DEEPEST or tag in _DROPPED:
        return ""
    if tag in ("mi", "mn", "mo", "mtext", "ms"):
        return _token(node, tag)
    if tag == "mspace":
        return r"\ " if (node.attributes.get("width") or "").startswith(("1", "2", ".5", "0.5")) else ""
    parts = [_tex(child, depth + 1) for child in node.iter()]
    if tag == "semantics":
        return parts[0] if parts else ""
    return _structure(node, tag, parts)


def _structure(node: LexborNode, tag: str, parts: Sequence[str]) -> str:
    first, second, third = (f"{{{part}}}" for part in (*parts, "", "", "")[:3])
    match tag:
        case "mfrac" if (node.attributes.get("linethickness") or "").startswith("0"):
            return rf"\genfrac{{}}{{}}{{0pt}}{{}}{first}{second}"
        case "mfrac":
            return rf"\frac{first}{second}"
        case "msqrt":
            return rf"\sqrt{{{''.join(parts)}}}"
        case "mroot":
            return rf"\sqrt[{second}]{first}"
        case "msub":
            return f"{first}_{second}"
        case "msup":
            return f"{first}^{second}"
        case "msubsup":
            return f"{first}_{second}^{third}"
        case "mover" | "munder" if name := _ACCENTS.get(parts[-1].removeprefix("\\") if parts else ""):
            name = {"bar": "underline"}.get(name, name) if tag == "munder" else name
            return rf"\{name}{first}"
        case "munder":
            return rf"\underset{second}{first}"
        case "mover":
            return rf"\overset{second}{first}"
        case "munderover":
            return rf"\underoverset{second}{third}{first}"
        case "mtr":
            return " & ".join(parts)
        case "mtable":
            rows = r" \\ ".join(parts)
            return rf"\begin{{matrix}}{rows}\end{{matrix}}"
        case "menclose":
            return rf"\boxed{{{''.join(parts)}}}"
    return "".join(parts)


def words_tex(text: str) -> str:
    """Words as a formula has them, with the spaces at their ends."""
    return rf"\text{{{_escaped(f'|{text}|')[1:-1]}}}" if text else ""


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda found: "\\backslash " if found[0] == "\\" else f"\\{found[0]}", clean(text))


def _token(node: LexborNode, tag: str) -> str:
    if tag == "mtext":
        return words_tex(node.text())
    text = _escaped(node.text())
    text = _ITALIC.sub(lambda found: normalize("NFKC", found[0]), _INVISIBLE.sub("", text))
    if text in FUNCTIONS:
        return rf"\{text} "
    if font := _FONTS.get(node.attributes.get("mathvariant") or ""):
        return rf"\{font}{{{text}}}"
    return rf"\mathrm{{{text}}}" if tag == "mi" and len(text) > 1 else text
