"""How long it takes to join the log of another machine: `python -m tests.bench.joining --events 100000 --papers 1`.

With few papers, many events are about one paper, each of which might derive its states again from all of them.
"""

from __future__ import annotations

import argparse
import random
import time
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

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


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the seconds that it takes to join events, and to derive all from the log anew."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.joining", description=__doc__)
    parser.add_argument("--events", type=int, default=100_000, metavar="N")
    parser.add_argument("--papers", type=int, default=[1, HERE], nargs="*", metavar="N", help="papers that they name")
    options = parser.parse_args(arguments)
    for papers in options.papers:
        with TemporaryDirectory() as folder:
            path = Path(folder) / "papers.db"
            make_cache(path, max(HERE, papers))
            entries = list(make_events(options.events, papers))
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
