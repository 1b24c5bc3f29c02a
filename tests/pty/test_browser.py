"""`textual serve dailypapers` in a real browser: Chromium draws the reader, and its keys reach it."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from pathlib import Path

from tests.pty.chromium import NEEDED, PATIENCE, open_page
from tests.pty.leave import ROOT, environment, make_home

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


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@NEEDED
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
