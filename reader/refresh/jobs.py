"""Background jobs: refresh, look up, search, store. A job yields messages about its progress.

Jobs and messages are plain data that can be pickled, so a job can run in its own process: see `reader.refresh.worker`.
What each does stands in `reader.refresh.running`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from reader.config import Settings
from reader.core.errors import ReaderError
from reader.core.paper import Listing
from reader.refresh.pictures import DrawPicture, PictureDrawn
from reader.refresh.plan import Plan
from reader.refresh.progress import (
    PaperRefreshed,
    PdfReceived,
    PdfStored,
    RefreshEvent,
    SourceEvent,
    TextMissing,
    TextsAhead,
    TextsPaused,
    TextStored,
    TitlesLookedUp,
    TitlesPaused,
)
from reader.refresh.vectors import VectorsMade

if TYPE_CHECKING:
    from reader.core.topics.scorer import Topics

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
    """Fetch what belongs to a paper of the cache, by its arXiv id, if what is here is older than a day."""

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
    """Fetch the full texts that the settings want to be here before they are read."""


@dataclass(frozen=True, slots=True)
class MakeVectors:
    """Make the vectors that papers lack, by the model of the settings, and delete those of other models."""


@dataclass(frozen=True, slots=True)
class FetchPdf:
    """Fetch the PDF of a paper by its arXiv id to a file, which must not exist."""

    id: str
    path: str


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
    | MakeVectors
    | FetchPdf
    | DrawPicture
)


# Messages


class SourceFailing(NamedTuple):
    """A source other than the daily papers has failed since a time (ISO, UTC), and `more` others fail too."""

    title: str
    since: str
    more: int


class PapersClassified(NamedTuple):
    """The number of papers classified so far by the current topic rules."""

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
    """The user's program is done with so many of the new papers."""

    done: int
    of: int


class RulesActed(NamedTuple):
    """The user's rules acted on papers, as one action that can be undone."""

    did: tuple[tuple[str, int], ...]
    """What happened, such as `hidden`, and to how many papers."""


class ExtensionMessage:
    """A message of a job of an extension, which can be pickled."""

    progress = ""
    """What a command shows of it while the job runs."""


Message = (
    ExtensionMessage
    | RefreshEvent
    | SourceEvent
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
    | PdfReceived
    | PdfStored
    | PictureDrawn
    | VectorsMade
)


# Running


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class JobContext:
    """The context of a job: the cache, the settings and the clock; `rules` loads the topic rules."""

    cache_file: Path
    settings: Settings
    rules: Callable[[], Topics]
    now: Callable[[], datetime] = _utc_now


JobRunner = Callable[[Job], AsyncGenerator[Message, None]]
"""Runs a job in some process; raises ReaderError. Closing the iterator stops the job; stored papers stay."""
