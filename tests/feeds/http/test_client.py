"""Answers that HTTP does not allow, or that end too early, are one plain failure or a whole feed; and busy hosts.

What else the clients do is tested by those of single sites, such as `tests/feeds/huggingface/`.
"""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from itertools import chain, repeat
from pathlib import Path

import pytest

from reader.core.errors import FeedError
from reader.feeds.http.client import BusyHostClient, DocumentClient, HostBusy, Response
from reader.feeds.http.responses import Limits
from tests.feed_server import FeedServer
from tests.feeds.http.test_host_lock import Clock
from tests.feeds.servers import Nap
from tests.tiers import rest_long

LIMITS = Limits(attempts=1, read_timeout=5, total_timeout=5, body_size=100_000)
FEED = b"<rss/>"
START = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n"
CHUNKED = START + b"Transfer-Encoding: chunked\r\n\r\n"
BROKE = "The connection to 127.0.0.1 broke; try again later."
TOO_LONG = "127.0.0.1 sent more than 0 MiB at once, which was not read; try again later."
LATE = "127.0.0.1 did not finish its answer within 1 s; try again later."


def chunks(body: bytes, size: int = 2) -> bytes:
    parts = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(b"%x;a=b\r\n%s\r\n" % (len(part), part) for part in [*parts, b""])


def sized(body: bytes, headers: bytes = b"") -> bytes:
    return START + headers + b"Content-Length: %d\r\n\r\n" % len(body) + body


PACKED = b"Content-Encoding: gzip\r\n"

WHOLE = {
    "sized": sized(FEED),
    "chunked": CHUNKED + chunks(FEED),
    "packed": sized(gzip.compress(FEED), PACKED),
    "packed to the end": START + PACKED + b"\r\n" + gzip.compress(FEED),
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
    client = DocumentClient(url, limits=limits)

    async def fetch() -> bytes:
        return await client.document(f"{url}/feed", _body)

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
    "no HTTP": ([b"<rss></rss>\n"], BROKE),
    "nothing": ([], BROKE),
    "NUL": ([bytes(1_000)], BROKE),
    "header without end": (chain([START + b"X: "], repeat(b"a" * 60_000)), BROKE),
    "headers without end": (chain([START], repeat(b"X-A: b\r\n" * 5_000)), BROKE),
    "20,000 headers": ([START + b"X-Long-Name: b\r\n" * 20_000 + b"\r\n" + FEED], BROKE),
    "another protocol": (
        chain([b"HTTP/1.1 101 Go\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"], repeat(FEED * 1_000)),
        BROKE,
    ),
    "two lengths": ([START + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n" + FEED], BROKE),
    "negative length": ([START + b"Content-Length: -5\r\n\r\n" + FEED], BROKE),
    "too long a length": ([START + b"Content-Length: 999999999999\r\n\r\n" + FEED], BROKE),
    "odd coding": ([START + b"Transfer-Encoding: gzip, chunked\r\n\r\n" + chunks(FEED)], BROKE),
    "chunk without size": ([CHUNKED + b"zz\r\nabc"], BROKE),
    "extension without end": (chain([CHUNKED + b"1;"], repeat(b"a=b;" * 15_000)), BROKE),
    "size without end": (chain([CHUNKED], repeat(b"0" * 60_000)), BROKE),
    "trailers without end": (chain([CHUNKED + b"0\r\n"], repeat(b"X: y\r\n" * 5_000)), BROKE),
    "body without end": (chain([START + b"\r\n"], repeat(b"a" * 60_000)), TOO_LONG),
    "members without end": (chain([START + PACKED + b"\r\n"], repeat(gzip.compress(FEED) * 1_000)), TOO_LONG),
    "name without end": (chain([START + PACKED + b"\r\n\x1f\x8b\x08\x08" + bytes(6)], repeat(b"n" * 60_000)), TOO_LONG),
    "blocks without end": (
        chain([START + PACKED + b"\r\n\x1f\x8b\x08" + bytes(7)], repeat(b"\0\0\0\xff\xff" * 10_000)),
        TOO_LONG,
    ),
}


@pytest.mark.parametrize("name", BROKEN)
async def test_a_broken_answer_is_one_plain_sentence(name: str) -> None:
    pieces, said = BROKEN[name]
    async with serving(iter([pieces])) as url, asking(url) as fetch:
        with pytest.raises(FeedError) as failure:
            await fetch()
    assert str(failure.value) == said


ENDLESS = {
    "interim answers": repeat(b"HTTP/1.1 100 Continue\r\n\r\n" * 100),
    "chunks of one byte": chain([CHUNKED], repeat(b"1\r\nx\r\n" * 100)),
    "extensions": chain([CHUNKED], repeat(b"1;" + b"a" * 4_000 + b"\r\nx\r\n")),
}


@pytest.mark.parametrize("name", rest_long(ENDLESS, ["extensions"]))
async def test_what_goes_on_for_ever_ends_after_a_time(name: str) -> None:
    limits = Limits(attempts=2, total_timeout=1)
    async with serving(iter([ENDLESS[name]])) as url, asking(url, limits) as fetch:
        with pytest.raises(FeedError) as failure:
            await fetch()
    assert str(failure.value) == LATE


# Busy hosts


@pytest.mark.parametrize("status", [406, 429, 503])
async def test_all_tries_refused_begin_a_pause_in_which_nothing_is_asked(tmp_path: Path, status: int) -> None:
    clock, nap = Clock(), Nap()
    with FeedServer() as server:
        server.pages["/x"] = b"text"

        def client() -> BusyHostClient:
            limits = Limits(attempts=3, backoff=3)
            return BusyHostClient(
                server.url, folder=tmp_path, lock="x.lock", busy="x.busy", now=clock, limits=limits, sleep=nap
            )

        first, second = client(), client()
        server.faults += [f"error:{status}", f"error:{status}"]
        assert await first.document(f"{server.url}/x", _body) == b"text"
        assert nap.taken[0] >= 2 and nap.taken[1] >= 4
        server.fault = f"error:{status}"
        with pytest.raises(
            HostBusy, match=rf"^127.0.0.1 is too busy to answer \({status}\); it is asked again in 5 min"
        ):
            await first.document(f"{server.url}/x", _body)
        asked = len(server.requests)
        clock.now += 60
        with pytest.raises(HostBusy, match=r"^127.0.0.1 is too busy to answer; it is asked again in 4 minutes\.$"):
            await second.document(f"{server.url}/x", _body)
        assert len(server.requests) == asked
        server.fault = "ok"
        clock.now += 300
        assert await second.document(f"{server.url}/x", _body) == b"text"
        assert not (tmp_path / "x.busy").exists()
        await first.aclose()
        await second.aclose()


async def test_a_host_that_names_its_wait_is_heeded_as_before(tmp_path: Path) -> None:
    nap = Nap()
    with FeedServer() as server:
        server.pages["/x"] = b"text"
        client = BusyHostClient(
            server.url, folder=tmp_path, lock="x.lock", busy="x.busy", limits=Limits(attempts=3), sleep=nap
        )
        server.faults += ["limit_after:7"]
        assert await client.document(f"{server.url}/x", _body) == b"text"
        assert nap.taken == [7]
        await client.aclose()
