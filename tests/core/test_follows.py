"""What can be followed: how it is written, named and stored."""

from __future__ import annotations

import pytest

from reader.core.follows import (
    Follow,
    from_view,
    name_slug,
    offers,
    parse_follow,
    venue_name,
)
from reader.core.query import parse
from tests.table import each
from tests.ui.stage import paper


@each(
    ("text", "follow"),
    [
        ("author:Kaiming He", Follow("author", "Kaiming He")),
        ('organization:"Some Lab"', Follow("org", "Some Lab")),
        ("topic:Video generation", Follow("topic", "video-generation")),
        ("venue:ICLR", Follow("venue", "ICLR")),
        ("keyword:kv cache", Follow("word", "kv cache")),
        ("world model", Follow("word", "world model")),
        ("Olmo:3 again", Follow("word", "Olmo:3 again")),
    ],
)
def test_a_follow_is_written_like_a_term(text: str, follow: Follow) -> None:
    assert parse_follow(text) == follow
    assert from_view(follow.view) == follow and parse(follow.query).root is not None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("author:...", "no letters"),
        ("at", "too short"),
        (121 * "x", "longer"),
        ("auther:Yue Ma", "but the field is author:"),
    ],
)
def test_unfollowable_terms_are_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse_follow(text)


def test_a_name_in_a_query_needs_no_field() -> None:
    follow = Follow("author", "Aäron van den Oord")
    assert follow.query == "follow:author:aaron-van-den-oord"
    assert name_slug("author:Aäron van den Oord") == name_slug("author:aaron-van-den-oord") == follow.query[7:]
    assert name_slug("aaron VAN den oord") == follow.slug
    assert from_view("follow:mood:glad") is from_view("saved:x") is from_view("follow:author:") is None


def test_a_paper_offers_what_it_has() -> None:
    one = paper(authors=("Ada Byron", "..."), keywords=("memory", "kv", "Memory"))._replace(venue="ICLR 2026 oral")
    assert {field: [follow.name for follow in some] for field, some in offers(one).items()} == {
        "author": ["Ada Byron"],
        "org": ["Some Lab"],
        "venue": ["ICLR"],
        "topic": ["video-generation", "agents"],
        "word": ["memory"],
    }
    assert "org" not in offers(paper(organization=None))
    assert venue_name("Journal of Odd Things 2025 oral") == "Journal of Odd Things" and venue_name("2025") == "2025"
