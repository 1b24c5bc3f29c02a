"""Who may use the reader that is served to a browser: the one who has its address, from its own page.

Any web page may send requests to this machine, and any of its users can connect to a port. So each request has to name
the address that was served, which a name that was bound to this machine later (DNS rebinding) is not. What comes from a
page has to come from the reader's own. And the printed address has a key, which the browser keeps as a cookie.
"""

from __future__ import annotations

import html
import re
import secrets
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Self
from urllib.parse import urlencode

from aiohttp import web
from aiohttp.typedefs import Handler

from reader import api

KEY = "key"
"""The key's name in the printed address."""

WEBSOCKET = "websocket"
"""The name of the route by which a page types keys and sees the screen."""

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
"""What a browser on this machine may call it, and one that reaches it through ssh."""

OTHER_ADDRESS = f"The reader answers only to the address that '{api.APP} serve' has printed."
OTHER_PAGE = "Another web page has asked for the reader, which answers only to its own page."
NO_KEY = (
    f"Open the whole address that '{api.APP} serve' has printed: this browser has no key, or that of an earlier run."
)

HEADERS = {
    # The page asks no other host. No other page shows the reader in a frame, where clicks could be led to it, or takes
    # in what it answers.
    "Content-Security-Policy": (
        "default-src 'self' 'unsafe-inline' data:; connect-src 'self' ws:; frame-ancestors 'none'"
    ),
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""Sent with every answer."""

_NAME = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class Address:
    """Where the reader is served."""

    host: str
    """A name or an IP address of this machine, in lower case."""
    port: int

    @classmethod
    def parse(cls, host: str, port: int) -> Self:
        """Check a typed host; raises UsageError for what is neither a name nor an IP address, or is all addresses."""
        host = host.strip("[]").lower()
        try:
            number = ip_address(host)
        except ValueError:
            if not _NAME.fullmatch(host):
                raise api.UsageError(
                    f"--host {host!r} is not a name or an IP address of this machine; a port goes to --port."
                ) from None
        else:
            if number.is_unspecified:
                raise api.UsageError(
                    f"--host {host} means all addresses: name one that a browser can open, such as 192.168.1.5."
                )
        return cls(host, port)

    @property
    def is_local(self) -> bool:
        """Whether no other machine can reach it."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    @property
    def url(self) -> str:
        """The address as a browser opens it, without a path."""
        return f"http://{self._bracketed}" + ("" if self.port == 80 else f":{self.port}")

    @property
    def accepted(self) -> frozenset[str]:
        """The `Host` headers that mean this address."""
        names = {self._bracketed, *(LOOPBACK if self.is_local else ())}
        # Browsers leave the port of http out.
        return frozenset(f"{name}:{self.port}" for name in names) | (names if self.port == 80 else set())

    @property
    def _bracketed(self) -> str:
        return f"[{self.host}]" if ":" in self.host else self.host


@dataclass(frozen=True, slots=True)
class Guard:
    """Lets requests through that are the user's own; the key is another one in each run."""

    address: Address
    _key: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)

    @property
    def entrance(self) -> str:
        """The address to open in a browser, with the key."""
        return f"{self.address.url}/?{urlencode({KEY: self._key})}"

    @property
    def cookie(self) -> str:
        """The cookie's name; browsers keep one jar for all ports of a host."""
        return f"{api.APP}-{self.address.port}"

    def protect(self, app: web.Application) -> None:
        """Put the guard before all routes of an application."""
        app.middlewares.append(self._admit)
        app.on_response_prepare.append(_add_headers)

    @web.middleware
    async def _admit(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        host = request.headers.get("Host", "").lower()
        if host not in self.address.accepted:
            return _refuse(OTHER_ADDRESS)
        origin = request.headers.get("Origin")
        # Browsers send none for what is typed or clicked, but always one for a websocket.
        is_needed = request.match_info.route.name == WEBSOCKET
        if (origin is not None or is_needed) and (origin or "").lower() != f"http://{host}":
            return _refuse(OTHER_PAGE)
        if request.path == "/" and self._is_key(request.query.get(KEY, "")):
            return self._take_key(request)
        if not self._is_key(request.cookies.get(self.cookie, "")):
            return _refuse(NO_KEY)
        return await handler(request)

    def _take_key(self, request: web.Request) -> web.Response:
        """Keep the key as a cookie, and go on to the page, whose address no longer shows it.

        By a page, not by a redirect: after a link in another page, such as a terminal in the browser, a redirect has
        no strict cookie.
        """
        page = str(request.rel_url.without_query_params(KEY))
        text = (
            f'<!doctype html><title>{api.APP}</title><meta http-equiv="refresh" content="0; url={html.escape(page)}">'
        )
        response = web.Response(text=text, content_type="text/html", headers={"Cache-Control": "no-store"})
        response.set_cookie(self.cookie, self._key, httponly=True, samesite="Strict")
        return response

    def _is_key(self, given: str) -> bool:
        return secrets.compare_digest(given.encode(errors="replace"), self._key.encode())


def _refuse(sentence: str) -> web.Response:
    return web.Response(status=403, text=f"{sentence}\n")


async def _add_headers(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(HEADERS)
