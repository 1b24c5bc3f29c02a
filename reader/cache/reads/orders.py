"""The papers of a view in order: keys and runs of days, without their rows."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from itertools import groupby
from typing import Generic, NamedTuple, TypeVar

Key_co = TypeVar("Key_co", covariant=True)


class Order(NamedTuple, Generic[Key_co]):
    """The papers of a view in order, 8 bytes each, with the runs of days."""

    pks: Sequence[Key_co]
    groups: tuple[tuple[str, int], ...] = ()
    """(ISO day or empty, papers) of each run, in order; empty if the order is not by day."""
    complete: bool = True
    """False for a first screenful if more papers follow."""
    in_texts: int = 0
    """Number of papers at the end that have the query's words only in their full text."""
    is_ranked: bool = False
    """Whether the papers are ordered by what suits the user; each then has its reason."""
    has_parts: bool = False
    """Whether the groups are parts in order of age, such as `new`; then each paper has its date."""
    is_by_fit: bool = False
    """Whether a search found so many papers that the best fit comes first instead of the newest day."""
    near: int = 0
    """Number of papers after all others that do not match, but are the nearest to the query's words."""

    @property
    def matching(self) -> int:
        """Number of papers that match."""
        return len(self.pks) - self.near

    @property
    def without_near(self) -> Order[Key_co]:
        """The papers that match."""
        if not self.near:
            return self
        groups = tuple(group for group in self.groups[:-1] if group[0] != MATCHING)
        return self._replace(pks=self.pks[: self.matching], groups=groups, near=0)

    @property
    def only_in_texts(self) -> frozenset[Key_co]:
        """The papers that have the words only in their full text."""
        return frozenset(self.pks[self.matching - self.in_texts : self.matching])

    @property
    def only_near(self) -> frozenset[Key_co]:
        """The papers that only are near."""
        return frozenset(self.pks[self.matching :])


IN_TEXTS = "only in the full text"
"""In place of a day, the group of the papers that have a query's words only in their full text: the last one."""

MATCHING = "with your words"
"""The group of the papers that match, where no days are named and the nearest papers follow."""

IN_WORDS = "nearest in words"
"""The group of the papers that do not match, but are near: the last one."""


def begin_order(found: Sequence[tuple[int, str]], limit: int, *, grouped: bool = True) -> Order[int]:
    """The beginning of a list from keys and days: at most `limit` papers, the whole list if there are fewer."""
    groups = tuple((day, sum(1 for _ in run)) for day, run in groupby(found, key=lambda row: row[1]))
    return Order(array("q", (pk for pk, _ in found)), groups if grouped else (), complete=len(found) < limit)


def with_texts(order: Order[int], pks: Sequence[int], limit: int | None = None) -> Order[int]:
    """The order with the papers that have the words only in their full text; at most `limit` in all."""
    if not pks:
        return order
    groups = (*order.groups, (IN_TEXTS, len(pks))) if order.groups or not order.pks else ()
    listed = array("q", [*order.pks, *pks])
    return order._replace(pks=listed, groups=groups, complete=limit is None or len(listed) < limit, in_texts=len(pks))


def with_near(order: Order[int], pks: Sequence[int], most: int) -> Order[int]:
    """A complete order with at most `most` papers that are near to the words of its query, but do not have them."""
    known = set(order.pks)
    further = [pk for pk in pks if pk not in known][:most]
    if not further:
        return order
    matching = order.groups or (((MATCHING, len(order.pks)),) if order.pks else ())
    return order._replace(
        pks=array("q", [*order.pks, *further]), groups=(*matching, (IN_WORDS, len(further))), near=len(further)
    )
