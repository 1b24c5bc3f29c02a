"""Reading the list of where one is: its first screenful at once, all of it behind that."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from reader.cache.window import Order
from reader.core.errors import CacheInterrupted, ReaderError
from reader.session.places import VIEWS, Place
from reader.ui.work.background import start
from reader.ui.work.delayed import Delayed

if TYPE_CHECKING:
    from reader.cache.search.compile import Selection
    from reader.ui.screens.main import MainScreen

SCREENFUL = 100
"""Papers that are read before all others: more than any terminal shows."""

AFTER_SCREENFUL = 0.04
"""Seconds between the first screenful of papers and the reading of the rest."""


class ListLoader:
    """What the main screen's list was read for, and the worker that reads it."""

    def __init__(self, main: MainScreen) -> None:
        self._main = main
        self._selection: Selection | None = None
        self.is_whole = False
        """Whether the list holds all papers of its place, not only a first screenful."""
        self.is_on_its_way = False
        """Whether a list was asked for and is not there yet: keys for its papers wait until it is."""
        self._place_soon = Delayed(main, main.show_place)

    def first(self, keep: str | None) -> None:
        """Paint the first screenful at once, and read the rest behind it; `keep` is the id of the paper to be on."""
        main = self._main
        try:
            order = self._first_order()
        except ReaderError as error:
            main.status.say(str(error), "warning")
            return
        pk = main.reader.library.pk_of(keep) if keep else None
        self._show(order, pk)
        if not order.complete or (pk is not None and pk not in order.pks):
            self._read(pk)
        main.count_soon()

    def _first_order(self) -> Order:
        main = self._main
        if main.place == Place(VIEWS[0]) and main.reader.settings.order == "day":
            return main.reader.library.newest(SCREENFUL)
        self._selection = self._compile(main.place)
        return main.reader.library.first(self._selection, SCREENFUL)

    def load(self, keep: int | None, height: int | None = None) -> None:
        """Show the list of where one is now; keys for its papers wait until it is there."""
        self.is_on_its_way = True
        self._read(keep, height)

    def renew(self) -> None:
        """Read the list again, without moving the cursor."""
        self._read(None if self.is_on_its_way else self._main.papers.highlighted)

    async def all_pks(self) -> Sequence[int]:
        """Every paper in view, also those behind the first screenful."""
        if self.is_whole or self._selection is None:
            return self._main.papers.pks_all()
        return (await self._main.reader.library.order(self._selection)).pks

    def _compile(self, place: Place) -> Selection:
        from reader.cache.search.compile import compile_query

        return compile_query(place.whole(self._main.reader.settings.order), self._main.reader.scope)

    def _read(self, keep: int | None, height: int | None = None) -> None:
        start(
            self._main.reader,
            "list",
            partial(self._read_and_show, keep, self._main.papers.highlighted, height),
            exclusive=True,
        )

    async def _read_and_show(self, keep: int | None, before: int | None, height: int | None) -> None:
        try:
            await self._read_anew(keep, before, height)
        except CacheInterrupted:
            pass
        except ReaderError as error:
            self._main.show_place()
            self._main.status.say(str(error), "warning")
        # One that is cancelled gives way to another, which is on its way then.
        self._arrive()

    async def _read_anew(self, keep: int | None, before: int | None, height: int | None) -> None:
        """Read the list's first screenful and then all, or all at once where the cursor is to stay.

        `before` is the paper that the cursor was on when this was asked for.
        """
        main = self._main
        library, papers, found = main.reader.library, main.papers, main.found
        if found is not None:
            found.look(library.pk_of)
            self._show(found.order, keep, height)
            return
        selection = self._compile(main.place)
        if keep is None:
            order = await library.screenful(selection, SCREENFUL)
            self._selection = selection
            # Not before: a first line that is painted by itself makes the list come a frame later.
            self._show_place_with_list()
            self._show(order, None)
            main.count_soon()
            if order.complete:
                return
            # Let it be painted first; whoever types on is not in need of the rest.
            await asyncio.sleep(AFTER_SCREENFUL)
        order = await library.order(selection)
        self._selection = selection
        # Who has moved on while it was read stays where they are now.
        now = papers.highlighted
        self._show(order, keep if keep is not None and now == before else now, height)
        main.show_whereabouts()
        if keep is not None and keep == papers.highlighted:
            # The same paper may have got other votes, links or topics.
            main.show_detail()
        if keep is not None:
            main.count_soon()

    def _show(self, order: Order, keep: int | None, height: int | None = None) -> None:
        self.is_whole = order.complete
        self._main.show_list(order, keep, height)
        self._arrive()

    def _arrive(self) -> None:
        """The list is there, or won't come: let keys act that wait for it."""
        if self.is_on_its_way:
            self.is_on_its_way = False
            self._main.reader.call_later(self._main.reader.keyboard.go_on)

    def _show_place_with_list(self) -> None:
        """Say where one is; a query that is being typed stands in its own line, and comes after what it finds."""
        main = self._main
        if main.is_typing:
            self._place_soon.begin(AFTER_SCREENFUL)
        else:
            self._place_soon.stop()
            main.show_place()
