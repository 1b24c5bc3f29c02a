"""The client of the daily feed: what it asks, what it makes of the answers, and whom it trusts."""

from __future__ import annotations

import asyncio
import socket
import ssl
from dataclasses import replace
from pathlib import Path

import pytest

from reader import __version__
from reader.config import Settings
from reader.core.errors import ConfigError, FeedOffline, FeedRefused, FeedUnreachable
from reader.core.paper import Listing
from reader.feeds.http.client import HttpClient, host_lock
from reader.feeds.huggingface.client import HuggingFaceClient
from tests.feed_server import FeedServer, Item, item
from tests.feeds.conftest import DAY, QUICK, connected, ids
from tests.feeds.servers import Nap
from tests.table import each

# What is asked


def numbered(count: int) -> list[Item]:
    return [item(f"2605.{number:05}") for number in range(count)]


async def test_a_day_is_asked_for_by_name_and_a_hundred_at_once(server: FeedServer, nap: Nap) -> None:
    async with connected(server, nap) as client:
        assert await ids(client) == ["2605.00000", "2605.00001", "2605.00002"]
        (request,) = server.requests
        assert request.path == "/api/daily_papers"
        assert request.query == {"date": DAY, "limit": "100", "p": "0"}
        assert request.headers["User-Agent"] == f"dailypapers/{__version__}"
        assert request.headers["Authorization"] is None
        # Connections that are closed open again.
        await client.aclose()
        assert len(await ids(client)) == 3


async def test_pages_are_followed(server: FeedServer, nap: Nap, monkeypatch: pytest.MonkeyPatch) -> None:
    async with connected(server, nap) as client:
        for links in (True, False):
            server.links = links
            for papers, requests in ((99, 1), (100, 1), (101, 2), (250, 3)):
                server.requests.clear()
                server.days[DAY] = numbered(papers)
                assert len(await ids(client)) == papers
                # After a full page without a link only one more request tells the end.
                assert len(server.requests) == (requests if papers % 100 else requests + 1)
        # A paper that moves between pages comes once. It may have pushed another one over the edge, so the pages are
        # asked for once more.
        server.requests.clear()
        server.days[DAY] = [item(f"2605.{number % 100:05}") for number in range(150)]
        assert len(await ids(client)) == 100
        assert [request.query["p"] for request in server.requests] == ["0", "1", "0", "1"]
        # A day that breaks off on a later page is an error.
        server.faults += ["ok", *["error"] * QUICK.attempts]
        with pytest.raises(FeedRefused):
            await client.day(DAY)
        # Endless pages come to an end.
        monkeypatch.setattr("reader.feeds.huggingface.client._MAX_PAGES", 3)
        server.days[DAY] = numbered(1_000)
        assert len(await ids(client)) == 300


async def test_a_day_is_not_sent_again_while_it_is_as_it_was(server: FeedServer, nap: Nap) -> None:
    server.etags = True
    async with connected(server, nap) as client:
        (first,) = await client.day(DAY)
        assert first.validator
        assert server.requests[0].headers["If-None-Match"] is None
        # More may follow a full page, and a record that can't be read may come whole.
        for papers in (numbered(100), numbered(101), [*numbered(3), {"paper": {"id": 7}}]):
            server.days[DAY] = papers
            assert (await client.day(DAY))[0].validator is None
    server.days[DAY] = [item(f"2605.{number:05}", day=DAY) for number in range(3)]
    again = HuggingFaceClient(HttpClient(server.url, limits=QUICK, sleep=nap, clock=nap.clock), {DAY: first.validator})
    async with again:
        assert await again.day(DAY) == (Listing(DAY, (), is_unchanged=True),)
        assert server.requests[-1].headers["If-None-Match"] == first.validator
        server.days[DAY].append(item("2605.00009"))
        (news,) = await again.day(DAY)
        assert len(news.drafts) == 4
        assert news.validator not in (None, first.validator)
        # Of another day nothing is known.
        await again.day("2026-05-11")
    assert server.requests[-1].headers["If-None-Match"] is None


async def test_requests_go_one_at_a_time(server: FeedServer, nap: Nap) -> None:
    running: list[str] = []

    class Watched(Nap):
        """Waits are within a request's turn."""

        async def __call__(self, seconds: float) -> None:
            assert running == []
            running.append("waiting")
            await asyncio.sleep(0.01)
            running.pop()

    server.faults += ["error", "ok"] * 3
    async with connected(server, Watched()) as client:
        await asyncio.gather(*(client.day(DAY) for _ in range(3)))
    assert len(server.requests) == 6


async def test_requests_of_two_programs_go_one_at_a_time_too(server: FeedServer, nap: Nap, tmp_path: Path) -> None:
    clients = [HuggingFaceClient(HttpClient(server.url, limits=QUICK, lock_folder=tmp_path)) for _ in range(2)]
    file = tmp_path / "127.0.0.1.lock"
    async with clients[0] as one, clients[1] as two:
        async with host_lock(file, 0):
            waiting = asyncio.ensure_future(one.day(DAY))
            await asyncio.sleep(0.05)
            assert server.requests == []
        await asyncio.gather(waiting, two.day(DAY))
    assert len(server.requests) == 2


