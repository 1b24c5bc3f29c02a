from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import httpx
import pytest

from reader import __version__
from reader.core.errors import FeedMalformed, FeedOffline, FeedRefused, FeedUnreachable, UsageError
from reader.core.paper import Draft
from reader.feeds.http.client import DocumentClient, Validators, origin_of
from reader.feeds.http.responses import HttpRefused, Limits
from reader.feeds.syndication.client import FetchedFeed, SyndicationClient
from reader.feeds.syndication.parse import Feed, FeedEntry, NotAFeed
from tests.feeds.servers import Documents, Nap, Page, item, rss

pytest.importorskip("feedparser")

FEED = rss(item("One", link="/posts/1", pubDate="Tue, 12 May 2026 10:00:00 GMT"))
MONDAY = "Mon, 11 May 2026 08:00:00 GMT"


KNOWN = Validators('W/"one"', MONDAY)


@pytest.fixture
def site() -> Iterator[Documents]:
    with Documents() as documents:
        documents.pages["/feed"] = Page(FEED, etag=KNOWN.etag, modified=MONDAY)
        yield documents


@asynccontextmanager
async def connected(nap: Nap | None = None) -> AsyncIterator[SyndicationClient]:
    nap = nap or Nap()
    client = SyndicationClient(
        allow_local=True,
        limits=Limits(body_size=100_000),
        sleep=nap,
        clock=nap.clock,
        now=lambda: datetime(2026, 5, 12, tzinfo=UTC),
    )
    async with client:
        yield client


def titles(fetched: FetchedFeed) -> list[str]:
    assert fetched.feed is not None
    return [entry.draft.title for entry in fetched.feed.entries]


async def test_a_feed_comes_with_its_validators(site: Documents) -> None:
    async with connected() as feeds:
        fetched = await feeds.fetch(f"{site.url}/feed?format=rss&tag=a+b", source="lab")
    assert fetched.feed is not None
    draft = Draft("One", published="2026-05-12", source="lab")
    (entry,) = fetched.feed.entries
    assert entry == FeedEntry(draft, f"{site.url}/posts/1", f"{site.url}/posts/1", "2026-05-12")
    assert (fetched.validators, fetched.url) == (KNOWN, f"{site.url}/feed?format=rss&tag=a+b")
    (request,) = site.requests
    assert request.query == {"format": "rss", "tag": "a b"}
    assert request.headers["User-Agent"] == f"dailypapers/{__version__}"
    assert "application/rss+xml" in (request.headers["Accept"] or "")
    assert request.headers["If-None-Match"] is None


@pytest.mark.parametrize("known", [Validators(KNOWN.etag), Validators(None, MONDAY), KNOWN])
async def test_what_has_not_changed_is_not_sent_again(known: Validators, site: Documents) -> None:
    async with connected() as feeds:
        assert await feeds.fetch(f"{site.url}/feed", known) == FetchedFeed(None, KNOWN, f"{site.url}/feed")
    (request,) = site.requests
    assert request.headers["If-None-Match"] == known.etag
    assert request.headers["If-Modified-Since"] == known.modified


async def test_validators_are_those_of_the_last_answer_that_can_be_sent_back(site: Documents) -> None:
    url = f"{site.url}/feed"
    async with connected() as feeds:
        fetched = await feeds.fetch(url, Validators('"zero"', "Sun, 10 May 2026 08:00:00 GMT"))
        assert (titles(fetched), fetched.validators) == (["One"], KNOWN)
        # An answer may say only that nothing has changed, but not to one who does not know the feed.
        site.answers += [Page(status=304)] * 2
        assert await feeds.fetch(url, Validators('"mine"')) == FetchedFeed(None, Validators('"mine"'), url)
        with pytest.raises(HttpRefused, match="304"):
            await feeds.fetch(url)
        site.pages["/feed"] = Page(FEED, etag='"' + "x" * 2_000 + '"', modified="M\xe4rz")
        assert (await feeds.fetch(url)).validators == Validators()


# Redirects


@pytest.mark.parametrize(
    ("statuses", "moved"), [((301,), True), ((308, 301), True), ((302,), False), ((301, 307), False)]
)
async def test_a_feed_that_moved_for_good_is_asked_there_from_now_on(
    statuses: tuple[int, ...], moved: bool, site: Documents
) -> None:
    with Documents() as other:
        other.pages["/there"] = Page(FEED)
        hops = [f"{site.url}/hop{number}" for number in range(1, len(statuses))] + [f"{other.url}/there"]
        site.answers += [
            Page(status=status, headers={"Location": hop}) for status, hop in zip(statuses, hops, strict=True)
        ]
        async with connected() as feeds:
            fetched = await feeds.fetch(f"{site.url}/feed")
    assert titles(fetched) == ["One"]
    last_lasting = f"{site.url}/hop1" if statuses == (301, 307) else f"{site.url}/feed"
    assert fetched.url == (f"{other.url}/there" if moved else last_lasting)
    assert fetched.feed is not None
    assert fetched.feed.entries[0].link == f"{other.url}/posts/1"


