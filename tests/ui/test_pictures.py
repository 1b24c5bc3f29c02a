"""Pictures of a paper."""

from __future__ import annotations

import asyncio
import os
import pickle
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from unittest.mock import Mock

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from rich.segment import Segment
from textual.geometry import Region

from reader.core.document.model import Document, Figure, Span
from reader.core.errors import NoPicture, ReaderError
from reader.core.paper import Paper
from reader.refresh.lines import Canvas, Job, Line, Tell, result_line, waiting
from reader.ui.full_text.lines import LETTERS
from reader.ui.full_text.state import TEXT
from reader.ui.picture_drawing import PictureDrawing, draw
from reader.ui.pictures import (
    MAX_PICTURES,
    PICTURES,
    Picture,
    PicturePane,
    Pictures,
    first_from,
    pictures_of,
    room,
)
from tests.feed_server import FeedServer
from tests.feeds.fulltext import pages
from tests.table import each, rest_long
from tests.ui.conftest import Opener
from tests.ui.driver import Story, settings
from tests.ui.full_texts import keep_text
from tests.ui.stage import Stage, staged, watch_paints

# Which pictures there are

PAPER = Paper(
    pk=1,
    id="2605.00001",
    title="A title",
    day="2026-05-12",
    media=("https://cdn.example/a.png?w=1", "https://cdn.example/a.mp4"),
)

PANEL = Figure("(a)", (Span("Left."),), (), ("x2.png",))
WITH_FIGURE = Document("A title", (Figure("Figure 1", (Span("Both "), Span("sides.")), (PANEL,), ("./x1.png",)),))


def test_the_pictures_of_a_paper_in_order() -> None:
    found = pictures_of(PAPER, WITH_FIGURE, "feed")
    assert [(one.label, one.address, one.caption) for one in found] == [
        ("Picture 1 of the feed", "https://cdn.example/a.png?w=1", ""),
        ("Figure 1", "https://arxiv.org/html/2605.00001/x1.png", "Both sides."),
        ("Figure 1 (a)", "https://arxiv.org/html/2605.00001/x2.png", "Left."),
    ]
    assert [first_from(found, block) for block in (0, 1)] == [1, 2]
    assert pictures_of(PAPER._replace(media=())) == ()
    assert first_from(pictures_of(PAPER), 1) == 0
    many = Document("", tuple(Figure("", (), (), (f"x{number}.png",)) for number in range(MAX_PICTURES + 9)))
    assert len(pictures_of(PAPER, many)) == MAX_PICTURES


def test_a_picture_has_the_screen_without_its_title_caption_and_keys() -> None:
    assert [room(*size) for size in ((80, 24), (2, 5), (3, 6), (4, 7))] == [(78, 19), (1, 1), (1, 1), (2, 2)]


# Drawing


async def test_a_picture_stands_in_the_middle(monkeypatch: pytest.MonkeyPatch) -> None:
    pane, sent = PicturePane(), list[str]()
    monkeypatch.setattr(pane, "_send", sent.append)
    async with staged(Stage(pane), 12, 5) as (_, pilot):

        def lines() -> list[str]:
            return [strip.text for strip in pane.render_lines(Region(0, 0, 12, 5))]

        blank = " " * 12
        assert lines() == [blank] * 5
        row = (Segment("ab"), Segment("cde"))
        painted = watch_paints(pane, monkeypatch)
        pane.show(drawn := PictureDrawing(5, (row, (), row)))
        pane.show(drawn)
        assert painted == [-1]
        assert lines() == [blank, "   abcde    ", blank, "   abcde    ", blank]
        pane.show(PictureDrawing(13, (row,)))
        assert lines() == [blank] * 5
        pane.show(PictureDrawing(2, (row,) * 3, sixels="Six"))
        lines()
        await pilot.pause()
        assert {*sent} == {"", "\x1b7\x1b[2;6HSix\x1b8"}
        pane.show(None)
        assert lines() == [blank] * 5


# Drawing for a terminal


def picture(mode: str = "RGB", size: tuple[int, int] = (400, 200), form: str = "PNG", color: object = "red") -> bytes:
    file = BytesIO()
    Image.new(mode, size, color).save(file, form)  # type: ignore[arg-type]
    return file.getvalue()


BLOCKS = Canvas("blocks", 30, 20)


