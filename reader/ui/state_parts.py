"""The parts of the reader's state: plain values that panes draw and background work reads. No Textual."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal, NamedTuple

from reader.cache.window import Order
from reader.session.places import Place

if TYPE_CHECKING:
    from reader.cache.history import Votes
    from reader.core.paper import Paper, PaperKey
    from reader.ui.feed_results import FeedResults

WIDE, MEDIUM = 100, 70
"""Columns from which three panes stand side by side, and from which list and detail stand together."""

Focus = Literal["list", "filter", "detail"]
"""The pane that has the keys."""


class PaneSizes(NamedTuple):
    """The panes as the user sized them."""

    filter_width: int
    list_share: float


class Position(NamedTuple):
    """The cursor in the list: its paper, and how many lines below the list's top that stands."""

    pk: PaperKey | None = None
    height: int | None = None


TOP = Position()
"""The first paper of a list."""


class ListRequest(NamedTuple):
    """A list to be read for the place, with the cursor on a paper that it holds, else at its top."""

    number: int
    """Counts the requests: a later one for the same list is another."""
    at: Position = TOP


class CacheFacts(NamedTuple):
    """What an empty list needs to say why: read from the cache together with the list."""

    newest_day: str | None = None
    has_papers: bool = True
    missing_id: str | None = None
    """The arXiv id that the whole query asks for, where the cache does not have that paper."""
    is_day_known: bool = True
    """Whether the feed has answered for all days of the view."""


@dataclass(frozen=True, eq=False, slots=True)
class ListContent:
    """What the list shows: the papers of a place in their order."""

    place: Place = field(default_factory=Place)
    order: Order[PaperKey] = field(default_factory=lambda: Order(array("q"), complete=False))
    results: FeedResults | None = None
    """The answers of the feed, where those are listed over the place."""
    at: Position = TOP
    """Where the cursor goes."""
    facts: CacheFacts = field(default_factory=CacheFacts)
    ranked_at: str | None = None
    """ISO time at which the feed's ranking was read; in the view of that ranking."""
    version: int = 0
    """The state's `cache_version` when it was listed."""

    @property
    def words(self) -> tuple[str, ...]:
        """The searched words, which are marked where they stand."""
        return self.place.words if self.results is None else tuple(self.results.text.split())

    def with_facts(self, facts: CacheFacts, ranked_at: str | None) -> ListContent:
        """The same with what the cache says of it."""
        return replace(self, facts=facts, ranked_at=ranked_at)

    @property
    def count(self) -> int | None:
        """How many papers there are; None after a first screenful, behind which there are more."""
        return len(self.order.pks) if self.order.complete else None


class RefreshStatus(NamedTuple):
    """The refresh that runs, and how the last one went."""

    progress: str | None = None
    """How far it is, such as `day 3 of 7`; None while none runs."""
    view: str = ""
    """The id of the view that it fetches for; empty for the latest days."""
    problem: str = ""
    """Why the last one failed, as a sentence; empty if it did not."""
    failing_since: datetime | None = None
    last: datetime | None = None
    """When the feed was last read to its end, in local time."""
    ended: int = 0
    """How many have ended since the start."""

    @property
    def is_running(self) -> bool:
        """Whether a refresh runs."""
        return self.progress is not None


class SearchStatus(NamedTuple):
    """The search of the feed that runs or waits to be shown."""

    asking: str = ""
    """The words that the feed is being asked for; empty while no search runs."""
    wanted: str = ""
    """What was searched for last, until its answers are listed or another place is shown."""
    is_slow: bool = False
    """Whether the search takes long enough to say so."""
    waiting: FeedResults | None = None
    """Answers that came while the user was typing or reading."""
    left: Position = TOP
    """Where the cursor was before the answers were listed."""


class TypedQuery(NamedTuple):
    """The query that is being typed, and what to put back if it is dropped."""

    text: str
    begun: str
    """What stands in the line in place of the text at first; empty for the text itself."""
    place: Place
    results: FeedResults | None
    at: Position
    request: ListRequest | None = None
    """The newest request for a list; another one has moved the list and its cursor."""


class Reading(NamedTuple):
    """A paper as the detail pane or the page shows it."""

    key: PaperKey
    """The paper's key in the list."""
    paper: Paper
    words: tuple[str, ...]
    votes: Votes


class Prompt(NamedTuple):
    """Keys that may follow the ones pressed so far, with what they do."""

    options: tuple[tuple[str, str], ...] = ()
    typed: str = ""


class CalendarRequest(NamedTuple):
    """The open calendar: the day that it begins on, and whether it asks for the day to fetch from."""

    day: date
    since: bool = False
