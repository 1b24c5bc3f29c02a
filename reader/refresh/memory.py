"""Bounds the memory of a job: what passes every other bound ends the job, not the machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from reader.core.errors import ReaderError

LIMIT = 1024 * 1024 * 1024
"""Bytes of data: a refresh of two years needs 140 MB, the largest answer that is read some 500 MB."""

FIND_FEED = "'dailypapers refresh --verbose' shows which feed is at fault."


@contextmanager
def limited(advice: str = FIND_FEED) -> Iterator[None]:
    """Limit this process's data to `LIMIT`; raises ReaderError with `advice` where that is reached.

    It is a limit of data, not of addresses, so a large cache that is mapped counts nothing. Linux counts all data,
    other systems less or nothing.
    """
    reached = False
    with _with_limit(LIMIT):
        try:
            yield
        except MemoryError:
            reached = True
    if reached:
        # Raised here, where the memory is free again.
        size = f"{LIMIT // 1024**2:,} MiB of memory"
        raise ReaderError(f"This needed more than {size} and was stopped; what it stored is kept. {advice}")


@contextmanager
def unlimited() -> Iterator[None]:
    """Lift the limit, since other programs inherit it that are started meanwhile."""
    with _with_limit(None):
        yield


@contextmanager
def _with_limit(bytes: int | None) -> Iterator[None]:
    """Set the limit, None for none, and restore the one before."""
    try:
        import resource
    except ImportError:
        # Windows has no such limits.
        yield
        return
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
