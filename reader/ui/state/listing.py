"""The part of the state that is the list and the papers selected in it, to act on all of them at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, Self

from reader.core.paper_row import PaperKey
from reader.ui.state.parts import ListContent
from reader.ui.state.query import QueryState

_NONE: frozenset[PaperKey] = frozenset()


class Range(NamedTuple):
    """Papers from a first one to the cursor, both included; it follows the cursor."""

    first: PaperKey
    before: PaperSelection
    """What was selected before it began."""


@dataclass(frozen=True, slots=True)
class PaperSelection:
    """Selected papers. Those that the list does not have now, such as during a search, are kept but not acted on."""

    papers: frozenset[PaperKey] = _NONE
    listed: frozenset[PaperKey] = _NONE
    """The selected papers that the list has: actions take these."""
    range: Range | None = None
    """The range that the user has begun, if any."""

    @property
    def count(self) -> int:
        """Number of papers that actions take; 0 if nothing is selected."""
        return len(self.listed)

    def in_order(self, pks: Sequence[PaperKey]) -> tuple[PaperKey, ...]:
        """The selected papers of a list, in its order; those that are not read yet come last."""
        found = tuple(pk for pk in pks if pk in self.listed) if self.listed else ()
        return found if len(found) == len(self.listed) else (*found, *self.listed.difference(found))

    def with_papers(self, pks: Iterable[PaperKey]) -> PaperSelection:
        """Select papers of the list too; a range ends."""
        more = frozenset(pks)
        papers = self.papers | more if self.papers else more
        # Mostly the same: a union of a hundred thousand takes milliseconds.
        return PaperSelection(papers, papers if self.listed == self.papers else self.listed | more)

    def toggled(self, pks: Collection[PaperKey]) -> PaperSelection:
        """Select papers of the list, or let them go if all of them are selected; a range ends."""
        if not self.listed.issuperset(pks):
            return self.with_papers(pks)
        return PaperSelection(self.papers.difference(pks), self.listed.difference(pks))

    def begin_range(self, pk: PaperKey) -> PaperSelection:
        """Begin a range at a paper of the list."""
        before = self.end_range()
        return replace(before.with_papers((pk,)), range=Range(pk, before))

    def end_range(self) -> PaperSelection:
        """Keep the papers of the range, and let the cursor move without it."""
        return self if self.range is None else replace(self, range=None)

    def follow(self, pks: Sequence[PaperKey], cursor: PaperKey | None) -> PaperSelection:
        """Extend the range in the list `pks` to the paper under the cursor."""
        if self.range is None:
            return self
        ends = [_place(pks, self.range.first), _place(pks, cursor)]
        places = sorted(place for place in ends if place is not None)
        if len(places) < 2:
            return self.end_range()
        selected = self.range.before.with_papers(pks[places[0] : places[1] + 1])
        return replace(selected, range=self.range)

    def in_list(self, pks: Iterable[PaperKey]) -> PaperSelection:
        """The same papers over another list."""
        if not self.papers:
            return self
        listed = frozenset(pks)
        range = self.range and self.range._replace(before=self.range.before._among(listed))
        return replace(self._among(listed), range=range)

    def _among(self, listed: frozenset[PaperKey]) -> PaperSelection:
        return replace(self, listed=self.papers & listed)


def _place(pks: Sequence[PaperKey], pk: PaperKey | None) -> int | None:
    try:
        return None if pk is None else pks.index(pk)
    except ValueError:
        return None


NOTHING_SELECTED = PaperSelection()


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
