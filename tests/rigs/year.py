"""Replay a year of two machines: nothing may grow but with the papers and the marks.

On each day the laptop refreshes, marks ten papers, joins its marks with the desk's through a folder, and gets a digest;
the desk does so every third day. Their clocks are moved by hand now and then. Each month the sizes of all
files are noted, the processor's time for a start, a list, a refresh and For you, and the memory of a reader at rest.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from tests.bench.corpus import listings
from tests.bench.drive import cpu_seconds, memory
from tests.bench.feed import as_item
from tests.feed_server import FeedServer, Item
from tests.feeds.fulltext.pages import MARKDOWN
from tests.feeds.servers import Arxiv, Paper
from tests.rigs.crash.faults import build_library
from tests.rigs.program import ROOT, environment
from tests.rigs.terminal import Terminal

CLOCK = Path(__file__).with_name("clock.c")

MONTH = 30

CATEGORY = "cs.CL"
"""The category of arXiv that is followed."""

KINDS = ("hide", "queue", "note", "tag")
"""What the marks of a day are besides stars and what was read, in turn."""

MOVES = {0.03: 3.0, 0.06: -40.0, 0.07: 400.0}
"""Days that a clock is moved by, each with the chance that it or one before it is."""

SETTINGS = """\
refresh_minutes = 0
read_when = "manual"
fetch_ahead = []
[digest]
command = ["true"]
"""

ARXIV, NOBODY = 15, "http://127.0.0.1:9"
"""Visits from one for which arXiv answers to the next, for the program asks it slowly; else this does not answer."""

GROWTH = 1.25
"""How much more of anything a paper or a mark may take at the end than after the third month."""

STEADY, SLOWER = ("start", "list", "refresh", "resident"), 1.6
"""What may not follow the papers, and how much more it may take on a busy machine."""


@dataclass(frozen=True)
class Day:
    """A day of the year, as the feed and arXiv have it."""

    day: date
    items: list[Item]


def invented(days: int) -> list[Day]:
    """Days of papers that nobody wrote."""
    return [
        Day(date.fromisoformat(one.day), [as_item(draft, one.day) for draft in one.drafts])
        for one in list(listings(days * 40))[-days:]
        if one.day is not None
    ]


@dataclass
class Machine:
    """A home, the program that it has, and its clock."""

    home: Path
    surroundings: dict[str, str]
    today: date = date.min
    asks_arxiv: bool = True
    used: Counter[str] = field(default_factory=Counter)
    """Milliseconds of the processor's time that each command took the last time."""
    failures: list[str] = field(default_factory=list)

    def at(self, moved: float = 0.0) -> dict[str, str]:
        """The surroundings at noon of the day, or at another time."""
        shown = {**self.surroundings, **({} if self.asks_arxiv else {"ARXIV_ENDPOINT": NOBODY})}
        noon = datetime.combine(self.today, datetime.min.time(), UTC) + timedelta(hours=12, days=moved)
        ahead = int(noon.timestamp() - time.time())
        return {**shown, "CLOCK_AHEAD": str(ahead), "PYTHONPATH": str(ROOT)}

    def run(self, *words: str, moved: float = 0.0) -> str:
        """Run a command, by a clock that is off by some days; returns what it printed."""
        began, surroundings = time.time(), self.at(moved)
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            process = subprocess.Popen(
                [sys.executable, "-m", "reader", *words],
                env=surroundings,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
            )
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            out.seek(0)
            err.seek(0)
            printed, said = out.read().decode(), err.read().decode()
        self.used["find" if words[-1].startswith("~") else words[0]] = round(1000 * (usage.ru_utime + usage.ru_stime))
        self._date_files(began, float(surroundings["CLOCK_AHEAD"]))
        if process.returncode and (words[0] != "refresh" or self.asks_arxiv):
            self.failures.append(f"{self.today} {self.home.name}: {' '.join(words)}: {said.strip()[-300:]}")
        return printed

    def _date_files(self, began: float, ahead: float) -> None:
        """Give files that were written since then the time of the moved clock, which the system does not know."""
        for file in self.home.rglob("*"):
            with suppress(FileNotFoundError):
                found = file.stat()
                if found.st_mtime >= began - 0.1:
                    os.utime(file, (found.st_atime, found.st_mtime + ahead))

    def read(self, first: str) -> dict[str, int]:
        """Open the reader until it is at rest, then go to For you; returns milliseconds and megabytes."""
        began, surroundings = time.time(), self.at()
        command = [sys.executable, "-m", "reader"]
        with Terminal(command, surroundings, (140, 42), ROOT) as terminal:
            terminal.wait_for(first, 60)
            terminal.read_until_quiet(3, 60)
            used, (held, _) = cpu_seconds(terminal), memory(terminal)
            terminal.press("g", "y")
            terminal.read_until_quiet(3, 60)
            choosing = cpu_seconds(terminal) - used
            terminal.press("g", "t")
            terminal.read_until_quiet(1, 60)
            terminal.press("ctrl+q")
            terminal.wait_closed(60)
        self._date_files(began, float(surroundings["CLOCK_AHEAD"]))
        return {"start": round(1000 * used), "resident": held >> 20, "for you": round(1000 * choosing)}


