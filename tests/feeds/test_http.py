"""What is asked of a host and when: locks, pauses, second tries, headers and bodies, and failures in one sentence."""

from __future__ import annotations

import asyncio
import errno
import gzip
import socket
import ssl
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import chain, repeat
from pathlib import Path
from unittest.mock import Mock

import httpx
import pytest

from reader.core.errors import FeedError, FeedMalformed, FeedOffline, FeedRefused, FeedUnreachable
from reader.core.steps import watched_by
from reader.feeds.http import (
    Client,
    HostBusy,
    HttpRefused,
    Limits,
    Pace,
    Response,
    Validators,
    rate_limit_reset,
    refusal_reason,
    retry_after,
    unpack,
)
from reader.feeds.huggingface import HuggingFaceClient
from tests.feed_server import FeedServer
from tests.feeds.conftest import DAY, QUICK, connected, ids
from tests.feeds.servers import Nap
from tests.table import each


async def test_turns_are_taken_one_after_another_with_a_pause(tmp_path: Path) -> None:
    nap = Nap()
    events: list[str] = []

    async def take(name: str) -> None:
        async with Pace(tmp_path / "deep" / "turn", interval=3, now=nap.clock).turn(nap):
            events.append(f"{name} begins")
            await asyncio.sleep(0.01)
            events.append(f"{name} ends")

    await asyncio.gather(take("one"), take("two"))
    assert [word.partition(" ")[2] for word in events] == ["begins", "ends", "begins", "ends"]
    # Both the time that was waited for the other and the rest of the pause.
    assert nap.now >= 3


async def test_a_pause_that_is_over_is_skipped(tmp_path: Path) -> None:
    nap = Nap()
    for passed, left in ((0.0, 0.0), (1.0, 2.0), (3.0, 0.0)):
        nap.now += passed
        before = nap.now
        async with Pace(tmp_path / "turn", interval=3, now=nap.clock).turn(nap):
            assert nap.now - before == left
    assert (tmp_path / "turn").stat().st_mode & 0o777 == 0o600


