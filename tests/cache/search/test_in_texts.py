"""Full texts are found by `fulltext:`, and by plain words, after the papers whose own text has them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reader.cache import schema
from reader.cache import texts as stored_texts
from reader.cache.reads.topic_trends import topics_of
from reader.cache.reads.window import IN_TEXTS, Window
from reader.cache.search.compile import compile_query
from reader.cache.search.full_text import fts_expression, in_full_text
from reader.core.query import And, Match, Node, Not, Or, parse
from reader.database import connections
from tests.cache.search.test_compile import SCOPE, fill, groups, orders
from tests.table import each

TEXTS = {
    # key: the words of its full text
    1: "Agents plan. A learned world, and AI.",
    2: "The agents of others. Sparse attention helps; world models and maps.",
    4: "We plan agents by sparse, attentive models.",
    6: "Hidden agents plan.",
}


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Window]:
    path: Path = tmp_path_factory.mktemp("texts") / "papers.db"
    schema.ensure(path)
    with closing(connections.connect(path)) as connection:
        fill(connection)
        connection.execute("DELETE FROM full_text")
        connection.execute("INSERT INTO text_fts (text_fts) VALUES ('delete-all')")
        for pk, words in TEXTS.items():
            connection.execute(
                "INSERT INTO full_text (pk, source, fetched, used, body) VALUES (?, '', '', '', '')", (pk,)
            )
            stored_texts.index_words(connection, pk, words)
    with closing(Window.open(path)) as opened:
        yield opened


@each(
    ("text", "own", "further"),
    [
        ("fulltext:sparse", [2, 4], []),
        ('fulltext:"sparse attention"', [2, 4], []),
        ("fulltext:attenti", [2, 4], []),
        ("fulltext:agents -fulltext:plan", [2], []),
        ("fulltext:ai", [1], []),
        ("fulltext:a", [1], []),
        ("fulltext:at", [], []),
        ("fulltext:sparse OR fulltext:ai", [1, 2, 4], []),
        ("fulltext:agents is:hidden", [6], []),
        ("title:maps OR fulltext:ai", [1], []),
        ("agents", [1, 3], [2, 4]),
        ("agents plan", [1], [4]),
        ("agents topic:maps", [], [4]),
        ("agents sort:title", [3, 1], [2, 4]),
        ("agents sort:-day", [3, 1], [4, 2]),
        ("agents sort:relevance", [1, 3], [2, 4]),
        ("agents -chain", [1, 3], [4]),
        ("agents is:hidden", [6], []),
        ("title:agents", [1], []),
        ("(ai OR attentive) agents", [], [1, 2, 4]),
        ("agents OR topic:maps", [1, 3, 4], []),
        ("zyzzyva", [], []),
        ("", [1, 3, 2, 4, 5], []),
    ],
)
def test_papers_are_found_by_their_full_text_after_all_others(
    window: Window, text: str, own: list[int], further: list[int]
) -> None:
    order = window.order(compile_query(parse(text), SCOPE))
    assert list(order.pks) == own + further
    assert order.in_texts == len(further)


def test_they_are_a_group_of_their_own_among_days(window: Window) -> None:
    days = (("2026-05-29", 1), ("2026-05-28", 1))
    assert window.order(compile_query(parse("agents"), SCOPE)).groups == (*days, (IN_TEXTS, 2))
    assert window.order(compile_query(parse("agents topic:maps"), SCOPE)).groups == ((IN_TEXTS, 1),)
    assert window.order(compile_query(parse("agents sort:title"), SCOPE)).groups == ()


@example("agents", " sort:foryou")
@given(st.lists(st.one_of(groups, st.sampled_from(["agents", "plan", "sparse"])), min_size=1).map(" ".join), orders)
def test_lists_and_counts_agree(window: Window, text: str, order: str) -> None:
    selection = compile_query(parse(text + order), SCOPE)
    whole = window.order(selection)
    pks = list(whole.pks)
    assert len(set(pks)) == len(pks)
    assert window.count(selection) == len(pks)
    for limit in (1, 2, 3, 100):
        first = window.first(selection, limit)
        assert list(first.pks) == pks[:limit]
        assert first.complete == (len(pks) < limit)
        assert first.in_texts == max(0, len(first.pks) - (len(pks) - whole.in_texts))
    listed = Counter(slug for of_one in window.read(partial(topics_of, pks=pks)).values() for slug in of_one)
    assert {one.slug: one.papers for one in window.topics(selection) if one.papers} == listed


A, B = Match("model"), Match("maps")


@each(
    ("node", "expression"),
    [
        (A, '"model" *'),
        (Match("sparse", exact=True), '"sparse"'),
        (Match("ai"), '"ai"'),
        (Match("the-ai"), '("the ai" OR "theai" OR "theaing")'),
        (Match('a"b'), '"a b"'),
        (Match("c++"), '"c"'),
        (Or((A, B)), '("model" * OR "maps")'),
        (And((A, B)), '("model" * AND "maps")'),
        (Not(A), None),
        (And((A, Not(B))), None),
        (Match("model", field="title"), None),
    ],
)
def test_plain_words_are_looked_for_in_full_texts(node: Node, expression: str | None) -> None:
    found = in_full_text(node)
    assert (fts_expression(found, in_texts=True) if found else None) == expression
