"""The decision table of `plan`: every row is taken by a query that its condition describes."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from reader.cache.search import plan
from reader.cache.search.compile import Scope, compile_query
from reader.cache.search.plan import Way
from reader.cache.search.selection import Selection
from reader.cache.search.sql_functions import register_functions
from reader.cache.storing.papers import Cache
from reader.core.paper import Listing
from reader.core.query import parse
from tests.cache.conftest import NOW, draft
from tests.table import each

SCOPE = Scope(date(2026, 11, 24), "2026-11-24")
DAYS, PER_DAY = 4, 60

LIMITS = {
    "HARDLY_ANY": 10,
    "FEW": 30,
    "MOST_WALKED": 2_000,
    "JUDGED_AFTER": PER_DAY,
    "MOST_STEPS": 1_000,
    "MOST_STEPS_IN_SEQUENCE": 1_000,
    "STEPS_AT_ONCE": 10,
    "MOST_RANKED": 100,
}
"""The limits of `plan` for a cache of 240 papers, in proportion to those for a million."""


def title(number: int) -> str:
    """Every paper has "common" and "paper", every 30th has "seldom" and one has "unique"; one in two has "also"."""
    words = ["common paper"]
    if number % 2:
        words.append("also")
    if number % 30 == 1:
        words.append("seldom")
    if number == 7:
        words.append("unique")
    return f"{' '.join(words)} {number}"


@pytest.fixture
def connection(cache: Cache, path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[sqlite3.Connection]:
    for day in range(DAYS):
        numbers = range(PER_DAY * day, PER_DAY * (day + 1))
        papers = tuple(draft(number, title(number), upvotes=number, published=f"2026-11-2{day}") for number in numbers)
        cache.store(Listing(f"2026-11-2{day}", papers), NOW)
    for name, value in LIMITS.items():
        monkeypatch.setattr(plan, name, value)
    monkeypatch.setattr(plan, "FIRST_STRETCH", PER_DAY)
    with closing(sqlite3.connect(path)) as opened:
        register_functions(opened)
        yield opened


def naive(connection: sqlite3.Connection, selection: Selection, limit: int) -> list[tuple[int, str]]:
    sql = f"SELECT p.pk, p.sort_day FROM paper AS p WHERE {selection.where} ORDER BY {selection.order} LIMIT ?"
    return connection.execute(sql, (*selection.params, limit)).fetchall()


EXAMPLES = [
    ("unique sort:relevance", Way.RANK),
    ("common sort:relevance", Way.TITLE_FIRST),
    ("upvotes:>=237 common", Way.FEW_BY_INDEX),
    ("upvotes:3 sort:title", Way.FEW_BY_INDEX),
    ("upvotes:>=230", Way.FEW_BY_INDEX),
    ("upvotes:>=229", Way.WALK),
    ("common", Way.DAYS),
    ("also -seldom", Way.DAYS),
    ("published:2026 common", Way.DAYS),
    ("", Way.WALK),
    ("is:unread", Way.WALK),
    ("a", Way.WALK),
    ("title:/common/", Way.WALK),
    ("common sort:upvotes", Way.WALK),
    ("unique", Way.FEW),
    ("common unique", Way.FEW),
    ("unique sort:title", Way.FEW),
    ("seldom -also", Way.FEW),
    ("title:/unique/", Way.ALL),
    ("common -paper", Way.ALL),
    ("common -paper sort:title", Way.ALL),
]


@each(("text", "way"), EXAMPLES)
def test_a_query_is_read_in_the_way_of_its_row(connection: sqlite3.Connection, text: str, way: Way) -> None:
    selection = compile_query(parse(text), SCOPE)
    answer = plan.first(connection, selection, 20)
    assert answer.way == way
    if way is not Way.TITLE_FIRST:
        assert answer.rows == naive(connection, selection, 20)


def test_a_walk_by_days_ends_with_a_full_screen(connection: sqlite3.Connection) -> None:
    statements: list[str] = []
    connection.set_trace_callback(statements.append)
    plan.first(connection, compile_query(parse("common"), SCOPE), 20)
    assert sum("paper_fts MATCH" in statement for statement in statements) == 1


def test_a_walk_by_days_is_judged_after_its_first_stretch(connection: sqlite3.Connection) -> None:
    statements: list[str] = []
    connection.set_trace_callback(statements.append)
    assert plan.first(connection, compile_query(parse("unique"), SCOPE), 40).way is Way.FEW
    assert sum("rowid BETWEEN" in statement for statement in statements) == 1


def test_the_rarest_word_is_looked_up(connection: sqlite3.Connection) -> None:
    for text in ("common unique", "unique common"):
        words = compile_query(parse(text), SCOPE).words
        (lookup,) = plan._rarest(connection, words)
        assert lookup.pks.params == ('("unique" *)',)
    assert plan._rarest(connection, ()) == []


def test_stretches_are_as_long_as_they_should_be(
    connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    selection = compile_query(parse("common"), SCOPE)
    assert selection.day_walk is not None
    found = list(plan.walk_stretches(connection, selection.day_walk, selection.order, 5, "p.pk"))
    assert [stretch.papers for stretch in found] == [PER_DAY, 2 * PER_DAY, PER_DAY]
    assert [len(stretch.rows) for stretch in found] == [5, 5, 5]
    monkeypatch.setattr(plan, "FIRST_STRETCH", PER_DAY // 2)
    found = list(plan.walk_stretches(connection, selection.day_walk, selection.order, 5, "p.pk"))
    assert [stretch.papers for stretch in found] == [PER_DAY, PER_DAY, 2 * PER_DAY]
    monkeypatch.setattr(plan, "LONGEST_STRETCH", PER_DAY)
    found = list(plan.walk_stretches(connection, selection.day_walk, selection.order, 5, "p.pk"))
    assert [stretch.papers for stretch in found] == [PER_DAY] * DAYS


def test_days_in_another_order_than_the_keys_are_not_walked(
    connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    selection = compile_query(parse("common"), SCOPE)
    monkeypatch.setattr(plan, "MOST_SPREAD", 0)
    assert plan.first(connection, selection, 20) == (Way.WALK, naive(connection, selection, 20))


def test_a_longer_stretch_may_span_more_keys(connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    selection = compile_query(parse("common"), SCOPE)
    monkeypatch.setattr(plan, "MOST_SPREAD", 1)
    every = DAYS * PER_DAY
    assert plan.first(connection, selection, every) == (Way.DAYS, naive(connection, selection, every))


def test_a_walk_that_reads_no_texts_goes_on_to_the_last_day(connection: sqlite3.Connection) -> None:
    assert plan.first(connection, compile_query(parse('"common" has:code'), SCOPE), 1_000) == (Way.DAYS, [])


def test_days_before_the_publication_days_are_passed_over(connection: sqlite3.Connection) -> None:
    selection = compile_query(parse("published:2026-11-22 common"), SCOPE)
    assert selection.day_walk is not None
    found = list(plan.walk_stretches(connection, selection.day_walk, selection.order, 5, "p.pk"))
    assert [stretch.papers for stretch in found] == [2 * PER_DAY]


def test_every_row_of_the_table_has_an_example() -> None:
    rows = re.findall(r"^ +\d  (\S.*?)  ", plan.__doc__ or "", re.MULTILINE)
    assert rows == [way.value for way in Way]
    assert {way for _, way in EXAMPLES} == set(Way)
