"""The README's picture can be drawn anew, by the program as it is, and needs nothing else to be shown."""

from __future__ import annotations

import re
from xml.etree import ElementTree

<<<<<<< HEAD
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tests.film import Film, Frame
from tests.picture import FILM, PICTURES, STEPS, draw, draw_film
from tests.rigs.pty.chromium import NEEDED, Page, open_page
from tests.table import each
=======
from tests.picture import PICTURES, draw
>>>>>>> main


async def test_the_picture_shows_the_sample() -> None:
    svg = await draw()
    assert svg.startswith("<svg")
    assert "LiveEdit" in svg and "151" in svg


<<<<<<< HEAD
async def test_the_film_is_the_program_step_by_step() -> None:
    svg = await draw_film(STEPS[:3])
    tree = ElementTree.fromstring(svg)
    text = "".join(tree.itertext())
    assert "LiveEdit" in text and "★" in text
    assert len([one for one in tree.iter() if (one.get("class") or "").startswith("f f")]) == 3


@each("name", ["minute.svg", "reader.svg"])
def test_pictures_need_no_script_and_nothing_from_the_web(name: str) -> None:
    svg = (PICTURES / name).read_text("utf-8")
=======
def test_it_needs_no_script_and_nothing_from_the_web() -> None:
    svg = (PICTURES / "reader.svg").read_text("utf-8")
>>>>>>> main
    tree = ElementTree.fromstring(svg)
    assert {one.tag.rpartition("}")[2] for one in tree.iter()} <= {
        "svg", "title", "style", "defs", "g", "rect", "circle", "text", "tspan", "use", "clipPath",
    }  # fmt: skip
    assert not [name for one in tree.iter() for name in one.attrib if name.startswith("on")]
    assert re.findall(r"(?:href|src)=\"(?!#)|url\((?!#)|@import|@font-face", svg) == []
