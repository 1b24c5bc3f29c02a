"""`textual serve dailypapers` in a real browser: Chromium draws the reader, its keys reach it,
and what a browser does in another way goes that way."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from pathlib import Path

from tests.pty.chromium import NEEDED, PATIENCE, Page, open_page
from tests.pty.leave import ROOT, environment, make_home

SERVE = """
import shlex, sys
from textual_serve.server import Server
Server(shlex.join([sys.executable, "-P", "-m", "reader"]), "127.0.0.1", int(sys.argv[1])).serve()
"""

RECORD = """
window.drawn = "", window.address = "", window.opened = [];
window.open = (address) => window.opened.push(address);
const decoder = new TextDecoder();
const Plain = window.WebSocket;
window.WebSocket = class extends Plain {
  constructor(...given) {
    super(...given);
    window.address = given[0];
    this.addEventListener("message", async (event) => {
      const data = event.data instanceof Blob ? await event.data.arrayBuffer() : event.data;
      window.drawn += typeof data === "string" ? data : decoder.decode(data);
    });
  }
};
"""
"""Keeps what the page is sent, since it draws on a canvas, which has no text; and what it opens elsewhere."""

FIRST = "2606.26740"
"""The first paper."""


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Reader:
    """The reader on a page."""

    def __init__(self, page: Page, port: int) -> None:
        self.page = page
        self._address = f"http://127.0.0.1:{port}/"

    async def show(self, width: int, height: int, letters: int, *, mobile: bool = False) -> int:
        """Open the reader in a window of this size, with letters of this size; return its columns."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile}
        await self.page.call("Emulation.setDeviceMetricsOverride", **size)
        await self.page.call("Emulation.setTouchEmulationEnabled", enabled=mobile)
        await self.page.call("Page.navigate", url=f"{self._address}?fontsize={letters}")
        await self.page.until("document.body.classList.contains('-first-byte') && drawn.includes('LiveEdit')")
        await self.page.evaluate("document.querySelector('.xterm-helper-textarea').focus()")
        return int(await self.page.evaluate("new URL(address).searchParams.get('width')"))

    async def press(self, key: str, wanted: str) -> None:
        """Press a key, and wait for a text that is drawn after it."""
        await self.page.evaluate("drawn = ''")
        await self.page.press(key)
        await self.page.until(f"drawn.includes({wanted!r})")

    async def tap_last_line(self, column: int, wanted: str) -> None:
        """Tap a column of the last line, and wait for a text that is drawn after it."""
        await self.page.evaluate("drawn = ''")
        corner = "document.querySelector('.xterm-screen').getBoundingClientRect()"
        cells = "new URL(address).searchParams"
        x = await self.page.evaluate(f"{corner}.left + {corner}.width * ({column} + 0.5) / {cells}.get('width')")
        y = await self.page.evaluate(f"{corner}.bottom - {corner}.height * 0.5 / {cells}.get('height')")
        for kind, points in (("touchStart", [{"x": x, "y": y}]), ("touchEnd", [])):
            await self.page.call("Input.dispatchTouchEvent", type=kind, touchPoints=points)
        await self.page.until(f"drawn.includes({wanted!r})")


@NEEDED
async def test_the_reader_in_chromium_at_a_desk_and_on_a_phone(tmp_path: Path) -> None:
    home, port = make_home(tmp_path / "home"), free_port()
    (home / "Papers").mkdir()
    (home / "Papers" / f"{FIRST} LiveEdit.pdf").write_bytes(b"%PDF-1.4 of a test")
    command = [sys.executable, "-P", "-c", SERVE, str(port)]
    log = (tmp_path / "log").open("w")
    server = subprocess.Popen(
        command, env={**environment(home), "PYTHONPATH": str(ROOT), "EDITOR": "true"}, cwd=home, stdout=log, stderr=log
    )
    try:
        for _ in range(int(PATIENCE / 0.05)):
            with socket.socket() as door:
                if door.connect_ex(("127.0.0.1", port)) == 0:
                    break
            await asyncio.sleep(0.05)
        async with open_page(tmp_path / "chromium") as page:
            await page.call("Page.enable")
            await page.call("Browser.grantPermissions", permissions=["clipboardReadWrite", "clipboardSanitizedWrite"])
            await page.call("Page.addScriptToEvaluateOnNewDocument", source=RECORD)
            one = Reader(page, port)

            assert await one.show(1440, 900, 16) > 140
            await page.until("drawn.includes('VIEWS') && drawn.includes('Abstract')")
            # Told at the start, it would take the place of an answer.
            await page.until("drawn.includes('offline')")
            await one.press("s", "1 starred")
            await one.press("o", "open_url")
            await page.until(f"opened.includes('https://huggingface.co/papers/{FIRST}')")
            # The clipboard is the browser's.
            await one.press("y", "copied")
            await page.evaluate("navigator.clipboard.readText().then((text) => window.copied = text)")
            await page.until(f"window.copied === 'https://huggingface.co/papers/{FIRST}'")
            # A PDF comes as a file, which the browser shows.
            await one.press("p", "deliver_file_start")
            await page.until("opened.length === 2")
            await page.evaluate(
                "fetch(opened[1]).then(async (answer) =>"
                " window.file = [answer.headers.get('content-type'), await answer.text()].join(' '))"
            )
            await page.until("window.file === 'application/pdf %PDF-1.4 of a test'")
            # There is no terminal for another editor.
            await one.press("\x05", "no other editor")

            # A phone lays the page out as 980 pixels wide.
            assert 60 <= await one.show(390, 844, 26, mobile=True) < 70
            await page.until("drawn.includes('opens')")
            assert not await page.evaluate("drawn.includes('VIEWS') || drawn.includes('Abstract')")
            await one.press("\r", "Abstract")
            await one.press("q", "unread")
            # It has no Escape either: keys that are shown can be tapped.
            await one.press("?", "Keys")
            await one.tap_last_line(27, "unread")
    finally:
        server.terminate()
        server.wait(PATIENCE)
        log.close()
