"""What background jobs share: their context, the failure of one source, and a limit of memory.

The memory of a job is limited, so that runaway data ends the job and not the machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reader import log_file
from reader.config import Settings
from reader.core.dates import utc_now
from reader.core.errors import CacheBusy, CacheFull, FeedError, NoPicture, ReaderError
from reader.paths import FULL, explain

if TYPE_CHECKING:
    from reader.core.topics.scorer import Topics
    from reader.refresh.lines import Canvas


def _without_screen(_data: bytes, _canvas: Canvas) -> dict[str, Any]:
    raise NoPicture("There is no screen to draw a picture for.")


@dataclass(frozen=True)
class JobContext:
    """The context of a job: the cache, the settings and the clock; `rules` loads the topics, `draw` draws a picture."""

    cache_file: Path
    settings: Settings
    rules: Callable[[], Topics]
    now: Callable[[], datetime] = utc_now
    draw: Callable[[bytes, Canvas], dict[str, Any]] = _without_screen


# Failures


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
