"""Every statement that a key may wait for is held to its indexes: a table is never read from end to end."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from reader.cache.marks import derive
from reader.cache.marks.events import Events
from reader.cache.reads.window import Window
from reader.cache.storing.papers import Cache
from reader.core.paper import Listing
from tests.cache.conftest import NOW, SCOPE, draft, selection
from tests.table import each

DAY = "2026-11-24"
SINCE = SCOPE._replace(new_since=NOW)

SMALL = (
    r"day|topic|touched|changing|c|t|meta|json_each|trending|one|newest|agent|meant|\(subquery-\d+\)"
    r"|\d+ CONSTANT ROWS?|CONSTANT ROW"
)
"""What may be read whole: it does not grow with the papers, or is what was asked for."""

WHOLE = (
    # The topics of everything are counted in the order in which they are stored.
    "SCAN paper_topic",
    # Most papers have no flag, and so no row.
    "SCAN paper_flags",
)


@contextmanager
def traced(connection: sqlite3.Connection) -> Iterator[list[str]]:
    """The statements that a connection runs, with their values in place."""
    statements: list[str] = []
    connection.set_trace_callback(statements.append)
    try:
        yield statements
    finally:
        connection.set_trace_callback(None)


def scans(connection: sqlite3.Connection, statement: str) -> list[str]:
    """What a statement reads from end to end."""
    if not re.match(r"\s*(SELECT|WITH|INSERT|UPDATE|DELETE)\b", statement) or "_fts_config" in statement:
        return []
    lines = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}")]
    if re.search(r"ORDER BY (p\.)?pk DESC", statement) and not any("TEMP B-TREE" in line for line in lines):
        # The order in which papers were added is that of the table: a walk in it ends where enough is found.
        return []
    return [
        line
        for line in lines
        if line.startswith("SCAN")
        and not re.match(rf"SCAN ({SMALL})( |$)", line)
        and " INDEX " not in line
        and line not in WHOLE
    ]


@pytest.fixture
def window(cache: Cache, path: Path) -> Iterator[Window]:
    cache.store(Listing(DAY, tuple(draft(number, keywords=("agents",)) for number in range(30))), NOW)
    with closing(Window.open(path)) as opened:
        yield opened


READS: dict[str, Callable[[Window], object]] = {
    "rows": lambda window: window.rows(range(1, 20)),
    "paper": lambda window: window.paper(3),
    "pk_of": lambda window: window.pk_of("2611.00003"),
    "newest_day": lambda window: window.newest_day(),
    "latest": lambda window: (window.first_by_day("day:latest", 9), window.has_by_index("day:latest", 3)),
    "news": lambda window: window.has_news(NOW),
    "fetched": lambda window: window.fetched_days(),
    "has_papers": lambda window: window.has_papers(),
    "older_day": lambda window: window.older_day(DAY, 1),
    "days": lambda window: window.days(),
    "topics": lambda window: window.topics(),
    "topics of": lambda window: window.topics(selection("topic:agents is:unread", SINCE)),
    "size": lambda window: window.size(),
    "views": lambda window: [
        window.count(selection(text, SINCE)) for text in ("", "is:unread", "is:starred", "day:latest")
    ],
}


@each("name", READS)
def test_reads(window: Window, name: str) -> None:
    connection = window._connection
    with traced(connection) as statements:
        READS[name](window)
    assert statements
    assert {statement: found for statement in statements if (found := scans(connection, statement))} == {}


@each(
    "text",
    [
        *("", "is:unread", "is:starred", "is:read", "is:hidden", "is:new", "has:note", "day:latest"),
        *("since:2026-11 until:2026-11", "published:2026", "id:2611.0000", "author:ada upvotes:>3"),
        *("comments:>10", "stars:>10", "authors:>10", "topic:agents OR tag:later"),
        *("paper", '"paper number" -seven', "topic:agents is:unread paper"),
        *(f"paper sort:{key}" for key in ("upvotes", "published", "added", "title", "relevance")),
    ],
)
def test_searches(window: Window, text: str) -> None:
    connection = window._connection
    with traced(connection) as statements:
        assert len(window.first(selection(text, SINCE), 10).pks) <= 10
        window.order(selection(text, SINCE))
        window.count(selection(text, SINCE))
    assert {statement: found for statement in statements if (found := scans(connection, statement))} == {}


@pytest.mark.parametrize("batch", [1_000, 10])
def test_marks(window: Window, path: Path, monkeypatch: pytest.MonkeyPatch, batch: int) -> None:
    monkeypatch.setattr(derive, "BATCH", batch)
    with closing(Events.open(path)) as events:
        connection = events._connection
        with traced(connection) as statements:
            for kind in ("read", "star", "hide", "queue", "tag:later"):
                events.mark(kind, True, range(1, 25))
                events.undo()
                events.redo()
            events.mark("note", "Mine.", [1])
        assert {statement: found for statement in statements if (found := scans(connection, statement))} == {}


def test_a_scan_would_be_seen(window: Window) -> None:
    assert scans(window._connection, "SELECT * FROM paper WHERE comments + 0 > 3") == ["SCAN paper"]
    assert scans(window._connection, "SELECT * FROM paper_text WHERE abstract = ''") == ["SCAN paper_text"]
