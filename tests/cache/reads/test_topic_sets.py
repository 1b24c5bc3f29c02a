"""The papers of topics as sets of bits: read once, added to, read anew when papers got other topics."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.cache.reads.counts import TopicSets, bits
from reader.cache.storing.papers import Cache
from reader.core.paper import Listing
from tests.cache.conftest import NOW, draft

DAY = "2026-11-24"


@pytest.fixture
def connection(cache: Cache, path: Path) -> Iterator[sqlite3.Connection]:
    cache.store(Listing(DAY, (draft(1, "On agents"), draft(2, "On video"), draft(3, "On video agents"))), NOW)
    with closing(sqlite3.connect(path)) as connection:
        yield connection


def counted(sets: TopicSets, connection: sqlite3.Connection, *pks: int) -> dict[str, int]:
    """Papers by topic; those without any are left out."""
    sets.load(connection)
    slugs = dict(connection.execute("SELECT pk, slug FROM topic"))
    found = sets.count(bits(((pk,) for pk in pks), max(pks)))
    return {slugs[topic]: papers for topic, papers in found.items() if papers}


@given(st.sets(st.integers(0, 500)), st.integers(500, 600))
def test_bits_are_those_of_the_keys(pks: set[int], greatest: int) -> None:
    assert bits(((pk,) for pk in pks), greatest) == sum(1 << pk for pk in pks)


def test_papers_are_counted_by_topic(connection: sqlite3.Connection) -> None:
    assert counted(TopicSets(), connection, 1, 2, 3) == {"agents": 2, "video": 2}
    assert counted(TopicSets(), connection, 2) == {"video": 1}


def test_new_papers_come_to_those_that_are_known(cache: Cache, connection: sqlite3.Connection) -> None:
    sets = TopicSets()
    sets.load(connection)
    cache.store(Listing(DAY, tuple(draft(number, "On video") for number in range(4, 9))), NOW)
    asked: list[str] = []
    connection.set_trace_callback(asked.append)
    assert counted(sets, connection, *range(1, 9)) == {"agents": 2, "video": 7}
    assert not any("topic = " in statement for statement in asked), "what is known is not read again"


def test_other_topics_of_a_known_paper_are_seen(cache: Cache, connection: sqlite3.Connection) -> None:
    sets = TopicSets()
    assert counted(sets, connection, 1) == {"agents": 1}
    cache.store(Listing(DAY, (draft(1, "On video"),)), "2026-11-24T09:00:00Z")
    assert counted(sets, connection, 1) == {"video": 1}


def test_what_was_interrupted_is_gone_on_with(connection: sqlite3.Connection) -> None:
    sets = TopicSets()
    asked = iter(range(100))
    connection.set_progress_handler(lambda: next(asked) > 20, 1)
    with pytest.raises(sqlite3.OperationalError):
        sets.load(connection)
    connection.set_progress_handler(None, 0)
    assert counted(sets, connection, 1, 2, 3) == {"agents": 2, "video": 2}
