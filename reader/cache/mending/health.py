"""The state of a cache: what is wrong with it, and the one command that mends it.

`glance` looks at the header, the size and the names of the tables, as every start does. `examine` reads all of the
cache and its journal. Both leave a broken file as it is, byte for byte.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from enum import Enum, auto
from pathlib import Path
from typing import NamedTuple

from reader import platform
from reader.cache import connections, schema
from reader.cache.files.aside import is_aside
from reader.cache.files.backups import backups
from reader.cache.files.pages import HEADER, MAGIC, is_whole
from reader.cache.mending.checks import verify
from reader.cache.sqlite_errors import explained, is_of_file
from reader.core.errors import CacheDamaged, CacheError, CacheForeign, CacheTooNew
from reader.paths import backup_folder, journal_file

REPAIR = "dailypapers cache repair"
RESTORE = "dailypapers restore"


class State(Enum):
    """What a cache may be found in."""

    LOCKED = auto()
    """It may not be read or written, but it is the user's, who can change that."""
    READ_ONLY = auto()
    """It is on a medium, or in a folder of somebody else, that can't be written."""
    FOREIGN = auto()
    """A file of another program."""
    NEWER = auto()
    """Made by a newer version of this program."""
    LOST = auto()
    """Missing, with a journal or backups beside it."""
    DAMAGED = auto()
    """Cut off, changed, without some of its tables, or no database at all."""
    OLDER = auto()
    """Made by an older version of this program."""
    INDEX = auto()
    """Only the full-text index is broken."""
    EVENTS = auto()
    """The log has events that no machine can have made."""
    MARKS = auto()
    """What is derived from the log or from the listings differs from them."""
    JOURNAL = auto()
    """The log of events and its journal differ."""
    NONE = auto()
    """There is none yet."""
    GOOD = auto()


_COMMANDS = {
    State.FOREIGN: f"{RESTORE} --set-aside",
    State.NEWER: f"{RESTORE} --set-aside",
    State.LOST: RESTORE,
    State.LOCKED: REPAIR,
    State.DAMAGED: REPAIR,
    State.OLDER: REPAIR,
    State.INDEX: REPAIR,
    State.EVENTS: REPAIR,
    State.MARKS: REPAIR,
    State.JOURNAL: REPAIR,
}

_BY_CHECK = {
    "file": State.DAMAGED,
    "references": State.DAMAGED,
    "log": State.DAMAGED,
    "events": State.EVENTS,
    "full-text index": State.INDEX,
    "index of texts": State.INDEX,
    "days": State.MARKS,
    "marks": State.MARKS,
    "journal": State.JOURNAL,
}
"""What a fault of each check means."""


class Condition(NamedTuple):
    """A state, and in a few words what was found."""

    state: State
    found: str = ""

    @property
    def command(self) -> str:
        """The command that mends it; empty if none does."""
        return _COMMANDS.get(self.state, "")

    @property
    def is_good(self) -> bool:
        """Whether nothing is wrong."""
        return self.state in (State.GOOD, State.NONE)


Progress = Callable[[str], None]


def _ignore_progress(_step: str) -> None:
    pass


def glance(path: Path) -> Condition:
    """The state at first sight; raises CacheError for a cache that can't be looked at, such as a busy one."""
    if locked := _permissions(path):
        return locked
    try:
        number = schema.version(path)
        is_current = schema.is_current(path)
    except CacheForeign:
        return Condition(State.FOREIGN, "a file of another program")
    except CacheTooNew:
        made = f"made by {schema.maker(path)} with schema {schema.version(path)}"
        return Condition(State.NEWER, f"{made}; this one knows schema {schema.HEAD}")
    except CacheDamaged:
        return Condition(State.DAMAGED, _first_damage(path))
    if number is None:
        if journal_file(path).exists() or backups(path) or path.with_name(f"{path.name}-wal").exists():
            return Condition(State.LOST, "missing or empty, with its journal or backups beside it")
        return Condition(State.NONE)
    if not is_current:
        return Condition(State.OLDER, f"made by an older version: schema {number}, now {schema.HEAD}")
    return Condition(State.GOOD)


def _first_damage(path: Path) -> str:
    """What is wrong at first sight with a damaged file."""
    with path.open("rb") as file:
        header = file.read(HEADER)
    if not header.startswith(MAGIC):
        return "not a database"
    if not is_whole(path):
        return "cut off"
    return "damaged, or without some of its tables"


def examine(path: Path, progress: Progress = _ignore_progress) -> Condition:
    """The worst state that can be found by reading everything (100 MB: 4 s); raises CacheError like `glance`."""
    progress("looking at the cache")
    condition = glance(path)
    if condition.state is not State.GOOD:
        return condition
    found: list[Condition] = []
    try:
        for check in verify(path):
            progress(f"{check.name} checked")
            if check.faults:
                more = f", and {len(check.faults) - 1} more" if check.faults[1:] else ""
                found.append(Condition(_BY_CHECK[check.name], f"{check.name}: {check.faults[0]}{more}"))
        _try_to_write(path)
    except (CacheError, UnicodeDecodeError) as error:
        if isinstance(error, CacheError) and not is_of_file(error):
            raise
        found.append(Condition(State.DAMAGED, "damaged in a place that had to be read"))
    return min(found, key=lambda one: one.state.value, default=Condition(State.GOOD))


def _try_to_write(path: Path) -> None:
    """Write a row and take it back; raises CacheError if the file's header forbids it."""
    with explained(path), closing(connections.connect(path)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO meta (key, value) VALUES ('', '')")
        connection.execute("ROLLBACK")


# Permissions


def _permissions(path: Path) -> Condition | None:
    """The condition of a cache that may not be read and written; None if it may, or if there is none yet."""
    folder = path.parent
    try:
        if not (path.exists() or journal_file(path).exists()):
            return None
    except PermissionError:
        return Condition(State.LOCKED, f"no permission to read the folder {folder}")
    wrong = [one for one in _used(path) if not _may_use(one)]
    if not wrong:
        return None
    if platform.is_read_only(folder):
        return Condition(State.READ_ONLY, "on a medium that can't be written")
    foreign = [one for one in wrong if _is_foreign(one)]
    if not foreign:
        return Condition(State.LOCKED, f"no permission to read and write {wrong[0]}")
    return Condition(State.READ_ONLY, f"no permission to write {foreign[0]}, which is not yours")


def _used(path: Path) -> Iterator[Path]:
    """The folders and the files that must be readable and writable; those that are missing are left out."""
    yield path.parent
    yield from (file for file in path.parent.glob(f"{path.stem}.*") if not is_aside(file))
    if backup_folder(path).exists():
        yield backup_folder(path)


def unlock(path: Path) -> None:
    """Give the user back the permissions on the cache's folder and files; raises OSError."""
    for one in _used(path):
        if not _may_use(one):
            one.chmod(0o700 if one.is_dir() else 0o600)


def _may_use(one: Path) -> bool:
    """Whether the user may read and write a file or folder; also root, who always can, keeps to its permissions."""
    try:
        status = one.stat()
    except FileNotFoundError:
        # Another program has just removed it, as SQLite does with its logs.
        return True
    needed = os.R_OK | os.W_OK | (os.X_OK if stat.S_ISDIR(status.st_mode) else 0)
    if not os.access(one, needed):
        return not one.exists()
    return platform.WINDOWS or not platform.is_mine(status.st_uid) or status.st_mode & stat.S_IWUSR != 0


def _is_foreign(one: Path) -> bool:
    """Whether a file or folder belongs to somebody else."""
    try:
        return not platform.is_mine(one.stat().st_uid)
    except FileNotFoundError:
        return False
