from __future__ import annotations

import asyncio
import errno
import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from reader import __version__
from reader.core.errors import (
    ConfigError,
    FeedError,
    FeedMalformed,
    FeedOffline,
    FeedRefused,
    FeedUnreachable,
)
from reader.core.paper import Listing
from reader.feeds.client import FeedClient
from reader.feeds.fetch import Bounds, Fetcher, HttpRefused
from reader.feeds.turn import turn
from tests.feed_server import FeedServer, item

DAY = "2026-05-12"
QUICK = Bounds(connect=2, silence=10, total=20, body=1_000_000, backoff=0.5)


class Nap:
    """Sleeping that takes no time, and remembers how long it would have been."""

    def __init__(self) -> None:
        self.now = 0.0
        self.taken: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)

    def clock(self) -> float:
        return self.now


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with FeedServer({DAY: [item(f"2605.{number:05}", day=DAY) for number in range(3)]}) as feed:
        yield feed


@pytest.fixture
def nap() -> Nap:
    return Nap()


@asynccontextmanager
async def connected(
    server: FeedServer, nap: Nap, *, bounds: Bounds = QUICK, token: str | None = None
) -> AsyncIterator[FeedClient]:
    fetcher = Fetcher(server.url, token, bounds=bounds, sleep=nap, clock=nap.clock)
    async with FeedClient(fetcher) as client:
        yield client


async def ids(client: FeedClient, day: str = DAY) -> list[str | None]:
    listing, *_ = await client.day(day)
    assert listing.day == day
    return [draft.id for draft in listing.drafts]


# What is asked


async def test_a_day_is_asked_for_by_name_and_a_hundred_at_once(server: FeedServer, nap: Nap) -> None:
    async with connected(server, nap) as client:
        assert await ids(client) == ["2605.00000", "2605.00001", "2605.00002"]
    (request,) = server.requests
    assert request.path == "/api/daily_papers"
    assert request.query == {"date": DAY, "limit": "100", "p": "0"}
    assert request.headers["User-Agent"] == f"dailypapers/{__version__}"
    assert request.headers["Authorization"] is None


@pytest.mark.parametrize("links", [True, False])
@pytest.mark.parametrize(("papers", "requests"), [(99, 1), (100, 1), (101, 2), (250, 3)])
async def test_pages_are_followed(links: bool, papers: int, requests: int, server: FeedServer, nap: Nap) -> None:
    server.links = links
    server.days[DAY] = [item(f"2605.{number:05}") for number in range(papers)]
    async with connected(server, nap) as client:
        assert len(await ids(client)) == papers
    # After a full page without a link only one more request tells the end.
    assert len(server.requests) == (requests if papers % 100 else requests + 1)


async def test_a_paper_that_moves_between_pages_comes_once(server: FeedServer, nap: Nap) -> None:
    server.days[DAY] = [item(f"2605.{number % 100:05}") for number in range(150)]
    async with connected(server, nap) as client:
        assert len(await ids(client)) == 100


async def test_a_day_that_breaks_off_on_a_later_page_is_an_error(server: FeedServer, nap: Nap) -> None:
    server.days[DAY] = [item(f"2605.{number:05}") for number in range(150)]
    server.faults += ["ok", *["error"] * QUICK.tries]
    async with connected(server, nap) as client:
        with pytest.raises(FeedRefused):
            await client.day(DAY)


