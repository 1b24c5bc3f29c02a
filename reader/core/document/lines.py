"""Lines of a document: pieces of text with a role, and the place in their block that they begin at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from reader.core.cells import cell_len, wrap
from reader.core.document.formula import SUPERSCRIPTS, formula_text
from reader.core.document.model import Spans

UNBROKEN = "\u00a0"
"""A space at which no line breaks; it becomes a plain one."""

IN_ASCII: Final[Mapping[int, str]] = {ord("─"): "-", ord("│"): "|", ord("•"): "*"}
"""The signs of lines, for terminals that have only ASCII."""

SHORT = 24
"""Letters of a formula that stays on one line."""


class Piece(NamedTuple):
    """A run of text in one role."""

    text: str
    role: str = "text"
    """One of `ROLES`, which a theme has a style for."""
    target: str = ""
    """Where it leads: `#` and an anchor, a web address, or the path of a picture from the page's address."""


ROLES = ("text", "heading", "strong", "emphasis", "code", "formula", "mark", "label", "caption", "muted", "rule")


class Line(NamedTuple):
    """A line of a block."""

    pieces: tuple[Piece, ...] = ()
    start: int = 0
    """Letters of the block before this line: the same place at any width."""
    anchors: tuple[str, ...] = ()
    """The anchors that lead to this line."""

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)

    @property
    def cells(self) -> int:
        """Its width, which may be more than the layout's: a table or code that is scrolled sideways."""
        return sum(cell_len(piece.text) for piece in self.pieces)


def pieces_of(spans: Spans, role: str = "text") -> list[Piece]:
    """Spans as pieces, formulas as Unicode where that says the same; plain text gets a role."""
    pieces = []
    for text, style, target in spans:
        if style == "formula":
            shown = inline_formula(text)
            pieces.append(Piece(shown, style, target))
        elif style == "mark":
            pieces.append(Piece(mark_text(text), style, target))
        else:
            pieces.append(Piece(text, style or role, target))
    return pieces


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


def broken(pieces: Sequence[Piece], width: int | None) -> Iterator[tuple[int, tuple[Piece, ...]]]:
    """Pieces in lines of a width, or in one if there is no width; each with the letters before it."""
    text = "".join(piece.text for piece in pieces)
    spans = [(0, len(text))] if width is None else wrap(text, width)
    place = offset = 0
    for start, end in spans:
        line = []
        while place < len(pieces) and offset + len(pieces[place].text) <= start:
            offset += len(pieces[place].text)
            place += 1
        here, before = place, offset
        while here < len(pieces) and before < end:
            piece = pieces[here]
            if part := piece.text[max(0, start - before) : end - before]:
                line.append(
                    piece._replace(text=part.replace(UNBROKEN, " ")) if UNBROKEN in part else Piece(part, *piece[1:])
                )
            before += len(piece.text)
            here += 1
        yield start, tuple(line)
