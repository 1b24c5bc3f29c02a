"""The categories of arXiv."""

from __future__ import annotations

import pytest

from reader.core.errors import UsageError
from reader.feeds.arxiv.categories import announced_categories, categories, find_category
from tests.table import each


def test_categories_have_names_and_groups() -> None:
    known = categories()
    assert known["cs.CL"].name == "Computation and Language"
    assert known["cs.CL"].group == "Computer Science"
    assert known["hep-th"].group == "Physics"
    assert len(known) > 150
    assert all(id == category.id and category.name for id, category in known.items())


def test_a_category_is_found_in_any_case() -> None:
    assert find_category(" CS.ro ").id == "cs.RO"


def test_an_unknown_category_gets_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"'cs.CLL' is not a category of arXiv; did you mean cs\.CL\?"):
        find_category("cs.CLL")
    with pytest.raises(UsageError, match=r"one is cs\.CL, for example\."):
        find_category("\x1b[31mwhatever")


@each(
    ("url", "ids"),
    [
        ("https://rss.arxiv.org/rss/cs.CL+cs.lg", ("cs.CL", "cs.LG")),
        ("http://export.arxiv.org/rss/hep-th", ("hep-th",)),
        (" https://www.arxiv.org/atom/cs.RO/ ", ("cs.RO",)),
        ("https://rss.arxiv.org/rss/cs.CL+cs.XX", ()),
        ("https://rss.arxiv.org/rss/", ()),
        ("https://arxiv.org/abs/2605.00001", ()),
        ("https://example.org/rss/cs.CL", ()),
        ("https://[bad/rss/cs.CL", ()),
    ],
)
def test_announcements_are_known_by_their_address(url: str, ids: tuple[str, ...]) -> None:
    assert announced_categories(url) == ids
