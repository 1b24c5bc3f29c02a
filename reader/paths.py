"""The paths of the reader's files; folders are made only when a file is written.

`DAILYPAPERS_HOME` puts everything into one folder: for tests, portable set-ups and a second, separate reader.
"""

from __future__ import annotations

import os
from pathlib import Path

APP = "dailypapers"

HOME_VARIABLE = "DAILYPAPERS_HOME"


def cache_file() -> Path:
    """The cache: the papers and the user's marks."""
    return (home() or _platform("user_data_path")) / "papers.db"


def refresh_stamp(cache: Path) -> Path:
    """The file whose modification time is the end of the cache's last complete refresh, by any program."""
    return cache.with_suffix(".refreshed")


def response_cache_folder() -> Path:
    """The folder of arXiv's cached responses and of the host locks that programs share."""
    return (home() or _platform("user_cache_path")) / "answers"


def config_file() -> Path:
    """The settings file."""
    return (home() or _platform("user_config_path")) / "config.toml"


def topics_file() -> Path:
    """The user's own topic rules, unless the settings name another file."""
    return (home() or _platform("user_config_path")) / "topics.toml"


def state_file() -> Path:
    """The saved state of the last visit: view, query, cursor, pane sizes."""
    return (home() or _platform("user_state_path")) / "state.json"


def log_file() -> Path:
    """The log, for bug reports."""
    return (home() or _platform("user_log_path")) / "dailypapers.log"


def home() -> Path | None:
    """The folder in `DAILYPAPERS_HOME` as an absolute path; None if it is unset or empty."""
    named = os.environ.get(HOME_VARIABLE)
    return Path(named).expanduser().absolute() if named else None


def make_folder(file: Path) -> Path:
    """Make the folder of `file`, accessible to the user only (0700), and return `file`.

    An existing folder keeps its permissions: it may be shared on purpose.
    """
    missing = [folder for folder in file.parents if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir(mode=0o700, exist_ok=True)
    return file


def _platform(kind: str) -> Path:
    import platformdirs

    folder: Path = getattr(platformdirs, kind)(APP, appauthor=False)
    return folder
