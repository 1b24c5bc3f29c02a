"""The topics and tags of a query, picked and excluded by the filter pane."""

from __future__ import annotations

from typing import Literal

from hypothesis import given
from hypothesis import strategies as st

from reader.core.query import parse
from reader.core.query.choices import TagChoice, TopicChoice, chosen_tags, picked_topics, with_tag, with_topics
from tests.table import each


def test_only_tags_at_the_top_level_are_chosen() -> None:
    found = chosen_tags(parse('robot tag:later -tag:done (tag:a OR tag:b) tag:"to cite"'))
    assert found == TagChoice(("later", "to cite"), ("done",))
    assert chosen_tags(parse("tag:a OR tag:b")) == TagChoice()


@each(
    ("text", "tag", "where", "after"),
    [
        ("", "later", "picked", "tag:later"),
        ("", "to cite", "excluded", '-tag:"to cite"'),
        ("robot tag:later", "later", "picked", "robot"),
        ("robot tag:later", "Later", "picked", "robot"),
        ("robot tag:later", "later", "excluded", "robot -tag:later"),
        ("-tag:later robot", "later", "picked", "robot tag:later"),
        ("tag:later AND robot", "later", "picked", "robot"),
        ("a OR b ~c d", "later", "picked", "(a OR b) tag:later ~c d"),
        ("tag:later ~c", "later", "picked", "~c"),
    ],
)
def test_a_tag_is_toggled_and_the_rest_stays_as_typed(
    text: str, tag: str, where: Literal["picked", "excluded"], after: str
) -> None:
    assert with_tag(text, tag, where) == after
    parse(after)


TAGS = st.text("ab \"'c-", min_size=1).map(lambda tag: " ".join(tag.split())).filter(bool)


@given(TAGS, st.sampled_from(["", "a OR b", "robot sort:title"]))
def test_whatever_a_tag_is_called_it_comes_and_goes(tag: str, text: str) -> None:
    once = with_tag(text, tag, "picked")
    assert [one.casefold() for one in chosen_tags(parse(once)).picked] == [tag.casefold()]
    assert chosen_tags(parse(with_tag(once, tag, "picked"))) == TagChoice()


# Topics


@each(
    ("text", "choice"),
    [
        ("", TopicChoice()),
        ("topic:a topic:b", TopicChoice("all", ("a", "b"))),
        ("(topic:a OR topic:b)", TopicChoice("any", ("a", "b"))),
        ("words -topic:c topic:a", TopicChoice("all", ("a",), ("c",))),
        ("topic:a OR words", TopicChoice()),
        ("(topic:a topic:b) x", TopicChoice("all", ("a", "b"))),
        ("(topic:a x)", TopicChoice()),
        ("(topic:a -topic:b)", TopicChoice("all", ("a",), ("b",))),
        ("(topic:a OR topic:b) (topic:c OR topic:d)", TopicChoice("any", ("a", "b"))),
        ("topic:a,b topic:c", TopicChoice("all", ("c",))),
        ("-(topic:a topic:b)", TopicChoice()),
        ("is:unread sort:title", TopicChoice()),
    ],
)
def test_the_text_says_what_is_picked(text: str, choice: TopicChoice) -> None:
    assert picked_topics(parse(text)) == choice


@each(
    ("text", "choice", "result"),
    [
        ("is:unread", TopicChoice("any", ("a", "b")), "(topic:a OR topic:b) is:unread"),
        ("topic:a is:unread words", TopicChoice("all", ("b",), ("c",)), "topic:b -topic:c is:unread words"),
        ("is:unread topic:a", TopicChoice(), "is:unread"),
        ("rag OR search sort:upvotes", TopicChoice("all", ("a",)), "topic:a (rag OR search) sort:upvotes"),
        ("rag OR search ~a topic:b", TopicChoice("all", ("a",)), "topic:a (rag OR search) ~a topic:b"),
        ("topic:a AND words", TopicChoice(), "words"),
        ("x AND(topic:a OR topic:b)", TopicChoice(), "x"),
        ("(topic:a OR topic:b)AND x", TopicChoice(), "x"),
        ("x AND topic:a AND topic:b AND y", TopicChoice(), "x AND y"),
        ("x AND topic:a y", TopicChoice("all", ("b",)), "x topic:b y"),
        ("topic:a sort:title OR topic:b", TopicChoice("any", ("b", "c")), "(topic:b OR topic:c) sort:title"),
        ("topic:a,b topic:c", TopicChoice("all", ("d",)), "topic:a,b topic:d"),
        ("(topic:a OR topic:b) (topic:c OR topic:d)", TopicChoice("all", ("e",)), "topic:e (topic:c OR topic:d)"),
        ("x", TopicChoice("any", ("a",), ("b", "c")), "topic:a -topic:b -topic:c x"),
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
