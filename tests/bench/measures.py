"""What is measured of the reader, each beside its floor."""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Protocol

from reader.cache import schema
from reader.cache.search import Scope, compile_query
from reader.cache.window import Window
from reader.core.errors import QueryError
from reader.core.query import parse
from reader.core.query.assist import asked
from reader.core.query.topics import picked_topics
from reader.ui.browsing import Place, view
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
    quit_time,
    settle,
    shows,
    silence,
    until,
)
from tests.bench.feed import feed, publishing
from tests.pty.terminal import Terminal

STARTS = 9

REST = 0.3
"""Seconds of silence after which a program is taken to have drawn all it will."""

MEGABYTE = 1e6

TOPIC = "image-generation"
TYPED = ("agents", "the model", "diffusion -video", "author:ada", "topic:reasoning upvotes:>20", "latent space tokens")
"""Queries that are typed letter by letter: rare and common words, a negation, a field, a topic with a range."""

BUSY_DAY = 1_100


class Add(Protocol):
    """Takes a line of the table."""

    def __call__(
        self,
        name: str,
        reader: Sequence[float] | float,
        floor: Sequence[float] | float = (),
        newsboat: Sequence[float] | float = (),
        note: str = "",
    ) -> None: ...


@dataclass
class Bench:
    """One run: a folder to work in, the corpus, and where figures go."""

    folder: Path
    corpus: Path
    papers: int
    add: Add
    newsboat: bool = False
    homes: int = field(default=0, init=False)

    def home(self, *, view: str = "all", empty: bool = False) -> Path:
        """A new home of the reader's with a copy of the corpus, left at a view."""
        self.homes += 1
        home = self.folder / f"home-{self.homes}"
        home.mkdir()
        if not empty:
            shutil.copyfile(self.corpus, home / "papers.db")
            # What the disk has yet to write is not the reader's to wait for.
            os.sync()
        (home / "state.json").write_text(f'{{"view": "{view}"}}')
        return home

    def titles(self, text: str = "", limit: int = 8) -> list[str]:
        """The titles that a query shows first in the view All, as the cache has them."""
        return titles(self.corpus, text, limit)


def titles(cache: Path, text: str, limit: int) -> list[str]:
    """The titles that a query shows first in the view All."""
    with closing(Window.open(cache)) as window:
        scope = Scope(datetime.now(UTC).date(), window.newest_day(), None)
        selection = compile_query(Place(view("all"), text).whole("day"), scope)
        return [row.title for row in window.rows(window.first(selection, limit).pks)]


@contextmanager
def reading(bench: Bench, home: Path, endpoint: str) -> Iterator[Terminal]:
    """A reader that has started, refreshed from a feed with no news, counted, and come to rest."""
    with open_reader(home, endpoint) as terminal:
        until(terminal, shows(bench.titles()))
        until(terminal, lambda terminal: "↻" in terminal.lines[0])
        settle(terminal, 1.0)
        yield terminal


def _ms(seconds: Sequence[float]) -> list[float]:
    return [1_000 * one for one in seconds]


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
    bench.add("start to first list", _ms(ours[1:]), _ms(bares[1:]), _ms(boats[1:]), "floor: bare Textual app")
    bench.add("quit soon after the start", _ms(quits[1:]), _ms(bare_quits[1:]))


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
        least = _ms([_bare_key(floor) for _ in range(60)])
        boat = _newsboat_keys(bench) if bench.newsboat else []
        bench.add("j to repaint", _ms([_move(ours, "j") for _ in range(60)]), least, boat)
        bench.add("ctrl+d to repaint", _ms([_move(ours, "ctrl+d") for _ in range(30)]), least)
        ends, tops = [], []
        for _ in range(20):
            ends.append(_move(ours, "G"))
            tops.append(_move(ours, "g", "g"))
        bench.add("G to repaint", _ms(ends), least)
        bench.add("gg to repaint", _ms(tops), least)
        settle(ours)
        following = bench.titles(limit=400)
        deadline = time.perf_counter() + 5
        held = hold(ours, following, lambda: time.perf_counter() > deadline, 1 / 30)
        bench.add("j held down, 30 a second", _ms(held.latencies), least)


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
    return _ms(keys)


def _newsboat_list(terminal: Terminal) -> None:
    until(terminal, lambda terminal: "Papers" in terminal.text)
    terminal.press("enter")
    until(terminal, lambda terminal: "Articles in feed" in terminal.text)


# Filtering


