"""Queries run: each term finds what it says, and every way of reading finds the same."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from functools import partial
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reader.cache import schema
from reader.cache import texts as stored_texts
from reader.cache.reads.vocabulary import topics_of
from reader.cache.reads.window import Window
from reader.cache.search.compile import NO_PAPER, Scope, compile_query, register_functions, resolve_views, selects
from reader.cache.search.selection import Clause, Selection
from reader.core.query import CHOICES, EXAMPLES, Match, Not, QueryError, parse
from reader.database import connections
from tests.table import each

SCOPE = Scope(today=date(2026, 5, 31), newest_day="2026-05-29", new_since="2026-05-29T00:00:00Z")

PAPERS = {
    # key: (title, abstract, authors, keywords, organization)
    1: ("Agents that plan", "A planner for web tasks.", "Ana Núñez\nKai He", "agents", None),
    2: ("Chain-of-thought, revisited", "Models think step by step.", "Wei Li", "reasoning\nmodels", "NVIDIA"),
    3: ("A world model", "Agentic play in a learned world.", "Émile Borel", "world model", "Google"),
    4: ("Models of the world", "Geography, not models.", "Kai Ho", "maps", None),
    5: ("C++ in ten lines", "Old but good.", "Li Wei", "systems", None),
    6: ("Hidden gem of agents", "Nobody likes it.", "Zoe Q", "agents", None),
}
FACTS = {
    # key: id, published, upvotes, comments, authors, stars, source, added
    1: ("2605.00001", "2026-05-20", 50, 0, 2, None, "hf", "2026-05-28T12:00:00Z"),
    2: ("2605.00002", "2026-05-21", 9, 3, 1, 120, "hf", "2026-05-28T12:00:00Z"),
    3: ("2605.00003", "2026-03-30", 9, 1, 1, None, "hf", "2026-05-28T12:00:00Z"),
    4: ("2604.00004", "2026-04-28", 0, 0, 1, 7, "hf", "2026-05-28T12:00:00Z"),
    5: ("math/0309136", "2003-09-08", 1, 0, 1, None, "arxiv", "2026-05-30T12:00:00Z"),
    6: ("page:0123456789ab", None, 2, 0, 1, None, "page", "2026-05-30T12:00:00Z"),
}
LISTED = {
    1: ("2026-05-29",),
    2: ("2026-05-28",),
    3: ("2026-04-01", "2026-05-28"),
    4: ("2026-04-30",),
    5: (),
    6: ("2026-05-29",),
}
FLAGS = {
    "has_code": (1, 2),
    "has_project": (2,),
    "has_media": (3,),
    "has_note": (3,),
    "read": (2, 4),
    "starred": (2,),
    "hidden": (6,),
}
CATEGORIES = {"cs.CL": (1, 2), "cs.LG": (1, 3), "csx.AA": (4,), "hep-th": (5,), "math.GT": (5,)}
COLUMNS: dict[str, dict[int, str | int]] = {
    "venue": {1: "ICLR 2026 oral", 3: "ICLR 2025 workshop", 5: "Phys.Lett.B 2003"},
    **{"models": {1: 2}, "datasets": {4: 3}, "spaces": {1: 1}},
}
SOURCES = {"arxiv": (1, 5), "page": (6,), "hf": (5,)}
TEXTS = {
    # key: the words of its full text
    1: "Agents plan. A learned world, and AI.",
    2: "The agents of others. Sparse attention helps; world models and maps.",
    4: "We plan agents by sparse, attentive models.",
    6: "Hidden agents plan.",
}
TOPICS = {"agents": (1, 3, 6), "world-models": (3,), "maps": (4,), "code": ()}


def fill(connection: sqlite3.Connection) -> None:
    for pk, (title, *text) in PAPERS.items():
        days = LISTED[pk]
        newest, oldest = (max(days), min(days)) if days else (None, None)
        facts = (pk, title, pk, newest or FACTS[pk][1] or "", newest, oldest, *FACTS[pk])
        connection.execute(
            "INSERT INTO paper (pk, title, title_hash, sort_day, day, first_day, id, published, upvotes, comments,"
            f" author_count, code_stars, source, added, {', '.join(FLAGS)})"
            f" VALUES ({', '.join('?' * (len(facts) + len(FLAGS)))})",
            (*facts, *(pk in pks for pks in FLAGS.values())),
        )
        connection.execute(
            "INSERT INTO paper_text (pk, abstract, authors, keywords, organization, media) VALUES (?, ?, ?, ?, ?, '')",
            (pk, *text),
        )
        connection.executemany("INSERT INTO listing (day, pk) VALUES (?, ?)", [(day, pk) for day in days])
    for number, (slug, pks) in enumerate(TOPICS.items(), 1):
        connection.execute("INSERT INTO topic (pk, slug, name, family) VALUES (?, ?, ?, '')", (number, slug, slug))
        connection.executemany(
            "INSERT INTO paper_topic (topic, pk, rank) VALUES (?, ?, 0)", [(number, pk) for pk in pks]
        )
    for table, named in (("paper_category", CATEGORIES), ("paper_source", SOURCES)):
        rows = [(name, pk) for name, pks in named.items() for pk in pks]
        connection.executemany(f"INSERT INTO {table} VALUES (?, ?)", rows)
    for column, values in COLUMNS.items():
        known = [(value, pk) for pk, value in values.items()]
        connection.executemany(f"UPDATE paper SET {column} = ? WHERE pk = ?", known)
    connection.execute("INSERT INTO paper_tag (tag, pk) VALUES ('To Read', 2)")
    connection.execute("INSERT INTO note (pk, body) VALUES (3, 'Mine: all of it, naïve.')")
    connection.execute("INSERT INTO paper_alias (id, pk) VALUES ('page:ffff', 1)")
    for pk, words in TEXTS.items():
        connection.execute("INSERT INTO full_text (pk, source, fetched, used, body) VALUES (?, '', '', '', '')", (pk,))
        stored_texts.index_words(connection, pk, words)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    schema.ensure(path := tmp_path_factory.mktemp("search") / "papers.db")
    with closing(connections.connect(path)) as opened:
        fill(opened)
    return path


@pytest.fixture(scope="module")
def connection(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(connections.connect(path)) as opened:
        register_functions(opened)
        yield opened


@pytest.fixture(scope="module")
def window(path: Path) -> Iterator[Window]:
    with closing(Window.open(path)) as opened:
        yield opened


def read(connection: sqlite3.Connection, selection: Selection, where: Clause | None = None) -> list[int]:
    where = where or selection.where
    sql = f"SELECT p.pk FROM paper AS p WHERE {where.sql} ORDER BY {selection.order.sql}"
    return [pk for (pk,) in connection.execute(sql, (*where.params, *selection.order.params))]


def first(connection: sqlite3.Connection, selection: Selection, limit: int) -> list[int]:
    return [pk for pk, _ in connection.execute(*selection.statement(limit))]


def found(connection: sqlite3.Connection, text: str, scope: Scope = SCOPE) -> list[int]:
    return read(connection, compile_query(parse(text), scope))


@each(
    ("text", "pks"),
    [
        ("", [1, 3, 2, 4, 5]),
        ("agent", [1, 3]),
        ('"agent"', []),
        ("nunez", [1]),
        ("chain-of-th", [2]),
        ('"world model"', [3]),
        ("world model", [3, 4]),
        ("-world -maps -chain", [1, 5]),
        ("(agents OR maps) -geography", [1, 3]),
        ("-(agents OR topic:maps)", [2, 5]),
        ("agents OR -models", [1, 3, 5]),
        ("c++", [5]),
        ('"c"', [5]),
        ("world - & model", [3, 4]),
        ("title:model", [3, 4]),
        ("abstract:models", [2, 4]),
        ("author:kai", [1, 4]),
        ("keyword:world", [3]),
        ("org:nvidia", [2]),
        ("-org:nvidia", [1, 3, 4, 5]),
        ("topic:Agents,maps", [1, 3, 4]),
        ("topic:agents topic:world-models", [3]),
        ("topic:nothing", []),
        ('tag:"to read"', [2]),
        ("-tag:x", [1, 3, 2, 4, 5]),
        ("source:arXiv", [1, 5]),
        ("source:hf", [1, 3, 2, 4, 5]),
        ("source:page is:hidden", [6]),
        ("category:cs.cl", [1, 2]),
        ("category:CS", [1, 3, 2]),
        ("https://arxiv.org/abs/math.GT/0309136v2", [5]),
        ("arXiv:2605.00002", [2]),
        ("id:2605", [1, 3, 2]),
        ("id:page:FFFF", [1]),
        ("id:math.gt/03", [5]),
        ("is:unread", [1, 3, 5]),
        ("is:read", [2, 4]),
        ("is:starred", [2]),
        ("is:hidden", [6]),
        ("is:unread is:hidden", [6]),
        ("is:unread OR is:hidden", [1, 6, 3, 5]),
        ("is:new", [5]),
        ("has:code", [1, 2]),
        ("has:project", [2]),
        ("has:media", [3]),
        ("has:note", [3]),
        ("note:mine", [3]),
        ('note:"mine all"', [3]),
        ('note:"all mine" OR note:ine', []),
        ("-note:mine world", [4]),
        ("has:comments", [3, 2]),
        ("has:fulltext", [1, 2, 4]),
        ("fulltext:sparse", [2, 4]),
        ('fulltext:"sparse attention"', [2, 4]),
        ("fulltext:attenti", [2, 4]),
        ("fulltext:agents -fulltext:plan", [2]),
        ("fulltext:ai", [1]),
        ("fulltext:a", [1]),
        ("fulltext:at", []),
        ("fulltext:sparse OR fulltext:ai", [1, 2, 4]),
        ("fulltext:agents is:hidden", [6]),
        ("title:maps OR fulltext:ai", [1]),
        ("has:model", [1]),
        ("has:space OR has:dataset", [1, 4]),
        ('venue:"ICLR 2026"', [1]),
        ("venue:oral,workshop", [1, 3]),
        ("venue:phys.lett", [5]),
        ("venue:lr", []),
        ("has:fulltext OR has:code", [1, 2, 4]),
        ("day:latest", [1]),
        ("day:2026-05-28", [3, 2]),
        ("day:2026-04", [3, 4]),
        ("day:2026-05-28..", [1, 3, 2]),
        ("day:3d", [1, 3, 2]),
        ("since:2026-05-29", [1]),
        ("until:2026-04-01", [3]),
        ("-since:2020", [5]),
        ("published:2026-05", [1, 2]),
        ("-published:2026", [5]),
        ("upvotes:>9", [1]),
        ("upvotes:9", [3, 2]),
        ("upvotes:<=0", [4]),
        ("authors:<=1", [3, 2, 4, 5]),
        ("models step", [2]),
        ('models "and" step', []),
        ("upvotes:1..9", [3, 2, 5]),
        ("comments:<=0", [1, 4, 5]),
        ("stars:>=7", [2, 4]),
        ("-stars:>=7", [1, 3, 5]),
    ],
)
def test_terms(connection: sqlite3.Connection, text: str, pks: list[int]) -> None:
    assert found(connection, text) == pks


@each(
    ("text", "pks"),
    [
        ("sort:day", [1, 3, 2, 4, 5]),
        ("sort:-day", [5, 4, 2, 3, 1]),
        ("sort:upvotes", [1, 3, 2, 5, 4]),
        ("sort:published", [2, 1, 4, 3, 5]),
        ("sort:added", [5, 4, 3, 2, 1]),
        ("sort:title", [3, 1, 5, 2, 4]),
        ("world sort:relevance", [3, 4]),
        ("world sort:-relevance", [4, 3]),
        ("models OR topic:agents sort:relevance", [4, 3, 2, 1]),
        ("-world sort:relevance", [1, 2, 5]),
        ("sort:relevance", [1, 3, 2, 4, 5]),
        ("sort:-relevance", [5, 4, 2, 3, 1]),
    ],
)
def test_orders(connection: sqlite3.Connection, text: str, pks: list[int]) -> None:
    selection = compile_query(parse(text), SCOPE)
    assert read(connection, selection) == pks
    assert first(connection, selection, 100) == pks


def test_days_are_groups_only_in_their_order() -> None:
    for text, grouped in {"a": True, "sort:-day": True, "sort:title": False, "a sort:relevance": False}.items():
        assert compile_query(parse(text), SCOPE).grouped_by_day is grouped


def test_before_the_first_refresh_no_paper_is_latest_or_new(connection: sqlite3.Connection) -> None:
    scope = Scope(today=date(2026, 5, 31))
    assert found(connection, "day:latest", scope) == []
    assert found(connection, "is:new", scope) == []
    assert found(connection, "-is:new", scope) == [1, 3, 2, 4, 5]


@each(
    "word",
    [
        *('" OR "', "agent*", "title:x OR", "NEAR(a", "^agent", "a\x00b"),
        *("'; DROP TABLE paper; --", "{title}", "a + b", "\\"),
    ],
)
def test_words_such_as_and_are_not_operators(connection: sqlite3.Connection, word: str) -> None:
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    for field in ("", "title:", "tag:", "topic:", "id:"):
        text = f'{field}"{escaped}"'
        if word == "\\" and field != "tag:":
            with pytest.raises(QueryError, match="no letter or digit"):
                parse(text)
            continue
        selection = compile_query(parse(text), SCOPE)
        assert word.lower() not in selection.where.sql.lower() or word == "\\"
        read(connection, selection)
    assert connection.execute("SELECT count(*) FROM paper").fetchone() == (6,)


# Every way of reading finds the same

terms = st.one_of(
    st.sampled_from(sorted(text for text in EXAMPLES.values() if not text.startswith(("sort", "like")))),
    st.sampled_from([f"{field}:{value}" for field in ("is", "has") for value in CHOICES[field]]),
    st.sampled_from(["agent", "model", "world", "world-m", "mod", "mo", "a", "li", "kai", "c++", "nunez"]),
    st.sampled_from(["-m", "-mo", "-models", "-world"]),
    st.sampled_from(["title:world", "title:mod", "author:l", "author:kai", '"world model"']),
    st.sampled_from(["topic:agents", "topic:agents,maps", "topic:maps", "id:26", "stars:<200"]),
    st.sampled_from(["day:2026-05", "day:2026-04..2026-05-28", "until:2026-04", "since:2026-05", "published:2026"]),
    st.sampled_from(["upvotes:9", "upvotes:>1", "comments:0", "tag:x", "source:hf"]),
)
groups = st.recursive(
    terms,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"({' '.join(parts)})"),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"({' OR '.join(parts)})"),
        inner.map(lambda part: f"-{part}"),
    ),
    max_leaves=6,
)
orders = st.sampled_from(["", *(f" sort:{sign}{key}" for key in CHOICES["sort"] for sign in ("", "-"))])


@given(st.lists(groups, min_size=1, max_size=3).map(" ".join), orders)
@example("is:unread is:hidden agent", "")
@example('abstract:"world model" (abstract:"world model" OR (a -mo))', "")
@example("(is:unread OR topic:maps)", " sort:relevance")
@example("until:2026-04-01", "")
@example("published:2026-03", "")
@example("published:2026-05-21", "")
@example("published:2026-03 world", " sort:-day")
def test_all_ways_agree(connection: sqlite3.Connection, text: str, order: str) -> None:
    selection = compile_query(parse(text + order), SCOPE)
    plain = read(connection, selection)
    assert first(connection, selection, 100) == read(connection, selection, selection.ordered) == plain
    assert first(connection, selection, 2) == plain[:2]


@given(st.lists(groups, min_size=1).map(" ".join), orders)
@example("agents", " sort:foryou")
def test_lists_and_counts_agree(window: Window, text: str, order: str) -> None:
    selection = compile_query(parse(text + order), SCOPE)
    pks = list(window.order(selection).pks)
    assert len(set(pks)) == len(pks) == window.count(selection)
    for limit in (1, 2, 3, 100):
        found = window.first(selection, limit)
        assert (list(found.pks), found.complete) == (pks[:limit], len(pks) < limit)
    listed = Counter(slug for of_one in window.read(partial(topics_of, pks=pks)).values() for slug in of_one)
    assert {one.slug: one.papers for one in window.topics(selection) if one.papers} == listed


@given(st.one_of(st.text(), st.lists(st.one_of(groups, st.text(max_size=4)), max_size=8).map(" ".join)))
@example(" ".join(["a"] * 100))
@example(" ".join(f"(a{number} OR topic:b)" for number in range(50)))
@example(" ".join(["-upvotes:>2"] * 100))
@example("topic:" + ",".join(["a"] * 100))
@example("(" * 30 + "a OR -b" + ")" * 30)
def test_whatever_parses_runs(connection: sqlite3.Connection, text: str) -> None:
    try:
        query = parse(text)
    except QueryError:
        return
    selection = compile_query(query, SCOPE)
    read(connection, selection)
    first(connection, selection, 10)


# How they are read


def query_plan(connection: sqlite3.Connection, selection: Selection, where: Clause) -> str:
    sql = f"EXPLAIN QUERY PLAN SELECT p.pk FROM paper AS p WHERE {where.sql} ORDER BY {selection.order.sql} LIMIT 50"
    return "\n".join(row[3] for row in connection.execute(sql, (*where.params, *selection.order.params)))


@each(
    ("text", "index"),
    [
        ("", "paper_by_day"),
        ("is:unread", "paper_unread_by_day"),
        ("is:unread agent topic:agents", "paper_unread_by_day"),
        ("is:starred", "paper_starred_by_day"),
        ("agent -world", "paper_by_day"),
        ("upvotes:9", "paper_by_day"),
        ("topic:agents upvotes:>3 id:26 is:new", "paper_by_day"),
        ("since:2026-05 agent", "paper_by_day"),
        ("day:2026-05 published:2026", "paper_by_day"),
        ("upvotes:<5 sort:upvotes", "paper_by_upvotes"),
    ],
)
def test_the_first_papers_are_read_in_the_order_of_an_index(
    connection: sqlite3.Connection, text: str, index: str
) -> None:
    selection = compile_query(parse(text), SCOPE)
    lines = query_plan(connection, selection, selection.ordered).split("\n")
    assert f"p USING INDEX {index}" in lines[0] or f"p USING COVERING INDEX {index}" in lines[0]
    assert not any("TEMP B-TREE" in line for line in lines)


def test_a_first_letter_is_not_looked_up_for_the_first_papers(connection: sqlite3.Connection) -> None:
    selection = compile_query(parse("m is:unread"), SCOPE)
    assert "has_words" in selection.ordered.sql and "MATCH" in selection.where.sql


def test_an_interrupt_from_outside_reaches_the_caller(connection: sqlite3.Connection) -> None:
    def interrupt() -> int:
        connection.interrupt()
        return 1

    connection.create_function("stopped", 0, interrupt)
    selection = compile_query(parse("sort:title"), SCOPE)
    stopped = selection._replace(ordered=Clause("stopped() OR stopped()"))
    with pytest.raises(sqlite3.OperationalError, match="interrupted"):
        first(connection, stopped, 2)


def test_words_of_other_scripts_are_words() -> None:
    for text in ("漢字", "λ", "ж", "é", "e\u0301", "²", "½", "हिन्दी", "한국어", "ⅷ"):
        assert parse(text).root == Match(text)


VIEWS = (("Evals", "topic:evaluation OR bench"), ("mine", "view:evals is:starred sort:title"), ("all", "sort:title"),
         ("a", "x view:b"), ("b", "view:a"), ("broken", "is:"), ("signs", "?"))  # fmt: skip


@each(
    ("query", "meant"),
    [
        ("view:evals", "topic:evaluation OR bench"),
        ("-view:EVALS robots", "-(topic:evaluation OR bench) robots"),
        ("view:mine", "(topic:evaluation OR bench) is:starred"),
        ("view:Starred robots", "is:starred robots"),
        ("view:latest", "day:latest"),
        ("robots sort:upvotes", "robots sort:upvotes"),
        ("", ""),
    ],
)
def test_a_view_stands_for_its_query(query: str, meant: str) -> None:
    assert str(resolve_views(parse(query), VIEWS).root) == str(parse(meant).root)
    assert resolve_views(parse(query), VIEWS).sort == parse(query).sort


@each("query", ["view:none", "view:broken", "view:b", "-view:none", "robots OR -view:broken", "view:signs"])
def test_a_query_with_a_view_that_is_not_known_finds_nothing(query: str) -> None:
    assert resolve_views(parse(query), VIEWS).root == NO_PAPER


def test_a_view_of_all_papers_finds_all_but_selects_none() -> None:
    assert resolve_views(parse("view:all"), VIEWS).root == Not(NO_PAPER)
    for query in ("", "sort:title", "view:all", "robots OR view:all", "-view:all"):
        assert not selects(parse(query), VIEWS)
    for query in ("robots", "-robots", "view:evals", "view:mine sort:title", "-view:none"):
        assert selects(parse(query), VIEWS)
