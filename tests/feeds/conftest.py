"""A client of the daily feed on a server of this machine, whose waits take no time."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from importlib import import_module
from types import ModuleType

import pytest

from reader.feeds.http import Client, Limits
from reader.feeds.huggingface import HuggingFaceClient
from tests.feed_server import FeedServer, item
from tests.feeds.servers import Nap

DAY = "2026-05-12"
QUICK = Limits(read_timeout=10, total_timeout=20, body_size=1_000_000, backoff=0.5)


@pytest.fixture(params=["httpx", pytest.param("httpx2", marks=pytest.mark.long)])
def library(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The library that is in use, and the one that goes on where that has stopped."""
    module = import_module(request.param)
    monkeypatch.setitem(sys.modules, "httpx", module)
    return module


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
    fetcher = Client(server.url, token, limits=limits, is_daily_feed=True, sleep=nap)
    async with HuggingFaceClient(fetcher) as client:
        yield client


async def ids(client: HuggingFaceClient, day: str = DAY) -> list[str | None]:
    listing, *_ = await client.day(day)
    assert listing.day == day
    return [draft.id for draft in listing.drafts]