def measure_topic(bench: Bench) -> None:
    """Picking a topic in the filter pane, and letting it go."""
    filtered, everything = shows(bench.titles(f"topic:{TOPIC}")), shows(bench.titles())
    picks, drops = [], []
    with feed() as endpoint, reading(bench, bench.home(), endpoint) as terminal:
        for keys in ("f", "/", TOPIC.replace("-", " "), "enter"):
            terminal.press(keys)
            settle(terminal, 0.5)
        for _ in range(7):
            settle(terminal, REST)
            picks.append(latency(terminal, ["space"], filtered))
            settle(terminal, REST)
            drops.append(latency(terminal, ["space"], everything))
    floor = 1_000 * median(floors.read_seconds(bench.corpus, floors.BY_TOPIC, TOPIC) for _ in range(5))
    bench.add("pick a topic", _ms(picks), floor, note="floor: the statement in sqlite3")
    bench.add("let a topic go", _ms(drops))


def measure_search(bench: Bench) -> None:
    """Typing queries: from each letter to the first screenful that is right for what is typed so far."""
    every: list[float] = []
    with feed() as endpoint, reading(bench, bench.home(), endpoint) as terminal:
        for text in TYPED:
            letters = _typed(bench, terminal, text)
            every += letters
            # A word that stands in every paper changes nothing on the screen.
            if letters:
                bench.add(f"type {text!r}, worst letter", max(letters), _search_floor(bench, text))
        bench.add("a letter of a query", every)


def _typed(bench: Bench, terminal: Terminal, text: str) -> list[float]:
    """Milliseconds of each letter that changes the list; the query is dropped at the end."""
    before = bench.titles()
    terminal.press("/")
    settle(terminal, 0.5)
    found = []
    for length in range(1, len(text) + 1):
        expected = _expected(bench, text[:length])
        settle(terminal, REST)
        if expected is None or expected == before:
            terminal.press(text[length - 1])
            continue
        found.append(1_000 * latency(terminal, [text[length - 1]], shows(expected)))
        before = expected
    settle(terminal, 0.5)
    terminal.press("escape")
    until(terminal, shows(bench.titles()))
    settle(terminal, 0.5)
    return found


def _expected(bench: Bench, text: str) -> list[str] | None:
    """The titles that stand first once a text is typed; None where the list stays as it is."""
    text = asked(text)
    try:
        query = parse(text)
    except QueryError:
        return None
    with closing(sqlite3.connect(bench.corpus)) as connection:
        known = {slug for (slug,) in connection.execute("SELECT slug FROM topic")}
    choice = picked_topics(query)
    return bench.titles(text) if known.issuperset((*choice.picked, *choice.excluded)) else None


def _search_floor(bench: Bench, text: str) -> Sequence[float]:
    """The plain statement, for queries of plain words."""
    if ":" in text or "-" in text:
        return ()
    said = " ".join(f'"{word}" *' for word in text.split())
    return _ms([floors.read_seconds(bench.corpus, floors.BY_WORD, said) for _ in range(3)])


# Marking


def measure_marks(bench: Bench) -> None:
    """From a key to the mark on the disk, as another connection sees it."""
    home = bench.home()
    cache = home / "papers.db"
    with feed() as endpoint, reading(bench, home, endpoint) as terminal, floors.opened(cache) as other:
        stars = [_until_durable(terminal, other, "s") for _ in range(20)]
        least = [floors.write_seconds(bench.corpus, floors.STAR) for _ in range(20)]
        bench.add("star to durable", _ms(stars), _ms(least), note="floor: event and paper in sqlite3")
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
                bench.add(f"j while that goes on ({len(held.latencies)} keys)", _ms(held.latencies))
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
        bench.add(f"j while it goes on ({len(held.latencies)} keys)", _ms(held.latencies))
        settle(terminal, 1.0)
        bench.add("quit after it", 1_000 * quit_time(terminal))
    with feed() as endpoint, open_reader(bench.home(), endpoint) as terminal:
        until(terminal, shows(following[:8]))
        deadline = time.perf_counter() + 1
        held = hold(terminal, following, lambda: time.perf_counter() > deadline)
        bench.add("j in the first second, with the panes to come", _ms(held.latencies))


def measure_ingest(bench: Bench) -> None:
    """Papers a second through the cache's door, beside raw upserts of the same rows."""
    papers = 3_000
    for name, empty in ((f"{bench.papers:,}", False), ("none", True)):
        first, second, third = (bench.home(empty=empty) / "papers.db" for _ in range(3))
        if empty:
            for path in (first, second, third):
                schema.ensure(path)
        found = floors.ingest((first, second, third), papers)
        note = f"floor: executemany in equal transactions; in one: {found.raw_in_one:,.0f}"
        bench.add(f"ingest into {name}, papers a second", found.ours, found.raw, note=note)


MEASURES: dict[str, Callable[[Bench], None]] = {
    "start": measure_start,
    "memory": measure_memory,
    "keys": measure_keys,
    "topic": measure_topic,
    "search": measure_search,
    "marks": measure_marks,
    "refresh": measure_refresh,
    "quit": measure_quit,
    "ingest": measure_ingest,
}
"""All that is measured, by name, in the order of the table."""
