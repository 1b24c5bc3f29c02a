"""The lines of the list: headings, papers, missing days and the end, with the views that scroll through them.

The first frame needs this module, so it imports nothing that takes long, such as `dataclasses`.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, islice
from typing import TYPE_CHECKING, Literal, NamedTuple

from reader.cache.reads.window import Order

if TYPE_CHECKING:
    from reader.core.dates import Hole


NEARBY_PLACES = 2_000
"""Search this many places around a paper's old place first, since a refresh moves papers little."""

MAX_PAPER_LINES = 2
"""Maximum lines of a paper, and the line numbers that are reserved for each one."""

MARGIN_LINES = 2
"""Lines kept visible beyond the highlighted paper, in the cursor's direction."""

MIN_PAPERS_PER_DAY = 3
"""Minimum mean number of papers per day at which days get headings."""

END_LINES = 2
"""Lines after the last paper of a day: a blank line, and an announcement of the next day."""


class ListForm(NamedTuple):
    """How an order becomes lines."""

    has_dates: bool = False
    """Whether each paper has its date, and days have no headings."""
    has_end: bool = False
    """Whether lines after the last paper announce what comes next."""
    is_period: bool = False
    """Whether all papers are from a single week or month, so that dates need no year."""
    holes: tuple[Hole, ...] = ()
    """The runs of missing days, each a line between two days."""


PLAIN_FORM = ListForm()


class LineSlot(NamedTuple):
    """The content of a line."""

    kind: Literal["paper", "heading", "hole", "end"]
    group: int
    """The group of the paper or heading, or the group above the hole; -1 without groups."""
    place: int = -1
    """The paper's place in the order."""
    part: int = 0
    """The line within the paper or within the end."""


def papers_have_dates(order: Order, *, is_one_day: bool) -> bool:
    """Whether each paper has its date, because dates differ and no headings name the days."""
    days = len(order.groups)
    return days > 1 and len(order.pks) < MIN_PAPERS_PER_DAY * days if days else not is_one_day


