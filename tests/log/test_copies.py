"""The log is made, copied once a day, restored from every row that is left, and taken over from older releases."""

from __future__ import annotations

import json
import lzma
import os
import shutil
import sqlite3
import zlib
from collections.abc import Callable
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest

from reader.cache import schema
from reader.cache.marks.events import Events
from reader.core.errors import CacheDamaged, CacheError
from reader.core.settings.standing import StandingQuery
from reader.log import copies, old_home, standing
from reader.log.rows import Mark, Row, action_id
from reader.log.store import Log
from tests.table import each

TODAY = date(2026, 11, 24)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    path = tmp_path / "papers.db"
    schema.ensure(path)
    return path


def star(cache: Path, *papers: str) -> None:
    with closing(Events.open(cache)) as events:
        for paper in papers:
            events.mark("star", True, [], absent=[paper])


def starred(cache: Path) -> list[str]:
    with closing(Log.open(cache)) as log:
        return sorted(row.paper for _, row in log.rows(0) if row.kind == "star")


def log_of(cache: Path) -> Path:
    return cache.with_name("log.db")


def close_log(cache: Path) -> None:
    with closing(sqlite3.connect(log_of(cache))) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def test_one_copy_is_made_a_day_and_seven_are_kept(cache: Path) -> None:
    star(cache, "2611.00001")
    for day in range(9):
        copies.keep_daily_copy(cache, TODAY + timedelta(day))
        copies.keep_daily_copy(cache, TODAY + timedelta(day))
    names = [file.name for file in copies.backups(cache)]
    assert names == [f"log-2026-{day}.db" for day in ("12-02", "12-01", "11-30", "11-29", "11-28", "11-27", "11-26")]
    assert copies.backups(cache)[0].stat().st_mode & 0o077 == 0


def test_a_damaged_log_replaces_no_copy(cache: Path) -> None:
    star(cache, *(f"2611.{number:05}" for number in range(300)))
    copies.keep_daily_copy(cache, TODAY)
    close_log(cache)
    with log_of(cache).open("r+b") as file:
        file.seek(8 * 4096)
        file.write(os.urandom(4096))
    copies.keep_daily_copy(cache, TODAY + timedelta(1))
    assert [file.name for file in copies.backups(cache)] == ["log-2026-11-24.db"]


