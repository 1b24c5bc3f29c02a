"""Whatever ends the reader, and whatever hangs: it is gone soon, the terminal is as it was, the place is kept."""

from __future__ import annotations

import resource
import signal
import sqlite3
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.rigs.program import environment
from tests.rigs.pty.leave import CLOSE, READY, End, end, last_place, matrix, open_reader
from tests.rigs.terminal import Terminal
from tests.tiers import rest_at_night

pytestmark = pytest.mark.long

PATIENCE = 10.0
"""Seconds within which the program must be gone here, on a machine that does much else; a hang would last for ever."""

ENDS = (
    End("SIGTERM", 0.1),
    End("SIGHUP", 0.3),
    End("SIGQUIT", 0.5),
    End(CLOSE, 0.3),
    End("SIGINT", READY),
    End(CLOSE, READY),
    End("SIGTERM", READY, "query"),
    End("ctrl+q", READY, "sql"),
    End("ctrl+q", READY, "screenful", "gus"),
    End("q", READY, "writer", "s"),
    End("SIGHUP", READY, "loop", "j"),
    End(CLOSE, READY, "loop", "j"),
    End("q", READY, "threads"),
    End("SIGQUIT", READY, "place"),
    End("SIGTERM", 0.6, "draw"),
)


@pytest.fixture
def place(sample: Path) -> Mapping[str, Any]:
    return last_place(sample)


def starred(home: Path) -> int:
    with closing(sqlite3.connect(home / "papers.db")) as connection:
        (count,) = connection.execute("SELECT count(*) FROM paper WHERE starred").fetchone()
    return int(count)


@pytest.mark.parametrize(
    "how", rest_at_night((*ENDS, *matrix()), len(ENDS)), ids=lambda how: "-".join(map(str, how)).strip("-")
)
def test_the_end(home: Path, place: Mapping[str, Any], how: End) -> None:
    outcome = end(how, home, place, PATIENCE)
    assert outcome.problems == [], outcome.raw[-2_000:].decode(errors="replace")
    if how.hang == "writer":
        assert b"could not be stored" in outcome.raw


@pytest.mark.parametrize("ending", ["SIGTERM", CLOSE, "q"])
def test_a_mark_that_waits_for_a_slow_disk_is_kept(home: Path, place: Mapping[str, Any], ending: str) -> None:
    assert end(End(ending, READY, "slow", "s", "★"), home, place, PATIENCE).problems == []
    assert starred(home) == 1


SIGNALLED = """
import os, signal, sys
sys.argv = ["dailypapers"]
sys.addaudithook(lambda name, given: name == "import" and given[0] == {module!r} and os.kill(os.getpid(), {number}))
from reader.__main__ import main
sys.exit(main())
"""


STARTED = ("reader.cli", "reader.commands.line.registry", "textual", "reader.ui.app", "textual.driver")
"""Modules that a start imports, in order."""


# SIGINT is an exception of Python's, wherever it comes; the others are the system's until the reader watches for them.
@pytest.mark.parametrize(
    ("module", "number"),
    [
        *((module, signal.SIGINT) for module in STARTED),
        *((module, number) for module in (STARTED[0], STARTED[-1]) for number in (signal.SIGTERM, signal.SIGHUP)),
    ],
)
def test_a_signal_during_the_start_ends_it_without_a_traceback(home: Path, module: str, number: signal.Signals) -> None:
    command = [sys.executable, "-P", "-c", SIGNALLED.format(module=module, number=int(number))]
    with Terminal(command, environment(home), (100, 30), home) as terminal:
        assert terminal.wait_closed(30) in (128 + number, -number)
        assert b"Traceback" not in terminal.raw


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="limits the files of another process, as on Linux")
def test_on_a_full_disk_nothing_is_half_done_and_all_is_said(home: Path, place: Mapping[str, Any]) -> None:
    with open_reader(home, (160, 30)) as terminal:
        terminal.wait_for(READY)
        resource.prlimit(terminal.process.pid, resource.RLIMIT_FSIZE, (0, 0))
        terminal.press("s")
        terminal.wait_for("The disk is full")
        terminal.press("s", "q")
        assert terminal.wait_closed(30) == 1
        said = " ".join(terminal.raw[terminal.raw.rfind(b"\x1b[?1049l") :].decode().split())
        assert said.count("dailypapers: ") == 1
        assert "The last place could not be saved: " in said
        assert "Not everything could be stored: The disk is full" in said
    assert starred(home) == 0
    assert not any(home.glob(".state*"))
    assert end(End("q", READY), home, place, PATIENCE).problems == []


def test_a_note_that_is_being_written_outlives_a_kill(home: Path) -> None:
    with open_reader(home) as terminal:
        terminal.wait_for("read", 30)
        terminal.press("e")
        terminal.wait_for("Note", 30)
        terminal.press("half a thought")
        drafts = home / "drafts"
        terminal.wait_for(lambda _: any("half a thought" in file.read_text() for file in drafts.glob("*.md")), 30)
        terminal.process.kill()
        terminal.process.wait(PATIENCE)
    with open_reader(home) as terminal:
        terminal.wait_for("unfinished note: e on ", 30)
