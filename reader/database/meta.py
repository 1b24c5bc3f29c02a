"""Small facts by key, in the table `meta` of the cache or of the log."""

from __future__ import annotations

import sqlite3

from reader.database import connections

SKIPPED = "skipped:"
"""Prefix of the key with the number of unreadable records of a day: `skipped:2026-05-12`."""


def get(connection: sqlite3.Connection, key: str) -> str | None:
    """A fact; None if it is not set."""
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return row[0] if row else None


def put(connection: sqlite3.Connection, key: str, value: str) -> None:
    """Set a fact, in the caller's transaction."""
    connection.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (key, value))


def put_or_drop(connection: sqlite3.Connection, key: str, value: str | None) -> None:
    """Set a fact if it changed, or delete it for None, in the caller's transaction."""
    known = get(connection, key)
    if value is not None and value != known:
        put(connection, key, value)
    elif value is None and known is not None:
        drop(connection, key)


def drop(connection: sqlite3.Connection, key: str) -> None:
    """Delete a fact, in the caller's transaction."""
    connection.execute("DELETE FROM meta WHERE key = ?", (key,))


def remember(connection: sqlite3.Connection, key: str, value: str) -> None:
    """Keep a fact, in a transaction of its own."""
    with connections.transaction(connection):
        put(connection, key, value)


def facts_with_prefix(connection: sqlite3.Connection, prefix: str) -> dict[str, str]:
    """The facts whose keys begin with a prefix, which has no `*`, `?` or `[`."""
    return dict(connection.execute("SELECT key, value FROM meta WHERE key GLOB ?", (f"{prefix}*",)).fetchall())
