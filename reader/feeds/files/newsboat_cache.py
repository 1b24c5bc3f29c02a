"""Read newsboat's cache: which papers are read, and the letters that flag them.

A paper is a row for each feed that had it: it is read if any of the rows is. Rows without an arXiv id are left out: a
feed reader has news of all kinds.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from reader.core.errors import FeedMalformed
from reader.core.ids import arxiv_id, ids_in
from reader.core.paper import LibraryEntry
from reader.core.text import clean
from reader.feeds.files.library import TITLE_LIMIT

START = b"SQLite format 3\0"
"""The first bytes of a database."""

_STEPS = 200_000_000
"""Instructions of SQLite's virtual machine after which a database is not read further: half a minute."""


def read_newsboat(path: Path, name: str) -> Iterator[LibraryEntry]:
    """The read and flagged papers of the cache at `path`, a copy that nobody writes; raises FeedMalformed."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.set_progress_handler(lambda: 1, _STEPS)
            connection.text_factory = lambda data: data.decode("utf-8", "replace")
            yield from _entries(connection, name)
    except sqlite3.Error as error:
        raise FeedMalformed(f"{name} is not a cache of newsboat, or it is damaged: {error}.") from error


def _entries(connection: sqlite3.Connection, name: str) -> Iterator[LibraryEntry]:
    row = connection.execute("SELECT type FROM sqlite_schema WHERE name = 'rss_item'").fetchone()
    if row is None or row[0] != "table":
        raise FeedMalformed(f"{name} is a database, but not a cache of newsboat.")
    found: dict[str, LibraryEntry] = {}
    # Older versions have no column for flags.
    columns = {row[1] for row in connection.execute("PRAGMA table_info(rss_item)")}
    flags = "flags" if "flags" in columns else "''"
    for url, guid, title, unread, letters in connection.execute(
        f"SELECT url, guid, title, unread, {flags} FROM rss_item ORDER BY id"
    ):
        id = _id(url) or _id(guid)
        if id is None:
            continue
        known = found.get(id) or LibraryEntry(f"row {len(found) + 1}", clean(str(title), TITLE_LIMIT), id, False)
        more = {letter for letter in str(letters or "") if letter.isascii() and letter.isalpha()}
        labels = tuple(sorted(more.union(known.labels)))
        found[id] = known._replace(is_read=known.is_read or unread == 0, labels=labels)
    yield from (entry for entry in found.values() if entry.is_read or entry.labels)


def _id(text: object) -> str | None:
    if not isinstance(text, str):
        return None
    return arxiv_id(text) or next(iter(ids_in(text)), None)
