"""Everything that can go wrong in a way a person can act on.

ReaderError
├── UsageError            the command or query was wrong (exit code 2)
│   └── QueryError        a query does not parse; knows where
├── ConfigError           the settings file has a mistake; knows where
├── CacheError            the cache can't be opened or written
│   ├── CacheTooNew       made by a newer version of the program
│   ├── CacheInterrupted  a read was dropped for a newer one
│   └── CacheBusy         another program holds the cache for too long
└── FeedError             the feed did not give what was asked
    ├── FeedOffline       offline by choice or no network
    ├── FeedUnreachable   no answer in time, or the connection broke
    ├── FeedRefused       an answer that says no (4xx, rate limit)
    └── FeedMalformed     an answer that is not what the feed sends
"""

from __future__ import annotations


class ReaderError(Exception):
    """A failure whose text is one plain sentence with the way out."""


class UsageError(ReaderError):
    """The command or its arguments were wrong."""


class QueryError(UsageError):
    """A query that does not parse.

    `start` and `end` are offsets into the query's text; `suggestion` is the nearest right word for that span,
    if there is one.
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


class CacheInterrupted(CacheError):
    """A read was dropped because a newer one took its place."""


class CacheBusy(CacheError):
    """Another program holds the cache for longer than we wait."""


class FeedError(ReaderError):
    """The feed did not give what was asked."""


class FeedOffline(FeedError):
    """There is no network, or the user asked not to use it."""


class FeedUnreachable(FeedError):
    """No answer in time, or the connection broke."""


class FeedRefused(FeedError):
    """The feed answered, and said no."""


class FeedMalformed(FeedError):
    """The answer is not what the feed sends."""
