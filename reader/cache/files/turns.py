"""Lets one program at a time do what others must not do beside it, such as repair a cache or back it up."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from reader.cache.connections import begin_patiently
from reader.cache.sqlite_errors import explained
from reader.core.errors import CacheError
from reader.paths import make_folder, touch_private


@contextmanager
def alone(lock: Path, seconds: float) -> Iterator[None]:
    """Wait up to so many seconds for the turn of the file `lock`, and have it until the block or the program ends.

    Raises CacheBusy after that time, and CacheError if the file can't be written.
    """
    try:
        touch_private(make_folder(lock))
    except OSError as error:
        raise CacheError(f"{lock} can't be written: {error.strerror}. Check the permissions of its folder.") from error
    with explained(lock):
        connection = sqlite3.connect(lock, timeout=0, isolation_level=None)
    with closing(connection):
        with explained(lock):
            # SQLite's locks end with the program, on every system.
            begin_patiently(connection, "BEGIN EXCLUSIVE", lock, seconds)
        yield
