"""The bundled sample: real papers with real facts, abstracts in our own words, in the shape of the feed."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from reader.data import read_text
from reader.feeds.huggingface.parse import listings

SHARED = Path(__file__).parents[2] / "shared" / "data"
ARCHIVE = SHARED / "huggingface" / "daily_papers.jsonl.gz"
PAGE = SHARED / "saved_pages" / "daily_papers_search_vision_pretraining.txt"

RUN = 9
"""So many words in a row that a text shares with the paper's own abstract are copied."""

needs_archive = pytest.mark.skipif(not ARCHIVE.exists(), reason="the recorded feed is not here")
needs_page = pytest.mark.skipif(not PAGE.exists(), reason="the saved page is not here")


@pytest.fixture(scope="module")
def lines() -> list[dict[str, Any]]:
    found = json.loads(read_text("sample.json"))
    assert isinstance(found, list)
    return found


@pytest.fixture(scope="module")
def papers(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [item["paper"] for line in lines for item in line["items"]]


@pytest.fixture(scope="module")
def recorded() -> dict[tuple[str, str], dict[str, Any]]:
    """Items of the recorded feed by day and id."""
    with gzip.open(ARCHIVE, "rt", encoding="utf-8") as stream:
        days = [json.loads(line) for line in stream]
    return {(day["date"], item["paper"]["id"]): item for day in days for item in day["items"]}


@pytest.fixture(scope="module")
def page_abstracts() -> dict[str, str]:
    """Abstracts of the saved page by title: the title is the line before the long one."""
    text = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.strip()]
    return {before: line for before, line in pairwise(text) if len(line) > 300}


def _runs(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.casefold())
    return {tuple(words[start : start + RUN]) for start in range(len(words) - RUN + 1)}


def _told(paper: dict[str, Any]) -> Iterator[str]:
    yield paper["summary"]
    if "ai_summary" in paper:
        yield paper["ai_summary"]


def test_the_door_takes_every_paper(lines: list[dict[str, Any]]) -> None:
    for line in lines:
        (listing,) = listings(line["items"], line["date"])
        assert listing.day == line["date"]
        assert listing.skipped == ()
        assert [draft.id for draft in listing.drafts] == [item["paper"]["id"] for item in line["items"]]
        for draft, item in zip(listing.drafts, line["items"], strict=True):
            paper = item["paper"]
            assert draft.abstract == paper["summary"]
            assert draft.summary == paper.get("ai_summary")
            assert draft.keywords == tuple(paper.get("ai_keywords", ()))
            assert draft.authors == tuple(author["name"] for author in paper.get("authors", ()))
            assert draft.published == (paper["publishedAt"][:10] if "publishedAt" in paper else None)


@needs_page
def test_says_nothing_in_the_saved_page_s_words(papers: list[dict[str, Any]], page_abstracts: dict[str, str]) -> None:
    for paper in papers:
        theirs = _runs(page_abstracts.get(paper["title"], ""))
        assert [run for text in _told(paper) for run in _runs(text) & theirs] == [], paper["id"]


@needs_archive
def test_says_nothing_in_the_authors_words(
    lines: list[dict[str, Any]], recorded: dict[tuple[str, str], dict[str, Any]]
) -> None:
    for line in lines[:-1]:
        for item in line["items"]:
            theirs = recorded[line["date"], item["paper"]["id"]]["paper"]
            runs = _runs(theirs["summary"]) | _runs(theirs.get("ai_summary", ""))
            assert [run for text in _told(item["paper"]) for run in _runs(text) & runs] == [], item["paper"]["id"]
