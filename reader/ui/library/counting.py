"""Counts for the filter pane: the question, the numbers, and the cache of the counting thread."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from reader.core.views import SPECIAL, VIEWS
from reader.session.places import Place

if TYPE_CHECKING:
    from reader.cache.reads.window import DayCount, TopicCount, Window
    from reader.cache.search.compile import Scope
    from reader.cache.search.selection import Selection
    from reader.cache.standing import FollowCount
    from reader.core.views import View

T = TypeVar("T")


class Question(NamedTuple):
    """The selections that the filter pane needs counted."""

    place: Place
    views: tuple[Selection, ...]
    facets: Selection
    """The selection in which topics are counted."""
    base: Selection
    anywhere: Selection


class Counts(NamedTuple):
    """The numbers that the filter pane shows."""

    views: tuple[int, ...]
    """Number of papers in each view, in the question's order."""
    days: tuple[DayCount, ...]
    topics: tuple[TopicCount, ...]
    base: int
    """Number of papers in the view without the query."""
    anywhere: int
    """Number of papers that match the query in all views."""
    place: Place | None = None
    tags: tuple[tuple[str, int], ...] = ()
    """The user's tags with their numbers of papers, by name."""

    @property
    def by_view(self) -> Mapping[str, int]:
        """Number of papers in the reader's own views, by id."""
        return dict(zip((one.id for one in (*VIEWS, *SPECIAL)), self.views, strict=False))


class ViewCount(NamedTuple):
    """The numbers of a saved view."""

    papers: int
    unread: int


class Counting:
    """Counts of one cache, kept until it changes; used only by one thread, with its window."""

    def __init__(self) -> None:
        self._known: dict[Hashable, Any] = {}
        self._compiled: dict[tuple[View, Scope], tuple[Selection, Selection]] = {}

    def _once(self, key: Hashable, count: Callable[[], T]) -> T:
        if key not in self._known:
            self._known[key] = count()
        found: T = self._known[key]
        return found

    def _number(self, window: Window, selection: Selection) -> int:
        return self._once(("count", *_condition(selection)), lambda: window.count(selection))

    def count(self, window: Window, question: Question) -> Counts:
        from reader.cache.tags import tag_counts

        if window.changed():
            self._known.clear()
        facets = question.facets
        tags = self._once("tags", lambda: window.read(tag_counts))
        return Counts(
            views=tuple(self._number(window, view) for view in question.views),
            days=self._once("days", lambda: tuple(window.days())),
            topics=self._once(("topics", *_condition(facets)), lambda: tuple(window.topics(facets))),
            base=self._number(window, question.base),
            anywhere=self._number(window, question.anywhere),
            place=question.place,
            tags=tuple(
                sorted(((name, papers) for name, papers in tags.items() if papers), key=lambda tag: tag[0].casefold())
            ),
        )

    def count_view(self, window: Window, view: View, scope: Scope) -> ViewCount:
        from reader.cache.search.compile import compile_query

        selections = self._compiled.get((view, scope))
        if selections is None:
            unread = Place(view, "is:unread").whole("day")
            selections = (compile_query(Place(view).base("day"), scope), compile_query(unread, scope))
            self._compiled[view, scope] = selections
        every, unread_ones = (self._number(window, one) for one in selections)
        return ViewCount(every, unread_ones)

    def follow_counts(self, window: Window) -> tuple[FollowCount, ...]:
        from reader.cache.standing import follow_counts

        return self._once("follows", lambda: window.read(follow_counts))


def _condition(selection: Selection) -> tuple[Hashable, ...]:
    """The selection without its order, as a key."""
    return selection.where
