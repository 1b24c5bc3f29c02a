"""How papers move, and what is said of it: kept on change alone, counted since the user looked."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from reader.cache.history import STILL, Votes, votes
from reader.cache.reads.window import Window
from reader.cache.storing.papers import Cache
from reader.core.paper import Listing
from tests.cache.conftest import draft, found
from tests.cache.test_since_marked import at, mark, tell


def nine(day: int) -> int:
    return at(day, 9)


def moved(path: Path, visited: int | None = None, pk: int = 1) -> Votes:
    with closing(Window.open(path)) as window:
        return window.read(lambda connection: votes(connection, pk, visited))


def test_votes_are_counted_since_the_user_looked(cache: Cache, path: Path) -> None:
    tell(cache, 20, upvotes=10)
    tell(cache, 21, upvotes=25)
    tell(cache, 23, upvotes=66)
    assert (moved(path), moved(path, pk=2)) == (Votes((10, 25, 66), 0), STILL)
    assert moved(path, visited=nine(20)).gained == 56
    assert moved(path, visited=nine(22)).gained == 41
    assert moved(path, visited=nine(24)).gained == 0
    # Before the paper came, nobody can have looked at it.
    assert moved(path, visited=nine(10)).gained == 0
    mark(path, "read", 22)
    assert moved(path, visited=nine(20)).gained == 41


def test_rising_papers_come_first_by_the_votes_of_the_last_days(cache: Cache, path: Path) -> None:
    cache.store(Listing("2026-11-01", tuple(draft(n, upvotes=100 * n) for n in (1, 2, 3))), "2026-11-10T08:00:00Z")
    cache.store(Listing("2026-11-01", (draft(3, upvotes=600),)), "2026-11-12T08:00:00Z")
    cache.store(Listing("2026-11-01", (draft(1, upvotes=150), draft(3, upvotes=610))), "2026-11-23T08:00:00Z")
    assert found(path, "sort:rising") == [1, 3, 2]
    assert found(path, "sort:-rising") == [2, 3, 1]
