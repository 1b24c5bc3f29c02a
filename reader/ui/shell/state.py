"""The state of the reader: one immutable value, and its changes.

`State` holds the values that all features share. Each feature keeps its own state in a part, whose key is in the
feature's `state.py`.
Each change returns a new state; the feature that owns a change of several parts defines it as a function. Changes start
no work and draw nothing: panes and background work subscribe to parts (`ui/shell/controller.py`). This module does not
use Textual, so the effect of a key can be tested without a terminal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Generic, Literal, NamedTuple, TypeVar

from reader.core.views import LATEST, View
from reader.session.places import DAY, SAVED, TRIAGE, Place, ViewList, view
from reader.ui.shell.layout import SHAPES, PaneChoice, PaneFront, PaneName, has_filter, shape_at, shown_panes
from reader.ui.shell.listing import (
    NOTHING_SELECTED,
    TOP,
    FeedResults,
    ListContent,
    ListRequest,
    ListSource,
    PaperSelection,
    Position,
    SearchStatus,
    Stop,
    TypedQuery,
)

if TYPE_CHECKING:
    from reader.keys.actions import Context

Tone = Literal["done", "warning"]
"""A success, or something that needs the user's attention."""

NOTHING_IS_FETCHED = "sample: nothing is fetched"
"""The answer to any fetch over the bundled sample."""


class Notice(NamedTuple):
    """One sentence without a full stop; an empty text means no notice."""

    text: str = ""
    tone: Tone = "done"


class Notices(NamedTuple):
    """An answer and news, each shown for some seconds.

    The next action also removes an answer. News, such as the end of a refresh, can arrive at any moment. It waits until
    the answer is gone, because the answer may say how to undo.
    """

    answer: Notice = Notice()
    news: Notice = Notice()
    happened: int = 0
    """Increments with each new notice, which restarts its time."""

    @property
    def shown(self) -> Notice:
        """The notice to show; empty without one."""
        return self.answer if self.answer.text else self.news

    def with_answer(self, text: str, tone: Tone = "done") -> Notices:
        """Show the answer to an action, even if it equals the previous answer."""
        return self._replace(answer=Notice(text, tone), happened=self.happened + 1)

    def with_news(self, text: str, tone: Tone = "done") -> Notices:
        """Replace the news, which is shown once there is no answer."""
        return self._replace(news=Notice(text, tone), happened=self.happened + (not self.answer.text))

    def with_end(self, text: str, tone: Tone = "done", begun: str = "") -> Notices:
        """Report the end of a slow action, replacing its answer `begun`; as news if another answer is shown."""
        return self.with_answer(text, tone) if self.answer.text in ("", begun) else self.with_news(text, tone)

    def without_answer(self) -> Notices:
        """Remove the answer, because the user began another action."""
        return self._replace(answer=Notice(), happened=self.happened + 1) if self.answer.text else self

    def without_news(self) -> Notices:
        return self.without_answer() if self.answer.text else self._replace(news=Notice())


class Prompt(NamedTuple):
    """The possible next keys of a chord, with their effects."""

    options: tuple[tuple[str, str], ...] = ()
    typed: str = ""


T = TypeVar("T")

_PERIODS = (DAY, "week:", "month:")

MAX_HISTORY = 50
"""Maximum used queries, and steps of the trail."""

MAX_CURSORS = 200
"""Maximum number of lists whose cursor is remembered."""

Mode = Literal["", "sample", "read-only"]
"""The run's mode: the bundled sample, which keeps nothing, or a read-only cache."""


class Part(Generic[T]):
    """The key of a part of the state: `state[PART]` reads it, and `state.put(PART, value)` changes it."""

    def __init__(self, initial: T) -> None:
        self.initial = initial

    def __call__(self, state: State) -> T:
        """The part, so that a key can be used as a function of the state."""
        value: T = state[self]
        return value


