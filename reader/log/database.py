"""The file of the log: its tables, the facts about it in `meta`, and the statement that adds a row."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from reader.database import connections
from reader.log.rows import new_machine

VERSION = 1
"""SQLite's `user_version` of the file."""

INSERT = "INSERT OR IGNORE INTO event (action, machine, clock, paper, kind, value, by) VALUES (?, ?, ?, ?, ?, ?, ?)"


def prepare(connection: sqlite3.Connection) -> None:
    """Create the tables unless they are there, in the caller's transaction."""
    if connection.execute("PRAGMA user_version").fetchone()[0]:
        return
    for statement in connections.statements(Path(__file__).with_name("schema.sql").read_text("utf-8")):
        connection.execute(statement)
    for key, value in (("machine", new_machine()), ("edition", new_machine()), ("clock", "0")):
        put(connection, key, value)
    connection.execute(f"PRAGMA user_version = {VERSION}")


def get(connection: sqlite3.Connection, key: str) -> str:
    """A fact about the log."""
    return str(connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()[0])


def put(connection: sqlite3.Connection, key: str, value: str) -> None:
    """Set a fact about the log, in the caller's transaction."""
    connection.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (key, value))
