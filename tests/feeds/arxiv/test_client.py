from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reader import __version__
from reader.core.errors import FeedMalformed, FeedOffline, FeedRefused, FeedUnreachable, UsageError
from reader.core.steps import watched_by
from reader.feeds.arxiv.client import API_ENDPOINT, ArxivClient, is_local_only
from reader.feeds.http.responses import Limits
from tests.feed_server import Request
from tests.feeds.servers import Arxiv, Nap, Page, Paper, api_feed, listing_page, records, refused

NOON = datetime(2026, 5, 12, 12, tzinfo=UTC)


@pytest.fixture
def server() -> Iterator[Arxiv]:
    with Arxiv([Paper(f"2605.{number:05}", f"Paper {number}") for number in range(3)]) as arxiv:
        yield arxiv


@asynccontextmanager
async def connected(
    server: Arxiv, nap: Nap, folder: Path | None = None, now: datetime = NOON, *, offline: bool = False
) -> AsyncIterator[ArxivClient]:
    client = ArxivClient(
        folder,
        stand_in=server.url,
        offline=offline,
        limits=Limits(body_size=1_000_000),
        sleep=nap,
        clock=nap.clock,
        now=lambda: now,
    )
    async with client:
        yield client


RECORD = b"""<OAI-PMH><GetRecord><record><metadata><arXivRaw><id>2605.00001</id><title>On one matter</title>
<version version="v1"><date>Fri, 01 May 2026 23:13:16 GMT</date></version></arXivRaw></metadata></record></GetRecord>
</OAI-PMH>"""


# What is asked


async def test_papers_come_by_id(server: Arxiv, nap: Nap) -> None:
    server.papers.append(Paper("math/0309136", categories=("math.GT",)))
    async with connected(server, nap) as arxiv:
        found = await arxiv.papers(["2605.00000", "2605.99999", "page:0123456789ab", "math/0309136", "abc"])
    said = {entry.draft.id: entry.draft.categories for entry in found}
    assert said == {"2605.00000": ("cs.CL", "cs.LG"), "math/0309136": ("math.GT",)}
    (request,) = server.requests
    assert request.path == "/api/query"
    assert request.query == {"id_list": "2605.00000,2605.99999,math/0309136", "start": "0", "max_results": "3"}
    assert request.headers["User-Agent"] == f"dailypapers/{__version__}"
    assert "application/atom+xml" in (request.headers["Accept"] or "")
    assert request.headers["If-None-Match"] is None


async def test_a_record_has_all_versions_and_a_pause_of_its_own(server: Arxiv, nap: Nap, tmp_path: Path) -> None:
    async with connected(server, nap, tmp_path) as arxiv:
        server.answers += [Page(status=406)] * 4
        with pytest.raises(FeedRefused, match="too busy"):
            await arxiv.papers(["2605.00001"])
        server.answers.append(Page(RECORD, "text/xml"))
        found = await arxiv.record("2605.00001")
        with pytest.raises(FeedRefused, match="too busy"):
            await arxiv.papers(["2605.00001"])
    assert found is not None and found.draft.versions == ("v1 2026-05-01",)
    request = server.requests[-1]
    assert request.path == "/oai"
    assert request.query == {
        "verb": "GetRecord",
        "identifier": "oai:arXiv.org:2605.00001",
        "metadataPrefix": "arXivRaw",
    }


async def test_papers_come_by_the_longest_words_of_their_title(server: Arxiv, nap: Nap) -> None:
    longest = ["matter", "agents", "planning", "memory", "tools", "search", "papers", "models", "worlds", "code"]
    async with connected(server, nap) as arxiv:
        assert await arxiv.titled(f"What on 1: the Zürich {', '.join(longest)}, maps and AI") == ()
        assert [entry.draft.id for entry in await arxiv.titled("The Paper")] == [f"2605.0000{n}" for n in range(3)]
    query = " AND ".join(f"ti:{word}" for word in longest)
    assert server.requests[0].query == {"search_query": query, "start": "0", "max_results": "25"}
    assert server.requests[1].query["search_query"] == "ti:paper"


