"""Bring the index up to date where it is asked for: a few papers at once, many in a process of their own.

To index 10,000 papers takes seconds of Python, in which no key would be answered.
"""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from threading import Lock

from reader.cache.finding.index import missing, update
from reader.core.errors import CacheIndexing
from reader.platform import lower_priority

FEW = 200
"""Papers that are indexed at once, within 0.1 s."""

PATIENCE = 0.2
"""Seconds that a search waits for the process; it goes on after that."""

_START = "import sys; sys.path.insert(0, sys.argv[1]); from reader.cache.finding import preparing; preparing.begin()"

_one_at_a_time = Lock()
"""Two threads of the reader that index the same papers would write the same files."""

_running: dict[Path, subprocess.Popen[bytes]] = {}
"""The process of each cache, so that each letter of a text does not start one."""


def prepare(connection: sqlite3.Connection, cache: Path, patience: float | None = PATIENCE) -> None:
    """Index what the index lacks. Raises CacheIndexing if that takes longer than `patience`; None waits for its end.

    Where it can't be written, the search goes on with what is there.
    """
    with _one_at_a_time:
        lacks = missing(connection, cache, FEW + 1)
        if lacks == 0:
            return
        if lacks <= FEW:
            with suppress(OSError):
                update(cache)
            return
        process = _running.get(cache)
        if process is None or process.poll() is not None:
            process = _running[cache] = _start(cache)
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        raise CacheIndexing("The index for ~ is being made, once: some seconds for 10,000 papers.") from None


def _start(cache: Path) -> subprocess.Popen[bytes]:
    root = str(Path(__file__).parents[3])
    return subprocess.Popen(
        # Without -P, Python would import a folder named `reader` in the working directory.
        [sys.executable, "-P", "-c", _START, root, str(cache)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def begin() -> None:
    """The process: keys and jobs come before it."""
    lower_priority(5)
    update(Path(sys.argv[2]))
