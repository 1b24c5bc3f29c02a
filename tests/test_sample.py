"""The bundled sample: real papers with real facts, abstracts in our own words, in the shape of the feed."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from datetime import date
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


def _sentences(text: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.!?])\s+", text) if part]


def _laid_out(lines: list[dict[str, Any]]) -> str:
    """Keys sorted, one space a level, an author a line: what changes shows as the lines that changed."""
    text = json.dumps(lines, ensure_ascii=False, indent=1, sort_keys=True)
    return re.sub(r'\{\n +("name": ".*")\n +\}', r"{\1}", text) + "\n"


def _told(paper: dict[str, Any]) -> Iterator[str]:
    yield paper["summary"]
    if "ai_summary" in paper:
        yield paper["ai_summary"]


def test_is_small_and_laid_out_for_reading(lines: list[dict[str, Any]]) -> None:
    text = read_text("sample.json")
    assert text == _laid_out(lines)
    assert len(text.encode()) < 250_000


def test_has_many_papers_each_once(papers: list[dict[str, Any]]) -> None:
    assert len(papers) >= 80
    ids = [paper["id"] for paper in papers]
    assert [id for id in ids if not re.fullmatch(r"[0-9]{4}\.[0-9]{4,5}", id)] == []
    assert len(set(ids)) == len(ids)
    titles = [re.sub(r"\W", "", paper["title"]).casefold() for paper in papers]
    assert len(set(titles)) == len(titles)


def test_days_come_newest_first_and_those_without_one_last(lines: list[dict[str, Any]]) -> None:
    days = [line["date"] for line in lines]
    assert days[-1] is None
    assert days[:-1] == sorted((date.fromisoformat(day).isoformat() for day in days[:-1]), reverse=True)
    assert len(set(days)) == len(days)
    assert min(len(line["items"]) for line in lines[:6]) >= 5, "the newest days must fill their headings"
    for line in lines[:-1]:
        votes = [item["paper"]["upvotes"] for item in line["items"]]
        assert votes == sorted(votes, reverse=True)


def test_abstracts_have_two_to_four_sentences(papers: list[dict[str, Any]]) -> None:
    odd = {paper["id"]: len(_sentences(paper["summary"])) for paper in papers}
    assert {id: count for id, count in odd.items() if not 2 <= count <= 4} == {}
    assert [paper["id"] for paper in papers if len(paper["summary"]) > 700] == []


def test_machine_summaries_and_keywords_are_there_for_most_but_not_for_all(papers: list[dict[str, Any]]) -> None:
    summaries = [paper["ai_summary"] for paper in papers if "ai_summary" in paper]
    assert len(papers) * 0.4 < len(summaries) < len(papers)
    assert [summary for summary in summaries if len(_sentences(summary)) != 1] == []
    keywords = [paper["ai_keywords"] for paper in papers if "ai_keywords" in paper]
    assert len(keywords) > len(papers) * 0.8
    assert [words for words in keywords if not 3 <= len(words) <= 8 or len(set(words)) != len(words)] == []


def test_has_titles_that_try_a_terminal(papers: list[dict[str, Any]]) -> None:
    titles = " ".join(paper["title"] for paper in papers)
    assert [sign for sign in "[]^{}$&τπδ" if sign not in titles] == []


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
def test_every_paper_of_the_saved_page_is_in_it(papers: list[dict[str, Any]], page_abstracts: dict[str, str]) -> None:
    assert len(page_abstracts) == 55
    assert page_abstracts.keys() - {paper["title"] for paper in papers} == set()


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


@needs_archive
def test_facts_are_those_of_the_recorded_feed(
    lines: list[dict[str, Any]], recorded: dict[tuple[str, str], dict[str, Any]]
) -> None:
    seen = 0
    for line in lines[:-1]:
        for item in line["items"]:
            theirs = recorded[line["date"], item["paper"]["id"]]
            ours, paper = item["paper"], theirs["paper"]
            assert ours["title"].split() == paper["title"].split()
            assert [author["name"] for author in ours["authors"]] == [
                " ".join(author["name"].split()) for author in paper["authors"] if not author.get("hidden")
            ]
            for key in ("upvotes", "publishedAt", "submittedOnDailyAt", "githubRepo", "githubStars"):
                assert ours.get(key) == paper.get(key), (ours["id"], key)
            assert item.get("numComments") == theirs.get("numComments")
            seen += 1
    assert seen >= 40


@needs_archive
def test_papers_without_a_day_were_never_listed(
    lines: list[dict[str, Any]], recorded: dict[tuple[str, str], dict[str, Any]]
) -> None:
    listed = {id for _, id in recorded}
    assert [item["paper"]["id"] for item in lines[-1]["items"] if item["paper"]["id"] in listed] == []
    assert [item["paper"]["id"] for item in lines[-1]["items"] if "upvotes" in item["paper"]] == []
