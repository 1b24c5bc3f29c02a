"""The first line: the place, its query, the number of papers, the day's progress, and one short state."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from reader.core.lines import Line, Piece, cut_line, literal, measure
from reader.ui.kit.glyphs import UNICODE, Glyphs

HEADER_ROLES = ("quiet", "place", "count", "query", "busy", "warning")

EDIT_QUERY = ("query", "edit")

PROGRAM = "dailypapers"
_GAP = 2
_LEAST_QUERY = 8
"""Minimum cells of a cut query; with fewer the place alone is shown."""

ConditionKind = Literal["fresh", "busy", "trouble", "plain"]


class Condition(NamedTuple):
    """The short state of the reader: a lasting condition, which has no place in the last line."""

    text: str = ""
    """Such as `18:20`, `day 3 of 7`, `offline 18:25` or `sample`."""
    kind: ConditionKind = "plain"
    """The last refresh, work in progress, a lasting problem, or other."""


class Header(NamedTuple):
    """The content of the first line."""

    place: str = ""
    """The view's or the day's name."""
    query: str = ""
    shown: int | None = None
    """Number of matching papers; None while unknown."""
    total: int | None = None
    """Number of papers in the place without the query."""
    read: int | None = None
    """Number of the day's papers that are read; None if the place is not a day, or while unknown."""
    condition: Condition = Condition()


def header_line(header: Header, width: int, glyphs: Glyphs = UNICODE, turn: int = 0) -> Line:
    """Draw the first line in a width; `turn` chooses the sign of the spinner.

    A narrow line drops, in this order, the program's name, the place's part after a dot, the time of the last refresh,
    the day's progress, the state's words, the total and the state's sign. The query is cut last; only the place and the
    number stay beside it.
    """
    short = header._replace(place=header.place.partition(f" {glyphs.dot} ")[0])
    right: Line = ()
    for left, right in _choices(header, short, glyphs, turn):
        if measure(left) + measure(right) + _GAP <= width:
            return _spread(left, right, width)
    room = width - measure(right) - _GAP
    return _spread(_cut_where(short, glyphs, room), right, width)


def _spread(left: Line, right: Line, width: int) -> Line:
    """Put both parts at the edges; a click in the empty middle edits the query."""
    gap = width - measure(left) - measure(right)
    if gap < 0:
        return cut_line((*left, *right), width)
    return (*left, Piece(" " * gap, action=EDIT_QUERY), *right)


def _where(header: Header, glyphs: Glyphs, query: str) -> Line:
    place: Line = (Piece(" "), Piece(literal(header.place), "place"))
    if not query:
        return place
    return (*place, Piece(f" {glyphs.here}", "quiet"), Piece(f" {query} ", "query", action=EDIT_QUERY))


def _cut_where(header: Header, glyphs: Glyphs, room: int) -> Line:
    bare = measure(_where(header, glyphs, " ")) - 1
    if not header.query or room - bare < _LEAST_QUERY:
        return cut_line(_where(header, glyphs, ""), room, glyphs.ellipsis)
    *before, query = _where(header, glyphs, literal(header.query))
    # The strip ends in a space even where the query is cut.
    [short] = cut_line((query._replace(text=query.text.rstrip()),), room - measure(before) - 1, glyphs.ellipsis)
    return (*before, short._replace(text=f"{short.text} "))


def _choices(header: Header, short: Header, glyphs: Glyphs, turn: int) -> Iterator[tuple[Line, Line]]:
    """Yield both parts, fullest first; `short` has a shorter name of the place."""
    whole, place = (_where(one, glyphs, literal(header.query)) for one in (header, short))
    full, *shorter, sign = _condition(header.condition, glyphs, turn)
    lasting = () if header.condition.kind == "fresh" else (shorter or [full])[-1]
    yield (Piece(f" {PROGRAM} ", "quiet"), *whole), _joined(glyphs, *_counts(header), full)
    yield whole, _joined(glyphs, *_counts(header), full)
    for condition in (full, *shorter, lasting):
        yield place, _joined(glyphs, *_counts(header), condition)
    yield place, _joined(glyphs, *_counts(header)[:1], lasting)
    yield place, _joined(glyphs, *_counts(header)[:1], sign)
    yield place, _joined(glyphs, _number(header), sign)
    yield place, _joined(glyphs, _number(header))


def _joined(glyphs: Glyphs, *parts: Line) -> Line:
    joined: Line = ()
    for part in filter(None, parts):
        joined += (Piece(f" {glyphs.dot} ", "quiet"), *part) if joined else part
    return (*joined, Piece(" ")) if joined else ()


def _number(header: Header) -> Line:
    return () if header.shown is None else (Piece(f"{header.shown:,}", "count"),)


def _counts(header: Header) -> tuple[Line, ...]:
    """The number of papers, and how much of the day is read; one part if nothing narrows the day."""
    shown, total, read = header.shown, header.total, header.read
    if shown is None:
        return ()
    if read is not None and shown and not header.query:
        if read >= shown:
            return ((Piece("all ", "quiet"), Piece(f"{shown:,}", "count"), Piece(" read", "quiet")),)
        return ((Piece(f"{read:,}", "count"), Piece(f" of {shown:,} read", "quiet")),)
    papers = " paper" if shown == 1 else " papers"
    # While the papers of another place are counted, the last total may be too small.
    beside = papers if total is None or total <= shown else f" of {total:,}"
    counts: Line = (*_number(header), Piece(beside, "quiet"))
    return (counts,) if read is None else (counts, (Piece(f"{read:,}", "count"), Piece(" read", "quiet")))


def _condition(condition: Condition, glyphs: Glyphs, turn: int) -> list[Line]:
    """The short state in words, then with fewer and fewer parts, at last only its sign."""
    text = literal(condition.text).replace(UNICODE.dot, glyphs.dot)
    if not text:
        return [(), ()]
    dot = f" {glyphs.dot} "
    parts = text.split(dot)
    texts = [dot.join(parts[:count]) for count in range(len(parts), 0, -1)]
    match condition.kind:
        case "fresh":
            return [(Piece(f"{glyphs.refreshed} {text}", "quiet"),), ()]
        case "busy":
            sign = Piece(glyphs.spinner[turn % len(glyphs.spinner)], "busy")
            return [*((sign, Piece(f" {some}", "quiet")) for some in texts), (sign,)]
        case "trouble":
            return [
                *((Piece(f"{glyphs.offline} {some}", "warning"),) for some in texts),
                (Piece(glyphs.offline, "warning"),),
            ]
        case "plain":
            return [(Piece(text, "quiet"),), ()]
