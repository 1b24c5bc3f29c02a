"""The values of the list: its place and cursor, its content, the typed query, and the selection."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from reader.cache.reads.window import Order
from reader.session.places import Place
from reader.ui.kit.lines import view_name
from reader.ui.shell.list_lines import ListForm, papers_have_dates

if TYPE_CHECKING:
    from reader.core.dates import Hole


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
        is_one_day = self.results is None and self.place.is_one_day
        has_dates = before.has_dates if is_same else papers_have_dates(self.order, is_one_day=is_one_day)
        return replace(self, has_dates=has_dates)

    def place_name(self, now: datetime, dot: str) -> str:
        """A short name of the place: a view's name, a day as `Tue 24`, or a ranking with its fetch time."""
        if self.results is not None:
            return "From the feed"
        return view_name(self.place.view, self.ranked_at, self.facts.newest_day, now, dot)

    @property
    def count(self) -> int | None:
        """Number of papers; None for an incomplete first screenful."""
        return len(self.order.pks) if self.order.complete else None


class SearchStatus(NamedTuple):
    """The running feed search, or its waiting results."""

    asking: str = ""
    wanted: str = ""
    """The words of the last search, until its results are listed or another place is shown."""
    waiting: FeedResults | None = None
    """Results that arrived while the user was typing or reading."""


class TypedQuery(NamedTuple):
    """The query being typed, and what to restore if it is discarded."""

    text: str
    typed: str
    before: Stop
    request: ListRequest | None = None
    """The newest request for a list; a change means that the list and its cursor moved."""


_NONE: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class PaperSelection:
    """Selected papers. Actions ignore selected papers that are not listed, for example during a search."""

    papers: frozenset[int] = _NONE
    listed: frozenset[int] = _NONE
    """The selected papers that are listed; actions take these."""

    @property
    def count(self) -> int:
        return len(self.listed)

    def in_order(self, pks: Sequence[int]) -> tuple[int, ...]:
        """The selected papers in the order of the list; papers that are not loaded yet come last."""
        selected = tuple(pk for pk in pks if pk in self.listed) if self.listed else ()
        return selected if len(selected) == len(self.listed) else (*selected, *self.listed.difference(selected))

    def with_papers(self, pks: Iterable[int]) -> PaperSelection:
        """Add papers of the list to the selection."""
        more = frozenset(pks)
        papers = self.papers | more if self.papers else more
        # Usually both sets are equal; a second union of a hundred thousand papers would take milliseconds.
        return PaperSelection(papers, papers if self.listed == self.papers else self.listed | more)

    def toggle(self, pks: Collection[int]) -> PaperSelection:
        if not self.listed.issuperset(pks):
            return self.with_papers(pks)
        return PaperSelection(self.papers.difference(pks), self.listed.difference(pks))

    def in_list(self, pks: Iterable[int]) -> PaperSelection:
        return replace(self, listed=self.papers.intersection(pks)) if self.papers else self


NOTHING_SELECTED = PaperSelection()
