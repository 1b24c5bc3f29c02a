"""arXiv: what is asked of it, what its answers say, and its categories."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from reader import __version__
from reader.core.errors import FeedMalformed, FeedRefused, FeedUnreachable, UsageError
from reader.core.paper import Draft, SkippedRecord
from reader.feeds.arxiv import (
    API_ENDPOINT,
    AnnounceType,
    ArxivClient,
    ArxivEntry,
    announcement_day,
    is_local_only,
    parse_arxiv,
    refusal_reason,
)
from reader.feeds.arxiv_categories import announced_categories, categories, find_category
from reader.feeds.http import Limits
from tests.feeds.servers import (
    Arxiv,
    Nap,
    Page,
    Paper,
    announcement,
    api_feed,
    atom_entry,
    refused,
    rss_item,
)
from tests.table import each


@pytest.fixture
def server() -> Iterator[Arxiv]:
    with Arxiv([Paper(f"2605.{number:05}", f"Paper {number}") for number in range(3)]) as arxiv:
        yield arxiv


@asynccontextmanager
async def connected(server: Arxiv, nap: Nap, folder: Path | None = None) -> AsyncIterator[ArxivClient]:
    async with ArxivClient(folder, stand_in=server.url, limits=Limits(body_size=1_000_000), sleep=nap) as client:
        yield client


# What is asked


async def test_papers_come_by_id(server: Arxiv, nap: Nap) -> None:
    server.papers.append(Paper("math/0309136", categories=("math.GT",)))
    async with connected(server, nap) as arxiv:
        found = await arxiv.papers(["2605.00000", "2605.99999", "page:0123456789ab", "math/0309136", "abc"])
    categories = {entry.draft.id: entry.draft.categories for entry in found}
    assert categories == {"2605.00000": ("cs.CL", "cs.LG"), "math/0309136": ("math.GT",)}
    (request,) = server.requests
    assert request.path == "/api/query"
    assert request.query == {"id_list": "2605.00000,2605.99999,math/0309136", "start": "0", "max_results": "3"}
    assert request.headers["User-Agent"] == f"dailypapers/{__version__}"
    assert "application/atom+xml" in (request.headers["Accept"] or "")
    assert request.headers["If-None-Match"] is None


async def test_a_busy_api_leaves_the_other_host_alone(server: Arxiv, nap: Nap, tmp_path: Path) -> None:
    async with connected(server, nap, tmp_path) as arxiv:
        server.answers += [Page(status=406)] * 4
        with pytest.raises(FeedRefused, match="too busy"):
            await arxiv.papers(["2605.00001"])
        assert len(await arxiv.latest(["cs.CL"])) == 3
        with pytest.raises(FeedRefused, match="too busy"):
            await arxiv.papers(["2605.00001"])
    assert [request.path for request in server.requests] == ["/api/query"] * 4 + ["/rss/cs.CL"]


async def test_nothing_is_asked_about_nothing(server: Arxiv, nap: Nap) -> None:
    async with connected(server, nap) as arxiv:
        assert await arxiv.papers(["page:0123456789ab"]) == ()
        assert await arxiv.latest([]) == ()
        with pytest.raises(UsageError, match="not a category"):
            await arxiv.latest(["cs.XX"])
    assert server.requests == []


async def test_two_hundred_ids_go_at_once(server: Arxiv, nap: Nap) -> None:
    server.papers = [Paper(f"2605.{number:05}") for number in range(450)]
    async with connected(server, nap) as arxiv:
        found = await arxiv.papers(paper.id for paper in server.papers)
    assert len(found) == 450
    assert [request.query["max_results"] for request in server.requests] == ["200", "200", "50"]
    # A stand-in on this machine may be asked at any rate.
    assert nap.taken == []


async def test_a_day_of_a_category_comes_in_slices(server: Arxiv, nap: Nap, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reader.feeds.arxiv._PAGE_SIZE", 2)
    server.papers += [Paper("2605.00010", categories=("cs.RO",)), Paper("2605.00011", published="2026-05-10")]
    asked = {
        "search_query": "cat:cs.CL AND submittedDate:[202605110000 TO 202605112359]",
        "max_results": "2",
        "sortBy": "submittedDate",
        "sortOrder": "descending",
    }
    async with connected(server, nap) as arxiv:
        found = await arxiv.search_submitted("cs.cl", "2026-05-11", "2026-05-11")
        assert [entry.draft.id for entry in found.entries] == ["2605.00000", "2605.00001", "2605.00002"]
        assert found.total == 3
        assert [request.query for request in server.requests] == [{**asked, "start": "0"}, {**asked, "start": "2"}]
        # The total of an answer shows that it lacks papers.
        monkeypatch.setattr("reader.feeds.arxiv._MAX_PAGES", 1)
        short = await arxiv.search_submitted("cs.CL", "2026-05-11", "2026-05-11")
        assert (len(short.entries), short.total) == (2, 3)


async def test_what_is_announced_comes_for_categories_together(server: Arxiv, nap: Nap) -> None:
    server.papers.append(Paper("2605.00010", categories=("cs.RO",), announce="replace-cross", version=4))
    async with connected(server, nap) as arxiv:
        entries = await arxiv.latest(["cs.LG", "cs.ro", "cs.LG"])
    assert [(entry.draft.id, entry.announce) for entry in entries][2:] == [
        ("2605.00002", "new"),
        ("2605.00010", "replace-cross"),
    ]
    assert [request.path for request in server.requests] == ["/rss/cs.LG+cs.RO"]


# What goes wrong


async def test_an_answer_without_the_papers_it_counts_is_asked_for_once_more(server: Arxiv, nap: Nap) -> None:
    async with connected(server, nap) as arxiv:
        server.answers.append(Page(api_feed([], total=9)))
        assert len(await arxiv.papers(["2605.00001"])) == 1
    assert len(server.requests) == 2


async def test_a_refusal_gives_arxivs_reason(server: Arxiv, nap: Nap) -> None:
    async with connected(server, nap) as arxiv:
        for status in (200, 400):
            server.answers.append(Page(refused("max_results is odd"), status=status))
            with pytest.raises(FeedRefused, match=r"refused the request.*: max_results is odd"):
                await arxiv.papers(["2605.00001"])
    assert len(server.requests) == 2


async def test_arxiv_is_called_by_its_name(monkeypatch: pytest.MonkeyPatch, nap: Nap) -> None:
    import httpx

    def refuse(*_: object, **__: object) -> None:
        raise httpx.ConnectError("no connection")

    monkeypatch.setattr(httpx.AsyncClient, "stream", refuse)
    async with ArxivClient(sleep=nap) as arxiv:
        with pytest.raises(FeedUnreachable, match=r"^arXiv could not be reached; try again later\.$"):
            await arxiv.latest(["cs.CL"])
    assert API_ENDPOINT.startswith("https://")


def test_arxiv_of_the_internet_is_not_asked_for_a_local_feed() -> None:
    assert is_local_only("http://127.0.0.1:8000", {})
    assert not is_local_only("http://127.0.0.1:8000", {"ARXIV_ENDPOINT": "http://127.0.0.1:9000"})
    assert not is_local_only("https://huggingface.co", {})


# Answers


PAPER = Paper("2605.00001")

DRAFT = Draft(
    "On one matter",
    "2605.00001",
    authors=("Ada Example", "Bo Sample"),
    categories=("cs.CL", "cs.LG"),
    source="arxiv",
    by_arxiv=True,
)
"""What every format says of the paper."""


# The API

IN_API = DRAFT._replace(
    abstract="We look at it and find that α holds.\n\nThen we stop.",
    published="2026-05-11",
    version=1,
    revised="2026-05-11",
    versions=("v1 2026-05-11",),
)


@each(
    ("pattern", "instead", "facts"),
    [
        ("$^", "", {}),
        ("On one matter", "Agents\n  that $\\\\beta$", {"title": "Agents that β"}),
        ("On one matter", "Error", {"title": "Error"}),
        ("1v1", "1v3", {"version": 3, "versions": ("v1 2026-05-11", "v3 2026-05-11")}),
        ("1v1<", "1<", {"version": None}),
        ("2605.00001v1", "hep-th/9901001v1", {"id": "hep-th/9901001"}),
        ("2605.00001v1", "math.CA/0611800v1", {"id": "math/0611800"}),
        ("2605.00001v1", "0704.0001v1", {"id": "0704.0001"}),
        ("<published>[^<]*", "<published>soon", {"published": None}),
        # The address has an id too.
        ("<id>.*</id>", "<id>urn:odd</id>", {}),
        # The primary category stands first; those of other institutions are left out.
        ('(<category term=)"cs.CL"', r'\1"eess.SY"/>\g<0>', {"categories": ("cs.CL", "eess.SY", "cs.LG")}),
        ("</entry>", '<category term="68T05"/><category term="I.2.6; I.2.7"/></entry>', {}),
        ("</entry>", "<arxiv:comment>12 pages,\n 3 figures</arxiv:comment></entry>", {"remark": "12 pages, 3 figures"}),
        ("</entry>", "<arxiv:journal_ref>J. 7 (2026) 1-9</arxiv:journal_ref></entry>", {"journal": "J. 7 (2026) 1-9"}),
        ("</entry>", "<arxiv:doi>10.1000/example.7</arxiv:doi></entry>", {"doi": "10.1000/example.7"}),
    ],
)
def test_an_entry_says_all_that_arxiv_knows(pattern: str, instead: str, facts: dict[str, Any]) -> None:
    answer = parse_arxiv(api_feed([re.sub(pattern, instead, atom_entry(PAPER))], total=70))
    (entry,) = answer.entries
    assert (entry.draft, answer.skipped, answer.total) == (IN_API._replace(**facts), (), 70)
    assert entry.submitted == (None if "soon" in instead else datetime(2026, 5, 11, 10, tzinfo=UTC))


def test_unusable_entries_are_skipped_with_a_reason() -> None:
    whole = atom_entry(PAPER)
    odd = re.sub("<link.*?/>", "", whole.replace("arxiv.org/abs", "urn:odd"))
    answer = parse_arxiv(api_feed([odd, whole, whole.replace("On one matter", " ")]))
    assert [entry.draft for entry in answer.entries] == [IN_API]
    assert answer.skipped == (SkippedRecord("entry 1", "no arXiv id"), SkippedRecord("entry 3", "no title"))


def test_a_refusal_is_an_error_with_its_reason() -> None:
    body = refused("incorrect id format for abc.")
    with pytest.raises(FeedRefused, match=r"^arXiv refused the request: incorrect id format for abc\.$"):
        parse_arxiv(body)
    assert refusal_reason(body) == "incorrect id format for abc"
    assert refusal_reason(refused("")) == "it gives no reason"
    assert refusal_reason(api_feed([])) == refusal_reason(b"<html>") == ""


@each(
    "body",
    [
        b"",
        b"{}",
        b"<!doctype html><html><body>Sign in</body></html>",
        b"<html><body>Sign in</body></html>",
        b"<rss></rss>",
        api_feed([atom_entry(PAPER)])[:-30],
        api_feed([], total=7),
    ],
)
def test_an_answer_that_is_not_a_feed_is_an_error(body: bytes) -> None:
    with pytest.raises(FeedMalformed, match=r"arXiv.*; try again later"):
        parse_arxiv(body)


def test_without_papers_an_answer_is_empty() -> None:
    odd = api_feed([]).replace(b">0</opensearch:total", b">many</opensearch:total")
    # The third is past the last paper, the fourth at a weekend.
    for body, total in ((api_feed([]), 0), (odd, None), (api_feed([], total=7, start=7), 7), (announcement([]), None)):
        answer = parse_arxiv(body)
        assert (answer.entries, answer.total) == ((), total)


# Announcements

ANNOUNCED = DRAFT._replace(abstract="We look on.", announced="2026-05-12")
KINDS: tuple[AnnounceType, ...] = ("new", "cross", "replace", "replace-cross")


def test_an_announcement_says_why() -> None:
    papers = [replace(PAPER, version=n, announce=kind) for n, kind in enumerate(KINDS, start=1)]
    entries = parse_arxiv(announcement([rss_item(paper) for paper in papers])).entries
    assert entries == tuple(
        ArxivEntry(ANNOUNCED._replace(version=n), announce=kind) for n, kind in enumerate(KINDS, start=1)
    )
    assert [entry.is_new for entry in entries] == [True, True, False, False]


def test_an_announcement_as_atom_says_the_same() -> None:
    body = b"""<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="a" xmlns:dc="d"><entry>
      <id>oai:arXiv.org:2605.00001v1</id><title>On one matter</title>
      <link href="https://arxiv.org/abs/2605.00001" rel="alternate"/>
      <summary>arXiv:2605.00001v1 Announce Type: new