async def test_a_redirect_to_no_place_of_the_web_is_refused(site: Documents) -> None:
    targets = ["ftp://example.org/", "file:///etc/hostname", "javascript:x", "http://[bad/"]
    async with connected() as feeds:
        for target in targets:
            site.answers.append(Page(status=302, headers={"Location": target}))
            with pytest.raises(FeedRefused, match=r"an (unsafe|invalid) address"):
                await feeds.fetch(f"{site.url}/feed")
    assert len(site.requests) == len(targets)


@pytest.mark.parametrize("target", ["http://feeds.example.org/x", "http://127.0.0.1/"])
async def test_a_redirect_does_not_give_up_encryption(target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(302, headers={"Location": target}, stream=httpx.ByteStream(b""))

    real = httpx.AsyncClient
    monkeypatch.setattr(httpx, "AsyncClient", lambda **_: real(transport=httpx.MockTransport(answer)))
    async with connected() as feeds:
        with pytest.raises(FeedRefused, match="unsafe address"):
            await feeds.fetch("https://feeds.example.org/feed")
    assert asked == ["https://feeds.example.org/feed"]


# What goes wrong


async def test_a_web_page_is_no_feed_and_not_asked_for_twice(site: Documents) -> None:
    page = b'<html><link rel="alternate" type="application/rss+xml" href="/feed">'
    site.pages["/"] = Page(page, "text/html")
    async with connected() as feeds:
        with pytest.raises(NotAFeed) as failure:
            await feeds.fetch(f"{site.url}/")
    assert failure.value.feeds == (f"{site.url}/feed",)
    assert isinstance(failure.value, FeedMalformed)
    assert len(site.requests) == 1


async def test_a_refusal_is_one_plain_sentence(site: Documents) -> None:
    pages = [
        (Page(status=404), r"refused the request \(404\); check the feed's address\."),
        (Page(status=410), r"refused the request \(410\); check the feed's address\."),
        (Page(status=401), r"requires a sign-in \(401\), which is not supported for feeds\."),
        (Page(b" " * 200_000), "sent more than 0 MiB at once"),
    ]
    async with connected() as feeds:
        for page, said in pages:
            site.answers.append(page)
            with pytest.raises((FeedRefused, FeedMalformed), match=said):
                await feeds.fetch(f"{site.url}/feed")
        # The failure of one host is not another's.
        with pytest.raises(FeedUnreachable):
            await feeds.fetch("http://127.0.0.1:9/feed")
        for url in ("", "notes", "ftp://example.org/feed", "https://user:pass@example.org/", "/etc/hostname"):
            with pytest.raises(UsageError, match="is not a feed's address"):
                await feeds.fetch(url)
    assert len(site.requests) == len(pages)


async def test_a_document_is_asked_for_one_at_a_time(site: Documents) -> None:
    async with connected() as feeds:
        fetched = await asyncio.gather(
            *(feeds.fetch(f"{site.url}/feed", Validators(etag)) for etag in (KNOWN.etag, '"0"'))
        )
    assert [one.feed is None for one in fetched] == [True, False]


def test_an_unencrypted_host_is_asked_as_it_is() -> None:
    assert DocumentClient("http://nas.example:8080/feed").endpoint == "http://nas.example:8080"
    assert origin_of("example.org/feed") == "https://example.org"


async def test_a_feed_that_takes_long_to_parse_is_left_out(site: Documents) -> None:
    release = threading.Event()

    def parse(*_: object, **__: object) -> Feed:
        release.wait(30)
        raise AssertionError("nobody waits for this")

    site.pages["/feed"] = Page(FEED)
    async with SyndicationClient(allow_local=True, parse=parse, parse_timeout=0.01) as feeds:
        try:
            with pytest.raises(FeedMalformed, match=r"sent a feed that takes over 0.01 s to read; it was left out\.$"):
                await feeds.fetch(f"{site.url}/feed")
        finally:
            release.set()


async def test_offline_is_respected(site: Documents) -> None:
    async with SyndicationClient.from_environment({"HF_HUB_OFFLINE": "1"}, allow_local=True) as feeds:
        with pytest.raises(FeedOffline):
            await feeds.fetch(f"{site.url}/feed")
    assert site.requests == []
