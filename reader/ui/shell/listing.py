"""The values of the list: its place and cursor, its content, the typed query, and the selection."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import accumulate, islice
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from reader.cache.reads.window import MATCHING, Order
from reader.session.places import Place
from reader.ui.kit.lines import view_name

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
    """Whether each paper has its date, because dates differ and no headings name the days.

    A single day in its own order has a heading, unless similar papers of other days follow.
    """
    if not order.groups:
        return not is_one_day
    days = len(order.groups) - (1 if order.near else 0)
    are_full = order.matching >= MIN_PAPERS_PER_DAY * days
    return not (are_full and days > 1 if order.near else are_full or days <= 1)


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
        self.groups = _groups(order, form) if order else ()
        """The days of an order by day, with or without headings; or the matching and the similar papers."""
        self.is_complete = order.complete if order else True
        self._height_of = height_of
        self.has_headings = bool(self.groups) and (not form.has_dates or bool(order and order.near))
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


def _groups(order: Order, form: ListForm) -> tuple[tuple[str, int], ...]:
    """The groups of an order; if papers have dates and similar papers follow, all matching papers form one group."""
    if not form.has_dates or not order.near:
        return order.groups
    return (*(((MATCHING, order.matching),) if order.matching else ()), order.groups[-1])


def _index(pks: Sequence[int], pk: int, low: int = 0, high: int | None = None) -> int | None:
    try:
        return pks.index(pk, low, len(pks) if high is None else high)
    except ValueError:
        return None


class Position(NamedTuple):
    """The cursor's paper, and its line from the list's top."""

    pk: int | None = None
    height: int | None = None


TOP = Position()


class FeedResults(NamedTuple):
    """The papers that a search on the feed found, in the feed's order; the cache stores them all."""

    text: str
    pks: tuple[int, ...] = ()


class ListSource(NamedTuple):
    """A list: the papers of a place, or the feed's results over it."""

    place: Place
    results: FeedResults | None = None


class Stop(NamedTuple):
    """A step of the user's trail: a list, and the page and text open over it."""

    where: ListSource
    over: tuple[tuple[Any, Any], ...] = ()


class ListRequest(NamedTuple):
    """A request to read the place's list, with the cursor on a paper if it is listed, else at the top."""

    number: int
    """The number of the request, which distinguishes equal requests."""
    at: Position = TOP


class CacheFacts(NamedTuple):
    """Facts that explain a list, especially an empty one, read along with it."""

    newest_day: str | None = None
    """The newest day of the cache; None for lists with papers outside Latest."""
    has_papers: bool = True
    missing_id: str | None = None
    """The arXiv id if the query asks for a single paper that the cache lacks."""
    is_day_known: bool = True
    """Whether the feed has answered for all days of the view."""
    holes: tuple[Hole, ...] = ()


@dataclass(frozen=True, eq=False, slots=True)
class ListContent:
    """The content of the list: the papers of a place in order."""

    place: Place = field(default_factory=Place)
    order: Order = field(default_factory=lambda: Order(array("q"), complete=False))
    """The first screenful unless `order.complete`; `ListLoader.read_all` returns all papers."""
    results: FeedResults | None = None
    """The feed's results, if listed over the place."""
    at: Position = TOP
    facts: CacheFacts = field(default_factory=CacheFacts)
    ranked_at: str | None = None
    """ISO time at which the feed's ranking was fetched; None in other views."""
    version: int = 0
    """The state's `cache_version` when the list was read."""
    has_dates: bool = False
    """Whether each paper has its date, because no headings name the days."""

    @property
    def where(self) -> ListSource:
        return ListSource(self.place, self.results)

    @property
    def words(self) -> tuple[str, ...]:
        """The searched words, which are marked in texts."""
        return self.place.words if self.results is None else tuple(self.results.text.split())

    @property
    def text_words(self) -> tuple[str, ...]:
        """The search words to find in full texts."""
        return self.place.text_words if self.results is None else ()

    def is_fit(self, key: int) -> bool:
        """Whether a paper is listed as a best fit, not as a match."""
        return self.place.query.is_by_fit or key in self.order.only_near

    def with_facts(self, facts: CacheFacts, ranked_at: str | None) -> ListContent:
        return replace(self, facts=facts, ranked_at=ranked_at)

    @property
    def day(self) -> str | None:
        """The ISO day of a day's list; empty for the newest day, None in other places."""
        return None if self.results is not None else self.place.day

    @property
    def form(self) -> ListForm:
        is_period = self.results is None and self.place.is_period
        return ListForm(self.has_dates, self.day is not None, is_period, self.facts.holes)

    def formed_like(self, before: ListContent) -> ListContent:
        """Keep the dates or headings of the content `before` if its place is the same, so that no line moves."""
        is_same = self.place == before.place and self.results == before.results and bool(before.order.pks)
        # When similar papers are added after the papers of a day, they need dates.
        is_same = is_same and bool(self.order.near) == bool(before.order.near)
        is_one_day = self.results is None and self.place.is_one_day
        has_dates = before.has_dates if is_same else papers_have_dates(self.order, is_one_day=is_one_day)
        return replace(self, has_dates=has_dates)

    def move_paper(self, pk: int, place: int) -> ListContent:
        """The same content with a paper at another place, under the cursor."""
        pks = [key for key in self.order.pks if key != pk]
        pks.insert(place, pk)
        return replace(self, order=self.order._replace(pks=pks, groups=()), at=Position(pk))

    def place_name(self, now: datetime, dot: str) -> str:
        """A short name of the place: a view's name, a day as `Tue 24`, or a ranking with its fetch time."""
        if self.results is not None:
            return "From the feed"
        return view_name(self.place.view, self.ranked_at, self.facts.newest_day, now, dot)

    @property
    def count(self) -> int | None:
        """Number of matching papers; None for an incomplete first screenful."""
        return self.order.matching if self.order.complete else None


