"""Background jobs: refresh, look up, search, store. A job yields messages about its progress, and its failures.

Jobs and messages are plain data that can be pickled, so a job can run in its own process: see `reader.refresh.worker`.
Their work is in `reader.refresh.running`. A job's memory is limited, so that runaway data ends the job, not the
machine.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, ParamSpec, Protocol, TypeVar

from reader import log_file
from reader.config import Settings
from reader.core.dates import utc_now
from reader.core.errors import CacheBusy, CacheFull, FeedError, ReaderError
from reader.core.paper import Listing
from reader.paths import FULL, explain
from reader.refresh.plan import Plan

if TYPE_CHECKING:
    from rich.segment import Segment

    from reader.core.document.model import PdfSpot
    from reader.core.topics.scorer import Topics
    from reader.platform import PictureProtocol


P = ParamSpec("P")
T = TypeVar("T")


class _Closes(Protocol):
    def close(self) -> None: ...


C = TypeVar("C", bound=_Closes)

# Jobs


@dataclass(frozen=True, slots=True)
class Refresh:
    """Fetch the plan's papers, notify of new ones, and maintain the cache."""

    plan: Plan


@dataclass(frozen=True, slots=True)
class LookUpPaper:
    """Fetch one paper by its arXiv id; `own` is the id of the saved page's paper that it is, if it is one."""

    id: str
    own: str | None = None


@dataclass(frozen=True, slots=True)
class LookUpTitles:
    """Look up the titles of saved pages' papers whose arXiv ids are not known."""


@dataclass(frozen=True, slots=True)
class RefreshPaper:
    """Fetch a cached paper's related data by its arXiv id, if the data is older than a day."""

    id: str


@dataclass(frozen=True, slots=True)
class SearchFeed:
    """Search the whole feed; the results are not stored."""

    text: str


@dataclass(frozen=True, slots=True)
class StorePapers:
    """Store papers that a search found, each in a listing of its own."""

    listings: tuple[Listing, ...]


@dataclass(frozen=True, slots=True)
class FetchText:
    """Fetch the full text of a paper of the cache by its arXiv id, and keep it."""

    id: str


@dataclass(frozen=True, slots=True)
class FetchTextsAhead:
    """Fetch full texts ahead of reading, as the settings say."""


@dataclass(frozen=True, slots=True)
class LearnForYou:
    """Learn what suits the user from the marks, and store the scores and reasons of papers."""


@dataclass(frozen=True, slots=True)
class FetchPdf:
    """Fetch the PDF of a paper by its arXiv id to a file, which must not exist."""

    id: str
    path: str


@dataclass(frozen=True, slots=True)
class Canvas:
    """What a picture is drawn for: the protocol, the room in cells, and the pixels of a cell."""

    protocol: PictureProtocol
    columns: int
    rows: int
    cell_width: int = 10
    cell_height: int = 20


@dataclass(frozen=True, slots=True)
class DrawPicture:
    """Fetch a picture and draw it; the job that is given to the process."""

    address: str
    canvas: Canvas
    spot: PdfSpot | None = None
    """The part of a PDF that it is of."""


class ExtensionJob(ABC):
    """A job of an extension: it is pickled, so its class is one of a module, and its values are plain data."""

    @abstractmethod
    def run(self, context: JobContext) -> AsyncGenerator[Message, None]:
        """Do it; raise ReaderError if it fails."""


Job = (
    ExtensionJob
    | Refresh
    | LookUpPaper
    | LookUpTitles
    | RefreshPaper
    | SearchFeed
    | StorePapers
    | FetchText
    | FetchTextsAhead
    | LearnForYou
    | FetchPdf
    | DrawPicture
)


# Messages of the daily papers, other sources and papers, and everything else


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
    """Papers marked or imported by the user that the cache lacked."""


RefreshEvent = RefreshStarted | DayStored | DayEmpty | DayFailed | RefreshFinished


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
    """True for followed sources, False for those that the reader always asks."""


class PapersReturned(NamedTuple):
    """Papers came in that the user had marked or imported; no source has the `unknown` ones."""

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
    """Titles left for a later run."""


class TitlesPaused(NamedTuple):
    """Titles are not looked up any further for now; `left` are pending."""

    left: int
    why: FeedError


class TextStored(NamedTuple):
    """A paper's full text was stored."""

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
    """Full texts are not fetched any further for now; `left` are pending."""

    left: int
    why: str
    """In a word or two, such as `metered`."""


class PaperRefreshed(NamedTuple):
    """The feed or arXiv was asked about a paper, and the answer stored."""

    id: str
    error: FeedError | None = None
    """Why there was no answer; what is cached stays."""


class PdfReceived(NamedTuple):
    """The received bytes of a PDF, and the total if known."""

    done: int
    total: int | None


class PapersRanked(NamedTuple):
    """Papers have scores and reasons from the newest marks."""

    is_changed: bool
    """False if they had them already."""


class PdfStored(NamedTuple):
    """A PDF is complete under its final name."""

    path: str


SourceEvent = FeedStarted | FeedStored | FeedFailed | PapersReturned


class Waiting(NamedTuple):
    """The job's next request waits for `seconds`; see `reader.core.steps`."""

    seconds: float
    why: str


class SourceFailing(NamedTuple):
    """A source other than the daily papers has failed since a time (ISO, UTC), and `more` others fail too."""

    title: str
    since: str
    more: int


