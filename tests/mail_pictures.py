"""`python -m tests.mail_pictures FOLDER`: a digest as a mail server gets it, and as Chromium shows its page.

The papers are the sample's; some are starred and one topic is followed, so that there is something to say.
"""

from __future__ import annotations

import asyncio
import os
import sys
from base64 import b64decode
from pathlib import Path
from tempfile import TemporaryDirectory

from reader.cli import main
from reader.commands.sample import fill_with_sample
from reader.commands.workspace import Workspace
from tests.mail_server import serving
from tests.pty.chromium import open_page

WIDTHS = (360, 800)
"""Pixels of a phone and of a mail client's pane."""

TALL = 1_600
"""Pixels of a picture's height."""


def write_mail(home: Path, folder: Path) -> Path:
    """Send a digest to a server on this machine; return the file of its page."""
    os.environ["DAILYPAPERS_HOME"] = str(home)
    home.mkdir()
    fill_with_sample(Workspace(), home / "papers.db")
    for words in (("mark", "star", "--query", "topic:agents upvotes:>60"), ("follow", "add", "topic:reasoning")):
        assert main(words) == 0
    with serving("none") as server:
        settings = f'to = "ada@example.org"\nserver = "localhost:{server.port}"\nsecurity = "none"\n'
        views = '[[views]]\nname = "Video"\nquery = "topic:video-generation"\n'
        (home / "config.toml").write_text(f"[digest]\n{settings}{views}")
        assert main(("digest", "--since", "3y", "--send")) == 0
        assert main(("digest", "--since", "3y", "--send")) == 0
    (raw,), (mail,) = server.raw, server.mails
    (folder / "digest.eml").write_bytes(raw)
    plain, page = (part.get_content() for part in mail.iter_parts())
    (folder / "digest.txt").write_text(plain)
    (folder / "digest.html").write_text(page)
    return folder / "digest.html"


async def draw(page: Path, folder: Path) -> None:
    """Pictures of a page at each width, by day and by night."""
    with TemporaryDirectory() as profile:
        async with open_page(Path(profile)) as chromium:
            for width in WIDTHS:
                size = {"width": width, "height": TALL, "deviceScaleFactor": 1, "mobile": width < 500}
                await chromium.call("Emulation.setDeviceMetricsOverride", **size)
                await chromium.call("Page.navigate", url=page.absolute().as_uri())
                await chromium.until("document.readyState === 'complete' && !!document.querySelector('h1')")
                wide = await chromium.evaluate("document.documentElement.scrollWidth")
                assert wide <= width, f"the page is {wide} pixels wide, not {width}"
                for scheme in ("light", "dark"):
                    feature = {"name": "prefers-color-scheme", "value": scheme}
                    await chromium.call("Emulation.setEmulatedMedia", features=[feature])
                    found = await chromium.call("Page.captureScreenshot", format="png")
                    (folder / f"digest-{width}-{scheme}.png").write_bytes(b64decode(found["data"]))


if __name__ == "__main__":
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as place:
        asyncio.run(draw(write_mail(Path(place) / "home", out), out))
    print(*sorted(map(str, out.iterdir())), sep="\n")
