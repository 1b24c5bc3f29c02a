"""The query language: parsing, mistakes, and help while a query is typed."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.core.dates import DateExpression, DateRange
from reader.core.query import (
    CHOICES,
    EXAMPLES,
    FIELDS,
    And,
    Count,
    DateTerm,
    Match,
    Near,
    Not,
    Or,
    QueryError,
    Sort,
    Term,
    parse,
)
from reader.core.query.choices import Choice, Mark, chosen_terms, with_choice
from reader.core.query.lexer import level
from reader.core.query.suggestions import Completion, Vocabulary, complete, finished_query, tokens
from tests.table import each

A, B, C = Match("a"), Match("b"), Match("c")


@each(
    ("text", "root"),
    [
        ("", None),
        ("a", A),
        ("a AND b", And((A, B))),
        ("a AND AND b AND", And((A, B))),
        ("a b OR c", Or((And((A, B)), C))),
        ("(a (b c))", And((A, B, C))),
        ("a OR (b OR c)", Or((A, B, C))),
        ("NOT a b", And((Not(A), B))),
        ("--a", A),
        ("mind and or not", And((Match("mind"), Match("and"), Match("or"), Match("not")))),
        ('"world model"', Match("world model", exact=True)),
        ("“world model”", Match("world model", exact=True)),
        (r'"say \"hi\" \\ \x"', Match('say "hi" \\ \\x', exact=True)),
        ("a - b", And((A, B))),
        ("a -- & b", And((A, B))),
        ("-(a & b)", Not(And((A, B)))),
        ("f(x)", And((Match("f"), Match("x")))),
        ('title:"a"b', And((Match("a", exact=True, field="title"), B))),
        ("TITLE:a", Match("a", field="title")),
        ("author:a,b", Or((Match("a", field="author"), Match("b", field="author")))),
        ("title:a,b", Match("a,b", field="title")),
        ('topic:"GUI agents"', Term("topic", "gui-agents")),
        ("-topic:a,b", Not(Or((Term("topic", "a"), Term("topic", "b"))))),
        ("topic:a,", Term("topic", "a")),
        ('tag:"to read"', Term("tag", "to read")),
        ("is:Unread", Term("is", "unread")),
        ("id:2406.12345", Term("id", "2406.12345")),
        ("upvotes:>20", Count("upvotes", 21, None)),
        ("upvotes:>=20", Count("upvotes", 20, None)),
        ("upvotes:<5", Count("upvotes", None, 4)),
        ("upvotes:<=5", Count("upvotes", None, 5)),
        ("upvotes:=7", Count("upvotes", 7, 7)),
        ("stars:1k..2K", Count("stars", 1000, 2000)),
        ("comments:10..", Count("comments", 10, None)),
        ("authors:..3", Count("authors", None, 3)),
        ("day:7d", DateTerm("day", DateRange(DateExpression("7d"), DateExpression("today")))),
        ("published:2026..", DateTerm("published", DateRange(DateExpression("2026"), None))),
        ("until:2026-W20", DateTerm("until", DateRange(None, DateExpression("2026-W20")))),
        ("foo:bar", Match("foo:bar")),
        ("as:x", Match("as:x")),
        ("surge:x", Match("surge:x")),
        ("top1c:x", Match("top1c:x")),
        ("topìc:x", Match("topìc:x")),
        ("date://x", Match("date://x")),
        ("2406.12345", Term("id", "2406.12345")),
        ("hep-th/9901001", Term("id", "hep-th/9901001")),
        ("https://arxiv.org/abs/2406.12345v2", Term("id", "2406.12345")),
        ("and/or", Match("and/or")),
        ("arXiv:2406.12345 [cs.CL]", Term("id", "2406.12345")),
        ("id:page:0123456789ab", Term("id", "page:0123456789ab")),
        ("category:CS.ro", Term("category", "cs.RO")),
        ("category:Cond-Mat.MES-HALL", Term("category", "cond-mat.mes-hall")),
        ("tag:V1.ab", Term("tag", "v1.ab")),
        ("topic:gui_agents", Term("topic", "gui-agents")),
        ('author:"3"', Match("3", exact=True, field="author")),
        ("keyword:<x", Match("<x", field="keyword")),
        ("upvotes:5..5", Count("upvotes", 5, 5)),
        ("upvotes:<1", Count("upvotes", None, 0)),
        ("upvotes:>999999999999999999k", Count("upvotes", 10**15, None)),
        ("---a", Not(A)),
        ("a AND NOT b OR c", Or((And((A, Not(B))), C))),
        ("a" * 2000, Match("a" * 2000)),
        (" ".join(["a"] * 100), And((A,) * 100)),
        ("topic:" + ",".join("ab" * 50), Or(tuple(Term("topic", slug) for slug in "ab" * 50))),
        ("(" * 30 + "a" + ")" * 30, A),
        ("~Robots  that (fold) OR sort:laundry", Near("Robots that (fold) OR sort:laundry")),
        ("a ~b", And((A, Near("b")))),
        ("a AND ~ b", And((A, Near("b")))),
        ("a OR b ~c ~d", And((Or((A, B)), Near("c ~d")))),
        ("a~b", Match("a~b")),
    ],
)
def test_a_query_is_parsed_into_a_tree(text: str, root: object) -> None:
    query = parse(text)
    assert query.root == root
    assert query.sort is None
    assert parse(query.text) == query


@each(
    ("text", "root", "sort"),
    [
        ("a sort:-day", A, Sort("day", reverse=True)),
        ("a sort:title OR b", Or((A, B)), Sort("title")),
        ("a sort:title ~b", And((A, Near("b"))), Sort("title")),
    ],
)
def test_sort_may_be_anywhere_at_the_top_level(text: str, root: object, sort: Sort) -> None:
    query = parse(text)
    assert (query.root, query.sort) == (root, sort)
    assert parse(query.text) == query


@each(
    ("text", "marked", "suggestion", "message"),
    [
        ("words topc:agents", "topc:", "topic:", "no field topc:"),
        ("date:7d", "date:", "day:", "no field"),
        ("is:unred", "unred", "unread", "unread"),
        ("is:xyz", "xyz", None, "unread, read, starred, queued, hidden, new, trending"),
        ("sort:-tilte", "-tilte", "title", "title"),
        ("sort:", "sort:", None, "sort:upvotes"),
        ("sort:day sort:title", "sort:title", None, "only one sort"),
        ("(a sort:day)", "sort:day", None, "outside"),
        ("-sort:day a", "sort:day", None, "can't be excluded"),
        ("day:todya", "todya", "today", "2026-05-11"),
        ("day:2026-13", "2026-13", None, "calendar"),
        ("day:2026-02..2026-01", "2026-02..2026-01", None, "after"),
        ("since:2026-01..2026-02", "since:2026-01..2026-02", "day:2026-01..2026-02", "one date"),
        ("upvotes:many", "many", None, "upvotes:>20"),
        ("upvotes:..", "..", None, "upvotes:>20"),
        ("upvotes:9..3", "9..3", "3..9", "more than"),
        ("upvotes:<0", "<0", "0", "below"),
        ('a "b c', '"b c', None, "never closed"),
        ('author:"kaiming', '"kaiming', None, "This quote is never closed."),
        ('topic:"', '"', None, "This quote is never closed."),
        ("title:/a b/", "/a", None, "no longer takes a regular expression"),
        ("is:passed", "passed", None, "was removed"),
        ("submitter:ada", "submitter:", None, "is no longer a field"),
        ('""', '""', None, "empty"),
        ('topic:""', 'topic:""', None, "topic:agents"),
        ("topic: agents", "topic:", None, "topic:agents"),
        ("a (b", "(", None, "never closed"),
        ("a) sort:title", ")", None, "never opened"),
        ("a ()", "()", None, "empty"),
        ("a OR", "OR", None, "after it"),
        ("OR a", "OR", None, "before it"),
        ("AND", "AND", None, "needs a term"),
        ("a NOT", "NOT", None, "after it"),
        ("-OR", "-", None, "after it"),
        ("a ~ ...", "~ ...", None, "needs words"),
        ("a OR ~b c", "OR ~", None, "all terms before it"),
        ("a -~b", "-~", None, "all terms before it"),
        ("(a ~b)", "(", None, "never closed"),
        ("upvots:3", "upvots:", "upvotes:", "no field"),
        ("comments:3x", "3x", None, "comments:>20"),
        ("is:unread,hiden", "hiden", "hidden", "is: takes"),
        ("(" * 31 + "a" + ")" * 31, "(", None, "too deeply"),
        ("(OR a)", "OR", None, "before it"),
        (" ".join(["a"] * 101), "a", None, "100 terms"),
        ("topic:" + ",".join(["a"] * 101), "topic:" + ",".join(["a"] * 101), None, "100 terms"),
        ("a" * 2001, "a", None, "2,000 characters"),
        ("srot:title", "srot:", "sort:", "no field"),
        ("a + (b)", "+", None, "no letter or digit"),
        ('"..."', '"..."', None, "no letter or digit"),
        ('author:"…",he', '"…"', None, "no letter or digit"),
        ("title:...", "...", None, "no letter or digit"),
        ("...", "...", None, "no letter or digit"),
        ("title:", "title:", None, "title: needs a value, such as title:attention."),
    ],
)
def test_a_mistake_in_a_query_has_a_position_and_a_suggestion(
    text: str, marked: str, suggestion: str | None, message: str
) -> None:
    with pytest.raises(QueryError) as caught:
        parse(text)
    error = caught.value
    assert text[error.start : error.end] == marked
    assert error.suggestion == suggestion
    assert message in str(error)
    assert str(error)[-1] in ".?"
    if suggestion:
        parse(text[: error.start] + suggestion + text[error.end :])


def test_every_field_has_an_example_that_parses() -> None:
    for field, example in EXAMPLES.items():
        assert parse(example).text
        assert example.startswith(f"{field}:")


# Any text that may be typed, with many pieces of the language.
atoms = st.one_of(
    st.sampled_from(sorted(EXAMPLES.values())),
    st.sampled_from([f"{field}:" for field in FIELDS]),
    st.sampled_from([f"{field}:{value}" for field, values in CHOICES.items() for value in values]),
    st.sampled_from(["(", ")", "-", "OR", "AND", "NOT", '"', "/", ",", "..", "~", "\\", "title:/", ":", "*"]),
    st.sampled_from(["agents", '"two words"', "c++", "Olmo:3", "émile", "topic:a,b", "day:7d..", "NEAR", "a*"]),
    st.text(max_size=6),
)

texts = st.lists(st.tuples(atoms, st.sampled_from([" ", ""])), max_size=12).map(
    lambda pairs: "".join(atom + space for atom, space in pairs)
)


@given(st.one_of(st.text(), texts))
def test_any_text_parses_or_has_a_mistake_with_a_position(text: str) -> None:
    try:
        query = parse(text)
    except QueryError as error:
        assert 0 <= error.start < error.end <= len(text)
        assert str(error)
    else:
        assert parse(query.text) == query


def test_like_applies_to_the_whole_query() -> None:
    query = parse("topic:agents like:2406.12345,arxiv.org/abs/2501.00001 like:2406.12345 since:7d")
    assert query.like == ("2406.12345", "2501.00001")
    assert query.is_by_fit and not query.near
    assert parse(query.text) == query
    assert parse("like:2406.12345 OR like:2501.00001").like == ("2406.12345", "2501.00001")
    assert parse("agents").like == ()
    for text in (
        "a -like:2406.12345",
        "a (b OR like:2406.12345)",
        "a OR like:2406.12345",
    ):
        with pytest.raises(QueryError, match="like: applies to all") as caught:
            parse(text)
        assert text[caught.value.start : caught.value.end] == "like:2406.12345"


# Help while a query is typed


SLUGS = ("agents", "evaluation", "gui-agents", "video-generation")

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
        ("topc:agents", [("topc:agents", "error")]),
        ('topic:"a', [("topic:", "field"), ('"a', "error")]),
        ("topic:a, b", [("topic:", "field"), ("a", "value"), (",", "operator"), ("b", "word")]),
        ("a) b", [("a", "word"), (")", "error"), ("b", "word")]),
        ("a ~is:x (b", [("a", "word"), ("~", "operator"), ("is:x (b", "phrase")]),
        ("a ~", [("a", "word"), ("~", "error")]),
        ("ab is:unred cd", [("ab", "word"), ("is:", "field"), ("unred", "error"), ("cd", "word")]),
    ],
)
def test_a_text_is_split_into_spans_by_kind(text: str, kinds: list[tuple[str, str]]) -> None:
    found = [(text[span.start : span.end], span.kind) for span in tokens(text)]
    assert found == kinds


@given(st.one_of(st.text(), texts))
def test_spans_cover_any_text_once_except_white_space(text: str) -> None:
    spans = tokens(text)
    assert all(0 <= span.start < span.end <= len(text) for span in spans)
    assert all(before.end <= after.start for before, after in pairwise(spans))
    covered = {at for span in spans for at in range(span.start, span.end)}
    plain = level(text)
    assert all(at in covered or plain[at].isspace() for at in range(len(text)))


# Completions


@each(
    ("text", "query"),
    [
        ("diffusion -v", "diffusion"),
        ("(a OR b) -V", "(a OR b)"),
        ("diffusion -vi", "diffusion -vi"),
        (" -v ", "-v"),
        ("-tag:v", "-tag:v"),
        ("a-v", "a-v"),
        ('"a -v', '"a -v'),
        ("diffusion OR -v", "diffusion OR -v"),
        ("topic:agent", ""),
        ("diffusion -topic:ev", "diffusion"),
        ("diffusion TOPIC:Vid", "diffusion"),
        ("topic:agents", "topic:agents"),
        ("topic:agents topic:eval", "topic:agents"),
        ("topic:zzz", "topic:zzz"),
        ("(topic:eval", "(topic:eval"),
        ("subtopic:eval", "subtopic:eval"),
        ("topic:agents ~", "topic:agents"),
        ("~ ", ""),
        ("robot -v ~x", "robot ~x"),
        ("a ~-v topic:ag", "a ~-v topic:ag"),
    ],
)
def test_an_unfinished_last_term_is_left_out(text: str, query: str) -> None:
    assert finished_query(text, SLUGS) == query


@each("text", ["", "is:unread ", '"to', "nothing-like-it", "unknown:to", "is:unread"])
def test_texts_without_a_completion(text: str) -> None:
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
def test_the_word_before_the_cursor_is_completed(
    text: str, start: int, candidates: tuple[str, ...], papers: tuple[int, ...]
) -> None:
    found = complete(text, len(text), COUNTED)
    if not candidates:
        assert found is None
    else:
        assert found == Completion(start, len(text), candidates, papers)
        assert complete(f"{text} x", len(text), COUNTED) == found


@each("limit", [1, 2, 3, 5, 6])
def test_the_number_of_completions_is_limited(limit: int) -> None:
    words = ["a1", "x a1", "a2", "x-a2", "a3", "x a3"]
    found = complete("topic:a", 7, {"topic": words}, limit)
    expected = ("a1", "a2", "a3", '"x a1"', "x-a2", '"x a3"')[:limit]
    assert found is not None and found.candidates == expected
    inside = complete("topic:a", 7, {"topic": ["x-a1", "x-a2", "x-a3"]}, limit)
    assert inside is not None and inside.candidates == ("x-a1", "x-a2", "x-a3")[:limit]


@given(texts, st.integers(0, 60))
def test_a_completion_ends_at_the_cursor(text: str, cursor: int) -> None:
    cursor = min(cursor, len(text))
    found = complete(text, cursor, {"topic": SLUGS})
    if found is not None:
        assert found.start <= found.end == cursor
        assert 1 <= len(found.candidates) <= 8


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
def test_toggling_a_tag_keeps_the_rest_of_the_query(text: str, tag: str, where: Mark, after: str) -> None:
    assert with_choice(text, "tag", chosen_terms(parse(text), "tag").toggle(tag, where)) == after
    parse(after)


TAGS = st.text("ab \"'c-", min_size=1).map(lambda tag: " ".join(tag.split())).filter(bool)


@given(TAGS, st.sampled_from(["", "a OR b", "robot sort:title"]))
def test_a_tag_of_any_name_can_be_picked_and_removed(tag: str, text: str) -> None:
    once = with_choice(text, "tag", Choice("all", (tag,)))
    assert [name.casefold() for name in chosen_terms(parse(once), "tag").picked] == [tag.casefold()]
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
        ("(topic:a topic:b) x", Choice("all", ("a", "b"))),
        ("(topic:a OR topic:b) (topic:c OR topic:d)", Choice("any", ("a", "b"))),
        ("topic:a,b topic:c", Choice("all", ("c",))),
        ("-(topic:a topic:b)", Choice()),
        ("is:unread sort:title", Choice()),
    ],
)
def test_picked_topics_are_found_in_a_query(text: str, choice: Choice) -> None:
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
def test_a_choice_replaces_only_the_topics_of_a_query(text: str, choice: Choice, result: str) -> None:
    assert with_choice(text, "topic", choice) == result


def test_toggling_picks_excludes_or_removes_a_topic() -> None:
    choice = Choice("any", ("a", "b"), ("c",))
    assert choice.toggle("d", "picked") == Choice("any", ("a", "b", "d"), ("c",))
    assert choice.toggle("a", "picked") == Choice("any", ("b",), ("c",))
    assert choice.toggle("c", "picked") == Choice("any", ("a", "b", "c"), ())
    assert choice.toggle("d", "excluded") == Choice("any", ("a", "b"), ("c", "d"))
    assert choice.toggle("c", "excluded") == Choice("any", ("a", "b"), ())
    assert choice.toggle("a", "excluded") == Choice("any", ("b",), ("c", "a"))
