"""Why a paper has its topics, and what else happened to it by the user's wishes, as lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len

from reader.ui.text.glyphs import Glyphs
from reader.ui.text.lines import Line, Piece, cut, literal
from reader.ui.text.rule_lines import rule_lines

if TYPE_CHECKING:
    from reader.cache.rules import Act
    from reader.core.topics.explain import Cause, Why

WHY = "Why these topics"
"""The heading over the reasons for a paper's topics."""


class Explanation(NamedTuple):
    """What is known of the reasons why a paper is shown as it is."""

    topics: tuple[Why, ...] = ()
    rules: tuple[Act, ...] = ()
    """What the user's rules did to it."""
    muted: tuple[str, ...] = ()
    """The muted words that hide it."""


def explanation_lines(reasons: Explanation, width: int, glyphs: Glyphs) -> list[Line]:
    """Return the reasons in sections, with an empty line between them."""
    lines: list[Line] = []
    for section in (why_lines(reasons.topics, width, glyphs), rule_lines(reasons.rules, reasons.muted, width)):
        if section:
            lines.extend([(Piece(""),), *section] if lines else section)
    return lines


def why_lines(why: Sequence[Why], width: int, glyphs: Glyphs) -> list[Line]:
    """Return each topic with its score and causes, under a heading."""
    lines: list[Line] = [(Piece(cut(WHY, width), "label"),)]
    if not why:
        lines.append((Piece(cut("No rule gives this paper a topic.", width), "muted"),))
    for one in why:
        score = f"  {one.score}"
        name = cut(literal(one.name), width - len(score), glyphs.ellipsis)
        lines.append((Piece(name, "topic", action=("topic", one.slug)), Piece(score, "muted")))
        said = min(max((cell_len(cause.said) for cause in one.causes), default=0), max(8, width // 2))
        lines.extend(_cause(cause, said, width, glyphs) for cause in one.causes)
        if one.weaker:
            lines.append((Piece(cut(f"       and {one.weaker} weaker", width), "muted"),))
    if any(cause.origin for one in why for cause in one.causes):
        from reader.core.topics.explain import LEGEND

        lines.append((Piece(cut(LEGEND, width, glyphs.ellipsis), "muted"),))
    return lines


def _cause(cause: Cause, column: int, width: int, glyphs: Glyphs) -> Line:
    """One cause in columns: its points, its phrase, its origin and its fields."""
    said = cut(literal(cause.said), column, glyphs.ellipsis)
    line = [Piece(f"{cause.points:+5d}  ", "key" if cause.points > 0 else "muted"), Piece(said, "text")]
    room = width - 7 - column - 2
    if room < 8:
        return tuple(line)
    return (
        *line,
        Piece(" " * (column + 2 - cell_len(said))),
        Piece(cut(cause.detail, room, glyphs.ellipsis), "muted"),
    )
