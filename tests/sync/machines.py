"""Several machines that share a folder, each with a cache of the same five papers."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from reader.cache.marks.events import Events
from reader.cache.storing import Cache
from reader.core.paper import Listing
from reader.log.rows import Row
from reader.sync.exchange import ExchangeResult, exchange
from tests.cache.conftest import NOW, ByName, draft

NOON = 1_795_000_000.0
"""The time on all machines whose clock is right."""

PAPERS = tuple(range(1, 6))
"""The keys of the papers, on all machines."""

STATES = (
    "SELECT id, read, starred, hidden, has_note FROM paper ORDER BY id",
    "SELECT p.id, t.tag FROM paper_tag AS t JOIN paper AS p USING (pk) ORDER BY 1, 2",
    "SELECT p.id, n.body FROM note AS n JOIN paper AS p USING (pk) ORDER BY 1",
    "SELECT p.id, q.place FROM queue AS q JOIN paper AS p USING (pk) ORDER BY 2, 1",
    "SELECT slug, kind, url, title, folder FROM feed WHERE kind <> 'own' ORDER BY slug",
    "SELECT field, slug, name FROM follow ORDER BY field, slug",
    "SELECT paper, kind, value FROM mark WHERE kind GLOB 'passage:*' AND value <> '' AND undone = 0 ORDER BY 1, 2",
)


def make_cache(path: Path) -> Path:
    """A cache with five papers and no marks."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(Cache.open(path, ByName())) as cache:
        cache.store(Listing("2026-11-24", tuple(map(draft, PAPERS))), NOW)
    return path


@contextmanager
def running(cache: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    """The program in a home, as a process that is ended with the block, or after a minute."""
    environment = {"DAILYPAPERS_HOME": str(cache.parent), "PATH": "/usr/bin:/bin"}
    command = [sys.executable, "-m", "reader", *words]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        end = threading.Timer(60, process.kill)
        end.start()
        try:
            yield process
        finally:
            end.cancel()
            process.terminate()


class Machine:
    """One machine; its clock may be off by some days."""

    def __init__(self, cache: Path, folder: Path, name: str, days_off: float = 0) -> None:
        self.cache, self.folder, self.name = cache, folder, name
        self.days_off = days_off
        self.seconds = 0
        folder.mkdir(parents=True, exist_ok=True)

    @classmethod
    def copied(cls, origin: Path, folder: Path, name: str, days_off: float = 0) -> Machine:
        """A machine whose cache is a copy of another one, beside the folder."""
        home = folder.parent / name
        home.mkdir(parents=True)
        return cls(Path(shutil.copy(origin, home / "papers.db")), folder, name, days_off)

    def now(self) -> float:
        self.seconds += 1
        return NOON + self.days_off * 86_400 + self.seconds

    @contextmanager
    def events(self) -> Iterator[Events]:
        with closing(Events.open(self.cache, self.now)) as events:
            yield events

    def mark(self, kind: str, value: bool | str, *pks: int) -> None:
        with self.events() as events:
            events.mark(kind, value, pks)

    def look(self) -> ExchangeResult:
        """Join the marks through the folder."""
        with self.events() as events:
            return exchange(events, self.folder, self.name)

    @property
    def id(self) -> str:
        with self.events() as events:
            return events.machine()

    @property
    def own_file(self) -> Path:
        return self.folder / f"dailypapers-{self.id}.jsonl"

    def states(self) -> list[list[tuple[Any, ...]]]:
        """Everything that follows from the log."""
        with self.events() as events:
            return events.read(lambda one: [one.execute(query).fetchall() for query in STATES])

    def log(self) -> list[Row]:
        """All rows of the log, in an order that is the same on all machines."""
        with self.events() as events:
            return sorted(row for _, row in events.log.rows(0))
