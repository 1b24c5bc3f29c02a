"""Marked papers that change: what they were is kept, and they are due until the user looks at them again."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from reader.cache.changes import ask_all_again, read_changed, said_of
from reader.cache.history import has_changed
from reader.cache.marks.events import Events
from reader.cache.reads.window import Window
from reader.cache.storing.papers import Cache
from reader.core.changes import Changes
from reader.core.paper import Listing
from reader.core.paper_row import Flag
from tests.breakage import execute
from tests.cache.conftest import derive_again, draft, found, rows, said

DAY = "2026-11-20"


def at(day: int, hour: int = 8) -> int:
    return int(datetime(2026, 11, day, hour, tzinfo=UTC).timestamp())


def tell(cache: Cache, day: int, title: str | None = None, versions: tuple[str, ...] = (), **facts: Any) -> None:
    """A source says something of paper 1; of paper 2 it says the same every day."""
    facts.setdefault("comments", 0)
    told = draft(1, title, **facts)._replace(versions=versions, by_arxiv=bool(versions))
    drafts = told, draft(2, upvotes=40)
    cache.store(Listing(DAY, drafts), f"2026-11-{day}T08:00:00Z")


def mark(path: Path, kind: str, day: int, pk: int = 1, value: bool | str = True) -> None:
    with closing(Events.open(path, now=lambda: float(at(day, 9)))) as events:
        events.mark(kind, value, [pk])


def seen(path: Path, pk: int = 1) -> Changes | None:
    with closing(Window.open(path)) as window:
        changed = window.read(lambda connection: read_changed(connection, pk))
        assert window.read(lambda connection: has_changed(connection, pk)) == (changed is not None)
        return changed


def due(path: Path) -> list[int]:
    with closing(Window.open(path)) as window:
        flagged = [pk for pk in (1, 2) if window.rows([pk])[0].flags & Flag.CHANGED]
    assert found(path, "is:changed") == flagged
    return flagged


def kept(path: Path) -> list[tuple[object, ...]]:
    return rows(path, "SELECT pk, at, field, before FROM paper_edit ORDER BY at, field")


def test_what_marked_papers_were_is_kept(cache: Cache, path: Path) -> None:
    tell(cache, 20, abstract="Old words.", versions=("v1 2026-11-10",))
    tell(cache, 21, abstract="Words that nobody has seen.", versions=("v1 2026-11-10",))
    assert kept(path) == [] and due(path) == []
    mark(path, "star", 21)
    tell(
        cache, 22, title="Paper 1", abstract="Words  that nobody has seen.",
        remark="Accepted at ICLR 2026", versions=("v1 2026-11-10", "v2 2026-11-22"),
    )  # fmt: skip
    assert kept(path) == [(1, at(22), "title", "Paper number 1"), (1, at(22), "venue", ""), (1, at(22), "version", "1")]
    assert due(path) == [1]
    one = seen(path)
    assert one is not None and (one.since, one.at, one.mark, one.is_open) == (at(21, 9), at(22), "star", True)
    assert [(change.what, change.before, change.after) for change in one.differences] == [
        ("version", 1, 2),
        ("venue", None, "ICLR 2026"),
        ("title", "Paper number 1", "Paper 1"),
    ]
    # The days are those of the change, whether the user has looked or not.
    assert found(path, "changed:2026-11-22") == found(path, "changed:3d") == found(path, "changed:2026-11") == [1]
    assert found(path, "changed:2026-11-22..") == found(path, "changed:..2026-11-22") == [1]
    assert found(path, "changed:2026-11-23..2026-11-24") == found(path, "changed:1d") == []
    assert found(path, "-changed:2026-11") == [2]


def test_an_unknown_venue_or_version_is_no_news(cache: Cache, path: Path) -> None:
    tell(cache, 20)
    mark(path, "star", 21)
    tell(cache, 22, remark="Accepted at ICLR 2026", versions=("v1 2026-10-10", "v2 2026-11-11"), models=40)
    assert kept(path) == [(1, at(22), "version", "")]
    assert due(path) == [] and seen(path) is None


def test_looking_again_can_be_undone(cache: Cache, path: Path) -> None:
    tell(cache, 20, upvotes=10)
    mark(path, "queue", 21)
    # Nothing is due, so there is nothing to look at.
    mark(path, "look", 21)
    tell(cache, 22, upvotes=50)
    assert due(path) == [1]
    # What is only opened elsewhere stays due.
    mark(path, "open", 23, value="2026-11-23")
    assert due(path) == [1]
    mark(path, "look", 23)
    assert due(path) == []
    one = seen(path)
    assert one is not None and (one.mark, one.is_open, one.differences[0].before) == ("queue", False, 10)
    with closing(Events.open(path)) as events:
        assert said(events.undo()) == "1 looked at again"
        assert due(path) == [1]
        events.redo()
        assert due(path) == []
        derive_again(events)
        assert due(path) == []
    tell(cache, 24, upvotes=51)
    assert due(path) == []


@pytest.mark.parametrize(
    ("kind", "value", "is_wanted"),
    [
        *(("star", True, True), ("queue", True, True), ("note", "Why?", True), ("open", "2026-11-20", True)),
        *(("read", True, False), ("hide", True, False), ("tag:later", True, False), ("pass", "2026-11-20", False)),
    ],
)
def test_only_what_was_starred_queued_noted_or_opened_is_due(
    cache: Cache, path: Path, kind: str, value: bool | str, is_wanted: bool
) -> None:
    tell(cache, 20, upvotes=100)
    mark(path, kind, 20, value=value)
    tell(cache, 22, upvotes=400)
    assert due(path) == [1] * is_wanted
    # Whatever the user does with it then is a look.
    mark(path, "read", 23, value=kind != "read")
    assert due(path) == []


def test_what_is_given_up_or_hidden_is_not_due(cache: Cache, path: Path) -> None:
    tell(cache, 20, upvotes=100)
    mark(path, "note", 20, value="Why?")
    tell(cache, 22, upvotes=400)
    mark(path, "hide", 20)
    assert found(path, "is:changed") == []
    mark(path, "hide", 20, value=False)
    assert due(path) == [1]
    mark(path, "note", 20, value="")
    assert due(path) == []


def test_the_newest_changes_come_first(cache: Cache, path: Path) -> None:
    tell(cache, 20, upvotes=100)
    mark(path, "star", 20)
    mark(path, "star", 20, pk=2)
    tell(cache, 22, upvotes=400)
    cache.store(Listing(DAY, (draft(2, upvotes=400),)), "2026-11-23T08:00:00Z")
    assert found(path, "is:changed sort:changed") == [2, 1]
    assert found(path, "is:changed sort:-changed") == [1, 2]
    with closing(Window.open(path)) as window:
        assert window.read(lambda connection: said_of(connection, [1, 2])) == {1: "votes ×4", 2: "votes ×10"}


def test_marks_that_come_later_from_elsewhere_count_from_their_time(cache: Cache, path: Path) -> None:
    tell(cache, 20, upvotes=10)
    tell(cache, 22, upvotes=60)
    assert due(path) == []
    mark(path, "star", 21)
    assert due(path) == [1]


@pytest.mark.parametrize("rules", [None, '{"votes": 100, "of": "starred"}'])
def test_a_home_of_an_older_program_is_asked_again_once(cache: Cache, path: Path, rules: str | None) -> None:
    tell(cache, 20, upvotes=10)
    mark(path, "star", 21)
    tell(cache, 22, upvotes=60)
    known = [f"INSERT INTO meta (key, value) VALUES ('second_look', '{rules}')"] if rules else []
    execute(path, "DELETE FROM second_look", "UPDATE paper_flags SET flags = 0", *known)
    assert due(path) == []
    assert ask_all_again(path) == 1
    assert due(path) == [1]
    assert ask_all_again(path) == 0
