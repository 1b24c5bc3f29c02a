"""What `export` writes and `import` reads: everything of the user's, in any order, and twice is once."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.actions.export import FORMATS
from reader.cache.imports import add_marks
from reader.cache.marks.events import Events
from reader.cache.mending.health import verify
from reader.cache.reads.window import Window
from reader.cache.storing.papers import Cache
from reader.commands.export import write_with_marks
from reader.core.marks import first_place, place_between
from reader.core.paper import Draft, Listing
from reader.data import shipped_topics
from reader.database import connections
from reader.feeds.files.papers_file import read_papers
from reader.paths import journal_file
from tests.cache.conftest import NOW, ByName, draft
from tests.commands.conftest import Run, write_days
from tests.feed_server import item

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


@pytest.fixture(scope="module")
def makings(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, Home, Home]:
    """A home with five papers, one with three of them and another one, and one without any."""
    numbers: tuple[Sequence[int], ...] = ((1, 2, 3, 4, 5), (3, 4, 5, 6), ())
    one, two, three = (Home.made(tmp_path_factory.mktemp("made"), some) for some in numbers)
    return one, two, three


DEEDS: list[tuple[str, bool | str]] = [
    *((kind, value) for kind in ("read", "star", "hide", "queue", "tag:a", "tag:b c") for value in (True, False)),
    *(("note", text) for text in ("", "one", "two\n  lines")),
    *[("undo", ""), ("import", "")] * 3,
]
"""The kinds and values of marks, and what else a home does."""

STEPS = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(DEEDS), st.lists(st.sampled_from(IDS), min_size=1), st.integers(0, 3)),
    max_size=12,
)
"""A home, what it does, the papers, and milliseconds since the one before; or the home that it imports from."""


@settings(max_examples=8, deadline=None)
@given(steps=STEPS, order=st.permutations(range(3)), at=st.integers(0, 2))
def test_files_are_joined_in_any_order_and_twice_is_once(
    makings: tuple[Home, Home, Home],
    tmp_path_factory: pytest.TempPathFactory,
    steps: list[tuple[int, tuple[str, bool | str], list[str], int]],
    order: list[int],
    at: int,
) -> None:
    """Three homes do anything and import each other's files; whoever then reads all three files has the same.

    It takes seconds: each import is one of a real file into a real cache.
    """
    homes = [home.copy(tmp_path_factory.mktemp("home")) for home in makings]
    for actor, (kind, value), ids, number in steps:
        home = homes[actor if kind == "import" else actor % 2]
        home.ticks[0] += number
        if kind == "import":
            home.imports(homes[number % 2].exported())
        elif kind == "undo":
            home.undo()
        else:
            home.mark(kind, value, *(ids[:1] if kind == "note" else dict.fromkeys(ids)))
    files = [home.exported() for home in homes]
    together = homes[2].copy(tmp_path_factory.mktemp("together"))
    together.imports(*files[:2])
    start = makings[2] if at == 2 else homes[at]
    one, other, third = (start.copy(tmp_path_factory.mktemp("target")) for _ in range(3))
    one.imports(*files)
    other.imports(*(files[number] for number in order))
    assert other.state == one.state
    third.imports(together.exported(), files[2])
    third.imports(files[0])
    assert third.state == one.state
    before = one.state
    assert one.imports(*files, *files) == 0
    assert one.state == before
    assert [check.faults for check in verify(one.path) if check.name in ("log", "marks") and check.faults] == []


BOTH = "is:hidden OR -is:hidden"


@pytest.fixture
def marked(papers: Path) -> Path:
    """The user's cache with marks of every kind, a paper of a saved page, and marks of a paper that is gone."""
    with closing(Cache.open(papers, shipped_topics())) as cache:
        cache.store(Listing(None, (Draft("A paper of a saved page", source="page"),)), NOW)
        cache.store(
            Listing(None, (Draft("An entry", source="lab", announced="2026-06-30", entry="feed:" + "0" * 12),)), NOW
        )
        cache.store(Listing("2026-06-27", (Draft("LiveEdit: Streaming Video Editing", "2606.26740"),)), NOW)
        cache.store(Listing("2020-01-01", (Draft("An old one", "2001.00001"),)), NOW)
        with closing(Events.open(papers)) as events:
            events.mark("star", True, [1, 7])
            events.mark("read", True, [1, 2, 3, 9])
            events.mark("hide", True, [4])
            events.mark("tag:to read", True, [2, 7, 8])
            events.mark("note", "First line\n  second, 中文標題", [5])
            events.mark("queue", True, [8, 2, 5])
            events.mark("queue", place_between(None, first_place(1, 0)), [6])
            events.mark("star", True, [6])
            events.undo()
        assert list(cache.drop_before("2021-01-01")) == [1]
    return papers


