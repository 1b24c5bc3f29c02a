"""The part of the state that says what is listed, where the cursor is, and which papers are selected."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from typing import Self

from reader.core.paper_row import PaperKey
from reader.ui.state.parts import ListContent
from reader.ui.state.query import QueryState
from reader.ui.state.selection import NOTHING_SELECTED, PaperSelection


@dataclass(frozen=True, init=False, repr=False, eq=False, slots=True)
class ListState(QueryState):
    """What is there of what is asked for. `State` adds the panes and screens."""

    listing: ListContent = field(default_factory=ListContent)
    """The papers that are listed."""
    selection: PaperSelection = NOTHING_SELECTED
    """The papers that are selected."""
    cache_version: int = 0
    """Increments when the papers of a list may have changed."""

    @property
    def is_empty(self) -> bool:
        """Whether the list has no papers."""
        return not self.listing.order.pks

    def listed(self, listing: ListContent) -> Self:
        """Store the list that was read, or its first screenful; another view lets all selected papers go."""
        is_same_view = listing.place.view == self.listing.place.view
        selection = self.selection.in_list(listing.order.pks) if is_same_view else NOTHING_SELECTED
        focus = "list" if self.focus == "detail" and not listing.order.pks else self.focus
        listing = replace(listing.formed_like(self.listing), version=self.cache_version)
        return replace(self, listing=listing, selection=selection, is_list_coming=False, focus=focus)

    def highlight(self, pk: PaperKey | None) -> Self:
        """Record which paper is under the cursor; a range of selected papers follows it."""
        if pk == self.highlighted:
            return self
        return replace(self, highlighted=pk, selection=self.selection.follow(self.listing.order.pks, pk))

    # Selecting papers

    def select(self, pks: Iterable[PaperKey]) -> Self:
        """Select papers of the list, besides those that are."""
        return replace(self, selection=self.selection.with_papers(pks))

    def toggle_selected(self, pks: Collection[PaperKey]) -> Self:
        """Select papers of the list, or let them go if all of them are selected."""
        return replace(self, selection=self.selection.toggled(pks))

    def begin_range(self) -> Self:
        """Select the papers from the highlighted one to wherever the cursor goes."""
        return (
            self if self.highlighted is None else replace(self, selection=self.selection.begin_range(self.highlighted))
        )

    def end_range(self) -> Self:
        """Let the cursor move without selecting; what is selected stays so."""
        return self if self.selection.range is None else replace(self, selection=self.selection.end_range())

    def let_go(self) -> Self:
        """Select nothing."""
        return self if not self.selection.papers else replace(self, selection=NOTHING_SELECTED)
