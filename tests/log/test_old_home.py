"""A home of the last release: its events and its journal become rows of the log, whatever of the two is left."""

from __future__ import annotations

import json
import lzma
import os
import shutil
import sqlite3
import zlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from reader.cache import schema
from reader.cache.marks.events import Events
from reader.core.settings.standing import Standing
from reader.log import copies, old_home, standing
from reader.log.rows import Row, action_id
from reader.log.store import Log
from tests.table import each

LAST_RELEASE = Path(__file__).parents[1] / "data" / "0.2.0"

NO_MARKS = ("agent:", "forget:", "setting:", "entry:", "here:")
"""Prefixes of the kinds of old events that become no row, or none that counts."""


@pytest.fixture(scope="session")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("origin")
    (folder / "papers.db").write_bytes(lzma.decompress((LAST_RELEASE / "papers.db.xz").read_bytes()))
    shutil.copy(LAST_RELEASE / "papers.journal.jsonl", folder)
    return folder


def old_states(cache: Path) -> dict[tuple[str, str], str]:
    """What counts in an old cache, by plain SQL: the value of each paper and kind."""
    with closing(sqlite3.connect(cache)) as connection:
        events = connection.execute(
            "SELECT id, kind, value, papers, count, clock FROM event ORDER BY clock, id"
        ).fetchall()
    undone: dict[str, bool] = {}
    for _, kind, value, *_ in events:
        if kind in ("undo", "redo"):
            undone[value] = kind == "undo"
    found: dict[tuple[str, str], str] = {}
    for id, kind, value, papers, count, _ in events:
        if (
            kind in ("undo", "redo")
            or kind.startswith(("agent:", "forget:", "setting:", "entry:", "here:"))
            or undone.get(id)
        ):
            continue
        for paper in zlib.decompress(papers).decode().split("\n") if count else [""]:
            found[paper, kind] = "queued" if kind == "queue" and value != "0" else value
    return found


def new_states(cache: Path) -> dict[tuple[str, str], str]:
    with closing(Events.open(cache)) as events:
        rows = events.read(
            lambda one: one.execute("SELECT paper, kind, value, undone FROM mark ORDER BY clock").fetchall()
        )
    return {
        (paper, kind): "queued" if kind == "queue" and value != "0" else value
        for paper, kind, value, undone in rows
        if not undone and kind != "undo" and not kind.startswith(NO_MARKS)
    }


def keep(_home: Path) -> None:
    """Leave everything in place."""


def lose_journal(home: Path) -> None:
    (home / "papers.journal.jsonl").unlink()


def lose_cache(home: Path) -> None:
    (home / "papers.db").unlink()


def empty_cache(home: Path) -> None:
    (home / "papers.db").write_bytes(b"")


def tear_journal(home: Path) -> None:
    with (home / "papers.journal.jsonl").open("ab") as journal:
        journal.write(b'{"v":1,"id":"0000\n\xff\xfe\x00\n[1,2]\n')


@each("change", [keep, lose_journal, lose_cache, empty_cache, tear_journal])
def test_all_that_counted_counts_whatever_is_left(
    origin: Path, tmp_path_factory: pytest.TempPathFactory, change: Callable[[Path], None]
) -> None:
    home = shutil.copytree(origin, tmp_path_factory.mktemp("home") / "home")
    wanted = old_states(home / "papers.db")
    assert len(wanted) > 100
    change(home)
    schema.ensure(home / "papers.db")
    assert new_states(home / "papers.db") == wanted


