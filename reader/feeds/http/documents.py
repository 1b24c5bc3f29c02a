"""Conditional GET of whole documents, such as feeds: a document that has not changed is not sent again."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn, TypeVar
from urllib.parse import urljoin, urlsplit

from reader.core.addresses import is_local
from reader.core.errors import FeedRefused, UsageError
from reader.core.foreign import web_url
from reader.core.text import clean
from reader.feeds.http import responses
from reader.feeds.http.client import MAX_REDIRECTS, HttpClient, OnWait, Response
from reader.feeds.http.failures import HttpRefused
from reader.feeds.http.responses import Limits

if TYPE_CHECKING:
    import httpx

    from reader.feeds.http.connections import LocalHost

T = TypeVar("T")


_ACCEPT = "application/atom+xml, application/rss+xml, application/xml;q=0.9, text/xml;q=0.8, */*;q=0.1"

_PERMANENT = (301, 308)


@dataclass(frozen=True, slots=True)
class Validators:
    """The ETag and Last-Modified of a response, to be sent with the next request for the same address."""

    etag: str | None = None
    modified: str | None = None

    def request_headers(self) -> dict[str, str]:
        """The headers of a conditional request."""
        headers = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in headers.items() if value}

    @classmethod
    def from_headers(cls, headers: Mapping[str, str]) -> Validators:
        """The validators in a response's headers; one that can't be sent back unchanged is dropped."""
        return cls(
            responses.sendable_validator(headers.get("ETag")),
            responses.sendable_validator(headers.get("Last-Modified")),
        )


@dataclass(frozen=True, slots=True)
class Document:
    """A response to a request for a document."""

    body: bytes | None
    """None if it has not changed since the validators that were sent."""
    validators: Validators
    url: str
    """The address for later requests: the requested one, or the new one after a permanent redirect."""
    base_url: str
    """The address after all redirects; relative links in the document start from it."""
    content_type: str = ""


class DocumentClient(HttpClient):
    """GET requests for documents of one host, one at a time.

    `endpoint` is the host's address, such as `https://example.org`; an unencrypted one is allowed, since no secret
    is ever sent. `name` stands for the host in messages. `interval` is the minimum number of seconds between a
    response and the next request. With `cross_host` redirects may lead to another host. With `public_only` no request
    goes to this machine or its network. `reason` extracts the reason from an error's body. Raises UsageError for an
    invalid address.
    """

    def __init__(
        self,
        endpoint: str,
        *,
        name: str | None = None,
        interval: float = 0,
        cross_host: bool = False,
        public_only: bool = False,
        reason: Callable[[bytes], str] = responses.refusal_reason,
        offline: bool = False,
        limits: Limits | None = None,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        origin = origin_of(endpoint)
        encrypted = origin.replace("http://", "https://", 1)
        super().__init__(encrypted, offline=offline, limits=limits, sleep=sleep, clock=clock)
        self.endpoint = origin
        self.host = name if name and not is_local_url(origin) else self.host
        self._interval = interval
        self._cross_host = cross_host
        self._public_only = public_only
        self._reason = reason
        self._document_lock = asyncio.Lock()
        self._known = Validators()
        self._document = Document(None, self._known, "", "")

    async def document(
        self,
        url: str,
        parse: Callable[[Document], T],
        validators: Validators | None = None,
        on_wait: OnWait | None = None,
    ) -> T:
        """Request a document, and return what `parse` makes of it.

        `parse` runs in a thread and may raise FeedMalformed. With `validators`, a document that has not changed since
        has no body. `on_wait` is called before each wait. Raises FeedError.
        """
        async with self._document_lock:
            self._known = validators or Validators()
            return await self.get(url, {}, lambda _: parse(self._document), on_wait)

    async def _request(self, path: str, parameters: Mapping[str, str | int]) -> Response:
        """Send one request for the whole address `path`, and follow its redirects."""
        import httpx

        from reader.feeds.http.connections import LocalHost, host_in_request

        try:
            self._document = await self._follow(path)
        except httpx.InvalidURL:
            # The address itself or a redirect's target is invalid; httpx parses both.
            raise self._unsafe_redirect() from None
        except LocalHost as local:
            raise self._local_refusal(local, is_redirect=local.host != host_in_request(path)) from None
        return Response(self._document.body or b"", None)

    async def _follow(self, url: str) -> Document:
        client = self._open()
        lasting_url, is_permanent = url, True
        for _ in range(MAX_REDIRECTS):
            await self._wait(min(self._free_at - self._clock(), self._interval), "", None)
            started = self._clock()
            try:
                async with client.stream("GET", url, headers=self._known.request_headers()) as response:
                    body = await self._read_body(response)
                self._log_request(response, body, started)
                self._respect_rate_limit(response)
                if response.has_redirect_location:
                    url = self._redirect_target(str(response.url), response.headers["location"])
                    is_permanent = is_permanent and response.status_code in _PERMANENT
                    lasting_url = url if is_permanent else lasting_url
                    continue
                unchanged = response.status_code == 304 and self._known != Validators()
                if not (unchanged or response.is_success):
                    self._refuse(response, body)
            finally:
                # The interval holds after a rate limit too.
                self._free_at = max(self._free_at, self._clock() + self._interval)
            validators = Validators.from_headers(response.headers)
            if unchanged and validators == Validators():
                validators = self._known
            content_type = response.headers.get("content-type", "")
            return Document(None if unchanged else body, validators, lasting_url, url, content_type)
        raise self._too_many_redirects()

    def _new_client(self) -> httpx.AsyncClient:
        client = super()._new_client()
        client.headers["Accept"] = _ACCEPT
        if self._public_only:
            from reader.feeds.http.connections import refuse_local_hosts

            refuse_local_hosts(client)
        return client

    def _redirect_target(self, origin: str, target: str) -> str:
        if not self._cross_host:
            return super()._redirect_target(origin, target)
        try:
            url = web_url(urljoin(origin, target))
        except ValueError:
            url = None
        if url is None or (origin.startswith("https:") and not url.startswith("https:")):
            raise self._unsafe_redirect()
        return url

    def _local_refusal(self, local: LocalHost, *, is_redirect: bool) -> FeedRefused:
        named = f"{clean(local.host, 80)} ({local.address})" if local.address else clean(local.host, 80)
        what = f"{self.host} redirected to {named}, which is" if is_redirect else f"{named} is"
        return FeedRefused(
            f"{what} on this machine or its network and was not asked; the setting allow_local_feeds allows it."
        )

    def _unsafe_redirect(self) -> FeedRefused:
        return FeedRefused(f"{self.host} redirected to an unsafe address; check the feed's address.")

    def _refuse(self, response: httpx.Response, body: bytes) -> NoReturn:
        status = response.status_code
        if status == 401:
            raise HttpRefused(f"{self.host} requires a sign-in (401), which is not supported for feeds.", status)
        if status < 500 and status != 429 and (reason := self._reason(body)):
            raise HttpRefused(f"{self.host} refused the request ({status}): {reason}.", status)
        super()._refuse(response, body)


def origin_of(url: str) -> str:
    """Scheme and host of a web address, such as `https://example.org`; raises UsageError for any other text."""
    address = web_url(url)
    if address is None:
        raise UsageError(f"{clean(url, 100)!r} is not a feed's address, which begins with https:// or http://.")
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def is_local_url(url: str) -> bool:
    """Whether an address is on this machine or, by its IP address, in its private network."""
    return is_local(urlsplit(url).hostname or "")