async def test_nothing_is_asked_about_nothing_or_where_it_must_not_be(server: Arxiv, nap: Nap) -> None:
    async with connected(server, nap) as arxiv:
        assert await arxiv.papers(["page:0123456789ab"]) == ()
        assert await arxiv.latest([]) == ()
        assert await arxiv.titled("A1 + of the") == ()
        assert await arxiv.record("page:0123456789ab") is None
        with pytest.raises(UsageError, match="not a category"):
            await arxiv.latest(["cs.XX"])
    async with connected(server, nap, offline=True) as arxiv:
        with pytest.raises(FeedOffline):
            await arxiv.latest(["cs.CL"])
    async with ArxivClient.from_environment(environ={"HF_HUB_OFFLINE": "1"}) as arxiv:
        with pytest.raises(FeedOffline):
            await arxiv.latest(["cs.CL"])
    assert server.requests == []


async def test_two_hundred_ids_go_at_once_three_seconds_apart(server: Arxiv, nap: Nap) -> None:
    server.papers = [Paper(f"2605.{number:05}") for number in range(450)]
    told: list[str] = []
    with watched_by(lambda _, why: told.append(why)):
        async with connected(server, nap) as arxiv:
            found = await arxiv.papers(paper.id for paper in server.papers)
    assert len(found) == 450
    assert [request.query["max_results"] for request in server.requests] == ["200", "200", "50"]
    assert nap.taken == [3, 3]
    # The usual interval is nothing to tell.
    assert set(told) == {""}


