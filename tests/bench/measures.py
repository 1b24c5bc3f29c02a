"""What is measured of the reader, each beside its floor."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

from reader.cache import schema
from tests.bench import bare, floors, newsboat
from tests.bench.drive import (
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
    silence,
    until,
)
from tests.bench.feed import feed, publishing
from tests.bench.filtering import measure_facets, measure_search, measure_topic
from tests.bench.light import measure_light
from tests.bench.reading import measure_text
from tests.bench.stage import REST, Bench, in_ms, reading
from tests.rigs.terminal import Terminal

STARTS = 9

MEGABYTE = 1e6

BUSY_DAY = 1_100

AT_WORK = 5.0
"""Seconds of silence after which a ranking that goes on in the background is taken to be over."""

INGESTED = 6_000
"""Papers that are added to a cache."""


# Start, memory, quitting


def measure_start(bench: Bench) -> None:
    """From the command to the first list, in turns with a bare app."""
    home, empty = bench.home(), bench.home(empty=True)
    theirs = newsboat.make_home(bench.folder / "newsboat-start", bench.corpus) if bench.newsboat else None
    first = shows(bench.titles())
    ours: list[float] = []
    bares: list[float] = []
    boats: list[float] = []
    quits: list[float] = []
    bare_quits: list[float] = []
    with feed() as endpoint:
        for _ in range(STARTS + 1):
            with open_bare(empty) as terminal:
                bares.append(
                    until(terminal, lambda terminal: bare.READY in terminal.text, quiet=0.2) - terminal.started
                )
                bare_quits.append(quit_time(terminal))
            with open_reader(home, endpoint) as terminal:
                ours.append(until(terminal, first, quiet=0.2) - terminal.started)
                quits.append(quit_time(terminal))
            if theirs:
                boats.append(_newsboat_start(theirs))
    # The first of each warms the disk's cache.
    bench.add("start to first list", in_ms(ours[1:]), in_ms(bares[1:]), in_ms(boats[1:]), "floor: bare Textual app")
    bench.add("quit soon after the start", in_ms(quits[1:]), in_ms(bare_quits[1:]))


def _newsboat_start(home: Path) -> float:
    with newsboat.open_newsboat(home) as terminal:
        until(terminal, lambda terminal: "Papers" in terminal.text)
        terminal.press("enter")
        return until(terminal, lambda terminal: "Articles in feed" in terminal.text) - terminal.started


def measure_memory(bench: Bench) -> None:
    """Memory, size of the file and processor time once all is at rest."""
    home = bench.home()
    with feed() as endpoint, open_bare(bench.home(empty=True)) as floor, reading(bench, home, endpoint) as terminal:
        settle(floor, 0.5)
        for name, ours, least in zip(("resident", "its own"), memory(terminal), memory(floor), strict=True):
            bench.add(f"memory, {name}, MB", ours / MEGABYTE, least / MEGABYTE)
        bench.add("idle processor, % of a core", 100 * idle_share(terminal), 100 * idle_share(floor))
        bench.add("processor time until at rest", 1_000 * cpu_seconds(terminal), 1_000 * cpu_seconds(floor))
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


def measure_quit(bench: Bench) -> None:
    """Quitting while the feed hangs, and in the middle of a query."""
    with feed(fault="hang") as endpoint, open_reader(bench.home(), endpoint) as terminal:
        until(terminal, shows(bench.titles()))
        settle(terminal, 1.5)
        bench.add("quit while the feed hangs", 1_000 * quit_time(terminal))
    with feed() as endpoint, reading(bench, bench.home(), endpoint) as terminal:
        terminal.press("/", "the model of", "ctrl+q")
        bench.add("quit in a query", 1_000 * quit_time(terminal))


# Keys


def measure_keys(bench: Bench) -> None:
    """From a key to the frame that shows the cursor's move."""
    with feed() as endpoint, open_bare(bench.home(empty=True)) as floor, reading(bench, bench.home(), endpoint) as ours:
        until(floor, lambda terminal: bare.READY in terminal.text)
        least = in_ms([_bare_key(floor) for _ in range(60)])
        boat = _newsboat_keys(bench) if bench.newsboat else []
        bench.add("j to repaint", in_ms([_move(ours, "j") for _ in range(60)]), least, boat)
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


def _bare_key(terminal: Terminal) -> float:
    settle(terminal)
    before = terminal.lines[0]
    return -terminal.press("j") + until(terminal, lambda terminal: terminal.lines[0] != before)


def _newsboat_keys(bench: Bench) -> list[float]:
    home = newsboat.make_home(bench.folder / "newsboat-keys", bench.corpus)
    with newsboat.open_newsboat(home) as terminal:
        _newsboat_list(terminal)
        settle(terminal, 0.5)
        _, own = memory(terminal)
        keys = [silence(terminal, "j") for _ in range(30)]
        settle(terminal, 0.5)
        terminal.press("/", "diffusion")
        settle(terminal, 0.5)
        searched = latency(terminal, ["enter"], lambda terminal: "Search" in terminal.lines[0])
        terminal.press("q")
        bench.add("newsboat: its own memory, MB", own / MEGABYTE)
        bench.add("newsboat: search for a word", 1_000 * searched)
    return in_ms(keys)


def _newsboat_list(terminal: Terminal) -> None:
    until(terminal, lambda terminal: "Papers" in terminal.text)
    terminal.press("enter")
    until(terminal, lambda terminal: "Articles in feed" in terminal.text)


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


# Refreshing and ingest


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


def measure_ingest(bench: Bench) -> None:
    """Papers a second through the cache's door, beside raw upserts of the same rows, in turns."""
    for name, empty in ((f"{bench.papers:,}", False), ("none", True)):
        ours, raw = (bench.home(empty=empty) / "papers.db" for _ in range(2))
        if empty:
            for path in (ours, raw):
                schema.ensure(path)
        found = floors.ingest(ours, raw, INGESTED)
        note = f"floor: executemany in equal transactions; by pairs {min(found.ratios):.2f} to {max(found.ratios):.2f}"
        bench.add(f"ingest into {name}, papers a second", found.ours, found.raw, note=note)


MEASURES: dict[str, Callable[[Bench], None]] = {
    "start": measure_start,
    "light": measure_light,
    "memory": measure_memory,
    "keys": measure_keys,
    "topic": measure_topic,
    "search": measure_search,
    "facets": measure_facets,
    "text": measure_text,
    "marks": measure_marks,
    "refresh": measure_refresh,
    "quit": measure_quit,
    "ingest": measure_ingest,
}
"""All that is measured, by name, in the order of the table."""
