"""The cache as a file: the copy before a migration, and broken files that are moved aside.

The cache can be fetched again, so that only its migration is preceded by a copy. Broken files are never deleted.
"""

from __future__ import annotations

import errno
import sqlite3
from contextlib import closing, suppress
from datetime import date, datetime
from pathlib import Path

from reader.core.errors import CacheError
from reader.database.sqlite_errors import explained
from reader.paths import backup_folder, make_folder, touch_private


def lock(path: Path) -> Path:
    """The lock file of programs that migrate or repair the cache at a path, which take turns."""
    return path.with_suffix(".lock")


def back_up_before(path: Path, today: date, head: str) -> Path:
    """Copy the whole cache before its migration to the schema `head`; an earlier such copy is kept.

    The caller holds `lock`. Raises CacheError.
    """
    target = backup_folder(path) / f"{path.stem}-{today.isoformat()}-before-{head}.db"
    if target.exists():
        return target
    part = make_folder(target).with_name(f"{target.name}.part")
    part.unlink(missing_ok=True)
    touch_private(part)
    try:
        with explained(path), closing(sqlite3.connect(part, isolation_level=None)) as copy:
            with closing(sqlite3.connect(path)) as source:
                source.backup(copy)
            # A copy of a cache with a write-ahead log would get its own log when opened.
            copy.execute("PRAGMA journal_mode = DELETE")
        part.replace(target)
    except OSError as error:
        raise CacheError(f"The backup {target} could not be written: {error.strerror}.") from error
    finally:
        part.unlink(missing_ok=True)
    return target


BESIDE = ("-wal", "-journal", "-shm")
"""Suffixes of the files that SQLite keeps beside a database; the first two hold the latest writes."""


def set_aside(path: Path) -> Path:
    """Rename a file or folder and SQLite's files beside it; return the new name. Raises CacheError."""
    kept = _free_name(path)
    try:
        for end in BESIDE:
            # A new file must never meet the old one's log, which SQLite would use.
            with suppress(FileNotFoundError):
                path.with_name(path.name + end).rename(kept.with_name(kept.name + end))
        path.rename(kept)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise CacheError(
                f"The disk is full, so {path} stays in its place. Free some space and try again."
            ) from error
        raise CacheError(
            f"{path} can't be put aside: {error.strerror}. Check the permissions of its folder."
        ) from error
    return kept


def _free_name(path: Path) -> Path:
    now = datetime.now().strftime("%Y-%m-%d-%H%M%S")
    number = 1
    while True:
        name = path.with_name(f"{path.name}.aside-{now}{f'-{number}' if number > 1 else ''}")
        if not any(name.with_name(name.name + end).exists() for end in ("", *BESIDE)):
            return name
        number += 1
