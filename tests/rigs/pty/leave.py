"""Ends the real program in a real terminal in every way and at every moment, with parts of it hanging."""

from __future__ import annotations

import json
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

from reader.commands.workspace import Workspace, fill_with_sample
from tests.rigs.program import environment
from tests.rigs.terminal import Terminal

LIMIT = 2.0
"""Seconds within which the program is gone."""

HANGS = {
    "": "",
    # A query that SQLite can interrupt, one that holds its thread in C, and one on the event loop.
    "sql": """
from reader.cache.reads.window import Window
Window.order = lambda window, _: window.read(lambda connection: connection.execute(
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n").fetchone())
""",
    "query": "from reader.cache.reads.window import Window; Window.order = lambda *_: time.sleep(999)",
    "screenful": "from reader.ui.library.library import Library; Library.screenful = lambda *_: asyncio.sleep(999)",
    "loop": "from reader.ui.list.pane import PaperList; PaperList.move = lambda *_: time.sleep(999)",
    # The thread that stores marks, the default threads, and the file that keeps the place.
    "writer": "from reader.cache.marks.events import Events; Events.mark = lambda *_, **__: time.sleep(999)",
    "slow": """
from reader.cache.marks.events import Events
mark = Events.mark
Events.mark = lambda *given, **more: time.sleep(0.5) or mark(*given, **more)
""",
    "threads": "from reader import config; config.load_topics = lambda *_: time.sleep(999)",
    "place": "from reader.session import visit; visit.save = lambda *_: time.sleep(999)",
    "draw": "from reader.ui.list.pane import PaperList; PaperList.render_line = lambda *_: 1 / 0",
}
"""Code that makes a part of the program hang, or fail, by name."""

START = """
import signal
signal.signal(signal.SIGINT, signal.SIG_DFL)
import asyncio, fcntl, sys, termios, time
try:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
except OSError:
    pass  # The window is closed already.
sys.argv = ["dailypapers"]
{hang}
from reader.__main__ import main
sys.exit(main())
"""
"""Starts the program as a shell does: with the terminal as its own, so that a closed window is a SIGHUP too."""

SIGNALS = {name: getattr(signal, name) for name in ("SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT")}

KEYS = {"q": "q", "ctrl+q": "\x11"}

CLOSE = "close"
"""Closes the terminal's window."""

ENDINGS = (*SIGNALS, *KEYS, CLOSE)

SET = re.compile(rb"\x1b\[\?(\d+)([hl])")

USUAL = {b"7": b"h", b"25": b"h"}
"""Modes of a terminal that are on by themselves; all others are off."""


class End(NamedTuple):
    """One way to end the program."""

    ending: str
    moment: float | str
    """Seconds after the start, or a text on the screen to wait for."""
    hang: str = ""
    keys: str = ""
    """Keys pressed just before."""
    after: str = ""
    """A text on the screen to wait for after the keys."""


class Outcome(NamedTuple):
    """How an end went."""

    end: End
    code: int
    seconds: float
    problems: Sequence[str]
    raw: bytes


def end(how: End, home: Path, place: Mapping[str, Any], limit: float = LIMIT) -> Outcome:
    """Start the program in a home whose last place is `place`, and end it; returns how it went."""
    state = home / "state.json"
    state.write_text(json.dumps(place))
    command = [sys.executable, "-P", "-c", START.format(hang=HANGS[how.hang])]
    with Terminal(command, environment(home), (100, 30), home) as terminal:
        before = terminal.modes()
        if isinstance(how.moment, str):
            terminal.wait_for(how.moment, 30)
        else:
            until = time.perf_counter() + how.moment
            while (left := until - time.perf_counter()) > 0 and terminal.process.poll() is None:
                terminal.read(left)
        terminal.press(*how.keys)
        if how.after:
            terminal.wait_for(how.after, 30)
        began = time.perf_counter()
        if how.ending in SIGNALS:
            terminal.process.send_signal(SIGNALS[how.ending])
        elif how.ending in KEYS:
            terminal.press(KEYS[how.ending])
        else:
            terminal.hang_up()
        try:
            code = terminal.wait_closed(20)
        except subprocess.TimeoutExpired:
            code = 999
        seconds = time.perf_counter() - began
        problems = [*_problems(how, code, seconds, limit, bytes(terminal.raw))]
        if how.ending != CLOSE and terminal.modes() != before:
            problems.append("the terminal's modes are not as they were")
        kept = json.loads(state.read_text())
        if how.hang not in ("place", "screenful") and {name: kept.get(name) for name in place} != dict(place):
            problems.append(f"the place is {kept}")
        return Outcome(how, code, seconds, problems, bytes(terminal.raw))


