"""The log and its journal agree, whatever ends a program, and whichever of the two is lost."""

from __future__ import annotations

import itertools
import json
import os
import re
import shutil
import sqlite3
import zlib
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reader.cache import choice, files, schema
from reader.cache.feeds import Feeds
from reader.cache.marks import event_log, journal
from reader.cache.marks.effects import Change
from reader.cache.marks.event_log import NOBODY, UserAction, made_by_agents
from reader.cache.marks.events import _OF_AGENT, _UNDOABLE, Events
from reader.cache.marks.journal import BadLine, Entry, Journal, Owner
from reader.cache.reads.exports import lost_papers
from reader.cache.reads.window import Window
from reader.cache.storing.papers import Cache
from reader.core.errors import CacheError, NotAMark
from reader.core.marks import Agent
from reader.database import connections
from reader.paths import journal_file
from tests.breakage import execute
from tests.cache.conftest import NOW, rows, said, store_two_days
from tests.cache.marks.test_events import starred, states


def entries(path: Path) -> list[Entry]:
    """The events of a cache's journal."""
    return [line for line in Journal(journal_file(path)).read() if isinstance(line, Entry)]


def logged(path: Path) -> list[str]:
    """The ids of a cache's events, in the order of their numbers."""
    return [id for (id,) in rows(path, "SELECT id FROM event ORDER BY number")]


def has_unfinished_marks(path: Path) -> bool:
    with closing(Window.open(path)) as window:
        return window.has_unfinished_marks()


def test_a_lost_cache_gets_all_marks_back_as_its_papers_come(events: Events, path: Path) -> None:
    events.mark("star", True, [1, 2])
    events.mark("tag:later", True, [2])
    star(events, [5], ONE)
    events.mark("note", "good", [3])
    events.mark("read", True, [4])
    events.undo()
    events.close()
    before, logged_before = states(path), entries(path)
    for file in path.parent.glob("papers.db*"):
        file.unlink()
    schema.ensure(path)
    assert has_unfinished_marks(path)
    Events.open(path).close()
    assert not has_unfinished_marks(path)
    # Until then, exports have what the marks say.
    with closing(Window.open(path)) as window:
        lost = [(one.id, one.starred, one.read, one.tags, one.note) for one in lost_papers(window)]
    assert lost == [
        ("2611.00001", True, False, (), None),
        ("2611.00002", True, False, ("later",), None),
        ("2611.00003", False, False, (), "good"),
        ("2611.00005", True, False, (), None),
    ]
    store_two_days(path)
    assert states(path) == before
    # It is the same machine still, so undo goes on where it was, and a program's mark is known as one.
    with closing(Events.open(path)) as again:
        assert made(again, 5) == ["starred by scout"]
        assert said(again.undo()) == "1 noted"
    assert {one.machine for one in entries(path)} == {logged_before[0].machine}


def test_a_lost_journal_is_written_again(events: Events, path: Path) -> None:
    events.mark("star", True, [1, 2])
    events.mark("star", False, [2])
    before = entries(path)
    journal_file(path).unlink()
    events.mark("read", True, [3])
    assert entries(path)[:2] == before
    assert len(entries(path)) == 3
    assert isinstance(next(Journal(journal_file(path)).read()), Owner)


def test_a_cache_from_a_backup_gets_the_later_marks(path: Path) -> None:
    store_two_days(path)
    with closing(Events.open(path)) as events:
        events.mark("star", True, [1])
        files.back_up(path, path.with_name("kept"))
        events.mark("star", True, [2])
    path.with_name("kept").replace(path)
    Events.open(path).close()
    assert starred(path) == {1, 2}
    assert len(entries(path)) == 2


