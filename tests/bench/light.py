"""The first second: the first title on the terminal, keys from then on, and processor time until all is at rest."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from tests.bench import bare, newsboat
from tests.bench.drive import cpu_seconds, hold, open_bare, open_reader, quit_time, settle, shows, until
from tests.bench.feed import feed
from tests.bench.stage import Bench, in_ms
from tests.rigs.terminal import Terminal

STARTS = 15

SEEN = 12
"""Letters of the title that is waited for: a line may cut the rest."""

SECONDS_OF_KEYS = 5
"""Starts in which keys are pressed for a second."""

AT_REST = 5.0
"""Seconds after the start when the reader has drawn, counted and refreshed, and waits for keys."""


def measure_light(bench: Bench) -> None:
    """The first title and the processor's time, in turns with a bare app and with newsboat; then keys at once."""
    home, empty = visited(bench), bench.home(empty=True)
    theirs = newsboat.make_home(bench.folder / "newsboat-light", bench.corpus) if bench.newsboat else None
    title = bench.titles(limit=1)[0][:SEEN]
    lights: list[float] = []
    bares: list[float] = []
    boats: list[float] = []
    used: list[float] = []
    bare_used: list[float] = []
    with feed() as endpoint:
        for _ in range(STARTS):
            with open_bare(empty) as terminal:
                bares.append(written(terminal, bare.READY))
                bare_used.append(used_at_rest(terminal))
            with open_reader(home, endpoint) as terminal:
                lights.append(written(terminal, title))
                used.append(used_at_rest(terminal))
            if theirs:
                boats.append(_newsboat(theirs))
        bench.add("start to the first title", in_ms(lights), in_ms(bares), in_ms(boats), "floor: bare Textual app")
        bench.add("processor time until at rest", in_ms(used), in_ms(bare_used))
        following = bench.titles(limit=400)
        keys: list[float] = []
        for _ in range(SECONDS_OF_KEYS):
            keys += _first_second(home, endpoint, following)
        bench.add("j in the first second", in_ms(keys))


def visited(bench: Bench) -> Path:
    """A home in which the reader was open once, in a terminal of this size."""
    home = bench.home()
    with feed() as endpoint, open_reader(home, endpoint) as terminal:
        until(terminal, shows(bench.titles()))
        # The next visit begins at the top.
        terminal.press("g", "g")
        settle(terminal, 0.5)
        quit_time(terminal)
    return home


def written(terminal: Terminal, text: str) -> float:
    """Seconds from the start until a program has written a text; nothing is drawn meanwhile."""
    wanted = text.encode()
    while wanted not in terminal.raw:
        if not terminal.read(60):
            raise AssertionError(f"{text!r} did not come: {bytes(terminal.raw[-500:])!r}")
    return terminal.unseen[-1].at - terminal.started


def used_at_rest(terminal: Terminal) -> float:
    """Seconds of processor time that a program has used once it is at rest; ends the program."""
    _wait(terminal, lambda: time.perf_counter() > terminal.started + AT_REST)
    used = cpu_seconds(terminal)
    quit_time(terminal)
    return used


def _newsboat(home: Path) -> float:
    """Seconds until newsboat begins to draw its articles, which another one heads."""
    with newsboat.open_newsboat(home) as terminal:
        written(terminal, "Papers")
        terminal.press("enter")
        return written(terminal, "Articles in feed")


def _first_second(home: Path, endpoint: str, following: list[str]) -> list[float]:
    """Seconds from each `j` to the frame that shows it, for a second from the first title on."""
    with open_reader(home, endpoint) as terminal:
        written(terminal, following[0][:SEEN])
        deadline = time.perf_counter() + 1
        held = hold(terminal, following, lambda: time.perf_counter() > deadline)
        terminal.press("g", "g")
        settle(terminal, 0.5)
        quit_time(terminal)
    return held.latencies


def _wait(terminal: Terminal, happened: Callable[[], bool]) -> None:
    deadline = time.perf_counter() + 60
    while not happened():
        if time.perf_counter() > deadline:
            raise AssertionError(f"It did not happen; the screen shows:\n{terminal.text}")
        terminal.read(0.02)
