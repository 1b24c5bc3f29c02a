"""The events of a refresh: one for each day of the daily papers, and one for each other source."""

from __future__ import annotations

from typing import NamedTuple

from reader.core.errors import FeedError


class RefreshStarted(NamedTuple):
    """The refresh began; `days` (ISO) will be requested, newest first."""

    days: tuple[str, ...]


class DayStored(NamedTuple):
    """A day's papers were stored; it is day `n` of `of`."""

    day: str
    new: int
    updated: int
    unchanged: int
    skipped: int
    n: int
    of: int


class DayEmpty(NamedTuple):
    """A day has no papers: a weekend, a holiday, or a day that has just begun."""

    day: str
    n: int
    of: int


class DayFailed(NamedTuple):
    """A day could not be fetched; its stored papers stay."""

    day: str
    error: FeedError
    n: int
    of: int


class Waiting(NamedTuple):
    """The next request waits for `seconds`."""

    seconds: float
    why: str


class RefreshFinished(NamedTuple):
    """Always the last event: the sums and the errors."""

    new: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0
    stored: int = 0
    """Number of stored days that have papers."""
    failed: tuple[str, ...] = ()
    """Days (ISO) that were not fetched, including days given up."""
    error: FeedError | None = None
    """The last failure, if any."""
    returned: int = 0
    """Papers that the user had marked or imported and the cache lacked."""


RefreshEvent = RefreshStarted | DayStored | DayEmpty | DayFailed | Waiting | RefreshFinished


class FeedStarted(NamedTuple):
    """The request to a source begins."""

    title: str


class FeedStored(NamedTuple):
    """A source's papers were stored."""

    slug: str
    title: str
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0


class FeedFailed(NamedTuple):
    """A source could not be fetched; its stored papers stay."""

    slug: str
    title: str
    error: FeedError
    is_followed: bool = True
    """True if the user follows the source, False if the reader asks it on its own."""


class PapersReturned(NamedTuple):
    """Papers came in that the user had marked or imported; `unknown` ones no source has."""

    papers: int
    unknown: int


class TitlesLookedUp(NamedTuple):
    """Of the titles of saved pages that wait, `done` of `of` were looked up."""

    done: int
    of: int
    found: int = 0
    """Papers that have their arXiv id now."""
    offered: int = 0
    """Papers that the user may choose an arXiv id for."""
    left: int = 0
    """Titles that wait for a later run."""


class TitlesPaused(NamedTuple):
    """No more titles are looked up for now; `left` wait."""

    left: int
    why: FeedError


class TextStored(NamedTuple):
    """The full text of a paper is kept now."""

    id: str
    source: str


class TextMissing(NamedTuple):
    """No source has the full text of a paper."""

    id: str
    reason: str
    """What the last source said, such as `arXiv has no HTML of it`."""


class TextsAhead(NamedTuple):
    """Of the full texts that are fetched ahead, `done` of `total` were asked for; `stored` are kept now."""

    done: int
    total: int
    stored: int


class TextsPaused(NamedTuple):
    """No more full texts are fetched ahead for now; `left` wait."""

    left: int
    why: str
    """In a word or two, such as `metered`."""


class PaperRefreshed(NamedTuple):
    """The feed or arXiv was asked about a paper; what it said is stored."""

    id: str
    error: FeedError | None = None
    """Why there was no answer; what is cached stays."""


class PdfReceived(NamedTuple):
    """Bytes of a PDF that are there, and all of them if that is known."""

    done: int
    total: int | None


class PdfStored(NamedTuple):
    """A PDF is whole under its name."""

    path: str


SourceEvent = FeedStarted | FeedStored | FeedFailed | PapersReturned
