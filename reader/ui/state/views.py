"""The part of the state that the user changes as the reader runs: saved views, own commands, and what is followed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Self

from reader.session.places import SAVED, Place, ViewList
from reader.ui.state.listing import ListState

if TYPE_CHECKING:
    pass


@dataclass(frozen=True, init=False, repr=False, eq=False, slots=True)
class ViewState(ListState):
    """What is asked for, and the views that can be."""

    views: ViewList = field(default_factory=ViewList)

    def know_views(self, views: ViewList) -> Self:
        """Take over views that have changed; the list follows if its own view has another query now."""
        known = replace(self, views=views)
        here = self.place.view
        if not here.id.startswith(SAVED):
            return known
        now = next((one for one in views.saved if one.id == here.id), here)
        return known if now == here else known.go(Place(now, self.place.text))
