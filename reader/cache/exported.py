"""What watched exports were last written with, and why some could not be.

A file that something else has changed is not overwritten, and the same problem is told once.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from reader.cache import connections
from reader.cache.sqlite_errors import explained

_CONTENTS, _PROBLEMS = "exports", "exports_not_written"
"""The keys in `meta`."""

_REMEMBERED = 5
"""Contents of a file that are known as ours: several programs may be about to write it."""


def known_contents(path: Path, file: str) -> Sequence[str]:
    """The digests of what was written to a file, the newest first."""
    found: Sequence[str] = _load(path, _CONTENTS).get(file, ())
    return found


def note_contents(path: Path, file: str, digests: Sequence[str]) -> None:
    """Note what is about to be written to a file, and then what it has now, if that is ours."""
    with explained(path), closing(connections.connect(path)) as cache, connections.transaction(cache):
        known = _read(cache, _CONTENTS)
        known[file] = list(dict.fromkeys((*digests, *known.get(file, ()))))[:_REMEMBERED]
        _write(cache, _CONTENTS, known)


def known_problems(path: Path) -> dict[str, str]:
    """Why each file could not be written the last time; files that were written are left out."""
    return _load(path, _PROBLEMS)


def note_problems(path: Path, problems: Mapping[str, str]) -> None:
    """Note why files could not be written, in place of what was noted before."""
    with explained(path), closing(connections.connect(path)) as cache, connections.transaction(cache):
        _write(cache, _PROBLEMS, problems)


def _load(path: Path, key: str) -> dict[str, Any]:
    with explained(path), closing(connections.connect(path, query_only=True)) as cache:
        return _read(cache, key)


def _read(cache: sqlite3.Connection, key: str) -> dict[str, Any]:
    row = cache.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    known = json.loads(row[0]) if row else {}
    return known if isinstance(known, dict) else {}


def _write(cache: sqlite3.Connection, key: str, known: Mapping[str, object]) -> None:
    cache.execute(
        "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
        (key, json.dumps(known)),
    )
