"""An hour's random use of the real reader, as fast as it takes keys: memory, threads, descriptors and children."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from pathlib import Path

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
SEARCHES = (
    "agents",
    "video OR robot",
    "is:unread",
    "title:/^(a|the)/",
    "sort:title",
    "upvotes:>20",
    "(a OR",
    "zzz",
    '"',
)


@dataclass(frozen=True, slots=True)
class Sample:
    """A process at one moment."""

    keys: int
    memory: int
    """Resident bytes."""
    threads: int
    descriptors: int
    children: int

    def __str__(self) -> str:
        return (
            f"{self.keys:>8,} keys {self.memory / (1 << 20):7.1f} MiB {self.threads:3} threads"
            f" {self.descriptors:3} descriptors {self.children} children"
        )


def measure(pid: int, keys: int) -> Sample:
    """Measure a process by what Linux tells of it."""
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return Sample(
        keys,
        int(status["VmRSS"].split()[0]) << 10,
        int(status["Threads"]),
        sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir()),
        len(children(pid)),
    )


def next_keys(chance: random.Random) -> list[str]:
    """The next keys of somebody who uses everything; none leaves the reader."""
    choice = chance.random()
    if choice < 0.6:
        return [chance.choice(MOVES)]
    if choice < 0.75:
        return [chance.choice(MARKS)]
    if choice < 0.86:
        return [chance.choice(VIEWS)]
    if choice < 0.94:
        return [chance.choice(PAGES)]
    if choice < 0.95:
        return ["r"]
    # What was searched is cleared now and then, so that lists are long again.
    return ["escape", "/", *chance.choice(SEARCHES), "enter", *(["F"] if chance.random() < 0.7 else [])]


def run_soak(stage: Stage, report: Report, keys: int, seed: int) -> list[Sample]:
    """Press so many keys in one session, and judge the samples; returns them."""
    chance = random.Random(f"{seed}/soak")
    stage.publish(chance, 10)
    home = stage.new_home("soak")
    samples: list[Sample] = []
    row = report.row("soak")
    pressed = 0
    with Terminal(command(), stage.surroundings(home), SIZE, ROOT) as terminal:
        terminal.wait_for("▌", 60)
        pid = terminal.process.pid
        while pressed < keys and terminal.process.poll() is None:
            burst = [key for _ in range(BURST) for key in next_keys(chance)]
            terminal.press(*burst)
            pressed += len(burst)
            _drain(terminal)
            if chance.random() < 0.02:
                stage.publish(chance, 10)
            if pressed >= keys * len(samples) / SAMPLES:
                _rest(terminal)
                samples.append(measure(pid, pressed))
                report.say(str(samples[-1]))
        if terminal.process.poll() is not None:
            report.violate(f"--soak {keys} --seed {seed}", [f"the reader ended: {terminal.text}"])
            return samples
        _rest(terminal)
        terminal.press("escape", "escape", "escape", "ctrl+q")
        if terminal.wait_closed(60) != 0:
            report.violate(f"--soak {keys} --seed {seed}", [f"it left with {terminal.process.returncode}"])
    row.tries = pressed
    row.seconds = time.perf_counter() - terminal.started
    report.violate(f"--soak {keys} --seed {seed}", judge_samples(samples))
    return samples


def judge_samples(samples: list[Sample]) -> list[str]:
    """What grew after the warm-up: the later half of the samples is compared with the earlier one."""
    warm = samples[int(len(samples) * WARM) :]
    if len(warm) < 4:
        return ["there are too few samples"]
    early, late = warm[: len(warm) // 2], warm[len(warm) // 2 :]
    faults = []
    before, after = (max(sample.memory for sample in half) for half in (early, late))
    if after > before * (1 + GROWTH):
        faults.append(f"memory grew from {before >> 20} to {after >> 20} MiB")
    for name, bound in ALLOWED.items():
        before, after = (max(getattr(sample, name) for sample in half) for half in (early, late))
        if after > before + bound:
            faults.append(f"{name} grew from {before} to {after}")
    return faults


def _drain(terminal: Terminal) -> None:
    """Take what the reader draws, without drawing it here too: that would be slower than the reader."""
    terminal.read_until_quiet(0.02, 10)
    terminal.forget()


def _rest(terminal: Terminal) -> None:
    terminal.read_until_quiet(0.5, 20)
    terminal.forget()