def test_a_damaged_old_cache_is_read_as_far_as_it_goes(origin: Path, tmp_path: Path) -> None:
    home = shutil.copytree(origin, tmp_path / "home")
    wanted = old_states(home / "papers.db")
    os.truncate(home / "papers.db", (home / "papers.db").stat().st_size // 2)
    copies.ensure(home / "papers.db")
    with closing(Log.open(home / "papers.db")) as log:
        rows = {(row.paper, row.kind) for _, row in log.rows(0)}
    assert {key for key in wanted if key not in rows and key[1] != "want"} == set()


def test_the_old_files_stay_and_an_older_program_refuses_the_cache(origin: Path, tmp_path: Path) -> None:
    home = shutil.copytree(origin, tmp_path / "home")
    journal = (home / "papers.journal.jsonl").read_bytes()
    schema.ensure(home / "papers.db")
    assert (home / "papers.journal.jsonl").read_bytes() == journal
    (kept,) = home.glob("papers.db.aside-*")
    with closing(sqlite3.connect(kept)) as old, closing(sqlite3.connect(home / "papers.db")) as new:
        assert old.execute("SELECT count(*) FROM event").fetchone()[0] > 10
        assert new.execute("SELECT version_num FROM alembic_version").fetchone() == (schema.HEAD,)
        # One that still runs records no marks where nobody looks for them.
        with pytest.raises(sqlite3.IntegrityError, match="has taken over this home"):
            old.execute("INSERT INTO event SELECT * FROM event LIMIT 1")
    assert schema.HEAD > "0016"


def test_the_machine_stays_the_same_and_undo_goes_on(origin: Path, tmp_path: Path) -> None:
    home = shutil.copytree(origin, tmp_path / "home")
    with closing(sqlite3.connect(home / "papers.db")) as connection:
        (machine,) = connection.execute("SELECT value FROM meta WHERE key = 'machine'").fetchone()
    schema.ensure(home / "papers.db")
    with closing(Events.open(home / "papers.db")) as events:
        assert events.machine() == machine
        assert events.undo() is not None


MINE, THEIRS = "aa" * 6, "bb" * 6


def line(id: str, machine: str, clock: int, kind: str, value: str, *papers: str) -> str:
    fields = {"v": 1, "id": id * 24, "machine": machine, "number": 1, "clock": clock, "kind": kind, "value": value}
    return json.dumps(fields | {"count": len(papers), "papers": list(papers), "sum": "00000000"}) + "\n"


@each(
    ("lines", "rows"),
    [
        # The rows of an event share its action; papers that were queued together keep their order.
        (
            [line("1", MINE, 7, "queue", "1", "2611.00002", "2611.00001")],
            [
                Row(action_id(MINE, 7), "2611.00002", "queue", f"{7:019}{0:07}"),
                Row(action_id(MINE, 7), "2611.00001", "queue", f"{7:019}{1:07}"),
            ],
        ),
        # An undo names the action.
        (
            [line("1", MINE, 7, "star", "1", "2611.00001"), line("2", MINE, 9, "undo", "1" * 24)],
            [
                Row(action_id(MINE, 7), "2611.00001", "star", "1"),
                Row(action_id(MINE, 9), action_id(MINE, 7), "undo", "1"),
            ],
        ),
        # A program's event beside a mark is its author.
        (
            [
                line("1", MINE, 7, "star", "1", "2611.00001"),
                line("2", MINE, 7, "agent:claude", "0" * 12, "2611.00001"),
            ],
            [Row(action_id(MINE, 7), "2611.00001", "star", "1", "agent:claude:000000000000")],
        ),
        # What a forgotten machine brought stays forgotten.
        (
            [line("1", THEIRS, 7, "star", "1", "2611.00001"), line("2", MINE, 9, f"forget:{THEIRS}", "1")],
            [],
        ),
        # What is no event is left out.
        (["\x00\n", "[]\n", line("1", MINE, 7, "star", "1", "../etc/passwd").replace("aaaa", "zzzz")], []),
    ],
)
def test_events_become_rows(tmp_path: Path, lines: list[str], rows: list[Row]) -> None:
    tmp_path.joinpath("papers.journal.jsonl").write_text("".join(lines))
    assert old_home.read_old_home(tmp_path / "papers.db").rows == rows


def test_what_an_old_home_follows_is_there_when_its_settings_are_first_read(tmp_path: Path) -> None:
    followed = line("1", MINE, 7, "watch:author:ke-li", '{"name": "Ke Li", "follow": true}')
    tmp_path.joinpath("papers.journal.jsonl").write_text(followed)
    (one,) = standing.load(tmp_path / "config.toml", tmp_path / "papers.db").settings.lists
    assert one == Standing("author:ke-li", 'author:"Ke Li"', ("follow",))
