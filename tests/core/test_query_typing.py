"""Help while a query is typed: its pieces, its completions, and the filter pane's changes to it."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from reader.core.query import FIELDS, parse
from reader.core.query.choices import Choice, Mark, chosen_terms, with_choice
from reader.core.query.lexer import level
from reader.core.query.suggestions import Completion, Vocabulary, complete, finished_query, tokens
from tests.table import each

SLUGS = ("agents", "evaluation", "gui-agents", "video-generation")

pieces = st.one_of(
    st.sampled_from(["topic:agents", "-topic:evaluation", "(topic:agents OR topic:video-generation)", "topic:a,b"]),
    st.sampled_from(["is:unread", "words", '"a phrase"', "sort:upvotes", "OR", "AND", "NOT", "(", ")", "-", "day:7d"]),
    st.sampled_from([f"{field}:" for field in FIELDS]),
    st.text(max_size=5),
)

texts = st.lists(pieces, max_size=8).map(" ".join)


# Pieces


@each(
    ("text", "kinds"),
    [
        ("", []),
        ('"world model"', [('"world model"', "phrase")]),
        ("topic:a,b", [("topic:", "field"), ("a", "value"), (",", "operator"), ("b", "value")]),
        ("-(a OR", [("-", "operator"), ("(", "operator"), ("a", "word"), ("OR", "error")]),
        ("topic:", [("topic:", "error")]),
        ("topic:a,", [("topic:", "field"), ("a", "value"), (",", "operator")]),
        ("~a b", [("~", "operator"), ("a b", "phrase")]),
        ("topc:agents", [("topc:", "error"), ("agents", "word")]),
        ('topic:"a', [("topic:", "field"), ('"a', "error")]),
        ("topic:a, b", [("topic:", "field"), ("a", "value"), (",", "operator"), ("b", "word")]),
        ("author:/x/", [("author:", "field"), ("/x/", "value")]),
        ("a) b", [("a", "word"), (")", "error"), ("b", "word")]),
        ("a ~is:x (b", [("a", "word"), ("~", "operator"), ("is:x (b", "phrase")]),
        ("a ~", [("a", "word"), ("~", "error")]),
        ("ab is:unred cd", [("ab", "word"), ("is:", "field"), ("unred", "error"), ("cd", "word")]),
    ],
)
def test_a_text_is_told_apart(text: str, kinds: list[tuple[str, str]]) -> None:
    found = [(text[span.start : span.end], span.kind) for span in tokens(text)]
    assert found == kinds


@given(st.one_of(st.text(), texts))
def test_pieces_cover_any_text_once_but_for_white_space(text: str) -> None:
    spans = tokens(text)
    assert all(0 <= span.start < span.end <= len(text) for span in spans)
    assert all(before.end <= after.start for before, after in pairwise(spans))
    covered = {at for span in spans for at in range(span.start, span.end)}
    plain = level(text)
    assert all(at in covered or plain[at].isspace() for at in range(len(text)))


# Completions


def test_values_that_begin_as_typed_come_before_those_with_a_later_word() -> None:
    found = complete("topic:a", 7, {"topic": ["gui-agents", "agents", "alignment", "audio", "attention"]}, limit=3)
    assert found is not None
    assert found.candidates == ("agents", "alignment", "audio")


@each(
    ("text", "meant"),
    [
        ("diffusion -v", "diffusion"),
        ("(a OR b) -V", "(a OR b)"),
        ("diffusion -vi", "diffusion -vi"),
        (" -v ", "-v"),
        ("-tag:v", "-tag:v"),
        ("a-v", "a-v"),
        ('"a -v', '"a -v'),
        ("diffusion OR -v", "diffusion OR -v"),
    ],
)
def test_a_letter_by_itself_leaves_nothing_out_while_it_is_typed(text: str, meant: str) -> None:
    assert finished_query(text) == meant


@each(
    ("text", "meant"),
    [
        ("topic:ag", "topic:ag"),
        ("topic:agent", ""),
        ("diffusion -topic:ev", "diffusion"),
        ("diffusion TOPIC:Vid", "diffusion"),
        ("topic:agents", "topic:agents"),
        ("topic:agents topic:eval", "topic:agents"),
        ("topic:zzz", "topic:zzz"),
        ("(topic:eval", "(topic:eval"),
        ("subtopic:eval", "subtopic:eval"),
    ],
)
def test_a_topic_that_is_half_typed_narrows_nothing_yet(text: str, meant: str) -> None:
    assert finished_query(text, SLUGS if text != "topic:ag" else ()) == meant


@each("text", ["", "is:unread ", '"to', "nothing-like-it", "unknown:to", "is:unread"])
def test_nothing_is_suggested_where_nothing_fits(text: str) -> None:
    found = complete(text, len(text), {"topic": SLUGS})
    assert found is None or text not in found.candidates
    assert found is None or text == "is:unread"


COUNTED: Vocabulary = {
    "topic": {"agents": 5, "agency": 2, "gui-agents": 3, "3d": 1},
    "author": {"Kaiming He": 9, "He Kai": 4, 'A "Kai" B': 1},
    "tag": ["to read"],
}


@each(
    ("text", "start", "candidates", "papers"),
    [
        ("topic:agents", 6, ("gui-agents",), (3,)),
        ("topic:gui,ag", 10, ("agents", "agency", "gui-agents"), (5, 2, 3)),
        ('author:"kai', 7, ('"Kaiming He"', '"He Kai"'), (9, 4)),
        ("author:h", 7, ('"He Kai"', '"Kaiming He"'), (4, 9)),
        ("author:a", 7, ('"A Kai B"',), (1,)),
        ('author:"x,kai', 7, (), ()),
        ("tag:to", 4, ('"to read"',), ()),
        ("ag", 0, ("topic:agents", "topic:agency"), ()),
        ("is:unread up", 10, ("upvotes:",), ()),
        ("day:2026-05-11..la", 4, ("2026-05-11..latest",), ()),
        ("A", 0, ("abstract:", "author:", "authors:", "topic:agents", "topic:agency"), ()),
        ('"ag', 0, (), ()),
        ("is:UN", 3, ("unread",), ()),
        ("is:-un", 3, (), ()),
        ("sort:-ti", 5, ("-title",), ()),
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


@each("limit", [1, 2, 3, 5, 6])
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


@each(
    ("text", "meant"),
    [("topic:agents ~", "topic:agents"), ("~ ", ""), ("robot -v ~x", "robot ~x"), ("a ~-v topic:ag", "a ~-v topic:ag")],
)
def test_a_free_text_is_asked_for_once_it_has_words(text: str, meant: str) -> None:
    assert finished_query(text) == meant


def test_nothing_is_completed_in_a_free_text() -> None:
    assert complete("robot ~to", 9, {}) is None
    assert complete("to ~robot", 2, {}) is not None


# Topics and tags picked in the filter pane


@each(
    ("text", "tag", "where", "after"),
    [
        ("", "later", "picked", "tag:later"),
        ("", "to cite", "excluded", '-tag:"to cite"'),
        ("robot tag:later", "Later", "picked", "robot"),
        ("robot tag:later", "later", "excluded", "robot -tag:later"),
        ("-tag:later robot", "later", "picked", "tag:later robot"),
        ("tag:later AND robot -tag:done", "later", "picked", "-tag:done robot"),
        ("a OR b ~c d", "later", "picked", "tag:later (a OR b) ~c d"),
        ("tag:later ~c", "later", "picked", "~c"),
    ],
)
def test_a_tag_is_toggled_and_the_rest_stays(text: str, tag: str, where: Mark, after: str) -> None:
    assert with_choice(text, "tag", chosen_terms(parse(text), "tag").toggle(tag, where)) == after
    parse(after)


TAGS = st.text("ab \"'c-", min_size=1).map(lambda tag: " ".join(tag.split())).filter(bool)


@given(TAGS, st.sampled_from(["", "a OR b", "robot sort:title"]))
def test_whatever_a_tag_is_called_it_comes_and_goes(tag: str, text: str) -> None:
    once = with_choice(text, "tag", Choice("all", (tag,)))
    assert [one.casefold() for one in chosen_terms(parse(once), "tag").picked] == [tag.casefold()]
    assert chosen_terms(parse(with_choice(once, "tag", Choice())), "tag") == Choice()


# Topics


@each(
    ("text", "choice"),
    [
        ("", Choice()),
        ("topic:a topic:b", Choice("all", ("a", "b"))),
        ("(topic:a OR topic:b)", Choice("any", ("a", "b"))),
        ("words -topic:c topic:a", Choice("all", ("a",), ("c",))),
        ("topic:a OR words", Choice()),
        ("(topic:a topic:b) x", Choice()),
        ("(topic:a x)", Choice()),
        ("(topic:a OR topic:b) (topic:c OR topic:d)", Choice("any", ("a", "b"))),
        ("topic:a,b topic:c", Choice("all", ("c",))),
        ("-(topic:a topic:b)", Choice()),
        ("is:unread sort:title", Choice()),
    ],
)
def test_the_text_says_what_is_picked(text: str, choice: Choice) -> None:
    assert chosen_terms(parse(text), "topic") == choice


@each(
    ("text", "choice", "result"),
    [
        ("is:unread", Choice("any", ("a", "b")), "(topic:a OR topic:b) is:unread"),
        ("topic:a is:unread words", Choice("all", ("b",), ("c",)), "topic:b -topic:c is:unread words"),
        ("is:unread topic:a", Choice(), "is:unread"),
        ("rag OR search sort:upvotes", Choice("all", ("a",)), "topic:a (rag OR search) sort:upvotes"),
        ("rag OR search ~a topic:b", Choice("all", ("a",)), "topic:a (rag OR search) ~a topic:b"),
        ("topic:a AND words", Choice(), "words"),
        ("x AND topic:a AND topic:b AND y", Choice(), "x y"),
        ("x AND topic:a y", Choice("all", ("b",)), "x topic:b y"),
        ("topic:a sort:title OR topic:b", Choice("any", ("b", "c")), "(topic:b OR topic:c) sort:title"),
        ("topic:a,b topic:c", Choice("all", ("d",)), "(topic:a OR topic:b) topic:d"),
        ("(topic:a OR topic:b) (topic:c OR topic:d)", Choice("all", ("e",)), "topic:e (topic:c OR topic:d)"),
        ("x", Choice("any", ("a",), ("b", "c")), "topic:a -topic:b -topic:c x"),
    ],
)
def test_picking_changes_the_topics_and_nothing_else(text: str, choice: Choice, result: str) -> None:
    assert with_choice(text, "topic", choice) == result


def test_a_topic_is_picked_or_excluded_or_neither() -> None:
    choice = Choice("any", ("a", "b"), ("c",))
    assert choice.toggle("d", "picked") == Choice("any", ("a", "b", "d"), ("c",))
    assert choice.toggle("a", "picked") == Choice("any", ("b",), ("c",))
    assert choice.toggle("c", "picked") == Choice("any", ("a", "b", "c"), ())
    assert choice.toggle("d", "excluded") == Choice("any", ("a", "b"), ("c", "d"))
    assert choice.toggle("c", "excluded") == Choice("any", ("a", "b"), ())
    assert choice.toggle("a", "excluded") == Choice("any", ("b",), ("c", "a"))
