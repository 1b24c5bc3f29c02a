"""How long it takes to join the log of another machine: `python -m tests.bench.joining --events 100000 --papers 1`.

With few papers, many events are about one paper, each of which might derive its states again from all of them. With
`--waits`, another process stars a paper every 20 ms meanwhile, and the longest of its waits is printed; `--event-of N`
adds an event of N papers.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import sqlite3
import time
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory

from reader.cache import connections
from reader.cache.marks.event_log import NOBODY
from reader.cache.marks.events import Events
from reader.cache.marks.journal import Entry
from reader.cache.storing.papers import Cache
from reader.core.paper import Draft, Listing

KINDS = ("read", "star", "hide", "queue", "tag:later", "note")

UNDONE = 20
"""One of so many events is an undo of an earlier one."""

MACHINE = "0a0a0a0a0a0a"

HERE = 20_000
"""Papers in the cache, in every run."""


class _NoTopics:
    version = "1"
    topics = ()

    def classify(self, *_texts: object) -> tuple[str, ...]:
        return ()


def make_cache(path: Path, papers: int) -> None:
    """A cache with so many papers and no marks."""
    drafts = tuple(Draft(f"Paper number {number}", paper_id(number)) for number in range(papers))
    with closing(Cache.open(path, _NoTopics())) as cache:
        cache.store(Listing("2026-11-24", drafts), "2026-11-24T08:00:00Z")


def paper_id(number: int) -> str:
    return f"{2001 + number // 90_000}.{10_000 + number % 90_000}"


def make_events(count: int, papers: int, seed: int = 1) -> Iterator[Entry]:
    """Random events of another machine about so many papers, in their order."""
    chance = random.Random(seed)
    for number in range(1, count + 1):
        id, clock = f"{number:024x}", 1_700_000_000_000 + 1_000 * number
        if number % UNDONE == 0:
            about = f"{chance.randrange(max(1, number - 1_000), number):024x}"
            yield Entry(id, MACHINE, number, clock, "undo", about, 0, NOBODY)
            continue
        kind = chance.choice(KINDS)
        value = f"Note {number}" if kind == "note" else chance.choice("01")
        packed = zlib.compress(paper_id(chance.randrange(papers)).encode())
        yield Entry(id, MACHINE, number, clock, kind, value, 1, packed)


def _mark(path: Path, end: Connection) -> None:
    """Star a paper and unstar it, as the user does, until told to end; send all waits in seconds."""
    waits: list[float] = []
    with closing(Events.open(path, recover=False)) as events:
        end.send(waits)
        while not end.poll(0.02):
            began = time.perf_counter()
            # Only the mark itself: what others brought is not finished by it.
            events._log.has_news = False
            events.mark("star", len(waits) % 2 == 0, [1])
            waits.append(time.perf_counter() - began)
    end.send(waits)


@contextmanager
def marking(path: Path) -> Iterator[list[float]]:
    """Have another process mark papers meanwhile; the list has its waits in the end."""
    waits: list[float] = []
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_mark, args=(path, there))
    process.start()
    here.recv()
    try:
        yield waits
    finally:
        here.send("end")
        waits += here.recv()
        process.join()


@contextmanager
def holding() -> Iterator[list[float]]:
    """Note the processor time of each write transaction, which a busy machine does not change."""
    held: list[float] = []
    transaction = connections.transaction

    @contextmanager
    def timed(connection: sqlite3.Connection) -> Iterator[None]:
        with transaction(connection):
            began = time.thread_time()
            yield
        held.append(time.thread_time() - began)

    connections.transaction = timed
    try:
        yield held
    finally:
        connections.transaction = transaction


def _print_waits(what: str, waits: Sequence[float], held: Sequence[float]) -> None:
    worst = sorted(waits)
    thousandth = worst[-len(worst) // 1000 - 1]
    print(
        f"{what} in {len(held):,} transactions of at most {1000 * max(held):.0f} ms of processor time; of"
        f" {len(worst):,} marks beside it, one in two waited {1000 * worst[len(worst) // 2]:.0f} ms, one in a thousand"
        f" {1000 * thousandth:.0f} ms, and the longest {1000 * worst[-1]:.0f} ms",
        flush=True,
    )


def _run_beside(path: Path, entries: list[Entry]) -> None:
    with closing(Events.open(path)) as events:
        for what, work in (
            ("joined", lambda: events.join(entries)),
            ("forgotten", lambda: events.forget(MACHINE)),
        ):
            with marking(path) as waits, holding() as held:
                work()
            _print_waits(what, waits, held)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the seconds that it takes to join events, and to derive all from the log anew."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.joining", description=__doc__)
    parser.add_argument("--events", type=int, default=100_000, metavar="N")
    parser.add_argument("--papers", type=int, default=[1, HERE], nargs="*", metavar="N", help="papers that they name")
    parser.add_argument("--waits", action="store_true", help="how long the user's marks wait meanwhile")
    parser.add_argument("--event-of", type=int, default=0, metavar="N", help="papers of one more event")
    options = parser.parse_args(arguments)
    for papers in options.papers:
        with TemporaryDirectory() as folder:
            path = Path(folder) / "papers.db"
            make_cache(path, max(HERE, papers))
            entries = list(make_events(options.events, papers))
            if options.event_of:
                packed = zlib.compress("\n".join(map(paper_id, range(options.event_of))).encode())
                entries.append(Entry("f" * 24, MACHINE, 1 << 40, 1, "read", "1", options.event_of, packed))
            if options.waits:
                _run_beside(path, entries)
                continue
            with closing(Events.open(path)) as events:
                began = time.perf_counter()
                events.join(entries)
                joined = time.perf_counter()
                events.rebuild()
                rebuilt = time.perf_counter()
        print(
            f"{options.events:,} events of {papers:,} papers: joined in {joined - began:.1f} s,"
            f" derived anew in {rebuilt - joined:.1f} s",
            flush=True,
        )


if __name__ == "__main__":
    main()
