"""The reader in a real browser: Chromium draws it, its keys reach it, what a browser does in another way goes that way.

Other web pages, and users without the printed address, are refused.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.rigs.mishaps.postgres import free_port
from tests.rigs.program import environment
from tests.rigs.pty.chromium import NEEDED, PATIENCE, Page, open_page
from tests.rigs.pty.leave import make_home

pytestmark = pytest.mark.long

RECORD = """
window.drawn = "", window.sent = "", window.address = "", window.opened = [];
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
  send(data) {
    window.sent += data;
    super.send(data);
  }
};
"""
"""Keeps what the page is sent, since it draws on a canvas, which has no text; what it sends, and opens elsewhere."""

FIRST = "2606.26740"
"""The first paper."""


class Served:
    """A server of the reader, which runs."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path, port: int) -> None:
        self.process = process
        self.port = port
        self.site = f"http://127.0.0.1:{port}/"
        self._log = log

    @property
    def told(self) -> str:
        """What it has printed."""
        return self._log.read_text("utf-8")

    @property
    def entrance(self) -> str:
        """The address that `dailypapers serve` has printed."""
        (address,) = re.findall(r"http://\S+", self.told)
        return str(address)


@contextmanager
def serving(folder: Path, words: Sequence[str], port: int) -> Iterator[Served]:
    """Serve the reader of a home with the sample; it is ended afterwards."""
    home = make_home(folder / "home")
    (folder / "Papers").mkdir()
    (folder / "Papers" / f"{FIRST} LiveEdit.pdf").write_bytes(b"%PDF-1.4 of a test")
    variables = {**environment(home), "EDITOR": "true"}
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-P", *words], env=variables, cwd=home, stdout=log, stderr=log, start_new_session=True
        )
        try:
            yield Served(process, folder / "log", port)
        finally:
            process.terminate()
            process.wait(PATIENCE)


@asynccontextmanager
async def by_dailypapers(folder: Path) -> AsyncIterator[Served]:
    port = free_port()
    with serving(folder, ["-m", "reader", "serve", "--port", str(port)], port) as served:
        for _ in range(int(PATIENCE / 0.05)):
            if "Ctrl+C" in served.told:
                break
            await asyncio.sleep(0.05)
        yield served


@asynccontextmanager
async def recorded(folder: Path) -> AsyncIterator[Page]:
    """A page of Chromium that keeps what it is sent."""
    async with open_page(folder) as page:
        await record(page)
        yield page


async def record(page: Page) -> None:
    await page.call("Page.enable")
    await page.call("Page.addScriptToEvaluateOnNewDocument", source=RECORD)


