"""The paths of the program's files, and functions that write them; folders are created only when a file is written.

The environment variable `DAILYPAPERS_HOME` puts all files into one folder, for tests, portable installations and a
second, separate reader.
"""

from __future__ import annotations

import errno
import os
import stat
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from reader import platform

if TYPE_CHECKING:
    from datetime import datetime

    from reader.core.errors import ReaderError

APP = "dailypapers"

FULL = frozenset({errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)})
"""The error numbers for a full disk or an exhausted quota."""

MIN_FREE_BYTES = 1 << 16
"""Minimum free bytes for SQLite to open a cache."""

HOME_VARIABLE = "DAILYPAPERS_HOME"

LOG_DATABASE = "log.db"
"""The file name of the log of the user's actions."""


def cache_file() -> Path:
    """The cache, which has the papers and the user's marks."""
    return (home() or _platform("user_data_path")) / "papers.db"


def refresh_stamp(cache: Path) -> Path:
    """The file whose modification time is the time of the cache's last complete refresh."""
    return cache.with_suffix(".refreshed")


def last_refresh(cache: Path) -> datetime | None:
    """The local time of the cache's last complete refresh; None if there was none."""
    from datetime import datetime

    try:
        return datetime.fromtimestamp(refresh_stamp(cache).stat().st_mtime).astimezone()
    except OSError:
        return None


def log_database(cache: Path) -> Path:
    """The log of the user's actions, beside the cache."""
    return cache.with_name(LOG_DATABASE)


def old_journal(cache: Path) -> Path:
    """The journal in which releases before 0.3.0 kept the user's marks a second time."""
    return cache.with_suffix(".journal.jsonl")


def sent_digests_file(cache: Path) -> Path:
    """The record of mailed papers, beside the cache."""
    return cache.with_suffix(".digests.jsonl")


def sync_lock(cache: Path) -> Path:
    """The file that a program locks while it exchanges the cache's marks with other machines."""
    return cache.with_suffix(".sync")


def is_there(database: Path) -> bool:
    """Whether a cache or log exists; an empty file does not count."""
    return database.exists() and database.stat().st_size > 0


def suspect_stamp(cache: Path) -> Path:
    """The file that marks a cache or its log as possibly damaged, so that the next start examines both."""
    return cache.with_name("suspect")


def backup_folder(cache: Path) -> Path:
    """The folder of the cache's backups."""
    return cache.with_name("backups")


def draft_folder(cache: Path) -> Path:
    """The folder of notes that the user is writing, beside the cache."""
    return cache.with_name("drafts")


def response_cache_folder() -> Path:
    """The folder that running programs share: locks and pauses for each host, and recent PDFs."""
    return (home() or _platform("user_cache_path")) / "answers"


def config_file() -> Path:
    """The settings file."""
    return (home() or _platform("user_config_path")) / "config.toml"


def state_file() -> Path:
    """The saved state of the last visit: view, query, cursor, pane sizes."""
    return (home() or _platform("user_state_path")) / "state.json"


def standing_draft() -> Path:
    """The text of the standing queries that the user edits; it is kept while it has a mistake."""
    return (home() or _platform("user_state_path")) / "standing.toml"


def look_file() -> Path:
    """The appearance of the last visit's screen, for the first frame of the next start."""
    return (home() or _platform("user_state_path")) / "look.json"


def log_file() -> Path:
    """The log file of errors and warnings."""
    return (home() or _platform("user_log_path")) / "dailypapers.log"


def home() -> Path | None:
    """The folder in `DAILYPAPERS_HOME` as an absolute path; None if it is unset or empty."""
    named = os.environ.get(HOME_VARIABLE)
    return Path(named).expanduser().absolute() if named else None


