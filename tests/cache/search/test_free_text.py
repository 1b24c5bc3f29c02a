"""Papers that fit a text, papers like others, and why."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from reader.cache.reads.window import Window
from reader.cache.search import free_text
from reader.cache.storing.papers import Cache
from reader.core.paper import Listing
from reader.core.similarity import Shared
from tests.cache.conftest import NOW, SCOPE, draft, selection
from tests.table import each

FILLER = [draft(number, f"Paper {number} on nothing at all", authors=("Wei Wang",)) for number in range(50, 75)]
PAPERS = (
    draft(1, "Speculative decoding with draft trees", abstract="Draft trees speak of databases.", upvotes=1),
    draft(2, "Draft trees made smaller", abstract="We use speculative decoding, as databases do.", upvotes=9),
    draft(3, "Robots that fold the laundry", authors=("Ada Example", "Bo Sample"), upvotes=5),
    draft(4, "Agents in a kitchen", authors=("Ada Example", "Bo Sample", "Cy"), upvotes=7),
    draft(5, "Video of a kitchen by agents", abstract="Pre-training on databases, optimised.", upvotes=3),
    draft(6, "Agents of the kitchen", upvotes=2),
)


@pytest.fixture
def window(cache: Cache, path: Path) -> Iterator[Window]:
    cache.store(Listing("2026-11-24", (*PAPERS, *FILLER)), NOW)
    with closing(Window.open(path)) as opened:
        yield opened


def found(window: Window, text: str) -> list[int]:
    """The last digits of the ids that a query finds, in order."""
    order = window.order(selection(text))
    return [int(row.id[5:]) for row in window.rows(order.pks)]


def pk(window: Window, number: int) -> int:
    return window.pk_of(f"2611.{number:05}") or 0


@each(
    ("text", "papers"),
    [
        ("speculative decoding", [1, 2]),
        ("laundry robots", [3]),
        ("pretraining", [5]),
        ("optimizing", [5]),
        ("agents in a kitchen", [4]),
        ("the", []),
        ("darft trees", [1, 2]),
        ("datbases of trees", [1, 2, 5]),
    ],
)
def test_papers_with_most_of_the_words_come_first(window: Window, text: str, papers: list[int]) -> None:
    assert found(window, f"~{text}")[: len(papers)] == papers
    assert found(window, f"topic:agents ~{text}") == [
        number for number in found(window, f"~{text}") if number in (4, 5, 6)
    ]


def test_a_text_as_written_comes_first(window: Window) -> None:
    assert found(window, "~agents of the kitchen")[0] == 6


def test_words_that_no_paper_has_are_corrected_all_or_none(window: Window) -> None:
    def corrected(text: str) -> dict[str, str]:
        return window.read(lambda connection: free_text.corrections(connection, text))

    assert corrected("datbases") == {"datbases": "databases"}
    assert corrected("databases kitchn") == {"kitchn": "kitchen"}
    assert corrected("datbases zzzzzzz") == {}
    assert corrected("databases") == {}


def test_words_and_authors_make_papers_alike(window: Window) -> None:
    assert found(window, "like:2611.00001") == [2]
    assert found(window, "like:2611.00003") == [4]
    assert found(window, "like:2611.00001,2611.00003") == found(window, "like:2611.00003 like:2611.00001")
    assert found(window, "like:2611.00004 topic:agents")[:2] == [6, 5]
    assert found(window, "like:2611.00005 ~agents of the kitchen")[0] == 6
    assert found(window, "like:2611.00099") == []


def test_what_papers_share_is_told(window: Window, cache: Cache) -> None:
    def shared(number: int, other: int) -> Shared:
        keys = [pk(window, number)]
        return window.read(lambda connection: free_text.shared(connection, keys, pk(window, other)))

    keywords = ("draft trees", "speculative decoding", "databases", "decoding drafts", "DRAFT")
    cache.store(
        Listing("2026-11-24", (draft(7, "Draft trees", abstract="Speculative decoding.", keywords=keywords),)), NOW
    )
    assert set(shared(7, 2).words) == set(shared(2, 7).words) == {"draft trees", "speculative decoding"}
    assert shared(3, 4) == Shared((), ("Ada Example", "Bo Sample"))
    assert shared(5, 4).topics == ("Agents",)
    assert shared(1, 99) == Shared()


def test_within_a_view_that_is_left_out_like_is_the_paper_itself(window: Window) -> None:
    scope = SCOPE._replace(views=(("near", "like:2611.00001"),))
    order = window.order(selection("-view:near is:unread", scope))
    assert len(order.pks) == len(PAPERS) + len(FILLER) - 1
    assert len(window.order(selection("view:near", scope)).pks) == 1


def test_a_title_typed_in_part_comes_first_among_papers_with_the_words(window: Window) -> None:
    assert found(window, "a kitchen sort:relevance")[0] == 4
    assert found(window, "agents of the kit sort:relevance")[0] == 6
    assert found(window, "kitchen sort:-relevance")[-1] == found(window, "kitchen sort:relevance")[0]
