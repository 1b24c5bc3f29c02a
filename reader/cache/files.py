"""The cache as a file: its backups, broken files that are put aside, and its pages.

Backups are in the folder `backups` beside it: before each migration, and once a day of use; three are kept, one of
them whole, so that together they take little more than the cache itself.

Nearly all of a cache can be fetched again: the backup of a day has what the user did, the followed feeds, and the
papers that are starred, tagged, noted or queued. A cache of up to `FULL_BYTES` is copied whole once a week, any before
its migration. A backup takes its place only if it passes SQLite's check, so that good ones are never replaced by bad.
Nothing that is broken is ever deleted. Pages are counted without SQLite, which refuses a broken file:
https://sqlite.org/fileformat2.html describes them.
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

from reader.cache.connections import alone
from reader.cache.sqlite_errors import damaged, explained, suspect
from reader.core.errors import CacheBusy, CacheError
from reader.paths import backup_folder, make_folder, make_private, suspect_stamp, touch_private

KEPT = 3
"""Backups that are kept: the newest whole one, and the newest of the others."""

WHOLE_DAYS = 7
"""Days after which a whole backup is followed by another."""

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
    week = {_target(path, today - timedelta(day)).stem for day in range(WHOLE_DAYS)}
    has_whole = any(file.name[: len(target.stem)] in week and _is_complete(file) for file in backups(path))
    is_whole = not has_whole and size <= FULL_BYTES and shutil.disk_usage(path.parent).free > 2 * size
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
    """Back a cache up, which may be in use, in full or not at all; delete the backups that are too many.

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
            copy.execute("PRAGMA main.journal_mode = DELETE")
            if copy.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
                suspect(path)
                raise damaged(path)
        partial.replace(target)
    except OSError as error:
        raise CacheError(f"The backup {target} could not be written: {error.strerror}.") from error
    finally:
        partial.unlink(missing_ok=True)
    # One that is dated later was made by a wrong clock: it counts as the oldest.
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
    """Whether a backup has all tables, and not only those that no feed can send again."""
    sql = "SELECT count(*) FROM sqlite_schema WHERE name IN ('paper', 'listing', 'effect')"
    return bool(connection.execute(sql).fetchone() == (3,))


def _copy_own(path: Path, copy: sqlite3.Connection) -> None:
    """Copy the user's own tables, and the papers with a star, a tag or a note; leave the cache to SQLite's check."""
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
"""Ends of the names of the files that SQLite keeps beside a database; the first two hold what was written last."""


def set_aside(path: Path, replacement: Path | None = None) -> Path:
    """Give a file and those that SQLite keeps beside it another name, and put another in its place; return its name.

    At every moment there is a file in the place: the broken one, or its replacement. Raises CacheError.
    """
    kept = _free_name(path)
    try:
        is_linked = replacement is not None and _link(path, kept)
        for end in BESIDE:
            # The new file must never meet the old one's log, which SQLite would take for its own.
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
    """Copy a file, and the log that SQLite keeps beside it, before it is changed in its place; return the copy's name.

    Raises CacheError.
    """
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
    """Give the write-ahead log of a file that is missing or empty another name, if it holds anything."""
    log = path.with_name(f"{path.name}-wal")
    with suppress(OSError):
        if log.stat().st_size and not (path.exists() and path.stat().st_size):
            make_private(log.rename(f"{_free_name(path)}-wal"))


def is_aside(file: Path) -> bool:
    """Whether a file was put aside, or is a copy of one that was changed."""
    return _MARK in file.name


def _free_name(path: Path) -> Path:
    """A dated name beside the file that is not taken."""
    now = datetime.now().strftime("%Y-%m-%d-%H%M%S")
    number = 1
    while True:
        name = path.with_name(f"{path.name}{_MARK}{now}{f'-{number}' if number > 1 else ''}")
        if not any(name.with_name(name.name + end).exists() for end in ("", *BESIDE)):
            return name
        number += 1


def _link(path: Path, kept: Path) -> bool:
    """Give a file a second name; not every file system can."""
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
    """Whether each page that the header of a database counts is in the file or in its log; reads little.

    The file must not be open in this process: as it is closed here, the system drops all locks on it.
    """
    with path.open("rb") as main:
        header = main.read(HEADER)
    # Without these two equal, the count is of an older version of SQLite, which left it as it was.
    count = int.from_bytes(header[28:32]) if header[24:28] == header[92:96] else 0
    return has_pages(path, max(count, 1), page_size(header))


def has_pages(path: Path, count: int, size: int) -> bool:
    """Whether so many pages are in a file or in its log, whose pages may move to the file meanwhile."""
    return (
        count <= path.stat().st_size // size or _are_logged(path, count, size) or count <= path.stat().st_size // size
    )


def _are_logged(path: Path, count: int, size: int) -> bool:
    have = path.stat().st_size // size
    log_path = path.with_name(f"{path.name}-wal")
    if not log_path.is_file():
        return False
    with log_path.open("rb") as log:
        logged = {number for number, _ in frames_of(log, size)}
    return all(number in logged for number in range(have + 1, count + 1))


def page_size(header: bytes) -> int:
    """The page size that a file's header names, or ours if it names none."""
    size = int.from_bytes(header[16:18])
    size = 65536 if size == 1 else size
    is_good = header.startswith(MAGIC) and 512 <= size <= 65536 and size & (size - 1) == 0
    return size if is_good else PAGE_SIZE


def frames_of(log: BinaryIO, size: int) -> list[tuple[int, int]]:
    """The pages in a write-ahead log, in the order in which they were written: each page's number and its place."""
    log.seek(0)
    salt = log.read(_LOG_HEADER)[16:24]
    end = os.fstat(log.fileno()).st_size
    frames = []
    place = _LOG_HEADER
    while place + _FRAME_HEADER + size <= end:
        log.seek(place)
        header = log.read(_FRAME_HEADER)
        # The frames behind are left over from before the log was begun anew.
        if header[8:16] != salt:
            break
        place += _FRAME_HEADER
        frames.append((int.from_bytes(header[:4]), place))
        place += size
    return frames