class Reader:
    """The reader on a page."""

    def __init__(self, page: Page) -> None:
        self.page = page

    async def show(self, address: str, width: int, height: int, letters: int, *, mobile: bool = False) -> int:
        """Open the reader in a window of this size, with letters of this size; return its columns."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile}
        await self.page.call("Emulation.setDeviceMetricsOverride", **size)
        await self.page.call("Emulation.setTouchEmulationEnabled", enabled=mobile)
        mark = "&" if "?" in address else "?"
        await self.page.call("Page.navigate", url=f"{address}{mark}fontsize={letters}")
        return await self.wait()

    async def wait(self) -> int:
        """Wait until the reader is drawn, and give it the keys; return its columns."""
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

    async def swipe(self, start: int, end: int, wanted: str) -> None:
        """Move a finger from one height to another, and wait for what the page sends then."""
        await self.page.evaluate("sent = ''")
        for kind, height in (("touchStart", start), ("touchMove", (start + end) // 2), ("touchMove", end)):
            points = [{"x": 200, "y": height}]
            await self.page.call("Input.dispatchTouchEvent", type=kind, touchPoints=points)
        await self.page.call("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])
        await self.page.until(f"sent.includes({wanted!r})")


@NEEDED
async def test_the_reader_in_chromium_at_a_desk_and_on_a_phone(tmp_path: Path) -> None:
    async with by_dailypapers(tmp_path) as served, recorded(tmp_path / "chromium") as page:
        await page.call("Browser.grantPermissions", permissions=["clipboardReadWrite", "clipboardSanitizedWrite"])
        one = Reader(page)

        assert await one.show(served.entrance, 1440, 900, 16) > 140
        # The key is in the cookie, which no script reads.
        assert await page.evaluate("location.href + document.cookie") == f"{served.site}?fontsize=16"
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
        await one.press("\x05", "an editor can't be opened")

        # Letters that can be read, a layout for few columns, and no other host that is asked.
        assert 50 <= await one.show(served.site, 390, 844, 0, mobile=True) <= 60
        assert await page.evaluate("innerWidth + ' ' + terminal.dataset.fontSize") == "390 12"
        assert await page.evaluate(
            "performance.getEntries().every((one) => !one.name.startsWith('http')"
            " || one.name.startsWith(location.origin))"
        )
        await page.until("drawn.includes('mark read')")
        assert not await page.evaluate("drawn.includes('VIEWS') || drawn.includes('Abstract')")
        await one.press("\r", "Abstract")
        await one.press("q", "unread")
        # It has no Escape either: keys that are shown can be tapped.
        await one.press("?", "Keys")
        await one.tap_last_line(16, "unread")
        for start, end, wheel in ((700, 100, 65), (100, 700, 64)):
            await one.swipe(start, end, f"[<{wheel};")


@NEEDED
async def test_a_page_that_is_loaded_again_and_a_second_one_need_no_key_and_all_end_by_ctrl_c(tmp_path: Path) -> None:
    async with by_dailypapers(tmp_path) as served, recorded(tmp_path / "chromium") as page:
        one = Reader(page)
        await one.show(served.entrance, 1440, 900, 16)
        await page.evaluate("window.drawn = '', window.is_old = true")
        await page.call("Page.reload")
        await page.until("!window.is_old")
        await one.wait()
        await one.press("s", "1 starred")
        async with page.beside() as other:
            await record(other)
            two = Reader(other)
            await two.show(served.site, 1000, 700, 16)
            await two.press("j", "LiveEdit")
            # As a terminal does, to the readers too.
            os.killpg(served.process.pid, signal.SIGINT)
            served.process.wait(PATIENCE)
            for closed in (page, other):
                await closed.until("document.body.classList.contains('-closed')")
        assert served.process.returncode == 0
        assert "is at" in served.told and served.told.count("\n") == 2, served.told


INTRUDE = """
window.seen = [], window.before = performance.now();
const socket = new WebSocket("ws://127.0.0.1:PORT/ws?width=80&height=24");
socket.onopen = () => seen.push("open");
socket.onmessage = () => seen.push("drawn");
socket.onclose = () => seen.push("closed");
"""
"""What any web page can do."""


@asynccontextmanager
async def other_site(host: str) -> AsyncIterator[str]:
    """The address of another site on this machine."""

    async def page(_request: web.Request) -> web.Response:
        return web.Response(text="<!doctype html><title>Other</title>", content_type="text/html")

    app = web.Application()
    app.add_routes([web.get("/", page)])
    async with TestServer(app, host=host) as server:
        yield f"http://{host}:{server.port}/"


@NEEDED
async def test_other_web_pages_do_not_get_to_the_reader_and_a_link_does(tmp_path: Path) -> None:
    async with by_dailypapers(tmp_path) as served, recorded(tmp_path / "chromium") as page:
        one = Reader(page)
        await one.show(served.entrance, 1000, 700, 16)
        # To a browser, another port of the same host is the same site: it sends the cookie.
        for host in ("127.0.0.1", "localhost"):
            async with other_site(host) as other:
                await page.call("Page.navigate", url=other)
                await page.until("document.title === 'Other'")
                await page.evaluate(INTRUDE.replace("PORT", str(served.port)))
                await page.until("seen.length > 0")
                assert await page.evaluate("seen.join()") == "closed"
                # Nor is it shown in a frame, over which a click could be led.
                await page.evaluate(
                    "const frame = document.createElement('iframe'); frame.onload = () => seen.push('framed');"
                    f" frame.src = '{served.site}'; document.body.append(frame)"
                )
                await page.until("seen.includes('framed')")
                frames = (await page.call("Page.getFrameTree"))["frameTree"].get("childFrames", ())
                assert served.site not in [child["frame"]["url"] for child in frames]
                # Where the printed address is a link, such as in a terminal in the browser, it opens the reader.
                await page.evaluate(
                    f"const link = document.createElement('a'); link.href = '{served.entrance}';"
                    " document.body.append(link); link.click()"
                )
                await one.wait()
