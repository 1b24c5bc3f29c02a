"""Counter behind the list: how many papers each view, day and topic has where one is, and how topics move."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from reader.cache.search.compile import compile_query
from reader.core.errors import CacheInterrupted
from reader.core.query import Sort
from reader.core.query.topic_choice import picked_topics
from reader.session.places import SPECIAL, VIEWS, Place, view
from reader.ui.work.background import start
from reader.ui.work.delayed import Delayed
from reader.ui.work.library import Counts, Question, TopicFacts

if TYPE_CHECKING:
    from reader.cache.search.compile import Scope
    from reader.ui.screens.main import MainScreen

COUNT_AFTER = 0.015
"""Seconds without another change before anything is counted: what is new in the list is painted first."""

COUNT_AGAIN = 0.3
"""Seconds after which what was interrupted is counted again, if nothing else counts before."""


class Counter:
    """What was counted for the main screen, and the worker that counts."""

    def __init__(self, main: MainScreen) -> None:
        self._main = main
        self._count_soon = Delayed(main, self._begin)
        self._counted: Question | None = None
        """What was last counted exactly."""
        self.counts: Counts | None = None
        """What was counted last."""
        self.topic_facts: TopicFacts | None = None
        """How topics move, and which ones the picked ones bring along."""

    def soon(self) -> None:
        """Count once nothing has changed for a moment."""
        self._count_soon.begin(COUNT_AFTER)

    def _begin(self) -> None:
        start(self._main.reader, "counts", self._count, exclusive=True)

    async def _count(self) -> None:
        """Count, first as well as can be done in a blink, and show it; topics' facts last, they are wanted least."""
        main, reader = self._main, self._main.reader
        library = reader.library
        try:
            asked = question(main.place, reader.settings.order, reader.scope, main.filter.choice.mode)
            counts = await library.count(asked)
            # Exact numbers of the same question stand until there are newer ones, or they would flicker.
            if not counts.approximate or asked != self._counted:
                self._show(counts)
            if counts.approximate:
                self._show(await library.count(asked, exactly=True))
            self._counted = asked
            facts = await library.topic_facts(picked_topics(main.place.query).picked)
        except CacheInterrupted:
            # Whoever interrupts has it counted anew, but may be stopped before that.
            self._count_soon.begin(COUNT_AGAIN)
            return
        if facts != self.topic_facts:
            self.topic_facts = facts
            main.show_counts()

    def _show(self, counts: Counts) -> None:
        self.counts = counts
        self._main.show_counted()


def question(place: Place, order: str, scope: Scope, mode: str) -> Question:
    """What is to be counted at a place, where picked topics combine by `mode`.

    The order does not matter for that, but by day the first papers tell most of all.
    """
    asked = replace(place.facets(order, mode), sort=Sort("day"))
    return Question(
        views=tuple(compile_query(Place(one).base(order), scope) for one in (*VIEWS, *SPECIAL)),
        facets=compile_query(asked, scope),
        base=compile_query(place.base(order), scope),
        anywhere=compile_query(Place(view("all"), place.text).whole(order), scope),
    )