def test_a_program_that_ended_between_journal_and_cache_loses_nothing(events: Events, path: Path) -> None:
    """Another program finds the line, and does what it says before its own mark."""
    events.mark("star", True, [1])
    journal = Journal(journal_file(path))
    (first,) = entries(path)
    cut_off = Entry("f" * 24, first.machine, 2, first.clock + 1, "star", "0", 1, first.papers)
    journal.append([cut_off], first.machine)
    events.mark("read", True, [2])
    assert starred(path) == set()
    assert logged(path) == [first.id, "f" * 24, entries(path)[-1].id]
    assert entries(path)[-1].number == 3
    journal.append([replace(cut_off, id="e" * 24, number=4, clock=first.clock + 9, value="1")], first.machine)
    events.mark("read", True, [3])
    assert starred(path) == {1}
    journal.append([replace(cut_off, id="d" * 24, number=5, clock=first.clock + 10)], first.machine)
    events.mark("read", True, [4])
    assert starred(path) == set()


def test_a_line_that_was_cut_off_is_passed_over(events: Events, path: Path) -> None:
    events.mark("star", True, [1])
    with journal_file(path).open("ab") as file:
        file.write(b'{"v":1,"id":"half')
    events.mark("star", True, [2])
    found = list(Journal(journal_file(path)).read())
    assert [type(one) for one in found] == [Owner, Entry, BadLine, Entry]
    assert starred(path) == {1, 2}


