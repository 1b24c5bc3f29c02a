"""A feed that fails: what is tried again and after what wait, and what is told in one plain sentence."""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
from dataclasses import replace
from types import ModuleType

import pytest

from reader.core.errors import FeedError, FeedMalformed, FeedOffline, FeedRefused, FeedUnreachable
from reader.core.steps import watched_by
from reader.feeds.http.client import HttpClient
from reader.feeds.http.responses import HttpRefused, Limits
from reader.feeds.huggingface.client import HuggingFaceClient
from tests.feed_server import FeedServer
from tests.feeds.conftest import DAY, QUICK, connected, ids
from tests.feeds.servers import Nap

pytestmark = pytest.mark.usefixtures("wire")

NO_WAY = "ConnectError"

# What goes wrong and passes


@pytest.mark.parametrize(
    "fault", ["error", "error:500", "drop", "bad-gzip", "garbage", "truncate", "wrongtype", "hang"]
)
async def test_one_failure_is_tried_again(fault: str, server: FeedServer, nap: Nap) -> None:
    server.faults += [fault]
    async with connected(server, nap, limits=replace(QUICK, read_timeout=1 if fault == "hang" else 10)) as client:
        assert len(await ids(client)) == 3
    assert len(server.requests) == 2
    (wait,) = nap.taken
    assert 0.75 * QUICK.backoff <= wait <= 1.5 * QUICK.backoff


async def test_requests_waits_and_records_are_steps_of_a_job(server: FeedServer, nap: Nap) -> None:
    """Whoever watches the job must not take a slow feed, or one that asked for a pause, for a job that is stuck."""
    server.faults += ["error", "error"]
    noted: list[float] = []
    with watched_by(lambda seconds, _: noted.append(seconds)):
        async with connected(server, nap, limits=replace(QUICK, total_timeout=90)) as client:
            assert len(await ids(client)) == 3
    # Three requests, each longer than a step may be; the waits between them; the response that can be read, and its
    # three records.
    assert noted == [60, nap.taken[0], 60, nap.taken[1], 60, 0, 0, 0, 0]


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


async def test_no_two_readers_wait_equally_long(server: FeedServer) -> None:
    waits = []
    for _ in range(8):
        server.faults += ["error"]
        nap = Nap()
        async with connected(server, nap) as client:
            await client.day(DAY)
        waits += nap.taken
    # By chance it is not: they are as fine as floats.
    assert len(set(waits)) == 8


@pytest.mark.parametrize(
    ("fault", "wait"), [("limit:7", 8), ("limit-after:9", 9), ("limit-bare", 60), ("error-after:3", 3)]
)
async def test_the_feed_says_how_long_to_wait(fault: str, wait: float, server: FeedServer, nap: Nap) -> None:
    server.faults += [fault]
    told: list[tuple[float, str]] = []
    with watched_by(lambda *step: told.append(step) if step[1] else None):
        async with connected(server, nap) as client:
            await client.day(DAY)
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
        with watched_by(lambda *step: told.append(step) if step[1] else None):
            await client.day(DAY)
    assert told == [(16, "127.0.0.1 asked for a pause")]
    assert nap.taken == [16]


async def test_a_wait_can_be_cancelled(server: FeedServer) -> None:
    server.fault = "limit:100"
    waiting = asyncio.Event()

    async def sleep(_: float) -> None:
        waiting.set()
        await asyncio.sleep(100)

    async with HuggingFaceClient(HttpClient(server.url, limits=QUICK, sleep=sleep)) as client:
        request = asyncio.create_task(client.day(DAY))
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
        ("hang", FeedUnreachable, "127.0.0.1 did not answer within 1 s; try again later.", 2),
        ("slow:0.01", FeedUnreachable, "127.0.0.1 did not finish its answer within 1 s; try again later.", 1),
        ("drop", FeedUnreachable, "The connection to 127.0.0.1 broke; try again later.", 4),
        ("garbage", FeedMalformed, "The feed's answer is cut off or is not JSON; try again later.", 2),
        ("truncate", FeedMalformed, "The feed's answer is cut off or is not JSON; try again later.", 2),
        ("wrongtype", FeedMalformed, "The feed answered, but not with a list of papers; try again later.", 2),
        (
            "html",
            FeedMalformed,
            "127.0.0.1 answered with a web page instead of the feed; this network may ask to sign in first.",
            1,
        ),
        (
            "bare-html",
            FeedMalformed,
            "127.0.0.1 answered with a web page instead of the feed; this network may ask to sign in first.",
            1,
        ),
        ("endless", FeedMalformed, "127.0.0.1 sent more than 1 MiB at once, which were not read; try again later.", 1),
        ("bomb", FeedMalformed, "127.0.0.1 sent more than 1 MiB at once, which were not read; try again later.", 1),
        ("limit:5", HttpRefused, "127.0.0.1 accepts no more requests for now; try again in 6 s.", 4),
        ("limit:600", HttpRefused, "127.0.0.1 accepts no more requests for now; try again in 10 minutes.", 1),
        ("limit:10000", HttpRefused, "127.0.0.1 accepts no more requests for now; try again in 3 hours.", 1),
        ("refuse:400", HttpRefused, "127.0.0.1 refused the request (400): It is not allowed.", 1),
        ("refuse:403", HttpRefused, "127.0.0.1 refused the request (403): It is not allowed.", 1),
        ("refuse:401", HttpRefused, "127.0.0.1 requires a sign-in (401); check HF_TOKEN.", 1),
        ("redirect-here", FeedRefused, "127.0.0.1 redirected too many times; check the feed's address.", 5),
    ],
)
async def test_a_lasting_failure_is_one_plain_sentence(
    fault: str, kind: type[FeedError], said: str, requests: int, server: FeedServer, nap: Nap
) -> None:
    server.fault = fault
    limits = Limits(
        read_timeout=1 if fault == "hang" else 10,
        total_timeout=1 if fault == "slow:0.01" else 20,
        body_size=1024 * 1024,
    )
    async with connected(server, nap, limits=limits) as client:
        with pytest.raises(FeedError) as failure:
            await client.day(DAY)
    assert type(failure.value) is kind
    assert str(failure.value) == said
    assert len(server.requests) == requests


