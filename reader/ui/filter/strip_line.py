"""The topics that narrow the list, in one line where the filter pane does not show them: `Agents ✓ · f topics`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from reader.core.lines import Line, Piece, cut_line, literal, measure
from reader.ui.kit.glyphs import UNICODE, Glyphs

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from reader.session.places import Place


class Strip(NamedTuple):
    """The topics of the list's query."""

    picked: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()
    """A message about each unknown topic in the query."""
    key: str = "f"


def strip_line(strip: Strip, width: int, glyphs: Glyphs = UNICODE) -> Line:
    """Draw the topics that fit, the number of the others, and the key."""
    dot = Piece(f" {glyphs.dot} ", "quiet")
    topics: list[Line] = [(Piece(literal(text), "quiet"), dot) for text in strip.wrong]
    topics += [
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


def strip_of(place: Place, topic_names: Mapping[str, str], key: str, topics: Collection[str] = ()) -> Strip:
    """The topics of a place's query; `key` opens the pane.

    `topics` are the slugs in the order of preference for suggestions.
    """
    from reader.core.query.choices import chosen_terms

    choice = chosen_terms(place.query, "topic")
    known = dict.fromkeys((*topics, *topic_names))
    wrong = [slug for slug in (*choice.picked, *choice.excluded) if known and slug not in known]
    picked, excluded = (
        tuple(topic_names.get(slug, slug) for slug in slugs if slug not in wrong)
        for slugs in (choice.picked, choice.excluded)
    )
    return Strip(picked, excluded, tuple(_no_topic(slug, known) for slug in wrong), key)


def _no_topic(slug: str, topics: Collection[str]) -> str:
    from reader.core.query.suggestions import nearest_value

    meant = nearest_value(slug, topics)
    return f"no topic {slug}: {meant}?" if meant else f"no topic {slug}"
