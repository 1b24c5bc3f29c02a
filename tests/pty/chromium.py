"""Chromium with one page, spoken to by its debugging protocol, for tests of what browsers show."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)

NEEDED = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed here")

PATIENCE = 60.0


class Page:
    """A page of Chromium, spoken to by its debugging protocol."""

    def __init__(self, socket: Any) -> None:
        self._socket = socket
        self._calls = 0

    async def call(self, method: str, **parameters: object) -> Any:
        self._calls += 1
        await self._socket.send_json({"id": self._calls, "method": method, "params": parameters})
        while True:
            answer = await self._socket.receive_json()
            if answer.get("id") == self._calls:
                assert "error" not in answer, answer
                return answer["result"]

    async def evaluate(self, expression: str) -> Any:
        return (await self.call("Runtime.evaluate", expression=expression))["result"].get("value")

    async def until(self, expression: str) -> None:
        """Wait until an expression is true on the page."""
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while not await self.evaluate(expression):
            assert asyncio.get_running_loop().time() < deadline, f"{expression}: {await self.evaluate('drawn')}"
            await asyncio.sleep(0.05)

    async def press(self, key: str) -> None:
        for kind in ("keyDown", "keyUp"):
            await self.call("Input.dispatchKeyEvent", type=kind, key=key, text=key)


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
            async with session.ws_connect(address, max_msg_size=0) as websocket:
                yield Page(websocket)
    finally:
        process.kill()
        process.wait()
        assert process.stderr is not None
        process.stderr.close()