@each(
    ("data", "canvas", "columns", "rows"),
    [
        # Twice as wide as high, and a cell is twice as high as wide.
        *((picture(form=form), BLOCKS, 30, 8) for form in ("PNG", "JPEG", "WEBP", "GIF")),
        (picture(size=(100, 400)), BLOCKS, 10, 20),
        (picture(size=(4_000, 1)), BLOCKS, 30, 1),
        # A small picture is enlarged twice at most.
        (picture(size=(20, 20)), Canvas("blocks", 80, 40), 4, 2),
    ],
)
def test_half_block_pictures_keep_the_proportions_and_fit(data: bytes, canvas: Canvas, columns: int, rows: int) -> None:
    drawn = draw(data, canvas)
    assert (drawn.columns, drawn.rows) == (columns, rows)
    assert all("".join(segment.text for segment in line) == "▀" * columns for line in drawn.lines)
    assert (drawn.before, drawn.after, drawn.sixels) == ("", "", "")
    assert pickle.loads(pickle.dumps(drawn)) == drawn


def test_transparent_pixels_are_white() -> None:
    style = draw(picture("RGBA", color=(0, 0, 0, 0)), BLOCKS).lines[0][0].style
    assert style is not None and style.color is not None and style.color.triplet == (255, 255, 255)


def test_kitty_gets_the_picture_once_and_signs_in_its_place(capfd: pytest.CaptureFixture[str]) -> None:
    stdout = sys.__stdout__
    drawn = draw(picture(), Canvas("kitty", 30, 20, 8, 16))
    assert drawn.before.startswith("\x1b_G") and "U=1" in drawn.before and drawn.before.endswith("\x1b\\")
    assert drawn.after.startswith("\x1b_Ga=d") and drawn.after.endswith("\x1b\\")
    assert all(line[0].text.count("\U0010eeee") == drawn.columns == 30 for line in drawn.lines)
    # Sixels are one sequence over blank rows.
    drawn = draw(picture(), Canvas("sixel", 30, 20))
    assert drawn.sixels.startswith("\x1bP") and drawn.sixels.endswith("\x1b\\")
    assert drawn.lines == ((),) * drawn.rows
    # Nothing was asked of the terminal or written to it.
    assert capfd.readouterr() == ("", "")
    assert sys.__stdout__ is stdout and "TEXTUAL_CELL_WIDTH" not in os.environ


@each(
    ("data", "expected"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "vector drawing"),
        (b"<?xml version='1.0'?>" + b" " * 1_975 + b"<svg/>", "vector drawing"),
        (b"<?xml version='1.0'?>" + b" " * 1_976 + b"<svg/>", "broken"),
        (b"<!DOCTYPE html><p>Sign in", "A web page came instead"),
        (b"GIF89a\x00", "broken"),
        (b"BM" + bytes(100), "broken"),
        (picture()[:60], "broken"),
    ],
)
def test_undrawable_pictures_are_an_error(data: bytes, expected: str) -> None:
    with pytest.raises(NoPicture, match=expected):
        draw(data, BLOCKS)


def test_a_picture_of_too_many_pixels_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reader.ui.picture_drawing.MAX_PIXELS", 400 * 200)
    assert draw(picture(), BLOCKS).columns == 30
    with pytest.raises(NoPicture, match="more than 0 million pixels"):
        draw(picture(size=(400, 201)), BLOCKS)


@given(st.binary(max_size=200), st.integers(0, 60))
def test_no_bytes_crash_the_decoder(junk: bytes, at: int) -> None:
    whole = picture(size=(8, 8))
    for data in (junk, whole[:at] + junk, whole[:at] + junk[:4] + whole[at + 4 :]):
        try:
            drawn = draw(data, Canvas("blocks", 10, 5))
        except NoPicture:
            continue
        assert drawn.columns <= 10 and drawn.rows <= 5


@pytest.mark.parametrize("missing", ["PIL", "textual_image"])
def test_without_the_extra_its_name_is_in_the_error(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    data = picture()
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(ReaderError, match=r"the extra images, which"):
        draw(data, BLOCKS)


# Stories

ID = "2605.00400"


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
            f"/html/{ID}/x1.png": picture(size=(300, 200)),
            f"/html/{ID}/x2.png": b"<svg></svg>",
        }
        yield server


def blocks(r: Story) -> int:
    """The cells of a picture that is drawn as half blocks."""
    return r.screen.count("▀")


