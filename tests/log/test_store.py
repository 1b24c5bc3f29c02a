"""The log of what the user did: rows that are only added, undo and redo as rows, and rows of other machines."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from reader.core.errors import CacheError, CacheTooNew
from reader.core.foreign import InvalidForeignValue
from reader.core.marks import Agent
from reader.log import copies
from reader.log.foreign import checked_row, decode_row, encode_row
from reader.log.rows import Mark, Row, action_id
from reader.log.store import AHEAD_MS, Log
from tests.doubles import Clock
from tests.table import each

NOON = 1_795_000_000.0
YEAR = 365 * 86_400
STAR, UNSTAR, READ = Mark("2611.00001", "star", "1"), Mark("2611.00001", "star", "0"), Mark("2611.00002", "read", "1")
OTHER = "ab" * 6


@pytest.fixture
def clock() -> Clock:
    return Clock(NOON)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """Where a cache would be; the log needs none."""
    return tmp_path / "papers.db"


@pytest.fixture
def log(cache: Path, clock: Clock) -> Iterator[Log]:
    with closing(Log.open(cache, clock)) as opened:
        yield opened


def rows(log: Log) -> list[tuple[str, str, str]]:
    return [(row.paper, row.kind, row.value) for _, row in log.rows(0)]


def clocks(cache: Path) -> list[int]:
    with closing(sqlite3.connect(cache.with_name("log.db"))) as connection:
        return [clock for (clock,) in connection.execute("SELECT clock FROM event ORDER BY number")]


def test_rows_of_one_action_share_its_id_and_the_machine_begins_it(log: Log) -> None:
    action = log.record([STAR, READ])
    assert [row.action for _, row in log.rows(0)] == [action, action]
    assert action == action_id(log.machine, int(NOON * 1000))


def test_the_file_is_written_durably_and_by_one_machine(cache: Path, log: Log) -> None:
    assert log._connection.execute("PRAGMA synchronous").fetchone() == (2,)
    assert log._connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    with closing(Log.open(cache)) as other:
        assert other.machine == log.machine


def test_undo_and_redo_are_rows_that_name_the_action(log: Log) -> None:
    first, second = log.record([STAR]), log.record([READ])
    assert (log.undo(), log.undo(), log.undo()) == ([second], [first], [])
    assert (log.redo(), log.redo(), log.redo()) == ([first], [second], [])
    assert [row for row in rows(log) if row[1] == "undo"] == [
        *((second, "undo", "1"), (first, "undo", "1")),
        *((first, "undo", "0"), (second, "undo", "0")),
    ]


def test_nothing_is_redone_once_something_was_done_since(log: Log) -> None:
    log.record([STAR])
    log.undo()
    log.record([READ])
    assert log.redo() == []


def test_what_reading_leaves_is_not_undone_and_does_not_end_a_redo(log: Log) -> None:
    star = log.record([STAR])
    log.record([Mark("2611.00002", "open", "2026-11-24")])
    assert log.undo() == [star]
    log.record([Mark("2611.00003", "pass", "2026-11-24")])
    assert log.redo() == [star]


def test_one_undo_takes_back_a_whole_run_of_a_program(log: Log) -> None:
    mine, agent = log.record([STAR]), Agent("claude", "0" * 12)
    first, second = (log.record([mark], by=agent.text) for mark in (READ, UNSTAR))
    other = log.record([Mark("2611.00003", "star", "1")], by=Agent("claude", "1" * 12).text)
    assert log.undo() == [other]
    assert log.undo(by=agent) == log.redo() == log.undo(by=agent) == [first, second]
    assert log.undo(by=agent) == []
    assert log.undo() == [mine]


def test_undo_is_about_this_machine(log: Log) -> None:
    mine = log.record([STAR])
    log.take([Row(action_id(OTHER, int(NOON * 1000) + 5), "2611.00002", "star", "1")])
    assert (log.undo(), log.undo()) == ([mine], [])


@each("years", [-50, -4, 4, 50])
def test_a_mark_after_a_wrong_clock_is_later_than_the_mark_before(tmp_path: Path, years: int) -> None:
    clock = Clock(NOON)
    with closing(Log.open(tmp_path / str(years) / "papers.db", clock)) as log:
        clock.now = NOON + years * YEAR
        first = log.record([STAR])
        clock.now = NOON
        second = log.record([UNSTAR])
        assert first < second
        assert (log.undo(), log.undo()) == ([second], [first])


def test_a_foreign_clock_counts_as_at_most_a_day_ahead(cache: Path, log: Log) -> None:
    far = action_id(OTHER, int((NOON + 4 * YEAR) * 1000))
    log.take([Row(far, STAR.paper, "star", "1")])
    log.record([UNSTAR])
    assert clocks(cache) == [int(NOON * 1000) + AHEAD_MS, int(NOON * 1000) + AHEAD_MS + 1]


def test_rows_are_taken_once_and_in_any_order(log: Log) -> None:
    found = [Row(action_id(OTHER, clock), "2611.00001", "note", f"{clock}") for clock in (3, 1, 2)]
    assert [log.take(found), log.take(reversed(found)), log.take(found[:1])] == [3, 0, 0]
    assert sorted(row.value for _, row in log.rows(0)) == ["1", "2", "3"]


def test_a_log_of_a_newer_program_is_refused_and_left_alone(cache: Path, log: Log) -> None:
    log._connection.execute("PRAGMA user_version = 9")
    with pytest.raises(CacheTooNew, match="made by a newer dailypapers"):
        Log.open(cache)


def test_a_folder_in_place_of_the_file_is_named(cache: Path) -> None:
    cache.with_name("log.db").mkdir()
    with pytest.raises(CacheError, match=r"log\.db is a folder, but a file of dailypapers belongs there"):
        Log.open(cache)


@each("replacement", [True, False])
def test_a_log_that_a_repair_has_replaced_takes_no_rows(
    tmp_path_factory: pytest.TempPathFactory, replacement: bool
) -> None:
    cache = tmp_path_factory.mktemp("home") / "papers.db"
    with closing(Log.open(cache)) as log:
        log.record([STAR])
        if replacement:
            copies.restore(cache)
        else:
            cache.with_name("log.db").unlink()
        with pytest.raises(CacheError, match="was replaced or removed by another program, so nothing was recorded"):
            log.record([READ])


def test_a_full_disk_stores_nothing_and_is_reported(cache: Path, log: Log) -> None:
    with closing(sqlite3.connect(cache.with_name("log.db"))) as other:
        (pages,) = other.execute("PRAGMA page_count").fetchone()
    log._connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(CacheError, match="disk is full"):
        log.record([Mark("2611.00001", "note", "x" * 100_000)])
    assert rows(log) == []


# Foreign logs

ACTION = "ab" * 6 + "0" * 12
PAPER = "2611.00002"
FEED = '"kind": "rss", "url": "https://a.example/feed", "title": "A", "added": "2026"'


@each(
    ("paper", "kind", "value"),
    [
        # Cleaned, it would be a kind that is known.
        ("", " follow:blog", "no JSON"),
        ("", " queue", "first"),
        ("", "follow:blog", f'{{{FEED}, "home": []}}'),
        ("", "follow:blog", f'{{{FEED}, "more": "\ud800"}}'),
        ("", "follow:blog", f"{{{FEED.replace('https://a.example', 'https://u:p@a.example')}}}"),
        ("", "follow:blog", f"{{{FEED.replace('https://a.example/feed', 'file:///etc/passwd')}}}"),
        ("", "follow:blog", f"{{{FEED.replace('rss', 'arxiv')}}}"),
        ("", "follow:blog", f'{{{FEED}, "folder": "a\\u001b[31mb"}}'),
        ("", "follow:blog", "[" * 30_000),
        ("", "follow:Blog", ""),
        (PAPER, "star", "7"),
        ("", "star", "1"),
        ("../etc/passwd", "star", "1"),
        (PAPER, "undo", "1"),
        (ACTION, "undo", "2"),
        (PAPER, "tag:", "1"),
        (PAPER, "", ""),
        (PAPER, "open", "yesterday"),
        (PAPER, "queue", "first"),
        ("", "entry:views:0123456789abcdef", "{}"),
        ("", "setting:mute", "[]"),
    ],
)
def test_what_no_machine_records_is_refused(paper: str, kind: str, value: str) -> None:
    with pytest.raises(InvalidForeignValue):
        checked_row(Row(ACTION, paper, kind, value))


@each(
    ("row", "expected"),
    [
        (Row(ACTION, PAPER, "star", "1"), None),
        (Row(ACTION, ACTION, "undo", "1"), None),
        (Row(ACTION, "", "follow:blog", f"{{{FEED}}}"), None),
        (Row(ACTION, "", "follow:blog", ""), None),
        (Row(ACTION, PAPER, "later:kind", "anything"), None),
        (Row(ACTION, PAPER, "star", "1", "agent:claude:abababababab"), None),
        (Row(ACTION, PAPER, "tag:a\x1b[31mb", "1"), Row(ACTION, PAPER, "tag:ab", "1")),
        (Row(ACTION, PAPER, "note", "a\x00b\r\nc"), Row(ACTION, PAPER, "note", "ab\nc")),
        (Row(ACTION, PAPER, "star", "1", "somebody"), Row(ACTION, PAPER, "star", "1")),
    ],
)
def test_a_row_is_taken_with_clean_text(row: Row, expected: Row | None) -> None:
    assert decode_row(encode_row(row)) == (expected or row)


@each(
    "line",
    ["", "[]", "{}", "7", '["a","b","c","d",5]', "[" * 100_000, json.dumps([ACTION[:-1], PAPER, "star", "1", ""])],
)
def test_what_is_no_row_is_refused(line: str) -> None:
    with pytest.raises(InvalidForeignValue, match="it is not a row"):
        decode_row(line)
