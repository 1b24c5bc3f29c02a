"""Small facts beside the papers, by a key: the table `meta`."""

from __future__ import annotations

import sqlite3

from reader.cache import connections


def remember(connection: sqlite3.Connection, key: str, value: str) -> None:
    """Keep a fact, in a transaction of its own."""
    with connections.transaction(connection):
        connection.execute(
            "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            (key, value),
        )


def remembered(connection: sqlite3.Connection, prefix: str) -> dict[str, str]:
    """The facts whose keys begin with a prefix, which has no `*`, `?` or `[`."""
    return dict(connection.execute("SELECT key, value FROM meta WHERE key GLOB ?", (f"{prefix}*",)).fetchall())
