"""List the papers that are like the one under the cursor, or like all that are selected."""

from __future__ import annotations

from collections.abc import Callable

from reader.core.paper import Paper
from reader.core.similarity import came_out, like_query
from reader.session.places import Place, view
from reader.ui.handlers.registry import handles
from reader.ui.state.parts import Position
from reader.ui.work.services import Services

MOST = 20
"""Papers that are asked with at once."""


class SimilarActions:
    """Go to the papers that are like others."""

    def __init__(self, services: Services, position: Callable[[], Position]) -> None:
        self._model = services.model
        self._library = services.library
        self._position = position

    @handles("find.similar")
    def show_similar(self, _count: int | None) -> None:
        self._show(is_newer=False)

    @handles("find.newer")
    def show_newer(self, _count: int | None) -> None:
        self._show(is_newer=True)

    def _show(self, *, is_newer: bool) -> None:
        papers = self._targets()
        if not papers:
            self._model.show_notice("this paper is not in the cache: star it first, which stores it")
            return
        text = like_query([paper.id for paper in papers], came_out(papers) if is_newer else None)
        self._model.change(self._model.state.close_page().go_aside(Place(view("all"), text), self._position()))

    def _targets(self) -> list[Paper]:
        """The papers of the cache that the keys act on."""
        found = (self._library.paper(pk) for pk in self._model.state.targets[:MOST])
        return [paper for paper in found if paper is not None and isinstance(paper.pk, int)]
