"""The index of the words of full texts, in the caller's transaction.

The index stores no text itself, which halves its size, so forgetting a text needs its words again. It has exactly the
texts of `full_text`.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator

from reader.core.document.codec import UnreadableDocument, load
from reader.core.document.find import searched_text
from reader.core.words import indexed

_ADD = "INSERT INTO text_fts (rowid, words) VALUES (?, ?)"
_FORGET = "INSERT INTO text_fts (text_fts, rowid, words) VALUES ('delete', ?, ?)"


def add(connection: sqlite3.Connection, pk: int, words: str) -> None:
    """Add the words of a text that was just stored."""
    connection.execute(_ADD, (pk, words))


def forget(connection: sqlite3.Connection, pks: Iterable[int]) -> None:
    """Take the texts of some papers out of the index, before they are dropped."""
    for pk, words in _texts(connection, "WHERE pk IN (SELECT value FROM json_each(?))", json.dumps(list(pks))):
        connection.execute(_FORGET, (pk, words))


def rebuild(connection: sqlite3.Connection) -> None:
    """Rebuild the index from all texts: some 5 ms for each."""
    connection.execute("INSERT INTO text_fts (text_fts) VALUES ('delete-all')")
    for pk, words in _texts(connection):
        connection.execute(_ADD, (pk, words))


def _texts(connection: sqlite3.Connection, where: str = "", *params: str) -> Iterator[tuple[int, str]]:
    """The keys and words of texts; of one that can't be read, no words."""
    for pk, body in connection.execute(f"SELECT pk, body FROM full_text {where}", params):
        yield pk, words_of(body)


def words_of(body: bytes) -> str:
    """The words of a packed text; empty if it can't be read."""
    try:
        return indexed(searched_text(load(body)))
    except UnreadableDocument:
        return ""
