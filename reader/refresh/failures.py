"""A job's failures to fetch: what a source raises, and what the log says of it."""

from __future__ import annotations

from reader import log
from reader.core.errors import CacheBusy, CacheFull, FeedError, ReaderError
from reader.paths import FULL, explain
from reader.refresh.progress import DayFailed, FeedFailed


def log_failure(message: object) -> None:
    """Log a job's message as a warning if it is a failure."""
    match message:
        case DayFailed():
            log.record_warning(f"day {message.day}", str(message.error))
        case FeedFailed():
            log.record_warning(f"feed {message.title}", str(message.error))


def failure_of(where: str, error: Exception) -> FeedError:
    """The failure of one source for whatever it raised, so that the others are still asked; a fault is logged.

    Raises again what the next source would meet too: no memory, a full disk, another program that holds the cache.
    """
    if isinstance(error, FeedError):
        return error
    if isinstance(error, MemoryError | CacheBusy | CacheFull):
        raise error
    if isinstance(error, ReaderError):
        return FeedError(str(error))
    if isinstance(error, OSError) and error.errno in FULL:
        return FeedError(explain(error))
    log.record_error(where, error)
    return FeedError(f"This is a fault of the program ({log.summarize_error(error)}); {log.point_to_log()}.")
