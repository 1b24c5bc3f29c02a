"""The query language: what a text means, how a mistake is reported, and regular expressions."""

from __future__ import annotations

import time

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
    Match,
    Near,
    Not,
    Or,
    QueryError,
    Regex,
    Sort,
    Term,
    When,
    parse,
)
from reader.core.query.nodes import UnsafePattern, compile_pattern, matches
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
        ("title:/^a (b|c)$/", Regex("title", "^a (b|c)$")),
        (r"author:/a\/b\d/", Regex("author", r"a/b\d")),
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
        ("day:7d", When("day", DateRange(DateExpression("7d"), DateExpression("today")))),
        ("published:2026..", When("published", DateRange(DateExpression("2026"), None))),
        ("until:2026-W20", When("until", DateRange(None, DateExpression("2026-W20")))),
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
def test_queries_have_their_meaning(text: str, root: object) -> None:
    query = parse(text)
    assert query.root == root
    assert query.sort is None
    assert parse(query.text) == query


@each(
    ("text", "root", "sort"),
    [
        ("a sort:-day", A, Sort("day", reverse=True)),
        ("-sort:day a", A, Sort("day", reverse=True)),
        ("-sort:-day", None, Sort("day")),
        ("a sort:title OR b", Or((A, B)), Sort("title")),
        ("a sort:title ~b", And((A, Near("b"))), Sort("title")),
    ],
)
def test_sort_stands_anywhere_at_the_top(text: str, root: object, sort: Sort) -> None:
    query = parse(text)
    assert (query.root, query.sort) == (root, sort)
    assert parse(query.text) == query


