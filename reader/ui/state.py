"""The state of the reader: one immutable value, and its changes.

A change is a method that returns the new state. It starts no work and draws nothing: panes and work subscribe to the
parts that they need (`reader.ui.model`). There is no Textual here, so a key's effect can be tested without a terminal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from reader.core.paper import PaperKey
from reader.session.places import Place, TopicMode, TopicOrder
from reader.ui.notices import Notices
from reader.ui.state_parts import (
    MEDIUM,
    TOP,
    WIDE,
    CalendarRequest,
    Focus,
    ListContent,
    ListRequest,
    PaneSizes,
    Position,
    Prompt,
    Reading,
    RefreshStatus,
    SearchStatus,
    TypedQuery,
)

if TYPE_CHECKING:
    from reader.keys.actions import Context
    from reader.ui.counts import Counts, TopicFacts
    from reader.ui.feed_results import FeedResults

HISTORY = 50
"""Queries that are remembered."""


@dataclass(frozen=True, eq=False, slots=True)
class State:
    """All that the reader shows and works for. Two states are the same only if they are one object."""

    place: Place = field(default_factory=Place)
    """The view and query that the user asked for; the list follows."""
    results: FeedResults | None = None
    """The feed's answers that are to be listed over the place."""
    request: ListRequest | None = None
    is_list_coming: bool = False
    """Whether another list was asked for and is not there yet: keys for its papers wait."""
    listing: ListContent = field(default_factory=ListContent)
    highlighted: PaperKey | None = None
    """The paper under the list's cursor."""

    cache_version: int = 0
    """Grows when the papers of a list may have changed."""
    marks_version: int = 0
    """Grows when marks were stored, which change rows and counts but not the list."""
    counts: Counts | None = None
    topic_facts: TopicFacts | None = None
    topic_names: Mapping[str, str] = field(default_factory=dict)
    topic_meanings: Mapping[str, str] = field(default_factory=dict)
    vocabulary: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Keywords, people and other values that a query may ask for, with their papers; empty until they are needed."""

    reading: Reading | None = None
    """The paper in the detail pane."""
    page: Reading | None = None
    """The paper on the page, while that is open."""
    notices_before_page: Notices = field(default_factory=Notices)
    """What the last line said when the page was opened."""
    is_list_outdated: bool = False
    """Whether the cache has changed while the page was open: the list is read again when it closes."""
    calendar: CalendarRequest | None = None
    draft: TypedQuery | None = None
    focus: Focus = "list"
    is_filter_open: bool = False
    """Whether the filter pane is unfolded where there is no room for it beside the list."""
    is_ready: bool = False
    """Whether all panes are there: a frame after the list."""
    width: int = WIDE
    """Columns of the terminal."""
    sizes: PaneSizes = field(default_factory=lambda: PaneSizes(26, 0.5))

    refresh: RefreshStatus = field(default_factory=RefreshStatus)
    search: SearchStatus = field(default_factory=SearchStatus)
    notices: Notices = field(default_factory=Notices)
    prompt: Prompt = field(default_factory=Prompt)

    history: tuple[str, ...] = ()
    """Queries that were used, newest first."""
    topic_order: TopicOrder = "family"
    topic_mode: TopicMode = "any"

    # What follows from it

    @property
    def is_typing(self) -> bool:
        """Whether a query is being typed."""
        return self.draft is not None

    @property
    def is_empty(self) -> bool:
        """Whether the list holds no papers."""
        return not self.listing.order.pks

    @property
    def context(self) -> Context:
        """Where a key acts."""
        if self.page is not None:
            return "page"
        if self.calendar is not None:
            return "calendar"
        if self.is_typing:
            return "query"
        if self.focus == "filter":
            return "filter"
        if self.is_empty:
            return "empty"
        return self.focus

    @property
    def listed_text(self) -> str:
        """The query of what is listed: the place's, or the words that the feed was searched for."""
        return self.place.text if self.results is None else self.results.text

    @property
    def page_notices(self) -> Notices:
        """What was said since the page was opened: older notices would take the room of the page's keys."""
        return self.notices.since(self.notices_before_page)

    # The list

    def go(self, place: Place, at: Position = TOP) -> State:
        """Show another place, with the cursor on a paper or at the top."""
        if place == self.place and self.results is None and at.pk is None:
            return self
        state = self.search_stopped()
        notices = state.notices if place.view == self.place.view else state.notices.left_place()
        search = state.search._replace(wanted="")
        return replace(state, place=place, results=None, search=search, notices=notices).request_list(at)

    def request_list(self, at: Position = TOP) -> State:
        """Ask for the list of the place; keys for its papers wait until it is there."""
        return replace(self, request=self._next_request(at), is_list_coming=True)

    def _next_request(self, at: Position) -> ListRequest:
        return ListRequest(self.request.number + 1 if self.request else 1, at)

    def cache_changed(self) -> State:
        """Read again what the cache may have changed, without moving the cursor.

        The list behind the paper's page waits until that is closed: keys on the page act on the list's cursor, and the
        list may no longer hold the opened paper.
        """
        changed = replace(self, cache_version=self.cache_version + 1)
        if self.page is not None:
            return replace(changed, is_list_outdated=True)
        at = TOP if self.is_list_coming else Position(self.highlighted)
        return replace(changed, request=self._next_request(at))

    def listed(self, listing: ListContent) -> State:
        """The list has been read, or its first screenful."""
        focus = "list" if self.focus == "detail" and not listing.order.pks else self.focus
        listing = replace(listing, version=self.cache_version)
        return replace(self, listing=listing, is_list_coming=False, focus=focus)

    def read_on(self, at: Position) -> State:
        """Read the rest of the list behind its first screenful."""
        return replace(self, request=self._next_request(at))

    def list_stopped(self) -> State:
        """The reading of the list was stopped; another has begun or will."""
        return replace(self, is_list_coming=False)

    def list_failed(self, problem: str) -> State:
        """The list could not be read."""
        return replace(self, is_list_coming=False, notices=self.notices.say(problem, "warning"))

    def highlight(self, pk: PaperKey | None) -> State:
        """Another paper is under the cursor."""
        return self if pk == self.highlighted else replace(self, highlighted=pk)

    def marked(self) -> State:
        """Marks were stored."""
        return replace(self, marks_version=self.marks_version + 1)

    # What is known of it

    def counted(self, counts: Counts) -> State:
        """The filter pane's numbers were counted."""
        return replace(self, counts=counts)

    def know_topics(
        self,
        names: Mapping[str, str] | None = None,
        meanings: Mapping[str, str] | None = None,
        facts: TopicFacts | None = None,
    ) -> State:
        """Names and meanings of topics by slug were read, or how topics move; None leaves what is known."""
        return replace(
            self,
            topic_names=self.topic_names if names is None else names,
            topic_meanings=self.topic_meanings if meanings is None else meanings,
            topic_facts=self.topic_facts if facts is None or facts == self.topic_facts else facts,
        )

    def know_words(self, vocabulary: Mapping[str, Mapping[str, int]]) -> State:
        """What a query may ask for was read."""
        return replace(self, vocabulary=vocabulary)

    # Panes and screens

    def ready(self) -> State:
        """All panes are there."""
        return replace(self, is_ready=True)

    def resized(self, width: int) -> State:
        """The terminal has another width; a pane that has no room any more gives the keys to the list."""
        focus = "list" if self.focus == "detail" and width < MEDIUM else self.focus
        is_open = width < WIDE and (self.is_filter_open or self.focus == "filter")
        return replace(self, width=width, focus=focus, is_filter_open=is_open)

    def resize_panes(self, *, filter_width: int | None = None, list_share: float | None = None) -> State:
        """Give the panes other sizes."""
        sizes = PaneSizes(filter_width or self.sizes.filter_width, list_share or self.sizes.list_share)
        return replace(self, sizes=sizes)

    def focused(self, focus: Focus) -> State:
        """Give the keys to a pane."""
        return self if focus == self.focus else replace(self, focus=focus)

    def open_filter(self) -> State:
        """Go to the filter pane, unfolding it where there is no room for it."""
        return replace(self, focus="filter", is_filter_open=self.width < WIDE)

    def close_filter(self) -> State:
        """Fold the filter pane where it was unfolded; its keys go to the list."""
        return replace(self, focus="list" if self.focus == "filter" else self.focus, is_filter_open=False)

    def read(self, reading: Reading | None) -> State:
        """Show a paper in the detail pane."""
        return self if reading == self.reading else replace(self, reading=reading)

    def open_page(self, reading: Reading) -> State:
        """Show a paper on the page."""
        if self.page is None:
            return replace(self, page=reading, notices_before_page=self.notices)
        return self if reading == self.page else replace(self, page=reading)

    def close_page(self) -> State:
        """Go back from the paper's page to the list."""
        if self.page is None:
            return self
        closed = replace(self, page=None, is_list_outdated=False)
        if not self.is_list_outdated:
            return closed
        return replace(closed, request=self._next_request(TOP if self.is_list_coming else Position(self.highlighted)))

    def open_calendar(self, calendar: CalendarRequest) -> State:
        """Open the calendar, over the list."""
        return replace(self.close_page(), calendar=calendar)

    def close_calendar(self) -> State:
        """Close the calendar."""
        return self if self.calendar is None else replace(self, calendar=None)

    def step_back(self) -> State:
        """Leave the page, the filter pane, the detail or the feed's answers, whichever has the keys."""
        if self.page is not None:
            return self.close_page()
        if self.focus == "filter":
            return self.close_filter()
        if self.focus == "detail":
            return self.focused("list")
        return self.leave_results()

    # The query

    def open_query(self, at: Position, begun: str = "") -> State:
        """Begin to type a query, with the one that is there or with what is `begun`; a search of the feed stops."""
        draft = TypedQuery(self.listed_text, begun, self.place, self.results, at, self.request)
        return replace(self.search_stopped(), draft=draft)

    def close_query(self) -> State:
        """End typing; the keys go to the list."""
        return replace(self, draft=None, focus="list")

    def cancel_query(self) -> State:
        """Drop what was typed: the place, its answers of the feed and the cursor are as before."""
        before, state = self.draft, self.close_query()
        if before is None or before.request is self.request:
            return state
        return replace(state.go(before.place), results=before.results).request_list(before.at)

    def remember_query(self, text: str) -> State:
        """Put a query at the front of the history."""
        return replace(self, history=tuple(dict.fromkeys((text, *self.history)))[:HISTORY]) if text else self

    def combine_topics(self, mode: TopicMode) -> State:
        """Picked topics combine in another way, also where the query has too few to say so."""
        return self if mode == self.topic_mode else replace(self, topic_mode=mode)

    def order_topics(self, order: TopicOrder) -> State:
        """Topics are listed in another order."""
        return replace(self, topic_order=order)

    # Searching the feed

    def search_feed(self, text: str) -> State:
        """Ask the feed for words."""
        return replace(self, search=self.search._replace(asking=text, wanted=text, is_slow=False, waiting=None))

    def search_is_slow(self, progress: str) -> State:
        """Say how far the search is: it takes long."""
        return replace(self, search=self.search._replace(is_slow=True), notices=self.notices.say(progress, "progress"))

    def search_stopped(self) -> State:
        """No search runs any more."""
        if not self.search.asking:
            return self
        search = self.search._replace(asking="", is_slow=False)
        return replace(self, search=search, notices=self.notices.say("", "progress"))

    def hold_results(self, results: FeedResults) -> State:
        """Keep the feed's answers until they are asked for: the user is typing or reading."""
        return replace(self, search=self.search._replace(waiting=results))

    def list_results(self, results: FeedResults, at: Position) -> State:
        """List the feed's answers over the place; `at` is where the cursor is to return to."""
        left = at if self.results is None else self.search.left
        search = self.search._replace(wanted="", left=left, waiting=None)
        return replace(self, results=results, search=search).request_list()

    def leave_results(self) -> State:
        """List the papers of the place again, as they were left."""
        if self.results is None:
            return self
        return replace(self, results=None).request_list(self.search.left)

    # Refreshing

    def refresh_started(self, view: str = "") -> State:
        """A refresh begins, of the latest days or for a view."""
        return replace(self, refresh=self.refresh._replace(progress="starting", view=view))

    def refresh_progressed(self, progress: str) -> State:
        """The refresh is so far."""
        return replace(self, refresh=self.refresh._replace(progress=progress))

    def refresh_succeeded(self, last: datetime | None) -> State:
        """The feed was read to its end, or what was asked of it; `last` is as in `RefreshStatus`."""
        refresh = self.refresh._replace(problem="", failing_since=None, last=last)
        return replace(self, refresh=refresh, notices=self.notices.say("", "state"))

    def refresh_failed(self, problem: str, now: datetime) -> State:
        """The feed could not be read; `now` is local time."""
        since = self.refresh.failing_since or now
        return replace(self, refresh=self.refresh._replace(problem=problem, failing_since=since))

    def refresh_ended(self, *, is_idle: bool, last: datetime | None) -> State:
        """A refresh has ended, well or not; it is `is_idle` unless another runs in its place."""
        before = self.refresh
        progress, view = (None, "") if is_idle else (before.progress, before.view)
        return replace(self, refresh=before._replace(progress=progress, view=view, last=last, ended=before.ended + 1))

    def refreshed_at(self, last: datetime | None) -> State:
        """A program has read the feed to its end at this time, in local time."""
        return self if last == self.refresh.last else replace(self, refresh=self.refresh._replace(last=last))

    # The last line

    def say(self, notices: Callable[[Notices], Notices]) -> State:
        """Change what the last line says."""
        changed = notices(self.notices)
        return self if changed == self.notices else replace(self, notices=changed)

    def prompt_for(self, prompt: Prompt) -> State:
        """Show which keys may follow; none ends it."""
        return self if prompt == self.prompt else replace(self, prompt=prompt)
