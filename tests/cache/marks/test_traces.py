"""What reading leaves in the log by itself: papers that were opened, read to the end and passed."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from reader.cache.imports import add_marks
from reader.cache.marks.change import Change
from reader.cache.marks.events import Events
from reader.cache.storing.papers import Cache
from reader.cache.storing.retention import drop
from reader.core.marks import Mark, PaperMarks
from reader.core.paper import Listing
from reader.database import connections
from tests.cache.conftest import NOW, draft, found, said

DAY, NEXT = "2026-11-24", "2026-11-25"


def leave(events: Events, kind: str, day: str, *pks: int) -> int:
    """Leave a trace of papers, and return how many had none of it yet."""
    action = events.act([Change(kind, day, pks)])
    return action.count if action else 0


def test_a_paper_has_one_trace_of_a_kind_a_day(events: Events) -> None:
    assert leave(events, "open", DAY, 1, 2) == 2
    assert leave(events, "open", DAY, 2, 3) == 1
    assert leave(events, "open", DAY, 1, 2, 3) == 0
    assert leave(events, "open", NEXT, 1) == 1
    # What was opened on a day was not passed on it.
    assert leave(events, "pass", DAY, 1, 2, 3, 4) == 1
    assert leave(events, "finish", DAY, 1) == 1
    assert leave(events, "pass", NEXT, 1, 4) == 1


def test_queries_ask_for_them(path: Path, events: Events) -> None:
    leave(events, "open", DAY, 1, 2)
    leave(events, "pass", DAY, 3, 4)
    leave(events, "finish", DAY, 2, 5)
    leave(events, "open", NEXT, 3)
    for text, pks in (
        ("is:opened", [1, 2, 3, 5]),
        ("is:finished", [2, 5]),
        ("is:passed", [4]),
        ("-is:passed", [1, 2, 3, 5]),
        ("is:passed OR is:finished", [2, 4, 5]),
        ("(is:opened OR is:passed) sort:title", [1, 2, 3, 4, 5]),
        ("is:opened upvotes:>20", [2, 5]),
    ):
        assert sorted(found(path, text)) == pks, text


def test_undo_and_redo_leave_them_alone(path: Path, events: Events) -> None:
    events.mark("star", True, [1])
    leave(events, "open", DAY, 2)
    assert said(events.undo()) == "1 starred"
    leave(events, "pass", DAY, 3)
    assert said(events.redo()) == "1 starred"
    assert found(path, "is:starred") == [1]
    assert events.undo() is not None
    assert events.undo() is None
    assert (found(path, "is:opened"), found(path, "is:passed")) == ([2], [3])


def test_an_import_takes_them_and_refuses_what_is_no_day(path: Path, events: Events) -> None:
    given = (Mark("open", DAY, 1_000, "ab" * 6, "0" * 24), Mark("pass", NEXT, 2_000, "ab" * 6, "1" * 24))
    assert add_marks(events, [PaperMarks("2611.00001", given[:1]), PaperMarks("2611.00002", given[1:])]) == 2
    assert add_marks(events, [PaperMarks("2611.00001", given[:1])]) == 0
    assert (found(path, "is:opened"), found(path, "is:passed")) == ([1], [2])


def test_a_trace_keeps_no_paper_and_comes_back_with_it(path: Path, filled: Cache, events: Events) -> None:
    leave(events, "finish", DAY, 4, 5)
    with closing(connections.connect(path)) as connection, connections.transaction(connection):
        assert drop(connection, "2026-11-24", 10) == 2
    assert found(path, "is:finished") == []
    filled.store(Listing("2026-11-23", (draft(4),)), NOW)
    assert len(found(path, "is:finished")) == 1