async def test_a_refusal_without_a_reason_points_at_the_address(server: FeedServer, nap: Nap) -> None:
    fetcher = HttpClient(f"{server.url}/elsewhere", limits=QUICK, sleep=nap)
    async with HuggingFaceClient(fetcher) as client:
        with pytest.raises(HttpRefused, match=r"refused the request \(404\): Not found\.") as failure:
            await client.day(DAY)
    assert failure.value.status == 404


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refusal_with_a_token_is_about_the_token(status: int, server: FeedServer, nap: Nap) -> None:
    server.fault = f"refuse:{status}"
    async with connected(server, nap, token="hf_secret") as client:
        with pytest.raises(
            HttpRefused, match=rf"did not accept the access token \({status}\); check HF_TOKEN"
        ) as failure:
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
        async with HuggingFaceClient(HttpClient(f"http://127.0.0.1:{taken.getsockname()[1]}", sleep=nap)) as client:
            with pytest.raises(FeedUnreachable, match=r"^127\.0\.0\.1 could not be reached; try again later\.$"):
                await client.day(DAY)
    assert nap.taken == []


@pytest.mark.parametrize(
    ("raised", "cause", "kind", "said"),
    [
        (NO_WAY, socket.gaierror(-2, "Not known"), FeedOffline, "could not be found: there is no network"),
        (
            "ConnectError",
            OSError(errno.ENETUNREACH, "unreachable"),
            FeedOffline,
            "could not be reached: there is no network",
        ),
        (NO_WAY, ExceptionGroup("all", [OSError(errno.EHOSTUNREACH, "x")]), FeedOffline, "there is no network"),
        (
            "ConnectError",
            ssl.SSLCertVerificationError("self-signed"),
            FeedUnreachable,
            "certificate of .* is not trusted",
        ),
        (NO_WAY, None, FeedUnreachable, "could not be reached; try again later"),
        ("ConnectTimeout", None, FeedUnreachable, "did not answer within 5 s"),
        ("ProxyError", None, FeedUnreachable, "proxy refused a request to feed.example.org"),
        ("LocalProtocolError", None, FeedUnreachable, "connection to feed.example.org broke"),
    ],
)
async def test_why_there_is_no_connection(
    raised: str,
    cause: BaseException | None,
    kind: type[FeedError],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    nap: Nap,
    wire: ModuleType,
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise getattr(wire.httpx, raised)("why") from cause

    monkeypatch.setattr(wire.httpx.AsyncClient, "stream", refuse)
    async with HuggingFaceClient(HttpClient("https://feed.example.org", sleep=nap)) as client:
        with pytest.raises(kind, match=said):
            await client.day(DAY)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("ALL_PROXY", "socks5://127.0.0.1:9", "SOCKS proxy, which can't be used; name an HTTP proxy"),
        ("HTTPS_PROXY", "ftp://127.0.0.1:9", "proxy's address is not valid; correct or unset HTTPS_PROXY"),
        ("HTTPS_PROXY", "http://127.0.0.1:999999", "proxy's address is not valid; correct or unset HTTPS_PROXY"),
        ("SSL_CERT_FILE", "/missing/file", "SSL_CERT_FILE or SSLKEYLOGFILE can't be used; correct or unset it"),
        ("SSL_CERT_FILE", __file__, "SSL_CERT_FILE or SSLKEYLOGFILE can't be used; correct or unset it"),
    ],
)
async def test_an_environment_that_can_not_be_used(
    name: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch, nap: Nap
) -> None:
    for proxy in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(proxy, raising=False)
    monkeypatch.setenv(name, value)
    async with HuggingFaceClient(HttpClient("https://feed.example.org", sleep=nap)) as client:
        with pytest.raises(FeedUnreachable, match=said):
            await client.day(DAY)
    assert nap.taken == []
