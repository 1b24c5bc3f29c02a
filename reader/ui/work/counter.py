"""Count behind the list: how many papers each view, day and topic has in the place, and how topics move."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from reader.cache.search.compile import compile_query
from reader.core.errors import CacheInterrupted
from reader.core.query import Sort
from reader.core.query.topic_choice import picked_topics
from reader.session.places import SPECIAL, VIEWS, Place, view
from reader.ui.counts import Question
from reader.ui.state import State
from reader.ui.work.services import Services

if TYPE_CHECKING:
    from reader.cache.search.compile import Scope

COUNT_AFTER = 0.015
"""Seconds without another change before anything is counted: what is new in the list is painted first."""

COUNT_AGAIN = 0.3
"""Seconds after which an interrupted count begins again, if nothing else counts before."""


class Counter:
    """Counts for the filter pane whenever the list, the marks or the cache have changed."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._model = services.model
        self.delay = services.background.delayed(self._start)
        self._counted: Question | None = None
        """What was last counted exactly."""

    @staticmethod
    def parts(state: State) -> object:
        """What the numbers depend on."""
        listing = state.listing
        return (
            state.is_ready, listing.place, listing.results, listing.version,
            state.marks_version, state.refresh.ended, state.topic_mode,
        )  # fmt: skip

    def count_soon(self, state: State) -> None:
        """Count once nothing has changed for a moment."""
        if state.is_ready:
            self.delay.begin(COUNT_AFTER)

    def _start(self) -> None:
        self._services.background.start("counts", self._count, exclusive=True)

    async def _count(self) -> None:
        """Count, first as well as can be done in a blink; the topics' facts last, they are wanted least."""
        library, state = self._services.library, self._model.state
        try:
            asked = question(
                state.listing.place, self._services.settings.order, self._services.scope(), state.topic_mode
            )
            counts = await library.count(asked)
            # Exact numbers of the same question stand until there are newer ones, or they would flicker.
            if not counts.approximate or asked != self._counted:
                self._model.change(self._model.state.counted(counts))
            if counts.approximate:
                counts = await library.count(asked, exactly=True)
                self._model.change(self._model.state.counted(counts))
            self._counted = asked
            facts = await library.topic_facts(picked_topics(state.listing.place.query).picked)
        except CacheInterrupted:
            # Whoever interrupts has it counted anew, but may be stopped before that.
            self.delay.begin(COUNT_AGAIN)
            return
        self._model.change(self._model.state.know_topics(facts=facts))


def question(place: Place, order: str, scope: Scope, mode: str) -> Question:
    """What is to be counted in a place, where picked topics combine by `mode`.

    The order does not matter for that, but by day the first papers are the best sample.
    """
    asked = replace(place.facets(order, mode), sort=Sort("day"))
    return Question(
        views=tuple(compile_query(Place(one).base(order), scope) for one in (*VIEWS, *SPECIAL)),
        facets=compile_query(asked, scope),
        base=compile_query(place.base(order), scope),
        anywhere=compile_query(Place(view("all"), place.text).whole(order), scope),
    )
