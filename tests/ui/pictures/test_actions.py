"""Pictures in the reader: opened over the page and the full text, gone through, and said where there is none."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from io import BytesIO
from pathlib import Path
from unittest.mock import Mock

import pytest
from PIL import Image
from rich.segment import Segment

from reader.refresh.jobs import Canvas, DrawPicture, PictureDrawn, Waiting
from reader.ui.full_text.links import LETTERS
from reader.ui.full_text.state import TEXT
from reader.ui.pictures.pictures import Picture, Pictures
from reader.ui.pictures.screen import PicturePane
from reader.ui.pictures.state import PICTURES
from tests.feed_server import FeedServer
from tests.feeds.fulltext import pages
from tests.feeds.fulltext.pdf_pages import Printed, paragraph, write_pdf
from tests.tiers import rest_long
from tests.ui.conftest import Opener
from tests.ui.driver import Story, settings

ID = "2605.00400"


def png(color: str, size: tuple[int, int] = (300, 200)) -> bytes:
    file = BytesIO()
    Image.new("RGB", size, color).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def feed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FeedServer]:
    """A feed whose first paper has a full text with two figures, at the desk of the user."""
    for name in ("SSH_CONNECTION", "SSH_TTY", "NO_COLOR", "HF_HUB_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DAILYPAPERS_HOME", str(tmp_path))
    with FeedServer() as server:
        monkeypatch.setenv("ARXIV_ENDPOINT", server.url)
        server.pages = {
            f"/html/{ID}": pages.PAGE.encode(),
            f"/html/{ID}/x1.png": png("red"),
            f"/html/{ID}/x2.png": b"<svg></svg>",
        }
        yield server


def blocks(r: Story) -> int:
    """The cells of a picture that is drawn as half blocks."""
    return r.screen.count("▀")


async def test_p_shows_the_figures_of_a_text_and_comes_back(reader: Opener, feed: FeedServer) -> None:
    own = settings(endpoint=feed.url, images="blocks")
    async with reader(size=(80, 24), settings=own) as r:
        await r.do("read.open", "picture.open")
        assert r.lines[0].strip() == "Card of the feed" and r.context == "picture"
        await r.until(lambda: "is not asked while the feed is" in r.screen)
        await r.do("picture.next")
        assert r.status == "this is the last picture"
        await r.do("picture.previous")
        assert r.status == "this is the first picture"
        await r.do("picture.close", "text.open")
        await r.until(lambda: "Figure 1" in r.screen or "Start of it" in r.screen)
        await r.do("text.search")
        await r.type("both.")
        await r.press("enter")
        await r.do("picture.open")
        await r.until(lambda: "vector drawing (SVG)" in r.screen)
        assert r.lines[0].strip() == "2 of 3 · Figure 1" and "Both." in r.screen
        await r.do("picture.next")
        await r.until(lambda: blocks(r) > 100)
        assert r.lines[0].strip() == "3 of 3 · Figure 1 (a)"
        await r.do("picture.previous")
        asked = len(feed.requests)
        await r.do("picture.next")
        assert blocks(r) > 100 and len(feed.requests) == asked
        await r.resize(60, 20)
        await r.until(lambda: blocks(r) > 100 and len(feed.requests) > asked)
        assert max(len(line.rstrip()) for line in r.lines) <= 60
        await r.do("picture.close")
        assert r.context == "text" and blocks(r) == 0
        await r.do("text.follow")
        links = r.app.state[TEXT].view.links  # type: ignore[union-attr]
        await r.press(LETTERS[next(index for index, link in enumerate(links) if link.text.startswith("(a)"))])
        assert r.context == "picture" and r.lines[0].strip() == "3 of 3 · Figure 1 (a)"


async def test_a_formula_and_the_page_of_a_pdf_are_shown_as_printed(
    reader: Opener, feed: FeedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [
        *paragraph("Let the measure of a reader be this: " + "more words on it " * 20, 700),
        Printed("E = m + c", 250, 600),
        Printed("(1)", 500, 600),
    ]
    feed.pages[f"/pdf/{ID}"] = write_pdf(tmp_path / "printed.pdf", [lines, lines]).read_bytes()
    own = settings(endpoint=feed.url, images="blocks", pdf_folder=str(tmp_path / "none"))
    async with reader(size=(80, 24), settings=own) as r:
        await r.do("read.open", "text.open")
        await r.until(lambda: "Start of it" in r.screen)
        await r.do("text.search")
        await r.type("a = b")
        await r.press("enter")
        await r.do("text.follow")
        links = r.app.state[TEXT].view.links  # type: ignore[union-attr]
        await r.press(LETTERS[next(index for index, link in enumerate(links) if link.text == "formula")])
        assert "P as printed" in r.lines[-1]
        await r.press("P")
        await r.until(lambda: blocks(r) > 100)
        assert r.context == "picture" and r.lines[0].strip() == "Formula (1)"
        await r.do("picture.close")
        # The PDF is here now: its text is read from it again, and its pages are shown.
        await r.do("text.again")
        await r.press("p")
        await r.until(lambda: "from the PDF · no sections · no references · P shows its" in r.screen)
        await r.do("picture.open")
        await r.until(lambda: blocks(r) > 100)
        assert r.lines[0].strip() == "1 of 4 · Page 1, upper half"
        await r.do("picture.close")
        monkeypatch.setattr("reader.ui.pictures.actions.find_spec", lambda _: None)
        await r.do("picture.open")
        assert r.status.endswith("installs it · p opens the PDF")


async def test_a_picture_is_waited_for_kept_and_may_fail(
    reader: Opener, monkeypatch: pytest.MonkeyPatch, mistakes: list[Exception]
) -> None:
    pictures = tuple(Picture(f"https://x.example/{place}.png", f"Figure {place}") for place in range(3))
    drawn, asked = PictureDrawn(2, ((Segment("xx"),),)), list[str]()
    may_come = asyncio.Event()

    async def run_job(job: DrawPicture) -> AsyncIterator[object]:
        asked.append(job.address[-5])
        yield Waiting(2.6, "the site asks to wait")
        await may_come.wait()
        if job.address.endswith("2.png"):
            raise ValueError
        yield drawn

    monkeypatch.setattr("reader.ui.pictures.actions.MOST_KEPT", 1)
    monkeypatch.setattr("reader.ui.pictures.actions.PAUSE", 0.0)
    async with reader(size=(80, 24)) as r:
        monkeypatch.setattr(r.app, "run_job", run_job)
        r.app.model.change(r.app.state.put(PICTURES, Pictures(pictures, 0, Canvas("blocks", 80, 20))))
        await r.until(lambda: "the site asks to wait, 3 s" in r.screen)
        may_come.set()
        await r.until(lambda: r.app.state[PICTURES].drawn is drawn)  # type: ignore[union-attr]
        await r.do("picture.next", "picture.previous", "picture.next", "picture.next")
        # Only the newest one is kept.
        assert "".join(asked) == "01012" and "The picture could not be drawn." in r.screen
        assert isinstance(mistakes.pop(), ValueError)


async def test_where_no_picture_can_be_shown_it_is_said(
    reader: Opener, feed: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with reader(settings=settings(endpoint=feed.url, images="off")) as r:
        await r.do("read.open", "picture.open")
        assert r.is_on_page and r.status == "pictures are off: see images in the settings"
        monkeypatch.setattr("reader.ui.pictures.actions.find_spec", lambda _: None)
        await r.do("picture.open")
        assert r.is_on_page and r.status.startswith("pictures need the extra images: ")
    monkeypatch.undo()
    monkeypatch.setattr("reader.ui.pictures.pictures.is_arxiv_id", lambda _: False)
    async with reader(settings=settings(endpoint=feed.url, images="blocks")) as r:
        await r.do("read.open", "picture.open")
        assert r.is_on_page
        assert r.status == "no pictures of this paper are known yet · enter fetches its full text with them"


@pytest.mark.parametrize("protocol", rest_long(["kitty", "sixel"], ["kitty"]))
async def test_what_the_terminal_draws_itself_is_sent_to_it(
    painted: None, reader: Opener, feed: FeedServer, monkeypatch: pytest.MonkeyPatch, protocol: str
) -> None:
    sent: list[str] = []
    async with reader(size=(80, 24), settings=settings(endpoint=feed.url, images=protocol)) as r:
        monkeypatch.setattr(r.app, "terminal", Mock(write=sent.append))
        await r.do("read.open", "text.open")
        await r.until(lambda: "Start of it" in r.screen)
        await r.do("move.bottom", "picture.open", "picture.next")
        start = {"kitty": "\x1b_G", "sixel": "\x1b7\x1b["}[protocol]
        await r.until(lambda: any(one.startswith(start) for one in sent))
        assert r.screen.count("\U0010eeee") > 100 if protocol == "kitty" else "\x1bP" in "".join(sent)
        await r.do("picture.close")
        assert r.context == "text"
        assert sent[-1].startswith("\x1b_Ga=d") if protocol == "kitty" else True


async def test_the_terminal_keeps_no_picture_that_is_covered_or_closed(
    reader: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    monkeypatch.setattr(PicturePane, "_send", lambda _pane, sequence: sent.append(sequence) if sequence else None)
    picture = Picture("https://x.example/a.png", "Figure 1")
    drawn = PictureDrawn(2, ((Segment("xx"),),), before="send it", after="drop it")
    pictures = Pictures((picture,), 0, Canvas("kitty", 80, 20)).came(picture, drawn)
    async with reader(size=(80, 24)) as r:
        r.app.model.change(r.app.state.put(PICTURES, pictures))
        await r.rest()
        assert sent == ["send it"]
        await r.press("?")
        r.app.model.change(r.app.state.update(PICTURES, lambda pictures: pictures.says(picture, "a word")))
        assert sent == ["send it", "drop it"]
        await r.press("escape", "escape")
        assert sent == ["send it", "drop it"] * 2
