"""The ground under every test: no colour settings, UTC, signals as in a terminal, and Hypothesis without deadlines.

Tests are in tiers. `pytest` runs every behaviour once, in the time that a contributor has. `pytest -m long` runs what
kills, floods or burdens the program, goes through all its screens, or tries the second variants of something; a module
or a parameter says so by its mark. `HYPOTHESIS_PROFILE=thorough pytest`, by hand or at night, looks further.

A table of small cases is one test (`tests/table.py`): to set each case up and report it took longer than to try it.

`HYPOTHESIS_PROFILE` names how examples are drawn: `default`, at random; `repeatable`, the same ones in every run;
`unshrunk`, the same without making failures simpler, for mutants; `thorough`, at random and twenty
times as many, also where a test says how many it tries.
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
from hypothesis import HealthCheck, Phase, settings

from reader.cache import schema
from reader.paths import make_folder, touch_private

# Textual reads these when it is imported, which test modules do after this file.
for name in ("NO_COLOR", "TEXTUAL_THEME", "TEXTUAL_ANIMATIONS", "COLORTERM"):
    os.environ.pop(name, None)

# Each of the hundreds of programs that tests start would compile the package anew, and each worker all tests.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

os.environ["TZ"] = "UTC"
time.tzset()

# Tests wait for the disk more than for anything else: thousands of caches are stored durably, and none has to be. A
# program that is killed leaves the same files in memory as on a disk.
MEMORY = Path("/dev/shm")
ROOM = 4 << 30
"""Bytes that must be free there; a run takes a tenth of it."""


def _has_room() -> bool:
    try:
        said = os.statvfs(MEMORY)
    except OSError:
        return False
    return said.f_bavail * said.f_frsize > ROOM and not said.f_flag & os.ST_NOEXEC and os.access(MEMORY, os.W_OK)


if "TMPDIR" not in os.environ and sys.platform == "linux" and _has_room():
    os.environ["TMPDIR"] = str(MEMORY)
    tempfile.tempdir = None

# A job in the background of a script starts with SIGINT ignored, and so would the programs that tests start and
# interrupt. A handler is not inherited, so they start with the default.
if threading.current_thread() is threading.main_thread():
    signal.signal(signal.SIGINT, signal.default_int_handler)

# It reads the lists of files of all distributions, hundreds of milliseconds for each look of the doctor.
metadata.packages_distributions = lru_cache(metadata.packages_distributions)

create_cache = schema.create
"""Makes a new cache by all migrations, as the program does; `schema.create` copies one for the tests."""


@lru_cache
def _new_cache() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        create_cache(file := Path(folder) / "papers.db")
        return file.read_bytes()


def _copy_cache(path: Path) -> None:
    """Give a test that needs a new cache a copy of one: to migrate each anew took 8 ms, two thousand times."""
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
settings.register_profile("unshrunk", settings.get_profile("repeatable"), phases=(Phase.explicit, Phase.generate))
settings.register_profile("thorough", settings.get_profile("default"), max_examples=MOST)
PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "default")
settings.load_profile(PROFILE)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Let `thorough` reach the tests that say themselves how many examples they try."""
    function = getattr(item, "function", None)
    own = getattr(function, "_hypothesis_internal_use_settings", None)
    if PROFILE == "thorough" and isinstance(own, settings) and own.max_examples < MOST:
        more = settings(own, max_examples=min(MOST, MORE * own.max_examples))
        setattr(function, "_hypothesis_internal_use_settings", more)  # noqa: B010 - hypothesis has no other way


MARK = re.compile(rb"mark\.long|rest_long")
WHOLE = re.compile(rb"^pytestmark = (\[\s*)?pytest\.mark\.long", re.MULTILINE)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Import no module for a tier that has none of its tests: some of them import much."""
    if collection_path.suffix == ".py":
        match config.option.markexpr:
            case "not long" if WHOLE.search(collection_path.read_bytes()):
                return True
            case "long" if not MARK.search(collection_path.read_bytes()):
                return True
    return None


# Each worker makes millions of objects before its first test, none of them garbage.
gc.disable()


def pytest_collection_finish() -> None:
    """Look the modules and the thousands of tests over for garbage no more: it took seconds of each worker."""
    gc.freeze()
    gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mix the modules, so that tests that wait for a program run beside tests that compute."""
    items.sort(key=lambda item: crc32(item.location[0].encode()))


def pytest_xdist_auto_num_workers() -> int:
    """Two workers more than cores: some tests wait for the end of a program. Each takes seconds to import them all."""
    return (os.cpu_count() or 1) + 2
