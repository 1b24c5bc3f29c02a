"""What happened to papers over time."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from reader.cache.history import ChangesSinceMark, changes_since_mark
from reader.cache.marks.events import Events
from reader.cache.reads.window import Window
from reader.cache.storing import Cache
from reader.core.paper import Listing
from tests.cache.conftest import draft, found

DAY = "2026-11-20"


def at(day: int, hour: int = 8) -> int:
    return int(datetime(2026, 11, day, hour, tzinfo=UTC).timestamp())


def tell(cache: Cache, day: int, title: str | None = None, versions: tuple[str, ...] = (), **facts: Any) -> None:
    """A source says something of paper 1; of paper 2 it says the same every day."""
    facts.setdefault("comments", 0)
    first = draft(1, title, **facts)._replace(versions=versions, by_arxiv=bool(versions))
    drafts = first, draft(2, upvotes=40)
    cache.store(Listing(DAY, drafts), f"2026-11-{day}T08:00:00Z")


def mark(path: Path, kind: str, day: int, pk: int = 1, value: bool | str = True) -> None:
    with closing(Events.open(path, now=lambda: float(at(day, 9)))) as events:
        events.mark(kind, value, [pk])


def seen(path: Path) -> ChangesSinceMark | None:
    with closing(Window.open(path)) as window:
        return window.read(lambda connection: changes_since_mark(connection, 1))


FIRST, SECOND = ("v1 2026-11-10",), ("v1 2026-11-10", "v2 2026-11-22")


@pytest.mark.parametrize(
    ("facts", "event"),
    [
        ({"versions": SECOND}, "version 2"),
        ({"versions": FIRST, "remark": "Accepted at ICLR 2026"}, "now at ICLR 2026"),
        ({"versions": FIRST, "remark": "This paper has been withdrawn by the authors"}, "withdrawn"),
        ({"code_url": "https://github.com/a/b"}, "code released"),
    ],
)
def test_what_happens_after_a_mark_is_told_until_the_next_mark(
    cache: Cache, path: Path, facts: dict[str, Any], event: str
) -> None:
    tell(cache, 20, versions=FIRST)
    assert seen(path) is None
    mark(path, "star", 21)
    tell(cache, 22, **facts)
    assert seen(path) == ChangesSinceMark("2026-11-21", (event,))
    assert found(path, "changed:2026-11-22") == [1]
    assert found(path, "changed:2026-11-23..") == []
    mark(path, "read", 23)
    assert seen(path) is None


def test_votes_texts_and_what_was_unknown_before_are_no_events(cache: Cache, path: Path) -> None:
    tell(cache, 20, upvotes=1)
    mark(path, "star", 21)
    versions = ("v1 2026-10-10", "v2 2026-11-11")
    tell(cache, 22, title="Paper 1", abstract="New.", upvotes=90, remark="Accepted at ICLR 2026", versions=versions)
    assert seen(path) is None


def test_an_event_before_the_mark_is_not_listed(cache: Cache, path: Path) -> None:
    tell(cache, 20)
    tell(cache, 21, code_url="https://github.com/a/b")
    mark(path, "queue", 22)
    tell(cache, 23, upvotes=900, code_url="https://github.com/a/b")
    assert seen(path) is None
