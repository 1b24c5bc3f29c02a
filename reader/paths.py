"""Where the reader's files live; nothing is made until something is written.

`DAILYPAPERS_HOME` puts everything in one folder: for tests, portable set-ups and a second, separate reader.
"""

from __future__ import annotations

import os
from pathlib import Path

APP = "dailypapers"

HOME_VARIABLE = "DAILYPAPERS_HOME"


def cache_file() -> Path:
    """The papers and what the user did with them."""
    return (home() or _platform("user_data_path")) / "papers.db"


def refresh_stamp(cache: Path) -> Path:
    """The file whose time is that of the last refresh of a cache that came to its end, by whichever program."""
    return cache.with_suffix(".refreshed")


def response_cache_folder() -> Path:
    """Answers of arXiv that are good for a day, and the file by which programs keep its pace together."""
    return (home() or _platform("user_cache_path")) / "answers"


def config_file() -> Path:
    """The settings, written by the user's hand alone."""
    return (home() or _platform("user_config_path")) / "config.toml"


def topics_file() -> Path:
    """The user's own topic rules, where the settings name no other file."""
    return (home() or _platform("user_config_path")) / "topics.toml"


def state_file() -> Path:
    """Where the reader was when it was left: view, query, cursor, pane sizes."""
    return (home() or _platform("user_state_path")) / "state.json"


def log_file() -> Path:
    """What went wrong, for a report."""
    return (home() or _platform("user_log_path")) / "dailypapers.log"


def home() -> Path | None:
    """The one folder that `DAILYPAPERS_HOME` names, absolute; None where it is unset or empty."""
    named = os.environ.get(HOME_VARIABLE)
    return Path(named).expanduser().absolute() if named else None


def make_folder(file: Path) -> Path:
    """Make the folder that `file` is about to be written into, for the user alone (0700); return the file.

    A folder that exists keeps its permissions: it may be shared on purpose.
    """
    missing = [folder for folder in file.parents if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir(mode=0o700, exist_ok=True)
    return file


def _platform(kind: str) -> Path:
    import platformdirs

    folder: Path = getattr(platformdirs, kind)(APP, appauthor=False)
    return folder