@dataclass(frozen=True)
class Row:
    """What a month ends with."""

    month: int
    papers: int
    marks: int
    sizes: dict[str, int]
    """Bytes of each kind of file of the laptop, and of the folder between the machines."""
    used: dict[str, int]
    """Milliseconds of the processor's time, and megabytes of memory."""


class Year:
    """Two machines, the feed, arXiv, and the folder through which marks are joined."""

    def __init__(self, folder: Path, days: Sequence[Day], seed: int, every: int) -> None:
        self._days, self._chance, self._every = days, random.Random(seed), every
        self._feed = FeedServer(today=days[0].day.isoformat())
        self._arxiv = Arxiv(_papers_of_arxiv(days), days[0].day.isoformat())
        self._shared = folder / "shared"
        self._shared.mkdir()
        library = build_library(folder, CLOCK)
        assert library is not None, "it needs Linux and a C compiler"
        self.machines = []
        for name in ("laptop", "desk"):
            home = folder / name
            home.mkdir()
            (home / "config.toml").write_text(SETTINGS)
            around = environment(home, self._feed.url, ARXIV_ENDPOINT=self._arxiv.url, LD_PRELOAD=str(library))
            self.machines.append(Machine(home, around))

    def replay(self) -> Iterator[Row]:
        """Live through the days; yields a row at the end of each month."""
        first = self._days[0].day
        with self._feed, self._arxiv:
            for machine in self.machines:
                machine.today = first
                machine.run("feeds", "add", CATEGORY)
            for number, day in enumerate(self._days):
                self._publish(day)
                if number % self._every == 0:
                    self._live(number // self._every, self._days[max(0, number - self._every + 1) : number + 1])
                following = self._days[number + 1].day if number + 1 < len(self._days) else None
                month = (day.day - first).days // MONTH
                if following is None or (following - first).days // MONTH > month:
                    yield self._measure(month + 1)

    def _publish(self, day: Day) -> None:
        """Let the feed have the day, and the days before it with more votes than yesterday."""
        self._feed.today = self._arxiv.today = day.day.isoformat()
        for one in self._days:
            age = (day.day - one.day).days
            if 0 <= age < 14:
                for item in one.items:
                    final = item["paper"].setdefault("final", item["paper"].get("upvotes") or 0)
                    item["paper"]["upvotes"] = int(final * (1 - 0.5 ** (age + 1)))
                self._feed.days[one.day.isoformat()] = one.items
        self._feed.pages.update({f"/papers/{_id(one)}.md": MARKDOWN.encode() for one in day.items})

    def _live(self, number: int, days: Sequence[Day]) -> None:
        """Do what is done in some days, all on the last of them."""
        ids, day = [_id(one) for day in days for one in day.items], days[-1]
        laptop, desk = self.machines
        for machine in (laptop, desk) if number % 3 == 0 else (laptop,):
            machine.today, machine.asks_arxiv = day.day, number % ARXIV == 1
            machine.run("refresh", "--quiet")
            off = self._clock()
            mine, some = self._chance.sample(ids, min(10 * len(days), len(ids))), 2 * len(days)
            if mine:
                machine.run("mark", "star", *mine[:some], moved=off)
                self._mark(machine, KINDS[number % len(KINDS)], mine[some : 2 * some] or mine)
                machine.run("mark", "read", *mine)
            for id in mine[:2]:
                machine.run("read", id)
            if number % 7 == 0:
                machine.run("undo", moved=off)
            machine.run("sync", str(self._shared), moved=off)
            machine.run("digest", "--to", "command")

    def _mark(self, machine: Machine, kind: str, ids: list[str]) -> None:
        match kind:
            case "note":
                machine.run("note", ids[0], "--text", f"Of {machine.today}: compare.")
            case "tag":
                machine.run("tag", "add", f"of-{machine.today:%Y-%m}", *ids)
            case _:
                machine.run("mark", kind, *ids)

    def _clock(self) -> float:
        """The days that a clock is off by."""
        drawn = self._chance.random()
        return next((moved for share, moved in MOVES.items() if drawn < share), 0.0)

    def _measure(self, month: int) -> Row:
        laptop, _ = self.machines
        found = json.loads(laptop.run("cache", "info", "--json"))
        laptop.run("list", "is:unread")
        laptop.run("list", "~ agents that use tools")
        used = {**laptop.used, **laptop.read("VIEWS")}
        sizes = Counter[str]()
        for file in (*laptop.home.rglob("*"), *self._shared.rglob("*")):
            if file.is_file():
                sizes[kind_of(file, laptop.home)] += file.stat().st_size
        return Row(month, found["papers"], found["events"], dict(sizes), used)


def kind_of(file: Path, home: Path) -> str:
    """The kind of a file: those of a folder are one, and so are those with a date or a number behind a name."""
    if not file.is_relative_to(home):
        return "sync folder"
    name = file.relative_to(home).parts[0]
    return "aside" if ".aside-" in name else name


def _id(item: Item) -> str:
    id: str = item["paper"]["id"]
    return id


def _papers_of_arxiv(days: Sequence[Day]) -> list[Paper]:
    """A third of the papers, as arXiv announces them."""
    return [
        Paper(_id(one), one["paper"]["title"], (CATEGORY,), published=day.day.isoformat(), day=day.day.isoformat())
        for day in days
        for one in day.items[::3]
    ]


def judge(rows: Sequence[Row]) -> list[str]:
    """What grew more than the papers and the marks did, from the third month on."""
    before, after = rows[min(2, len(rows) - 1)], rows[-1]
    allowed = GROWTH * max(after.papers / before.papers, after.marks / before.marks)
    kinds = [(name, before.sizes.get(name, 0), size) for name, size in after.sizes.items() if size > 100_000]
    used = [(name, before.used[name], after.used[name]) for name in STEADY]
    return [
        *(f"{name} grew from {was:,} to {size:,} bytes" for name, was, size in kinds if size > was * allowed),
        *(f"{name} grew from {was} to {now}" for name, was, now in used if now > was * SLOWER),
    ]


def main(arguments: Sequence[str]) -> int:
    """Replay, print a row a month, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.rigs year", description=__doc__)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--every", type=int, default=1, help="days from one visit to the next")
    given = parser.parse_args(arguments)
    days = invented(given.days)
    with tempfile.TemporaryDirectory(prefix="year-") as name:
        year = Year(Path(name), days, given.seed, given.every)
        rows = []
        for row in year.replay():
            rows.append(row)
            print(row, flush=True)
        found = [*judge(rows), *(one for machine in year.machines for one in machine.failures)]
    print(f"seed {given.seed}", *found, sep="\n")
    return 1 if found else 0
