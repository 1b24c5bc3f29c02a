"""A feed and a cache that stand in for the real ones where a refresh is tested."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from reader.cache import storing as papers_cache
from reader.cache.reads.window import FetchedDay
from reader.cache.storing import StoreResult
from reader.core.errors import FeedError
from reader.core.paper import Draft, Listing
from reader.feeds.huggingface import HuggingFaceClient
from reader.refresh.daily import refresh_daily
from reader.refresh.jobs import run_job
from reader.refresh.lines import Job, JobContext, Line, Plan, Tell, error_values, ignore, step

TODAY = "2026-05-12"  # a Tuesday


def noon() -> datetime:
    return datetime(2026, 5, 12, 12, tzinfo=UTC)


def papers(*ids: int, day: str = TODAY) -> Listing:
    return Listing(day, tuple(Draft(f"Paper {id}", f"2605.{id:05}") for id in ids))


@dataclass
class Clock:
    """A clock that a test sets, in the unit of what asks it."""

    now: Any

    def __call__(self) -> Any:
        return self.now


@dataclass
class Feed(HuggingFaceClient):
    """A feed in memory: a day's papers, or what asking for it raises."""

    days: dict[str, Listing | FeedError | tuple[Listing, ...]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    held: asyncio.Event | None = None

    async def trending(self) -> tuple[Listing, ...]:
        self.asked.append("trending")
        answer = self.days.get("trending", ())
        if isinstance(answer, FeedError):
            raise answer
        return (answer,) if isinstance(answer, Listing) else answer

    async def day(self, day: str) -> tuple[Listing, ...]:
        self.asked.append(day)
        if self.held is not None:
            await self.held.wait()
        answer = self.days.get(day, Listing(day, ()))
        if isinstance(answer, FeedError):
            raise answer
        return (answer,) if isinstance(answer, Listing) else answer


@dataclass
class Cache(papers_cache.Cache):
    """A cache in memory, which must not be used from the event loop's thread."""

    known: dict[str, FetchedDay] = field(default_factory=dict)
    stored: list[tuple[str | None, int, str]] = field(default_factory=list)
    noted: list[str | None] = field(default_factory=list)
    ids: set[str | None] = field(default_factory=set)

    def store(self, listing: Listing, now: str, *, newer: bool = True, noted: bool = True) -> StoreResult:
        new = {draft.id for draft in listing.drafts} - self.ids
        self.ids |= new
        self.stored.append((listing.day, len(listing.drafts), now))
        self.noted += [listing.day] if noted else []
        return StoreResult(len(new), 0, len(listing.drafts) - len(new), listing.skipped_count)

    def store_trending(self, ranked: Sequence[Listing], now: str) -> StoreResult:
        return sum((self.store(listing, now, noted=False) for listing in ranked), StoreResult())

    def known_days(self, first: str, last: str) -> Mapping[str, FetchedDay]:
        return {day: known for day, known in self.known.items() if first <= day <= last}


def fetched(
    counts: StoreResult = StoreResult(),  # noqa: B008 (immutable)
    days: int = 0,
    missing: Sequence[str] = (),
    error: FeedError | None = None,
) -> Line:
    """The line with the sums of a refresh."""
    return step(
        "fetched", **asdict(counts), returned=0, unknown=[], days=days, missing=list(missing), **error_values(error)
    )


async def run(feed: HuggingFaceClient, cache: Cache, plan: Plan) -> list[Line]:
    """The lines that a refresh of the daily papers tells, and its sums."""
    lines: list[Line] = []
    result = await refresh_daily(feed, cache, plan, lines.append, now=noon)
    return [*lines, fetched(result.counts, result.days, result.missing, result.error)]


async def lines_of(context: JobContext, job: Job) -> list[Line]:
    """The lines of a job that runs in this process, its result last."""
    lines: list[Line] = []
    result = await run_job(replace(context, tell=lines.append), job)
    return [*lines, result]


async def run_here(context: JobContext, job: Job, tell: Tell = ignore) -> Line:
    """Run a job for the reader in this process."""
    return await run_job(replace(context, tell=tell), job)
