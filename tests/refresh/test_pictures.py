"""Pictures: drawn for each kind of terminal in its own proportions, bounded, and refused in plain words."""

from __future__ import annotations

import os
import pickle
import sys
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from reader.config import Settings
from reader.core.errors import FeedMalformed, FeedOffline, FeedRefused, NoPicture, ReaderError
from reader.refresh import pictures
from reader.refresh.drawn import Canvas, PictureDrawn
from reader.refresh.pictures import PictureClient, draw, draw_picture
from tests.feed_server import FeedServer
from tests.feeds.servers import Nap
from tests.table import each

ADDRESS = "https://arxiv.org/html/2605.00001/x1.png"


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
def test_blocks_keep_the_proportions_and_fit(data: bytes, canvas: Canvas, columns: int, rows: int) -> None:
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
    ("data", "said"),
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
def test_undrawable_pictures_are_an_error(data: bytes, said: str) -> None:
    with pytest.raises(NoPicture, match=said):
        draw(data, BLOCKS)


def test_a_picture_of_too_many_pixels_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MOST_PIXELS", 400 * 200)
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
    with pytest.raises(ReaderError, match=r"dailypapers\[images\]"):
        draw(data, BLOCKS)


# Fetching


async def fetched(address: str, settings: Settings) -> PictureDrawn:
    return await draw_picture(address, BLOCKS, settings)


async def test_a_picture_of_arxiv_comes_from_its_stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    with FeedServer() as feed:
        monkeypatch.setenv("ARXIV_ENDPOINT", feed.url)
        feed.pages["/html/2605.00001/x1.png"] = picture()
        drawn = await fetched(ADDRESS, Settings(endpoint=feed.url))
        assert drawn.columns == 30
        with pytest.raises(NoPicture, match="does not have this picture"):
            await fetched(ADDRESS.replace("x1", "x2"), Settings(endpoint=feed.url))
        feed.pages["/html/2605.00001/x1.png"] = b""
        client = PictureClient(f"{feed.url}/html/2605.00001/x1.png", public_only=False, sleep=Nap())
        with pytest.raises(FeedMalformed, match="sent an empty picture"):
            await client.fetch()
        await client.aclose()
        with pytest.raises(FeedRefused, match=r"cdn\.example is not asked while the feed is on this machine"):
            await fetched("https://cdn.example/a.png", Settings(endpoint=feed.url))


async def test_a_page_can_not_lead_into_the_users_network_nor_past_offline_mode(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with FeedServer() as feed:
        with pytest.raises(FeedRefused, match="on this machine or its network"):
            await fetched(f"{feed.url}/a.png", Settings())
        assert feed.requests == []
    client = PictureClient.open(ADDRESS, Settings(), {"HF_HUB_OFFLINE": "1"})
    with pytest.raises(FeedOffline):
        await client.fetch()