class PapersClassified(NamedTuple):
    """The number of papers classified so far by the current topics."""

    done: int
    total: int


class PapersDropped(NamedTuple):
    """The number of papers from before a day (ISO) deleted so far."""

    papers: int
    before: str


class LookupFinished(NamedTuple):
    """The look-up ended; `found` says whether a feed has the paper."""

    found: bool


class SearchAnswered(NamedTuple):
    """The feed's search results in its order, a listing for each paper."""

    listings: tuple[Listing, ...]


class PapersStored(NamedTuple):
    """The search results were stored; `papers` of them are new in the cache."""

    papers: int


class NotificationFailed(NamedTuple):
    """The notification of new papers failed, or the program that takes them."""

    error: ReaderError


class HookRan(NamedTuple):
    """The user's program has processed this many new papers."""

    done: int
    of: int


class PictureDrawn(NamedTuple):
    """A picture as the terminal takes it."""

    columns: int
    lines: tuple[tuple[Segment, ...], ...]
    """What is in the cells: the picture itself, or what the terminal puts it instead of."""
    before: str = ""
    """What is sent to the terminal before the lines: the picture by kitty's protocol."""
    after: str = ""
    """What is sent once the picture is no longer shown."""
    sixels: str = ""
    """The picture as sixels, from the first cell on."""

    @property
    def rows(self) -> int:
        return len(self.lines)


class RulesActed(NamedTuple):
    """The user's rules acted on papers, as one action that can be undone."""

    did: tuple[tuple[str, int], ...]
    """What happened, such as `hidden`, and to how many papers."""


class ExtensionMessage:
    """A message of a job of an extension, which can be pickled."""

    progress = ""
    """The progress text for commands."""


Message = (
    ExtensionMessage
    | RefreshEvent
    | SourceEvent
    | Waiting
    | SourceFailing
    | PapersClassified
    | PapersDropped
    | LookupFinished
    | SearchAnswered
    | PapersStored
    | NotificationFailed
    | HookRan
    | RulesActed
    | PaperRefreshed
    | TitlesLookedUp
    | TitlesPaused
    | TextStored
    | TextMissing
    | TextsAhead
    | TextsPaused
    | PapersRanked
    | PdfReceived
    | PdfStored
    | PictureDrawn
)


# Running


@dataclass(frozen=True)
class JobContext:
    """The context of a job: the cache, the settings and the clock; `rules` loads the topics."""

    cache_file: Path
    settings: Settings
    rules: Callable[[], Topics]
    now: Callable[[], datetime] = utc_now


JobRunner = Callable[[Job], AsyncGenerator[Message, None]]
"""Runs a job in some process; raises ReaderError. Closing the iterator stops the job; stored papers stay."""


async def run_to_end(call: Callable[P, T], *arguments: P.args, **keywords: P.kwargs) -> T:
    """Run a blocking call in a thread and return its result; on cancellation the call finishes first."""
    running = asyncio.ensure_future(asyncio.to_thread(call, *arguments, **keywords))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.gather(running, return_exceptions=True)
        raise


async def ask(open: Callable[[Path], C], file: Path, question: Callable[[C], T]) -> T:
    """The answer of what a cache is opened as, in a thread; on cancellation it is answered first."""

    def run() -> T:
        with closing(open(file)) as opened:
            return question(opened)

    return await run_to_end(run)


# Failures


def log_failure(message: object) -> None:
    """Log a job's message as a warning if it is a failure."""
    match message:
        case DayFailed():
            log_file.record_warning(f"day {message.day}", str(message.error))
        case FeedFailed():
            log_file.record_warning(f"feed {message.title}", str(message.error))


def failure_of(where: str, error: Exception) -> FeedError:
    """The failure of one source for any exception; bugs are logged. Re-raises what the next source would also hit."""
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


MEMORY_LIMIT = 1 << 30
"""Bytes of data, 1 GiB: a refresh of two years needs 140 MB, the largest answer that is read some 500 MB."""

FIND_FEED = "'dailypapers refresh --verbose' shows which feed caused it."


@contextmanager
def limited_memory(advice: str = FIND_FEED) -> Iterator[None]:
    """Limit this process's data to `MEMORY_LIMIT`; raises ReaderError with `advice` where that is reached.

    It limits data, not addresses, so a large mapped cache does not count. Linux counts all data, other systems less or
    nothing.
    """
    reached = False
    with _with_limit(MEMORY_LIMIT):
        try:
            yield
        except MemoryError:
            reached = True
    if reached:
        # Raised here, where the memory has been freed.
        size = f"{MEMORY_LIMIT // 1024**2:,} MiB of memory"
        raise ReaderError(f"This needed more than {size} and was stopped; what it stored is kept. {advice}")


@contextmanager
def unlimited_memory() -> Iterator[None]:
    """Lift the limit, which programs started meanwhile would inherit."""
    with _with_limit(None):
        yield


@contextmanager
def _with_limit(bytes: int | None) -> Iterator[None]:
    """Set the limit, None for none, and restore the one before."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    lower = [limit for limit in (soft, hard) if limit != resource.RLIM_INFINITY]
    wanted = hard if bytes is None else min([bytes, *lower])
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_DATA, (wanted, hard))
    try:
        yield
    finally:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))
