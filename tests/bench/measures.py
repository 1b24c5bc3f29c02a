"""What is measured of the reader, each beside its floor."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

from tests.bench import bare, floors, newsboat
from tests.bench.drive import (
    bare_key,
    cpu_seconds,
    hold,
    idle_share,
    latency,
    memory,
    moved,
    open_bare,
    open_reader,
    peak_memory,
    quit_time,
    settle,
    shows,
    until,
    written,
)
from tests.bench.feed import feed, publishing
from tests.bench.filtering import measure_search, measure_topic
from tests.bench.reading import measure_text
from tests.bench.stage import REST, Bench, in_ms, reading
from tests.rigs.terminal import Terminal

STARTS = 15

SEEN = 12
"""Letters of the title that is waited for: a line may cut the rest."""

AT_REST = 5.0
"""Seconds after the start when the reader has drawn, counted and refreshed, and waits for keys."""

MEGABYTE = 1e6

BUSY_DAY = 1_100

AT_WORK = 5.0
"""Seconds of silence after which a ranking that goes on in the background is taken to be over."""


# Start, memory, quitting


def measure_start(bench: Bench) -> None:
    """The first title and the processor's time, in turns with a bare app and with newsboat; then keys at once."""
    home, empty = _visited(bench), bench.home(empty=True)
    theirs = newsboat.make_home(bench.folder / "newsboat", bench.corpus) if newsboat.is_installed() else None
    following = bench.titles(limit=400)
    title = following[0][:SEEN]
    ours, bares = list[_Start](), list[_Start]()
    boats, keys = list[float](), list[float]()
    with feed() as endpoint:
        for _ in range(STARTS):
            with open_bare(empty) as terminal:
                bares.append(_start(terminal, bare.READY))
            with open_reader(home, endpoint) as terminal:
                ours.append(_start(terminal, title))
            if theirs:
                with newsboat.open_newsboat(theirs) as terminal:
                    written(terminal, "Papers")
                    terminal.press("enter")
                    boats.append(written(terminal, "Articles in feed"))
        for _ in range(STARTS // 3):
            with open_reader(home, endpoint) as terminal:
                written(terminal, title)
                deadline = time.perf_counter() + 1
                keys += hold(terminal, following, lambda: time.perf_counter() > deadline).latencies  # noqa: B023
                _leave_at_the_top(terminal)
    titles, used, quits = (in_ms(some) for some in zip(*ours, strict=True))
    bare_titles, bare_used, bare_quits = (in_ms(some) for some in zip(*bares, strict=True))
    bench.add("start to the first title", titles, bare_titles, "floor: bare Textual app")
    if boats:
        bench.add("newsboat: start to its first list", in_ms(boats))
    bench.add("processor time until at rest", used, bare_used)
    bench.add("quit soon after the start", quits, bare_quits)
    bench.add("j in the first second", in_ms(keys))


_Start = tuple[float, float, float]
"""Seconds to the first title, of processor time until at rest, and to leave."""


def _start(terminal: Terminal, title: str) -> _Start:
    shown = written(terminal, title)
    while (left := terminal.started + AT_REST - time.perf_counter()) > 0:
        terminal.read(left)
    return shown, cpu_seconds(terminal), quit_time(terminal)


def _visited(bench: Bench) -> Path:
    """A home in which the reader was open once, in a terminal of this size."""
    home = bench.home()
    with feed() as endpoint, open_reader(home, endpoint) as terminal:
        until(terminal, shows(bench.titles()))
        _leave_at_the_top(terminal)
    return home


def _leave_at_the_top(terminal: Terminal) -> None:
    """The next visit begins there."""
    terminal.press("g", "g")
    settle(terminal, 0.5)
    quit_time(terminal)


def measure_memory(bench: Bench) -> None:
    """Memory, size of the file and processor time once all is at rest."""
    home = bench.home()
    with feed() as endpoint, open_bare(bench.home(empty=True)) as floor, reading(bench, home, endpoint) as terminal:
        settle(floor, 0.5)
        for name, ours, least in zip(("resident", "its own"), memory(terminal), memory(floor), strict=True):
            bench.add(f"memory, {name}, MB", ours / MEGABYTE, least / MEGABYTE)
        bench.add("idle processor, % of a core", 100 * idle_share(terminal), 100 * idle_share(floor))
        for name, keys in (("after For you", ("g", "y")), ("after ~", ("/", "~ agents that use tools", "enter"))):
            settle(terminal, 1.0)
            terminal.press(*keys)
            # To rank, or to make the index, takes seconds at first.
            settle(terminal, AT_WORK)
            bench.add(f"memory, resident {name}, MB", memory(terminal)[0] / MEGABYTE)
        bench.add("memory, resident at most, MB", peak_memory(terminal) / MEGABYTE)
        bench.add("quit at rest", 1_000 * quit_time(terminal))
    bench.add("size of the cache, MB", bench.corpus.stat().st_size / MEGABYTE)
    bench.add("size of the cache, bytes a paper", bench.corpus.stat().st_size / bench.papers)


# Keys


def measure_keys(bench: Bench) -> None:
    """From a key to the frame that shows the cursor's move."""
    with feed() as endpoint, open_bare(bench.home(empty=True)) as floor, reading(bench, bench.home(), endpoint) as ours:
        until(floor, lambda terminal: bare.READY in terminal.text)
        least = in_ms([bare_key(floor) for _ in range(60)])
        bench.add("j to repaint", in_ms([_move(ours, "j") for _ in range(60)]), least)
        bench.add("ctrl+d to repaint", in_ms([_move(ours, "ctrl+d") for _ in range(30)]), least)
        ends, tops = [], []
        for _ in range(20):
            ends.append(_move(ours, "G"))
            tops.append(_move(ours, "g", "g"))
        bench.add("G to repaint", in_ms(ends), least)
        bench.add("gg to repaint", in_ms(tops), least)
        settle(ours)
        following = bench.titles(limit=400)
        deadline = time.perf_counter() + 5
        held = hold(ours, following, lambda: time.perf_counter() > deadline, 1 / 30)
        bench.add("j held down, 30 a second", in_ms(held.latencies), least)


def _move(terminal: Terminal, *keys: str) -> float:
    """Seconds from a key, pressed when all is drawn, to the frame that shows the cursor elsewhere."""
    settle(terminal, REST)
    return latency(terminal, keys, moved(terminal))


# Marking


def measure_marks(bench: Bench) -> None:
    """From a key to the mark on the disk, as another connection sees it."""
    home = bench.home()
    cache = home / "papers.db"
    with feed() as endpoint, reading(bench, home, endpoint) as terminal, floors.opened(cache) as other:
        stars = [_until_durable(terminal, other, "s") for _ in range(20)]
        least = [floors.write_seconds(bench.corpus, floors.STAR) for _ in range(20)]
        bench.add("star to durable", in_ms(stars), in_ms(least), note="floor: event and paper in sqlite3")
    _measure_read_all(bench)


def _until_durable(terminal: Terminal, other: sqlite3.Connection, key: str) -> float:
    settle(terminal, 0.5)
    is_done = _newer_event(other)
    pressed = terminal.press(key)
    while not is_done():
        terminal.read(0.001)
    return time.perf_counter() - pressed


def _newer_event(other: sqlite3.Connection) -> Callable[[], bool]:
    """Tells whether an event is in the log that is not there now, with all its effects."""
    newest = "SELECT max(seq) FROM event WHERE applied = 1"
    (before,) = other.execute(newest).fetchone()
    return lambda: other.execute(newest).fetchone()[0] != before


def _measure_read_all(bench: Bench) -> None:
    home = bench.home()
    cache = home / "papers.db"
    following = bench.titles(limit=20_000)
    with feed() as endpoint, reading(bench, home, endpoint) as terminal, floors.opened(cache) as other:
        for name, key in (("mark all read", "A"), ("undo it", "u")):
            is_done = _newer_event(other)
            settle(terminal, 1.0)
            terminal.press("g", "g")
            settle(terminal, 1.0)
            terminal.press(key)
            held = hold(terminal, following, is_done)
            bench.add(f"{name}, until durable", 1_000 * held.lasted)
            if held.latencies:
                bench.add(f"j while that goes on ({len(held.latencies)} keys)", in_ms(held.latencies))
    scratch = bench.home() / "papers.db"
    bench.add("mark all read by one UPDATE", 1_000 * floors.write_seconds(scratch, floors.READ_ALL))


# Refreshing


def measure_refresh(bench: Bench) -> None:
    """A busy day comes in while keys are pressed."""
    home = bench.home()
    following = bench.titles(limit=2_000)
    stamp = home / "papers.refreshed"
    with publishing(BUSY_DAY) as (endpoint, publish), reading(bench, home, endpoint) as terminal:
        publish()
        stamp.unlink()
        terminal.press("r")
        held = hold(terminal, following, stamp.exists)
        bench.add(f"refresh of {BUSY_DAY:,} papers", 1_000 * held.lasted, note="a process that begins from nothing")
        bench.add(f"j while it goes on ({len(held.latencies)} keys)", in_ms(held.latencies))
        settle(terminal, 1.0)
        bench.add("quit after it", 1_000 * quit_time(terminal))


MEASURES: dict[str, Callable[[Bench], None]] = {
    "start": measure_start,
    "memory": measure_memory,
    "keys": measure_keys,
    "topic": measure_topic,
    "search": measure_search,
    "text": measure_text,
    "marks": measure_marks,
    "refresh": measure_refresh,
}
"""All that is measured, by name, in the order of the table."""
