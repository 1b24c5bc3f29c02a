"""A user at the real reader, in a real terminal, until the reader or its worker is killed.

What the screen says of a mark is its acknowledgement: the notice comes only after the mark is on the disk.
"""

from __future__ import annotations

import os
import random
import re
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.rigs.crash.homes import Stage
from tests.rigs.crash.operations import NEW
from tests.rigs.crash.oracle import Deed
from tests.rigs.program import ROOT, children, command, end
from tests.rigs.terminal import Terminal

SIZE = (110, 24)

LIFE = 5.0
"""Seconds at which the reader is killed at last."""

SHOWN = 30.0
"""Seconds in which the reader must show what was asked of it."""

NOTICED, MISSES = 10.0, 3
"""Seconds in which a mark must be acknowledged, and how many in a row may not be seen to be."""

KEYS = {"star": "s", "read": "m", "hide": "x", "all": "A", "undo": "u", "redo": "\x12"}

DAY_ENDED = r"All [\d,]* ?of .+ read · "
"""What the reader says in place of a mark that ends the day."""

NOTICES = {
    "star": r"\b1 (un)?starred\b",
    "read": rf"\b1 (un)?read · |{DAY_ENDED}",
    "hide": rf"\b1 (no longer )?hidden\b|{DAY_ENDED}",
    "all": rf"\b[\d,]+ read · |{DAY_ENDED}|Nothing matches",
    "undo": r"undone: |nothing to undo",
    "redo": r"redone: |nothing to redo",
}
"""What the reader says once a mark is stored."""


class Over(Exception):
    """The moment of the kill has come."""


@dataclass
class Lived:
    """What happened in one session of the reader."""

    deeds: list[Deed] = field(default_factory=list)
    acknowledged: int = 0
    papers: frozenset[str] = frozenset()
    """Those that its refresh may have brought."""
    seconds: float = 0.0
    faults: list[str] = field(default_factory=list)


def live(stage: Stage, home: Path, chance: random.Random) -> Lived:
    """Use the reader until it is killed at a random moment; returns what was pressed and what was acknowledged."""
    lived = Lived(papers=stage.publish(chance, NEW))
    # Slow answers, so that its worker lives while keys are pressed.
    stage.feed.fault = chance.choice(["ok", "ok", "hang", "error"])
    moment = chance.uniform(0.05, LIFE)
    began = time.perf_counter()
    with Terminal(command(), stage.surroundings(home), SIZE, ROOT) as terminal:
        user = _User(terminal, chance, lived, began + moment)
        with suppress(Over):
            user.use()
        if chance.random() < 0.3:
            user.kill_worker()
        if terminal.process.poll() is not None:
            lived.faults.append(f"the reader ended with {terminal.process.returncode}:\n{terminal.text.rstrip()}")
        end(terminal.process, group=chance.random() < 0.5)
        # A worker that outlives its reader ends by itself, and may write until then.
        user.wait_for_workers()
    stage.feed.fault = "ok"
    lived.seconds = time.perf_counter() - began
    return lived


class _User:
    """Presses keys and looks at the screen."""

    def __init__(self, terminal: Terminal, chance: random.Random, lived: Lived, deadline: float) -> None:
        self._terminal = terminal
        self._chance = chance
        self._lived = lived
        self._deadline = deadline
        self._workers: set[int] = set()
        self._last = ""
        self._missed = 0

    def use(self) -> None:
        """Move and mark until time is up."""
        self._until(lambda: bool(self._highlighted()))
        while True:
            self._workers.update(children(self._terminal.process.pid))
            for _ in range(self._chance.randint(0, 3)):
                self._move()
            self._mark()

    def _move(self) -> None:
        before = self._highlighted()
        self._terminal.press(self._chance.choice("jjjk"))
        self._until(lambda: self._highlighted() != before, 0.3)

    def _mark(self) -> None:
        # A notice that is on the screen already would acknowledge nothing.
        fresh = [one for one in ("star", "read", "hide", "all", "undo") if not self._is_noticed(one)]
        what = self._chance.choice(fresh)
        if self._last == "undo" and self._chance.random() < 0.5 and not self._is_noticed("redo"):
            what = "redo"
        self._last = what
        # Which paper it is about is the list's to say: it may be read again between a look and a key.
        deed = Deed("read", "1", may_be_none=True) if what == "all" else Deed(what)
        self._lived.deeds.append(deed)
        self._terminal.press(KEYS[what])
        if self._until(lambda: self._is_noticed(what), NOTICED):
            self._lived.acknowledged = len(self._lived.deeds)
            self._missed = 0
            return
        # What a refresh has to say may come over the notice at once, or the list be read again as the key comes; but
        # not again and again.
        self._lived.deeds[-1] = replace(deed, may_be_none=True)
        self._missed += 1
        if self._missed == MISSES:
            self._lived.faults.append(f"{MISSES} marks were not acknowledged:\n{self._terminal.text.rstrip()}")
            raise Over

    def _is_noticed(self, what: str) -> bool:
        return re.search(NOTICES[what], self._terminal.text) is not None

    def _highlighted(self) -> str:
        """The line of the list that the cursor is on; empty if there is none."""
        panes = (re.split("[│┃]", line) for line in self._terminal.lines)
        return next((part for parts in panes for part in parts if part.startswith("▌")), "")

    def _until(self, holds: Callable[[], bool], timeout: float = SHOWN) -> bool:
        """Show output until something holds; raises Over when the moment of the kill comes before."""
        patience = time.perf_counter() + timeout
        while True:
            self._terminal.show_all()
            if holds():
                return True
            now = time.perf_counter()
            if now >= self._deadline:
                raise Over
            if now >= patience:
                return False
            if (
                not self._terminal.read(min(self._deadline, patience) - now)
                and self._terminal.process.poll() is not None
            ):
                raise Over

    def kill_worker(self) -> None:
        """Kill the reader's worker alone; the reader must go on, and store a mark."""
        for pid in children(self._terminal.process.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._deadline = time.perf_counter() + 3 * SHOWN
        with suppress(Over):
            if self._until(lambda: bool(self._highlighted())):
                self._mark()

    def wait_for_workers(self) -> None:
        """Wait until no process that the reader started is left."""
        deadline = time.perf_counter() + SHOWN
        while alive := [pid for pid in self._workers if Path(f"/proc/{pid}").exists() and not _is_zombie(pid)]:
            if time.perf_counter() > deadline:
                self._lived.faults.append(f"{len(alive)} workers outlived their reader by {SHOWN:.0f} s")
                return
            time.sleep(0.02)


def _is_zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True
