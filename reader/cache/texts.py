"""The stored full texts and the index of their words, with the standard sqlite3 because SQLModel is slow to import.

A text is stored in one transaction: a killed program leaves all of it or nothing. The index stores no text itself,
which halves its size, so that forgetting a text needs its words again. It has exactly the texts of `full_text`.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from reader.core.document.codec import UnreadableDocument, dump, load
from reader.core.document.find import searched_text
from reader.core.document.model import ORIGINS, Document
from reader.core.words import index_text
from reader.database import connections, meta

if TYPE_CHECKING:
    from reader.core.paper import Paper

_ADD = "INSERT INTO text_fts (rowid, words) VALUES (?, ?)"
_FORGET = "INSERT INTO text_fts (text_fts, rowid, words) VALUES ('delete', ?, ?)"


def index_words(connection: sqlite3.Connection, pk: int, words: str) -> None:
    """Add the words of a text that was just stored."""
    connection.execute(_ADD, (pk, words))


def forget_words(connection: sqlite3.Connection, pks: Iterable[int]) -> None:
    """Remove the texts of papers from the index, before the texts are dropped."""
    for pk, words in _texts(connection, "WHERE pk IN (SELECT value FROM json_each(?))", json.dumps(list(pks))):
        connection.execute(_FORGET, (pk, words))


def rebuild_index(connection: sqlite3.Connection) -> None:
    """Rebuild the index from all texts, at about 5 ms a text."""
    connection.execute("INSERT INTO text_fts (text_fts) VALUES ('delete-all')")
    for pk, words in _texts(connection):
        connection.execute(_ADD, (pk, words))


def _texts(connection: sqlite3.Connection, where: str = "", *params: str) -> Iterator[tuple[int, str]]:
    """The keys and words of texts; a damaged text has no words."""
    for pk, body in connection.execute(f"SELECT pk, body FROM full_text {where}", params):
        words = ""
        with suppress(UnreadableDocument):
            words = index_text(searched_text(load(body)))
        yield pk, words


TEXTS_PER_TRANSACTION = 50
"""Texts dropped in one transaction."""

_MISSING = "no_text:"
"""Prefix of the `meta` keys with the last day on which no source had the text of a paper, by the paper's key."""


_UNUSED = """
    SELECT f.pk FROM full_text AS f JOIN paper AS p ON p.pk = f.pk
    WHERE f.used < ? AND p.starred = 0 AND p.has_note = 0
    AND NOT EXISTS (SELECT 1 FROM paper_tag AS t WHERE t.pk = f.pk)
    AND NOT EXISTS (SELECT 1 FROM queue AS q WHERE q.pk = f.pk) LIMIT ?
"""


class KeptText(NamedTuple):
    """A full text of the cache."""

    document: Document
    source: str
    """Its source: `feed`, `pdf`, or the host of a page, such as `arxiv.org`."""
    fetched: str
    """ISO time, UTC."""

    @property
    def origin(self) -> str:
        """Its source in words."""
        return ORIGINS.get(self.source, self.source)

    def facts(self, paper: Paper) -> str:
        """The version, licence, source and gaps of a paper's text, and whether there is a newer version."""
        document = self.document
        version = f"v{document.version}" if document.version else ""
        newer = f"v{paper.version} is out" if document.version and (paper.version or 0) > document.version else ""
        facts = (f"arXiv:{paper.id}{version}", newer, document.licence, f"text from {self.origin}", *document.lacks)
        return " · ".join(filter(None, facts))


class Texts(connections.Store):
    """The full texts of one cache."""

    def get(self, pk: int) -> KeptText | None:
        """The text of a paper; None if there is no text or it is damaged."""
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
        words = index_text(searched_text(document))
        with self._writing() as connection:
            forget_words(connection, [pk])
            # The paper may have been dropped while its text was fetched.
            stored = connection.execute(
                "INSERT OR REPLACE INTO full_text (pk, source, version, fetched, used, body)"
                " SELECT ?, ?, ?, ?, ?, ? WHERE EXISTS (SELECT 1 FROM paper WHERE pk = ?)",
                (*values, pk),
            )
            if stored.rowcount:
                index_words(connection, pk, words)
            meta.drop(connection, f"{_MISSING}{pk}")

    def note_use(self, pk: int, today: str) -> None:
        """Record that a text is read today (ISO), at most once a day; do nothing if the cache can't be written."""
        with suppress(sqlite3.OperationalError):
            self._connection.execute("UPDATE full_text SET used = ? WHERE pk = ? AND used < ?", (today, pk, today))

    def note_missing(self, pk: int, today: str) -> None:
        """Record that no source has the text of a paper today (ISO)."""
        with self._writing() as connection:
            meta.put(connection, f"{_MISSING}{pk}", today)

    def missing(self, since: str) -> set[int]:
        """The papers whose text no source had, by requests on the day `since` (ISO) or later."""
        # The colon's next character ends the range.
        sql = "SELECT key FROM meta WHERE key > ? AND key < ? AND value >= ?"
        keys = self._rows(sql, _MISSING, f"{_MISSING[:-1]};", since)
        return {int(key.removeprefix(_MISSING)) for (key,) in keys}

    def drop_unused(self, before: str) -> Iterator[int]:
        """Drop the texts that were last read before a day (ISO), in batches; yield the number dropped so far.

        The texts of starred, tagged, noted and queued papers stay.
        """
        total = 0
        while True:
            with self._writing() as connection:
                pks = [pk for (pk,) in connection.execute(_UNUSED, (before, TEXTS_PER_TRANSACTION))]
                forget_words(connection, pks)
                connection.executemany("DELETE FROM full_text WHERE pk = ?", ((pk,) for pk in pks))
            if not pks:
                return
            total += len(pks)
            yield total
