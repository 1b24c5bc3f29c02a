"""The cache as a file: backups, broken files moved aside, and pages.

Backups are in the folder `backups` beside it: before each migration, and once a day of use. Three are kept, one of them
whole, so that together they take little more than the cache.

Most of a cache can be fetched again: a daily backup has the user's actions, followed feeds, and starred, tagged, noted
or queued papers. A cache of up to `FULL_BYTES` is copied whole once a week, and any cache before its migration. A
backup must pass SQLite's check, so that bad ones never replace good ones. Broken files are never deleted. Pages are
counted without SQLite, which refuses a broken file: https://sqlite.org/fileformat2.html describes them.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import sqlite3
from contextlib import closing, suppress
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from reader.core.errors import CacheBusy, CacheError
from reader.database.connections import alone
from reader.database.sqlite_errors import damaged, explained, suspect
from reader.paths import backup_folder, make_folder, make_private, suspect_stamp, touch_private

KEPT = 3
"""Kept backups: the newest whole one, and the newest of the others."""

WHOLE_DAYS = 7

FULL_BYTES = 1 << 28
"""The largest cache copied whole, some 50,000 papers; copying and checking it takes 3 s."""

_OWN = ("event", "feed", "meta", "alembic_version")
"""Tables that no feed can send again."""

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
    """Back up the cache unless that was done today; a failure is only logged."""
    try:
        back_up_daily(path, today)
    except (CacheError, OSError) as error:
        from reader.log_file import record_error

        record_error("backup", error)


def back_up_daily(path: Path, today: date) -> Path | None:
    """Back up the cache unless that was done today; return the new backup. Raises CacheError and OSError."""
    target = _target(path, today)
    if target.exists() or not path.exists() or suspect_stamp(path).exists():
        return None
    size = path.stat().st_size
    week = {_target(path, today - timedelta(day)).stem for day in range(WHOLE_DAYS)}
    has_whole = any(file.name[: len(target.stem)] in week and _is_complete(file) for file in backups(path))
    is_whole = not has_whole and size <= FULL_BYTES and shutil.disk_usage(path.parent).free > 2 * size
    try:
        with alone(lock(path), 0):
            return back_up(path, target, is_whole=is_whole)
    except CacheBusy:
        # Another program is backing it up or migrating it.
        return None


def lock(path: Path) -> Path:
    """The lock file for backups, without which two programs would delete each other's unfinished copies."""
    return path.with_suffix(".backup")


def back_up_before(path: Path, today: date, head: str) -> Path:
    """Back up the whole cache before its migration to the schema `head`; an earlier such backup is kept.

    The caller holds `lock`.
    """
    target = _target(path, today, f"-before-{head}")
    return target if target.exists() else back_up(path, target)


def _target(path: Path, today: date, why: str = "") -> Path:
    return backup_folder(path) / f"{path.stem}-{today.isoformat()}{why}.db"


