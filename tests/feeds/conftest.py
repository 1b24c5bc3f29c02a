"""A client of the daily feed on a server of this machine, whose waits take no time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest

from reader.feeds.http import Client, Limits
from reader.feeds.huggingface import HuggingFaceClient
from tests.feed_server import FeedServer, item
from tests.feeds.servers import Nap

DAY = "2026-05-12"
QUICK = Limits(read_timeout=10, total_timeout=20, body_size=1_000_000, backoff=0.5)


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
