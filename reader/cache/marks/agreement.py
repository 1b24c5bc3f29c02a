"""Tells cheaply whether the log of events and its journal agree: by one row and the size of one file."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from reader.cache import meta
from reader.paths import journal_file

SIZE = "journal_size"
"""The key in `meta` of the journal's size when the cache last wrote it; -1 after a migration that found no journal."""


def agrees(connection: sqlite3.Connection, cache: Path) -> bool:
    """Whether the journal has the size that the cache has noted."""
    return stored_size(connection) == file_size(journal_file(cache))


def stored_size(connection: sqlite3.Connection) -> int:
    """The journal's size in bytes that the cache has noted; 0 if there was never a journal."""
    return int(meta.get(connection, SIZE) or 0)


def file_size(file: Path) -> int:
    """A file's size in bytes; 0 if it is missing."""
    try:
        return file.stat().st_size
    except OSError:
        return 0
