"""The help while a query is typed: its pieces, its completions, and the filter pane's side of it."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.core.errors import QueryError
from reader.core.query import FIELDS, Match, Not, Query, parse
from reader.core.query.choices import TopicChoice, picked_topics, with_topics
from reader.core.query.lexer import level
from reader.core.query.suggestions import Completion, Vocabulary, asked, complete, tokens

SLUGS = ("agents", "evaluation", "gui-agents", "video-generation")

pieces = st.one_of(
    st.sampled_from(["topic:agents", "-topic:evaluation", "(topic:agents OR topic:video-generation)", "topic:a,b"]),
    st.sampled_from(["is:unread", "words", '"a phrase"', "sort:upvotes", "OR", "AND", "NOT", "(", ")", "-", "day:7d"]),
    st.sampled_from([f"{field}:" for field in FIELDS]),
    st.text(max_size=5),
)
texts = st.lists(pieces, max_size=8).map(" ".join)


# Pieces


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("", []),
        ("agents", [("agents", "word")]),
        ('"world model"', [('"world model"', "phrase")]),
        ("topic:a,b", [("topic:", "field"), ("a", "value"), (",", "operator"), ("b", "value")]),
        ("-(a OR b)", [("-", "operator"), ("(", "operator"), ("a", "word"), ("OR", "operator"), ("b", "word")]),
        ("topc:agents", [("topc:", "error"), ("agents", "word")]),
        ('x "open', [("x", "word"), ('"open', "error")]),
        ('topic:"a', [("topic:", "field"), ('"a', "error")]),
        ("title:x", [("title:", "field"), ("x", "value")]),
        ("topic:a, b", [("topic:", "field"), ("a", "value"), (",", "operator"), ("b", "word")]),
        ("author:/x/", [("author:", "field"), ("/x/", "value")]),
        ("title:", [("title:", "error")]),
        ("a) b", [("a", "word"), (")", "error"), ("b", "word")]),
        ("a ~is:x (b", [("a", "word"), ("~", "operator"), ("is:x (b", "phrase")]),
        ("a ~", [("a", "word"), ("~", "error")]),
        ("ab is:unred cd", [("ab", "word"), ("is:", "field"), ("unred", "error"), ("cd", "word")]),
    ],
)
def test_a_text_is_told_apart(text: str, kinds: list[tuple[str, str]]) -> None:
    found = [(text[span.start : span.end], span.kind) for span in tokens(text)]
    assert found[: len(kinds)] == kinds


@given(st.one_of(st.text(), texts))
def test_pieces_cover_any_text_once_but_for_white_space(text: str) -> None:
    spans = tokens(text)
    assert all(0 <= span.start < span.end <= len(text) for span in spans)
    assert all(before.end <= after.start for before, after in pairwise(spans))
    covered = {at for span in spans for at in range(span.start, span.end)}
    plain = level(text)
    assert all(at in covered or plain[at].isspace() for at in range(len(text)))


@given(texts)
def test_a_mistake_is_marked_where_it_is_and_nowhere_else(text: str) -> None:
    wrong = [span for span in tokens(text) if span.kind == "error"]
    try:
        parse(text)
    except QueryError as error:
        assert all(error.start <= span.start and span.end <= max(error.end, len(text)) for span in wrong)
    else:
        assert wrong == []


# Completions


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("to", "topic:"),
        ("is:un", "unread"),
        ("is:unread up", "upvotes:"),
        ("topic:ag", "agents"),
        ("topic:agents,ev", "evaluation"),
        ("-topic:vid", "video-generation"),
        ("topic:age", "agents"),
        ("sort:-up", "-upvotes"),
        ("day:to", "today"),
        ("day:2026-05-11..la", "2026-05-11..latest"),
        ('author:"kai', '"Kaiming He"'),
        ("author:he", '"Kaiming He"'),
        ("topic:gen", "video-generation"),
    ],
)
def test_what_was_begun_is_completed(text: str, first: str) -> None:
    found = complete(text, len(text), {"topic": SLUGS, "author": ["Kaiming He"]})
    assert found is not None
    assert found.candidates[0] == first


def test_values_that_begin_as_typed_come_before_those_with_a_later_word() -> None:
    found = complete("topic:a", 7, {"topic": ["gui-agents", "agents", "alignment", "audio", "attention"]}, limit=3)
    assert found is not None
    assert found.candidates == ("agents", "alignment", "audio")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("diffusion -v", "diffusion"),
        ("-v", ""),
        ("-title:v", ""),
        ("(a OR b) -V", "(a OR b)"),
        ("diffusion -vi", "diffusion -vi"),
        (" -v ", "-v"),
        ("-tag:v", "-tag:v"),
        ("v", "v"),
        ("a-v", "a-v"),
        ('"a -v', '"a -v'),
        ("diffusion OR -v", "diffusion OR -v"),
    ],
)
def test_a_letter_by_itself_leaves_nothing_out_while_it_is_typed(text: str, meant: str) -> None:
    assert asked(text) == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("topic:ag", "topic:ag"),
        ("topic:agent", ""),
        ("diffusion -topic:ev", "diffusion"),
        ("diffusion TOPIC:Vid", "diffusion"),
        ("topic:agents", "topic:agents"),
        ("topic:agents topic:eval", "topic:agents"),
        ("topic:agents robot", "topic:agents robot"),
        ("topic:eval robot", "topic:eval robot"),
        ("topic:zzz", "topic:zzz"),
        ("(topic:eval", "(topic:eval"),
        ("robot OR topic:eval", "robot OR topic:eval"),
        ("subtopic:eval", "subtopic:eval"),
    ],
)
def test_a_topic_that_is_half_typed_narrows_nothing_yet(text: str, meant: str) -> None:
    assert asked(text, SLUGS if text != "topic:ag" else ()) == meant


@pytest.mark.parametrize("text", ["", "is:unread ", '"to', "nothing-like-it", "unknown:to", "is:unread"])
def test_where_nothing_fits_nothing_is_said(text: str) -> None:
    found = complete(text, len(text), {"topic": SLUGS})
    assert found is None or text not in found.candidates
    assert found is None or text == "is:unread"


COUNTED: Vocabulary = {
    "topic": {"agents": 5, "agency": 2, "gui-agents": 3, "3d": 1},
    "author": {"Kaiming He": 9, "He Kai": 4, 'A "Kai" B': 1},
    "tag": ["to read"],
}


@pytest.mark.parametrize(
    ("text", "start", "candidates", "papers"),
    [
        ("topic:ag", 6, ("agents", "agency", "gui-agents"), (5, 2, 3)),
        ("topic:agents", 6, ("gui-agents",), (3,)),
        ("topic:gui,ag", 10, ("agents", "agency", "gui-agents"), (5, 2, 3)),
        ("-topic:ag", 7, ("agents", "agency", "gui-agents"), (5, 2, 3)),
        ('author:"kai', 7, ('"Kaiming He"', '"He Kai"'), (9, 4)),
        ("author:h", 7, ('"He Kai"', '"Kaiming He"'), (4, 9)),
        ("author:a", 7, ('"A Kai B"',), (1,)),
        ('author:"x,kai', 7, (), ()),
        ("tag:to", 4, ('"to read"',), ()),
        ("ag", 0, ("topic:agents", "topic:agency"), ()),
        ("A", 0, ("abstract:", "author:", "authors:", "topic:agents", "topic:agency"), ()),
        ('"ag', 0, (), ()),
        ("is:UN", 3, ("unread",), ()),
        ("is:-un", 3, (), ()),
        ("has:c", 4, ("code", "comments"), ()),
        ("sort:ti", 5, ("title",), ()),
        ("sort:-ti", 5, ("-title",), ()),
        ("day:..to", 4, ("..today",), ()),
        ("since:t", 6, ("today",), ()),
        ("day:", 4, ("today", "yesterday", "latest", "7d", "2w", "3m"), ()),
    ],
)
def test_completions_stand_for_what_was_typed(
    text: str, start: int, candidates: tuple[str, ...], papers: tuple[int, ...]
) -> None:
    found = complete(text, len(text), COUNTED)
    if not candidates:
        assert found is None
    else:
        assert found == Completion(start, len(text), candidates, papers)
        assert complete(f"{text} x", len(text), COUNTED) == found


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 6])
def test_at_most_so_many_completions_are_given(limit: int) -> None:
    words = ["a1", "x a1", "a2", "x-a2", "a3", "x a3"]
    found = complete("topic:a", 7, {"topic": words}, limit)
    expected = ("a1", "a2", "a3", '"x a1"', "x-a2", '"x a3"')[:limit]
    assert found is not None and found.candidates == expected
    inside = complete("topic:a", 7, {"topic": ["x-a1", "x-a2", "x-a3"]}, limit)
    assert inside is not None and inside.candidates == ("x-a1", "x-a2", "x-a3")[:limit]


@given(texts, st.integers(0, 60))
def test_a_completion_stands_before_the_cursor(text: str, cursor: int) -> None:
    cursor = min(cursor, len(text))
    found = complete(text, cursor, {"topic": SLUGS})
    if found is not None:
        assert found.start <= found.end == cursor
        assert 1 <= len(found.candidates) <= 8


# The filter pane's side


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("", TopicChoice()),
        ("topic:a", TopicChoice("all", ("a",))),
        ("topic:a topic:b", TopicChoice("all", ("a", "b"))),
        ("(topic:a OR topic:b)", TopicChoice("any", ("a", "b"))),
        ("topic:a,b is:unread", TopicChoice("any", ("a", "b"))),
        ("words -topic:c topic:a", TopicChoice("all", ("a",), ("c",))),
        ("-(topic:c OR topic:d)", TopicChoice("all", (), ("c", "d"))),
        ("topic:a OR words", TopicChoice()),
        ("(topic:a topic:b) x", TopicChoice("all", ("a", "b"))),
        ("(topic:a x)", TopicChoice()),
        ("(topic:a -topic:b)", TopicChoice("all", ("a",), ("b",))),
        ("topic:a (topic:b (topic:c OR topic:d))", TopicChoice("all", ("a",))),
        ("(topic:a OR topic:b) (topic:c OR topic:d)", TopicChoice("any", ("a", "b"))),
        ("topic:a,b topic:c", TopicChoice("all", ("c",))),
        ("-topic:a,b", TopicChoice("all", (), ("a", "b"))),
        ("-(topic:a topic:b)", TopicChoice()),
        ("topic:a topic:a -topic:b -topic:b", TopicChoice("all", ("a",), ("b",))),
        ("is:unread sort:title", TopicChoice()),
    ],
)
def test_the_text_says_what_is_picked(text: str, choice: TopicChoice) -> None:
    assert picked_topics(parse(text)) == choice


@pytest.mark.parametrize(
    ("text", "choice", "result"),
    [
        ("", TopicChoice("all", ("a",)), "topic:a"),
        ("is:unread", TopicChoice("any", ("a", "b")), "(topic:a OR topic:b) is:unread"),
        ("topic:a is:unread words", TopicChoice("all", ("b",), ("c",)), "topic:b -topic:c is:unread words"),
        ("is:unread topic:a", TopicChoice(), "is:unread"),
        ("rag OR search", TopicChoice("all", ("a",)), "topic:a (rag OR search)"),
        ("rag OR search sort:upvotes", TopicChoice("all", ("a",)), "topic:a (rag OR search) sort:upvotes"),
        ("rag OR search", TopicChoice(), "rag OR search"),
        ("rag OR search ~a topic:b", TopicChoice("all", ("a",)), "topic:a (rag OR search) ~a topic:b"),
        ("topic:a ~b", TopicChoice(), "~b"),
        ("words AND topic:a", TopicChoice(), "words"),
        ("topic:a AND words", TopicChoice(), "words"),
        ("x AND topic:a AND topic:b AND y", TopicChoice(), "x AND y"),
        ("x AND topic:a y", TopicChoice("all", ("b",)), "x topic:b y"),
        ("topic:a AND topic:b x", TopicChoice("all", ("c",)), "topic:c x"),
        ("topic:a sort:title OR topic:b", TopicChoice("any", ("b", "c")), "(topic:b OR topic:c) sort:title"),
        ("topic:a OR topic:b", TopicChoice(), ""),
        ("topic:a,b topic:c", TopicChoice("all", ("d",)), "topic:a,b topic:d"),
        ("(topic:a OR topic:b) (topic:c OR topic:d)", TopicChoice("all", ("e",)), "topic:e (topic:c OR topic:d)"),
        ("x", TopicChoice("any", ("a",), ("b", "c")), "topic:a -topic:b -topic:c x"),
        ("x", TopicChoice("all", ("a", "b")), "topic:a topic:b x"),
    ],
)
def test_picking_changes_the_topics_and_nothing_else(text: str, choice: TopicChoice, result: str) -> None:
    assert with_topics(text, choice) == result


def test_a_topic_is_picked_or_excluded_or_neither() -> None:
    choice = TopicChoice("any", ("a", "b"), ("c",))
    assert choice.toggle("d", "picked") == TopicChoice("any", ("a", "b", "d"), ("c",))
    assert choice.toggle("a", "picked") == TopicChoice("any", ("b",), ("c",))
    assert choice.toggle("c", "picked") == TopicChoice("any", ("a", "b", "c"), ())
    assert choice.toggle("d", "excluded") == TopicChoice("any", ("a", "b"), ("c", "d"))
    assert choice.toggle("c", "excluded") == TopicChoice("any", ("a", "b"), ())
    assert choice.toggle("a", "excluded") == TopicChoice("any", ("b",), ("c", "a"))


# Of several groups the pane shows one, and the others stay text: texts with one at the most can be told from outside.
ungrouped = texts.filter(lambda text: "OR" not in text and "," not in text)

slugs = st.lists(st.sampled_from(SLUGS), unique=True, max_size=3).map(tuple)


@given(ungrouped, st.sampled_from(["all", "any"]), slugs, slugs)
def test_what_is_picked_is_what_the_text_then_says(
    text: str, mode: str, picked: tuple[str, ...], excluded: tuple[str, ...]
) -> None:
    try:
        before = parse(text)
    except QueryError:
        return
    excluded = tuple(slug for slug in excluded if slug not in picked)
    choice = TopicChoice("any" if mode == "any" and len(picked) > 1 else "all", picked, excluded)
    after = parse(with_topics(text, choice))
    assert after.sort == before.sort
    again = picked_topics(after)
    assert set(picked) <= set(again.picked) or picked == ()
    assert set(excluded) <= set(again.excluded)
    if picked:
        assert (again.mode, again.picked) == (choice.mode, picked)
    # What does not speak of topics stays.
    assert others(before) <= others(after)


def others(query: Query) -> set[str]:
    """Words and states at the query's top level."""
    parts = query.parts
    nodes = [part.node.node if isinstance(part.node, Not) else part.node for part in parts]
    return {str(node) for node in nodes if isinstance(node, Match)}


@pytest.mark.parametrize(
    ("text", "meant"),
    [("topic:agents ~", "topic:agents"), ("~ ", ""), ("robot -v ~x", "robot ~x"), ("a ~-v topic:ag", "a ~-v topic:ag")],
)
def test_a_free_text_is_asked_for_once_it_has_words(text: str, meant: str) -> None:
    assert asked(text) == meant


def test_nothing_is_completed_in_a_free_text() -> None:
    assert complete("robot ~to", 9, {}) is None
    assert complete("to ~robot", 2, {}) is not None