class Front(Part[T | None]):
    """The key of a part that shows a screen over the list while it is not None.

    The screen opened last is in front: keys act in its context, and a step back closes it.
    """

    def __init__(
        self,
        context: Context | Callable[[State], Context],
        screen: str,
        *,
        back: Callable[[State], State] | None = None,
        paper: Callable[[T], int] | None = None,
        is_kept: bool = False,
        is_returned_to: bool = False,
    ) -> None:
        """`screen` names the module and class of the `OverScreen`; with `is_kept`, it is created only once.

        `back` is the effect of a step back, if it does more than close the screen. `paper` returns the paper that
        actions take. With `is_returned_to`, the screen reopens when the user returns to its list.
        """
        super().__init__(None)
        self.screen = screen
        self.is_kept = is_kept
        self.is_returned_to = is_returned_to
        self._context = context
        self._back = back
        self._paper = paper

    def context(self, state: State) -> Context:
        return self._context if isinstance(self._context, str) else self._context(state)

    def step_back(self, state: State) -> State:
        return state.put(self, None) if self._back is None else self._back(state)

    def paper(self, state: State) -> int | None:
        """The paper that actions take while this is open; None for the list's papers."""
        shown: T | None = state[self]
        return None if shown is None or self._paper is None else self._paper(shown)


