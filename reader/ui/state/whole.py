"""The state of the reader: one immutable value, and its changes.

Each change is a method that returns a new state. It starts no work and draws nothing: panes and work subscribe to the
parts that they need (`ui/state/model.py`). There is no Textual here, so a key's effect can be tested without a
terminal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from reader.core.paper_row import PaperKey
from reader.session.places import TopicMode, TopicOrder
from reader.ui.shell.layout import SHAPES, PaneChoice, PaneFront, PaneName, has_filter, shape_at, shown_panes
from reader.ui.state.parts import (
    TOP,
    Mode,
    Position,
    Prompt,
    RefreshStatus,
)
from reader.ui.state.triage import TriageState

if TYPE_CHECKING:
    from reader.keys.actions import Context
    from reader.ui.library.counting import Counts, TopicFacts


@dataclass(frozen=True, eq=False, slots=True)
class State(TriageState):
    """Everything that panes draw and background work reads. Two states are equal only if they are one object."""

    marks_version: int = 0
    """Increments when marks were stored; they change rows and counts but not the list."""
    counts: Counts | None = None
    topic_facts: TopicFacts | None = None
    topic_names: Mapping[str, str] = field(default_factory=dict)
    topic_meanings: Mapping[str, str] = field(default_factory=dict)
    vocabulary: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Keywords, people and other query values, with their numbers of papers; empty until they are needed."""

    is_list_outdated: bool = False
    """Whether the cache changed while a paper was in front; the list is then read again once it is back."""
    is_filter_open: bool = False
    """Whether the filter pane is unfolded where it has no place of its own."""
    is_ready: bool = False
    """Whether all panes exist: one frame after the list."""
    width: int = SHAPES["three"]
    """Columns of the terminal."""
    height: int = 24
    """Rows of the terminal."""
    panes: PaneChoice = field(default_factory=PaneChoice)
    """What the user chose for the panes."""

    refresh: RefreshStatus = field(default_factory=RefreshStatus)
    mode: Mode = ""
    activity: str = ""
    """Other work that takes long, such as `marking 1,200 of 9,295`; empty if there is none."""
    texts_ahead: str = ""
    """How many full texts are fetched ahead, or what they wait for; empty if none is wanted."""
    unjoined: tuple[tuple[str, datetime], ...] = ()
    """What can't be joined with other machines or the group, such as `sync fails`, and since when (local time)."""
    hint: str = ""
    """The meaning of the row under the filter pane's cursor."""
    prompt: Prompt = field(default_factory=Prompt)

    topic_order: TopicOrder = "family"
    topic_mode: TopicMode = "any"

    # Derived

    @property
    def targets(self) -> tuple[PaperKey, ...]:
        """The papers that an action takes: the one in front; in the list the selected ones, or the highlighted one.

        They are in the list's order. There are none if the list is empty.
        """
        if self.front_paper is not None:
            return (self.front_paper,)
        selected = self.selection.in_order(self.listing.order.pks)
        return selected or (() if self.highlighted is None or self.is_empty else (self.highlighted,))

    @property
    def pane_front(self) -> PaneFront:
        """Which pane is in front, for their layout."""
        return PaneFront(self.focus, self.is_filter_open, self.is_empty)

    @property
    def shown(self) -> frozenset[PaneName]:
        """The panes on the screen."""
        return shown_panes(self.width, self.panes, self.pane_front)

    @property
    def context(self) -> Context:
        """Where a key acts."""
        if self.front is not None:
            return self.front.context(self)
        if self.is_typing:
            return "query"
        if self.focus == "filter":
            return "filter"
        if self.is_empty:
            return "empty"
        return self.focus

    @property
    def place_counts(self) -> Counts | None:
        """The counts, if they are those of the listed place; None before it is counted."""
        return self.counts if self.counts is not None and self.counts.place == self.listing.place else None

    @property
    def in_all(self) -> int | None:
        """Number of papers in all views that match the query, if it is known and the list has fewer."""
        listing, counts = self.listing, self.place_counts
        if counts is None or listing.results is not None or not listing.place.text or listing.count is None:
            return None
        return counts.anywhere if counts.anywhere > listing.count else None

    @property
    def topic_papers(self) -> Mapping[str, int]:
        """All topics by slug with their numbers of papers in the list, the largest first; 0 before they are counted."""
        counted = sorted(self.counts.topics, key=lambda topic: -topic.papers) if self.counts else ()
        return {topic.slug: topic.papers for topic in counted} or dict.fromkeys(self.topic_names, 0)

    # The list

    def cache_changed(self) -> State:
        """Read again what the cache may have changed, without moving the cursor.

        The list behind the paper's page waits until that is closed: keys on the page act on the list's cursor, and the
        list may no longer hold the opened paper.
        """
        return replace(self, cache_version=self.cache_version + 1, is_list_outdated=True).read_outdated_list()

    def read_outdated_list(self) -> State:
        """Read the list again if the cache has changed since, unless a paper is in front of it."""
        if not self.is_list_outdated or self.front_paper is not None:
            return self
        at = TOP if self.is_list_coming else Position(self.highlighted)
        return replace(self, is_list_outdated=False, request=self._next_request(at))

    def read_on(self, at: Position) -> State:
        """Request the rest of the list after its first screenful."""
        return replace(self, request=self._next_request(at))

    def list_stopped(self) -> State:
        """Record that reading the list was stopped; another read has begun or will."""
        return replace(self, is_list_coming=False)

    def list_failed(self, problem: str) -> State:
        """Record that the list could not be read."""
        return replace(self, is_list_coming=False, notices=self.notices.told(problem, "warning"))

    def move_listed(self, pk: PaperKey, place: int) -> State:
        """Move a paper within the list, before the cache has the new order."""
        return replace(self, listing=self.listing.with_moved(pk, place))

    def marked(self) -> State:
        """Record that marks were stored."""
        return replace(self, marks_version=self.marks_version + 1)

    # Counts, topics and words

    def counted(self, counts: Counts) -> State:
        """Store the filter pane's counts."""
        return replace(self, counts=counts)

    def know_topics(
        self,
        names: Mapping[str, str] | None = None,
        meanings: Mapping[str, str] | None = None,
        facts: TopicFacts | None = None,
    ) -> State:
        """Store names and meanings of topics by slug, or their trends; None leaves the current value."""
        return replace(
            self,
            topic_names=self.topic_names if names is None else names,
            topic_meanings=self.topic_meanings if meanings is None else meanings,
            topic_facts=self.topic_facts if facts is None or facts == self.topic_facts else facts,
        )

    def know_words(self, vocabulary: Mapping[str, Mapping[str, int]]) -> State:
        """Store the values that complete a query."""
        return replace(self, vocabulary=vocabulary)

    # Panes and screens

    def ready(self) -> State:
        """Record that all panes exist."""
        return replace(self, is_ready=True)

    def resized(self, width: int, height: int = 24) -> State:
        """Store the terminal's new size."""
        return replace(self, width=width, height=height)._with_focus_in_view()

    def choose_panes(self, panes: PaneChoice) -> State:
        """Store what the user chose for the panes."""
        return replace(self, panes=panes)._with_focus_in_view()

    def _with_focus_in_view(self) -> State:
        """If the focused pane has no place any more, unfold the filter pane or focus the list."""
        has_place = has_filter(shape_at(self.width), self.panes)
        is_open = not has_place and (self.is_filter_open or self.focus == "filter")
        state = replace(self, is_filter_open=is_open)
        return state if state.focus in state.shown else replace(state, focus="list")

    def focused(self, focus: PaneName) -> State:
        """Focus a pane; a click on one while a query is typed keeps the query."""
        state = self
        if self.draft is not None:
            is_changed = self.draft.request is not self.request
            state = self.keep_query(self.place.text) if is_changed else self.close_query()
        return state if focus == state.focus else replace(state, focus=focus)._with_focus_in_view()

    def open_filter(self) -> State:
        """Focus the filter pane; unfold it if it has no place of its own."""
        return replace(self, focus="filter", is_filter_open=not has_filter(shape_at(self.width), self.panes))

    def close_filter(self) -> State:
        """Fold the filter pane if it was unfolded, and focus the list."""
        return replace(self, focus="list" if self.focus == "filter" else self.focus, is_filter_open=False)

    def hide_pane(self, pane: PaneName) -> State:
        """Hide a pane for good and focus the list, or show the pane again."""
        state = self.close_filter() if pane == "filter" and pane not in self.panes.hidden else self
        return state.choose_panes(self.panes.toggled(pane))

    def step_back(self) -> State:
        """Close or leave what is in front: a screen, a pane, or the selection."""
        if self.front is not None:
            stepped: State = self.front.step_back(self)
            return stepped
        if self.focus == "filter":
            return self.close_filter()
        if self.focus == "detail":
            return self.focused("list")
        return self.let_go() if self.selection.count else self

    def leave_query(self, at: Position) -> State:
        """Let the feed's results go, or the query; `at` is the position of the list's cursor."""
        return self.leave_results() if self.results is not None else self.drop_query(at)

    # Choosing topics

    def combine_topics(self, mode: TopicMode) -> State:
        """Change how picked topics combine, even if the query has too few topics to express it."""
        return self if mode == self.topic_mode else replace(self, topic_mode=mode)

    def order_topics(self, order: TopicOrder) -> State:
        """Change the order of the topics."""
        return replace(self, topic_order=order)

    # Refreshing

    def refresh_started(self, view: str = "") -> State:
        """Record the start of a refresh, of the latest days or for a view."""
        return replace(self, refresh=self.refresh._replace(progress="starting", view=view))

    def refresh_progressed(self, progress: str) -> State:
        """Store the refresh's progress."""
        return replace(self, refresh=self.refresh._replace(progress=progress))

    def refresh_succeeded(self, last: datetime | None) -> State:
        """Record that the refresh read all it asked for; `last` is as in `RefreshStatus`."""
        return replace(self, refresh=self.refresh._replace(problem="", trouble="", failing_since=None, last=last))

    def refresh_failed(self, problem: str, trouble: str, now: datetime) -> State:
        """Record that the feed could not be read, as a sentence and in a word or two; `now` is local time."""
        since = (self.refresh.failing_since if self.refresh.problem else None) or now
        return replace(self, refresh=self.refresh._replace(problem=problem, trouble=trouble, failing_since=since))

    def source_failed(self, trouble: str, since: datetime) -> State:
        """Record, in a few words, which source other than the daily papers does not answer."""
        return replace(self, refresh=self.refresh._replace(trouble=trouble, failing_since=since))

    def refresh_ended(self, *, is_idle: bool, last: datetime | None) -> State:
        """Record the end of a refresh, with or without success; `is_idle` if no other refresh runs."""
        before = self.refresh
        progress, view = (None, "") if is_idle else (before.progress, before.view)
        return replace(self, refresh=before._replace(progress=progress, view=view, last=last, ended=before.ended + 1))

    def refreshed_at(self, last: datetime | None) -> State:
        """Store the local time at which any program completed a refresh."""
        return self if last == self.refresh.last else replace(self, refresh=self.refresh._replace(last=last))

    # The first and the last line

    def busy_with(self, activity: str) -> State:
        """Show work under way in the first line; an empty text ends it."""
        return self if activity == self.activity else replace(self, activity=activity)

    def texts_came(self, texts_ahead: str) -> State:
        """Show in the first line how far the texts are that are fetched ahead."""
        return self if texts_ahead == self.texts_ahead else replace(self, texts_ahead=texts_ahead)

    def join_failed(self, what: str, now: datetime) -> State:
        """Show in the first line what can't be joined, until it is."""
        is_known = any(one == what for one, _ in self.unjoined)
        return self if is_known else replace(self, unjoined=(*self.unjoined, (what, now)))

    def joined(self, what: str) -> State:
        """Record that this can be joined."""
        rest = tuple(one for one in self.unjoined if one[0] != what)
        return self if rest == self.unjoined else replace(self, unjoined=rest)

    def hinted(self, hint: str) -> State:
        """Show the meaning of the row under the filter pane's cursor; an empty text removes it."""
        return self if hint == self.hint else replace(self, hint=hint)

    def prompt_for(self, prompt: Prompt) -> State:
        """Show which keys may follow; an empty prompt ends it."""
        return self if prompt == self.prompt else replace(self, prompt=prompt)
