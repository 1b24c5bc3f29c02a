"""The topics that narrow the list, in one line where the filter pane does not show them: `Agents ✓ · f topics`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from reader.core.lines import Line, Piece, cut_line, literal, measure
from reader.ui.kit.glyphs import UNICODE, Glyphs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reader.session.places import Place


class Strip(NamedTuple):
    """The topics of the list's query."""

    picked: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    key: str = "f"


def strip_line(strip: Strip, width: int, glyphs: Glyphs = UNICODE) -> Line:
    """Draw the topics that fit, the number of the others, and the key."""
    dot = Piece(f" {glyphs.dot} ", "quiet")
    topics: list[Line] = [
        (Piece(literal(name), "picked"), Piece(f" {mark}", "mark"), dot)
        for names, mark in ((strip.picked, glyphs.picked), (strip.excluded, glyphs.excluded))
        for name in names
    ]
    key: Line = (Piece(literal(strip.key), "key"), Piece(" topics", "quiet"))
    line: Line = ()
    for shown in range(len(topics), -1, -1):
        left_out: Line = (Piece(f"+{len(topics) - shown}", "quiet"), dot) if shown < len(topics) else ()
        line = (Piece(" "), *(piece for topic in topics[:shown] for piece in topic), *left_out, *key)
        if measure(line) <= width:
            return line
    return cut_line(line, width, glyphs.ellipsis)


def strip_of(place: Place, topic_names: Mapping[str, str], key: str) -> Strip:
    """The topics of a place's query, in words; `key` opens the pane."""
    from reader.core.query.choices import chosen_terms

    choice = chosen_terms(place.query, "topic")
    picked, excluded = (
        tuple(topic_names.get(slug, slug) for slug in slugs) for slugs in (choice.picked, choice.excluded)
    )
    return Strip(picked, excluded, key)
