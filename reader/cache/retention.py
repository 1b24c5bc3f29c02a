"""Letting go of old papers: never of one that is starred, tagged or noted, and never of what the user did.

A paper that goes leaves its marks behind as orphans of the log, so that it has them again if it comes back.
"""

from __future__ import annotations

import json
import sqlite3

TABLES = ("paper_topic", "paper_category", "paper_source", "paper_change", "paper_alias", "trending", "listing")
"""Tables with rows of a paper, besides its text and itself."""

_OLD = """
    SELECT pk FROM paper WHERE sort_day < ? AND starred = 0 AND has_note = 0
    AND NOT EXISTS (SELECT 1 FROM paper_tag AS t WHERE t.pk = paper.pk) ORDER BY sort_day, upvotes, pk LIMIT ?
"""


def drop(connection: sqlite3.Connection, before: str, limit: int) -> int:
    """Drop up to `limit` papers last listed before a day (ISO), in the caller's transaction; returns how many."""
    pks = [pk for (pk,) in connection.execute(_OLD, (before, limit))]
    if not pks:
        return 0
    chosen = "(SELECT value FROM json_each(?))"
    named = (json.dumps(pks),)
    connection.execute(
        f"INSERT OR IGNORE INTO orphan (id, event) SELECT p.id, f.event FROM paper AS p JOIN effect AS f USING (pk)"
        f" WHERE p.pk IN {chosen}",
        named,
    )
    connection.execute(f"DELETE FROM effect WHERE pk IN {chosen}", named)
    days = connection.execute(f"SELECT DISTINCT day FROM listing WHERE pk IN {chosen}", named).fetchall()
    for table in (*TABLES, "paper_text", "paper"):
        connection.execute(f"DELETE FROM {table} WHERE pk IN {chosen}", named)
    listed = "(SELECT count(*) FROM listing WHERE listing.day = day.day)"
    connection.executemany(f"UPDATE day SET papers = {listed} WHERE day = ?", days)
    # A day without its papers is not known to be empty: it is not known.
    connection.executemany("DELETE FROM day WHERE day = ? AND papers = 0", days)
    return len(pks)