async def test_a_program_that_waits_to_try_again_is_in_nobodys_way(
    server: FeedServer, nap: Nap, tmp_path: Path
) -> None:
    server.faults += ["error", "ok"]
    served: list[int] = []

    async def pause(_: float) -> None:
        async with HuggingFaceClient(HttpClient(server.url, limits=QUICK, lock_folder=tmp_path)) as other:
            await other.day(DAY)
        served.append(len(server.requests))

    async with HuggingFaceClient(HttpClient(server.url, limits=QUICK, lock_folder=tmp_path, sleep=pause)) as client:
        await client.day(DAY)
    assert served == [2]


async def test_a_month_comes_by_day(server: FeedServer, nap: Nap) -> None:
    server.days = {
        f"2026-04-{day:02}": [item(f"2604.{day:02}{n:03}", day=f"2026-04-{day:02}") for n in range(60)]
        for day in (1, 2, 30)
    }
    async with connected(server, nap) as client:
        found = await client.month("2026-04")
        assert {one.day: len(one.drafts) for one in found or ()} == dict.fromkeys(server.days, 60)
        assert [request.query for request in server.requests] == [
            {"month": "2026-04", "limit": "100", "p": "0"},
            {"month": "2026-04", "limit": "100", "p": "1"},
        ]
        assert await client.month("2023-06") == ()
        # One whose records name no day is given up at once.
        server.days = {"2024-04-01": numbered(300)}
        server.requests.clear()
        assert await client.month("2024-04") is None
        assert len(server.requests) == 1


async def test_what_is_trending_keeps_the_feed_s_order(server: FeedServer, nap: Nap) -> None:
    days = ("2026-05-11", "2026-01-05", None)
    server.ranking = [item(f"2605.{n:05}", day=day) for n, day in enumerate(days)]
    async with connected(server, nap) as client:
        ranked = await client.trending()
    assert [(listing.day, listing.drafts[0].id) for listing in ranked] == [
        ("2026-05-11", "2605.00000"),
        ("2026-01-05", "2605.00001"),
        (None, "2605.00002"),
    ]
    assert [request.query for request in server.requests] == [{"sort": "trending", "limit": "100", "p": "0"}]


# Whom to ask


@each(
    "endpoint",
    [
        "http://feed.example.org",
        "ftp://feed.example.org",
        "feed.example.org",
        "https://user:pw@feed.example.org",
        "https://feed.example.org/?x=1",
        "https://feed.example.org:port",
        "https://[::1",
        "https://",
        "",
        "http://127.0.0.1.example.org",
    ],
)
def test_an_endpoint_is_encrypted_or_here(endpoint: str) -> None:
    with pytest.raises(ConfigError, match="must begin with https://"):
        HttpClient(endpoint)


@each(
    ("endpoint", "host"),
    [
        ("https://huggingface.co/", "huggingface.co"),
        ("http://localhost:8765", "localhost"),
        ("http://127.0.0.3:8765", "127.0.0.3"),
        ("http://[::1]:8765", "::1"),
        ("https://mirror.example.org/hf", "mirror.example.org"),
    ],
)
def test_endpoints_that_may_be_asked(endpoint: str, host: str) -> None:
    assert HttpClient(endpoint).host == host


async def test_the_environment_decides(server: FeedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # A proxy is not asked for this machine.
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    environ = {"HF_ENDPOINT": server.url, "HF_TOKEN": "hf_secret", "HF_HOME": str(tmp_path)}
    unused = Settings(endpoint="https://unused.example.org")
    # An endpoint gets the token only if the user named it for that.
    for settings, sent in ((unused, None), (replace(unused, token_endpoint=server.url), "Bearer hf_secret")):
        async with HuggingFaceClient.from_environment(settings, environ=environ) as client:
            assert len(await ids(client)) == 3
        assert server.requests.pop().headers["Authorization"] == sent
    offline = {"HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path)}
    async with HuggingFaceClient.from_environment(Settings(endpoint=server.url), environ=offline) as client:
        with pytest.raises(FeedOffline, match="HF_HUB_OFFLINE"):
            await client.day(DAY)
    assert server.requests == []
    monkeypatch.setenv("HF_ENDPOINT", "https://mirror.example.org")
    assert HuggingFaceClient.from_environment().host == "mirror.example.org"


async def test_certificates_are_those_of_the_environment(monkeypatch: pytest.MonkeyPatch, nap: Nap) -> None:
    """A feed behind a company's proxy, whose certificate this machine knows by SSL_CERT_FILE alone."""
    file = Path(__file__).parents[2] / "data" / "feed_example_org.pem"
    real = socket.getaddrinfo

    def find(host: str | bytes, port: str | int | None, *how: int, **more: int) -> object:
        return real("127.0.0.1" if host in ("feed.example.org", b"feed.example.org") else host, port, *how, **more)

    monkeypatch.setattr(socket, "getaddrinfo", find)
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "SSL_CERT_DIR", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
    server = FeedServer({DAY: [item("2605.00001", day=DAY)]})
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    with server:
        address = f"https://feed.example.org:{server.server_port}"
        async with HuggingFaceClient(HttpClient(address, limits=QUICK, sleep=nap, clock=nap.clock)) as client:
            with pytest.raises(FeedUnreachable, match=r"certificate of .* is not trusted here; .* SSL_CERT_FILE"):
                await client.day(DAY)
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        async with HuggingFaceClient(HttpClient(address, limits=QUICK, sleep=nap, clock=nap.clock)) as client:
            assert await ids(client) == ["2605.00001"]
