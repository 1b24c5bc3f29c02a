"""The parts of the reader's state: plain values that panes draw and background work reads. No Textual."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Literal, NamedTuple

from reader.cache.reads.orders import Order
from reader.session.places import Place, View
from reader.ui.list.layout import ListForm, days_have_headings
from reader.ui.shell.layout import Density

if TYPE_CHECKING:
    from reader.core.paper_row import PaperKey
    from reader.ui.library.feed_results import FeedResults

Mode = Literal["", "sample", "read-only"]
"""What holds for the whole run: the bundled sample, which keeps nothing, or a cache that can't be written."""


class Position(NamedTuple):
    """The cursor in the list: its paper, and its line counted from the list's top."""

    pk: PaperKey | None = None
    height: int | None = None


TOP = Position()
"""The first paper of a list."""


class Aside(NamedTuple):
    """Where the user was before a list of papers that are like others."""

    place: Place
    at: Position
    widened_from: View | None = None


class ListRequest(NamedTuple):
    """A request to read the place's list, with the cursor on a paper if the list has it, else at the top."""

    number: int
    """The number of the request, so that a later request for the same list is not equal to it."""
    at: Position = TOP


class CacheFacts(NamedTuple):
    """Facts that explain a list, above all an empty one, read from the cache together with it."""

    newest_day: str | None = None
    """The newest day of the cache; of lists with papers, only Today has it."""
    has_papers: bool = True
    missing_id: str | None = None
    """The arXiv id if the query asks only for one paper and the cache does not have it."""
    is_day_known: bool = True
    """Whether the feed has answered for all days of the view."""
    are_hidden: bool = False
    """Whether the view has papers, and the user has hidden all of them; False with a query."""


@dataclass(frozen=True, eq=False, slots=True)
class ListContent:
    """The content of the list: the papers of a place in order."""

    place: Place = field(default_factory=Place)
    order: Order[PaperKey] = field(default_factory=lambda: Order(array("q"), complete=False))
    results: FeedResults | None = None
    """The feed's results if they are listed over the place."""
    at: Position = TOP
    """Where the cursor goes."""
    facts: CacheFacts = field(default_factory=CacheFacts)
    ranked_at: str | None = None
    """ISO time at which the feed's ranking was fetched; None in other views."""
    version: int = 0
    """The state's `cache_version` when the list was read."""
    has_dates: bool = False
    """Whether each paper has its date, because no headings name the days."""

    @property
    def words(self) -> tuple[str, ...]:
        """The searched words, which are marked in texts."""
        return self.place.words if self.results is None else tuple(self.results.text.split())

    @property
    def text_words(self) -> tuple[str, ...]:
        """The searched words that full texts may have."""
        return self.place.text_words if self.results is None else ()

    def is_fit(self, key: PaperKey) -> bool:
        """Whether a paper is there because it fits the query best, not because it matches."""
        return self.place.query.is_by_fit or key in self.order.only_near

    def with_facts(self, facts: CacheFacts, ranked_at: str | None) -> ListContent:
        """The same content with facts from the cache."""
        return replace(self, facts=facts, ranked_at=ranked_at)

    @property
    def day(self) -> str | None:
        """The ISO day whose papers alone are listed; empty for the newest day, None in other places."""
        return None if self.results is not None else self.place.day

    def in_lines(self, density: Density) -> ListForm:
        """The form in which the list is drawn."""
        return ListForm(density == "comfortable", self.has_dates, self.day is not None)

    def formed_like(self, before: ListContent) -> ListContent:
        """The same content with dates or headings: as before in the same place, so that no line moves."""
        is_same = self.place == before.place and self.results is before.results and bool(before.order.pks)
        # Near papers that come after those of one day have dates; no line moves by that.
        is_same = is_same and bool(self.order.near) == bool(before.order.near)
        has_dates = before.has_dates if is_same else not days_have_headings(self.order)
        return replace(self, has_dates=has_dates)

    def with_moved(self, pk: PaperKey, place: int) -> ListContent:
        """The same content with a paper at another place, under the cursor."""
        pks = [one for one in self.order.pks if one != pk]
        pks.insert(place, pk)
        return replace(self, order=self.order._replace(pks=pks, groups=()), at=Position(pk))

    @property
    def count(self) -> int | None:
        """Number of papers that match; None for a first screenful that more papers follow."""
        return self.order.matching if self.order.complete else None


class RefreshStatus(NamedTuple):
    """The running refresh, and the outcome of the last one."""

    progress: str | None = None
    """The progress, such as `day 3 of 7`; None while no refresh runs."""
    view: str = ""
    """The id of the view that the refresh is for; empty for the latest days."""
    problem: str = ""
    """Why the last refresh failed, as a sentence; empty if it did not."""
    trouble: str = ""
    """What does not work, in a few words, such as `offline`; empty if all does."""
    failing_since: datetime | None = None
    """The local time at which the trouble began."""
    last: datetime | None = None
    """The end of the last complete refresh, in local time."""
    ended: int = 0
    """Number of refreshes that have ended since the start."""

    @property
    def is_running(self) -> bool:
        """Whether a refresh runs."""
        return self.progress is not None


class SearchStatus(NamedTuple):
    """The running search of the feed, or its results that wait to be shown."""

    asking: str = ""
    """The words of the running search; empty while no search runs."""
    wanted: str = ""
    """The words of the last search, until its results are listed or another place is shown."""
    progress: str | None = None
    """The progress of a search that takes long; None before that."""
    waiting: FeedResults | None = None
    """Results that came while the user was typing or reading."""
    left: Position = TOP
    """Where the cursor was before the results were listed."""


class TypedQuery(NamedTuple):
    """The query that is being typed, and what to restore if the user drops it."""

    text: str
    begun: str
    """The line's text at first; empty for the current query."""
    typed: str
    """The line's text now."""
    place: Place
    widened_from: View | None
    results: FeedResults | None
    at: Position
    request: ListRequest | None = None
    """The newest request for a list; if it has changed, the list and its cursor have moved."""


class Prompt(NamedTuple):
    """Keys that may follow the ones pressed so far, with what they do."""

    options: tuple[tuple[str, str], ...] = ()
    typed: str = ""
