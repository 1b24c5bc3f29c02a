"""What a refresh tells while it goes on: of the daily papers by the day, of the sources beside them one by one."""

from __future__ import annotations

from dataclasses import dataclass

from reader.core.errors import FeedError


@dataclass(frozen=True, slots=True)
class RefreshStarted:
    """The days (ISO) that will be asked for, newest first."""

    days: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DayStored:
    """A day's papers are in the cache; it was request `n` of `of`."""

    day: str
    new: int
    updated: int
    unchanged: int
    skipped: int
    n: int
    of: int


@dataclass(frozen=True, slots=True)
class DayEmpty:
    """A day has no papers: a weekend, a holiday, or not yet."""

    day: str
    n: int
    of: int


@dataclass(frozen=True, slots=True)
class DayFailed:
    """A day could not be fetched; what the cache has of it stays."""

    day: str
    error: FeedError
    n: int
    of: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """The feed is given a pause of so many seconds before the next request."""

    seconds: float
    why: str


@dataclass(frozen=True, slots=True)
class RefreshFinished:
    """Always the last event: the sums, and what went wrong."""

    new: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0
    stored: int = 0
    """Days with papers that were stored."""
    failed: tuple[str, ...] = ()
    """Days (ISO) that are missing, those included that were given up."""
    error: FeedError | None = None
    """The last failure, if any."""


RefreshEvent = RefreshStarted | DayStored | DayEmpty | DayFailed | Waiting | RefreshFinished


@dataclass(frozen=True, slots=True)
class FeedStarted:
    """A source is asked now."""

    title: str


@dataclass(frozen=True, slots=True)
class FeedStored:
    """A source's papers are in the cache."""

    slug: str
    title: str
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class FeedFailed:
    """A source did not give what was asked; what the cache has of it stays."""

    slug: str
    title: str
    error: FeedError
    was_asked_for: bool = True
    """Whether the user follows it, rather than the reader asking on its own."""


SourceEvent = FeedStarted | FeedStored | FeedFailed