class ListLines:
    """The lines of an order: a heading before each group (a day), the lines of its papers, and the end."""

    def __init__(
        self,
        order: Order | None = None,
        form: ListForm = PLAIN_FORM,
        height_of: Callable[[int], int] = lambda place: 1,
    ) -> None:
        """`height_of` returns the number of lines of the paper at a place, at most `MAX_PAPER_LINES`."""
        self.pks: Sequence[int] = order.pks if order else array("q")
        self.groups = order.groups if order else ()
        """The days of an order by day, with or without headings."""
        self.is_complete = order.complete if order else True
        self._height_of = height_of
        self.has_headings = bool(self.groups) and not form.has_dates
        self._end = END_LINES if form.has_end and self.pks and self.is_complete else 0
        # The place of each group's first paper, and its heading's line. Only an order by day has groups.
        self._starts = list(accumulate((count for _, count in self.groups), initial=0))[:-1]
        self._holes = _place_holes(self.groups, form.holes) if self.has_headings else {}
        """The missing days after a group, by the number of the group."""
        self._above = list(accumulate((group in self._holes for group in range(len(self.groups))), initial=0))
        self._headings = (
            [start * MAX_PAPER_LINES + group + self._above[group] for group, start in enumerate(self._starts)]
            if self.has_headings
            else []
        )
        self._past_papers = len(self.pks) * MAX_PAPER_LINES + len(self._headings) + len(self._holes)
        self._past_end = self._past_papers + self._end

    def group_of(self, index: int) -> int:
        return bisect_right(self._starts, index) - 1

    def start_of(self, group: int) -> int:
        """The place of a group's first paper; past the last group, the place after all papers."""
        return self._starts[group] if group < len(self._starts) else len(self.pks)

    def line_of(self, index: int) -> int:
        group = self.group_of(index)
        return index * MAX_PAPER_LINES + (group + 1 + self._above[group] if self.has_headings else 0)

    def at(self, line: int, *, is_top: bool = False) -> LineSlot | None:
        """The content of a line; None outside the list and for reserved lines that a paper does not need.

        On the top line of a view, the heading of a group stays while its papers scroll below.
        """
        if not 0 <= line < self._past_end:
            return None
        headings = bisect_right(self._headings, line)
        if headings and (is_top or self._headings[headings - 1] == line):
            return LineSlot("heading", headings - 1)
        if line >= self._past_papers:
            return LineSlot("end", headings - 1, part=line - self._past_papers)
        if headings - 1 in self._holes and line + 1 == self._headings[headings]:
            return LineSlot("hole", headings - 1)
        place, part = divmod(line - headings - (self._above[headings - 1] if headings else 0), MAX_PAPER_LINES)
        return LineSlot("paper", headings - 1, place, part) if not part or part < self._height_of(place) else None

    def heading(self, group: int) -> tuple[str, int | None]:
        """A group's day and number of papers; None for the last group of a partly loaded order."""
        day, count = self.groups[group]
        return day, count if self.is_complete or group + 1 < len(self.groups) else None

    def hole_below(self, index: int) -> Hole | None:
        """The missing days directly below the paper at a place; None if there are none."""
        group = self.group_of(index)
        return self._holes.get(group) if self.start_of(group + 1) == index + 1 else None

    def nearest(self, line: int, down: bool) -> int:
        """The place of the paper on a line; for a heading or a hole, the place of the next paper down, or up."""
        slot = self.at(self.step(min(max(line, 0), self._past_papers - 1), 0))
        if slot is None:
            return 0
        if slot.kind == "paper":
            return slot.place
        index = self.start_of(slot.group + (slot.kind == "hole"))
        return index if down else max(0, index - 1)

    def find(self, pk: int, near: int) -> int | None:
        """Return the place of a paper, looking around `near` first; None if it is not in the order."""
        index = self.find_near(pk, near)
        return _index(self.pks, pk) if index is None else index

    def find_near(self, pk: int, near: int) -> int | None:
        return _index(self.pks, pk, max(0, near - NEARBY_PLACES), near + NEARBY_PLACES)

    def heir(self, old: ListLines, place: int) -> int:
        """Return the place of the paper to highlight if the paper at `place` in the order `old` is gone.

        It is the first paper after the gone one in the old order that is nearby here, else the nearest before it.
        """
        for pk in (*old.pks[place : place + 50], *reversed(old.pks[max(0, place - 50) : place])):
            index = self.find_near(pk, place)
            if index is not None:
                return index
        return min(place, max(0, len(self.pks) - 1))

    # Views

    def step(self, line: int, lines: int) -> int:
        """The line that is `lines` drawn lines below a line, above it if negative, within bounds."""
        walked = [number for number, _ in islice(self._walk(line, 1 if lines > 0 else -1), abs(lines) + 1)]
        return walked[-1] if walked else line

    def _walk(self, line: int, step: int) -> Iterator[tuple[int, LineSlot]]:
        while 0 <= line < self._past_end:
            slot = self.at(line)
            if slot is not None:
                yield line, slot
            line += step

    def view(self, top: int, height: int) -> list[LineSlot | None]:
        """Return the content of each line of a view; None below the end."""
        slots: list[LineSlot | None] = [slot for _, slot in islice(self._walk(top, 1), max(0, height))]
        if slots:
            slots[0] = self.at(top, is_top=True) or slots[0]
        return slots + [None] * (height - len(slots))

    def last_top(self, height: int) -> int:
        return self.step(self._past_end - 1, 1 - height)

    def top_near(self, top: int, height: int) -> int:
        """The given top of a view, or the last possible top if lines at the end would be empty."""
        is_past = next(islice(self._walk(max(0, top), 1), max(0, height - 1), None), None) is None
        return self.last_top(height) if is_past else max(0, top)

    def top_around(self, index: int, height: int) -> int:
        """The top of a view of a list that opens with the paper at a place in the middle."""
        return self.top_near(self.step(self.line_of(index), -(height // 2)), height) if index else 0

    def top_that_shows(self, index: int, top: int, height: int, delta: int = 0) -> int | None:
        """The nearest top of a view that shows the paper at a place; None if the view may stay.

        The paper is below the heading on the first line, with a margin in the direction of `delta`.
        """
        lines = min(self._height_of(index), height)
        first = self.line_of(index)
        last = first + lines - 1
        margin = min(MARGIN_LINES, (height - lines) // 4)
        above = (margin if delta < 0 else 0) + (1 if self.has_headings and height > lines else 0)
        lowest = self.step(first, -above)
        if top > lowest:
            return lowest
        # The end is visible together with the last paper.
        is_last = index == len(self.pks) - 1 and height >= lines + self._end + 2
        below = self._end if is_last else margin if delta > 0 else 0
        highest = self.step(self.step(last, below), 1 - height)
        return highest if top < highest else None


def _place_holes(groups: Sequence[tuple[str, int]], holes: Sequence[Hole]) -> dict[int, Hole]:
    """The holes between two groups, by the number of the group above, with days descending."""
    days = [day for day, _ in reversed(groups)]
    placed = {len(days) - bisect_right(days, hole[-1]) - 1: hole for hole in reversed(holes)}
    return {group: hole for group, hole in placed.items() if 0 <= group < len(groups) - 1}


def _index(pks: Sequence[int], pk: int, low: int = 0, high: int | None = None) -> int | None:
    try:
        return pks.index(pk, low, len(pks) if high is None else high)
    except ValueError:
        return None
