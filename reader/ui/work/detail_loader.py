"""Read the paper under the cursor for the detail pane, once the cursor rests."""

from __future__ import annotations

from reader.core.paper import PaperKey
from reader.ui.state import State
from reader.ui.state_parts import Reading
from reader.ui.work.services import Services

REST = 0.06
"""Seconds that the cursor rests on a paper before its detail is drawn: longer than the repeat time of a held key."""


class DetailLoader:
    """Reads the highlighted paper on the event loop; a read takes 0.1 ms."""

    def __init__(self, services: Services) -> None:
        self._model = services.model
        self._library = services.library
        self.delay = services.background.delayed(self.load)

    @staticmethod
    def resting_parts(state: State) -> object:
        """The parts of the state whose change reads another paper, or marks other words, once the cursor rests."""
        return state.highlighted, state.listing.place, state.listing.results

    @staticmethod
    def parts(state: State) -> object:
        """The parts of the state whose change reads the same paper again at once."""
        return state.is_ready, state.marks_version, state.cache_version, state.listing.version

    def load_soon(self, _state: State) -> None:
        """Read the paper once the cursor has rested."""
        self.delay.begin(REST)

    def load(self, _state: State | None = None) -> None:
        """Read the highlighted paper now."""
        state = self._model.state
        if state.is_ready:
            self._model.change(state.read(self.read(state.highlighted)))

    def read(self, pk: PaperKey | None) -> Reading | None:
        """A paper with its votes and the searched words; None if it is gone."""
        paper = None if pk is None else self._library.paper(pk)
        if pk is None or paper is None:
            return None
        return Reading(pk, paper, self._model.state.listing.words, self._library.votes(pk))
