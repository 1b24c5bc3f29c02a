"""Textual's server of apps, behind a guard: each opened page has its own reader process.

Any web page may send requests to this machine, and any of its users can connect to a port. So each request must use the
served address, which stops DNS rebinding, and requests from pages must come from the reader's own page. The printed
address has a key, which the browser keeps as a cookie.
"""

from __future__ import annotations

import asyncio
import copy
import errno
import html
import json
import re
import secrets
import socket
from asyncio.subprocess import Process
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlencode

from aiohttp import WSMsgType, web
from aiohttp.typedefs import Handler
from textual_serve import server
from textual_serve.app_service import AppService

from reader import api

KEY = "key"
"""The key's name in the printed address."""

WEBSOCKET = "websocket"
"""The name of the route by which a page types keys and sees the screen."""

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
"""Names for this machine in a local browser, or in one that connects through ssh."""

OTHER_ADDRESS = f"The reader answers only to the address that '{api.APP} serve' printed."
OTHER_PAGE = "Another web page asked for the reader, which answers only its own page."
NO_KEY = f"Open the whole address that '{api.APP} serve' printed: this browser has no key, or a key of an earlier run."

HEADERS = {
    # The page contacts no other host. No other page may frame the reader, where clicks could be hijacked, or read its
    # answers.
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
                    f"--host {host!r} is not a name or IP address of this machine; use --port for a port."
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
    """Accepts only the user's own requests; the key is different in each run."""

    address: Address
    _key: str = field(default_factory=secrets.token_urlsafe, repr=False)

    @property
    def entrance(self) -> str:
        """The address to open in a browser, with the key."""
        return f"{self.address.url}/?{urlencode({KEY: self._key})}"

    @property
    def cookie(self) -> str:
        """The cookie's name; browsers share cookies among all ports of a host."""
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
        # Browsers send none for typed or clicked addresses, but always one for a websocket.
        is_needed = request.match_info.route.name == WEBSOCKET
        if (origin is not None or is_needed) and (origin or "").lower() != f"http://{host}":
            return _refuse(OTHER_PAGE)
        if request.path == "/" and self._is_key(request.query.get(KEY, "")):
            return self._take_key(request)
        if not self._is_key(request.cookies.get(self.cookie, "")):
            return _refuse(NO_KEY)
        return await handler(request)

    def _take_key(self, request: web.Request) -> web.Response:
        """Store the key as a cookie, and continue to the page without it in the address.

        Uses a page instead of a redirect, which would lack the strict cookie after a link from another page.
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


PATIENCE = 5.0
"""Seconds for the readers to store their data and leave, once the server ends."""


LARGEST = 1_000
"""Maximum columns and rows of a page."""


class Reader(AppService):
    """The process of a reader, which draws on one page."""

    def __init__(self, running: set[Reader], *given: Any, **more: Any) -> None:
        """`running` are the readers whose processes have not ended."""
        super().__init__(*given, **more)
        self._running = running
        self._end: asyncio.Task[None]

    async def _open_app_process(self, *size: Any, **more: Any) -> Process:
        process = await super()._open_app_process(*size, **more)
        self._running.add(self)
        self._end = asyncio.create_task(self._wait(process))
        return process

    def _build_environment(self, *size: Any, **more: Any) -> dict[str, str]:
        # A reader gets the tokens as from the user's shell, and hides them in the same way.
        return super()._build_environment(*size, **more) | api.held_secrets()

    async def _wait(self, process: Process) -> None:
        await process.wait()
        self._running.discard(self)

    async def leave(self) -> None:
        """Let the reader store its data and leave; Textual's own `stop` does not wait for that."""
        await self.send_meta({"type": "quit"})
        await self._end


class GuardedServer(server.Server):
    """Textual's server, answering only the user."""

    def __init__(self, command: str, guard: Guard) -> None:
        """`command` is the line of a shell that starts a reader."""
        here = Path(__file__).parent
        super().__init__(command, guard.address.host, guard.address.port, title=api.APP, templates_path=here)
        self._guard = guard
        self._readers: set[Reader] = set()
        self._pages: set[asyncio.Transport | None] = set()
        """The pages' connections; None for closed ones."""
        # Textual's server has no other way to set a class.
        setattr(server, "AppService", partial(Reader, self._readers))  # noqa: B010 (a constant for mypy)

    async def make_app(self) -> web.Application:
        """Textual's application, behind the guard."""
        app = await self._make_app()
        self._guard.protect(app)
        return app

    async def handle_index(self, request: web.Request) -> Any:
        """The page, with the server's name as in the browser: under another name it would send no cookie."""
        named = copy.copy(self)
        named.public_url = f"http://{request.host}"
        return await server.Server.handle_index(named, request)

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """Serve a page until it is closed."""
        page = request.transport
        self._pages.add(page)
        try:
            return await super().handle_websocket(request)
        finally:
            self._pages.discard(page)

    async def _process_messages(self, websocket: web.WebSocketResponse, app_service: AppService) -> None:
        """Pass on a page's messages; Textual's own method prints a traceback for invalid ones."""
        async for message in websocket:
            if message.type is not WSMsgType.TEXT:
                continue
            try:
                kind, *data = json.loads(message.data)
            except (ValueError, TypeError, RecursionError):
                continue
            match kind, data:
                case "stdin", [str(typed)]:
                    await app_service.send_bytes(typed.encode("utf-8", "replace"))
                case "resize", [{"width": int(width), "height": int(height)}]:
                    await app_service.set_terminal_size(*(max(1, min(side, LARGEST)) for side in (width, height)))
                case "ping", [str() | int() | float() as sent]:
                    await websocket.send_json(["pong", sent])
                case "blur", _:
                    await app_service.blur()
                case "focus", _:
                    await app_service.focus()

    async def on_startup(self, app: web.Application) -> None:
        """Print nothing yet: the port may be in use."""

    async def on_shutdown(self, app: web.Application) -> None:
        """Let the readers leave, then close the pages; aiohttp would wait for a sleeping browser."""
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await asyncio.gather(*(reader.leave() for reader in tuple(self._readers)))
        for page in self._pages:
            if page is not None:
                page.abort()


def serve(command: str, guard: Guard, announce: Callable[[], None]) -> None:
    """Serve until a signal ends it; `announce` is called once browsers are answered. Raises ReaderError."""
    address = guard.address
    app = GuardedServer(command, guard).make_app()
    try:
        # No log of requests: the first has the key.
        web.run_app(
            app,
            host=address.host,
            port=address.port,
            print=lambda _text: announce(),
            access_log=None,
            shutdown_timeout=1.0,
        )
    except OSError as error:
        raise _explained(error, address) from error


def _explained(error: OSError, address: Address) -> Exception:
    """Why the address can't be served; other errors unchanged."""
    if error.errno == errno.EADDRINUSE:
        return api.ReaderError(f"Another program uses port {address.port}: choose another with --port.")
    if error.errno == errno.EACCES:
        return api.ReaderError(f"You may not open port {address.port}: choose one from 1024 on with --port.")
    # Python 3.13 gives no number if no address of a name can be bound.
    if error.errno in (errno.EADDRNOTAVAIL, None) or isinstance(error, socket.gaierror):
        return api.ReaderError(f"{address.host} is not this machine: name one of its own addresses with --host.")
    return error