def test_a_mark_that_the_journal_can_not_take_is_not_made(
    events: Events, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events.mark("star", True, [1])
    before = journal_file(path).read_bytes()
    monkeypatch.setattr(os, "fsync", Mock(side_effect=[OSError(28, "No space left on device"), *[None] * 9]))
    with pytest.raises(CacheError, match="disk is full"):
        events.mark("star", True, [2])
    assert (starred(path), journal_file(path).read_bytes()) == ({1}, before)
    assert events.mark("star", True, [2]) is not None
    assert [one.number for one in entries(path)] == [1, 2]


class Failing:
    """A connection whose next COMMIT fails like that of a full disk, and has then been rolled back or not."""

    def __init__(self, real: sqlite3.Connection, *, rolls_back: bool) -> None:
        self._real = real
        self._rolls_back = rolls_back
        self.fails = True

    def execute(self, sql: str, *arguments: Any) -> sqlite3.Cursor:
        if sql == "COMMIT" and self.fails:
            self.fails = False
            if self._rolls_back:
                self._real.execute("ROLLBACK")
            raise sqlite3.OperationalError("database or disk is full")
        return self._real.execute(sql, *arguments)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


@pytest.mark.parametrize("rolls_back", [True, False])
def test_a_mark_that_can_not_be_committed_leaves_the_journal_too(
    path: Path, filled: Cache, *, rolls_back: bool
) -> None:
    with closing(connections.connect(path, durable=True)) as connection:
        connection.execute("CREATE TEMP TABLE touched (pk INTEGER PRIMARY KEY)")
        failing: Any = Failing(connection, rolls_back=rolls_back)
        events = Events(failing, path)
        with pytest.raises(CacheError):
            events.mark("star", True, [1])
        assert (starred(path), entries(path)) == (set(), [])
        events.mark("star", True, [2])
        assert starred(path) == {2}
        assert [one.id for one in entries(path)] == logged(path)


def test_an_unreadable_journal_refuses_marks_and_says_so(events: Events, path: Path) -> None:
    events.mark("star", True, [1])
    journal_file(path).unlink()
    journal_file(path).mkdir()
    with pytest.raises(CacheError, match="Is a directory"):
        events.mark("star", True, [2])
    journal_file(path).rmdir()
    events.mark("star", True, [2])
    assert len(entries(path)) == 2


def test_reading_all_finds_what_sizes_hide(events: Events, path: Path) -> None:
    """A damaged line has the same size; only a full comparison finds it, and writes the event again."""
    events.mark("star", True, [1])
    events.mark("star", True, [2])
    damaged = journal_file(path).read_bytes().replace(b'"number":1', b'"number":7')
    journal_file(path).write_bytes(damaged)
    assert len(entries(path)) == 1
    joined = events.agree()
    assert (joined.inserted, joined.appended, len(joined.bad_lines)) == (0, 1, 1)
    assert len(entries(path)) == 2
    again = events.agree()
    assert (again.inserted, again.appended) == (0, 0)


# Feeds


def test_followed_feeds_come_back_too(path: Path) -> None:
    schema.ensure(path)
    with closing(Feeds.open(path)) as feeds:
        feeds.follow("rss", "https://a.example/feed", "A", "a", NOW, folder="Blogs")
        feeds.follow("arxiv", "cs.CL", "Language", "arxiv-cs-cl", NOW)
        feeds.follow("rss", "https://b.example/feed", "B", "b", NOW)
        feeds.unfollow("b")
        before = feeds.followed()
    path.unlink()
    schema.ensure(path)
    Events.open(path).close()
    with closing(Feeds.open(path)) as feeds:
        assert feeds.followed() == before


def test_undo_leaves_followed_feeds_alone(events: Events, path: Path) -> None:
    events.mark("star", True, [1])
    with closing(Feeds.open(path)) as feeds:
        feeds.follow("rss", "https://a.example/feed", "A", "a", NOW)
        with pytest.raises(NotAMark, match="a feed was followed or dropped"):
            events.undo()
        assert said(events.undo()) == "1 starred"
        assert events.undo() is None
        assert len(feeds.followed()) == 1


def test_what_was_followed_and_marked_before_the_journal_is_written_into_it(events: Events, path: Path) -> None:
    """An older cache has events and feeds, and no journal."""
    events.mark("star", True, [1])
    with closing(Feeds.open(path)) as feeds:
        feeds.follow("rss", "https://a.example/feed", "A", "a", NOW)
    events.close()
    no_size = f"UPDATE meta SET value = '-1' WHERE key = '{journal.SIZE}'"
    execute(path, "DELETE FROM event WHERE kind LIKE 'follow:%'", no_size)
    journal_file(path).unlink()
    assert has_unfinished_marks(path)
    Events.open(path).close()
    assert [one.kind for one in entries(path)] == ["star", "follow:a"]
    assert json.loads(entries(path)[1].value)["url"] == "https://a.example/feed"


# Joining


ACTION = st.one_of(
    st.tuples(
        st.sampled_from(["star", "read", "hide", "tag:a"]), st.booleans(), st.sets(st.integers(1, 5), min_size=1)
    ),
    st.tuples(st.just("note"), st.sampled_from(["", "x", "y"]), st.sets(st.integers(1, 5), min_size=1)),
    st.tuples(st.sampled_from(["undo", "redo"]), st.none(), st.none()),
)


def act(events: Events, actions: list[Any]) -> None:
    for kind, value, pks in actions:
        if kind == "undo":
            events.undo()
        elif kind == "redo":
            events.redo()
        else:
            events.mark(kind, value, sorted(pks))


def ticking(start: int) -> Callable[[], float]:
    """A clock that ticks by a second, from a time that may be wrong."""
    count = itertools.count(start)
    return lambda: float(next(count))


@settings(max_examples=12)
@given(
    machines=st.lists(
        st.tuples(st.integers(1_000_000_000, 4_000_000_000), st.lists(ACTION, max_size=6)), min_size=3, max_size=3
    ),
    order=st.permutations([0, 1, 2]),
)
def test_joining_journals_gives_the_same_in_any_order_and_twice(
    machines: list[Any], order: list[int], two_days: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("machines")
    journals: list[list[Entry]] = []
    for number, (start, actions) in enumerate(machines):
        path = folder / str(number) / "papers.db"
        path.parent.mkdir()
        shutil.copy(two_days, path)
        with closing(Events.open(path, ticking(start))) as events:
            act(events, actions)
        journals.append(entries(path))
    results = []
    for name, chosen in {"straight": [0, 1, 2], "other": [*order, order[0]]}.items():
        path = folder / name / "papers.db"
        path.parent.mkdir()
        shutil.copy(two_days, path)
        with closing(Events.open(path)) as events:
            for one in chosen:
                events.join(journals[one])
        results.append(states(path))
        with closing(Events.open(path)) as events:
            assert events.agree().bad_lines == []
            events.rebuild()
        assert states(path) == results[-1]
    assert results[0] == results[1]
    shutil.rmtree(folder)


def test_an_event_is_known_again_however_its_papers_are_packed(events: Events, path: Path) -> None:
    events.mark("star", True, [1, 2])
    (one,) = entries(path)
    again = replace(one, papers=zlib.compress(zlib.decompress(one.papers), 0))
    other = replace(one, papers=zlib.compress(b"2611.00003\n2611.00004"))
    clashes = list[Entry]()
    assert (events.join([again, other], on_clash=clashes.append), clashes) == (0, [other])
    assert starred(path) == {1, 2}


def test_others_may_forget_so_many_machines_and_no_more(events: Events, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_log, "MOST_FORGETS", 2)
    said = [Entry(f"{at:024x}", "ab" * 6, at, at, f"forget:{at:012x}", "1", 0, NOBODY) for at in range(1, 5)]
    assert [events.join(some) for some in (said[:1], said[1:3], said[3:])] == [1, 1, 0]


def test_an_undo_may_come_before_its_target(events: Events, path: Path, two_days: Path, tmp_path: Path) -> None:
    events.mark("star", True, [1])
    events.undo()
    mark, undo = entries(path)
    other = tmp_path / "other.db"
    shutil.copy(two_days, other)
    with closing(Events.open(other)) as joined:
        assert joined.join([undo]) == 1
        assert joined.join([mark, undo]) == 1
    assert starred(other) == set()


def test_undo_takes_back_only_what_was_done_here(events: Events, path: Path, two_days: Path, tmp_path: Path) -> None:
    """Marks of another machine, however new, are not this machine's last step."""
    other = tmp_path / "other.db"
    shutil.copy(two_days, other)
    with closing(Events.open(other, lambda: 4e9)) as elsewhere:
        elsewhere.mark("star", True, [5])
    events.mark("star", True, [1])
    events.join(entries(other))
    events.mark("star", True, [2])
    assert [said(events.undo()) for _ in range(3)] == ["1 starred", "1 starred", ""]
    assert starred(path) == {5}
    assert events.redo() is not None
    assert starred(path) == {1, 5}


def test_lines_of_the_journal_are_only_ever_added(events: Events, path: Path) -> None:
    """Also as a cache is opened, backed up, and joined with another; the log has the same events."""
    file, before, known = journal_file(path), b"", list[object]()
    deeds: tuple[Callable[[], object], ...] = (
        lambda: events.mark("star", True, [1, 2]),
        lambda: events.mark("note", "line\nline", [3]),
        lambda: events.mark("note", "", [3]),
        events.undo,
        events.undo,
        events.redo,
        lambda: events.join([]),
        events.rebuild,
        lambda: files.back_up_daily(path, date(2026, 11, 24)),
        lambda: store_two_days(path),
        lambda: events.mark("hide", True, [4]),
    )
    for deed in deeds:
        deed()
        now, log = file.read_bytes(), rows(path, "SELECT id, number, clock, kind, papers FROM event ORDER BY seq")
        assert now.startswith(before) and log[: len(known)] == known
        before, known = now, [*log]
    assert before.count(b"\n") == 8
    lines = entries(path)
    assert [(one.id, one.number, one.clock, one.kind, one.papers) for one in lines] == known
    assert [one.kind for one in lines] == ["star", "note", "note", "undo", "undo", "redo", "hide"]
    assert [one.number for one in lines] == [*range(1, 8)]
    assert sorted({one.clock for one in lines}) == [one.clock for one in lines]


ONE = Agent("scout", "0123456789ab")
AGAIN = Agent("scout", "ba9876543210")


def star(events: Events, pks: Sequence[int], by: Agent | None = None, *, on: bool = True) -> UserAction | None:
    return events.act([Change("star", on, pks)], by=by)


def made(events: Events, pk: int) -> list[str]:
    return [one.said for one in events.read(lambda connection: made_by_agents(connection, pk))]


def test_the_log_says_which_program_made_a_mark(events: Events) -> None:
    assert (
        said(events.act([Change("star", True, [1, 2]), Change("tag:x", True, [2, 3])], by=ONE))
        == "2 starred, tagged x, by scout"
    )
    assert made(events, 1) == ["starred by scout"]
    assert made(events, 2) == ["starred by scout", "tagged x by scout"]
    assert made(events, 3) == ["tagged x by scout"]
    star(events, [1], on=False)
    assert made(events, 1) == []
    # What changes nothing leaves no trace of the program.
    star(events, [4])
    assert star(events, [4], ONE) is None
    assert said(star(events, [4, 5], ONE)) == "1 starred, by scout"
    assert (made(events, 4), made(events, 5)) == ([], ["starred by scout"])


def test_one_undo_takes_back_all_of_a_run_and_nothing_else(events: Events, path: Path) -> None:
    star(events, [1], ONE)
    star(events, [2], AGAIN)
    star(events, [3])
    events.act([Change("note", "Seen.", [1])], by=ONE)
    star(events, [4], ONE)
    assert said(events.undo()) == "2 starred, 1 noted, by scout"
    assert starred(path) == {2, 3} and states(path).notes == ()
    assert said(events.redo()) == "2 starred, 1 noted, by scout"
    assert starred(path) == {1, 2, 3, 4} and states(path).notes == ((1, "Seen."),)
    events.undo()
    star(events, [5])
    for left in ({2, 3}, {2}, set[int]()):
        assert events.undo() is not None
        assert starred(path) == left
    assert events.undo() is None


def test_a_program_takes_back_its_own_marks_only(events: Events, path: Path) -> None:
    star(events, [1], ONE)
    star(events, [2])
    assert events.undo(by=AGAIN) is None
    assert events.undo(by=ONE) is not None
    assert starred(path) == {2}
    assert events.undo(by=ONE) is None


ACTS = st.lists(
    st.tuples(
        st.sampled_from([None, ONE, AGAIN]),
        st.sampled_from(["star", "read", "tag:x"]),
        st.integers(1, 3),
        st.booleans(),
    ),
    max_size=14,
)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(acts=ACTS)
def test_after_an_undo_of_a_run_the_marks_are_those_of_all_others(
    events: Events, acts: list[tuple[Agent | None, str, int, bool]]
) -> None:
    while events.undo():
        pass
    stood: list[tuple[Agent | None, tuple[str, int], bool]] = []
    for by, kind, pk, value in acts:
        if events.act([Change(kind, value, [pk])], by=by):
            stood.append((by, (kind, pk), value))
    before = events.read(marked)
    assert before == {key for key, value in {key: value for _, key, value in stood}.items() if value}
    events.undo(by=ONE)
    others = {key: value for by, key, value in stood if by != ONE}
    assert events.read(marked) == {key for key, value in others.items() if value}
    if any(by == ONE for by, _, _ in stood):
        events.redo()
        assert events.read(marked) == before
    events.rebuild()
    assert events.read(marked) == before


def marked(connection: sqlite3.Connection) -> set[tuple[str, int]]:
    rows = connection.execute(
        "SELECT 'star', pk FROM paper WHERE starred UNION SELECT 'read', pk FROM paper WHERE read"
        " UNION SELECT 'tag:' || tag, pk FROM paper_tag"
    )
    return {(kind, pk) for kind, pk in rows}


@pytest.mark.parametrize("query", [choice._MARKS, event_log._MADE, _OF_AGENT, _UNDOABLE])
def test_events_of_one_clock_are_found_by_it(events: Events, query: str) -> None:
    """By the machine, each event would read all: minutes for 200,000."""
    values = {"pk": 1, "machine": "", "kind": "", "value": "", "idle": ""}
    plan = events.read(lambda connection: connection.execute(f"EXPLAIN QUERY PLAN {query}", values).fetchall())
    found = [step for *_, step in plan if re.match(r"(SEARCH (a|r|event) .*machine=|SCAN event)", step)]
    # An undo asks once for the machine's newest event, and for what a run of a program did.
    assert len(found) == {_UNDOABLE: 2, _OF_AGENT: 1}.get(query, 0)
