"""What watched exports were last written with: a file that something else has changed is not overwritten."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from reader.cache import connections
from reader.cache.sqlite_errors import explained

_KEY = "exports"
"""The key in `meta`."""

_REMEMBERED = 5
"""Contents of a file that are known as ours: several programs may be about to write it."""


def known_contents(path: Path, file: str) -> Sequence[str]:
    """The digests of what was written to a file, the newest first."""
    with explained(path), closing(connections.connect(path, query_only=True)) as cache:
        return _read(cache).get(file, ())


def note_contents(path: Path, file: str, digests: Sequence[str]) -> None:
    """Note what is about to be written to a file, and then what it has now, if that is ours."""
    with explained(path), closing(connections.connect(path)) as cache, connections.transaction(cache):
        known = _read(cache)
        known[file] = list(dict.fromkeys((*digests, *known.get(file, ()))))[:_REMEMBERED]
        cache.execute(
            "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
            (_KEY, json.dumps(known)),
        )


def _read(cache: sqlite3.Connection) -> dict[str, list[str]]:
    row = cache.execute("SELECT value FROM meta WHERE key = ?", (_KEY,)).fetchone()
    known = json.loads(row[0]) if row else {}
    return known if isinstance(known, dict) else {}
