"""The tags of a query, picked and excluded by the filter pane."""

from __future__ import annotations

from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.core.query.choices import TagChoice, chosen_tags, with_tag
from reader.core.query.parser import parse


def test_only_tags_at_the_top_level_are_chosen() -> None:
    found = chosen_tags(parse('robot tag:later -tag:done (tag:a OR tag:b) tag:"to cite"'))
    assert found == TagChoice(("later", "to cite"), ("done",))
    assert chosen_tags(parse("tag:a OR tag:b")) == TagChoice()


@pytest.mark.parametrize(
    ("text", "tag", "where", "after"),
    [
        ("", "later", "picked", "tag:later"),
        ("", "to cite", "excluded", '-tag:"to cite"'),
        ("robot", "later", "picked", "robot tag:later"),
        ("robot tag:later", "later", "picked", "robot"),
        ("robot tag:later", "Later", "picked", "robot"),
        ("robot tag:later", "later", "excluded", "robot -tag:later"),
        ("-tag:later robot", "later", "picked", "robot tag:later"),
        ("tag:later AND robot", "later", "picked", "robot"),
        ("a OR b", "later", "picked", "(a OR b) tag:later"),
        ("a OR b sort:title", "later", "picked", "(a OR b) sort:title tag:later"),
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
