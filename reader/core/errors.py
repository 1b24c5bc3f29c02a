"""The errors that a user can act on; in JSON, `kind_of` in `commands/output.py` names them by their classes."""

from __future__ import annotations

from collections.abc import Sequence


class ReaderError(Exception):
    """A failure whose text is one plain sentence that says what to do."""


class Failures(ReaderError):
    """Several failures of one run; the last one decides how it ends."""

    def __init__(self, errors: Sequence[ReaderError]) -> None:
        super().__init__(" ".join(map(str, errors)))
        self.errors = tuple(errors)


class UsageError(ReaderError):
    """The command or its arguments were wrong."""


class UnknownCommand(UsageError):
    """No command has this name."""


class NotFound(ReaderError):
    """A paper, view, tag or other thing that the user named does not exist."""


class QueryError(UsageError):
    """A query that does not parse.

    `start` and `end` are offsets into the query's text; `suggestion` is the nearest valid word for that span, if any.
    """

    def __init__(self, message: str, start: int, end: int, suggestion: str | None = None) -> None:
        super().__init__(message)
        self.start = start
        self.end = end
        self.suggestion = suggestion


class ConfigError(ReaderError):
    """A mistake in the settings file."""


class CacheError(ReaderError):
    """The cache can't be opened, read or written."""


class CacheTooNew(CacheError):
    """The cache was made by a newer version of the program and is left untouched."""


class CacheForeign(CacheError):
    """The file at the cache's path belongs to another program and is not changed."""


class CacheDamaged(CacheError):
    """The cache is broken and is not written to; a repair restores its marks."""


class CacheInterrupted(CacheError):
    """A newer read replaced this one."""


class CacheBusy(CacheError):
    """Another program holds the cache's lock for too long."""


class CacheFull(CacheError):
    """The disk of the cache is full."""


class FeedError(ReaderError):
    """A request to a feed failed."""


class FeedOffline(FeedError):
    """There is no network, or the user asked not to use it."""


class FeedUnreachable(FeedError):
    """No answer in time, or the connection broke."""


class FeedRefused(FeedError):
    """The feed answered with an error."""


class FeedMalformed(FeedError):
    """The feed's response can't be parsed."""


class NoFullText(FeedError):
    """The page is not the text of a paper; says what it is instead."""


class NoPicture(FeedError):
    """There is no such picture, or it can't be drawn; says why."""