def make_folder(file: Path) -> Path:
    """Create the missing folders of `file` for the user alone (0700), and return `file`."""
    missing = [folder for folder in file.parents if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir(mode=0o700, exist_ok=True)
    return file


def read_start(file: Path, limit: int) -> bytes:
    """At most `limit` bytes from the beginning of a file; raises OSError, also for pipes and devices."""
    with open(file, "rb", opener=_open_plain) as opened:
        return opened.read(limit)


def _open_plain(file: str, flags: int) -> int:
    """Open a regular file; for a pipe, raise OSError instead of waiting for its writer."""
    handle = os.open(file, flags | os.O_NONBLOCK)
    mode = os.fstat(handle).st_mode
    if not stat.S_ISREG(mode):
        os.close(handle)
        number, text = (errno.EISDIR, None) if stat.S_ISDIR(mode) else (errno.EINVAL, "it is a pipe or a device")
        raise OSError(number, text or os.strerror(number), file)
    return handle


def open_private(file: Path, *, new: bool = False) -> TextIO:
    """Open an empty text file that only the user can read; with `new`, raises FileExistsError if it exists.

    Lone surrogates, which stand for invalid bytes in file names, are written as escapes.
    """
    flags = os.O_WRONLY | os.O_CREAT | (os.O_EXCL if new else os.O_TRUNC)
    return os.fdopen(os.open(file, flags, 0o600), "w", encoding="utf-8", errors="backslashreplace")


def replace_private(file: Path, text: str, *, durable: bool = True) -> None:
    """Replace a private text file atomically, following links; unless `durable`, it may be empty after a crash."""
    target = make_folder(file).resolve()
    partial = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        # In a folder that other users can write to, this file may be their link to another file.
        partial.unlink(missing_ok=True)
        with open_private(partial, new=True) as out:
            out.write(text)
            if durable:
                out.flush()
                platform.to_disk(out.fileno())
        partial.replace(target)
    finally:
        with suppress(OSError):
            partial.unlink()


def explain(error: OSError) -> str:
    """A sentence that explains an error of the system; for a full disk, it names the folder and the remedy."""
    if error.errno in FULL:
        if not isinstance(error.filename, str):
            return f"Something could not be written: {error.strerror}. Free some space and try again."
        return f"The disk of {Path(error.filename).parent} is full. Free some space there and try again."
    return f"{error.filename or 'The system'}: {error.strerror or ' '.join(str(error).split())}."


def take_lock(file: Path, busy: ReaderError, patience: float = 0.0) -> int:
    """Lock a file until the returned handle is closed or the program ends.

    Raises `busy` if another program still holds the lock after `patience` seconds, and OSError if the file can't be
    written.
    """
    handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        give_up = time.monotonic() + patience
        while not platform.try_lock(handle):
            if time.monotonic() >= give_up:
                raise busy
            time.sleep(0.01)
    except BaseException:
        os.close(handle)
        raise
    return handle


def sync(place: Path) -> None:
    """Wait until a file, or the list of a folder's files, is on the disk; errors are ignored."""
    with suppress(OSError):
        opened = os.open(place, os.O_RDONLY)
        try:
            platform.to_disk(opened)
        finally:
            os.close(opened)


def touch_private(file: Path) -> None:
    """Set the modification time of a file to now; create a missing file, empty and for the user alone."""
    file.touch(0o600)


_XDG = {
    "user_data_path": ("XDG_DATA_HOME", ".local/share"),
    "user_cache_path": ("XDG_CACHE_HOME", ".cache"),
    "user_config_path": ("XDG_CONFIG_HOME", ".config"),
    "user_state_path": ("XDG_STATE_HOME", ".local/state"),
}
"""For each folder on Linux: the environment variable, and the default within the home folder."""


def _platform(kind: str) -> Path:
    """The folder that the system provides for a kind of the program's files."""
    if platform.LINUX and kind in _XDG and "ANDROID_ROOT" not in os.environ:
        # The most common case: do not import platformdirs, which takes 8 ms.
        variable, default = _XDG[kind]
        named, user = os.environ.get(variable, ""), os.environ.get("HOME", "")
        if named.startswith("/"):
            return Path(named, APP)
        if user.startswith("/"):
            return Path(user, default, APP)
    import platformdirs

    folder: Path = getattr(platformdirs, kind)(APP, appauthor=False)
    return folder
