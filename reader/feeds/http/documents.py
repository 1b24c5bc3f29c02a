"""Documents of XML by their address, asked for again only where they changed."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING, NoReturn, TypeVar
from urllib.parse import urljoin, urlsplit

from reader.core.errors import FeedRefused, UsageError
from reader.core.text import clean
from reader.feeds.addresses import web_url
from reader.feeds.http import responses
from reader.feeds.http.client import HttpClient, HttpRefused, Limits, OnWait, Response

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")

log = logging.getLogger(__name__)

_ACCEPT = "application/atom+xml, application/rss+xml, application/xml;q=0.9, text/xml;q=0.8, */*;q=0.1"
_REDIRECTS = 5
_PERMANENT = (301, 308)


@dataclass(frozen=True, slots=True)
class Validators:
    """What an answer says to tell it by: to be kept, and sent back with the next request for the same address."""

    etag: str | None = None
    modified: str | None = None

    def headers(self) -> dict[str, str]:
        """As a conditional request sends them."""
        said = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in said.items() if value}

    @classmethod
    def told(cls, headers: Mapping[str, str]) -> Validators:
        """Those of an answer; what could not be sent back as it is, is none."""
        return cls(
            responses.sendable_validator(headers.get("ETag")),
            responses.sendable_validator(headers.get("Last-Modified")),
        )


@dataclass(frozen=True, slots=True)
class Document:
    """An answer for a document."""

    body: bytes | None
    """None where it has not changed since the answer that the validators are of."""
    validators: Validators
    url: str
    """Where to ask from now on: the address that was asked for, unless the answer says that it has moved for good."""
    base: str
    """The address that answered in the end; relative links in the document start from it."""
    content_type: str = ""


class DocumentClient(HttpClient):
    """GET requests for documents of one host, one at a time.

    `endpoint` is the host's address, such as `https://example.org`; an unencrypted one is allowed, since no secret
    is ever sent. `interval` is the least number of seconds between one answer and the next request. `name` stands
    for the host in sentences. With `roams` redirects may lead to another host, but not from outside to this network.
    `reason` finds in the body of a refusal why it was refused. Raises UsageError for an address that can't be asked.
    """

    def __init__(
        self,
        endpoint: str,
        *,
        name: str | None = None,
        interval: float = 0,
        roams: bool = False,
        reason: Callable[[bytes], str] = responses.refusal_reason,
        offline: bool = False,
        bounds: Limits | None = None,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        origin = origin_of(endpoint)
        encrypted = origin.replace("http://", "https://", 1)
        super().__init__(encrypted, offline=offline, bounds=bounds, sleep=sleep, clock=clock)
        self.endpoint = origin
        self.host = name if name and not is_local(origin) else self.host
        self._interval = interval
        self._roams = roams
        self._reason = reason
        self._conversation = asyncio.Lock()
        self._known = Validators()
        self._document = Document(None, self._known, "", "")

    async def document(
        self,
        url: str,
        read: Callable[[Document], T],
        known: Validators | None = None,
        on_wait: OnWait | None = None,
    ) -> T:
        """What `read` makes of the document at a whole address; it runs in a thread and may raise FeedMalformed.

        With the validators that are known, the document comes without a body where it has not changed. `on_wait` is
        called before each wait. Raises FeedError.
        """
        async with self._conversation:
            self._known = known or Validators()
            return await self.get(url, {}, lambda _: read(self._document), on_wait)

    async def _request(self, path: str, parameters: Mapping[str, str | int]) -> Response:
        """One request for the whole address `path`, its redirects followed."""
        import httpx

        try:
            self._document = await self._follow(path)
        except httpx.InvalidURL:
            # Of the address itself or, even where none is followed, of a redirect.
            raise self._unsafe() from None
        return Response(self._document.body or b"", None)

    async def _follow(self, url: str) -> Document:
        client = self._open()
        asked, lasting = url, True
        for _ in range(_REDIRECTS):
            await self._wait(min(self._free_at - self._clock(), self._interval), "", None)
            started = self._clock()
            try:
                async with client.stream("GET", url, headers=self._known.headers()) as response:
                    body = await self._body(response)
                seconds = self._clock() - started
                log.info("GET %s %d, %d bytes in %.2f s", response.url, response.status_code, len(body), seconds)
                pause = responses.rate_limit_pause(response.headers, self._bounds.longest_wait)
                self._free_at = max(self._free_at, self._clock() + pause)
                if response.has_redirect_location:
                    url = self._redirected(str(response.url), response.headers["location"])
                    lasting = lasting and response.status_code in _PERMANENT
                    asked = url if lasting else asked
                    continue
                unchanged = response.status_code == 304 and self._known != Validators()
                if not (unchanged or response.is_success):
                    self._refuse(response, body)
            finally:
                # Even a limit that has been waited out does not shorten the interval.
                self._free_at = max(self._free_at, self._clock() + self._interval)
            validators = Validators.told(response.headers)
            if unchanged and validators == Validators():
                validators = self._known
            content_type = response.headers.get("content-type", "")
            return Document(None if unchanged else body, validators, asked, url, content_type)
        raise FeedRefused(f"{self.host} sends the request around in circles; check the feed's address.")

    def _open(self) -> httpx.AsyncClient:
        client = super()._open()
        client.headers["Accept"] = _ACCEPT
        return client

    def _redirected(self, origin: str, target: str) -> str:
        if not self._roams:
            return super()._redirected(origin, target)
        try:
            url = web_url(urljoin(origin, target))
        except ValueError:
            url = None
        if url is None or (origin.startswith("https:") and not url.startswith("https:")):
            raise self._unsafe()
        if is_local(url) and not is_local(origin):
            raise FeedRefused(f"{self.host} sends the request on into this network, which was not followed.")
        return url

    def _unsafe(self) -> FeedRefused:
        return FeedRefused(f"{self.host} sends the request on to an unsafe place; check the feed's address.")

    def _refuse(self, response: httpx.Response, body: bytes) -> NoReturn:
        status = response.status_code
        if status == 401:
            raise HttpRefused(f"{self.host} wants a sign-in (401), which is not supported for feeds.", status)
        if status < 500 and status != 429 and (said := self._reason(body)):
            raise HttpRefused(f"{self.host} refused the request ({status}): {said}.", status)
        super()._refuse(response, body)


def origin_of(url: str) -> str:
    """Scheme and host of an address that can be asked, such as `https://example.org`.

    Raises UsageError.
    """
    address = web_url(url)
    if address is None:
        raise UsageError(f"{clean(url, 100)!r} is no address of a feed; it begins with https:// or http://.")
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def is_local(url: str) -> bool:
    """Whether an address names this machine or its own network by number, or is `localhost`."""
    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return not address.is_global
