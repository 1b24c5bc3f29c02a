"""Settings that all tests share: no colours, UTC, signals as in a terminal, and Hypothesis without deadlines.

There are two tiers. `pytest` runs every behaviour once, in less than two minutes. `pytest -m long` runs what starts,
kills or floods the real program, and further variants of some tests; a module or a parameter has the mark `long`.

A table of small cases is one test (`tests/table.py`), because to set up and report a case takes longer than to run it.

`HYPOTHESIS_PROFILE` names how examples are drawn: `default`, at random; `repeatable`, the same ones in every run;
`thorough`, at random and twenty times as many, also where a test sets its own number of examples.
"""

from __future__ import annotations

import gc
import os
import re
import signal
import sys
import tempfile
import threading
import time
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from zlib import crc32

import pytest
from hypothesis import HealthCheck, settings

from reader.cache import schema
from reader.paths import make_folder, touch_private

# Textual reads these when it is imported, which test modules do after this file.
for name in ("NO_COLOR", "TEXTUAL_THEME", "TEXTUAL_ANIMATIONS", "COLORTERM"):
    os.environ.pop(name, None)

# Otherwise each of the hundreds of programs that tests start compiles the package, and each worker all tests.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

os.environ["TZ"] = "UTC"
time.tzset()

# Temporary files are kept in memory: the tests commit thousands of durable transactions, and wait for the disk more
# than for anything else. A program that is killed leaves the same files in memory as on a disk.
MEMORY = Path("/dev/shm")
ROOM = 4 << 30
"""Bytes that must be free in memory; a run needs a tenth of it."""


def _has_room() -> bool:
    try:
        disk = os.statvfs(MEMORY)
    except OSError:
        return False
    return disk.f_bavail * disk.f_frsize > ROOM and not disk.f_flag & os.ST_NOEXEC and os.access(MEMORY, os.W_OK)


if "TMPDIR" not in os.environ and sys.platform == "linux" and _has_room():
    os.environ["TMPDIR"] = str(MEMORY)
    tempfile.tempdir = None

# A script starts its background jobs with SIGINT ignored, and the programs that the tests start would inherit that. A
# handler is not inherited, so they start with the default.
if threading.current_thread() is threading.main_thread():
    signal.signal(signal.SIGINT, signal.default_int_handler)

# It reads the file lists of all distributions, which takes hundreds of milliseconds in each run of doctor.
metadata.packages_distributions = lru_cache(metadata.packages_distributions)

create_cache = schema.create
"""Makes a new cache as the program does; `schema.create` copies one for the tests."""


@lru_cache
def _new_cache() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        create_cache(file := Path(folder) / "papers.db")
        return file.read_bytes()


def _copy_cache(path: Path) -> None:
    """Give a test that needs a new cache a copy of one: to make each anew took 8 ms, two thousand times."""
    if not path.exists() or path.stat().st_size == 0:
        touch_private(make_folder(path))
        try:
            path.write_bytes(_new_cache())
        except OSError:
            # A test has filled the disk; what follows is what the program does then.
            path.write_bytes(b"")
    create_cache(path)


schema.create = _copy_cache

MORE, MOST = 20, 2_000
"""How many times as many examples `thorough` tries where a test has a number of its own, and how many at most."""

# How long an example takes depends on the machine's other work. Fixtures that a test's examples share are folders and
# databases, which each example writes anew or only reads.
settings.register_profile(
    "default",
    deadline=None,
    max_examples=50,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.register_profile("repeatable", settings.get_profile("default"), derandomize=True, database=None)
settings.register_profile("thorough", settings.get_profile("default"), max_examples=MOST)
PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "default")
settings.load_profile(PROFILE)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Give `thorough` more examples of the tests that set their own number, too."""
    function = getattr(item, "function", None)
    own = getattr(function, "_hypothesis_internal_use_settings", None)
    if PROFILE == "thorough" and isinstance(own, settings) and own.max_examples < MOST:
        more = settings(own, max_examples=min(MOST, MORE * own.max_examples))
        setattr(function, "_hypothesis_internal_use_settings", more)  # noqa: B010 - hypothesis has no other way


MARK = re.compile(rb"mark\.long|rest_long")
WHOLE = re.compile(rb"^pytestmark = (\[\s*)?pytest\.mark\.long", re.MULTILINE)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Skip the import of modules that have no test of the chosen tier."""
    if collection_path.suffix == ".py":
        match config.option.markexpr:
            case "not long" if WHOLE.search(collection_path.read_bytes()):
                return True
            case "long" if not MARK.search(collection_path.read_bytes()):
                return True
    return None


# Each worker creates millions of objects before its first test, and none of them is garbage.
gc.disable()


def pytest_collection_finish() -> None:
    """Exclude the modules and the tests from garbage collection: to traverse them took seconds of each worker."""
    gc.freeze()
    gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mix the modules, so that tests that wait for a program run beside tests that compute."""
    items.sort(key=lambda item: crc32(item.location[0].encode()))


def pytest_xdist_auto_num_workers() -> int:
    """One worker more than cores, because some tests wait for a program. To import all tests takes a worker 5 s."""
    return (os.cpu_count() or 1) + 1
