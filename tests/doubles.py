"""A feed and a cache that stand in for the real ones where a refresh is tested."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from reader.core.errors import (
    FeedError,
)
from reader.core.paper import Draft, Listing
from reader.feeds.huggingface.client import HuggingFaceClient
from reader.refresh.daily import refresh_daily
from reader.refresh.plan import Plan
from reader.refresh.progress import RefreshEvent, RefreshStarted

TODAY = "2026-05-12"  # a Tuesday


def noon() -> datetime:
    return datetime(2026, 5, 12, 12, tzinfo=UTC)


def papers(*ids: int, day: str = TODAY) -> Listing:
    return Listing(day, tuple(Draft(f"Paper {id}", f"2605.{id:05}") for id in ids))


@dataclass
class Feed:
    """A feed in memory: a day's papers, or what asking for it raises."""

    days: dict[str, Listing | FeedError | tuple[Listing, ...]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    waits: list[tuple[float, str]] = field(default_factory=list)
    held: asyncio.Event | None = None
    months: bool = True
    """Whether its records name their days; else asking for a month is of no use."""

    async def month(
        self, month: str, on_wait: Callable[[float, str], None] | None = None
    ) -> tuple[Listing, ...] | None:
        self.asked.append(month)
        found: list[Listing] = []
        for day, answer in self.days.items():
            if day.startswith(month):
                if isinstance(answer, FeedError):
                    raise answer
                found += (answer,) if isinstance(answer, Listing) else answer
        return tuple(found) if self.months else None

    async def trending(self, on_wait: Callable[[float, str], None] | None = None) -> tuple[Listing, ...]:
        self.asked.append("trending")
        answer = self.days.get("trending", ())
        if isinstance(answer, FeedError):
            raise answer
        return (answer,) if isinstance(answer, Listing) else answer

    async def day(self, day: str, on_wait: Callable[[float, str], None] | None = None) -> tuple[Listing, ...]:
        self.asked.append(day)
        assert on_wait is not None
        for wait in self.waits:
            on_wait(*wait)
        if self.held is not None:
            await self.held.wait()
        answer = self.days.get(day, Listing(day, ()))
        if isinstance(answer, FeedError):
            raise answer
        return (answer,) if isinstance(answer, Listing) else answer


@dataclass(frozen=True)
class Stored:
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0


def sum_of(stored: Sequence[Stored]) -> Stored:
    return Stored(*(sum(getattr(one, name) for one in stored) for name in ("new", "updated", "unchanged", "skipped")))


@dataclass(frozen=True)
class DayFetched:
    fetched: str
    papers: int


@dataclass
class Cache:
    """A cache in memory, which must not be used from the event loop's thread."""

    known: dict[str, DayFetched] = field(default_factory=dict)
    stored: list[tuple[str | None, int, str]] = field(default_factory=list)
    noted: list[str | None] = field(default_factory=list)
    ids: set[str | None] = field(default_factory=set)
    loop_thread: int = field(default_factory=threading.get_ident)
    hold: threading.Event | None = None
    entered: threading.Event = field(default_factory=threading.Event)

    def store(self, listing: Listing, now: str, *, noted: bool = True) -> Stored:
        assert threading.get_ident() != self.loop_thread
        self.entered.set()
        if self.hold is not None:
            self.hold.wait(5)
        new = {draft.id for draft in listing.drafts} - self.ids
        self.ids |= new
        self.stored.append((listing.day, len(listing.drafts), now))
        self.noted += [listing.day] if noted else []
        return Stored(len(new), 0, len(listing.drafts) - len(new), listing.skipped_count)

    def note(self, days: Iterable[str], now: str) -> None:
        assert threading.get_ident() != self.loop_thread
        self.noted += days

    def store_trending(self, ranked: Sequence[Listing], now: str) -> Stored:
        return sum_of([self.store(listing, now, noted=False) for listing in ranked])

    def known_days(self, first: str, last: str) -> Mapping[str, DayFetched]:
        assert threading.get_ident() != self.loop_thread
        return {day: known for day, known in self.known.items() if first <= day <= last}


async def run(feed: Feed | HuggingFaceClient, cache: Cache, plan: Plan, *, force: bool = False) -> list[RefreshEvent]:
    return [event async for event in refresh_daily(feed, cache, plan, force=force, now=noon)]


async def asked(plan: Plan, known: dict[str, DayFetched] | None = None, *, force: bool = False) -> list[str]:
    """The days that a plan asks for one by one, with a feed that has papers on each."""
    days = [f"2026-{month:02}-{day:02}" for month in (3, 4, 5) for day in range(1, 31)]
    feed = Feed({day: papers(1, day=day) for day in days}, months=False)
    events = await run(feed, Cache(known or {}), plan, force=force)
    singly = [day for day in feed.asked if len(day) == len("2026-05-12")]
    assert events[0] == RefreshStarted(tuple(singly))
    return singly
