"""Fetch single papers that are not in the cache."""

from __future__ import annotations

from collections.abc import Callable

from reader.session.places import Place, view
from reader.ui.handlers.registry import handles
from reader.ui.state.parts import Position
from reader.ui.work.fetching.paper_lookup import PaperLookup
from reader.ui.work.services import Services

NOTHING_IS_FETCHED = "the sample: nothing is fetched"


class AddActions:
    """Ask for the id of a paper, and fetch it."""

    def __init__(self, services: Services, lookup: PaperLookup, position: Callable[[], Position]) -> None:
        self._model = services.model
        self._library = services.library
        self._demo = services.look.demo
        self._lookup = lookup
        self._position = position

    @handles("find.add")
    def ask_for_paper(self, _count: int | None) -> None:
        """Begin a query for one paper; the user may paste any form of its id."""
        self._model.change(self._model.state.open_query(self._position(), "id:"))

    @handles("find.fetch")
    def fetch_paper(self, _count: int | None = None) -> None:
        """Fetch the paper that the query names, and show it in the view All."""
        id, place = self.missing_id(), self._model.state.place
        if id is None:
            self._model.show_notice("no id or address of a paper to fetch")
        elif self._demo:
            self._model.show_notice(NOTHING_IS_FETCHED)
        else:
            self._model.change(self._model.state.go(Place(view("all"), place.text)))
            self._lookup.begin(id)

    def missing_id(self) -> str | None:
        """The arXiv id if the query asks only for one paper and the cache does not have it, else None."""
        id = self._model.state.place.paper_id
        return id if id is not None and self._library.pk_of(id) is None else None