async def test_a_day_of_a_category_comes_in_slices(server: Arxiv, nap: Nap, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reader.feeds.arxiv.client._PAGE_SIZE", 2)
    server.papers += [Paper("2605.00010", categories=("cs.RO",)), Paper("2605.00011", published="2026-05-10")]
    asked = {
        "search_query": "cat:cs.CL AND submittedDate:[202605110000 TO 202605112359]",
        "max_results": "2",
        "sortBy": "submittedDate",
        "sortOrder": "ascending",
    }
    async with connected(server, nap) as arxiv:
        entries = await arxiv.submitted("cs.cl", "2026-05-11", "2026-05-11")
        assert [entry.draft.id for entry in entries] == ["2605.00000", "2605.00001", "2605.00002"]
        assert [request.query for request in server.requests] == [{**asked, "start": "0"}, {**asked, "start": "2"}]
        # They come to an end.
        monkeypatch.setattr("reader.feeds.arxiv.client._MAX_PAGES", 1)
        assert len(await arxiv.submitted("cs.CL", "2026-05-11", "2026-05-11")) == 2


async def test_what_is_announced_comes_for_categories_together(server: Arxiv, nap: Nap) -> None:
    server.papers.append(Paper("2605.00010", categories=("cs.RO",), announce="replace-cross", version=4))
    async with connected(server, nap) as arxiv:
        entries = await arxiv.latest(["cs.LG", "cs.ro", "cs.LG"])
    assert [(entry.draft.id, entry.announce) for entry in entries][2:] == [
        ("2605.00002", "new"),
        ("2605.00010", "replace-cross"),
    ]
    assert [request.path for request in server.requests] == ["/rss/cs.LG+cs.RO"]


async def test_the_pages_of_a_listing_are_one_announcement(server: Arxiv, nap: Nap) -> None:
    shown = server.papers
    server.answering["/list/"] = lambda request: Page(
        listing_page("cs.CL", "2026-05-12", shown[int(request.query["skip"]) :][:2], {"New": 3}), "text/html"
    )
    async with connected(server, nap) as arxiv:
        found = await arxiv.listing("cs.cl")
        assert (len(found.entries), found.total) == (3, 3)
        assert [request.query for request in server.requests] == [
            {"skip": "0", "show": "2000"},
            {"skip": "2", "show": "2000"},
        ]
        # One that counts more than it shows comes to an end.
        server.papers, shown = [], server.papers[:1]
        assert (await arxiv.listing("cs.LG")).is_whole is False
    assert len(server.requests) == 4


async def test_the_parts_of_records_are_one_list(server: Arxiv, nap: Nap) -> None:
    tokens = ["more", "expired", "more", ""]

    def answer(request: Request) -> Page:
        token = tokens.pop(0)
        if token == "expired":
            return Page(b'<OAI-PMH><error code="badResumptionToken">expired</error></OAI-PMH>', "text/xml")
        return Page(records([server.papers[len(tokens) % 3]], token), "text/xml")

    server.answering["/oai"] = answer
    async with connected(server, nap) as arxiv:
        found = await arxiv.records("physics.optics", "2026-05-11", "2026-05-12")
        assert [entry.draft.id for entry in found] == ["2605.00000", "2605.00001"]
        asked = {"verb": "ListRecords", "metadataPrefix": "arXiv", "from": "2026-05-11", "until": "2026-05-12"}
        first = {**asked, "set": "physics:physics:optics"}
        rest = {"verb": "ListRecords", "resumptionToken": "more"}
        assert [request.query for request in server.requests] == [first, rest, first, rest]
        # A list that expires again and again is given up.
        tokens += ["more", "expired"] * 2
        with pytest.raises(FeedRefused, match="expired"):
            await arxiv.records("cs.CL", "2026-05-11", "2026-05-12")
        for category, chosen in (
            ("cs.CL", "cs:cs:CL"),
            ("hep-th", "physics:hep-th"),
            ("astro-ph.GA", "physics:astro-ph:GA"),
            ("stat.ML", "stat:stat:ML"),
        ):
            tokens.append("")
            await arxiv.records(category, "2026-05-11", "2026-05-12")
            assert server.requests[-1].query["set"] == chosen


# What goes wrong


async def test_an_empty_or_broken_answer_is_asked_for_once_more(server: Arxiv, nap: Nap) -> None:
    async with connected(server, nap) as arxiv:
        for body in (b"", b"<html>Sign in</html>", api_feed([], total=9)):
            server.answers.append(Page(body))
            assert len(await arxiv.papers(["2605.00001"])) == 1
        # The pause between requests holds for second tries too.
        assert len(server.requests) == 6
        assert sum(nap.taken) == pytest.approx(15)
        server.answers += [Page(b"")] * 2
        with pytest.raises(FeedMalformed, match=r"^arXiv's answer is cut off or is not XML; try again later\.$"):
            await arxiv.papers(["2605.00001"])


async def test_a_refusal_gives_arxivs_reason(server: Arxiv, nap: Nap) -> None:
    async with connected(server, nap) as arxiv:
        for status in (200, 400):
            server.answers.append(Page(refused("max_results is odd"), status=status))
            with pytest.raises(FeedRefused, match=r"refused the request.*: max_results is odd"):
                await arxiv.papers(["2605.00001"])
    assert len(server.requests) == 2


async def test_trouble_and_limits_are_waited_out_for_three_seconds_at_least(server: Arxiv, nap: Nap) -> None:
    server.answers += [Page(status=503), Page(status=429, headers={"Retry-After": "1"}), None]
    async with connected(server, nap) as arxiv:
        assert len(await arxiv.papers(["2605.00001"])) == 1
    assert sum(nap.taken) == pytest.approx(6)


async def test_a_redirect_waits_too_and_stays_on_the_host(server: Arxiv, nap: Nap) -> None:
    server.answers += [Page(status=301, headers={"Location": f"{server.url}/rss/cs.CL"}), None]
    async with connected(server, nap) as arxiv:
        assert len(await arxiv.latest(["cs.CL"])) == 3
        assert nap.taken == [3]
        server.answers.append(Page(status=302, headers={"Location": "https://example.org/"}))
        with pytest.raises(FeedRefused, match="which was not followed"):
            await arxiv.latest(["cs.CL"])


async def test_arxiv_is_called_by_its_name(monkeypatch: pytest.MonkeyPatch, nap: Nap) -> None:
    import httpx

    def refuse(*_: object, **__: object) -> None:
        raise httpx.ConnectError("no connection")

    monkeypatch.setattr(httpx.AsyncClient, "stream", refuse)
    async with ArxivClient(sleep=nap, clock=nap.clock) as arxiv:
        with pytest.raises(FeedUnreachable, match=r"^arXiv could not be reached; try again later\.$"):
            await arxiv.latest(["cs.CL"])
    assert API_ENDPOINT.startswith("https://")


def test_arxiv_of_the_internet_is_not_asked_for_a_local_feed() -> None:
    assert is_local_only("http://127.0.0.1:8000", {})
    assert not is_local_only("http://127.0.0.1:8000", {"ARXIV_ENDPOINT": "http://127.0.0.1:9000"})
    assert not is_local_only("https://huggingface.co", {})