def back_up(path: Path, target: Path, *, is_whole: bool = True) -> Path:
    """Back up a cache, which may be in use, completely or not at all; delete surplus backups.

    The caller holds `lock` if other programs may do the same. Raises CacheDamaged if the cache or the copy does not
    pass SQLite's check.
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
            # A copy of a cache with a write-ahead log would get its own log when opened.
            copy.execute("PRAGMA main.journal_mode = DELETE")
            if copy.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
                suspect(path)
                raise damaged(path)
        partial.replace(target)
    except OSError as error:
        raise CacheError(f"The backup {target} could not be written: {error.strerror}.") from error
    finally:
        partial.unlink(missing_ok=True)
    # A later date comes from a wrong clock and counts as the oldest.
    others = sorted({*backups(path)} - {target}, key=lambda file: (file.name < target.name, file.name), reverse=True)
    complete = [file for file in others if _is_complete(file)]
    kept = [target, *([] if is_whole else complete[:1])]
    small = [file for file in others if file not in complete]
    for file in {*others} - {*kept, *small[: KEPT - len(kept)]}:
        file.unlink(missing_ok=True)
    return target


def _is_complete(backup: Path) -> bool:
    try:
        with closing(sqlite3.connect(backup)) as connection:
            return has_all_tables(connection)
    except sqlite3.Error:
        return False


def has_all_tables(connection: sqlite3.Connection) -> bool:
    """Whether a backup has all tables, not only those that no feed can send again."""
    sql = "SELECT count(*) FROM sqlite_schema WHERE name IN ('paper', 'listing', 'effect')"
    return bool(connection.execute(sql).fetchone() == (3,))


def _copy_own(path: Path, copy: sqlite3.Connection) -> None:
    copy.execute("ATTACH ? AS source", (os.fsencode(path),))
    copy.execute("BEGIN")
    for table in (*_OWN, "paper", "paper_text"):
        (sql,) = copy.execute("SELECT sql FROM source.sqlite_schema WHERE name = ?", (table,)).fetchone()
        copy.execute(sql)
        chosen = "" if table in _OWN else f" WHERE pk IN ({_MARKED})"
        copy.execute(f"INSERT INTO {table} SELECT * FROM source.{table}{chosen}")
    copy.execute("COMMIT")
    if path.stat().st_size > FULL_BYTES:
        copy.execute("DETACH source")


_MARK = ".aside-"

BESIDE = ("-wal", "-journal", "-shm")
"""Suffixes of the files that SQLite keeps beside a database; the first two hold the latest writes."""


def set_aside(path: Path, replacement: Path | None = None) -> Path:
    """Rename a file and SQLite's files beside it, and put a replacement in its place; return the new name.

    The path always has a file: the broken one or its replacement. Raises CacheError.
    """
    kept = _free_name(path)
    try:
        is_linked = replacement is not None and _link(path, kept)
        for end in BESIDE:
            # The new file must never meet the old one's log, which SQLite would use.
            with suppress(FileNotFoundError):
                path.with_name(path.name + end).rename(kept.with_name(kept.name + end))
        if not is_linked:
            path.rename(kept)
        if replacement is not None:
            replacement.replace(path)
    except OSError as error:
        raise _explain(error, path) from error
    make_private(kept, *(kept.with_name(kept.name + end) for end in BESIDE))
    return kept


def keep_copy(path: Path) -> Path:
    """Copy a file and SQLite's log before changing it in place; return the copy's name. Raises CacheError."""
    kept = _free_name(path)
    try:
        for end in ("", *BESIDE[:2]):
            source, target = path.with_name(path.name + end), kept.with_name(kept.name + end)
            if source.exists():
                shutil.copy2(source, target)
                make_private(target)
    except OSError as error:
        for end in ("", *BESIDE):
            kept.with_name(kept.name + end).unlink(missing_ok=True)
        raise _explain(error, path) from error
    return kept


def set_log_aside(path: Path) -> None:
    """Rename the write-ahead log of a missing or empty file, if it holds anything."""
    log = path.with_name(f"{path.name}-wal")
    with suppress(OSError):
        if log.stat().st_size and not (path.exists() and path.stat().st_size):
            make_private(log.rename(f"{_free_name(path)}-wal"))


def is_aside(file: Path) -> bool:
    """Whether a file was moved aside, or is a copy of a changed one."""
    return _MARK in file.name


def _free_name(path: Path) -> Path:
    now = datetime.now().strftime("%Y-%m-%d-%H%M%S")
    number = 1
    while True:
        name = path.with_name(f"{path.name}{_MARK}{now}{f'-{number}' if number > 1 else ''}")
        if not any(name.with_name(name.name + end).exists() for end in ("", *BESIDE)):
            return name
        number += 1


def _link(path: Path, kept: Path) -> bool:
    """Give a file a second name, where the file system can."""
    try:
        kept.hardlink_to(path)
    except OSError:
        return False
    return True


def _explain(error: OSError, path: Path) -> CacheError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return CacheError(
            f"The disk is full: there is no room to keep {path} next to its repair. Free some space and try again."
        )
    return CacheError(f"{path} can't be put aside: {error.strerror}. Check the permissions of its folder.")


PAGE_SIZE = 4096
"""The page size of our caches, for files whose header is damaged."""

HEADER = 100
"""Bytes of the file's header, at the start of its first page."""

MAGIC = b"SQLite format 3\0"

_LOG_HEADER, _FRAME_HEADER = 32, 24


def is_whole(path: Path) -> bool:
    """Whether the file or its log has every page that a database's header counts; reads little.

    The file must not be open in this process: as it is closed here, the system drops all locks on it.
    """
    with path.open("rb") as main:
        header = main.read(HEADER)
    # Unless these two are equal, the count is stale, from an older version of SQLite.
    count = int.from_bytes(header[28:32]) if header[24:28] == header[92:96] else 0
    return has_pages(path, max(count, 1), page_size(header))


def has_pages(path: Path, count: int, size: int) -> bool:
    """Whether a file or its log has this many pages, which may move from log to file meanwhile."""
    return any(count <= path.stat().st_size // size or _are_logged(path, count, size) for _ in range(2))


def _are_logged(path: Path, count: int, size: int) -> bool:
    have = path.stat().st_size // size
    log_path = path.with_name(f"{path.name}-wal")
    if not log_path.is_file():
        return False
    with log_path.open("rb") as log:
        logged = {number for number, _ in frames_of(log, size)}
    return all(number in logged for number in range(have + 1, count + 1))


def page_size(header: bytes) -> int:
    """The page size in a file's header, or ours if missing."""
    size = int.from_bytes(header[16:18])
    size = 65536 if size == 1 else size
    is_good = header.startswith(MAGIC) and 512 <= size <= 65536 and size & (size - 1) == 0
    return size if is_good else PAGE_SIZE


def frames_of(log: BinaryIO, size: int) -> list[tuple[int, int]]:
    """The pages in a write-ahead log in writing order: each page's number and place."""
    log.seek(0)
    salt = log.read(_LOG_HEADER)[16:24]
    end = os.fstat(log.fileno()).st_size
    frames = []
    place = _LOG_HEADER
    while place + _FRAME_HEADER + size <= end:
        log.seek(place)
        header = log.read(_FRAME_HEADER)
        # Later frames are left over from before the log was restarted.
        if header[8:16] != salt:
            break
        place += _FRAME_HEADER
        frames.append((int.from_bytes(header[:4]), place))
        place += size
    return frames
