"""Reads the list of the place: first a screenful, then the rest."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from reader.cache.reads.window import Order
from reader.core.errors import CacheInterrupted, ReaderError
from reader.core.views import FOR_YOU, LATEST
from reader.session.first_list import SCREENFUL_PAPERS, find_holes, first_list
from reader.session.places import Place, selection_of
from reader.ui.refresh.state import REFRESH
from reader.ui.shell.controller import Controller, follows
from reader.ui.shell.listing import CacheFacts, ListContent, ListRequest, Position
from reader.ui.shell.state import State

if TYPE_CHECKING:
    from reader.cache.search.selection import Selection
    from reader.ui.app import ReaderApp

BY_DATE_PAPERS = 20
"""Maximum matches of a search that are listed by date: about a screenful."""

BY_FIT = "relevance"
"""The order of a search with more matches than `BY_DATE_PAPERS`."""

REST_AFTER_SECONDS = 0.04
"""Seconds between listing the first screenful and reading the rest."""

ANNOUNCE_RANKING_SECONDS = 0.15
"""Seconds before a slow ranking is announced instead of the old list."""

RANKED = ("foryou", "relevance")
"""Orders that compare all papers."""


class ListLoader(Controller):
    """Reads the list of the newest request in the state; each read ends in a single change of the state."""

    def __init__(self, app: ReaderApp) -> None:
        super().__init__(app)
        self._order = self._app.settings.order
        self.awaited: str | None = None
        """The id of the paper that gets the cursor once the whole first list is read."""
        self.has_listed = False

    def load_first(self, keep: str | None) -> None:
        """List the first screenful at once, then read the rest; the cursor goes to the paper with id `keep`."""
        place = self._model.state.place
        at = Position(self._library.pk_of(keep) if keep else None)
        try:
            read = partial(
                first_list, place=place, order=self._order, scope=self._app.scope, limit=SCREENFUL_PAPERS, keep=at.pk
            )
            order = self._library.ask(read, Order(()))
        except ReaderError as error:
            self._model.show_news(str(error), "warning")
            return
        self._list(ListContent(place, order, at=at))
        if at.pk is not None and at.pk not in order.pks:
            self.awaited = keep
        if not order.complete or self.awaited:
            self._model.change(self._model.state.read_on(at))

    def load(self, state: State) -> None:
        if state.request is not None:
            self._background.start("list", partial(self._load, state.request, state.highlighted), exclusive=True)

    @follows(lambda state: state[REFRESH].ended)
    def reload_if_empty(self, state: State) -> None:
        """Read an empty list again after a refresh, because the reason may have changed."""
        if state.is_empty:
            self._model.change(state.cache_changed())

    async def read_all(self) -> Sequence[int]:
        """All papers of the list, including those after its first screenful."""
        listing = self._model.state.listing
        if listing.order.complete or listing.results is not None:
            return listing.order.pks
        order = BY_FIT if listing.order.is_by_fit else self._order
        return (await self._library.order(self._compile(listing.place, order))).pks

    def _compile(self, place: Place, order: str = "") -> Selection:
        return selection_of(place, order or self._order, self._app.scope())

    async def _choose_papers(self, place: Place) -> tuple[Selection, bool]:
        """The papers of a place, and whether they are ordered by fit.

        A search is, if it has more than `BY_DATE_PAPERS` matches or names a title; otherwise the newest paper is first.
        """
        by_day = self._compile(place)
        if self._order != "day" or not place.is_search:
            return by_day, False
        papers = await self._library.screenful(by_day, BY_DATE_PAPERS + 1)
        is_by_fit = len(papers.pks) > BY_DATE_PAPERS
        if not is_by_fit and (titled := place.title_query) is not None:
            from reader.cache.search.compile import compile_query

            is_by_fit = bool((await self._library.screenful(compile_query(titled, self._app.scope()), 1)).pks)
        return (self._compile(place, BY_FIT), True) if is_by_fit else (by_day, False)

    async def _load(self, request: ListRequest, before: int | None) -> None:
        state = self._model.state
        sort = state.place.whole(self._order).sort
        # A list on the screen keeps its order, so that a mark does not move it.
        if sort is not None and sort.key == FOR_YOU and state.place != state.listing.place:
            await self._app.learner.learn()
        try:
            if (results := self._model.state.results) is not None:
                # A refresh may have dropped some of them since.
                order = Order([row.pk for row in self._library.rows(results.pks)])
                self._list(ListContent(self._model.state.place, order, results, request.at))
            elif not await self._read_screenful(request.at, before):
                await self._read_around(request.at, before)
        except CacheInterrupted:
            self._model.change(self._model.state.list_stopped())
        except ReaderError as error:
            self._model.change(self._model.state.list_failed(str(error)))

    async def _read_screenful(self, at: Position, before: int | None) -> bool:
        """List the first screenful, then all papers; return False if the cursor's paper is not in the screenful.

        When the same place is read again, it is read as a whole, so that papers and numbers do not flicker.
        """
        state = self._model.state
        place = state.place
        if at.pk is not None and place == state.listing.place:
            return False
        selection, is_by_fit = await self._choose_papers(place)
        order = (await self._library.screenful(selection, SCREENFUL_PAPERS))._replace(is_by_fit=is_by_fit)
        at = self._moved_cursor(at, before)
        if at.pk is not None and at.pk not in order.pks and not order.complete:
            return False
        self._list(ListContent(place, order, at=at))
        if not order.complete:
            # The screenful is painted first; a user who is still typing does not need the rest.
            await asyncio.sleep(REST_AFTER_SECONDS)
            order = (await self._library.order(selection))._replace(is_by_fit=is_by_fit)
            self._list(ListContent(place, order, at=Position(self._model.state.highlighted)))
        return True

    async def _read_around(self, at: Position, before: int | None) -> None:
        place = self._model.state.place
        selection, is_by_fit = await self._choose_papers(place)
        order = (await self._library.order(selection))._replace(is_by_fit=is_by_fit)
        at = self._moved_cursor(at, before)
        if at.pk not in order.pks and place == self._model.state.listing.place:
            # The paper whose mark was undone is not in this list.
            at = Position(self._model.state.highlighted)
        self._list(ListContent(place, order, at=at))

    def _moved_cursor(self, at: Position, before: int | None) -> Position:
        """The new cursor: the requested paper, or the paper to which the user has moved since `before`."""
        now = self._model.state.highlighted
        return at if at.pk is None or now == before else Position(now, at.height)

    def _list(self, listing: ListContent) -> None:
        self._library.is_ranked = listing.order.is_ranked
        self.awaited, self.has_listed = None, True
        ranked_at = self._library.meta("trending") if listing.place.view.is_ranking else None
        facts = self._read_facts(listing.place, has_listed=bool(listing.order.pks))
        self._model.change(self._model.state.with_list(listing.with_facts(facts, ranked_at)))

    def _read_facts(self, place: Place, *, has_listed: bool) -> CacheFacts:
        """Read the facts that explain an empty list, or which day Latest shows."""
        if has_listed:
            newest = self._library.newest_day() if place.view.id == LATEST else None
            find = partial(find_holes, place=place, order=self._order, today=self._look.today)
            return CacheFacts(newest_day=newest, holes=() if self._look.demo else self._library.ask(find, ()))
        from reader.core.dates import period_containing, period_of_view

        period = period_of_view(place.view.id) or period_containing("day", self._look.today)
        missing = place.paper_id
        return CacheFacts(
            newest_day=self._library.newest_day(),
            has_papers=self._library.has_papers(),
            missing_id=missing if missing is not None and self._library.pk_of(missing) is None else None,
            is_day_known=not self._library.gaps(period.first, period.last, self._look.today),
        )


class RankingWait(Controller):
    """Announces that a list is still being ranked."""

    def __init__(self, app: ReaderApp) -> None:
        super().__init__(app)
        self._order = self._app.settings.order
        self._delay = self._background.delayed(self._announce)

    @follows(lambda state: (state.request, state.is_list_coming, state.is_typing))
    def wait(self, state: State) -> None:
        """Announce the ranking after a moment, unless the list has arrived."""
        if state.is_list_coming and not state.is_typing:
            self._delay.begin(ANNOUNCE_RANKING_SECONDS)
        else:
            self._delay.stop()

    def _announce(self) -> None:
        state = self._model.state
        sort = state.place.whole(self._order).sort
        if state.where != state.listing.where and state.results is None and sort is not None and sort.key in RANKED:
            self._model.change(state.rank())
