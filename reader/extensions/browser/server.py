"""Textual's server of apps, behind a guard: each page that is opened has a reader in a process of its own."""

from __future__ import annotations

import asyncio
import copy
import errno
import json
import socket
from asyncio.subprocess import Process
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from aiohttp import WSMsgType, web
from textual_serve import server
from textual_serve.app_service import AppService

from reader import api
from reader.extensions.browser.guard import Address, Guard

PATIENCE = 5.0
"""Seconds that the readers have to store what they hold and to leave, once the server ends."""


LARGEST = 1_000
"""Maximum columns and rows of a page."""


class Reader(AppService):
    """The process of a reader, which draws on one page."""

    def __init__(self, running: set[Reader], *given: Any, **more: Any) -> None:
        """`running` are the readers whose processes have not ended."""
        super().__init__(*given, **more)
        self._running = running
        self._end: asyncio.Task[None]

    async def _open_app_process(self, width: int = 80, height: int = 24) -> Process:
        process = await super()._open_app_process(width, height)
        self._running.add(self)
        self._end = asyncio.create_task(self._wait(process))
        return process

    def _build_environment(self, width: int = 80, height: int = 24) -> dict[str, str]:
        # A reader gets the tokens as from the user's shell, and hides them likewise.
        return super()._build_environment(width, height) | api.held_secrets()

    async def _wait(self, process: Process) -> None:
        await process.wait()
        self._running.discard(self)

    async def leave(self) -> None:
        """Let the reader store what it holds and leave; Textual's own `stop` does not wait for that."""
        await self.send_meta({"type": "quit"})
        await self._end


class GuardedServer(server.Server):
    """Textual's server, which answers the user alone."""

    def __init__(self, command: str, guard: Guard) -> None:
        """`command` is the line of a shell that starts a reader."""
        here = Path(__file__).parent
        super().__init__(command, guard.address.host, guard.address.port, title=api.APP, templates_path=here)
        self._guard = guard
        self._readers: set[Reader] = set()
        self._pages: set[asyncio.Transport | None] = set()
        """The connections of the pages; one that is closed already is None."""
        # Textual's server has no other way to be given a class.
        setattr(server, "AppService", partial(Reader, self._readers))  # noqa: B010 (a constant for mypy)

    async def make_app(self) -> web.Application:
        """Textual's application, behind the guard."""
        app = await self._make_app()
        self._guard.protect(app)
        return app

    async def handle_index(self, request: web.Request) -> Any:
        """The page, which names the server as the browser does: under another name it would send no cookie."""
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
        """Pass on what a page sends; Textual's own method prints a traceback for a message of another form."""
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
        """Say nothing yet: the port may be taken."""

    async def on_shutdown(self, app: web.Application) -> None:
        """Let the readers leave, and then the pages go; aiohttp would wait for a browser that sleeps."""
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
    """Why the address can't be served; an error that is no such thing, as it is."""
    if error.errno == errno.EADDRINUSE:
        return api.ReaderError(f"Port {address.port} is taken by another program: name another one with --port.")
    if error.errno == errno.EACCES:
        return api.ReaderError(f"You may not open port {address.port}: name one from 1024 on with --port.")
    # Python 3.13 gives no number if no address of a name can be bound.
    if error.errno in (errno.EADDRNOTAVAIL, None) or isinstance(error, socket.gaierror):
        return api.ReaderError(f"{address.host} is not this machine: name one of its own addresses with --host.")
    return error
