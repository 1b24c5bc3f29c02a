"""Measure start, keys, refresh and memory of the real program in a real terminal, beside a bare Textual app.

    python -m tests.bench [--papers N] [--folder DIR] [--only start,keys,refresh,memory]

The start is measured beside newsboat too, where it is installed. Times are medians and 95th percentiles in
milliseconds, memory is in megabytes. Run it on a quiet machine.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median, quantiles

from tests.feed_server import FeedServer, Item, item
from tests.program import FRAME_END, ROOT, SAMPLE, Terminal, command, environment, run

SIZE = (140, 42)

STARTS = 9

BUSY_DAY_PAPERS = 1_100
"""Papers that a refresh fetches while keys are pressed."""

NEWEST = date(2026, 11, 20)
"""The newest day of the corpus."""

MAX_IMPORT_SECONDS = 3_600
"""A million papers take about twenty minutes."""

BARE_APP = """
import signal
from textual.app import App
from textual.widgets import Static
class Bare(App):
    BINDINGS = [("j", "move", "Down")]
    line = 0
    def compose(self):
        yield Static("line 0")
    def action_move(self):
        self.line += 1
        self.query_one(Static).update(f"line {self.line}")
signal.alarm(600)  # Without its terminal the app would spin.
Bare().run()
"""

Condition = Callable[[Terminal], bool]


def invented_days(papers: int, newest: date, papers_a_day: int = 60) -> dict[str, list[Item]]:
    """Papers by ISO day, newest day first, always the same: each is made of sentences of the sample's papers."""
    chance = Random(f"{papers} {newest}")
    sample = [one["paper"] for day in json.loads(SAMPLE.read_text("utf-8")) for one in day["items"]]
    sentences = [one for paper in sample for one in re.split(r"(?<=\.) ", paper.get("summary", "")) if one]
    words = [word for paper in sample for word in paper["title"].split()]
    keywords = [word for paper in sample for word in paper.get("ai_keywords") or []]
    found: dict[str, list[Item]] = {}
    for number in range(papers):
        day = (newest - timedelta(days=number // papers_a_day)).isoformat()
        paper = item(
            f"{day[2:4]}{day[5:7]}.{number % 90_000 + 10_000:05}",
            f"{' '.join(chance.sample(words, 7))} {number}",
            day,
            summary=" ".join(chance.sample(sentences, 8)),
            ai_keywords=chance.sample(keywords, 4),
            upvotes=int(3 * chance.paretovariate(1.1)) % 900,
        )
        found.setdefault(day, []).append(paper)
    return found


def import_corpus(folder: Path, papers: int) -> Path:
    """A home with so many papers, which this build of the program has imported; it is kept for the next run."""
    build = re.sub(r"\W+", "-", run(["--version"], environment(folder / "none")).out.strip())
    home = folder / f"{build}-{papers}"
    if not home.exists():
        partial = home.with_suffix(".part")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        days = invented_days(papers, NEWEST)
        file = folder / "papers.jsonl"
        file.write_text("".join(f"{json.dumps({'date': day, 'items': items})}\n" for day, items in days.items()))
        done = run(["import", str(file)], environment(partial), kill_after_seconds=MAX_IMPORT_SECONDS)
        assert done.code == 0, done.err
        partial.rename(home)
    return home


NEWSBOAT_FEED = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"><channel><title>Papers</title><link>http://papers.invalid/</link><description>All</description>
<item><title>The first</title><link>http://papers.invalid/0</link><guid>0</guid></item></channel></rss>
"""

NEWSBOAT_CONFIG = "auto-reload no\ncleanup-on-quit no\nconfirm-exit no\narticle-sort-order date-desc\n"


def make_newsboat(folder: Path, papers: int) -> list[str]:
    """The command line of a newsboat that has the corpus as the articles of one feed; empty if it is not installed."""
    if shutil.which("newsboat") is None:
        return []
    folder.mkdir()
    address = f"file://{folder / 'papers.xml'}"
    for name, text in (("papers.xml", NEWSBOAT_FEED), ("urls", f"{address}\n"), ("config", NEWSBOAT_CONFIG)):
        (folder / name).write_text(text)
    line = ["newsboat", "-u", str(folder / "urls"), "-C", str(folder / "config"), "-c", str(folder / "cache.db")]
    # The first run creates the tables and the feed.
    subprocess.run([*line, "-x", "reload"], check=True, capture_output=True, env=environment(folder))
    sql = (
        "INSERT INTO rss_item (guid, title, author, url, feedurl, pubDate, content, unread, enclosure_url,"
        " enclosure_type) VALUES (?, ?, '', 'http://papers.invalid/', ?, unixepoch(?), ?, 1, '', '')"
    )
    listed = ((day, one["paper"]) for day, items in invented_days(papers, NEWEST).items() for one in items)
    rows = [(paper["id"], paper["title"], address, day, paper["summary"]) for day, paper in listed]
    with closing(sqlite3.connect(folder / "cache.db")) as connection, connection:
        connection.executemany(sql, rows)
    return line


class Bench:
    """A folder for homes, and the corpus that is copied into them."""

    def __init__(self, folder: Path, papers: int, feed: FeedServer) -> None:
        self.feed = feed
        self._corpus = import_corpus(folder, papers)
        self._work = Path(tempfile.mkdtemp(prefix="work-", dir=folder))
        self.newsboat = make_newsboat(self._work / "newsboat", papers)
        self.titles = self.list_titles("", 2)
        """The beginnings of the first titles of the view All."""

    def list_titles(self, query: str, papers: int) -> list[str]:
        """The beginnings of the titles that a query lists first."""
        done = run(["list", query, "--json=title", "-n", str(papers)], environment(self._corpus))
        return [paper["title"][:20] for paper in json.loads(done.out)]

    def close(self) -> None:
        shutil.rmtree(self._work)

    @contextmanager
    def reader(self, home: Path | None = None) -> Iterator[Terminal]:
        """A reader in a home, or in a new one; in a new one it has been at rest for a second."""
        with Terminal(command(), self._variables(home or self.home()), SIZE, ROOT) as terminal:
            if home is None:
                until(terminal, lambda one: self.titles[1] in one.text and "↻" in one.lines[0])
                terminal.read_until_quiet(1.0)
            yield terminal

    def home(self) -> Path:
        """A copy of the corpus, whose user has been there before and looks at the view All."""
        home = Path(tempfile.mkdtemp(prefix="home-", dir=self._work)) / "home"
        shutil.copytree(self._corpus, home)
        (home / "config.toml").touch()
        (home / "state.json").write_text(f'{{"view": "all", "visited": "{datetime.now(UTC).isoformat()}"}}')
        os.sync()
        return home

    def bare(self) -> Terminal:
        """A bare Textual app."""
        return Terminal([sys.executable, "-c", BARE_APP], self._variables(self._work), SIZE, ROOT)

    @contextmanager
    def open_newsboat(self) -> Iterator[Terminal]:
        """A newsboat that shows the titles of its feed."""
        with Terminal(self.newsboat, self._variables(self._work), SIZE) as terminal:
            until_written(terminal, "Papers")
            terminal.press("enter")
            yield terminal

    def _variables(self, home: Path) -> dict[str, str]:
        return environment(home, self.feed.url, COLORTERM="truecolor")


def report(name: str, ours: Sequence[float], bare: Sequence[float]) -> None:
    """Print the median and the 95th percentile of a figure, beside the median of a peer: the bare app, or newsboat."""
    tail = f"{quantiles(ours, n=20)[-1]:>9,.1f}" if len(ours) >= 20 else " " * 9
    beside = f"{median(bare):>9,.1f}  {median(ours) / median(bare):>5.1f} x" if bare else ""
    print(f"{name:<40}{median(ours):>9,.1f}{tail}  {beside}".rstrip(), flush=True)


def until(terminal: Terminal, happened: Condition, seconds: float = 120.0) -> float:
    """Read frames until one fulfils a condition; return when its last byte came."""
    deadline, drawn = time.perf_counter() + seconds, 0
    while terminal.read(deadline - time.perf_counter()):
        at = time.perf_counter()
        ended = terminal.raw.rfind(FRAME_END)
        # A program that does not synchronize its frames is looked at after each of its writes.
        if ended < 0 or ended >= drawn:
            drawn = len(terminal.raw)
            if happened(terminal):
                return at
    raise AssertionError(f"It did not happen; the screen shows:\n{terminal.text}")


def until_written(terminal: Terminal, text: str) -> float:
    """Milliseconds from the start until a program has written a text."""
    while text.encode() not in terminal.raw:
        assert terminal.read(60), f"{text!r} did not come: {terminal.text}"
    return 1_000 * (time.perf_counter() - terminal.started)


def press(terminal: Terminal, keys: Sequence[str], happened: Condition) -> float:
    """Milliseconds from the last of some keys, pressed when nothing is drawn, to the frame that shows their effect."""
    terminal.read_until_quiet(0.3)
    pressed = terminal.press(*keys)
    return 1_000 * (until(terminal, happened) - pressed)


def press_bare(terminal: Terminal, times: int) -> list[float]:
    """Milliseconds from a key to the frame of the bare app that shows its effect."""
    until(terminal, lambda one: "line 0" in one.text)
    return [press(terminal, ["j"], lambda one, n=n: f"line {n}" in one.text) for n in range(1, times + 1)]  # type: ignore[misc]


def move(terminal: Terminal, *keys: str) -> float:
    """Milliseconds until the cursor is on another paper."""
    terminal.read_until_quiet(0.3)
    before = cursor(terminal)
    return press(terminal, keys, lambda one: cursor(one) not in ("", before))


def cursor(terminal: Terminal) -> str:
    """The list's part of the line that the cursor is on."""
    panes = (re.split("[│┃]", line) for line in terminal.lines)
    return next((parts[1] for parts in panes if len(parts) > 2 and parts[1].startswith("▌")), "")


def unread(terminal: Terminal) -> str:
    """The number beside the view Unread."""
    found = re.search(r" Unread +([\d,]+) ", terminal.text)
    return found[1] if found else ""


def megabytes(terminal: Terminal) -> list[float]:
    """The resident memory of a program."""
    found = re.search(r"^VmRSS:\s+(\d+) kB$", Path(f"/proc/{terminal.process.pid}/status").read_text(), re.M)
    assert found
    return [int(found[1]) / 1_000]


def measure_start(bench: Bench) -> None:
    """The first title on the screen, in turns with the bare app and newsboat."""
    home = bench.home()
    with bench.reader(home) as terminal:
        until(terminal, lambda one: bench.titles[1] in one.text and (home / "look.json").exists())
        terminal.leave("ctrl+q")
    ours, bare, newsboat = list[float](), list[float](), list[float]()
    for _ in range(STARTS):
        with bench.bare() as terminal:
            bare.append(until_written(terminal, "line 0"))
        with bench.reader(home) as terminal:
            ours.append(until_written(terminal, bench.titles[0]))
        if bench.newsboat:
            with bench.open_newsboat() as terminal:
                newsboat.append(until_written(terminal, "Articles in feed"))
    report("start to the first title", ours, bare)
    report("the same, beside newsboat", ours, newsboat)


def measure_keys(bench: Bench) -> None:
    """From a key to the frame that shows what it did."""
    with bench.bare() as floor, bench.reader() as terminal:
        bare = press_bare(floor, 30)
        for name, keys in (("j", ["j"]), ("ctrl+d", ["ctrl+d"]), ("G", ["G"]), ("gg", ["g", "g"])):
            times = 20 if name in "j ctrl+d" else 1
            report(f"{name} to repaint", [move(terminal, *keys) for _ in range(times)], bare)
        report("s to 'starred'", [press(terminal, ["s"], lambda one: "starred" in one.lines[-1])], bare)
        report("A until none is unread", [press(terminal, ["A"], lambda one: unread(one) == "0")], bare)
        report("u until they are unread again", [press(terminal, ["u"], lambda one: unread(one) != "0")], bare)
        letters = [last_letter(bench, terminal, query) for query in ("video", "agents", "diffusion", "reasoning")]
        report("the last letter of a query", letters, bare)


def last_letter(bench: Bench, terminal: Terminal, query: str) -> float:
    """Milliseconds from the last letter of a query to the frame that shows it with its first paper."""
    first = bench.list_titles(f"{query} sort:relevance", 1)[0]
    terminal.press("/", *query[:-1])
    took = press(terminal, [query[-1]], lambda one: f"/ {query}" in one.text and first in one.text)
    terminal.press("escape")
    return took


def measure_refresh(bench: Bench) -> None:
    """A busy day comes in while keys are pressed."""
    today = datetime.now(UTC).date()
    with bench.bare() as floor, bench.reader() as terminal:
        bare = press_bare(floor, 20)
        bench.feed.days = invented_days(BUSY_DAY_PAPERS, today, BUSY_DAY_PAPERS)
        began, keys = terminal.press("r"), list[float]()
        while f"{BUSY_DAY_PAPERS:,} new papers" not in terminal.text:
            assert time.perf_counter() - began < 120, terminal.text
            keys.append(move(terminal, "j"))
        report(f"refresh of {BUSY_DAY_PAPERS:,} papers", [1_000 * (time.perf_counter() - began)], [])
        report("j during the refresh", keys, bare)
    bench.feed.days = {}


def measure_memory(bench: Bench) -> None:
    """Resident memory at rest, and after a jump to the list's end and a search."""
    with bench.bare() as floor, bench.reader() as terminal:
        floor.read_until_quiet(1.0)
        report("memory, MB", megabytes(terminal), megabytes(floor))
        for keys in (["G"], ["/", "~ agents that use tools", "enter"]):
            terminal.press(*keys)
            terminal.read_until_quiet(5.0)
            report(f"memory after {' '.join(keys)}, MB", megabytes(terminal), megabytes(floor))


MEASURES = {"start": measure_start, "keys": measure_keys, "refresh": measure_refresh, "memory": measure_memory}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--papers", type=int, default=10_000)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "dailypapers-bench")
    parser.add_argument("--only", default=",".join(MEASURES))
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    with FeedServer({}, today=datetime.now(UTC).date().isoformat()) as feed:
        bench = Bench(options.folder, options.papers, feed)
        print(f"{options.papers:,} papers, {os.cpu_count()} cores\n{'':<40}{'median':>9}{'p95':>9}{'peer':>11}")
        for name in options.only.split(","):
            MEASURES[name](bench)
        bench.close()
    print(f"load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