async def test_endless_pages_come_to_an_end(server: FeedServer, nap: Nap, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reader.feeds.client._PAGES", 3)
    server.days[DAY] = [item(f"2605.{number:05}") for number in range(1_000)]
    async with connected(server, nap) as client:
        assert len(await ids(client)) == 300


async def test_a_day_is_not_sent_again_while_it_is_as_it_was(server: FeedServer, nap: Nap) -> None:
    server.etags = True
    async with connected(server, nap) as client:
        (first,) = await client.day(DAY)
    assert first.validator
    assert server.requests[0].headers["If-None-Match"] is None
    again = FeedClient(Fetcher(server.url, bounds=QUICK, sleep=nap, clock=nap.clock), {DAY: first.validator})
    async with again:
        assert await again.day(DAY) == (Listing(DAY, (), is_unchanged=True),)
        assert server.requests[1].headers["If-None-Match"] == first.validator
        server.days[DAY].append(item("2605.00009"))
        (news,) = await again.day(DAY)
        assert len(news.drafts) == 4
        assert news.validator not in (None, first.validator)
        # Of another day nothing is known.
        await again.day("2026-05-11")
    assert server.requests[-1].headers["If-None-Match"] is None


@pytest.mark.parametrize("papers", [100, 101])
async def test_a_full_page_is_always_sent_since_more_may_follow(papers: int, server: FeedServer, nap: Nap) -> None:
    server.etags = True
    server.days[DAY] = [item(f"2605.{number:05}") for number in range(papers)]
    async with connected(server, nap) as client:
        (listing,) = await client.day(DAY)
    assert listing.validator is None


async def test_a_day_of_which_not_all_could_be_read_is_sent_again(server: FeedServer, nap: Nap) -> None:
    server.etags = True
    server.days[DAY] += [{"paper": {"id": 7}}]
    async with connected(server, nap) as client:
        (listing,) = await client.day(DAY)
    assert listing.skipped
    assert listing.validator is None


async def test_an_empty_day_is_empty(server: FeedServer, nap: Nap) -> None:
    async with connected(server, nap) as client:
        assert await ids(client, "2026-05-10") == []


async def test_the_token_is_sent_to_the_feed(server: FeedServer, nap: Nap) -> None:
    async with connected(server, nap, token="hf_secret") as client:
        await client.day(DAY)
    assert server.requests[0].headers["Authorization"] == "Bearer hf_secret"


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
    clients = [FeedClient(Fetcher(server.url, bounds=QUICK, turns=tmp_path)) for _ in range(2)]
    file = tmp_path / "127.0.0.1.turn"
    async with clients[0] as one, clients[1] as two:
        async with turn(file, 0):
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
        async with FeedClient(Fetcher(server.url, bounds=QUICK, turns=tmp_path)) as other:
            await other.day(DAY)
        served.append(len(server.requests))

    async with FeedClient(Fetcher(server.url, bounds=QUICK, turns=tmp_path, sleep=pause)) as client:
        await client.day(DAY)
    assert served == [2]


async def test_a_month_comes_by_day(server: FeedServer, nap: Nap) -> None:
    server.days = {
        f"2026-04-{day:02}": [item(f"2604.{day:02}{n:03}", day=f"2026-04-{day:02}") for n in range(60)]
        for day in (1, 2, 30)
    }
    async with connected(server, nap) as client:
        found = await client.month("2026-04")
    assert found is not None
    assert {listing.day: len(listing.drafts) for listing in found} == dict.fromkeys(server.days, 60)
    assert [request.query for request in server.requests] == [
        {"month": "2026-04", "limit": "100", "p": "0"},
        {"month": "2026-04", "limit": "100", "p": "1"},
    ]


async def test_a_month_whose_records_name_no_day_is_given_up_at_once(server: FeedServer, nap: Nap) -> None:
    server.days = {"2024-04-01": [item(f"2404.{n:05}") for n in range(300)]}
    async with connected(server, nap) as client:
        assert await client.month("2024-04") is None
    assert len(server.requests) == 1


async def test_a_month_without_papers_is_empty(server: FeedServer, nap: Nap) -> None:
    async with connected(server, nap) as client:
        assert await client.month("2023-06") == ()


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


# What goes wrong and passes


@pytest.mark.parametrize(
    "fault", ["error", "error:500", "drop", "bad-gzip", "garbage", "truncate", "wrongtype", "hang"]
)
async def test_one_failure_is_tried_again(fault: str, server: FeedServer, nap: Nap) -> None:
    server.faults += [fault]
    async with connected(server, nap, bounds=replace(QUICK, silence=1 if fault == "hang" else 10)) as client:
        assert len(await ids(client)) == 3
    assert len(server.requests) == 2
    (wait,) = nap.taken
    assert 0.75 * QUICK.backoff <= wait <= 1.5 * QUICK.backoff


@pytest.mark.parametrize("fault", ["gzip", "nulls", "redirect-here"])
async def test_what_is_unusual_is_fine(fault: str, server: FeedServer, nap: Nap) -> None:
    server.faults += [fault]
    async with connected(server, nap) as client:
        assert len(await ids(client)) == 3
    assert nap.taken == []


async def test_waits_grow(server: FeedServer, nap: Nap) -> None:
    server.faults += ["error", "error", "error"]
    async with connected(server, nap) as client:
        await client.day(DAY)
    for number, wait in enumerate(nap.taken):
        assert 0.75 * 0.5 * 2**number <= wait <= 1.5 * 0.5 * 2**number
    assert len(nap.taken) == 3


@pytest.mark.parametrize(
    ("fault", "wait"),
    [("limit:7", 8), ("limit-after:9", 9), ("limit-bare", 60), ("error-after:3", 3)],
)
async def test_the_feed_says_how_long_to_wait(fault: str, wait: float, server: FeedServer, nap: Nap) -> None:
    server.faults += [fault]
    told: list[tuple[float, str]] = []
    async with connected(server, nap) as client:
        await client.day(DAY, lambda seconds, why: told.append((seconds, why)))
    assert nap.taken == [wait]
    assert [seconds for seconds, _ in told] == [wait]
    assert told[0][1].startswith("127.0.0.1 ")


async def test_a_spent_limit_is_waited_out_before_the_next_request(server: FeedServer, nap: Nap) -> None:
    server.faults += ["spent:20", "ok"]
    told: list[tuple[float, str]] = []
    async with connected(server, nap) as client:
        await client.day(DAY)
        assert nap.taken == []
        nap.now += 5
        await client.day(DAY, lambda seconds, why: told.append((seconds, why)))
    assert told == [(16, "127.0.0.1 asks for a pause")]
    assert nap.taken == [16]


async def test_a_wait_can_be_cancelled(server: FeedServer) -> None:
    server.fault = "limit:100"
    waiting = asyncio.Event()
    async with FeedClient(Fetcher(server.url, bounds=QUICK)) as client:
        request = asyncio.create_task(client.day(DAY, lambda *_: waiting.set()))
        await waiting.wait()
        request.cancel()
        with pytest.raises(asyncio.CancelledError):
            await request
        server.fault = "ok"
        # The turn is free again.
        assert len(await ids(client)) == 3


# What goes wrong and stays


@pytest.mark.parametrize(
    ("fault", "kind", "said", "requests"),
    [
        ("error", HttpRefused, "127.0.0.1 has trouble (503); try again later.", 4),
        ("error-after:9999", HttpRefused, "127.0.0.1 has trouble (503); try again later.", 4),
        ("hang", FeedUnreachable, "127.0.0.1 did not answer within 0.2 s; try again later.", 2),
        ("slow:0.01", FeedUnreachable, "127.0.0.1 did not answer within 0.3 s; try again later.", 2),
        ("drop", FeedUnreachable, "The connection to 127.0.0.1 broke; try again later.", 4),
        ("garbage", FeedMalformed, "The feed's answer is cut off or is not JSON; try again later.", 2),
        ("truncate", FeedMalformed, "The feed's answer is cut off or is not JSON; try again later.", 2),
        ("wrongtype", FeedMalformed, "The feed answered, but not with a list of papers; try again later.", 2),
        (
            "html",
            FeedMalformed,
            "127.0.0.1 answered with a web page in place of the feed; this network may ask to sign in first.",
            1,
        ),
        (
            "bare-html",
            FeedMalformed,
            "127.0.0.1 answered with a web page in place of the feed; this network may ask to sign in first.",
            1,
        ),
        ("endless", FeedMalformed, "127.0.0.1 sent more than 1 MiB at once, which was not read; try again later.", 1),
        ("bomb", FeedMalformed, "127.0.0.1 sent more than 1 MiB at once, which was not read; try again later.", 1),
        ("limit:5", HttpRefused, "127.0.0.1 allows no more requests for now; try again in 6 s.", 4),
        ("limit:600", HttpRefused, "127.0.0.1 allows no more requests for now; try again in 10 minutes.", 1),
        ("limit:10000", HttpRefused, "127.0.0.1 allows no more requests for now; try again in 3 hours.", 1),
        ("refuse:400", HttpRefused, "127.0.0.1 refused the request (400): It is not allowed.", 1),
        ("refuse:403", HttpRefused, "127.0.0.1 refused the request (403): It is not allowed.", 1),
        ("refuse:401", HttpRefused, "127.0.0.1 did not accept the access token (401); check HF_TOKEN or unset it.", 1),
        ("redirect-here", FeedRefused, "127.0.0.1 sends the request around in circles; check the feed's address.", 5),
    ],
)
async def test_a_lasting_failure_is_one_plain_sentence(
    fault: str, kind: type[FeedError], said: str, requests: int, server: FeedServer, nap: Nap
) -> None:
    server.fault = fault
    bounds = Bounds(silence=0.2 if fault == "hang" else 10, total=0.3 if fault == "slow:0.01" else 20, body=1024 * 1024)
    async with connected(server, nap, bounds=bounds) as client:
        with pytest.raises(FeedError) as failure:
            await client.day(DAY)
    assert type(failure.value) is kind
    assert str(failure.value) == said
    assert len(server.requests) == requests


async def test_a_refusal_without_a_reason_points_at_the_address(server: FeedServer, nap: Nap) -> None:
    fetcher = Fetcher(f"{server.url}/elsewhere", bounds=QUICK, sleep=nap)
    async with FeedClient(fetcher) as client:
        with pytest.raises(HttpRefused, match=r"refused the request \(404\): Not found\.") as failure:
            await client.day(DAY)
    assert failure.value.status == 404


async def test_a_403_with_a_token_is_about_the_token(server: FeedServer, nap: Nap) -> None:
    server.fault = "refuse:403"
    async with connected(server, nap, token="hf_secret") as client:
        with pytest.raises(HttpRefused, match="HF_TOKEN") as failure:
            await client.day(DAY)
    assert "hf_secret" not in str(failure.value)


@pytest.mark.parametrize(
    "target",
    [
        "https://example.org/login",
        "http://127.0.0.1:9/",
        "//127.0.0.2/",
        "ftp://127.0.0.1/",
        "http://[bad/",
        "javascript:x",
    ],
)
async def test_a_redirect_never_leaves_the_host(target: str, server: FeedServer, nap: Nap) -> None:
    server.fault = f"redirect:{target}"
    async with connected(server, nap, token="hf_secret") as client:
        with pytest.raises(FeedRefused, match="which was not followed; this network may ask to sign in"):
            await client.day(DAY)
    assert len(server.requests) == 1


async def test_nobody_there(nap: Nap) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        async with FeedClient(Fetcher(f"http://127.0.0.1:{taken.getsockname()[1]}", sleep=nap)) as client:
            with pytest.raises(FeedUnreachable, match=r"^127\.0\.0\.1 could not be reached; try again later\.$"):
                await client.day(DAY)
    assert nap.taken == []


@pytest.mark.parametrize(
    ("cause", "kind", "said"),
    [
        (socket.gaierror(-2, "Name or service not known"), FeedOffline, "could not be found: there is no network"),
        (OSError(errno.ENETUNREACH, "unreachable"), FeedOffline, "could not be reached: there is no network"),
        (ExceptionGroup("all", [OSError(errno.EHOSTUNREACH, "x")]), FeedOffline, "there is no network"),
        (ssl.SSLCertVerificationError("self-signed"), FeedUnreachable, "certificate of .* is not trusted"),
        (None, FeedUnreachable, "could not be reached; try again later"),
    ],
)
async def test_why_there_is_no_connection(
    cause: BaseException | None, kind: type[FeedError], said: str, monkeypatch: pytest.MonkeyPatch, nap: Nap
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise httpx.ConnectError("no connection") from cause

    monkeypatch.setattr(httpx.AsyncClient, "stream", refuse)
    async with FeedClient(Fetcher("https://feed.example.org", sleep=nap)) as client:
        with pytest.raises(kind, match=said):
            await client.day(DAY)


@pytest.mark.parametrize(
    ("raised", "said"),
    [
        (httpx.ConnectTimeout("late"), "did not answer within 5 s"),
        (httpx.ProxyError("407"), "proxy did not let a request to feed.example.org through"),
        (httpx.LocalProtocolError("odd"), "connection to feed.example.org broke"),
    ],
)
async def test_other_failures_of_the_connection(
    raised: Exception, said: str, monkeypatch: pytest.MonkeyPatch, nap: Nap
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise raised

    monkeypatch.setattr(httpx.AsyncClient, "stream", refuse)
    async with FeedClient(Fetcher("https://feed.example.org", sleep=nap)) as client:
        with pytest.raises(FeedUnreachable, match=said):
            await client.day(DAY)


# Whom to ask


@pytest.mark.parametrize(
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
        Fetcher(endpoint)


@pytest.mark.parametrize(
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
    assert Fetcher(endpoint).host == host


async def test_the_environment_decides(server: FeedServer, tmp_path: Path) -> None:
    environ = {"HF_ENDPOINT": server.url, "HF_TOKEN": "hf_secret", "HF_HOME": str(tmp_path)}
    async with FeedClient.from_environment("https://unused.example.org", environ=environ) as client:
        assert len(await ids(client)) == 3
    assert server.requests[0].headers["Authorization"] == "Bearer hf_secret"


async def test_offline_is_respected(server: FeedServer, tmp_path: Path) -> None:
    environ = {"HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path)}
    async with FeedClient.from_environment(server.url, environ=environ) as client:
        with pytest.raises(FeedOffline, match="HF_HUB_OFFLINE"):
            await client.day(DAY)
    assert server.requests == []


def test_the_real_environment_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "https://mirror.example.org")
    assert FeedClient.from_environment().host == "mirror.example.org"


async def test_a_proxy_is_not_asked_for_this_machine(
    server: FeedServer, monkeypatch: pytest.MonkeyPatch, nap: Nap
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    async with connected(server, nap) as client:
        assert len(await ids(client)) == 3


async def test_a_closed_client_opens_again(server: FeedServer, nap: Nap) -> None:
    async with connected(server, nap) as client:
        await client.day(DAY)
        await client.aclose()
        assert len(await ids(client)) == 3
