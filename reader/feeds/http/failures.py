"""Turn failed requests into FeedErrors whose text says what to do."""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Iterator
from typing import TYPE_CHECKING

from reader.core.errors import FeedError, FeedOffline, FeedRefused, FeedUnreachable
from reader.feeds.http.responses import Limits

if TYPE_CHECKING:
    import httpx

_NO_NETWORK = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN}

_BAD_PROXY = "A proxy's address is not valid; correct or unset HTTPS_PROXY, HTTP_PROXY and ALL_PROXY."


LATER = "try again later"


class HttpRefused(FeedRefused):
    """The feed answered with an error status."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class RetryableError(Exception):
    """A failure that may pass.

    It allows `attempts` requests in all; the next waits `wait` seconds (None: the usual backoff). `error` is
    raised after the last attempt; `reason` is the cause in words, shown while waiting.
    """

    def __init__(self, error: FeedError, reason: str, attempts: int, wait: float | None = None) -> None:
        super().__init__(str(error))
        self.error = error
        self.reason = reason
        self.attempts = attempts
        self.wait = wait


def explain_environment(error: Exception) -> FeedError:
    """The FeedError for a client that can't be made of the environment's proxies and certificates."""
    match error:
        case ImportError():
            return FeedUnreachable("The proxy in ALL_PROXY is a SOCKS proxy, which can't be used; name an HTTP proxy.")
        case OSError():
            return FeedUnreachable("A file named in SSL_CERT_FILE or SSLKEYLOGFILE can't be used; correct or unset it.")
    return FeedUnreachable(_BAD_PROXY)


def explain_failure(
    host: str, error: httpx.HTTPError | httpx.InvalidURL | TimeoutError | ExceptionGroup[Exception], limits: Limits
) -> Exception:
    """The exception for a request without a response: a FeedError, or a RetryableError if the failure may pass."""
    import httpx

    match error:
        case TimeoutError() | httpx.TimeoutException():
            if type(error) is TimeoutError:
                # A host that sends all the time, but never all, would do so again.
                return FeedUnreachable(f"{host} did not finish its answer within {limits.total_timeout:g} s; {LATER}.")
            seconds = limits.connect_timeout if isinstance(error, httpx.ConnectTimeout) else limits.read_timeout
            reason = f"{host} did not answer within {seconds:g} s"
            return RetryableError(FeedUnreachable(f"{reason}; {LATER}."), reason, limits.silent_attempts)
        case ExceptionGroup():
            # A port that there is not.
            return FeedUnreachable(_BAD_PROXY)
        case httpx.ConnectError():
            return _connection_failure(host, error)
        case httpx.ProxyError():
            return FeedUnreachable(f"The proxy refused a request to {host}; check HTTPS_PROXY.")
        case httpx.InvalidURL():
            redirected = f"{host} redirected to an invalid address, which was not followed"
            return FeedRefused(f"{redirected}; this network may ask to sign in first.")
    reason = f"The connection to {host} broke"
    return RetryableError(FeedUnreachable(f"{reason}; try again later."), reason, limits.attempts)


def _connection_failure(host: str, error: BaseException) -> FeedError:
    """Explain a failed connection, from the causes of `error`."""
    for cause in _error_chain(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            untrusted = f"The certificate of {host} is not trusted here"
            return FeedUnreachable(f"{untrusted}; behind a proxy, name its certificates in SSL_CERT_FILE.")
        if isinstance(cause, socket.gaierror):
            return FeedOffline(f"{host} could not be found: there is no network, or the feed's address is wrong.")
        if isinstance(cause, OSError) and cause.errno in _NO_NETWORK:
            return FeedOffline(f"{host} could not be reached: there is no network.")
    return FeedUnreachable(f"{host} could not be reached; try again later.")


def _error_chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error and all its causes, members of exception groups included."""
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):
            for inner in error.exceptions:
                yield from _error_chain(inner)
        error = error.__cause__ or error.__context__
