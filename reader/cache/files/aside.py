"""Put a cache's file aside, byte for byte, under a dated name beside it: nothing that is broken is ever deleted."""

from __future__ import annotations

import errno
import shutil
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from reader.core.errors import CacheError
from reader.paths import make_private

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
            f"The disk is full, so {path} can't be kept beside its repair. Free some space and try again."
        )
    return CacheError(f"{path} can't be put aside: {error.strerror}. Check the permissions of its folder.")