async def test_p_shows_the_figures_of_a_text_and_comes_back(reader: Opener, feed: FeedServer) -> None:
    own = settings(endpoint=feed.url, images="blocks")
    async with reader(size=(80, 24), settings=own) as r:
        await r.do("read.open", "text.open")
        await r.until(lambda: "Figure 1" in r.screen or "Start of it" in r.screen)
        await r.do("text.search")
        await r.type("both.")
        await r.press("enter")
        await r.do("picture.open")
        await r.until(lambda: "vector drawing (SVG)" in r.screen)
        assert r.lines[0].strip() == "1 of 2 · Figure 1" and "Both." in r.screen
        await r.do("picture.previous")
        assert r.status == "this is the first picture"
        await r.do("picture.next")
        await r.until(lambda: blocks(r) > 100)
        assert r.lines[0].strip() == "2 of 2 · Figure 1 (a)"
        await r.do("picture.next")
        assert r.status == "this is the last picture"
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
        assert r.context == "picture" and r.lines[0].strip() == "2 of 2 · Figure 1 (a)"


async def test_p_opens_nothing_over_the_text_of_a_pdf(reader: Opener, feed: FeedServer, cache_file: Path) -> None:
    async with reader(size=(100, 24), settings=settings(endpoint=feed.url, images="blocks")) as r:
        keep_text(cache_file, r.here.id, source="pdf")
        await r.do("read.open", "text.open")
        assert "pictures" not in r.status
        await r.do("picture.open")
        assert r.context == "text" and r.status == "the text of a PDF has no pictures"


async def test_a_picture_is_fetched_once_kept_and_may_fail(
    reader: Opener, monkeypatch: pytest.MonkeyPatch, mistakes: list[Exception]
) -> None:
    pictures = tuple(Picture(f"https://x.example/{place}.png", f"Figure {place}") for place in range(3))
    drawn, asked = PictureDrawing(2, ((Segment("xx"),),)), list[str]()
    may_come = asyncio.Event()

    async def run_job(job: Job, tell: Tell) -> Line:
        asked.append(job["address"][-5])
        tell(waiting(2.6, "the site asks to wait"))
        await may_come.wait()
        if job["address"].endswith("2.png"):
            raise ValueError
        return result_line("picture", **drawn.values())

    monkeypatch.setattr("reader.ui.pictures.MAX_KEPT_PICTURES", 1)
    monkeypatch.setattr("reader.ui.pictures.PAUSE_SECONDS", 0.0)
    async with reader(size=(80, 24)) as r:
        monkeypatch.setattr(r.app, "run_job", run_job)
        r.app.model.change(r.app.state.put(PICTURES, Pictures(pictures, 0)))
        await r.until(lambda: "the site asks to wait, 3 s" in r.screen)
        may_come.set()
        await r.until(lambda: r.app.state[PICTURES].drawn is not None)  # type: ignore[union-attr]
        await r.do("picture.next", "picture.previous", "picture.next", "picture.next")
        # Only the newest one is kept.
        assert "".join(asked) == "01012" and "The picture could not be drawn." in r.screen
        assert isinstance(mistakes.pop(), ValueError)


async def test_a_missing_picture_or_extra_is_explained(
    reader: Opener, feed: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with reader(settings=settings(endpoint=feed.url, images="off")) as r:
        await r.do("read.open", "picture.open")
        assert r.is_on_page and r.status == "pictures are off: see images in the settings"
        monkeypatch.setattr("reader.ui.pictures.find_spec", lambda _: None)
        await r.do("picture.open")
        assert r.is_on_page and r.status.startswith("pictures need the extra images, ")
    monkeypatch.undo()
    async with reader(settings=settings(endpoint=feed.url, images="blocks")) as r:
        await r.do("read.open", "picture.open")
        assert r.is_on_page
        assert r.status == "no pictures of this paper are known yet · enter fetches its full text with them"


@pytest.mark.parametrize("protocol", rest_long(["kitty", "sixel"], ["kitty"]))
async def test_kitty_and_sixel_pictures_are_sent_to_the_terminal(
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
    drawn = PictureDrawing(2, ((Segment("xx"),),), before="send it", after="drop it")
    monkeypatch.setattr("reader.ui.pictures.PAUSE_SECONDS", 0.0)

    async def run_job(_job: Job, _tell: Tell) -> Line:
        return result_line("picture", **drawn.values())

    async with reader(size=(80, 24)) as r:
        monkeypatch.setattr(r.app, "run_job", run_job)
        r.app.model.change(r.app.state.put(PICTURES, Pictures((picture,), 0)))
        await r.rest()
        assert sent == ["send it"]
        await r.press("?")
        r.app.model.change(r.app.state.update(PICTURES, lambda pictures: pictures._replace(message="a word")))
        assert sent == ["send it", "drop it"]
        await r.press("escape", "escape")
        assert sent == ["send it", "drop it"] * 2
