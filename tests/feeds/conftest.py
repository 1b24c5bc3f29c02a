"""A client of the daily feed on a server of this machine, whose waits take no time."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from importlib import import_module
from types import ModuleType

import pytest

from reader.feeds import http
from reader.feeds.http.client import HttpClient
from reader.feeds.http.responses import Limits
from reader.feeds.huggingface.client import HuggingFaceClient
from tests.feed_server import FeedServer, item
from tests.feeds.servers import Nap

DAY = "2026-05-12"
QUICK = Limits(connect_timeout=2, read_timeout=10, total_timeout=20, body_size=1_000_000, backoff=0.5)


@pytest.fixture(params=["", pytest.param("2", marks=pytest.mark.long)], ids=["httpx", "httpx2"])
def wire(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The adapter on the library that is in use, and on the one that goes on where that has stopped."""
    # What is not there before is not put back afterwards.
    import_module("reader.feeds.http.wire")
    for name in ("httpx", "httpcore"):
        monkeypatch.setitem(sys.modules, name, import_module(f"{name}{request.param}"))
    monkeypatch.setattr(http, "wire", None)
    monkeypatch.delitem(sys.modules, "reader.feeds.http.wire")
    return import_module("reader.feeds.http.wire")


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with FeedServer({DAY: [item(f"2605.{number:05}", day=DAY) for number in range(3)]}) as feed:
        yield feed


@pytest.fixture
def nap() -> Nap:
    return Nap()


@asynccontextmanager
async def connected(
    server: FeedServer, nap: Nap, *, limits: Limits = QUICK, token: str | None = None
) -> AsyncIterator[HuggingFaceClient]:
    fetcher = HttpClient(server.url, token, limits=limits, sleep=nap, clock=nap.clock)
    async with HuggingFaceClient(fetcher) as client:
        yield client


async def ids(client: HuggingFaceClient, day: str = DAY) -> list[str | None]:
    listing, *_ = await client.day(day)
    assert listing.day == day
    return [draft.id for draft in listing.drafts]