async def test_an_unwritable_lock_file_only_costs_the_pause(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    nap = Nap()
    async with Pace(tmp_path / "file" / "turn", interval=3, now=nap.clock).turn(nap):
        assert nap.taken == []
    # A file system without locks gives the lock to everybody.
    monkeypatch.setattr("fcntl.flock", Mock(side_effect=OSError(errno.ENOLCK, "No locks available")))
    for pauses in ([], [3.0]):
        async with Pace(tmp_path / "turn", interval=3, now=nap.clock).turn(nap):
            assert nap.taken == pauses


async def test_a_lock_that_another_program_never_gives_back_is_waited_for_a_quarter_of_an_hour(tmp_path: Path) -> None:
    nap = Nap()
    lock = tmp_path / "example.org.lock"
    expected = r"Another program has been asking example\.org for 15 minutes; end it to continue\."
    async with Pace(lock, interval=0, now=nap.clock).turn(nap):
        with pytest.raises(FeedUnreachable, match=expected):
            async with Pace(lock, interval=0, now=nap.clock).turn(nap):
                pass
    assert 900 <= nap.now < 901


# The pause of a busy host


def test_a_busy_host_is_left_alone_for_ten_minutes(tmp_path: Path) -> None:
    nap = Nap()
    pace = Pace(tmp_path / "x", busy_as="api", now=nap.clock)
    assert (pace.pause_left(), pace.record_refusal()) == (0, 600)
    # Another program, or this one after a new start, knows it; one that shares its turns has a pause of its own.
    assert Pace(tmp_path / "x", busy_as="api", now=nap.clock).pause_left() == 600
    assert Pace(tmp_path / "x", busy_as="rss", now=nap.clock).pause_left() == 0
    # A second refusal in the same pause is no further one.
    nap.now += 1
    assert pace.record_refusal() == 599
    # A clock that was set back stops nothing.
    nap.now -= 86_400
    assert pace.pause_left() == 0


LIMITS = Limits(attempts=1, read_timeout=5, total_timeout=5, body_size=100_000)
FEED = b"<rss/>"
START = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n"
CHUNKED = START + b"Transfer-Encoding: chunked\r\n\r\n"
BROKE = "The connection to 127.0.0.1 broke; try again later."
TOO_LONG = "127.0.0.1 sent more than 0 MiB at once, which were not read; try again later."


def chunks(body: bytes, size: int = 2) -> bytes:
    parts = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(b"%x;a=b\r\n%s\r\n" % (len(part), part) for part in [*parts, b""])


def sized(body: bytes, headers: bytes = b"") -> bytes:
    return START + headers + b"Content-Length: %d\r\n\r\n" % len(body) + body


PACKED = b"Content-Encoding: gzip\r\n"

WHOLE = {
    "sized": sized(FEED),
    "chunked": CHUNKED + chunks(FEED),
    "packed": sized(gzip.compress(FEED, mtime=0), PACKED),
    "packed to the end": START + PACKED + b"\r\n" + gzip.compress(FEED, mtime=0),
}


@asynccontextmanager
async def serving(answers: Iterator[Iterable[bytes]]) -> AsyncIterator[str]:
    """A server that answers each request with the next pieces as they are, and hangs up."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        try:
            for piece in next(answers):
                writer.write(piece)
                await writer.drain()
        except OSError:
            # The client had enough.
            pass
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    async with server:
        yield f"http://{host}:{port}"


@asynccontextmanager
async def asking(url: str, limits: Limits = LIMITS) -> AsyncIterator[Callable[[], Awaitable[bytes]]]:
    """A function that fetches the document; its client is made once, since reading certificates takes long."""
    client = Client(url, limits=limits)

    async def fetch() -> bytes:
        return await client.get(f"{url}/feed", _body)

    try:
        yield fetch
    finally:
        await client.aclose()


def _body(response: Response) -> bytes:
    return response.body


@pytest.mark.parametrize("name", WHOLE)
async def test_an_answer_that_is_cut_off_anywhere_is_never_taken_for_a_feed(name: str) -> None:
    whole = WHOLE[name]
    async with serving([whole[:size]] for size in range(len(whole) + 1)) as url, asking(url) as fetch:
        for size in range(len(whole)):
            try:
                body = await fetch()
            except FeedError as error:
                assert str(error) == BROKE, size
            else:
                # Without a length nothing says that a header's end was the end of all.
                assert body == b"", size
        assert await fetch() == FEED


BROKEN = {
    "nothing": ([], BROKE),
    "another protocol": (
        chain([b"HTTP/1.1 101 Go\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"], repeat(FEED * 1_000)),
        BROKE,
    ),
    "body without end": (chain([START + b"\r\n"], repeat(b"a" * 60_000)), TOO_LONG),
    "members without end": (chain([START + PACKED + b"\r\n"], repeat(gzip.compress(FEED, mtime=0) * 1_000)), TOO_LONG),
    "name without end": (chain([START + PACKED + b"\r\n\x1f\x8b\x08\x08" + bytes(6)], repeat(b"n" * 60_000)), TOO_LONG),
    "blocks without end": (
        chain([START + PACKED + b"\r\n\x1f\x8b\x08" + bytes(7)], repeat(b"\0\0\0\xff\xff" * 10_000)),
        TOO_LONG,
    ),
}


@pytest.mark.parametrize("name", BROKEN)
async def test_a_broken_answer_is_one_plain_sentence(name: str) -> None:
    pieces, expected = BROKEN[name]
    async with serving(iter([pieces])) as url, asking(url) as fetch:
        with pytest.raises(FeedError) as failure:
            await fetch()
    assert str(failure.value) == expected


# Busy hosts


@pytest.mark.parametrize("status", [406, 429, 503])
async def test_after_repeated_refusals_no_request_is_sent_for_a_while(tmp_path: Path, status: int) -> None:
    clock, nap = Nap(), Nap()
    with FeedServer() as server:
        server.pages["/x"] = b"text"
        first, second = (
            Client(
                server.url,
                pace=Pace(tmp_path / "x", busy_as="api", now=clock.clock),
                limits=Limits(attempts=3, backoff=3),
                sleep=nap,
            )
            for _ in range(2)
        )
        server.faults += [f"error:{status}", f"error:{status}"]
        assert await first.get(f"{server.url}/x", _body) == b"text"
        assert nap.taken[0] >= 2 and nap.taken[1] >= 4
        server.fault = f"error:{status}"
        with pytest.raises(HostBusy, match=rf"^127.0.0.1 is too busy to answer \({status}\); the next try"):
            await first.get(f"{server.url}/x", _body)
        asked = len(server.requests)
        clock.now += 60
        with pytest.raises(HostBusy, match=r"^127.0.0.1 is too busy to answer; the next try is in 9 min\.$") as busy:
            await second.get(f"{server.url}/x", _body)
        assert (len(server.requests), busy.value.status) == (asked, 429)
        server.fault = "ok"
        clock.now += 600
        assert await second.get(f"{server.url}/x", _body) == b"text"
        # A host that names its wait is heeded as any other.
        nap.taken.clear()
        server.faults += ["limit_after:7"]
        assert await first.get(f"{server.url}/x", _body) == b"text"
        assert nap.taken == [7]
        await first.aclose()
        await second.aclose()


# What goes wrong and passes


async def test_a_failed_request_is_retried_after_growing_waits(server: FeedServer, nap: Nap) -> None:
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


async def test_the_feed_says_how_long_to_wait(server: FeedServer, nap: Nap) -> None:
    waits: list[tuple[float, str]] = []
    with watched_by(lambda *wait: waits.append(wait)):
        async with connected(server, nap) as client:
            server.faults += ["limit:7", "ok", "limit-after:9", "ok", "limit-bare", "ok", "error-after:3"]
            for _ in range(4):
                await client.day(DAY)
            busy = "127.0.0.1 accepts no more requests for now"
            assert waits == [(8, busy), (9, busy), (60, busy), (3, "127.0.0.1 has trouble (503)")]
    assert nap.taken == [seconds for seconds, _ in waits]


async def test_a_wait_can_be_cancelled(server: FeedServer) -> None:
    server.fault = "limit:100"
    waiting = asyncio.Event()

    async def sleep(_: float) -> None:
        waiting.set()
        await asyncio.sleep(100)

    async with HuggingFaceClient(Client(server.url, limits=QUICK, sleep=sleep)) as client:
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
    ("fault", "kind", "expected", "requests"),
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
        ("limit:600", HttpRefused, "127.0.0.1 accepts no more requests for now; try again in 10 min.", 1),
        ("limit:10000", HttpRefused, "127.0.0.1 accepts no more requests for now; try again in 3 h.", 1),
        ("refuse:400", HttpRefused, "127.0.0.1 refused the request (400): It is not allowed.", 1),
        ("refuse:403", HttpRefused, "127.0.0.1 refused the request (403): It is not allowed.", 1),
        ("refuse:401", HttpRefused, "127.0.0.1 requires a sign-in (401); set HF_TOKEN.", 1),
        ("redirect-here", FeedRefused, "127.0.0.1 redirected too many times; check the feed's address.", 5),
    ],
)
async def test_a_lasting_failure_is_one_plain_sentence(
    fault: str, kind: type[FeedError], expected: str, requests: int, server: FeedServer, nap: Nap
) -> None:
    server.fault = fault
    limits = Limits(
        read_timeout=1 if fault == "hang" else 10, total_timeout=1 if fault == "slow:0.01" else 20, body_size=1 << 20
    )
    async with connected(server, nap, limits=limits) as client:
        with pytest.raises(FeedError) as failure:
            await client.day(DAY)
    assert (type(failure.value), str(failure.value), len(server.requests)) == (kind, expected, requests)


async def test_a_refusal_may_be_about_the_address_or_the_token(server: FeedServer, nap: Nap) -> None:
    async with HuggingFaceClient(Client(f"{server.url}/elsewhere", limits=QUICK, sleep=nap)) as client:
        with pytest.raises(HttpRefused, match=r"refused the request \(404\): Not found\.") as failure:
            await client.day(DAY)
    assert failure.value.status == 404
    async with connected(server, nap, token="hf_secret") as client:
        for status in (401, 403):
            server.fault = f"refuse:{status}"
            with pytest.raises(HttpRefused) as failure:
                await client.day(DAY)
            assert (
                str(failure.value)
                == f"127.0.0.1 did not accept the access token ({status}); check HF_TOKEN or unset it."
            )


async def test_a_redirect_never_leaves_the_host(server: FeedServer, nap: Nap) -> None:
    targets = ["https://example.org/login", "http://127.0.0.1:9/", "//127.0.0.2/", "ftp://127.0.0.1/", "http://[bad/"]
    async with connected(server, nap, token="hf_secret") as client:
        for target in (*targets, "javascript:x"):
            server.fault = f"redirect:{target}"
            with pytest.raises(FeedRefused, match="which was not followed; this network may ask to sign in"):
                await client.day(DAY)
    assert len(server.requests) == len(targets) + 1


async def test_a_missing_server_is_reported_in_one_sentence(nap: Nap) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        async with HuggingFaceClient(Client(f"http://127.0.0.1:{taken.getsockname()[1]}", sleep=nap)) as client:
            with pytest.raises(FeedUnreachable, match=r"^127\.0\.0\.1 could not be reached; try again later\.$"):
                await client.day(DAY)
    assert nap.taken == []


@pytest.mark.parametrize(
    ("raised", "cause", "kind", "expected"),
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
async def test_connection_failures_are_explained(
    raised: str,
    cause: BaseException | None,
    kind: type[FeedError],
    expected: str,
    monkeypatch: pytest.MonkeyPatch,
    nap: Nap,
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise getattr(httpx, raised)("why") from cause

    monkeypatch.setattr(httpx.AsyncClient, "stream", refuse)
    async with HuggingFaceClient(Client("https://feed.example.org", sleep=nap)) as client:
        with pytest.raises(kind, match=expected):
            await client.day(DAY)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ALL_PROXY", "socks5://127.0.0.1:9"),
        ("HTTPS_PROXY", "ftp://127.0.0.1:9"),
        ("HTTPS_PROXY", "http://127.0.0.1:999999"),
        ("SSL_CERT_FILE", "/missing/file"),
    ],
)
async def test_an_unusable_proxy_is_one_sentence(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch, nap: Nap
) -> None:
    for proxy in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(proxy, raising=False)
    monkeypatch.setenv(name, value)
    async with HuggingFaceClient(Client("https://feed.example.org", sleep=nap)) as client:
        with pytest.raises(
            FeedUnreachable, match="a proxy or certificates that can't be used; correct or unset HTTPS_PROXY"
        ):
            await client.day(DAY)
    assert nap.taken == []


# Headers and bodies


NOON = datetime(2026, 5, 12, 12, tzinfo=UTC)


@each(
    ("header", "expected"),
    [
        ('"api"; r=0; t=57', 58),
        ('"api";r=10;t=57, "pages";r=0;t=9', 10),
        ('"api";r=0;t=9999', 10_000),
        ('"api";r=0', 0),
        ("", 0),
    ],
)
def test_a_pause_follows_from_the_limit(header: str, expected: float) -> None:
    assert rate_limit_reset({"RateLimit": header}) == expected


@each(
    ("header", "expected"),
    [
        (" 0 ", 0),
        ("Tue, 12 May 2026 12:00:30 GMT", 30),
        ("Tue, 12 May 2026 12:00:30 -0000", 30),
        ("Tue, 12 May 2026 11:00:00 GMT", 0),
        ("-5", None),
        ("", None),
        ("9" * 5_000, None),
        ("Mon, 01 Jan 2024 00:00:00 +99999999999999", None),
        ("Mon, 01 Jan 99999999999999999999 00:00:00 GMT", None),
    ],
)
def test_retry_after_holds_seconds_or_a_date(header: str, expected: float | None) -> None:
    assert retry_after({"Retry-After": header}, NOON) == expected


@each(
    ("body", "expected"),
    [
        (b'{"error": "\\u001b[31mred\\u001b[0m\\n alert"}', "red alert"),
        (b'{"error": 7}', ""),
        (b"[]", ""),
        (b"<html>", ""),
        (b"[" * 9_000, ""),
    ],
)
def test_a_reason_is_one_clean_line(body: bytes, expected: str) -> None:
    assert refusal_reason(body) == expected


@each(
    ("given", "expected"),
    [
        ("", None),
        (None, None),
        ("a\nb", None),
        ("x" * 1_000, "x" * 1_000),
        ("x" * 1_001, None),
    ],
)
def test_a_validator_is_sent_back_unchanged_or_not(given: str | None, expected: str | None) -> None:
    headers = {} if given is None else {"ETag": given}
    assert Validators.from_headers(headers).etag == expected


TEXT = b"text " * 200
PACKED_TEXT = gzip.compress(TEXT, mtime=0)


@pytest.mark.parametrize(
    ("encoding", "sent"),
    [
        ("", TEXT),
        ("identity", TEXT),
        ("gzip", PACKED_TEXT),
        ("GZIP", PACKED_TEXT),
        ("x-gzip", PACKED_TEXT + b"more"),
    ],
)
async def test_a_body_is_unpacked_up_to_its_limit(encoding: str, sent: bytes) -> None:
    assert await read(encoding, sent, len(TEXT)) == TEXT
    with pytest.raises(FeedMalformed, match="sent more than 0 MiB"):
        await read(encoding, sent, len(TEXT) - 1)


async def test_a_body_is_whole_and_packed_once() -> None:
    assert await read("gzip", b"", 9) == b""
    with pytest.raises(zlib.error):
        await read("gzip", PACKED_TEXT[:-1], len(TEXT))
    for encoding in ("br", "gzip, gzip", "deflate"):
        with pytest.raises(FeedMalformed, match="which was not requested"):
            await read(encoding, b"", 9)


async def read(encoding: str, sent: bytes, limit: int) -> bytes:
    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(sent), 7):
            yield sent[start : start + 7]

    return b"".join([part async for part in unpack("example.org", encoding, pieces(), limit)])