class SearchStatus(NamedTuple):
    """The running feed search, or its waiting results."""

    asking: str = ""
    wanted: str = ""
    """The words of the last search, until its results are listed or another place is shown."""
    progress: str | None = None
    """The progress of a slow search, else None."""
    waiting: FeedResults | None = None
    """Results that arrived while the user was typing or reading."""


class TypedQuery(NamedTuple):
    """The query being typed, and what to restore if it is discarded."""

    text: str
    begun: str
    """The initial text of the line; empty for the current query."""
    typed: str
    before: Stop
    request: ListRequest | None = None
    """The newest request for a list; a change means that the list and its cursor moved."""


_NONE: frozenset[int] = frozenset()


class PaperRange(NamedTuple):
    """The papers from `first` to the cursor, inclusive, and the selection before the range."""

    first: int
    before: PaperSelection


@dataclass(frozen=True, slots=True)
class PaperSelection:
    """Selected papers. Actions ignore selected papers that are not listed, for example during a search."""

    papers: frozenset[int] = _NONE
    listed: frozenset[int] = _NONE
    """The selected papers that are listed; actions take these."""
    range: PaperRange | None = None

    @property
    def count(self) -> int:
        return len(self.listed)

    def in_order(self, pks: Sequence[int]) -> tuple[int, ...]:
        """The selected papers in the order of the list; papers that are not loaded yet come last."""
        selected = tuple(pk for pk in pks if pk in self.listed) if self.listed else ()
        return selected if len(selected) == len(self.listed) else (*selected, *self.listed.difference(selected))

    def with_papers(self, pks: Iterable[int]) -> PaperSelection:
        """Add papers of the list to the selection; ends a range."""
        more = frozenset(pks)
        papers = self.papers | more if self.papers else more
        # Usually both sets are equal; a second union of a hundred thousand papers would take milliseconds.
        return PaperSelection(papers, papers if self.listed == self.papers else self.listed | more)

    def toggle(self, pks: Collection[int]) -> PaperSelection:
        if not self.listed.issuperset(pks):
            return self.with_papers(pks)
        return PaperSelection(self.papers.difference(pks), self.listed.difference(pks))

    def begin_range(self, pk: int) -> PaperSelection:
        before = self.end_range()
        return replace(before.with_papers((pk,)), range=PaperRange(pk, before))

    def end_range(self) -> PaperSelection:
        return self if self.range is None else replace(self, range=None)

    def follow(self, pks: Sequence[int], cursor: int | None) -> PaperSelection:
        if self.range is None:
            return self
        ends = [_place(pks, self.range.first), _place(pks, cursor)]
        places = sorted(place for place in ends if place is not None)
        if len(places) < 2:
            return self.end_range()
        selected = self.range.before.with_papers(pks[places[0] : places[1] + 1])
        return replace(selected, range=self.range)

    def in_list(self, pks: Iterable[int]) -> PaperSelection:
        if not self.papers:
            return self
        listed = frozenset(pks)
        range = self.range and self.range._replace(before=self.range.before._among(listed))
        return replace(self._among(listed), range=range)

    def _among(self, listed: frozenset[int]) -> PaperSelection:
        return replace(self, listed=self.papers & listed)


def _place(pks: Sequence[int], pk: int | None) -> int | None:
    try:
        return None if pk is None else pks.index(pk)
    except ValueError:
        return None


NOTHING_SELECTED = PaperSelection()
