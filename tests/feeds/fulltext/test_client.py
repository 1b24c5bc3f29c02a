"""Full texts over HTTP: from the first host that has one, and what each fault comes to."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import pytest

from reader.config import Settings
from reader.core.errors import FeedOffline, FeedRefused, NoFullText
from reader.feeds.fulltext.client import FEED, FeedTexts, PageTexts, open_text_sources
from reader.feeds.http.client import HttpClient
from reader.feeds.http.responses import Limits
from tests.feed_server import FeedServer
from tests.feeds.fulltext import pages
from tests.feeds.servers import Nap

ID = "2605.00001"
QUICK = Limits(
    connect_timeout=2, read_timeout=1, total_timeout=2, body_size=1_000_000, attempts=3, backoff=3, longest_wait=10
)


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with FeedServer() as feed:
        feed.pages[f"/papers/{ID}.md"] = pages.MARKDOWN.encode()
        feed.pages[f"/html/{ID}"] = pages.PAGE.encode()
        yield feed


@pytest.fixture
def nap() -> Nap:
    return Nap()


@pytest.fixture
async def feed(server: FeedServer, nap: Nap) -> AsyncIterator[FeedTexts]:
    opened = FeedTexts(HttpClient(server.url, limits=QUICK, sleep=nap))
    yield opened
    await opened.aclose()


@pytest.fixture
async def site(server: FeedServer, nap: Nap) -> AsyncIterator[PageTexts]:
    opened = PageTexts(server.url, limits=QUICK, sleep=nap)
    yield opened
    await opened.aclose()


async def test_both_forms_are_read(feed: FeedTexts, site: PageTexts, server: FeedServer) -> None:
    assert (await feed.text(ID)).version == 2
    assert (await site.text(ID)).version == 3
    assert [request.headers["Accept"][:9] for request in server.requests] == ["applicati", "text/html"]


async def test_a_404_means_that_there_is_none(feed: FeedTexts, site: PageTexts) -> None:
    with pytest.raises(NoFullText, match="the feed does not have its text"):
        await feed.text("2605.00009")
    with pytest.raises(NoFullText, match="has no HTML of it"):
        await site.text("2605.00009")


async def test_other_pages_in_its_place_are_not_asked_for_again(
    feed: FeedTexts, site: PageTexts, server: FeedServer
) -> None:
    server.pages[f"/papers/{ID}.md"] = pages.FALLBACK.encode()
    server.pages[f"/html/{ID}"] = pages.NO_HTML.encode()
    with pytest.raises(NoFullText, match="the feed has its page in place of the text"):
        await feed.text(ID)
    with pytest.raises(NoFullText, match="arXiv has no HTML of it"):
        await site.text(ID)
    assert len(server.requests) == 2


async def test_a_redirect_to_the_abstract_means_that_there_is_none(site: PageTexts, server: FeedServer) -> None:
    for target in (f"/abs/{ID}", f"https://arxiv.org/abs/{ID}"):
        server.faults.append(f"redirect:{target}")
        with pytest.raises(NoFullText, match="has no HTML of it"):
            await site.text(ID)
    server.faults.append("redirect:https://elsewhere.example/html")
    with pytest.raises(FeedRefused, match="redirected to elsewhere"):
        await site.text(ID)


def names(*wanted: str, endpoint: str = "https://huggingface.co", **environ: str) -> list[str]:
    settings = replace(Settings(), full_text_from=wanted, endpoint=endpoint)
    return [source.name for source in open_text_sources(settings, environ=environ)]


def test_the_settings_name_the_hosts_and_their_order() -> None:
    assert [source.name for source in open_text_sources(Settings(), environ={})] == [
        "arxiv.org",
        FEED,
        "ar5iv.labs.arxiv.org",
        "pdf",
    ]
    assert names("https://mirror.example", "feed") == ["mirror.example", FEED]
    assert names() == []


def test_a_local_feed_asks_nothing_of_the_internet() -> None:
    assert names("feed", "https://arxiv.org", endpoint="http://127.0.0.1:9") == [FEED]
    sites = names("feed", "https://arxiv.org", endpoint="http://127.0.0.1:9", ARXIV_ENDPOINT="http://127.0.0.1:8")
    assert sites == [FEED, "127.0.0.1"]
    assert names("feed", "pdf", endpoint="http://127.0.0.1:9") == [FEED]
    assert names("pdf", endpoint="http://127.0.0.1:9", ARXIV_ENDPOINT="http://127.0.0.1:8") == ["pdf"]


async def test_offline_nothing_is_asked() -> None:
    for source in open_text_sources(Settings(), environ={"HF_HUB_OFFLINE": "1"}):
        with pytest.raises(FeedOffline):
            await source.text(ID)
        await source.aclose()
