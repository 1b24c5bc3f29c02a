"""Counts the papers of each view, day, tag and topic in the background."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from reader.cache.search.compile import compile_query
from reader.core.errors import CacheInterrupted
from reader.core.views import SPECIAL, VIEWS
from reader.session.places import Place, TopicMode, view
from reader.ui.filter.state import COUNTED, FOLLOWED, TOPIC_MODE, VIEW_COUNTS
from reader.ui.refresh.state import REFRESH
from reader.ui.shell.controller import Controller, follows
from reader.ui.shell.state import State

if TYPE_CHECKING:
    from reader.cache.reads.window import DayCount, TopicCount, Window
    from reader.cache.search.compile import Scope
    from reader.cache.standing import FollowCount
    from reader.core.views import View
    from reader.ui.app import ReaderApp

T = TypeVar("T")

COUNT_AFTER_SECONDS = 0.015
"""Seconds without a change before counting, so that the list is painted first."""

COUNT_AGAIN_SECONDS = 0.3
"""Seconds after which an interrupted count is repeated, unless another count comes first."""


class Counts(NamedTuple):
    """The numbers that the filter pane shows."""

    views: Mapping[str, int]
    """Number of papers in the reader's own views, by id."""
    days: tuple[DayCount, ...]
    topics: tuple[TopicCount, ...]
    base: int
    """Number of papers in the view without the query."""
    anywhere: int
    """Number of papers that match the query in all views."""
    place: Place | None = None
    tags: tuple[tuple[str, int], ...] = ()
    """The user's tags with their numbers of papers, by name."""


class ViewCount(NamedTuple):
    """The numbers of a saved view."""

    papers: int
    unread: int


class CountCache:
    """Counts that are kept until the cache changes; used only by the thread of counts."""

    def __init__(self) -> None:
        self._known: dict[Hashable, Any] = {}

    def _count_once(self, key: Hashable, count: Callable[[], T]) -> T:
        if key not in self._known:
            self._known[key] = count()
        value: T = self._known[key]
        return value

    def _number(self, window: Window, place: Place, scope: Scope) -> int:
        selection = compile_query(place.whole("day"), scope)
        # The count does not depend on the order.
        return self._count_once(("count", *selection.where), lambda: window.count(selection))

    def count(self, window: Window, place: Place, scope: Scope, mode: TopicMode) -> Counts:
        """The counts in a place; `mode` is how picked topics combine."""
        from reader.cache.flags import tag_counts

        if window.has_changed():
            self._known.clear()
        facets = compile_query(place.facets("day", mode), scope)
        tags = self._count_once("tags", lambda: window.read(tag_counts))
        return Counts(
            views={own_view.id: self._number(window, Place(own_view), scope) for own_view in (*VIEWS, *SPECIAL)},
            days=self._count_once("days", lambda: tuple(window.days())),
            topics=self._count_once(("topics", *facets.where), lambda: tuple(window.topics(facets))),
            base=self._number(window, place._replace(text=""), scope),
            anywhere=self._number(window, Place(view("all"), place.text), scope),
            place=place,
            tags=tuple(sorted((tag for tag in tags.items() if tag[1]), key=lambda tag: tag[0].casefold())),
        )

    def count_lists(
        self, window: Window, saved: Sequence[View], scope: Scope
    ) -> tuple[tuple[FollowCount, ...], dict[str, ViewCount]]:
        """The numbers of papers of the user's follows, and of the saved views by id."""
        from reader.cache.standing import follow_counts

        follows = self._count_once("follows", lambda: window.read(follow_counts))
        texts = "", "is:unread"
        numbers = {item.id: [self._number(window, Place(item, text), scope) for text in texts] for item in saved}
        return follows, {id: ViewCount(*counts) for id, counts in numbers.items()}


def _parts(state: State) -> object:
    listing = state.listing
    return (
        state.is_ready, listing.place, listing.results, listing.version, state.cache_version,
        state.marks_version, state[REFRESH].ended, state[TOPIC_MODE], state.views,
    )  # fmt: skip


class Counter(Controller):
    """Counts for the filter pane when the list, the marks or the cache have changed."""

    def __init__(self, app: ReaderApp) -> None:
        super().__init__(app)
        self._counting = CountCache()
        self.delay = self._background.delayed(self._start)

    @follows(_parts, now=True)
    def count_soon(self, state: State) -> None:
        if state.is_ready:
            self.delay.begin(COUNT_AFTER_SECONDS)

    def _start(self) -> None:
        self._background.start("counts", self._count, exclusive=True)

    async def _count(self) -> None:
        counts, state, scope = self._library.counts, self._model.state, self._app.scope()
        here = partial(self._counting.count, place=state.listing.place, scope=scope, mode=state[TOPIC_MODE])
        lists = partial(self._counting.count_lists, saved=state.views.saved, scope=scope)
        try:
            counted = await counts.ask(here)
            self._model.change(self._model.state.put(COUNTED, counted))
            follows, saved = await counts.ask_next(lists)
        except CacheInterrupted:
            # The interrupting query starts a new count, but may itself be stopped first.
            self.delay.begin(COUNT_AGAIN_SECONDS)
            return
        self._model.change(self._model.state.put(FOLLOWED, follows).put(VIEW_COUNTS, saved))
