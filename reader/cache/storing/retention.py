"""Drops old papers, but never starred, tagged, noted or queued ones, and never the user's events.

The marks of a dropped paper stay and apply again if the paper returns.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from reader.cache import texts
from reader.cache.marks import derive

TABLES = (
    *("paper_topic", "paper_category", "paper_source", "paper_change", "paper_alias", "trending", "listing"),
    *("full_text", "community", "kept_output", "paper_words", "suits", "paper_flags", "follow_paper"),
    "page_paper",
)
"""Tables with rows about a paper, apart from `paper` and `paper_text`."""

_OLD = """
    SELECT pk FROM paper WHERE sort_day < ? AND starred = 0 AND has_note = 0
    AND NOT EXISTS (SELECT 1 FROM paper_tag AS t WHERE t.pk = paper.pk)
    AND NOT EXISTS (SELECT 1 FROM queue AS q WHERE q.pk = paper.pk) ORDER BY sort_day, upvotes, pk LIMIT ?
"""


def drop(connection: sqlite3.Connection, before: str, limit: int) -> int:
    """Drop up to `limit` papers last listed before a day (ISO), in the caller's transaction; return how many."""
    pks = [pk for (pk,) in connection.execute(_OLD, (before, limit))]
    remove(connection, pks)
    return len(pks)


def remove(connection: sqlite3.Connection, pks: Sequence[int]) -> None:
    """Delete papers in the caller's transaction; their marks stay."""
    chosen = "(SELECT value FROM json_each(?))"
    named = (json.dumps(pks),)
    derive.leave(connection, named[0])
    texts.forget_words(connection, pks)
    days = connection.execute(f"SELECT DISTINCT day FROM listing WHERE pk IN {chosen}", named).fetchall()
    for table in (*TABLES, "paper_text", "paper"):
        connection.execute(f"DELETE FROM {table} WHERE pk IN {chosen}", named)
    listed = "(SELECT count(*) FROM listing WHERE listing.day = day.day)"
    connection.executemany(f"UPDATE day SET papers = {listed} WHERE day = ?", days)
    # A day whose papers are dropped is unknown again, not known to be empty.
    connection.executemany("DELETE FROM day WHERE day = ? AND papers = 0", days)
