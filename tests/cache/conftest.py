"""A cache to write into, with a classifier that looks for the topic's own name."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from reader.cache.marks.derive import APPLIED
from reader.cache.marks.events import Events
from reader.cache.reads.window import Window
from reader.cache.repair import examine
from reader.cache.search.compile import Scope, compile_query
from reader.cache.search.selection import Selection
from reader.cache.storing import Cache
from reader.core.follows import Follow
from reader.core.paper import Draft, Listing, Paper
from reader.core.query import parse
from reader.core.settings.standing import StandingQuery
from reader.core.topics.scorer import Topic, Topics
from reader.database import connections, meta
from reader.log import standing
from reader.log.actions import UserAction
from tests.breakage import execute

NOW = "2026-11-24T08:00:00Z"


class ByName(Topics):
    """Gives a paper each topic whose slug stands in its text."""

    def __init__(self, version: str = "1", slugs: Sequence[str] = ("agents", "video"), family: str = "Family") -> None:
        super().__init__()
        self.version = version
        self.topics = tuple(Topic(slug, slug.title(), family, "") for slug in slugs)

    def classify(self, title: str, abstract: str, keywords: Sequence[str] = ()) -> tuple[str, ...]:
        text = f"{title} {abstract} {' '.join(keywords)}".lower()
        return tuple(topic.slug for topic in self.topics if topic.slug in text)


def draft(number: int, title: str | None = None, **facts: Any) -> Draft:
    """A draft with the id 2611.NNNNN."""
    return Draft(title or f"Paper number {number}", f"2611.{number:05}")._replace(**facts)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "papers.db"


@pytest.fixture
def cache(path: Path) -> Iterator[Cache]:
    with closing(Cache.open(path, ByName())) as opened:
        yield opened


def store_two_days(path: Path) -> None:
    """Bring five papers, whose keys are 1 to 5 in a new cache."""
    with closing(Cache.open(path, ByName())) as cache:
        cache.store(Listing("2026-11-24", (draft(1, upvotes=9), draft(2, upvotes=30), draft(3, upvotes=1))), NOW)
        cache.store(Listing("2026-11-23", (draft(4, upvotes=5), draft(5, upvotes=50))), NOW)


@pytest.fixture
def connection(path: Path, cache: Cache) -> Iterator[sqlite3.Connection]:
    with closing(connections.connect(path)) as opened:
        yield opened


@pytest.fixture(scope="session")
def two_days(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("two-days") / "papers.db"
    store_two_days(path)
    return path


@pytest.fixture
def filled(cache: Cache, path: Path, two_days: Path) -> Cache:
    """Two days of papers: three on the 24th, two on the 23rd."""
    replace_cache(path, two_days)
    return cache


def replace_cache(path: Path, other: Path) -> None:
    """Put another cache in the place of an empty one, which may be open."""
    with closing(sqlite3.connect(other)) as made, closing(sqlite3.connect(path)) as connection:
        made.backup(connection)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@pytest.fixture
def window(path: Path, filled: Cache) -> Iterator[Window]:
    with closing(Window.open(path)) as opened:
        yield opened


@pytest.fixture
def events(path: Path, filled: Cache) -> Iterator[Events]:
    with closing(Events.open(path)) as opened:
        yield opened


@pytest.fixture(scope="session")
def four_days(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("four-days") / "papers.db"
    with closing(Cache.open(path, ByName())) as cache:
        for day in range(4):
            papers = tuple(draft(10 * day + number, keywords=("agents",)) for number in range(10))
            cache.store(Listing(f"2026-11-2{day}", papers), NOW)
    return path


@pytest.fixture
def kept(cache: Cache, path: Path, four_days: Path) -> Path:
    """Forty papers on four days; some starred, tagged, noted or read."""
    replace_cache(path, four_days)
    with closing(Events.open(path)) as events:
        events.mark("read", True, range(1, 21))
        events.mark("star", True, [1])
        events.mark("tag:later", True, [2])
        events.mark("note", "Mine.", [3])
        events.mark("hide", True, [4])
    return path


@pytest.fixture
def closed(cache: Cache, kept: Path) -> Path:
    """The same cache; no program has it open, and it has no log."""
    cache.close()
    execute(kept)
    return kept


def rows(path: Path, sql: str, *values: object) -> list[tuple[Any, ...]]:
    """What a statement finds in a cache."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql, values).fetchall()


def label_of(action: UserAction | None) -> str:
    """What was done, in words; empty for nothing."""
    return action.in_words if action is not None else ""


SCOPE = Scope(date(2026, 11, 24), "2026-11-24")


def selection(query: str, scope: Scope = SCOPE) -> Selection:
    """What a query asks for, on the newest of the two days."""
    return compile_query(parse(query), scope)


def found(path: Path, query: str) -> list[int]:
    """The papers of a query, in its order, by each way of reading; they have to agree."""
    with closing(Window.open(path)) as window:
        pks = list(window.order(chosen := selection(query)).pks)
        assert list(window.first(chosen, 100).pks) == pks and window.count(chosen) == len(pks)
        return pks


def whole(path: Path, id: str) -> Paper:
    """A paper, by any of its ids."""
    with closing(Window.open(path)) as window:
        paper = window.paper(pk) if (pk := window.pk_of(id)) else None
    assert paper is not None
    return paper


def faults(path: Path) -> dict[str, str]:
    return {fault.name: fault.what for fault in examine(path)}


def derive_again(events: Events) -> None:
    """Derive all marks from the first row of the log."""
    events.read(lambda connection: meta.drop(connection, APPLIED))
    events.recover()


def mute(path: Path, *queries: str) -> None:
    """Let these be the muted queries, and the only standing ones."""
    save_lists(path, [StandingQuery(query, query, ("mute",)) for query in queries])


def follow(events: Events, *follows: Follow, is_followed: bool = True) -> str:
    """Follow things, or stop following them, as one action."""
    action = standing.follow(events.log, follows, is_followed=is_followed)
    events.recover()
    return action


def save_lists(path: Path, wanted: Sequence[StandingQuery]) -> None:
    """Let these be the standing queries, as another program does."""
    with closing(Events.open(path)) as events:
        standing.save(events.log, wanted)
        events.recover()
