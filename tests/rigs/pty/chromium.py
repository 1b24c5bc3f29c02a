"""Chromium with one page, spoken to by its debugging protocol, for tests of what browsers show."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)

NEEDED = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed here")

PATIENCE = 60.0


class LeftPage(Exception):
    """A script's page was left for another one before it had answered."""


class Page:
    """A page of Chromium, spoken to by its debugging protocol."""

    def __init__(self, socket: Any, connect: Callable[[str], Any]) -> None:
        """`connect` opens a socket to another page by its id."""
        self._socket = socket
        self._connect = connect
        self._calls = 0

    async def call(self, method: str, **parameters: object) -> Any:
        self._calls += 1
        await self._socket.send_json({"id": self._calls, "method": method, "params": parameters})
        while True:
            answer = await self._socket.receive_json()
            if answer.get("id") == self._calls:
                if "navigated" in answer.get("error", {}).get("message", ""):
                    raise LeftPage(answer)
                assert "error" not in answer, answer
                return answer["result"]

    async def evaluate(self, expression: str) -> Any:
        return (await self.call("Runtime.evaluate", expression=expression))["result"].get("value")

    async def until(self, expression: str) -> None:
        """Wait until an expression is true on the page, or on the one that it is just left for."""
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while True:
            with suppress(LeftPage):
                if await self.evaluate(expression):
                    return
                assert asyncio.get_running_loop().time() < deadline, f"{expression}: {await self.evaluate('drawn')}"
            await asyncio.sleep(0.05)

    @asynccontextmanager
    async def beside(self) -> AsyncIterator[Page]:
        """Open another page, in the same browser."""
        target = (await self.call("Target.createTarget", url="about:blank"))["targetId"]
        async with self._connect(target) as socket:
            yield Page(socket, self._connect)

    async def press(self, key: str) -> None:
        for kind in ("keyDown", "keyUp"):
            await self.call("Input.dispatchKeyEvent", type=kind, key=key, text=key)


def _connect(session: Any, pages: str, id: str) -> Any:
    return session.ws_connect(f"{pages}/{id}", max_msg_size=0)


@asynccontextmanager
async def open_page(folder: Path) -> AsyncIterator[Page]:
    """Start Chromium with an empty page; it is ended afterwards."""
    import aiohttp

    assert CHROMIUM is not None
    # No sandbox: tests may run as root. No GPU, no first questions.
    options = ("--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--window-size=1200,760")
    command = [CHROMIUM, *options, "--remote-debugging-port=0", f"--user-data-dir={folder}", "about:blank"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        found = next(filter(None, (re.search(r"listening on ws://([^/]+)/", line) for line in process.stderr)))
        async with aiohttp.ClientSession() as session:
            async with session.get(f"http://{found[1]}/json/list") as answer:
                (address,) = (one["webSocketDebuggerUrl"] for one in await answer.json() if one["type"] == "page")
            connect = partial(_connect, session, address.rpartition("/")[0])
            async with connect(address.rpartition("/")[2]) as websocket:
                yield Page(websocket, connect)
    finally:
        process.kill()
        process.wait()
        assert process.stderr is not None
        process.stderr.close()
