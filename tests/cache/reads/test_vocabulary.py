"""The words that queries are completed with, and keywords in all their spellings."""

from __future__ import annotations

from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from reader.cache.reads.vocabulary import vocabulary
from reader.cache.reads.window import Window
from reader.cache.search.compile import Scope, compile_query
from reader.cache.storing.papers import Cache
from reader.core.paper import Listing
from reader.core.query import parse
from tests.cache.conftest import NOW, draft

NEWEST = date(2026, 11, 24)


def test_an_empty_cache_has_no_words(cache: Cache, path: Path) -> None:
    window = Window.open(path)
    known = window.read(vocabulary)
    assert not any(known[field] for field in ("keyword", "author", "org", "tag"))
    window.close()


def _words(cache: Cache) -> None:
    spelled = ["Large Language Models (LLMs)", "LLM", "llms", "large language model", "world models", "once"]
    drafts = [
        draft(number, keywords=(keyword,), authors=("Ada Byron", f"Author {number}"), categories=filed)
        for number, keyword in enumerate([*spelled, "World Model", "llms"])
        for filed in [("cs.LG", "cs.CL")[number % 3 :]]
    ]
    drafts = [one._replace(organization="An Institute") for one in drafts]
    cache.store(Listing("2026-11-24", tuple(drafts)), NOW)


def test_the_words_that_several_papers_have_are_known_by_their_commonest_form(cache: Cache, path: Path) -> None:
    _words(cache)
    window = Window.open(path)
    assert window.read(vocabulary) == {
        "keyword": ["llms", "world model"],
        "author": ["Ada Byron"],
        "org": ["An Institute"],
        "tag": {},
        "category": ["cs.CL", "cs.LG"],
        "venue": [],
        "source": {"hf": 8},
    }
    window.close()


@pytest.mark.parametrize(
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
def test_a_keyword_finds_all_its_spellings(cache: Cache, path: Path, query: str, papers: int) -> None:
    _words(cache)
    window = Window.open(path)
    selection = compile_query(parse(query), Scope(NEWEST, "2026-11-24"))
    assert window.count(selection) == papers
    assert len(window.first(selection, 50).pks) == papers
    window.close()


def test_venues_are_counted_by_name_and_by_year(cache: Cache, path: Path) -> None:
    told = ("Accepted to ICLR 2026 (Oral)", "ICLR 2026", "ICLR 2025 workshop", "Accepted by TPAMI", "18 pages")
    papers = tuple(draft(number, remark=remark) for number, remark in enumerate(told, 1))
    cache.store(Listing("2026-11-24", papers), NOW)
    with closing(Window.open(path)) as window:
        venues = window.read(vocabulary)["venue"]
    assert venues == ["ICLR", "ICLR 2026", "ICLR 2025", "TPAMI"]
