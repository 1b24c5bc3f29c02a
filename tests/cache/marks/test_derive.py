"""What the cache derives from the log follows all its causes, whenever one of them changes."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from reader.cache.marks.events import Events
from reader.cache.storing.papers import Cache
from reader.core.paper import Listing
from reader.log.rows import Row, action_id
from tests.cache.conftest import NOW, derive_again, draft, mute, rows


def hidden_and_tagged(path: Path) -> tuple[int, int]:
    return (
        rows(path, "SELECT hidden FROM paper WHERE pk = 1")[0][0],
        len(rows(path, "SELECT 1 FROM paper_tag WHERE pk = 1")),
    )


def test_undo_is_exact_whatever_is_muted_in_between(path: Path, events: Events) -> None:
    events.mark("tag:keep", True, [1])
    mute(path, "1")
    assert hidden_and_tagged(path) == (0, 1), "the tag protects it"
    events.mark("tag:keep", False, [1])
    assert hidden_and_tagged(path) == (1, 0), "nothing protects it any more"
    mute(path, "1", "zebra")
    assert hidden_and_tagged(path) == (1, 0)
    events.undo()
    assert hidden_and_tagged(path) == (1, 0), "zebra is muted no more"
    events.undo()
    assert hidden_and_tagged(path) == (0, 1), "the tag is back"
    events.undo()
    assert hidden_and_tagged(path) == (0, 1), "nothing is muted"
    events.redo()
    mute(path)
    assert hidden_and_tagged(path) == (0, 1)


def test_each_protection_counts_and_the_users_own_decision_before_all(path: Path, events: Events) -> None:
    mute(path, "1")
    for kind, value in (("star", True), ("note", "Mine."), ("queue", True), ("tag:a", True)):
        assert hidden_and_tagged(path)[0] == 1
        events.mark(kind, value, [1])
        assert hidden_and_tagged(path)[0] == 0, kind
        events.undo()
    events.mark("hide", False, [1])
    assert hidden_and_tagged(path)[0] == 0
    events.undo()
    assert hidden_and_tagged(path)[0] == 1


def test_a_program_that_was_killed_between_log_and_cache_leaves_the_rest_to_the_next(
    path: Path, events: Events
) -> None:
    events.log.record([])
    with closing(Events.open(path, recover=False)) as killed:
        from reader.log.rows import Mark

        killed.log.record([Mark("2611.00001", "star", "1")])
    assert rows(path, "SELECT starred FROM paper WHERE pk = 1") == [(0,)]
    Events.open(path).close()
    assert rows(path, "SELECT starred FROM paper WHERE pk = 1") == [(1,)]


def test_the_rows_of_a_deleted_machine_leave_no_trace(path: Path, events: Events) -> None:
    events.mark("star", True, [1])
    events.join(
        [
            Row(action_id("ab" * 6, 1), "2611.00001", "tag:theirs", "1"),
            Row(action_id("ab" * 6, 2), "2611.00002", "star", "1"),
        ]
    )
    assert rows(path, "SELECT sum(starred) FROM paper") == [(2,)]
    assert events.delete_machine("ab" * 6) == 2
    assert rows(path, "SELECT pk FROM paper WHERE starred = 1") == [(1,)]
    assert rows(path, "SELECT count(*) FROM paper_tag") == [(0,)]


def test_marks_on_two_ids_of_a_paper_are_marks_on_it(path: Path, cache: Cache, events: Events) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO paper_alias (id, pk) VALUES ('feed:0123456789ab', 1)")
    events.mark("star", True, [1])
    events.join([Row(action_id("ab" * 6, int(events.log._now() * 1000) + 9_000), "feed:0123456789ab", "star", "0")])
    assert rows(path, "SELECT starred FROM paper WHERE pk = 1") == [(0,)]
    derive_again(events)
    assert rows(path, "SELECT starred FROM paper WHERE pk = 1") == [(0,)]
    cache.store(Listing("2026-11-24", (draft(1, upvotes=11),)), NOW)
    assert rows(path, "SELECT starred FROM paper WHERE pk = 1") == [(0,)]
