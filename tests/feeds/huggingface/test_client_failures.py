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


# What goes wrong and passes


async def test_what_fails_once_is_tried_again_after_waits_that_grow(server: FeedServer, nap: Nap) -> None:
    faults = ["error", "error:500", "drop", "bad-gzip", "garbage", "truncate", "wrongtype"]
    async with connected(server, nap) as client:
        for fault in faults:
            server.faults += [fault]
            assert len(await ids(client)) == 3, fault
        server.faults += ["error", "error", "error"]
        assert len(await ids(client)) == 3
        assert len(server.requests) == 2 * len(faults) + 4
        for wait, factor in zip(nap.taken, [*([1] * len(faults)), 1, 2, 4], strict=True):
            assert 0.75 * QUICK.backoff * factor <= wait <= 1.5 * QUICK.backoff * factor
        # No two readers wait equally long: by chance they do not, since waits are as fine as floats.
        assert len(set(nap.taken)) == len(nap.taken)
        # What is only unusual is fine.
        for fault in ("gzip", "nulls", "redirect-here"):
            server.faults += [fault]
            assert len(await ids(client)) == 3, fault
    assert len(nap.taken) == len(faults) + 3


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


async def test_the_feed_says_how_long_to_wait(server: FeedServer, nap: Nap) -> None:
    told: list[tuple[float, str]] = []
    with watched_by(lambda *step: told.append(step) if step[1] else None):
        async with connected(server, nap) as client:
            server.faults += ["limit:7", "ok", "limit-after:9", "ok", "limit-bare", "ok", "error-after:3", "spent:20"]
            for _ in range(4):
                await client.day(DAY)
            busy = "127.0.0.1 accepts no more requests for now"
            assert told == [(8, busy), (9, busy), (60, busy), (3, "127.0.0.1 has trouble (503)")]
            # A spent limit is waited out before the next request.
            nap.now += 5
            await client.day(DAY)
    assert told[4:] == [(16, "127.0.0.1 asked for a pause")]
    assert nap.taken == [seconds for seconds, _ in told]


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


CUT = "The feed's answer is cut off or is not JSON; try again later."
PAGE = "127.0.0.1 answered with a web page instead of the feed; this network may ask to sign in first."
LARGE = "127.0.0.1 sent more than 1 MiB at once, which were not read; try again later."


@pytest.mark.parametrize(
    ("fault", "kind", "said", "requests"),
    [
        ("error", HttpRefused, "127.0.0.1 has trouble (503); try again later.", 4),
        ("error-after:9999", HttpRefused, "127.0.0.1 has trouble (503); try again later.", 4),
        ("hang", FeedUnreachable, "127.0.0.1 did not answer within 1 s; try again later.", 2),
        ("slow:0.01", FeedUnreachable, "127.0.0.1 did not finish its answer within 1 s; try again later.", 1),
        ("drop", FeedUnreachable, "The connection to 127.0.0.1 broke; try again later.", 4),
        ("garbage", FeedMalformed, CUT, 2),
        ("truncate", FeedMalformed, CUT, 2),
        ("wrongtype", FeedMalformed, "The feed answered, but not with a list of papers; try again later.", 2),
        ("html", FeedMalformed, PAGE, 1),
        ("bare-html", FeedMalformed, PAGE, 1),
        ("endless", FeedMalformed, LARGE, 1),
        ("bomb", FeedMalformed, LARGE, 1),
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
        read_timeout=1 if fault == "hang" else 10, total_timeout=1 if fault == "slow:0.01" else 20, body_size=1 << 20
    )
    async with connected(server, nap, limits=limits) as client:
        with pytest.raises(FeedError) as failure:
            await client.day(DAY)
    assert (type(failure.value), str(failure.value), len(server.requests)) == (kind, said, requests)


async def test_a_refusal_may_be_about_the_address_or_the_token(server: FeedServer, nap: Nap) -> None:
    async with HuggingFaceClient(HttpClient(f"{server.url}/elsewhere", limits=QUICK, sleep=nap)) as client:
        with pytest.raises(HttpRefused, match=r"refused the request \(404\): Not found\.") as failure:
            await client.day(DAY)
    assert failure.value.status == 404
    async with connected(server, nap, token="hf_secret") as client:
        for status in (401, 403):
            server.fault = f"refuse:{status}"
            with pytest.raises(HttpRefused) as failure:
                await client.day(DAY)
            assert str(failure.value) == f"127.0.0.1 did not accept the access token ({status}); check HF_TOKEN."


async def test_a_redirect_never_leaves_the_host(server: FeedServer, nap: Nap) -> None:
    targets = ["https://example.org/login", "http://127.0.0.1:9/", "//127.0.0.2/", "ftp://127.0.0.1/", "http://[bad/"]
    async with connected(server, nap, token="hf_secret") as client:
        for target in (*targets, "javascript:x"):
            server.fault = f"redirect:{target}"
            with pytest.raises(FeedRefused, match="which was not followed; this network may ask to sign in"):
                await client.day(DAY)
    assert len(server.requests) == len(targets) + 1


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
        ("ConnectError", socket.gaierror(-2, "Not known"), FeedOffline, "could not be found: there is no network"),
        ("ConnectError", OSError(errno.ENETUNREACH, "x"), FeedOffline, "could not be reached: there is no network"),
        ("ConnectError", ExceptionGroup("", [OSError(errno.EHOSTUNREACH, "x")]), FeedOffline, "there is no network"),
        ("ConnectError", ssl.SSLCertVerificationError(""), FeedUnreachable, "certificate of .* is not trusted"),
        ("ConnectError", None, FeedUnreachable, "could not be reached; try again later"),
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
