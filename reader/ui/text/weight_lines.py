"""What was learned of the user, as lines: each word, topic, author and organization with its weight."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from reader.core.cells import cell_len
from reader.ui.text.glyphs import Glyphs
from reader.ui.text.lines import Line, Piece, cut, literal
from reader.ui.text.why_lines import weight_source

if TYPE_CHECKING:
    from reader.core.choice.taste import What
    from reader.core.choice.weights import Weight

WEIGHT_ROLES = ("heading", "text", "muted", "bar", "against", "wish", "cursor", "current")

PICKS = 3
"""Topics that are enough to begin with."""

_HEADINGS: dict[What, str] = {
    "word": "WORDS",
    "topic": "TOPICS",
    "author": "AUTHORS",
    "org": "ORGANIZATIONS",
}

_WITH_BAR, _WITH_SOURCE = 70, 46
"""Minimum widths for these columns."""

_BAR = 12
"""Cells of the longest bar."""


class WeightRow(NamedTuple):
    """A line of the list: a heading, or something that has a weight."""

    heading: str = ""
    weight: Weight | None = None


def weight_rows(weights: Sequence[Weight]) -> list[WeightRow]:
    """The list's lines, with a heading over each kind."""
    rows: list[WeightRow] = []
    for one in weights:
        heading = _HEADINGS[one.what]
        if not any(row.heading == heading for row in rows):
            rows.append(WeightRow(heading))
        rows.append(WeightRow(weight=one))
    return rows


def weights_title(weights: Sequence[Weight]) -> str:
    """The first line: what it has learned from how much, or how to begin."""
    if not any(one.papers for one in weights):
        picked = sum(one.weight > 0 for one in weights)
        if picked >= PICKS:
            return f"{picked} picked, enough to begin; each star teaches it more"
        return f"Nothing is learned yet: pick three topics, {picked} of {PICKS} so far"
    learned = sum(bool(one.papers) for one in weights)
    wishes = sum(one.wish.step != 0 for one in weights)
    changed = f", {wishes} changed by you" if wishes else ""
    return f"{learned} weight{'' if learned == 1 else 's'} learned from your marks{changed}"


def weight_line(row: WeightRow, width: int, glyphs: Glyphs, *, is_current: bool = False) -> Line:
    """A line of at most `width` cells: the name, a bar and the weight, what the user decided, and where it is from."""
    one = row.weight
    if one is None:
        return (Piece(" "), Piece(cut(row.heading, width - 1, glyphs.ellipsis), "heading"))
    room = max(10, min(34, width * 2 // 5))
    name = cut(literal(one.text), room, glyphs.ellipsis)
    blank = " " * (room - cell_len(name) + 1)
    role = "current" if is_current else "text" if one.weight else "muted"
    line = [Piece(glyphs.cursor if is_current else " ", "cursor"), Piece(" "), Piece(name, role), Piece(blank)]
    against = "against" if one.weight < 0 else "bar"
    if width >= _WITH_BAR:
        size = min(_BAR, round(abs(one.weight) * _BAR) or (1 if one.weight else 0))
        line.append(Piece(f"{glyphs.thumb * size:<{_BAR}} ", against))
    line.append(Piece(f"{weight_said(one.weight) or glyphs.nothing:>4} ", against))
    line.append(Piece(f"{_decided(one, glyphs):<5} ", "wish"))
    left = width - sum(cell_len(piece.text) for piece in line)
    if width >= _WITH_SOURCE and (one.papers or one.wish.step != 0):
        source = weight_source(one.what, one.weight, one.papers) if one.weight else ""
        line.append(Piece(cut(source, left, glyphs.ellipsis), "muted"))
    return tuple(line)


def weight_said(weight: float) -> str:
    """A weight in hundredths of the best word's, `<1` for less than one; empty for none."""
    hundredths = round(100 * weight)
    if hundredths or not weight:
        return str(hundredths) if weight else ""
    return "<1" if weight > 0 else ">-1"


def _decided(one: Weight, glyphs: Glyphs) -> str:
    """What the user decided: a sign for each step."""
    step = one.wish.step
    if step is None:
        return "muted"
    return "+" * step if step > 0 else "-" * -step
