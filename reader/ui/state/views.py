"""The part of the state that the user changes as the reader runs: saved views, own commands, and what is followed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Self

from reader.session.places import SAVED, Place, ViewList
from reader.ui.state.listing import ListState

if TYPE_CHECKING:
    from reader.cache.follows import FollowCount
    from reader.core.settings.tables import UserCommand
    from reader.ui.library.counting import ViewCount


@dataclass(frozen=True, init=False, repr=False, eq=False, slots=True)
class ViewState(ListState):
    """What is asked for, and the views that can be."""

    views: ViewList = field(default_factory=ViewList)
    view_counts: Mapping[str, ViewCount] = field(default_factory=dict)
    """The numbers of the saved views by their ids; those that are not counted yet are missing."""
    follows: tuple[FollowCount, ...] = ()
    """What the user follows, with numbers of papers; empty until it is counted."""
    programs: tuple[UserCommand, ...] = ()
    """The user's own commands, which run programs."""

    def know_views(self, views: ViewList, programs: tuple[UserCommand, ...]) -> Self:
        """Take over views and programs that have changed; the list follows if its own view has another query now."""
        known = replace(self, views=views, programs=programs)
        here = self.place.view
        if not here.id.startswith(SAVED):
            return known
        now = next((one for one in views.saved if one.id == here.id), here)
        return known if now == here else known.go(Place(now, self.place.text))

    def counted_views(self, counts: Mapping[str, ViewCount]) -> Self:
        """Store the numbers of the saved views."""
        return self if counts == self.view_counts else replace(self, view_counts=counts)

    def counted_follows(self, follows: tuple[FollowCount, ...]) -> Self:
        """Store what is followed, with its numbers."""
        return self if follows == self.follows else replace(self, follows=follows)
