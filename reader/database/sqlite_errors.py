"""SQLite's errors as sentences with a remedy; the result code decides, never SQLite's text."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType

from reader.core.errors import CacheBusy, CacheDamaged, CacheError, CacheFull, CacheInterrupted
from reader.paths import LOG_DATABASE, MIN_FREE_BYTES, suspect_stamp, touch_private

_BUSY = "Another program holds {path}. Try again in a moment."
_DAMAGED = (
    "The cache {path}, or log.db beside it, is damaged. The next start of the reader repairs it from what can be read "
    "and the daily copies of your marks, and so does 'dailypapers doctor --repair'."
)
_DAMAGED_LOG = (
    "The file of your marks {path} is damaged. The next start of the reader restores it from its rows and its daily "
    "copies, and so does 'dailypapers doctor --repair'."
)
_REFUSED = (
    "{path} can't be written, so nothing was stored. 'dailypapers doctor' says why; or set DAILYPAPERS_HOME to another "
    "folder."
)
_FOLDER = (
    "{path} is a folder, but a file of dailypapers belongs there. Rename the folder, or run "
    "'dailypapers doctor --repair', which moves it aside."
)

_SENTENCES: Mapping[int, tuple[type[CacheError], str]] = MappingProxyType(
    {
        sqlite3.SQLITE_BUSY: (CacheBusy, _BUSY),
        sqlite3.SQLITE_LOCKED: (CacheBusy, _BUSY),
        sqlite3.SQLITE_PROTOCOL: (CacheBusy, _BUSY),
        sqlite3.SQLITE_INTERRUPT: (CacheInterrupted, "A newer query replaced this one."),
        sqlite3.SQLITE_FULL: (
            CacheFull,
            "The disk is full, so {path} could not be written. Free some space and try again.",
        ),
        sqlite3.SQLITE_IOERR: (
            CacheError,
            "The disk failed under {path}. Check the disk, then run 'dailypapers doctor'.",
        ),
        sqlite3.SQLITE_CORRUPT: (CacheDamaged, _DAMAGED),
        sqlite3.SQLITE_NOTADB: (CacheDamaged, _DAMAGED),
        sqlite3.SQLITE_READONLY: (CacheError, _REFUSED),
        sqlite3.SQLITE_CANTOPEN: (CacheError, _REFUSED),
        sqlite3.SQLITE_PERM: (CacheError, _REFUSED),
    }
)

_OF_SHARED_MEMORY = (sqlite3.SQLITE_IOERR_SHMOPEN, sqlite3.SQLITE_IOERR_SHMSIZE)
"""The error of SQLite when the file that connections share can't be made as long as it must be."""


@contextmanager
def explain_errors(path: Path) -> Iterator[None]:
    """Turn SQLite's errors on the cache at `path` into CacheErrors."""
    try:
        yield
    except sqlite3.Error as error:
        raise explain(error, path) from error


def explain(error: BaseException, path: Path) -> CacheError:
    """The CacheError for an error of sqlite3, or of SQLAlchemy that wraps one, on the cache at `path`."""
    cause = getattr(error, "orig", None) or error
    code = primary_code(cause)
    could_not_grow = getattr(cause, "sqlite_errorcode", None) in _OF_SHARED_MEMORY
    if code == sqlite3.SQLITE_IOERR and (could_not_grow or not _has_room(path)):
        # The file that connections share could not grow: the disk is full, or the user's quota.
        code = sqlite3.SQLITE_FULL
    if path.is_dir():
        return folder_in_place(path)
    if code is not None and code in _SENTENCES:
        kind, sentence = _SENTENCES[code]
        if kind is CacheDamaged:
            with suppress(OSError):
                # The reader's next start examines all of the cache.
                touch_private(suspect_stamp(path))
            return damaged_error(path)
        return kind(sentence.format(path=path))
    from reader.log_file import record_error

    name = getattr(cause, "sqlite_errorname", "no code of SQLite")
    record_error(f"database {path} ({name})", cause)
    return CacheError(f"{path} failed unexpectedly: {cause}. Run 'dailypapers doctor'.")


def _has_room(path: Path) -> bool:
    """Whether the disk of the cache has room for a few pages; True if that is unknown."""
    import shutil

    with suppress(OSError):
        return shutil.disk_usage(path.parent).free >= MIN_FREE_BYTES
    return True


def folder_in_place(path: Path) -> CacheError:
    """The error for a folder where a database should be."""
    return CacheError(_FOLDER.format(path=path))


def is_damage(error: BaseException) -> bool:
    """Whether SQLite found that the file is damaged or no database."""
    return primary_code(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def damaged_error(path: Path) -> CacheDamaged:
    """The error for a cache that is found to be damaged before it is opened."""
    return CacheDamaged((_DAMAGED_LOG if path.name == LOG_DATABASE else _DAMAGED).format(path=path))


def primary_code(error: BaseException) -> int | None:
    """SQLite's primary result code of an error; None for an error that Python's sqlite3 module raised."""
    code: int | None = getattr(error, "sqlite_errorcode", None)
    # The bits above the lowest eight only name a kind of the primary error.
    return None if code is None else code & 0xFF
