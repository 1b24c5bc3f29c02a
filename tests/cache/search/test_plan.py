"""Statements that a key may wait for never read a table from end to end; and free text, the best first."""

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
from reader.cache.search import free_text
from reader.cache.storing import Cache
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
    monkeypatch.setattr(derive, "MARKS_PER_TRANSACTION", batch)
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


# Free text

FILLER = [draft(number, f"Paper {number} on nothing at all", authors=("Wei Wang",)) for number in range(50, 75)]
PAPERS = (
    draft(1, "Speculative decoding with draft trees", abstract="Draft trees speak of databases.", upvotes=1),
    draft(2, "Draft trees made smaller", abstract="We use speculative decoding, as databases do.", upvotes=9),
    draft(3, "Robots that fold the laundry", authors=("Ada Example", "Bo Sample"), upvotes=5),
    draft(4, "Agents in a kitchen", authors=("Ada Example", "Bo Sample", "Cy"), upvotes=7),
    draft(5, "Video of a kitchen by agents", abstract="Pre-training on databases, optimised.", upvotes=3),
    draft(6, "Agents of the kitchen", upvotes=2),
)


@pytest.fixture
def opened_window(cache: Cache, path: Path) -> Iterator[Window]:
    cache.store(Listing("2026-11-24", (*PAPERS, *FILLER)), NOW)
    with closing(Window.open(path)) as opened:
        yield opened


def found(opened_window: Window, text: str) -> list[int]:
    """The last digits of the ids that a query finds, in order."""
    order = opened_window.order(selection(text))
    return [int(row.id[5:]) for row in opened_window.rows(order.pks)]


def pk(opened_window: Window, number: int) -> int:
    return opened_window.pk_of(f"2611.{number:05}") or 0


@each(
    ("text", "papers"),
    [
        ("speculative decoding", [1, 2]),
        ("laundry robots", [3]),
        ("pretraining", [5]),
        ("optimizing", [5]),
        ("agents in a kitchen", [4]),
        ("the", []),
        ("darft trees", [1, 2]),
        ("datbases of trees", [1, 2, 5]),
    ],
)
def test_papers_with_most_of_the_words_come_first(opened_window: Window, text: str, papers: list[int]) -> None:
    assert found(opened_window, f"~{text}")[: len(papers)] == papers
    assert found(opened_window, f"topic:agents ~{text}") == [
        number for number in found(opened_window, f"~{text}") if number in (4, 5, 6)
    ]


def test_a_text_as_written_comes_first(opened_window: Window) -> None:
    assert found(opened_window, "~agents of the kitchen")[0] == 6


def test_words_that_no_paper_has_are_corrected_all_or_none(opened_window: Window) -> None:
    def corrected(text: str) -> dict[str, str]:
        return opened_window.read(lambda connection: free_text.corrections(connection, text))

    assert corrected("datbases") == {"datbases": "databases"}
    assert corrected("databases kitchn") == {"kitchn": "kitchen"}
    assert corrected("datbases zzzzzzz") == {}
    assert corrected("databases") == {}


def test_words_and_authors_make_papers_alike(opened_window: Window) -> None:
    assert found(opened_window, "like:2611.00001") == [2]
    assert found(opened_window, "like:2611.00003") == [4]
    assert found(opened_window, "like:2611.00001,2611.00003") == found(opened_window, "like:2611.00003 like:2611.00001")
    assert found(opened_window, "like:2611.00004 topic:agents")[:2] == [6, 5]
    assert found(opened_window, "like:2611.00005 ~agents of the kitchen")[0] == 6
    assert found(opened_window, "like:2611.00099") == []


def test_within_a_view_that_is_left_out_like_is_the_paper_itself(opened_window: Window) -> None:
    scope = SCOPE._replace(views=(("near", "like:2611.00001"),))
    order = opened_window.order(selection("-view:near is:unread", scope))
    assert len(order.pks) == len(PAPERS) + len(FILLER) - 1
    assert len(opened_window.order(selection("view:near", scope)).pks) == 1


def test_a_title_typed_in_part_comes_first_among_papers_with_the_words(opened_window: Window) -> None:
    assert found(opened_window, "a kitchen sort:relevance")[0] == 4
    assert found(opened_window, "agents of the kit sort:relevance")[0] == 6
    assert found(opened_window, "kitchen sort:-relevance")[-1] == found(opened_window, "kitchen sort:relevance")[0]
