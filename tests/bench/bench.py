"""Measure the real program in a real terminal, each figure beside its peer or floor in the same run.

    python -m tests.bench.bench [--papers N] [--folder DIR] [--only start,keys,refresh,memory,quality] [--archive FILE]

The peer is newsboat where it is installed; the floors are a bare Textual app and plain sqlite3. Times are medians in
milliseconds. Run it on a quiet machine. `quality` judges search, topics and For you on recorded days (`--archive`).
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from statistics import median, quantiles

from tests.bench import corpus
from tests.feed_server import FeedServer, Item
from tests.program import FRAME_END, ROOT, Terminal, command, environment, run

SIZE = (140, 42)

STARTS = 9

COMING = 1_100
"""Papers of the busy day that a refresh fetches."""

Condition = Callable[[Terminal], bool]


class Bench:
    """A folder for homes, and the corpus that is copied into them."""

    def __init__(self, folder: Path, papers: int, feed: FeedServer) -> None:
        self.folder = folder
        self.papers = papers
        self.feed = feed
        self._corpus = corpus.make_home(folder, papers)
        self._work = Path(tempfile.mkdtemp(prefix="work-", dir=folder))
        self.newsboat = corpus.make_newsboat(self._work / "newsboat", papers)
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
        """A reader in a home, or in a new one; in that one it has been at rest for a second."""
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
        return Terminal([sys.executable, "-m", "tests.bench.bare"], self._variables(self._work), SIZE, ROOT)

    @contextmanager
    def open_newsboat(self) -> Iterator[Terminal]:
        """A newsboat that was told to show its list of papers."""
        with Terminal(self.newsboat, self._variables(self._work), SIZE) as terminal:
            until_written(terminal, "Papers")
            terminal.press("enter")
            yield terminal

    def _variables(self, home: Path) -> dict[str, str]:
        return environment(home, self.feed.url, COLORTERM="truecolor")


def report(name: str, ours: Sequence[float], other: Sequence[float] = (), what: str = "") -> None:
    """Print the median and the 95th percentile of a figure beside those of a peer or floor."""
    tail = f"{quantiles(ours, n=20)[-1]:>9,.1f}" if len(ours) >= 20 else " " * 9
    beside = f"{median(other):>9,.1f}  {median(ours) / median(other):>5.1f} x {what}" if other else ""
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


def press(terminal: Terminal, keys: Sequence[str], happened: Condition, rest: float = 0.3) -> float:
    """Milliseconds from the last of some keys, pressed when nothing is drawn, to the frame that shows their effect."""
    terminal.read_until_quiet(rest)
    pressed = terminal.press(*keys)
    return 1_000 * (until(terminal, happened) - pressed)


def moves(terminal: Terminal, *keys: str) -> float:
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
    """The first title on the screen, in turns with a bare app and newsboat."""
    home = bench.home()
    with bench.reader(home) as terminal:
        until(terminal, lambda one: bench.titles[1] in one.text and (home / "look.json").exists())
        terminal.leave("ctrl+q")
    ours, bare, boat = list[float](), list[float](), list[float]()
    for _ in range(STARTS):
        with bench.bare() as terminal:
            bare.append(until_written(terminal, "line 0"))
        with bench.reader(home) as terminal:
            ours.append(until_written(terminal, bench.titles[0]))
        if bench.newsboat:
            with bench.open_newsboat() as terminal:
                boat.append(until_written(terminal, "Articles in feed"))
    report("start to the first title", ours, bare, "bare app")
    report("start to the first title", ours, boat, "newsboat")


def measure_keys(bench: Bench) -> None:
    """From a key to the frame that shows what it did."""
    with bench.bare() as floor, bench.reader() as terminal:
        until(floor, lambda one: "line 0" in one.text)
        bare = [press(floor, ["j"], lambda one, n=n: f"line {n}" in one.text) for n in range(1, 31)]  # type: ignore[misc]
        for name, keys in (("j", ["j"]), ("ctrl+d", ["ctrl+d"]), ("G", ["G"]), ("gg", ["g", "g"])):
            times = 20 if name in "j ctrl+d" else 1
            report(f"{name} to repaint", [moves(terminal, *keys) for _ in range(times)], bare, "bare app")
        one, all_papers = _commits(bench)
        stars = [press(terminal, ["s"], lambda one: "starred" in one.lines[-1])]
        report("s to 'starred', which is stored", stars, one, "commit by sqlite3")
        reads = [press(terminal, ["A"], lambda one: unread(one) == "0")]
        report("A until none is unread", reads, all_papers, "commit by sqlite3")
        undos = [press(terminal, ["u"], lambda one: unread(one) != "0")]
        report("u until they are unread again", undos, all_papers, "commit by sqlite3")
        letters = [last_letter(bench, terminal, query) for query in ("video", "agents", "diffusion", "reasoning")]
        report("the last letter of a query", letters, _matches(bench), "FTS5 by sqlite3")


def last_letter(bench: Bench, terminal: Terminal, query: str) -> float:
    """Milliseconds from the last letter of a query to the frame that shows it with its first paper."""
    # A long title goes on in a second row.
    first = bench.list_titles(f"{query} sort:relevance", 1)[0][:20]
    terminal.press("/", *query[:-1])
    took = press(terminal, [query[-1]], lambda one: f"/ {query}" in one.text and first in one.text)
    terminal.press("escape")
    return took


def _commits(bench: Bench) -> tuple[list[float], list[float]]:
    """Milliseconds of durable transactions: of one row, and of a row for each paper."""
    with closing(sqlite3.connect(bench.home() / "floor.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("CREATE TABLE mark (kind, value, paper)")
        one = "INSERT INTO mark VALUES ('star', '1', 7)"
        ids = f"WITH RECURSIVE n (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < {bench.papers})"
        many = f"{ids} INSERT INTO mark SELECT 'read', '1', id FROM n"
        ones, manys = ([_milliseconds(connection, sql) for _ in range(20)] for sql in (one, many))
    return ones, manys


def _matches(bench: Bench) -> list[float]:
    """Milliseconds of a search for a prefix in an index of the same abstracts."""
    texts = ((one["summary"],) for items in corpus.days(bench.papers).values() for one in items)
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE VIRTUAL TABLE abstract USING fts5(text, content='')")
        connection.executemany("INSERT INTO abstract (text) VALUES (?)", texts)
        sql = "SELECT rowid FROM abstract WHERE abstract MATCH 'vid*' ORDER BY rowid DESC LIMIT 200"
        return [_milliseconds(connection, sql) for _ in range(20)]


def _milliseconds(connection: sqlite3.Connection, sql: str) -> float:
    began = time.perf_counter()
    connection.execute(sql).fetchall()
    return 1_000 * (time.perf_counter() - began)


def measure_refresh(bench: Bench) -> None:
    """A busy day comes in while keys are pressed."""
    today = datetime.now(UTC).date()
    coming = corpus.days(COMING, today, COMING)
    with bench.bare() as floor, bench.reader() as terminal:
        until(floor, lambda one: "line 0" in one.text)
        bare = [press(floor, ["j"], lambda one, n=n: f"line {n}" in one.text, 0.1) for n in range(1, 21)]  # type: ignore[misc]
        bench.feed.days, bench.feed.today = dict(coming), today.isoformat()
        began, keys = terminal.press("r"), list[float]()
        while f"{COMING:,} new papers" not in terminal.text:
            assert time.perf_counter() - began < 120, terminal.text
            keys.append(moves(terminal, "j"))
        report(
            f"refresh of {COMING:,} papers",
            [1_000 * (time.perf_counter() - began)],
            _stores(coming),
            "JSON and sqlite3",
        )
        report("j during the refresh", keys, bare, "bare app")
    bench.feed.days = {}


def _stores(days: dict[str, list[Item]]) -> list[float]:
    """Milliseconds to read the same papers from JSON and to store them in one table."""
    text = json.dumps(days)
    began = time.perf_counter()
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE VIRTUAL TABLE paper USING fts5(id, title, abstract)")
        papers = [one["paper"] for items in json.loads(text).values() for one in items]
        connection.executemany(
            "INSERT INTO paper VALUES (?, ?, ?)", [(one["id"], one["title"], one["summary"]) for one in papers]
        )
    return [1_000 * (time.perf_counter() - began)]


def measure_memory(bench: Bench) -> None:
    """Resident memory at rest and after a search, and the size of the files."""
    with bench.bare() as floor, bench.reader() as terminal:
        floor.read_until_quiet(1.0)
        report("memory, MB", megabytes(terminal), megabytes(floor), "bare app")
        if bench.newsboat:
            with bench.open_newsboat() as boat:
                until_written(boat, "Articles in feed")
                report("memory, MB", megabytes(terminal), megabytes(boat), "newsboat")
        for keys in (["g", "y"], ["/", "~ agents that use tools", "enter"]):
            terminal.press(*keys)
            terminal.read_until_quiet(5.0)
            report(f"memory after {' '.join(keys)}, MB", megabytes(terminal), megabytes(floor), "bare app")
    size = sum(file.stat().st_size for file in bench.home().glob("*.db*"))
    text = sum(len(json.dumps(one["paper"])) for items in corpus.days(bench.papers).values() for one in items)
    report("databases, MB", [size / 1e6], [text / 1e6], "the same papers as JSON")


MEASURES: dict[str, Callable[[Bench], None]] = {
    "start": measure_start,
    "keys": measure_keys,
    "refresh": measure_refresh,
    "memory": measure_memory,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--papers", type=int, default=10_000)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "dailypapers-bench")
    parser.add_argument("--only", default="start,keys,refresh,memory")
    parser.add_argument("--archive", type=Path, help="recorded days for quality, a line of JSON each, packed by gzip")
    options = parser.parse_args()
    wanted = options.only.split(",")
    if measures := [MEASURES[name] for name in wanted if name != "quality"]:
        options.folder.mkdir(parents=True, exist_ok=True)
        with FeedServer({}, today=datetime.now(UTC).date().isoformat()) as feed:
            bench = Bench(options.folder, options.papers, feed)
            print(f"{options.papers:,} papers, {os.cpu_count()} cores\n{'':<40}{'median':>9}{'p95':>9}{'beside':>11}")
            for measure in measures:
                measure(bench)
            bench.close()
    if "quality" in wanted:
        if options.archive is None:
            parser.error("quality needs --archive")
        os.environ.setdefault("OMP_NUM_THREADS", "1")
        for line in import_module("tests.bench.quality").measure(options.archive):
            print(line, flush=True)
    print(f"load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
