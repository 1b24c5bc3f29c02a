"""The filter pane's rows and headings as lines."""

from __future__ import annotations

from reader.core.lines import Line, Piece, cell_len, cut, literal, measure, spread
from reader.core.topics.trends import WEEKS, percent, spark
from reader.session.places import TopicOrder
from reader.ui.filter.rows import FilterState, Kind, Mark, Row
from reader.ui.kit.glyphs import Glyphs

SHORTCUT_ROOM = 9
"""Minimum cells of a name with its key."""

NAME_ROOM = 15
"""Minimum cells of a topic's name next to its sparkline."""


def draw_row(row: Row, width: int, state: FilterState, glyphs: Glyphs, at_cursor: bool) -> Line:
    """Draw a row in `width` cells: cursor, sign, name, and at the right its sparkline and number."""
    bar = Piece(glyphs.cursor, "mark") if at_cursor else Piece(" ")
    right = _right(row, width, state.order, glyphs)
    room = width - 3 - measure(right)
    shortcut = f" {row.shortcut}" if row.shortcut and room >= SHORTCUT_ROOM else ""
    name = cut(literal(row.text), room - len(shortcut), glyphs.ellipsis)
    left: Line = (bar, _sign(row, glyphs), Piece(" "), Piece(name, _role(row)))
    if shortcut:
        left = (*left, Piece(shortcut, "nothing"))
    return spread(left, right, width)


def draw_heading(row: Row, width: int, state: FilterState, glyphs: Glyphs, here: bool) -> Line:
    """Draw a heading in `width` cells, `here` if the cursor is below it; the topics' heading names their order."""
    left: Line = (Piece(" "), Piece(row.text, "heading-here" if here else "heading"))
    if row.key != "topics":
        return left
    if state.narrowed:
        typed = cut(state.narrowed, width - 10, glyphs.ellipsis)
        return (*left, Piece("  "), Piece("/", "mark"), Piece(typed, "typed"))
    if state.order != "family":
        left = (*left, Piece(f"  {'rising' if state.order == 'rising' else 'by papers'}", "count"))
    return spread(left, (Piece(f"{state.choice.mode} {glyphs.unfolded} ", "count"),), width)


def meaning(row: Row, glyphs: Glyphs) -> str:
    """Return the hint for a row: a topic's sparkline, its rise, and its meaning."""
    if not row.weeks:
        return row.about
    moves = f"{spark(row.weeks, glyphs.spark)} {percent(row.rising)}"
    return f"{moves} · {row.about}" if row.about else moves


def _right(row: Row, width: int, order: TopicOrder, glyphs: Glyphs) -> Line:
    """Return the right part of a row: its number, and by rise a topic's sparkline and growth in place of it."""
    if order == "rising" and row.weeks:
        return _rise(row, width, glyphs)
    counted = _count(row, glyphs)
    return (Piece(" "), *counted, Piece(" ")) if counted else (Piece(" "),)


def _rise(row: Row, width: int, glyphs: Glyphs) -> Line:
    """A topic's sparkline and growth; in a narrow pane only the sparkline, as the topic's hint has the growth."""
    # Numbers have a column of five cells, which aligns the sparklines before them.
    number = f" {percent(row.rising):>5} "
    room = width - 3 - max(NAME_ROOM, cell_len(row.text)) - len(number) - 1
    if room < WEEKS // 2:
        return (Piece(" "), Piece(spark(row.weeks, glyphs.spark, WEEKS // 2), "spark"), Piece(" "))
    line = spark(row.weeks, glyphs.spark, WEEKS if room >= WEEKS else WEEKS // 2)
    return (Piece(" "), Piece(line, "spark"), Piece(number, "count" if row.count else "nothing"))


def _count(row: Row, glyphs: Glyphs) -> Line:
    """The number of a row's papers, the unread ones before it: `12/34`."""
    if row.count is None:
        return ()
    if row.unread is not None:
        return (Piece(f"{row.unread:,}", "unread" if row.unread else "nothing"), Piece(f"/{row.count:,}", "nothing"))
    if not row.count and row.kind is not Kind.VIEW:
        return (Piece(glyphs.nothing, "nothing"),)
    role = "count" if row.count else "nothing"
    return (Piece(f"~{row.count:,}" if row.approximate else f"{row.count:,}", role),)


def _sign(row: Row, glyphs: Glyphs) -> Piece:
    marks = {
        Mark.NONE: (" ", "name"),
        Mark.CHOSEN: (glyphs.here, "mark"),
        Mark.OPEN: (glyphs.unfolded, "quiet"),
        Mark.FOLDED: (glyphs.folded, "quiet"),
        Mark.PICKED: (glyphs.picked, "mark"),
        Mark.EXCLUDED: (glyphs.excluded, "mark"),
        Mark.IMPLIED: (glyphs.implied, "mark"),
    }
    return Piece(*marks[row.mark])


def _role(row: Row) -> str:
    """Return the role of a row's text."""
    if row.mark in (Mark.PICKED, Mark.CHOSEN):
        return "picked"
    if row.mark is Mark.EXCLUDED:
        return "excluded"
    if row.mark is Mark.IMPLIED:
        return "implied"
    if row.kind is Kind.FAMILY:
        return "family"
    return "quiet" if row.quiet else "name"
