"""The ground under every test: no colour settings, UTC, signals as in a terminal, and Hypothesis without deadlines.

`HYPOTHESIS_PROFILE` names the profile: `default`; `repeatable`, which tries the same examples in every run; or
`thorough`, which tries many more.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Textual reads these when it is imported, which test modules do after this file.
for name in ("NO_COLOR", "TEXTUAL_THEME", "TEXTUAL_ANIMATIONS", "COLORTERM"):
    os.environ.pop(name, None)

# Each of the hundreds of programs that tests start would compile the package anew, and each worker all tests.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

os.environ["TZ"] = "UTC"
if hasattr(time, "tzset"):
    time.tzset()

# Pseudo terminals and signals of other processes.
collect_ignore = ["pty", "crash", "mishaps"] if sys.platform == "win32" else []

# A job in the background of a script starts with SIGINT ignored, and so would the programs that tests start and
# interrupt. A handler is not inherited, so they start with the default.
if threading.current_thread() is threading.main_thread():
    signal.signal(signal.SIGINT, signal.default_int_handler)

# How long an example takes depends on the machine's other work. Fixtures that a test's examples share are folders and
# databases, which each example writes anew or only reads.
settings.register_profile(
    "default",
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.register_profile("repeatable", settings.get_profile("default"), derandomize=True, database=None)
settings.register_profile("thorough", settings.get_profile("default"), max_examples=2_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


LONG = (
    "commands/test_backfill.py",
    "commands/test_closed_streams.py",
    "extensions/mcp/test_mcp.py",
    "extensions/mcp/test_mcp_faults.py",
    "commands/test_private_files.py",
    "commands/test_read_only.py",
    "commands/test_refused_feeds.py",
    "commands/test_restore.py",
    "crash/test_crash.py",
    "everywhere/test_everywhere.py",
    "feeds/syndication/test_size.py",
    "feeds/test_bombs.py",
    "fuzz/test_targets.py",
    "mishaps/test_mishaps.py",
    "pty/test_browser.py",
    "pty/test_colors.py",
    "pty/test_first_frame.py",
    "pty/test_job_control.py",
    "pty/test_leaving.py",
    "pty/test_program.py",
    "pty/test_resizing.py",
    "pty/test_served.py",
    "refresh/test_worker.py",
    "test_homes.py",
    "ui/first_frame/test_painter.py",
    "ui/first_frame/test_shipped_look.py",
    "ui/looks/test_contrast.py",
    "ui/test_app_ascii.py",
    "ui/test_app_random.py",
)
"""Modules that kill, flood or start the program many times, or go through all its screens: `pytest -m long` and
`.ci/run` run them."""


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark the long tests, which are left out unless they are asked for."""
    if item.path.relative_to(Path(__file__).parent).as_posix() in LONG:
        item.add_marker("long")


def pytest_collection_finish() -> None:
    """Look the modules and the thousands of tests over for garbage no more: it took seconds of each worker."""
    gc.freeze()


def pytest_xdist_auto_num_workers() -> int:
    """Two workers more than there are cores: many tests wait for a program or for its end."""
    return (os.cpu_count() or 1) + 2