@dataclass(frozen=True, eq=False, slots=True)
class State:
    """Everything that panes draw and background work reads. States are compared by identity."""

    # Requested

    place: Place = field(default_factory=Place)
    """The view and query chosen by the user; the list follows."""
    trail: tuple[Stop, ...] = ()
    """The lists that the user left, newest last; a step back goes to the last one. No list occurs twice."""
    cursors: Mapping[ListSource, Position] = field(default_factory=dict)
    results: FeedResults | None = None
    request: ListRequest | None = None
    is_list_coming: bool = False
    """Whether a requested list has not arrived yet; keys for its papers then wait."""
    highlighted: int | None = None
    """The paper under the list's cursor, or above it."""
    is_on_hole: bool = False
    """Whether the cursor is on a line for missing days."""
    draft: TypedQuery | None = None
    focus: PaneName = "list"
    search: SearchStatus = field(default_factory=SearchStatus)
    notices: Notices = field(default_factory=Notices)
    history: tuple[str, ...] = ()
    """Used queries, newest first."""
    parts: Mapping[Part[Any], Any] = field(default_factory=dict)
    """The features' parts by key; missing ones have their initial values."""
    stack: tuple[Front[Any], ...] = ()
    """The parts with a screen over the list, topmost last."""

    # Available

    listing: ListContent = field(default_factory=ListContent)
    selection: PaperSelection = NOTHING_SELECTED
    cache_version: int = 0
    """Increments when a list's papers may have changed."""
    marks_version: int = 0
    """Increments when marks are stored, which change rows and counts but not the list."""
    is_list_outdated: bool = False
    """Whether the cache changed behind a paper's page; the list is then reloaded on return."""
    is_filter_open: bool = False
    """Whether the filter pane is unfolded, where it has no place of its own."""
    is_ready: bool = False
    """Whether all panes exist: one frame after the list."""
    width: int = SHAPES["three"]
    height: int = 24
    panes: PaneChoice = field(default_factory=PaneChoice)

    mode: Mode = ""
    activity: str = ""
    """Other slow work, such as `marking…`; empty if none."""
    prompt: Prompt = field(default_factory=Prompt)
    views: ViewList = field(default_factory=ViewList)

    # Parts

    def __getitem__(self, part: Part[T]) -> T:
        value: T = self.parts.get(part, part.initial)
        return value

    def put(self, part: Part[T], value: T) -> State:
        """Change a part; a screen that this opens is topmost."""
        before = self[part]
        if value == before:
            return self
        stack = self.stack
        if isinstance(part, Front):
            if before is None:
                stack = (*stack, part)
            elif value is None:
                stack = tuple(front for front in stack if front is not part)
        return replace(self, parts={**self.parts, part: value}, stack=stack)

    def update(self, part: Part[T | None], change: Callable[[T], T]) -> State:
        value = self[part]
        return self if value is None else self.put(part, change(value))

    @property
    def front(self) -> Front[Any] | None:
        """The topmost screen's part; None for the list."""
        return self.stack[-1] if self.stack else None

    @property
    def front_paper(self) -> int | None:
        """The single paper of a screen over the list, such as its page."""
        papers = (front.paper(self) for front in reversed(self.stack))
        return next((paper for paper in papers if paper is not None), None)

    # Derived

    @property
    def targets(self) -> tuple[int, ...]:
        """The papers that an action takes; empty if the list is empty.

        They are the paper in front, or the selected papers in the order of the list, or the highlighted paper.
        """
        if self.front_paper is not None:
            return (self.front_paper,)
        selected = self.selection.in_order(self.listing.order.pks)
        is_there = not (self.is_empty or self.is_on_hole)
        return selected or ((self.highlighted,) if self.highlighted is not None and is_there else ())

    @property
    def pane_front(self) -> PaneFront:
        return PaneFront(self.focus, self.is_filter_open, self.is_empty)

    @property
    def shown(self) -> frozenset[PaneName]:
        return shown_panes(self.width, self.panes, self.pane_front)

    @property
    def context(self) -> Context:
        if self.front is not None:
            return self.front.context(self)
        if self.is_typing:
            return "query"
        if self.focus == "filter":
            return "filter"
        if self.is_empty:
            return "empty"
        return "hole" if self.is_on_hole and self.focus == "list" else self.focus

    @property
    def is_typing(self) -> bool:
        return self.draft is not None

    @property
    def listed_text(self) -> str:
        """The list's query: the place's, or the words of the feed search."""
        return self.place.text if self.results is None else self.results.text

    @property
    def is_empty(self) -> bool:
        return not self.listing.order.pks

    # Places

    @property
    def where(self) -> ListSource:
        return ListSource(self.place, self.results)

    @property
    def widened_from(self) -> View | None:
        """The view whose query was just widened to all papers, else None."""
        before = self.place if self.draft is None else self.draft.before.where.place
        if before.view == self.place.view and before.text:
            wider = self.trail[-1].where.place if self.trail else before
            before = wider if wider.text == before.text else before
        return before.view if self.place.view.id == "all" != before.view.id else None

    def go(self, place: Place, at: Position | None = None) -> State:
        """Show another place, with the cursor at `at` or where it was last; a step back returns here."""
        to = ListSource(place)
        if to == self.where and (at is None or at.pk is None):
            state = self.leave_paper()
            is_outdated = self.listing.where == to and self.listing.version != self.cache_version
            return state.request_list(Position(self.highlighted)) if is_outdated else state
        return self._go(to, at, self._trail_to(to))

    def narrow(self, text: str, at: Position | None = None) -> State:
        """Change the query within the view, or drop it; a step back undoes all such changes at once."""
        to = ListSource(self.place._replace(text=text))
        trail = self._trail_to(to)
        return self._go(to, at, self.trail if self.place.text and len(trail) > len(self.trail) else trail)

    def _go(self, to: ListSource, at: Position | None, trail: tuple[Stop, ...]) -> State:
        state = self.leave_paper().search_stopped()
        search, notices = state.search._replace(wanted=""), state.notices.without_answer()
        moved = replace(state, place=to.place, results=to.results, trail=trail, search=search, notices=notices)
        return moved.request_list(self._cursor_in(to) if at is None else at)

    def _cursor_in(self, where: ListSource) -> Position:
        return Position(self.highlighted) if where == self.listing.where else self.cursors.get(where, TOP)

    def _trail_to(self, to: ListSource, here: Stop | None = None) -> tuple[Stop, ...]:
        """The trail after a move to another list: cut back to that list if the trail has it, else extended by `here`.

        Lists shown while a query is typed are not steps, nor are moves from day to day.
        """
        if self.draft is not None:
            return self.trail
        here = here or self._current_stop
        before = [stop.where for stop in self.trail]
        if to in before:
            return self.trail[: before.index(to)]
        if here.where == to or _is_passed(here.where.place, to.place):
            return self.trail
        return (*self.trail, here)[-MAX_HISTORY:]

    def walk_back(self) -> State:
        if not self.trail:
            return self.drop_query()
        return self._go(self.trail[-1].where, None, self.trail[:-1])._reopen(self.trail[-1])

    @property
    def _current_stop(self) -> Stop:
        return Stop(self.where, tuple((front, self[front]) for front in self.stack if front.is_returned_to))

    def _reopen(self, stop: Stop) -> State:
        state = self
        for front, value in stop.over:
            state = state.put(front, value)
        # The reopened screen must show marks made in the meantime.
        return state.with_new_marks() if stop.over else state

    def keep_cursor(self, where: ListSource, at: Position) -> State:
        """Remember a list's cursor, but not the cursors of lists shown while a query is typed."""
        if self.draft is not None and where != self.draft.before.where:
            return self
        others = [(source, kept) for source, kept in self.cursors.items() if source != where]
        return replace(self, cursors=dict([*others, (where, at)][-MAX_CURSORS:]))

    def leave_paper(self) -> State:
        """Close the open paper's page and the screens over it."""
        page = next((front for front in self.stack if front.paper(self) is not None), None)
        return self if page is None else page.step_back(self)

    # The list

    def request_list(self, at: Position = TOP) -> State:
        return replace(self, request=self._next_request(at), is_list_coming=True)

    def await_list(self) -> State:
        """Let keys wait for a list before its request is known."""
        return replace(self, is_list_coming=True)

    def _next_request(self, at: Position) -> ListRequest:
        return ListRequest(self.request.number + 1 if self.request else 1, at)

    def with_list(self, listing: ListContent) -> State:
        """Store a list that was read, or its first screenful; another view clears the selection."""
        is_same_view = listing.place.view == self.listing.place.view
        selection = self.selection.in_list(listing.order.pks) if is_same_view else NOTHING_SELECTED
        focus = "list" if self.focus == "detail" and not listing.order.pks else self.focus
        listing = replace(listing.formed_like(self.listing), version=self.cache_version)
        return replace(self, listing=listing, selection=selection, is_list_coming=False, focus=focus)

    def choose(self, selection: PaperSelection) -> State:
        """Change which papers are selected."""
        return self if selection is self.selection else replace(self, selection=selection)

    def highlight(self, pk: int | None, *, is_on_hole: bool = False) -> State:
        """Record the paper under the cursor, or above it on a hole."""
        is_same = (pk, is_on_hole) == (self.highlighted, self.is_on_hole)
        return self if is_same else replace(self, highlighted=pk, is_on_hole=is_on_hole)

    def cache_changed(self, at: Position | None = None) -> State:
        """Reload the list after a change of the cache; the cursor goes to `at` if that paper is listed, else stays.

        Behind a paper's page, the list waits until it is closed: keys on the page act on the list's cursor, and the
        list may no longer have the paper.
        """
        return replace(self, cache_version=self.cache_version + 1, is_list_outdated=True).read_outdated_list(at)

    def papers_came(self, newest: str | None) -> State:
        """Record that the cache has new papers, for example from a refresh that the user did not request.

        Rows and counts are updated. The list stays until the user moves to another one, because a key pressed at this
        moment is meant for the paper on the screen. If `newest` is another day than the listed one, Latest now means
        that day, so the list becomes the list of its own day. An empty list is reloaded.
        """
        if self.is_empty:
            return self.cache_changed()
        return replace(self._of_its_own_day(newest), cache_version=self.cache_version + 1)

    def _of_its_own_day(self, newest: str | None) -> State:
        """List the same papers under their day if Latest now means another day."""
        listing, listed = self.listing, self.listing.facts.newest_day
        if listing.place.view.id != LATEST or listing.results is not None or not listed or listed == newest:
            return self
        day = view(f"{DAY}{listed}")
        kept = replace(listing, place=listing.place._replace(view=day), at=Position(self.highlighted))
        draft = self.draft
        if draft is not None and draft.before.where.place.view.id == LATEST:
            where = draft.before.where
            where = where._replace(place=where.place._replace(view=day))
            draft = draft._replace(before=draft.before._replace(where=where))
        is_here = self.place.view.id == LATEST and not self.is_list_coming
        place = self.place._replace(view=day) if is_here else self.place
        return replace(self, listing=kept, place=place, draft=draft)

    def read_outdated_list(self, at: Position | None = None) -> State:
        """Reload the list if the cache has changed, unless a paper is in front."""
        if not self.is_list_outdated or self.front_paper is not None:
            return self
        at = TOP if self.is_list_coming else at or Position(self.highlighted)
        return replace(self, is_list_outdated=False, request=self._next_request(at))

    def read_on(self, at: Position) -> State:
        """Request the rest of the list after its first screenful."""
        return replace(self, request=self._next_request(at))

    @property
    def is_ranking(self) -> bool:
        """Whether nothing is listed because papers are still being ranked."""
        return self.is_list_coming and self.listing.where == self.where and not self.listing.order.pks

    def rank(self) -> State:
        return replace(self.with_list(ListContent(self.place, results=self.results)), is_list_coming=True)

    def list_stopped(self) -> State:
        """Record that reading the list was stopped; another read follows."""
        return replace(self, is_list_coming=False)

    def list_failed(self, problem: str) -> State:
        return replace(self, is_list_coming=False, notices=self.notices.with_news(problem, "warning"))

    def with_new_marks(self) -> State:
        return replace(self, marks_version=self.marks_version + 1)

    def know_views(self, views: ViewList) -> State:
        """Store changed views; the list follows if its own view has a new query."""

        def renew(where: ListSource) -> ListSource:
            here = where.place.view
            if not here.id.startswith(SAVED):
                return where
            now = next((saved for saved in views.saved if saved.id == here.id), here)
            return where._replace(place=where.place._replace(view=now))

        trail = tuple(stop._replace(where=renew(stop.where)) for stop in self.trail)
        known, here = replace(self, views=views, trail=trail), renew(self.where)
        return known if here == self.where else known._go(here, None, trail)

    # The query

    def open_query(self) -> State:
        """Open the query line with the current query; stops a feed search."""
        text = self.listed_text
        state = self.leave_paper().search_stopped()
        return replace(state, draft=TypedQuery(text, text, self._current_stop, state.request))

    def close_query(self) -> State:
        return replace(self, draft=None, focus="list")

    def keep_query(self, text: str) -> State:
        """Close the query line and keep its query in the history; a step back restores the list before it."""
        state, to = self.remember_query(text).close_query(), ListSource(self.place._replace(text=text))
        if self.draft is not None:
            before, over = self.draft.before
            # If the query was widened while it was typed, the same key leads back.
            narrower = before.place._replace(text=text) if before.place.view != self.place.view else before.place
            for where in dict.fromkeys((before, before._replace(place=narrower))):
                state = replace(state, trail=state._trail_to(to, Stop(where, over if where == before else ())))
        return state if to == self.where else state._go(to, None, state.trail)

    def cancel_query(self) -> State:
        """Discard the typed query: restore the place, the feed's results and the cursor."""
        draft, state = self.draft, self.close_query()
        if draft is None:
            return state
        if draft.request is not self.request:
            state = state._go(draft.before.where, None, self.trail)
        return state._reopen(draft.before)

    def drop_query(self) -> State:
        """Drop the query and the feed's results; the cursor stays on its paper if the view has it."""
        if not self.listed_text:
            return self
        return self.narrow("", self._stay if self.results is None else None)

    @property
    def _stay(self) -> Position | None:
        """The cursor for a list that contains the same papers."""
        return None if self.is_empty or self.is_typing else Position(self.highlighted)

    def widen_query(self) -> State:
        """Run the query on all papers, or on the earlier view again; the cursor stays on its paper."""
        to = self.place._replace(view=self.widened_from or view("all"))
        return self if to == self.place else self.go(to, self._stay)

    def remember_query(self, text: str) -> State:
        return replace(self, history=tuple(dict.fromkeys((text, *self.history)))[:MAX_HISTORY]) if text else self

    def search_feed(self, text: str) -> State:
        return replace(self, search=self.search._replace(asking=text, wanted=text, waiting=None))

    def search_stopped(self) -> State:
        return replace(self, search=self.search._replace(asking="")) if self.search.asking else self

    def hold_results(self, results: FeedResults) -> State:
        return replace(self, search=self.search._replace(waiting=results))

    def list_results(self, results: FeedResults) -> State:
        """List the feed's results over the place; a step back returns to its papers."""
        to = ListSource(self.place, results)
        trail = self._trail_to(to) if self.results is None else self.trail
        search = self.search._replace(wanted="", waiting=None)
        return replace(self, results=results, trail=trail, search=search).request_list()

    # Panes and screens

    def ready(self) -> State:
        return replace(self, is_ready=True)

    def with_size(self, width: int, height: int = 24) -> State:
        is_same = (width, height) == (self.width, self.height)
        return self if is_same else replace(self, width=width, height=height)._with_focus_in_view()

    def choose_panes(self, panes: PaneChoice) -> State:
        return replace(self, panes=panes)._with_focus_in_view()

    def _with_focus_in_view(self) -> State:
        """If the focused pane no longer fits, unfold the filter pane or focus the list."""
        has_place = has_filter(shape_at(self.width))
        is_open = not has_place and (self.is_filter_open or self.focus == "filter")
        state = replace(self, is_filter_open=is_open)
        return state if state.focus in state.shown else replace(state, focus="list")

    def with_focus(self, focus: PaneName) -> State:
        """Focus a pane; a click during typing keeps the query."""
        state = self
        if self.draft is not None:
            is_changed = self.draft.request is not self.request
            state = self.keep_query(self.place.text) if is_changed else self.close_query()
        return state if focus == state.focus else replace(state, focus=focus)._with_focus_in_view()

    def open_filter(self) -> State:
        return replace(self, focus="filter", is_filter_open=not has_filter(shape_at(self.width)))

    def close_filter(self) -> State:
        """Fold the filter pane if it was unfolded, and focus the list."""
        return replace(self, focus="list" if self.focus == "filter" else self.focus, is_filter_open=False)

    def step_back(self) -> State:
        """Close the topmost screen, leave a pane, drop the selection, or return to the previous list.

        At the first list nothing changes.
        """
        if self.front is not None:
            return self.front.step_back(self)
        if self.focus == "filter":
            return self.close_filter()
        if self.focus == "detail":
            return self.with_focus("list")
        return self.choose(NOTHING_SELECTED) if self.selection.count else self.walk_back()

    def busy_with(self, activity: str) -> State:
        """Show ongoing work in the first line; an empty text ends it."""
        return self if activity == self.activity else replace(self, activity=activity)

    def prompt_for(self, prompt: Prompt) -> State:
        """Show the possible next keys; an empty prompt ends it."""
        return self if prompt == self.prompt else replace(self, prompt=prompt)

    def change_notices(self, notices: Callable[[Notices], Notices]) -> State:
        changed = notices(self.notices)
        return self if changed == self.notices else replace(self, notices=changed)


def _is_passed(here: Place, to: Place) -> bool:
    """Whether a step back skips a place: a triage, or a day left for another one."""
    is_same_kind = any(here.view.id.startswith(kind) and to.view.id.startswith(kind) for kind in _PERIODS)
    return here.view.id == TRIAGE or (is_same_kind and here.text == to.text)