def everything(run: Run) -> str:
    return run("list", BOTH, "--json").out


def test_a_new_home_gets_all_that_was_exported(
    run: Run, marked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, again = tmp_path / "everything.json", tmp_path / "again.json"
    said = run("export", "--all", "-o", str(file))
    assert said.err == f"8 papers written in {file}, and the marks of 1 paper that is not in the cache.\n"
    before, queue = everything(run), run("list", "sort:queue", "--json=id,queued").out
    assert len(json.loads(before)) == 8
    monkeypatch.setenv("DAILYPAPERS_HOME", str(tmp_path / "new"))
    assert run("import", str(file)).out == "8 new, 0 updated, 1 unchanged, 15 marks.\n"
    assert everything(run) == before
    assert run("list", "sort:queue", "--json=id,queued").out == queue
    assert run("import", str(file), "--json").record == {
        "new": 0, "updated": 0, "unchanged": 9, "skipped": 0, "marks": 0, "failed": [],
    }  # fmt: skip
    assert run("import", str(file)).out == "0 new, 0 updated, 9 unchanged.\n"
    assert everything(run) == before
    assert run("count", "day:2026-06-27").out == "1\n"
    run("export", "--all", "-o", str(again))
    assert plain(again) == plain(file)
    # The paper that was gone comes back, and is read.
    run(
        "import",
        str(write_days(tmp_path / "days.jsonl", {"2020-01-01": [item("2001.00001", "An old one", "2020-01-01")]})),
    )
    assert run("count", "is:read", "id:2001.00001").out == "1\n"


def plain(file: Path) -> list[dict[str, Any]]:
    """The records of an export; an event has an id of its own in each home, which begins alike."""
    records: list[dict[str, Any]] = json.loads(file.read_text())
    for record in records:
        for mark in record["marks"]:
            mark["id"] = mark["id"][:12]
    return records


def test_a_list_is_imported_too(run: Run, marked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its marks have no time: they are set where nothing is."""
    file = tmp_path / "list.json"
    file.write_text(before := everything(run))
    assert "marks" not in json.loads(before)[0]
    monkeypatch.setenv("DAILYPAPERS_HOME", str(tmp_path / "new"))
    assert run("import", str(file)).out == "8 new, 0 updated, 0 unchanged, 14 marks.\n"
    by_id = {one["id"]: one for one in run("list", BOTH, "--json").records}
    assert by_id == {one["id"]: one for one in json.loads(before)}
    assert run("import", str(file), "--json").record["marks"] == 0
    run("mark", "unstar", "2606.26740")
    assert run("import", str(tmp_path / "list.json"), "--json").record["marks"] == 1


def test_without_a_query_hidden_papers_are_written_in_every_format(run: Run, marked: Path) -> None:
    hidden = "Small verifiers"
    for format in FORMATS:
        assert hidden in run("export", "--all", "--format", format).out
        assert hidden not in run("export", "-is:hidden", "--format", format).out
        assert hidden in run("export", "is:hidden", "--format", format).out


def test_an_unfinished_mark_is_exported_in_full(run: Run, papers: Path) -> None:
    """A program ended before it applied its event."""
    with closing(Events.open(papers)) as events:
        events.mark("star", True, [1, 2])
    with closing(connections.connect(papers)) as connection:
        connection.execute("UPDATE event SET applied = 0")
        connection.execute("DELETE FROM effect")
        connection.execute("UPDATE paper SET starred = 0")
    records = run("export", "--all", "--format", "json").records
    assert [(record["starred"], len(record["marks"])) for record in records[:3]] == [(True, 1), (True, 1), (False, 0)]
