"""Log a job's failures to fetch."""

from __future__ import annotations

from reader import log
from reader.refresh.progress import DayFailed, FeedFailed


def log_failure(message: object) -> None:
    """Log a job's message as a warning if it is a failure."""
    match message:
        case DayFailed():
            log.record_warning(f"day {message.day}", str(message.error))
        case FeedFailed():
            log.record_warning(f"feed {message.title}", str(message.error))
