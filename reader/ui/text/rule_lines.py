"""What the user's rules and muted words did to a paper, as lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from reader.core.rules import said
from reader.ui.text.lines import Line, Piece, cut, fill, literal

if TYPE_CHECKING:
    from reader.cache.watching.rules import Act

RULES = "Rules"
"""The heading over them."""

TAKEN_BACK = "you took that back"


def rule_lines(acts: Sequence[Act], muted: Sequence[str], width: int) -> list[Line]:
    """Return what each rule did and by which query, then the muted words, under a heading; nothing if there is none."""
    lines: list[Line] = []
    for act in acts:
        pieces = [Piece(f"{literal(act.rule)}: "), Piece(literal(said(act.then)), "text"), Piece(", because ", "muted")]
        pieces.append(Piece(literal(act.when), "text"))
        if act.undone:
            pieces.append(Piece(f"; {TAKEN_BACK}", "muted"))
        lines.extend(fill([pieces[0]._replace(role="topic"), *pieces[1:]], width))
    for word in muted:
        lines.extend(fill([Piece("muted, because ", "muted"), Piece(literal(word), "text")], width))
    return [(Piece(cut(RULES, width), "label"),), *lines] if lines else []
