"""`python -m tests.extensions.digest.pictures FOLDER`: a digest as a mail server gets it, and as Chromium shows it.

The papers are the sample's; some are starred and one topic is followed, so that there is something to say. Further
pages are the same without its style sheet, which some clients drop, one with one paper, and one with texts that try to
break it. Each is drawn by day and by night.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
from base64 import b64decode
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from reader.cli import main
from reader.commands.workspace import Workspace, fill_with_sample
from reader.core.paper import Paper
from reader.extensions.digest.content import Digest, Item, Section
from reader.extensions.digest.drawing import page
from tests.extensions.digest.mail_server import serving
from tests.rigs.pty.chromium import open_page

WIDTHS = (360, 800)
"""Pixels of a phone and of a mail client's pane."""

TALL = 1_600
"""Pixels of a picture's height."""

HOSTILE = (
    "مقدمة في الشبكات العصبية العميقة with a few words",
    "🦜🔥 Parrots 👩‍🚀 on fire 中文標題與一個非常長的名稱，不含任何空格，所以必須在任何地方換行",
    "Pneumonoultramicroscopicsilicovolcanoconiosis" * 4,
    '</a></table><script>alert(1)</script><img src="http://eve.example/x.png"><b>bold',
    "A line\r\nBcc: eve@example.org\r\n\r\nand another",
    r"$\mathcal{O}(n \log n)$ attention with \textbf{bold} claims and $\alpha_{i}^{2}$",
)


def papers(titles: tuple[str, ...]) -> Iterator[Item]:
    """Papers with these titles, and with each as all other texts too."""
    for number, title in enumerate(titles, 1):
        id = f"2606.{number:05}"
        paper = Paper(
            pk=number,
            id=id,
            title=title,
            abstract=title,
            summary=title if number % 2 else None,
            organization=title,
            venue="ICLR 2026",
            upvotes=1_234,
            day="2026-06-30",
            code_url="https://github.com/a/b",
        )
        yield Item(paper, id, title)


def made_up(titles: tuple[str, ...]) -> str:
    """The page of a digest with these titles."""
    items = tuple(papers(titles))
    sections = (Section(titles[0], items), Section("Other topics", items, left_out=("a",), is_brief=True))
    digest = Digest(date(2026, 7, 1), "2026-06-30", "", sections if len(titles) > 1 else sections[:1])
    return page(digest, opens_reader=True, is_mail=True)


def write_mail(home: Path, folder: Path) -> str:
    """Send a digest to a server on this machine; return its page."""
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
    plain, shown = (part.get_content() for part in mail.iter_parts())
    (folder / "digest.txt").write_text(plain)
    assert isinstance(shown, str)
    return shown


def without_style(text: str) -> str:
    """The page as clients show it that drop the style sheet and all of its head."""
    return re.sub(r"<meta[^>]*color-scheme[^>]*>|<style>.*?</style>| class=\"[^\"]*\"", "", text, flags=re.DOTALL)


async def draw(pages: dict[str, str], folder: Path) -> None:
    """Pictures of pages at each width, by day and by night; fails if one is wider than its client, or fetches."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        async with open_page(Path(profile)) as chromium:
            for name, text in pages.items():
                file = folder / f"{name}.html"
                file.write_text(text)
                for width in WIDTHS:
                    size = {"width": width, "height": TALL, "deviceScaleFactor": 1, "mobile": width < 500}
                    await chromium.call("Emulation.setDeviceMetricsOverride", **size)
                    await chromium.call("Page.navigate", url=file.absolute().as_uri())
                    await chromium.until("document.readyState === 'complete' && !!document.querySelector('h1')")
                    wide = await chromium.evaluate("document.documentElement.scrollWidth")
                    assert wide <= width, f"{name} is {wide} pixels wide, not {width}"
                    assert not await chromium.evaluate("performance.getEntriesByType('resource').length")
                    for scheme in ("light", "dark"):
                        feature = {"name": "prefers-color-scheme", "value": scheme}
                        await chromium.call("Emulation.setEmulatedMedia", features=[feature])
                        found = await chromium.call("Page.captureScreenshot", format="png")
                        (folder / f"{name}-{width}-{scheme}.png").write_bytes(b64decode(found["data"]))


if __name__ == "__main__":
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as place:
        digest = write_mail(Path(place) / "home", out)
        shown = {"digest": digest, "bare": without_style(digest)}
        shown |= {"one": made_up(("A paper that is alone",)), "hostile": made_up(HOSTILE)}
        asyncio.run(draw(shown, out))
    print(*sorted(map(str, out.iterdir())), sep="\n")
