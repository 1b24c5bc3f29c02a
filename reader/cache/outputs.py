"""Outputs of the user's programs about papers, kept beside the papers and never in a note."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from reader.database import connections


class KeptOutput(NamedTuple):
    """The last output of one command for a paper; a machine made it."""

    name: str
    made: str
    """ISO time, UTC."""
    text: str


def outputs_of(connection: sqlite3.Connection, pk: int) -> tuple[KeptOutput, ...]:
    """The kept outputs of a paper, the oldest first."""
    rows = connection.execute("SELECT name, made, body FROM kept_output WHERE pk = ? ORDER BY made, key", (pk,))
    return tuple(KeptOutput(*row) for row in rows)


def keep_output(path: Path, pk: int, output: KeptOutput) -> bool:
    """Keep an output, replacing an earlier one of its name; an empty one removes it.

    Returns whether the paper is still in the cache. Raises CacheError.
    """
    with connections.open_database(path, durable=True) as cache, connections.transaction(cache):
        cache.execute("DELETE FROM kept_output WHERE pk = ? AND name = ?", (pk, output.name))
        if not output.text:
            return True
        # The paper may have been dropped while the program ran.
        added = cache.execute(
            "INSERT INTO kept_output (pk, name, made, body) SELECT ?, ?, ?, ? FROM paper WHERE pk = ?",
            (pk, *output, pk),
        )
        return added.rowcount == 1


def drop_outputs(path: Path, pks: Sequence[int], name: str) -> int:
    """Drop the outputs of a command for these papers; return how many there were. Raises CacheError."""
    with connections.open_database(path, durable=True) as cache, connections.transaction(cache):
        dropped = cache.executemany("DELETE FROM kept_output WHERE pk = ? AND name = ?", [(pk, name) for pk in pks])
        return dropped.rowcount