Abstract: We look on.</summary>
      <category term="cs.CL"/><category term="cs.LG"/>
      <published>2026-05-12T00:00:00-04:00</published><updated>2026-05-12T04:00:00+00:00</updated>
      <arxiv:announce_type>new</arxiv:announce_type>
      <arxiv:journal_reference>Example J.</arxiv:journal_reference><arxiv:DOI>10.1000/7</arxiv:DOI>
      <dc:creator>Ada Example, Bo Sample</dc:creator></entry></feed>"""
    assert parse_arxiv(body).entries == (
        ArxivEntry(ANNOUNCED._replace(version=1, journal="Example J.", doi="10.1000/7"), announce="new"),
    )


@each("stamp", ["", "soon", "Tue, 99 May 2026 00:00:00 -0400", "Tue, 12 May 99999 00:00:00 -0400"])
def test_an_invalid_date_is_ignored(stamp: str) -> None:
    body = announcement([rss_item(PAPER)]).replace(b"Tue, 12 May 2026 00:00:00 -0400", stamp.encode())
    assert parse_arxiv(body).entries[0].draft.announced is None


# Days


@each(
    ("submitted", "day"),
    [
        # Submissions of a Monday until 19:00 are announced under Tuesday, later ones under Wednesday.
        ("2026-05-11T18:59:00Z", "2026-05-12"),
        ("2026-05-11T21:00:00+02:00", "2026-05-13"),
        # Those of Friday come under Monday, and those of a weekend under Tuesday.
        ("2026-05-08T12:00:00Z", "2026-05-11"),
        ("2026-05-08T19:30:00Z", "2026-05-12"),
        ("2026-05-10T12:00:00Z", "2026-05-12"),
    ],
)
def test_the_day_of_an_announcement_follows_from_the_time_of_submission(submitted: str, day: str) -> None:
    assert announcement_day(datetime.fromisoformat(submitted)).isoformat() == day


# Categories


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
