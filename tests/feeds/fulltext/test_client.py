"""Full texts over HTTP: from the first host that has one, and what each fault comes to."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import pytest

from reader.config import Settings
from reader.core.errors import FeedOffline, FeedRefused, NoFullText
from reader.feeds.fulltext.client import FEED, FeedTexts, PageTexts, open_text_sources
from reader.feeds.http import Client, Limits
from tests.feed_server import FeedServer
from tests.feeds.fulltext import pages
from tests.feeds.servers import Nap
from tests.table import each

ID = "2605.00001"


HUB, LOCAL = "https://huggingface.co", "http://127.0.0.1:9"


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
async def feed(server: FeedServer, nap: Nap) -> AsyncIterator[FeedTexts]:
    opened = FeedTexts(Client(server.url, limits=QUICK, sleep=nap))
    yield opened
    await opened.aclose()


@pytest.fixture
async def site(server: FeedServer, nap: Nap) -> AsyncIterator[PageTexts]:
    opened = PageTexts(server.url, limits=QUICK, sleep=nap)
    yield opened
    await opened.aclose()


async def test_both_forms_are_read_and_other_pages_in_their_place_are_not_asked_for_again(
    feed: FeedTexts, site: PageTexts, server: FeedServer
) -> None:
    assert (await feed.text(ID)).version == 2
    assert (await site.text(ID)).version == 3
    assert [request.headers["Accept"][:9] for request in server.requests] == ["applicati", "text/html"]
    server.pages = {f"/papers/{ID}.md": pages.FALLBACK.encode(), f"/html/{ID}": pages.NO_HTML.encode()}
    for source, id, told in (
        (feed, ID, "the feed has its page in place of the text"),
        (site, ID, "arXiv has no HTML of it"),
        (feed, "2605.00009", "the feed does not have its text"),
        (site, "2605.00009", "127.0.0.1 has no HTML of it"),
        (feed, "page:0123456789ab", "it has no arXiv id"),
        (site, "page:0123456789ab", "127.0.0.1 has no HTML of it"),
    ):
        with pytest.raises(NoFullText, match=f"^{told}$"):
            await source.text(id)
    assert len(server.requests) == 6


async def test_a_redirect_to_the_abstract_means_that_there_is_none(site: PageTexts, server: FeedServer) -> None:
    for target in (f"/abs/{ID}", f"https://arxiv.org/abs/{ID}"):
        server.faults.append(f"redirect:{target}")
        with pytest.raises(NoFullText, match="has no HTML of it"):
            await site.text(ID)
    server.faults.append("redirect:https://elsewhere.example/html")
    with pytest.raises(FeedRefused, match="redirected to elsewhere"):
        await site.text(ID)


@each(
    ("wanted", "endpoint", "stand_in", "names"),
    [
        (Settings().full_text_from, HUB, "", ["arxiv.org", FEED, "ar5iv.labs.arxiv.org", "pdf"]),
        (("https://mirror.example", "feed"), HUB, "", ["mirror.example", FEED]),
        ((), HUB, "", []),
        # A local feed asks nothing of the internet.
        (("feed", "https://arxiv.org", "pdf"), LOCAL, "", [FEED]),
        (("feed", "https://arxiv.org", "pdf"), LOCAL, "http://127.0.0.1:8", [FEED, "127.0.0.1", "pdf"]),
    ],
)
def test_the_settings_name_the_hosts_and_their_order(
    wanted: tuple[str, ...], endpoint: str, stand_in: str, names: list[str]
) -> None:
    settings = replace(Settings(), full_text_from=wanted, endpoint=endpoint)
    sources = open_text_sources(settings, environ={"ARXIV_ENDPOINT": stand_in})
    assert [source.name for source in sources] == names


async def test_offline_nothing_is_asked() -> None:
    for source in open_text_sources(Settings(), environ={"HF_HUB_OFFLINE": "1"}):
        with pytest.raises(FeedOffline):
            await source.text(ID)
        await source.aclose()