def _problems(how: End, code: int, seconds: float, limit: float, raw: bytes) -> Sequence[str]:
    problems = []
    number = SIGNALS.get(how.ending, signal.SIGHUP if how.ending == CLOSE else 0)
    expected = {128 + number, -number} if number else {0}
    if how.hang in ("writer", "place", "draw"):
        expected |= {1}
    if how.ending == CLOSE and how.moment != READY:
        # A reader without a terminal.
        expected |= {2}
    if code not in expected:
        problems.append(f"the exit code is {code}")
    if seconds > limit:
        problems.append(f"it took {seconds:.2f} s")
    if b"Traceback" in raw and how.hang != "draw":
        problems.append("there is a traceback")
    if how.ending != CLOSE:
        modes = dict(SET.findall(raw))
        problems += [f"mode {mode.decode()} is left" for mode in modes if modes[mode] != USUAL.get(mode, b"l")]
        if raw.count(b"\x1b[>25u") > raw.count(b"\x1b[<u"):
            problems.append("the keyboard protocol is left")
        if raw.count(b"\x1b[22;2t") > raw.count(b"\x1b[23;2t"):
            problems.append("the window's title is left")
    return problems


def make_home(folder: Path) -> Path:
    """A home with the sample in its cache, and with settings: for the default ones a first frame ships."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.toml").touch()
    fill_with_sample(Workspace(None), folder / "papers.db")
    return folder


def open_reader(home: Path, size: tuple[int, int] = (100, 30), **more: str) -> Terminal:
    """Start the reader in a home, and in its folder."""
    return Terminal([sys.executable, "-P", "-m", "reader"], environment(home, **more), size, home)


def last_place(home: Path) -> dict[str, Any]:
    """A place on a paper beyond the first screenful, so that an early end could lose it."""
    with closing(sqlite3.connect(home / "papers.db")) as connection:
        (id,) = connection.execute("SELECT id FROM paper ORDER BY day, upvotes LIMIT 1").fetchone()
    return {"view": "all", "text": "", "paper": id}


READY = "s star"
"""On the screen once all panes are there."""

MOMENTS: tuple[float | str, ...] = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0, 1.5, 3.0, READY)


def matrix() -> list[End]:
    """All ends: each at every moment, and at rest with each part hanging."""
    at_rest = [End(*one) for one in product(ENDINGS, (READY,), ("sql", "query", "threads", "place"))]
    asked = [End(how, READY, hang, keys) for how in ENDINGS for hang, keys in (("writer", "s"), ("loop", "j"))]
    # A loop that hangs reads no keys.
    asked = [one for one in asked if not (one.hang == "loop" and one.ending in KEYS)]
    # A view whose list does not come, and a key for its papers.
    asked += [End(how, READY, "screenful", "gus") for how in ENDINGS if how != "q"]
    failed = [End(how, moment, "draw") for how in SIGNALS for moment in (0.5, 2.0)]
    early = [End(how, moment) for how, moment in product((*SIGNALS, CLOSE), MOMENTS)]
    return [*early, *(End(key, READY) for key in KEYS), *at_rest, *asked, *failed]
