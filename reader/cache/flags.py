"""Flags of papers, in the caller's transaction. A paper without flags has no row."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

from reader.core.paper_row import Flag

FLAGS = "coalesce((SELECT f.flags FROM paper_flags AS f WHERE f.pk = p.pk), 0)"
"""SQL: the flags of the paper `p`."""

_CHOSEN = "(SELECT value FROM json_each(?))"

_ADD = (
    f"INSERT INTO paper_flags (pk, flags) SELECT pk, ? FROM paper WHERE pk IN {_CHOSEN}"
    " ON CONFLICT (pk) DO UPDATE SET flags = flags | excluded.flags WHERE flags | excluded.flags <> flags"
)


def having(flag: Flag) -> str:
    """SQL: the keys of the papers with a flag."""
    return f"SELECT pk FROM paper_flags WHERE flags & {flag:d}"


def has(flag: Flag, pk: str) -> str:
    """SQL: whether the paper with a key has a flag; `pk` is an expression."""
    return f"EXISTS (SELECT 1 FROM paper_flags AS f WHERE f.pk = {pk} AND f.flags & {flag:d})"


def flagged(connection: sqlite3.Connection, flag: Flag) -> set[int]:
    """The papers with a flag."""
    return {pk for (pk,) in connection.execute(having(flag))}


def set_flag(connection: sqlite3.Connection, flag: Flag, pks: Iterable[int]) -> None:
    """Set a flag of these papers, ignoring missing ones."""
    connection.execute(_ADD, (int(flag), json.dumps(list(pks))))


def clear_flag(connection: sqlite3.Connection, flag: Flag, pks: Iterable[int] | None = None) -> None:
    """Clear a flag of these papers; by default of all papers."""
    some, named = ("", ()) if pks is None else (f" AND pk IN {_CHOSEN}", (json.dumps(list(pks)),))
    connection.execute(f"DELETE FROM paper_flags WHERE flags = {flag:d}{some}", named)
    connection.execute(f"UPDATE paper_flags SET flags = flags & ~{flag:d} WHERE flags & {flag:d}{some}", named)
