"""The lines of the list: the paper or heading on each line, and how to draw it.

The list takes eight bytes a paper.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import accumulate
from typing import TYPE_CHECKING

from reader.core.paper import PaperKey, PaperRow
from reader.ui.text.day_names import day_heading
from reader.ui.text.glyphs import Glyphs
from reader.ui.text.lines import Line, Piece, cut, literal, mark, measure

if TYPE_CHECKING:
    from reader.cache.window import Order

NEAR = 2_000
"""Places around a paper's old place that are searched first: a refresh moves papers little."""

WITH_COMMENTS, WITH_CODE, WITH_UPVOTES = 76, 44, 30
"""Minimum widths for these columns; the title gets the rest."""

MARGIN = 2
"""Lines kept in view beyond the highlighted one, in the direction in which the cursor moves."""


class ListLines:
    """The lines of an order: a heading before each group (a day), and a line for each paper."""

    def __init__(self, order: Order[PaperKey] | None = None) -> None:
        self.pks: Sequence[PaperKey] = order.pks if order else array("q")
        self.groups = order.groups if order else ()
        self.is_complete = order.complete if order else True
        # The place of each group's first paper, and its heading's line. An order that is not by day has no groups.
        self._starts = list(accumulate((count for _, count in self.groups), initial=0))[:-1]
        self._headings = [start + group for group, start in enumerate(self._starts)]

    def __len__(self) -> int:
        return len(self.pks) + len(self.groups)

    def group_of(self, index: int) -> int:
        """Return the group that the paper at a place belongs to; -1 without groups."""
        return bisect_right(self._starts, index) - 1

    def start_of(self, group: int) -> int:
        """Return the place of a group's first paper."""
        return self._starts[group]

    def line_of(self, index: int) -> int:
        """Return the line of the paper at a place."""
        return index + self.group_of(index) + 1

    def at(self, line: int) -> tuple[int, int | None]:
        """Return the group of a line, and the place of its paper; None for a heading and after the end."""
        group = bisect_right(self._headings, line) - 1
        is_heading = group >= 0 and self._headings[group] == line
        index = line - group - 1
        return group, index if not is_heading and 0 <= index < len(self.pks) else None

    def heading(self, group: int) -> tuple[str, int | None]:
        """Return a group's day and its number of papers; None for the last group of an order that is not all loaded."""
        day, count = self.groups[group]
        return day, count if self.is_complete or group + 1 < len(self.groups) else None

    def nearest(self, line: int, down: bool) -> int:
        """Return the place of the paper on a line; for a heading, of the next paper down, or up."""
        line = min(max(line, 0), len(self) - 1)
        group, index = self.at(line)
        if index is None:
            # A heading's line minus the number of headings above it is the place of the next paper.
            index = line - group if down else line - group - 1
        return min(max(index, 0), len(self.pks) - 1)

    def find(self, pk: PaperKey, near: int) -> int | None:
        """Return the place of a paper, looking around `near` first; None if it is not in the order."""
        index = self.find_near(pk, near)
        return _index(self.pks, pk) if index is None else index

    def find_near(self, pk: PaperKey, near: int) -> int | None:
        """Return the place of a paper if it is around `near`, else None."""
        return _index(self.pks, pk, max(0, near - NEAR), near + NEAR)

    def heir(self, old: ListLines, place: int) -> int:
        """Return the place of the paper to highlight if the paper at `place` in the order `old` is gone.

        It is the first paper after it in the old order that is nearby here, else the nearest before it.
        """
        for pk in (*old.pks[place : place + 50], *reversed(old.pks[max(0, place - 50) : place])):
            index = self.find_near(pk, place)
            if index is not None:
                return index
        return min(place, max(0, len(self.pks) - 1))

    def contents(self, top: int, height: int) -> Iterator[tuple[int, int | None]]:
        """Yield the content of each line in view: its group (-1 for none), and the place of its paper or None.

        A group's heading stays on the first line while its papers pass below.
        """
        for line in range(top, top + height):
            group, index = self.at(line) if line < len(self) else (-1, None)
            yield group, None if line == top and group >= 0 else index

    def papers_in_view(self, top: int, height: int) -> Iterator[tuple[int, PaperKey]]:
        """Yield the (line, paper) of each paper in a view."""
        for line, (_, index) in enumerate(self.contents(top, height), start=top):
            if index is not None:
                yield line, self.pks[index]

    def top_that_shows(self, index: int, top: int, height: int, delta: int = 0) -> int | None:
        """Return the nearest top of a view that shows the paper at a place; None if the view may stay.

        The paper is below the heading on the first line, with a margin in the direction of `delta`.
        """
        line = self.line_of(index)
        margin = min(MARGIN, (height - 1) // 4)
        above = (margin if delta < 0 else 0) + (1 if self.groups and height > 1 else 0)
        below = margin if delta > 0 else 0
        if line < top + above:
            return line - above
        if line > top + height - 1 - below:
            return line - height + 1 + below
        return None


def _index(pks: Sequence[PaperKey], pk: PaperKey, low: int = 0, high: int | None = None) -> int | None:
    try:
        return pks.index(pk, low, len(pks) if high is None else high)
    except ValueError:
        return None


def draw_paper(row: PaperRow, width: int, glyphs: Glyphs, searched: re.Pattern[str] | None, highlighted: bool) -> Line:
    """Draw a paper as a line of `width` cells: bar, state, rising, upvotes, code, title, comments."""
    state, state_role = _state(row, glyphs)
    rising = glyphs.rising if row.rising else " "
    begin = [Piece(glyphs.cursor if highlighted else " ", "bar"), Piece(state, state_role), Piece(rising, "bar")]
    if width >= WITH_UPVOTES:
        begin.append(Piece(f"{_short(row.upvotes):>4} ", "number"))
    if width >= WITH_CODE:
        begin.append(Piece(f"{glyphs.code if row.code else '':<{len(glyphs.code)}} ", "mark"))
    end: list[Piece] = []
    if width >= WITH_COMMENTS:
        comments = f"{_short(row.comments)}{glyphs.comments}" if row.comments else ""
        end.append(Piece(f"  {comments:>4} ", "mark"))
    room = width - measure(begin) - measure(end)
    title = mark(cut(literal(row.title), room, glyphs.ellipsis), _title_role(row), searched)
    gap = Piece(" " * (room - measure(title)), "bar") if end else Piece("", "bar")
    return (*begin, *title, gap, *end)


def _state(row: PaperRow, glyphs: Glyphs) -> tuple[str, str]:
    if not row.kept:
        return glyphs.elsewhere, "dot"
    if row.hidden:
        return glyphs.hidden, "faint"
    if row.starred:
        return glyphs.starred, "star"
    return (glyphs.read, "faint") if row.read else (glyphs.unread, "dot")


def _title_role(row: PaperRow) -> str:
    if row.hidden:
        return "hidden"
    return "read" if row.read else "unread"


def _short(number: int) -> str:
    """Write a number in at most four cells."""
    if number < 10_000:
        return str(number)
    return f"{number // 1_000}k" if number < 1_000_000 else f"{min(number // 1_000_000, 999)}M"


def draw_heading(day: str, count: int | None, width: int, glyphs: Glyphs, today: date) -> Line:
    """Draw a day's heading, with its number of papers if that is known."""
    number = f"{count:,}" if count is not None else ""
    room = width - 3 - len(number)
    name = cut(day_heading(day, today), room, glyphs.ellipsis)
    return (Piece(" "), Piece(f"{name:<{max(room, 0)}}", "day"), Piece(f" {number} ", "number"))
