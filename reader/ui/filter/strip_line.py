"""The filter in one line, in place of the pane: `Latest 34 · Agents ✓ · f opens`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from reader.core.lines import Line, Piece, cut_line, literal, measure
from reader.ui.kit.glyphs import UNICODE, Glyphs

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from reader.session.places import Place

STRIP_ROLES = ("place", "quiet", "picked", "mark", "key")
"""The roles of the line's pieces."""


class Strip(NamedTuple):
    """The filters of the list."""

    place: str = ""
    """The view's or the day's name."""
    papers: int | None = None
    """Number of papers; None until it is known."""
    picked: tuple[str, ...] = ()
    """Names of the picked topics."""
    excluded: tuple[str, ...] = ()
    key: str = "f"
    """The key that opens and closes the pane."""
    is_open: bool = False
    wrong: tuple[str, ...] = ()
    """What is said of each topic of the query that does not exist."""


def strip_line(strip: Strip, width: int, glyphs: Glyphs = UNICODE) -> Line:
    """Draw the place, the topics that fit, the number of the others, and the key.

    Nothing follows the place until its number of papers is known, so nothing moves.
    """
    dot = Piece(f" {glyphs.dot} ", "quiet")
    place: Line = (Piece(" "), Piece(literal(strip.place), "place"))
    if strip.papers is None:
        return cut_line(place, width, glyphs.ellipsis)
    place += (Piece(f" {strip.papers:,}", "quiet"),)
    key: Line = (dot, Piece(literal(strip.key), "key"), Piece(" closes" if strip.is_open else " opens", "quiet"))
    topics: list[Line] = [(dot, Piece(literal(said), "quiet")) for said in strip.wrong]
    topics += [
        (dot, Piece(literal(name), "picked"), Piece(f" {mark}", "mark"))
        for names, mark in ((strip.picked, glyphs.picked), (strip.excluded, glyphs.excluded))
        for name in names
    ]
    for shown in range(len(topics), -1, -1):
        left_out: Line = (dot, Piece(f"+{len(topics) - shown}", "quiet")) if shown < len(topics) else ()
        line = (*place, *(piece for topic in topics[:shown] for piece in topic), *left_out, *key)
        if measure(line) <= width:
            return line
    return cut_line(place, width, glyphs.ellipsis)


def filters(
    place: Place,
    name: str,
    count: int | None,
    topic_names: Mapping[str, str],
    key: str,
    *,
    topics: Collection[str] = (),
    is_open: bool = False,
) -> Strip:
    """The filters of a place with so many papers; `key` opens the pane.

    `topics` are the slugs in the order in which one is suggested for a wrong one.
    """
    if not place.text:
        return Strip(name, count, key=key, is_open=is_open)
    from reader.core.query.choices import picked_topics

    choice = picked_topics(place.query)
    known = dict.fromkeys((*topics, *topic_names))
    wrong = [slug for slug in (*choice.picked, *choice.excluded) if known and slug not in known]
    picked, excluded = (
        tuple(topic_names.get(slug, slug) for slug in slugs if slug not in wrong)
        for slugs in (choice.picked, choice.excluded)
    )
    return Strip(name, count, picked, excluded, key, is_open, tuple(_no_topic(slug, known) for slug in wrong))


def _no_topic(slug: str, topics: Collection[str]) -> str:
    """Say that there is no such topic, and name the nearest one."""
    from reader.core.query.suggestions import nearest_value

    meant = nearest_value(slug, topics)
    return f"no topic {slug}: {meant}?" if meant else f"no topic {slug}"
