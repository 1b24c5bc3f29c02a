"""Jobs done here, with no process between: what is stopped ends the step it is at, and then lets go of the cache."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reader.cache.feeds import Feeds
from reader.cache.papers import Cache
from reader.config import Settings
from reader.core.topics.scorer import Topics
from reader.refresh.jobs import JobContext, Refresh, SourceFailing, run_job
from reader.refresh.plan import Day
from tests.feed_server import FeedServer, item

DAY = "2026-05-12"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[JobContext]:
    for name in ("HF_ENDPOINT", "HF_HUB_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DAILYPAPERS_HOME", str(tmp_path))
    with FeedServer({DAY: [item("2605.00001")]}) as feed:
        settings = Settings(endpoint=feed.url, ask_arxiv=False)
        yield JobContext(tmp_path / "papers.db", settings, Topics, lambda: datetime(2026, 5, 12, tzinfo=UTC))


async def test_sources_that_fail_are_named_by_the_first_of_them(place: JobContext) -> None:
    Cache.open(place.cache_file, Topics()).close()
    feeds = Feeds.open(place.cache_file)
    for slug, since in (("lab", "2026-05-12"), ("club", "2026-05-11"), ("blog", "2026-05-10")):
        feeds.follow("rss", f"https://{slug}.example.org/", slug.title(), slug, "2026-05-01")
        feeds.failed(slug, f"{since}T00:00:00Z", "No answer.")
    feeds.close()
    failing = [message async for message in run_job(place, Refresh(Day(DAY))) if isinstance(message, SourceFailing)]
    assert failing == [SourceFailing("Blog", "2026-05-10T00:00:00Z", more=2)]


async def test_a_job_that_is_stopped_lets_go_of_the_cache_after_the_step_it_is_at(
    place: JobContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    happened: list[str] = []
    begun, go_on = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()
    close = Cache.close

    def reclassify(_cache: Cache) -> Iterator[tuple[int, int]]:
        loop.call_soon_threadsafe(begun.set)
        go_on.wait(30)
        happened.append("written")
        yield 1, 2

    def watched_close(cache: Cache) -> None:
        happened.append("closed")
        close(cache)

    monkeypatch.setattr(Cache, "needs_classifying", lambda _cache: True)
    monkeypatch.setattr(Cache, "reclassify", reclassify)
    monkeypatch.setattr(Cache, "close", watched_close)

    async def work() -> None:
        async for _ in run_job(place, Refresh(Day(DAY))):
            pass

    task = asyncio.create_task(work())
    await asyncio.wait([task, reached := asyncio.create_task(begun.wait())], return_when=asyncio.FIRST_COMPLETED)
    assert reached.done(), task.result()
    task.cancel()
    # It has all the time it wants to close the cache in, were it not waiting for the step.
    for _ in range(100):
        await asyncio.sleep(0)
    assert happened == []
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert happened == ["written", "closed"]
