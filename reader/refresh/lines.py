"""Lines, in which background work reports to the reader, to commands, to scripts and to the log.

A line is one JSON object of plain values. Its first key, `step`, `failed` or `done`, names its subject:

    {"step": "day", "day": "2026-05-12", "new": 3, "updated": 0, "unchanged": 31, "skipped": 0, "n": 1, "of": 7}
    {"failed": "feed", "slug": "lab", "title": "Lab", "error": "lab.example.org was silent …", "kind": "FeedOffline"}
    {"done": "text", "id": "2605.00001", "source": "feed"}

A job reports its steps and the failures after which it continues, and returns one `done` line. A job is also an
object:

    {"job": "text", "id": "2605.00001"}

`reader.refresh.jobs` lists the jobs. A class for each line was rejected: each would be declared, imported,
converted and matched, and a `match` statement reads the keys that it needs from a dictionary anyway.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from reader import log_file
from reader.core.dates import utc_now
from reader.core.errors import (
    CacheBusy,
    CacheError,
    CacheFull,
    FeedError,
    FeedMalformed,
    FeedOffline,
    FeedRefused,
    FeedUnreachable,
    NoFullText,
    NoPicture,
    ReaderError,
    UsageError,
)
from reader.paths import FULL, explain

if TYPE_CHECKING:
    from reader.config import Settings
    from reader.core.topics.scorer import Topics
    from reader.platform import PictureProtocol

Line = dict[str, Any]

Job = dict[str, Any]

Tell = Callable[[Line], object]
"""Receives the lines of a job as they come. It must not raise: the job would blame the source that it asks."""


def ignore(_line: Line) -> None:
    """Ignore the lines of a job, for callers that only need the result."""


class JobRunner(Protocol):
    """Runs a job in some process and returns its result; raises ReaderError.

    Cancelling the task stops the job; stored papers stay.
    """

    def __call__(self, job: Job, tell: Tell = ignore) -> Awaitable[Line]: ...


def step(about: str, **values: Any) -> Line:
    """A line of progress."""
    return {"step": about, **values}


def result_line(about: str, **values: Any) -> Line:
    """The result of a job."""
    return {"done": about, **values}


def failure_line(about: str, error: ReaderError, **values: Any) -> Line:
    """A failure with its message and kind."""
    return {"failed": about, **values, **error_values(error)}


def waiting(seconds: float, why: str) -> Line:
    """The next request waits; `why` is shown to the user."""
    return step("wait", seconds=round(seconds, 1), why=why)


_KINDS: dict[str, type[ReaderError]] = {
    kind.__name__: kind
    for kind in (
        *(FeedOffline, FeedUnreachable, FeedRefused, FeedMalformed, NoFullText, NoPicture, FeedError),
        *(UsageError, CacheError, ReaderError),
    )
}
"""The kinds of errors in a line by name, subclasses before their base classes."""


def error_values(error: ReaderError | None) -> dict[str, str | None]:
    """The keys `error` and `kind` of an error."""
    if error is None:
        return {"error": None, "kind": None}
    return {"error": str(error), "kind": next(name for name, kind in _KINDS.items() if isinstance(error, kind))}


def error_of(line: Line) -> ReaderError | None:
    """The error of a line; None if it has no error."""
    return _KINDS.get(str(line.get("kind")), ReaderError)(line["error"]) if line.get("error") else None


def job(name: str, **values: Any) -> Job:
    """A job for `JobRunner`, such as `job("text", id="2605.00001")`."""
    return {"job": name, **values}


# What a refresh asks of the daily papers


@dataclass(frozen=True, slots=True)
class Latest:
    """The last days up to today, earlier days that were missed, and then every other source.

    If none of these days has papers, earlier days are tried, back to the newest day with papers.
    """

    days: int = 7


@dataclass(frozen=True, slots=True)
class Since:
    """All days from `first` to `last` (ISO; empty for today) that are unknown or not settled."""

    first: str
    last: str = ""


@dataclass(frozen=True, slots=True)
class Days:
    """These days (ISO), settled or not."""

    days: Sequence[str]


@dataclass(frozen=True, slots=True)
class Trending:
    """The papers of any day that are trending now."""


Plan = Latest | Since | Days | Trending

_PLANS: dict[str, type[Plan]] = {plan.__name__.lower(): plan for plan in (Latest, Since, Days, Trending)}


def refresh_job(plan: Plan | None = None) -> Job:
    """The job of a plan, by default of the latest days, such as `{"job": "refresh", "plan": "latest", "days": 7}`."""
    plan = plan or Latest()
    return job("refresh", plan=type(plan).__name__.lower(), **asdict(plan))


def plan_of(plan: str = "latest", **values: Any) -> Plan:
    """The plan of a job's values; raises TypeError for other values."""
    if plan not in _PLANS:
        raise TypeError(f"there is no plan {plan!r}")
    return _PLANS[plan](**values)


MAX_NAMED_UNKNOWN = 5
"""Maximum ids of papers that a message about unknown papers names."""


def describe_unknown(ids: Sequence[str]) -> str:
    """The marked or imported papers that no source has, such as `no source has hep-th/9802150`; empty for none."""
    more = f" and {len(ids) - MAX_NAMED_UNKNOWN:,} more" if len(ids) > MAX_NAMED_UNKNOWN else ""
    return f"no source has {', '.join(ids[:MAX_NAMED_UNKNOWN])}{more}" if ids else ""


# A picture to draw


class Canvas(NamedTuple):
    """The target of a drawn picture: the protocol, the space in cells, and the pixels of a cell."""

    protocol: PictureProtocol
    columns: int
    rows: int
    cell_width: int = 10
    cell_height: int = 20

    @property
    def pixels(self) -> tuple[int, int]:
        """Its width and height in pixels."""
        return self.columns * self.cell_width, self.rows * self.cell_height


# Shared by jobs


def _refuse_picture(_data: bytes, _canvas: Canvas) -> dict[str, Any]:
    raise NoPicture("There is no screen to draw a picture for.")


@dataclass(frozen=True)
class JobContext:
    """The cache, settings and clock of a job; `rules` loads the topics, and `draw` draws a picture."""

    cache_file: Path
    settings: Settings
    rules: Callable[[], Topics]
    now: Callable[[], datetime] = utc_now
    draw: Callable[[bytes, Canvas], dict[str, Any]] = _refuse_picture
    tell: Tell = ignore


def failure_of(where: str, error: Exception) -> FeedError:
    """The failure of one source for any exception; bugs are logged. Re-raises errors that every source would meet."""
    if isinstance(error, FeedError):
        return error
    if isinstance(error, MemoryError | CacheBusy | CacheFull):
        raise error
    if isinstance(error, ReaderError):
        return FeedError(str(error))
    if isinstance(error, OSError) and error.errno in FULL:
        return FeedError(explain(error))
    log_file.record_error(where, error)
    return FeedError(f"This is a bug in the program ({log_file.summarize_error(error)}); {log_file.point_to_log()}.")
