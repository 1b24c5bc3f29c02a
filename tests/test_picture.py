"""The README's pictures can be drawn anew, by the program as it is, and show the same everywhere."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tests.film import Film, Frame
from tests.picture import FILM, PICTURES, STEPS, draw, draw_film
from tests.rigs.pty.chromium import NEEDED, Page, open_page
from tests.table import each


async def test_the_picture_shows_the_sample() -> None:
    svg = await draw()
    assert svg.startswith("<svg")
    assert "LiveEdit" in svg and "151" in svg


async def test_the_film_is_the_program_step_by_step() -> None:
    svg = await draw_film(STEPS[:3])
    tree = ElementTree.fromstring(svg)
    text = "".join(tree.itertext())
    assert "LiveEdit" in text and "★" in text
    assert len([one for one in tree.iter() if (one.get("class") or "").startswith("f f")]) == 3


@each("name", ["minute.svg", "reader.svg"])
def test_pictures_need_no_script_and_nothing_from_the_web(name: str) -> None:
    svg = (PICTURES / name).read_text("utf-8")
    tree = ElementTree.fromstring(svg)
    assert {one.tag.rpartition("}")[2] for one in tree.iter()} <= {
        "svg", "title", "style", "defs", "g", "rect", "circle", "text", "tspan", "use", "clipPath",
    }  # fmt: skip
    assert not [name for one in tree.iter() for name in one.attrib if name.startswith("on")]
    assert re.findall(r"(?:href|src)=\"(?!#)|url\((?!#)|@import|@font-face", svg) == []


def film_of(*texts: str) -> str:
    film = Film(*FILM, ground="#000000", text="#ffffff", quiet="#aaaaaa", accent="#8888ff")
    return film.draw([Frame([Strip([Segment(text)])], f"key  {text}", 2) for text in texts], "A film")


def test_text_is_drawn_literally_and_each_line_is_in_the_file_once() -> None:
    svg = film_of("<b>&amp;", "a line", "a line")
    tree = ElementTree.fromstring(svg)
    drawn = [one.text for one in tree.iter() if one.tag.endswith("}text") and one.get("textLength")]
    assert drawn == ["<b>&amp;", "a line"]


def test_reverse_and_backgrounds_are_drawn() -> None:
    film = Film(10, 1, ground="#000000", text="#ffffff", quiet="#aaaaaa", accent="#8888ff")
    style = Style.parse("bold #112233 on #445566 reverse")
    svg = film.draw([Frame([Strip([Segment("  ab ", style)])], "", 1)], "")
    assert 'fill="#112233"' in svg
    assert "fill:#445566;font-weight:bold;" in svg


SHOWN = (
    "[...document.querySelectorAll('.f')].map(one => getComputedStyle(one).visibility == 'visible' ? 1 : 0).join('')"
)


async def show(page: Page, film: Path, seconds: Sequence[float]) -> list[str]:
    """Which frames are seen after so many seconds."""
    await page.call("Page.enable")
    await page.call("Page.navigate", url=film.as_uri())
    await page.until("document.querySelectorAll('.f').length > 0")
    found = []
    for second in seconds:
        await page.evaluate(
            f"document.getAnimations().forEach(one => {{ one.pause(); one.currentTime = {second * 1000}; }})"
        )
        found.append(await page.evaluate(SHOWN))
    return found


@NEEDED
async def test_one_frame_is_seen_at_a_time_and_the_last_one_where_nothing_may_move(tmp_path: Path) -> None:
    film = tmp_path / "film.svg"
    await asyncio.to_thread(film.write_text, film_of("one", "two", "three"))
    async with open_page(tmp_path / "chromium") as page:
        assert await show(page, film, [0, 1.9, 2.1, 3.9, 4.1, 5.9, 6.1]) == [
            "100", "100", "010", "010", "001", "001", "100",
        ]  # fmt: skip
        await page.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-reduced-motion", "value": "reduce"}])
        assert await show(page, film, [0, 3]) == ["001", "001"]