@each(
    ("text", "marked", "suggestion", "says"),
    [
        ("words topc:agents", "topc:", "topic:", "no field topc:"),
        ("date:7d", "date:", "day:", "no field"),
        ("is:unred", "unred", "unread", "unread"),
        ("is:xyz", "xyz", None, "unread, read, starred, queued, hidden, new, trending"),
        ("sort:-tilte", "-tilte", "title", "title"),
        ("sort:", "sort:", None, "sort:upvotes"),
        ("sort:day sort:title", "sort:title", None, "only one sort"),
        ("(a sort:day)", "sort:day", None, "outside"),
        ("day:todya", "todya", "today", "2026-05-11"),
        ("day:2026-13", "2026-13", None, "calendar"),
        ("day:2026-02..2026-01", "2026-02..2026-01", None, "after"),
        ("since:2026-01..2026-02", "since:2026-01..2026-02", "day:2026-01..2026-02", "one date"),
        ("upvotes:many", "many", None, "upvotes:>20"),
        ("upvotes:..", "..", None, "upvotes:>20"),
        ("upvotes:9..3", "9..3", "3..9", "more than"),
        ("upvotes:<0", "<0", "0", "below"),
        ("author:>3", "author:", "authors:", "authors:"),
        ("authors:bengio", "authors:", "author:", "author:"),
        ('a "b c', '"b c', None, "never closed"),
        ('author:"kaiming', '"kaiming', None, "This quote is never closed."),
        ('topic:"', '"', None, "This quote is never closed."),
        ("title:/a b", "/a b", None, "This regex is never closed."),
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
        ("author:<x", "author:", None, "counts them"),
        ("author:7", "author:", "authors:", "counts them"),
        ("upvots:3", "upvots:", "upvotes:", "no field"),
        ("authors:3x", "authors:", "author:", "takes a name"),
        ("comments:3x", "3x", None, "comments:>20"),
        ("is:unread,hiden", "hiden", "hidden", "is: takes"),
        ("(" * 31 + "a" + ")" * 31, "(", None, "too deeply"),
        ("(OR a)", "OR", None, "before it"),
        ("title:/a(/", "/a(/", None, "not a regex"),
        ("title:/(?=a)b/", "/(?=a)b/", None, "look-ahead"),
        (" ".join(["a"] * 101), "a", None, "100 terms"),
        ("topic:" + ",".join(["a"] * 101), "topic:" + ",".join(["a"] * 101), None, "100 terms"),
        ("a" * 2001, "a", None, "2,000 characters"),
        ("srot:title", "srot:", "sort:", "no field"),
        ("a + (b)", "+", None, "no letter or digit"),
        ('"..."', '"..."', None, "no letter or digit"),
        ("title:...", "...", None, "no letter or digit"),
        ("...", "...", None, "no letter or digit"),
        ("title:", "title:", None, "title: needs a value, such as title:attention."),
    ],
)
def test_a_mistake_in_a_query_has_its_place(text: str, marked: str, suggestion: str | None, says: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(text)
    error = caught.value
    assert text[error.start : error.end] == marked
    assert error.suggestion == suggestion
    assert says in str(error)
    assert str(error)[-1] in ".?"
    if suggestion:
        parse(text[: error.start] + suggestion + text[error.end :])


def test_every_field_has_an_example_that_parses() -> None:
    for field, example in EXAMPLES.items():
        assert parse(example).text
        assert example.startswith(f"{field}:")


# What a person, or a cat, may type.
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
def test_any_text_parses_or_has_a_mistake_with_a_place(text: str) -> None:
    try:
        query = parse(text)
    except QueryError as error:
        assert 0 <= error.start < error.end <= len(text)
        assert str(error)
    else:
        assert parse(query.text) == query


def test_the_parts_of_a_query_stand_where_they_are_written() -> None:
    text = "a -(b OR c) sort:title topic:x AND d"
    parts = parse(text).parts
    assert [text[part.start : part.end] for part in parts] == ["a", "-(b OR c)", "sort:title", "topic:x", "d"]
    text = "(a b) OR -sort:day c"
    parts = parse(text).parts
    assert [text[part.start : part.end] for part in parts] == [text, "-sort:day"]
    assert [(part.start, part.end) for part in parse("2406.12345").parts] == [(0, 10)]


def test_like_stands_beside_all_other_terms() -> None:
    query = parse("topic:agents like:2406.12345,arxiv.org/abs/2501.00001 like:2406.12345 since:7d")
    assert query.like == ("2406.12345", "2501.00001")
    assert query.is_by_fit and not query.near
    assert parse(query.text) == query
    assert parse("like:2406.12345 OR like:2501.00001").like == ("2406.12345", "2501.00001")
    assert parse("agents").like == ()
    for text, wrong in (
        ("a -like:2406.12345", "-like:2406.12345"),
        ("a (b OR like:2406.12345)", "(b OR like:2406.12345)"),
        ("a OR like:2406.12345", "a OR like:2406.12345"),
    ):
        with pytest.raises(QueryError, match="like: applies to all") as caught:
            parse(text)
        assert text[caught.value.start : caught.value.end] == wrong


# Regular expressions


@each(
    ("pattern", "says"),
    [
        ("(?=a)b", "This is not a regex: look-around, including look-ahead and look-behind, is not supported"),
        (r"(a)\1", "This is not a regex: backreferences are not supported"),
        ("(", "This is not a regex: unclosed group"),
        ("((a{99}){99}){99}", "This regex is too large; repeat less"),
    ],
)
def test_a_regex_that_cannot_run_in_linear_time_is_refused(pattern: str, says: str) -> None:
    with pytest.raises(UnsafePattern) as refused:
        compile_pattern(pattern)
    assert str(refused.value) == says


@each(
    ("pattern", "text", "found"),
    [
        ("^attention", "Attention is all you need", True),
        ("(gan|vae)s?$", "On VAEs", True),
        ("andre", "André Martins", True),
        ("André", "ANDRE MARTINS", True),
        ("^li$", "Fei Wang\nLi", True),
        (r"wang\sli", "Fei Wang\nLi", False),
        (r"\bgan\b", "style-gan", True),
        (r"\bgan\b", "vqgan", False),
    ],
)
def test_a_regex_is_blind_to_case_and_accents(pattern: str, text: str, found: bool) -> None:
    assert matches(pattern, text) is found


@each("pattern", ["(a+)+!", "((a*))+!", "(a|b)*" * 9 + "!", "(.a|b){1,99}(a.|b){1,99}!", "a?" * 50 + "!"])
def test_a_regex_takes_time_in_proportion_to_the_text(pattern: str) -> None:
    start = time.process_time()
    for text in ("a", "é", "ab c"):
        assert not matches(pattern, text * 5_000)
    assert time.process_time() - start < 1
