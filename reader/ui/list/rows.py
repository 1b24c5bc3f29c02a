"""The loaded rows of a list: those of a few screens, fetched when they are needed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol, TypedDict

from reader.core.paper_row import PaperKey, PaperRow

KEPT = 2_000
"""Maximum number of loaded rows; a screen needs a hundred or two."""

CHUNK = 200
"""Rows fetched at once in a search for a paper."""


class Rows(Protocol):
    """Fetches the rows of papers."""

    def __call__(self, pks: Sequence[PaperKey], /, *, with_people: bool = False) -> list[PaperRow]:
        """The rows, with people and topics if asked for; deleted papers are left out."""


class RowChanges(TypedDict, total=False):
    """The fields of a row that can change before the cache does."""

    read: bool
    starred: bool
    hidden: bool
    queued: bool
    has_note: bool
    kept: bool
    flags: int


class RowsAtHand:
    """Rows by paper, from one source, `with_people` if they are drawn; a patch lasts until the row is fetched again."""

    def __init__(self, fetch: Rows | None = None, *, with_people: bool = False) -> None:
        self._fetch = fetch or _nothing
        self._with_people = with_people
        self._rows: dict[PaperKey, PaperRow] = {}

    def get(self, pk: PaperKey) -> PaperRow | None:
        """Return a paper's row if it is loaded."""
        return self._rows.get(pk)

    def of(self, pk: PaperKey) -> PaperRow | None:
        """Return a paper's row, fetched if it is not loaded; None if the paper is gone."""
        return self._rows.get(pk) or next(iter(self._fetch([pk], with_people=self._with_people)), None)

    def bring(self, pks: Iterable[PaperKey]) -> None:
        """Fetch the rows of these papers that are not loaded."""
        if len(self._rows) >= KEPT:
            self._rows.clear()
        missing = [pk for pk in pks if pk not in self._rows]
        if missing:
            self._rows.update((row.pk, row) for row in self._fetch(missing, with_people=self._with_people))

    def patch(self, pk: PaperKey, changes: RowChanges) -> bool:
        """Change a row; return False if it is not loaded."""
        row = self._rows.get(pk)
        if row is not None:
            self._rows[pk] = row._replace(**changes)
        return row is not None

    def first(self, pks: Sequence[PaperKey], wanted: Callable[[PaperRow], bool]) -> int | None:
        """Return the position in `pks` of the first paper with a wanted row; rows fetched for this are not kept."""
        for begin in range(0, len(pks), CHUNK):
            chunk = pks[begin : begin + CHUNK]
            fetched = {row.pk: row for row in self._fetch([pk for pk in chunk if pk not in self._rows])}
            for offset, pk in enumerate(chunk):
                row = self._rows.get(pk) or fetched.get(pk)
                if row is not None and wanted(row):
                    return begin + offset
        return None

    def forget(self) -> None:
        """Drop all rows; they are fetched again when they are needed."""
        self._rows.clear()


def _nothing(pks: Sequence[PaperKey], *, with_people: bool = False) -> list[PaperRow]:
    return []
