"""Driving programs by their keys, and telling when what was asked for stood on the screen."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.rigs.program import ROOT, command, environment, without_arxiv
from tests.rigs.terminal import FRAME_END, Terminal

SIZE = (140, 42)

LOOK = 0.005
"""Seconds between two looks for whether something is over."""

Condition = Callable[[Terminal], bool]


def open_reader(home: Path, endpoint: str, *words: str) -> Terminal:
    """Start the reader on the cache in `home`."""
    return Terminal(command(*words), without_arxiv(home, endpoint, COLORTERM="truecolor"), SIZE, ROOT)


def open_bare(home: Path) -> Terminal:
    """Start the bare app."""
    return Terminal([sys.executable, "-m", "tests.bench.bare"], environment(home, COLORTERM="truecolor"), SIZE, ROOT)


# When something happened


def until(terminal: Terminal, happened: Condition, timeout: float = 60.0, quiet: float = 0.0) -> float:
    """Take frames until one shows what is waited for; returns when its last byte came.

    What came is looked at when a frame ends, or the program falls silent; with `quiet`, only when it is silent for so
    many seconds, so that looking can't slow it down.
    """
    deadline = time.perf_counter() + timeout
    while True:
        began = len(terminal.raw)
        terminal.read(deadline - time.perf_counter())
        while (quiet or FRAME_END not in terminal.raw[began:]) and terminal.read(quiet or 0.01):
            pass
        has_frames = FRAME_END in terminal.raw
        while terminal.unseen:
            data = terminal.unseen[0].data
            at = terminal.show_next()
            if (FRAME_END in data or not has_frames) and happened(terminal):
                return at
        if time.perf_counter() > deadline:
            raise AssertionError(f"It did not happen; the screen shows:\n{terminal.text}")


def settle(terminal: Terminal, quiet: float = 0.12) -> None:
    """Let the program come to rest."""
    terminal.read_until_quiet(quiet)
    terminal.show_all()


def latency(terminal: Terminal, keys: Sequence[str], happened: Condition) -> float:
    """Seconds from the last of some keys to the frame that shows what they do."""
    return -terminal.press(*keys) + until(terminal, happened)


def written(terminal: Terminal, text: str) -> float:
    """Seconds from the start until a program has written a text; nothing is drawn meanwhile."""
    while text.encode() not in terminal.raw:
        if not terminal.read(60):
            raise AssertionError(f"{text!r} did not come: {bytes(terminal.raw[-500:])!r}")
    return terminal.unseen[-1].at - terminal.started


def bare_key(terminal: Terminal) -> float:
    """Seconds that the bare app takes for a key."""
    settle(terminal)
    before = terminal.lines[0]
    return latency(terminal, ["j"], lambda terminal: terminal.lines[0] != before)


# What the reader's screen shows


_RULE = re.compile("[│┃]")
"""The rule between two panes, with or without the scroll thumb on it."""


def list_lines(terminal: Terminal) -> list[str]:
    """The list pane's part of each line."""
    panes = (_RULE.split(line) for line in terminal.lines)
    return [parts[1] for parts in panes if len(parts) > 2]


def highlighted(terminal: Terminal) -> str:
    """The line of the list that the cursor is on."""
    return next((line for line in list_lines(terminal) if line.startswith("▌")), "")


def shows(titles: Sequence[str]) -> Condition:
    """Whether the list begins with papers of these titles, or says that there are none."""
    wanted = [title[:24] for title in titles]

    def is_shown(terminal: Terminal) -> bool:
        # A second line of a title has neither votes nor a state.
        papers = [line for line in list_lines(terminal) if re.match(r"[▌ ][●★ ] ", line) and line[1:8].strip()]
        if not wanted:
            return "Nothing matches" in terminal.text
        return len(papers) >= len(wanted) and all(title in line for title, line in zip(wanted, papers, strict=False))

    return is_shown


def moved(terminal: Terminal) -> Condition:
    """Whether the cursor is on another paper than now."""
    before = highlighted(terminal)
    return lambda terminal: highlighted(terminal) not in ("", before)


@dataclass
class Held:
    """A key that is pressed again and again while something else goes on."""

    latencies: list[float]
    """Seconds from each press to the frame that shows it; presses that were never shown are left out."""
    lasted: float
    """Seconds until what went on was over."""


def hold(terminal: Terminal, titles: Sequence[str], is_over: Callable[[], bool], interval: float = 0.04) -> Held:
    """Press `j` every `interval` seconds until something is over; the cursor is on `titles[0]`, the others follow.

    The screen is looked at only afterwards.
    """
    presses: list[float] = []
    began = time.perf_counter()
    while len(presses) < len(titles) - 20 and not is_over():
        presses.append(terminal.press("j"))
        while (left := presses[-1] + interval - time.perf_counter()) > 0 and not is_over():
            terminal.read(min(left, LOOK))
    lasted = time.perf_counter() - began
    terminal.read_until_quiet(0.3)
    return Held(_shown_after(terminal, presses, titles), lasted)


def _shown_after(terminal: Terminal, presses: Sequence[float], titles: Sequence[str]) -> list[float]:
    latencies: list[float] = []
    position = 0
    while terminal.unseen and position < len(presses):
        data = terminal.unseen[0].data
        at = terminal.show_next()
        if FRAME_END not in data:
            continue
        line = highlighted(terminal)
        ahead = next((n for n in range(position + 1, position + 20) if titles[n : n + 1] and titles[n][:24] in line), 0)
        latencies += [at - presses[n] for n in range(position, min(ahead, len(presses)))]
        position = max(position, ahead)
    terminal.show_all()
    return latencies


# What the system tells of a process


def memory(terminal: Terminal) -> tuple[int, int]:
    """Bytes of memory of a program: resident, and its own alone."""
    said = Path(f"/proc/{terminal.process.pid}/smaps_rollup").read_text()
    sizes = {name: int(size) * 1024 for name, size in re.findall(r"^(\w+): +(\d+) kB$", said, re.MULTILINE)}
    return sizes["Rss"], sizes["Private_Clean"] + sizes["Private_Dirty"]


def peak_memory(terminal: Terminal) -> int:
    """Bytes of memory that a program had at most."""
    said = Path(f"/proc/{terminal.process.pid}/status").read_text()
    found = re.search(r"^VmHWM:\s+(\d+) kB$", said, re.MULTILINE)
    return int(found[1]) * 1024 if found else 0


def cpu_seconds(terminal: Terminal) -> float:
    """Seconds of processor time that a program has used."""
    fields = Path(f"/proc/{terminal.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def idle_share(terminal: Terminal, seconds: float = 10.0) -> float:
    """Share of a core that a program uses while nothing happens."""
    settle(terminal, 0.5)
    before, began = cpu_seconds(terminal), time.perf_counter()
    while (left := began + seconds - time.perf_counter()) > 0:
        terminal.read(left)
    return (cpu_seconds(terminal) - before) / (time.perf_counter() - began)


def quit_time(terminal: Terminal, key: str = "ctrl+q") -> float:
    """Seconds from the key that quits to the end of the program."""
    pressed = terminal.press(key)
    terminal.wait_closed(60)
    return time.perf_counter() - pressed
