"""An hour's random use of the real reader, as fast as it takes keys: memory, threads, descriptors and children."""

from __future__ import annotations

import random
from pathlib import Path
from typing import NamedTuple

from tests.rigs.crash.homes import Stage
from tests.rigs.crash.report import Report
from tests.rigs.program import ROOT, children, command
from tests.rigs.terminal import Terminal

SIZE = (100, 30)

BURST = 20
"""Keys that are pressed at once, as quick fingers and key repeat do."""

SAMPLES = 25
"""Times that the process is measured in one run."""

WARM = 0.4
"""Share of the run after which nothing may grow."""

GROWTH = 0.10
"""Bound on the growth of memory after that, as a share; the rest of `ALLOWED` are counts."""

ALLOWED = {"threads": 4, "descriptors": 8, "children": 1}

MOVES = (*"jjjjkkkk", "5j", "9k", "g", "G", "ctrl+d", "ctrl+u", "space", "pagedown", "pageup", "tab", "shift+tab")
MARKS = (*"ssmmxxuu", "ctrl+r", "A", "u")
VIEWS = ("ga", "gt", "gu", "gs", "gl", "gw", "gm", "S", "T", "o", "h", "l", "[", "]", "{", "}", "y", "W")
PAGES = ("enter", "escape", "?", "escape", "gd", "escape", ":", "escape", "fa", "faf")
SEARCHES = ("agents", "video OR robot", "is:unread", "title:/^(a|the)/", "sort:title", "upvotes:>20", "(a OR", '"')


class Sample(NamedTuple):
    """A process at one moment."""

    memory: int
    """Resident bytes."""
    threads: int
    descriptors: int
    children: int


def measure(pid: int) -> Sample:
    """Measure a process by what Linux tells of it."""
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return Sample(
        int(status["VmRSS"].split()[0]) << 10,
        int(status["Threads"]),
        sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir()),
        len(children(pid)),
    )


def next_keys(chance: random.Random) -> list[str]:
    """The next keys of somebody who uses everything; none leaves the reader."""
    (keys,) = chance.choices((MOVES, MARKS, VIEWS, PAGES, ("r",), SEARCHES), (60, 15, 11, 8, 1, 5))
    if keys != SEARCHES:
        return [chance.choice(keys)]
    # What was searched is cleared now and then, so that lists are long again.
    return ["escape", "/", *chance.choice(SEARCHES), "enter", *(["F"] if chance.random() < 0.7 else [])]


def run_soak(stage: Stage, report: Report, keys: int, seed: int) -> None:
    """Press so many keys in one session, and judge the samples."""
    chance = random.Random(f"{seed}/soak")
    stage.publish(chance, 10)
    home = stage.new_home("soak")
    samples: list[Sample] = []
    where = f"--soak {keys} --seed {seed}"
    pressed = 0
    with Terminal(command(), stage.surroundings(home), SIZE, ROOT) as terminal:
        terminal.wait_for("▌", 60)
        while pressed < keys and terminal.process.poll() is None:
            burst = [key for _ in range(BURST) for key in next_keys(chance)]
            terminal.press(*burst)
            pressed += len(burst)
            # Not drawn here too: that would be slower than the reader.
            terminal.read_until_quiet(0.02, 10)
            terminal.forget()
            if chance.random() < 0.02:
                stage.publish(chance, 10)
            if pressed >= keys * len(samples) / SAMPLES:
                _rest(terminal)
                samples.append(measure(terminal.process.pid))
                print(f"{pressed:,} keys: {samples[-1]}", flush=True)
        if terminal.process.poll() is not None:
            report.violate(where, [f"the reader ended: {terminal.text}"])
            return
        _rest(terminal)
        terminal.press("escape", "escape", "escape", "ctrl+q")
        if terminal.wait_closed(60) != 0:
            report.violate(where, [f"it left with {terminal.process.returncode}"])
    report.violate(where, judge_samples(samples))


def judge_samples(samples: list[Sample]) -> list[str]:
    """What grew after the warm-up: the later half of the samples is compared with the earlier one."""
    warm = samples[int(len(samples) * WARM) :]
    if len(warm) < 4:
        return ["there are too few samples"]
    early, late = warm[: len(warm) // 2], warm[len(warm) // 2 :]
    most = [(name, *(max(getattr(one, name) for one in half) for half in (early, late))) for name in Sample._fields]
    allowed = {"memory": int(GROWTH * most[0][1]), **ALLOWED}
    return [f"{name} grew from {before} to {after}" for name, before, after in most if after > before + allowed[name]]


def _rest(terminal: Terminal) -> None:
    terminal.read_until_quiet(0.5, 20)
    terminal.forget()
