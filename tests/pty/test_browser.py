"""`textual serve dailypapers` in a real browser: Chromium draws the reader, and its keys reach it."""

from __future__ import annotations

import asyncio
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.pty.leave import ROOT, environment, make_home

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)

PATIENCE = 60.0

SERVE = """
import shlex, sys
from textual_serve.server import Server
Server(shlex.join([sys.executable, "-P", "-m", "reader"]), "127.0.0.1", int(sys.argv[1])).serve()
"""

RECORD = """
window.drawn = "";
const decoder = new TextDecoder();
const Plain = window.WebSocket;
window.WebSocket = class extends Plain {
  constructor(...given) {
    super(...given);
    this.addEventListener("message", async (event) => {
      const data = event.data instanceof Blob ? await event.data.arrayBuffer() : event.data;
      window.drawn += typeof data === "string" ? data : decoder.decode(data);
    });
  }
};
"""
"""Keeps what the page is sent: it draws on a canvas, which has no text."""


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


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed here")
async def test_chromium_draws_the_reader_and_its_keys_reach_it(tmp_path: Path) -> None:
    home, port = make_home(tmp_path / "home"), free_port()
    command = [sys.executable, "-P", "-c", SERVE, str(port)]
    log = (tmp_path / "log").open("w")
    server = subprocess.Popen(
        command, env={**environment(home), "PYTHONPATH": str(ROOT)}, cwd=home, stdout=log, stderr=log
    )
    try:
        for _ in range(int(PATIENCE / 0.05)):
            with socket.socket() as one:
                if one.connect_ex(("127.0.0.1", port)) == 0:
                    break
            await asyncio.sleep(0.05)
        async with open_page(tmp_path / "chromium") as page:
            await page.call("Page.enable")
            await page.call("Page.addScriptToEvaluateOnNewDocument", source=RECORD)
            await page.call("Page.navigate", url=f"http://127.0.0.1:{port}/")
            await page.until("document.body.classList.contains('-first-byte') && drawn.includes('LiveEdit')")
            await page.until("drawn.includes('filter')")
            await page.evaluate("document.querySelector('.xterm-helper-textarea').focus()")
            await page.press("s")
            await page.until("drawn.includes('1 starred')")
            await page.press("o")
            await page.until("drawn.includes('open_url')")
    finally:
        server.terminate()
        server.wait(PATIENCE)
        log.close()
