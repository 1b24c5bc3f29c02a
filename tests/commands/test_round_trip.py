"""What `export` writes and `import` reads: everything of the user's, in any order, and twice is once."""

from __future__ import annotations

import io
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.cache.maintenance import verify
from reader.cache.marks.events import Events
from reader.cache.marks.imports import add_marks
from reader.cache.papers import Cache
from reader.cache.window import Window
from reader.commands.export import write_with_marks
from reader.core.paper import Listing
from reader.feeds.files.papers_file import read_papers
from reader.paths import journal_file
from tests.cache.conftest import NOW, ByName, draft

ALL = "SELECT pk FROM paper ORDER BY pk"

BEGAN = 1_764_000_000
"""The time of all homes' first mark, in seconds since 1970."""

IDS = [f"2611.{number:05}" for number in range(1, 6)]


@dataclass
class Home:
    """A cache with its journal, whose clock goes on by the steps that it is given."""

    path: Path
    ticks: list[int] = field(default_factory=lambda: [0])

    def now(self) -> float:
        return BEGAN + self.ticks[0] / 1000

    @classmethod
    def made(cls, folder: Path, numbers: Sequence[int]) -> Home:
        home = cls(folder / "papers.db")
        with closing(Cache.open(home.path, ByName())) as cache:
            cache.store(Listing("2026-11-24", tuple(draft(number) for number in numbers)), NOW)
        return home

    def copy(self, folder: Path) -> Home:
        for file in (self.path, journal_file(self.path)):
            if file.exists():
                shutil.copy(file, folder / file.name)
        return Home(folder / self.path.name, list(self.ticks))

    def mark(self, kind: str, value: bool | str, *ids: str) -> None:
        with closing(Window.open(self.path)) as window:
            pks = [pk for id in ids if (pk := window.pk_of(id)) is not None]
        with closing(Events.open(self.path, self.now)) as events:
            events.mark(kind, value, pks)

    def undo(self) -> None:
        with closing(Events.open(self.path, self.now)) as events:
            events.undo()

    def exported(self) -> bytes:
        out = io.StringIO()
        with closing(Window.open(self.path)) as window:
            pks = [pk for (pk,) in window.read(lambda connection: connection.execute(ALL).fetchall())]
            write_with_marks(window.papers(pks), out, window=window, with_lost=True)
        return out.getvalue().encode()

    def imports(self, *files: bytes) -> int:
        """Import files as the command does, and return how many marks were new."""
        marks = 0
        with closing(Cache.open(self.path, ByName())) as cache, closing(Events.open(self.path, self.now)) as events:
            for file in filter(lambda one: one != b"[]\n", files):
                listings = list(read_papers(io.BytesIO(file), date(2026, 11, 24)))
                list(cache.store_all(listings, NOW, newer=False))
                marks += add_marks(events, [one for listing in listings for one in listing.marks], lambda: BEGAN + 9)
        return marks

    @property
    def state(self) -> list[dict[str, Any]]:
        """Every paper, also the lost ones, with its states and marks; the ids of events differ between homes."""
        records = json.loads(self.exported())
        for record in records:
            for mark in record["marks"]:
                mark["id"] = mark["id"][:12]
        return sorted(records, key=lambda record: str(record["id"]))

    def record(self, id: str) -> dict[str, Any]:
        (found,) = (record for record in self.state if record["id"] == id)
        return found


@pytest.fixture(scope="module")
def makings(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, Home, Home]:
    """A home with five papers, one with three of them and another one, and one without any."""
    numbers: tuple[Sequence[int], ...] = ((1, 2, 3, 4, 5), (3, 4, 5, 6), ())
    one, two, three = (Home.made(tmp_path_factory.mktemp("made"), some) for some in numbers)
    return one, two, three


@pytest.fixture
def homes(makings: tuple[Home, Home, Home], tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Home]]:
    yield [home.copy(tmp_path_factory.mktemp("home")) for home in makings]


Step = tuple[int, str, bool | str | None, set[str], int]
"""A home, the kind, the value and the papers of a mark, and milliseconds since the one before; None undoes."""

STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.integers(0, 1),
            st.sampled_from(["read", "star", "hide", "tag:a", "tag:b c"]),
            st.booleans(),
            st.sets(st.sampled_from(IDS), min_size=1),
            st.integers(0, 3),
        ),
        st.tuples(
            st.integers(0, 1), st.just("note"), st.sampled_from(["", "one", "two\n  lines"]),
            st.sets(st.sampled_from(IDS), min_size=1, max_size=1), st.integers(0, 3),
        ),
        st.tuples(st.integers(0, 1), st.just("undo"), st.none(), st.just(set[str]()), st.just(0)),
        st.tuples(st.integers(0, 2), st.just("import"), st.none(), st.just(set[str]()), st.integers(0, 1)),
    ),
    max_size=12,
)  # fmt: skip


@settings(max_examples=int(os.environ.get("EXAMPLES", "8")), deadline=None)
@given(steps=STEPS, orders=st.permutations(range(3)))
def test_files_are_joined_in_any_order_and_twice_is_once(
    makings: tuple[Home, Home, Home], tmp_path_factory: pytest.TempPathFactory, steps: list[Step], orders: list[int]
) -> None:
    """Three homes do anything and import each other's files; whoever then reads all three files has the same."""
    homes = [home.copy(tmp_path_factory.mktemp("home")) for home in makings]
    for at, kind, value, ids, passed in steps:
        home = homes[at]
        home.ticks[0] += passed
        if kind == "import":
            home.imports(homes[passed].exported())
        elif kind == "undo":
            home.undo()
        else:
            assert value is not None
            home.mark(kind, value, *ids)
    files = [home.exported() for home in homes]
    together = homes[2].copy(tmp_path_factory.mktemp("together"))
    together.imports(*files[:2])
    for start in (*homes[:2], makings[2]):
        wanted: list[dict[str, Any]] | None = None
        for order in (files, [files[at] for at in orders]):
            home = start.copy(tmp_path_factory.mktemp("target"))
            home.imports(*order)
            wanted = home.state if wanted is None else wanted
            assert home.state == wanted
        assert home.imports(*files, *files) == 0
        assert home.state == wanted
        assert verify_marks(home) == []
        other = start.copy(tmp_path_factory.mktemp("target"))
        other.imports(together.exported(), files[2])
        other.imports(files[0])
        assert other.state == wanted


def verify_marks(home: Home) -> list[str]:
    return [fault for check in verify(home.path) if check.name in ("log", "marks") for fault in check.faults]
