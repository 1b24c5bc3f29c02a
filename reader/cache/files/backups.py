"""Backups of a cache, in the folder `backups` beside it: before each migration, and once a day of use; three are kept.

A cache of up to `FULL_BYTES` is copied whole. A larger one would take many gigabytes and minutes a day, and nearly all
of it can be fetched again: its backup has what the user did, the followed feeds, and the papers that are starred,
tagged, noted or queued. A backup takes its place only if it passes SQLite's check, so that good ones are never
replaced by bad.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

from reader.cache.connections import alone
from reader.cache.sqlite_errors import damaged, explained, suspect
from reader.core.errors import CacheBusy, CacheError
from reader.paths import backup_folder, make_folder, suspect_stamp, touch_private

KEPT = 3
"""Backups that are kept."""

FULL_BYTES = 1 << 28
"""The largest cache that is copied whole, some 50,000 papers; copying and checking it takes 3 s."""

_OWN = ("event", "feed", "meta", "alembic_version")
"""The tables that no feed can send again."""

_MARKED = """
    SELECT pk FROM source.paper WHERE starred = 1 OR has_note = 1
    UNION SELECT pk FROM source.paper_tag UNION SELECT pk FROM source.queue
"""


def backups(path: Path) -> list[Path]:
    """The backups of the cache at `path`, newest first."""
    return sorted(_files(path), reverse=True)


def _files(path: Path) -> list[Path]:
    name = re.compile(rf"{re.escape(path.stem)}-\d{{4}}-\d\d-\d\d(-before-\d{{4}})?\.db")
    try:
        return [file for file in backup_folder(path).iterdir() if name.fullmatch(file.name)]
    except OSError:
        return []


def keep_daily_backup(path: Path, today: date) -> None:
    """Back the cache up unless it was backed up today; a failure is logged, and stops nothing."""
    try:
        back_up_daily(path, today)
    except (CacheError, OSError) as error:
        from reader.log import record_error

        record_error("backup", error)


def back_up_daily(path: Path, today: date) -> Path | None:
    """Back the cache up unless it was backed up today; return the new backup. Raises CacheError and OSError."""
    target = _target(path, today)
    if target.exists() or not path.exists() or suspect_stamp(path).exists():
        return None
    size = path.stat().st_size
    is_whole = size <= FULL_BYTES and shutil.disk_usage(path.parent).free > (KEPT + 1) * size
    try:
        with alone(lock(path), 0):
            return back_up(path, target, is_whole=is_whole)
    except CacheBusy:
        # Another program backs it up, or migrates it.
        return None


def lock(path: Path) -> Path:
    """The file of `turns.alone` for those who back the cache up: each would delete the other's unfinished copy."""
    return path.with_suffix(".backup")


def back_up_before(path: Path, today: date, head: str) -> Path:
    """Back the whole cache up before its migration to the schema `head`; an earlier backup of that stays.

    The caller has the turn of `lock`.
    """
    target = _target(path, today, f"-before-{head}")
    return target if target.exists() else back_up(path, target)


def _target(path: Path, today: date, why: str = "") -> Path:
    return backup_folder(path) / f"{path.stem}-{today.isoformat()}{why}.db"


def back_up(path: Path, target: Path, *, is_whole: bool = True) -> Path:
    """Back a cache up, which may be in use, in full or not at all; delete the oldest backups.

    The caller has the turn of `lock`, where other programs may do the same. Raises CacheDamaged if the cache or the
    copy does not pass SQLite's check.
    """
    partial = make_folder(target).with_name(f"{target.name}.part")
    for left in partial.parent.glob("*.part"):
        left.unlink(missing_ok=True)
    touch_private(partial)
    try:
        with explained(path), closing(sqlite3.connect(partial, isolation_level=None)) as copy:
            if is_whole:
                with closing(sqlite3.connect(path)) as source:
                    source.backup(copy)
            else:
                _copy_own(path, copy)
            # A copy of a cache with a write-ahead log would get one of its own when it is opened.
            copy.execute("PRAGMA journal_mode = DELETE")
            if copy.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
                suspect(path)
                raise damaged(path)
        partial.replace(target)
    except OSError as error:
        raise CacheError(f"The backup {target} could not be written: {error.strerror}.") from error
    finally:
        partial.unlink(missing_ok=True)
    for old in [file for file in backups(path) if file != target][KEPT - 1 :]:
        old.unlink(missing_ok=True)
    return target


def _copy_own(path: Path, copy: sqlite3.Connection) -> None:
    """Copy the user's own tables, and the papers with a star, a tag or a note."""
    copy.execute("ATTACH ? AS source", (os.fsencode(path),))
    copy.execute("BEGIN")
    for table in (*_OWN, "paper", "paper_text"):
        (sql,) = copy.execute("SELECT sql FROM source.sqlite_schema WHERE name = ?", (table,)).fetchone()
        copy.execute(sql)
        chosen = "" if table in _OWN else f" WHERE pk IN ({_MARKED})"
        copy.execute(f"INSERT INTO {table} SELECT * FROM source.{table}{chosen}")
    copy.execute("COMMIT")
    copy.execute("DETACH source")
