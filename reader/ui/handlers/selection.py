"""Select papers, so that the next actions take all of them."""

from __future__ import annotations

from reader.ui.handlers.registry import handles
from reader.ui.widgets.paper_list import PaperList
from reader.ui.work.list_loader import ListLoader
from reader.ui.work.services import Services


class SelectionActions:
    """Select papers of the list, and let them go."""

    def __init__(self, services: Services, papers: PaperList, loader: ListLoader) -> None:
        self._model = services.model
        self._background = services.background
        self._papers = papers
        self._loader = loader

    @handles("select.paper")
    def select(self, count: int | None) -> None:
        """Select the highlighted paper and step to the next one, or let it go; within a range, end that."""
        state = self._model.state
        if state.selection.range is not None:
            self._model.change(state.end_range())
            return
        here = self._papers.cursor
        pks = self._papers.pks_all()[here : here + (count or 1)]
        self._model.change(state.toggle_selected(pks))
        self._papers.move(len(pks))

    @handles("select.range")
    def select_range(self, _count: int | None) -> None:
        """Select from here to wherever the cursor goes; again ends it."""
        state = self._model.state
        self._model.change(state.begin_range() if state.selection.range is None else state.end_range())

    @handles("select.all")
    def select_all(self, _count: int | None) -> None:
        """Select all papers of the list, or let them go if all are selected."""
        if self._model.state.listing.order.complete:
            self._model.change(self._model.state.toggle_selected(self._papers.pks_all()))
            return
        listing = self._model.state.listing

        async def select_whole() -> None:
            pks = await self._loader.read_all()
            if self._model.state.listing.place == listing.place:
                self._model.change(self._model.state.select(pks))

        self._background.start("select", select_whole)
