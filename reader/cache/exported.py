"""What watched exports were last written with: a file that something else has changed is not overwritten."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from reader.cache import connections
from reader.cache.sqlite_errors import explained

_KEY = "exports"
"""The key in `meta`."""

_REMEMBERED = 5
"""Contents of a file that are known as ours: two programs may write it one after the other, and note it later."""


def known_contents(path: Path) -> dict[str, list[str]]:
    """The digests of what was written to each file, the newest first."""
    with explained(path), closing(connections.connect(path, query_only=True)) as cache:
        return _read(cache)


def note_content(path: Path, file: str, digest: str) -> None:
    """Note what was written to a file."""
    with explained(path), closing(connections.connect(path)) as cache, connections.transaction(cache):
        known = _read(cache)
        before = [one for one in known.get(file, ()) if one != digest]
        known[file] = [digest, *before][:_REMEMBERED]
        cache.execute(
            "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
            (_KEY, json.dumps(known)),
        )


def _read(cache: sqlite3.Connection) -> dict[str, list[str]]:
    row = cache.execute("SELECT value FROM meta WHERE key = ?", (_KEY,)).fetchone()
    known = json.loads(row[0]) if row else {}
    return known if isinstance(known, dict) else {}