def cut(cache: Path) -> None:
    os.truncate(log_of(cache), log_of(cache).stat().st_size // 2)


def empty(cache: Path) -> None:
    log_of(cache).write_bytes(b"")


def garbage(cache: Path) -> None:
    log_of(cache).write_bytes(b"Dear diary, " * 3_000)


def page(cache: Path) -> None:
    with log_of(cache).open("r+b") as file:
        file.seek(8 * 4096)
        file.write(b"\xff" * 4096)


def folder(cache: Path) -> None:
    log_of(cache).unlink()
    log_of(cache).mkdir()


@each("break_it", [cut, garbage, page, folder])
def test_a_damaged_log_is_restored_from_its_rows_its_copies_and_the_cache(
    tmp_path_factory: pytest.TempPathFactory, break_it: Callable[[Path], None]
) -> None:
    cache = tmp_path_factory.mktemp("home") / "papers.db"
    schema.ensure(cache)
    star(cache, *(f"2611.{number:05}" for number in range(200)))
    copies.keep_daily_copy(cache, TODAY)
    star(cache, *(f"2611.{number:05}" for number in range(200, 300)))
    with closing(Events.open(cache)) as events:
        machine = events.machine()
        assert events.undo() is not None
    close_log(cache)
    before = starred(cache)
    for end in ("-wal", "-shm"):
        log_of(cache).with_name(f"log.db{end}").unlink(missing_ok=True)
    break_it(cache)
    assert copies.fault(cache)
    restored = copies.restore(cache)
    assert restored.aside is not None and restored.aside.exists()
    assert restored.summary == "301 rows copied."
    assert starred(cache) == before
    with closing(Events.open(cache)) as events:
        assert events.machine() == machine
        # What was undone after the copy was made stays undone: the cache has that row too.
        kept = "SELECT count(*) FROM mark WHERE kind = 'star' AND value = '1' AND undone = 0"
        assert events.read(lambda connection: connection.execute(kept).fetchone()) == (299,)


def damage_rows(file: Path) -> None:
    """Overwrite a page with rows from the middle of a log."""
    table_leaf, size = 13, 4096
    content = file.read_bytes()
    leaves = [
        at for at in range(size, len(content), size) if content[at] == table_leaf and b"star" in content[at:][:size]
    ]
    with file.open("r+b") as opened:
        opened.seek(leaves[len(leaves) // 2])
        opened.write(b"\xff" * size)


def cut_rows(file: Path) -> None:
    """Cut off the last pages of a log, most of which have rows and their indexes."""
    os.truncate(file, file.stat().st_size // 4096 // 2 * 4096)


@each("damage", [damage_rows, cut_rows])
def test_rows_that_nothing_else_has_are_counted_as_lost(
    tmp_path_factory: pytest.TempPathFactory, damage: Callable[[Path], None]
) -> None:
    cache = tmp_path_factory.mktemp("home") / "papers.db"
    with closing(Log.open(cache)) as log:
        for number in range(20):
            # Rows that came before leave gaps in the numbers.
            rows = [Row(action_id("ab" * 6, number), f"26{number:02}.{paper:05}", "star", "1") for paper in range(150)]
            assert (log.take(rows), log.take(rows)) == (150, 0)
        log.note([("agreed:0", "1")])
    close_log(cache)
    damage(log_of(cache))
    restored = copies.restore(cache)
    assert 0 < restored.lost < 3_000
    assert restored.copied + restored.lost == pytest.approx(3_000, rel=0.05)
    assert restored.summary == f"{restored.copied:,} rows copied; about {restored.lost:,} could not be read."
    with closing(Log.open(cache)) as log:
        assert log.count() == restored.copied
        facts = log.ask(lambda one: one.execute("SELECT value FROM meta WHERE key = 'agreed:0'").fetchall())
        assert facts == [("1",)], "what the user allowed here is still allowed"


@each("break_it", [empty, lambda cache: log_of(cache).unlink()])
def test_a_lost_log_comes_back_by_itself(
    tmp_path_factory: pytest.TempPathFactory, break_it: Callable[[Path], None]
) -> None:
    cache = tmp_path_factory.mktemp("home") / "papers.db"
    schema.ensure(cache)
    star(cache, "2611.00001")
    copies.keep_daily_copy(cache, TODAY)
    star(cache, "2611.00002")
    close_log(cache)
    break_it(cache)
    assert starred(cache) == ["2611.00001", "2611.00002"]


def test_after_a_lost_cache_and_a_damaged_log_the_copy_is_restored(cache: Path) -> None:
    star(cache, "2611.00001")
    copies.keep_daily_copy(cache, TODAY)
    cache.unlink()
    garbage(cache)
    copies.restore(cache)
    assert starred(cache) == ["2611.00001"]


def test_a_damaged_log_says_so_and_that_the_next_start_restores_it(cache: Path) -> None:
    star(cache, *(f"2611.{number:05}" for number in range(100)))
    close_log(cache)
    garbage(cache)
    with pytest.raises(CacheDamaged, match=r"The file of your marks .*log\.db is damaged\. The next start"):
        Log.open(cache)
    assert cache.with_name("suspect").exists()


def test_two_programs_that_start_together_make_one_log(cache: Path) -> None:
    with closing(Log.open(cache)) as one, closing(Log.open(cache)) as other:
        one.record([Mark("2611.00001", "star", "1")])
        other.record([Mark("2611.00002", "star", "1")])
    assert starred(cache) == ["2611.00001", "2611.00002"]


def test_a_log_that_can_not_be_written_is_named(cache: Path) -> None:
    cache.parent.chmod(0o500)
    try:
        if os.access(cache.parent, os.W_OK):
            pytest.skip("this user may write everywhere")
        with pytest.raises(CacheError, match="written"):
            Log.open(cache)
    finally:
        cache.parent.chmod(0o700)


# Homes of older releases


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
def test_votes_and_comments_count_whatever_else_is_missing(
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
    assert one == StandingQuery("author:ke-li", 'author:"Ke Li"', ("follow",))
