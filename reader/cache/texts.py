"""The stored full texts, with the standard sqlite3, so that reading one waits for no slow import.

A text is stored in one transaction: a killed program leaves all of it or nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

from reader.cache import meta, text_index
from reader.cache.storing import retention
from reader.core.document.codec import UnreadableDocument, dump, load
from reader.core.document.find import searched_text
from reader.core.document.model import ORIGINS, Document
from reader.core.words import indexed
from reader.database import connections

BATCH = 50
"""Texts dropped in one transaction."""

_MISSING = "no_text:"
"""Prefix of the `meta` keys with the last day on which no source had the text of a paper, by the paper's key."""


class KeptText(NamedTuple):
    """A full text of the cache."""

    document: Document
    source: str
    """What it came from: `feed`, `pdf`, or the host of a page, such as `arxiv.org`."""
    fetched: str
    """ISO time, UTC."""

    @property
    def origin(self) -> str:
        """What it came from, in words."""
        return ORIGINS.get(self.source, self.source)


class Texts(connections.Store):
    """The full texts of one cache."""

    def get(self, pk: int) -> KeptText | None:
        """The text of a paper; None if there is none, or if what is there can't be read."""
        for body, source, fetched in self._rows("SELECT body, source, fetched FROM full_text WHERE pk = ?", pk):
            with suppress(UnreadableDocument):
                return KeptText(load(body), source, fetched)
        return None

    def has(self, pk: int) -> bool:
        """Whether there is a text of a paper."""
        return bool(self._rows("SELECT 1 FROM full_text WHERE pk = ?", pk))

    def put(self, pk: int, document: Document, source: str, now: str) -> None:
        """Store a paper's text, replacing an earlier one; `now` is ISO time, UTC."""
        values = (pk, source, document.version, now, now[:10], dump(document))
        words = indexed(searched_text(document))
        with self._writing() as connection:
            text_index.forget(connection, [pk])
            # The paper may have been dropped while its text was fetched.
            stored = connection.execute(
                "INSERT OR REPLACE INTO full_text (pk, source, version, fetched, used, body)"
                " SELECT ?, ?, ?, ?, ?, ? WHERE EXISTS (SELECT 1 FROM paper WHERE pk = ?)",
                (*values, pk),
            )
            if stored.rowcount:
                text_index.add(connection, pk, words)
            meta.drop(connection, f"{_MISSING}{pk}")

    def note_use(self, pk: int, today: str) -> None:
        """Note that a text is read today (ISO), at most once a day; a cache that can't be written stays as it is."""
        with suppress(sqlite3.OperationalError):
            self._connection.execute("UPDATE full_text SET used = ? WHERE pk = ? AND used < ?", (today, pk, today))

    def note_missing(self, pk: int, today: str) -> None:
        """Note that no source has the text of a paper today (ISO)."""
        with self._writing() as connection:
            meta.put(connection, f"{_MISSING}{pk}", today)

    def missing(self, since: str) -> set[int]:
        """The papers that had no text on a day from `since` (ISO) on."""
        # The colon's next character ends the range.
        sql = "SELECT key FROM meta WHERE key > ? AND key < ? AND value >= ?"
        keys = self._rows(sql, _MISSING, f"{_MISSING[:-1]};", since)
        return {int(key.removeprefix(_MISSING)) for (key,) in keys}

    def drop_unused(self, before: str) -> Iterator[int]:
        """Drop the texts that were last read before a day (ISO); yield the number dropped so far."""
        total = 0
        while True:
            with self._writing() as connection:
                dropped = retention.drop_texts(connection, before, BATCH)
            if not dropped:
                return
            total += dropped
            yield total
