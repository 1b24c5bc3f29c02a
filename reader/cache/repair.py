"""Examines the cache and the log, and replaces whichever is broken.

The log is restored from its own readable rows, its daily copies and the cache (`reader/log/copies.py`). A broken cache
is set aside; the rows that can still be read are copied into a new one, the log is applied, and a refresh fetches the
rest. SQLite's pages are not parsed: a table is read from both ends, up to its first and last damaged page.
"""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import NamedTuple

from reader import platform
from reader.cache import schema
from reader.cache.marks.events import Events
from reader.core.errors import CacheDamaged, CacheError, CacheForeign, CacheTooNew
from reader.core.text import amount
from reader.database import connections
from reader.database.connections import hold_lock
from reader.database.sqlite_errors import explain_errors
from reader.log import copies
from reader.log.copies import RestoredLog
from reader.paths import log_database, make_folder, refresh_stamp, suspect_stamp

REPAIR = "dailypapers doctor --repair"

Progress = Callable[[str], None]


class Fault(NamedTuple):
    """A problem of the files."""

    name: str
    """`marks`, `cache` or `permissions`."""
    what: str
    """A few words."""
    can_repair: bool = True


class RepairResult(NamedTuple):
    """The result of a repair."""

    found: list[Fault]
    aside: list[Path]
    """Where the broken files are now."""
    rows: int
    """Number of rows in the log."""
    starred: int
    """Number of starred papers, whether or not the cache has them."""
    papers: int
    restored: RestoredLog | None = None
    """How the log was restored; None if it was not damaged."""

    def summary(self) -> str:
        """One sentence about the faults and the current contents."""
        have = f"{amount(self.rows, 'mark')}, {amount(self.starred, 'star')} and {amount(self.papers, 'paper')}"
        if not self.found:
            advice = "" if self.papers else " 'dailypapers refresh' fetches papers, and your marks are on them again."
            return f"Nothing was broken: {have}.{advice}"
        faults = ", ".join(f"{fault.name} {fault.what}" for fault in self.found)
        kept = f" The old files are {', '.join(file.name for file in self.aside)}." if self.aside else ""
        rows = f" {self.restored.summary}" if self.restored else ""
        return f"Repaired ({faults}): {have} are here, and 'dailypapers refresh' fetches what is missing.{rows}{kept}"


# Examination


def examine(path: Path, progress: Progress = lambda _: None) -> list[Fault]:
    """The faults of the cache at a path and of the log beside it, by reading all of both; changes nothing.

    Raises CacheError for a file that can't be examined, such as a busy cache.
    """
    if fault := permission_fault(path):
        return [fault]
    progress("checking the marks")
    faults = [Fault("marks", what)] if (what := copies.fault(path)) else []
    progress("checking the cache")
    return faults + _cache_faults(path)


def permission_fault(path: Path) -> Fault | None:
    """The first of the folder, the cache and the log that the user may not write, as a fault."""
    for file in (path.parent, path, log_database(path)):
        try:
            if file.exists() and not _may_write(file):
                medium = " on a medium that can't be written" if platform.is_read_only(path.parent) else ""
                return Fault("permissions", f"no permission to write {file}{medium}", can_repair=False)
        except OSError as error:
            return Fault("permissions", f"{file} can't be used: {error.strerror}", can_repair=False)
    return None


def _may_write(file: Path) -> bool:
    """Whether the user may read and write a file or folder by its permissions, which root too respects."""
    status = file.stat()
    return os.access(file, os.R_OK | os.W_OK) and (
        not platform.is_mine(status.st_uid) or bool(status.st_mode & stat.S_IWUSR)
    )


def _cache_faults(path: Path) -> list[Fault]:
    if path.is_dir():
        return [Fault("cache", "a folder in its place")]
    try:
        number = schema.version(path)
        if number is None:
            return []
        with explain_errors(path), closing(connections.connect(path, query_only=True)) as connection:
            if number == schema.HEAD and (missing := schema.missing_parts(connection)):
                return [Fault("cache", f"lacks {', '.join(missing)}"[:200])]
            return list(_sqlite_faults(connection))
    except CacheForeign:
        return [Fault("cache", "a file of another program")]
    except CacheTooNew:
        return [Fault("cache", "made by a newer dailypapers")]
    except CacheDamaged:
        return [Fault("cache", "damaged, cut off or not a database")]


def _sqlite_faults(connection: sqlite3.Connection) -> Iterator[Fault]:
    (message,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if message != "ok":
        yield Fault("cache", "damaged")
    with suppress(sqlite3.OperationalError):
        for table, index in (("paper_text", "paper_fts"), ("full_text", "text_fts")):
            texts, indexed = f"SELECT pk FROM {table}", f"SELECT id FROM {index}_docsize"
            (differing,) = connection.execute(
                f"SELECT count(*) FROM (SELECT * FROM ({texts} EXCEPT {indexed})"
                f" UNION ALL SELECT * FROM ({indexed} EXCEPT {texts}))"
            ).fetchone()
            if differing:
                yield Fault("cache", f"its index of words differs from {amount(differing, 'text')}")


# Repair


def repair(path: Path, progress: Progress = lambda _: None) -> RepairResult:
    """Replace the broken parts of the cache at a path and of the log beside it; raises CacheError."""
    faults = examine(path, progress)
    if impossible := [fault for fault in faults if not fault.can_repair]:
        raise CacheError(
            f"Nothing can be repaired where files can't be written: {impossible[0].what}. Change that, or copy the "
            "files to a folder of yours and set DAILYPAPERS_HOME to it. 'dailypapers doctor' says more."
        )
    names = {fault.name for fault in faults}
    aside: list[Path] = []
    restored = None
    with hold_lock(schema.lock(make_folder(path)), schema.UPGRADE_SECONDS):
        if "marks" in names:
            progress("restoring the marks")
            restored = copies.restore(path)
            aside += filter(None, [restored.aside])
        if "cache" in names:
            if path.is_file():
                with suppress(CacheError):
                    # A damaged cache of an older release may be the only place of some marks.
                    copies.take_old_marks(path)
            aside += filter(None, [schema.replace(path, progress)])
            # Without its stamp, the next refresh fetches everything that is missing.
            refresh_stamp(path).unlink(missing_ok=True)
        suspect_stamp(path).unlink(missing_ok=True)
    schema.ensure(path)
    progress("deriving the marks")
    with closing(Events.open(path)) as events:
        stars = "SELECT count(*) FROM mark WHERE kind = 'star' AND value = '1' AND undone = 0"
        counts = f"SELECT ({stars}), count(*) FROM paper"
        starred, papers = events.read(lambda connection: connection.execute(counts).fetchone())
        rows = events.log.count()
    return RepairResult(faults, aside, rows, starred, papers, restored)
