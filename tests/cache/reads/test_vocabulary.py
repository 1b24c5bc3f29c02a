"""The words that queries are completed with, and keywords in all their spellings."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from reader.cache.reads.vocabulary import vocabulary
from reader.cache.reads.window import Window
from reader.cache.storing.papers import Cache
from reader.core.paper import Listing
from tests.cache.conftest import NOW, draft, selection
from tests.table import each


@pytest.fixture
def spelled(cache: Cache, path: Path) -> Iterator[Window]:
    keywords = ["Large Language Models (LLMs)", "LLM", "llms", "large language model", "world models", "once"]
    drafts = [
        draft(number, keywords=(keyword,), authors=("Ada Byron", f"Author {number}"), organization="An Institute",
              categories=("cs.LG", "cs.CL")[number % 3 :])
        for number, keyword in enumerate([*keywords, "World Model", "llms"])
    ]  # fmt: skip
    with closing(Window.open(path)) as window:
        assert not any(known for name, known in window.read(vocabulary).items() if name != "source")
        cache.store(Listing("2026-11-24", tuple(drafts)), NOW)
        yield window


def test_the_words_that_several_papers_have_are_known_by_their_commonest_form(spelled: Window) -> None:
    assert spelled.read(vocabulary) == {
        "keyword": ["llms", "world model"],
        "author": ["Ada Byron"],
        "org": ["An Institute"],
        "tag": {},
        "category": ["cs.CL", "cs.LG"],
        "venue": [],
        "source": {"hf": 8},
    }


@each(
    ("query", "papers"),
    [
        ("keyword:llms", 5),
        ('keyword:"large language models"', 5),
        ("keyword:LLM", 5),
        ('keyword:"world models"', 2),
        ("keyword:llms keyword:world", 0),
        ("-keyword:llms", 3),
        ("keyword:llms OR keyword:once", 6),
        ('keyword:"on"', 0),
    ],
)
def test_a_keyword_finds_all_its_spellings(spelled: Window, query: str, papers: int) -> None:
    assert spelled.count(selection(query)) == papers
    assert len(spelled.first(selection(query), 50).pks) == papers


def test_venues_are_counted_by_name_and_by_year(cache: Cache, path: Path) -> None:
    told = ("Accepted to ICLR 2026 (Oral)", "ICLR 2026", "ICLR 2025 workshop", "Accepted by TPAMI", "18 pages")
    papers = tuple(draft(number, remark=remark) for number, remark in enumerate(told, 1))
    cache.store(Listing("2026-11-24", papers), NOW)
    with closing(Window.open(path)) as window:
        venues = window.read(vocabulary)["venue"]
    assert venues == ["ICLR", "ICLR 2026", "ICLR 2025", "TPAMI"]
