"""The part of the state that says which papers are listed: the view, the query and the feed's results; its changes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Self, TypeVar

from reader.core.paper_row import PaperKey
from reader.session.places import Place, View, view
from reader.ui.shell.layout import PaneName
from reader.ui.state.notices import Notices
from reader.ui.state.part import Front, Part
from reader.ui.state.parts import TOP, Aside, ListRequest, Position, SearchStatus, TypedQuery

if TYPE_CHECKING:
    from reader.ui.library.feed_results import FeedResults

T = TypeVar("T")

HISTORY = 50
"""Maximum number of remembered queries."""


@dataclass(frozen=True, init=False, repr=False, eq=False, slots=True)
class QueryState:
    """What is asked for. `State` adds what is there, and what is shown of it."""

    place: Place = field(default_factory=Place)
    """The view and query that the user chose; the list follows."""
    widened_from: View | None = None
    """The view that the query was widened from to all papers; None otherwise."""
    asides: tuple[Aside, ...] = ()
    """The places to go back to, from lists of papers that are like others; the last one first."""
    results: FeedResults | None = None
    """The feed's results to list over the place."""
    request: ListRequest | None = None
    is_list_coming: bool = False
    """Whether another list was requested and is not there yet: keys for its papers wait."""
    highlighted: PaperKey | None = None
    """The paper under the list's cursor."""
    draft: TypedQuery | None = None
    left: Position = TOP
    """Where the cursor was before the query."""
    focus: PaneName = "list"
    search: SearchStatus = field(default_factory=SearchStatus)
    notices: Notices = field(default_factory=Notices)
    history: tuple[str, ...] = ()
    """Queries that were used, newest first."""
    parts: Mapping[Part[Any], Any] = field(default_factory=dict)
    """The parts that features own, by their keys; those that are missing have their initial values."""
    stack: tuple[Front[Any], ...] = ()
    """The parts that show a screen over the list, the one in front last."""

    # Parts

    def __getitem__(self, part: Part[T]) -> T:
        found: T = self.parts.get(part, part.initial)
        return found

    def put(self, part: Part[T], value: T) -> Self:
        """Change a part; a screen that it opens is in front of all others."""
        before = self[part]
        if value is before or value == before:
            return self
        stack = self.stack
        if isinstance(part, Front):
            if before is None:
                stack = (*stack, part)
            elif value is None:
                stack = tuple(one for one in stack if one is not part)
        return replace(self, parts={**self.parts, part: value}, stack=stack)

    @property
    def front(self) -> Front[Any] | None:
        """The part whose screen is in front; None if the list is."""
        return self.stack[-1] if self.stack else None

    @property
    def front_paper(self) -> PaperKey | None:
        """The one paper that a screen over the list shows, such as its page."""
        papers = (front.paper(self) for front in reversed(self.stack))
        return next((paper for paper in papers if paper is not None), None)

    @property
    def is_typing(self) -> bool:
        """Whether a query is being typed."""
        return self.draft is not None

    @property
    def listed_text(self) -> str:
        """The list's query: the place's, or the words of the feed search."""
        return self.place.text if self.results is None else self.results.text

    def change_notices(self, notices: Callable[[Notices], Notices]) -> Self:
        """Change the notices in the last line."""
        changed = notices(self.notices)
        return self if changed == self.notices else replace(self, notices=changed)

    # The list

    def go(self, place: Place, at: Position = TOP) -> Self:
        """Show another place, with the cursor on a paper or at the top."""
        if place == self.place and self.results is None and at.pk is None:
            return self
        state = self.search_stopped()
        return replace(
            state,
            place=place,
            widened_from=state.widened_from if place.view == self.place.view else None,
            asides=state.asides if place.is_aside else (),
            results=None,
            search=state.search._replace(wanted=""),
            notices=state.notices.acted(),
        ).request_list(at)

    def go_aside(self, place: Place, at: Position) -> Self:
        """List papers that are like others; a step back leads here again, with the cursor as it is now."""
        asides = self.asides if place == self.place else (Aside(self.place, at, self.widened_from), *self.asides)
        return replace(self.go(place), asides=asides[:HISTORY])

    def request_list(self, at: Position = TOP) -> Self:
        """Request the list of the place; keys for its papers wait until it is there."""
        return replace(self, request=self._next_request(at), is_list_coming=True)

    def await_list(self) -> Self:
        """Let keys for papers wait for a list that is requested once it is known which one."""
        return replace(self, is_list_coming=True)

    def _next_request(self, at: Position) -> ListRequest:
        return ListRequest(self.request.number + 1 if self.request else 1, at)

    # The query

    def open_query(self, at: Position, begun: str = "") -> Self:
        """Begin to type a query, with the one that is there or with what is `begun`; a search of the feed stops."""
        before = self.listed_text
        draft = TypedQuery(
            before, begun, begun or before, self.place, self.widened_from, self.results, at, self.request
        )
        return replace(self.search_stopped(), draft=draft)

    def type_query(self, text: str, topics: Collection[str] = ()) -> Self:
        """Take over the typed text; the list follows it unless it has a mistake. `topics` are all known ones."""
        if self.draft is None:
            return self
        from reader.core.query.suggestions import asked
        from reader.ui.query.advice import find_mistake

        state = replace(self, draft=self.draft._replace(typed=text))
        return state if find_mistake(text) else state.go(state.place._replace(text=asked(text, topics)))

    def close_query(self) -> Self:
        """Close the query line, and focus the list."""
        return replace(self, draft=None, focus="list")

    def keep_query(self, text: str) -> Self:
        """Close the query line and keep a query, which is remembered."""
        left = self.draft.at if self.draft is not None and not self.draft.place.text else self.left
        state = replace(self, left=left).remember_query(text).close_query()
        return state.go(state.place._replace(text=text))

    def cancel_query(self) -> Self:
        """Drop the typed query: restore the place, the feed's results and the cursor."""
        before, state = self.draft, self.close_query()
        if before is None or before.request is self.request:
            return state
        state = replace(state.go(before.place), widened_from=before.widened_from, results=before.results)
        return state.request_list(before.at)

    def drop_query(self, at: Position) -> Self:
        """Let the query and the feed's results go; the cursor stays on its paper.

        If the query had no papers, or with the feed's results, the cursor returns to where it was before.
        """
        if self.results is not None:
            at = self.search.left
        elif not self.place.text:
            return self
        elif self.asides:
            (place, before, widened_from), *others = self.asides
            return replace(self.go(place, before), asides=tuple(others), widened_from=widened_from)
        dropped = self.go(self.place._replace(text=""), at if at.pk is not None else self.left)
        return replace(dropped, widened_from=None)

    def widen_query(self, at: Position = TOP) -> Self:
        """Ask the same of all papers, or of the earlier view again; the cursor stays on its paper."""
        if self.widened_from is not None:
            return self.go(self.place._replace(view=self.widened_from), at)
        widest = view("all")
        if self.place.view == widest:
            return self
        return replace(self.go(self.place._replace(view=widest), at), widened_from=self.place.view)

    def remember_query(self, text: str) -> Self:
        """Add a query to the front of the history."""
        return replace(self, history=tuple(dict.fromkeys((text, *self.history)))[:HISTORY]) if text else self

    # Searching the feed

    def search_feed(self, text: str) -> Self:
        """Request a search of the feed for words."""
        return replace(self, search=self.search._replace(asking=text, wanted=text, progress=None, waiting=None))

    def search_progressed(self, progress: str) -> Self:
        """Store the progress of a slow search."""
        return replace(self, search=self.search._replace(progress=progress))

    def search_stopped(self) -> Self:
        """Record that no search runs any more."""
        if not self.search.asking:
            return self
        return replace(self, search=self.search._replace(asking="", progress=None))

    def hold_results(self, results: FeedResults) -> Self:
        """Keep the feed's results until the user asks for them: the user is typing or reading."""
        return replace(self, search=self.search._replace(waiting=results))

    def list_results(self, results: FeedResults, at: Position) -> Self:
        """List the feed's results over the place; the cursor later returns to `at`."""
        left = at if self.results is None else self.search.left
        search = self.search._replace(wanted="", left=left, waiting=None)
        return replace(self, results=results, search=search).request_list()

    def leave_results(self) -> Self:
        """List the papers of the place again, with the cursor as it was."""
        if self.results is None:
            return self
        return replace(self, results=None).request_list(self.search.left)
