"""The README's picture can be drawn anew, by the program as it is, and needs nothing else to be shown."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from tests.picture import PICTURES, draw


async def test_the_picture_shows_the_sample() -> None:
    svg = await draw()
    assert svg.startswith("<svg")
    assert "LiveEdit" in svg and "151" in svg


def test_it_needs_no_script_and_nothing_from_the_web() -> None:
    svg = (PICTURES / "reader.svg").read_text("utf-8")
    tree = ElementTree.fromstring(svg)
    assert {one.tag.rpartition("}")[2] for one in tree.iter()} <= {
        "svg", "title", "style", "defs", "g", "rect", "circle", "text", "tspan", "use", "clipPath",
    }  # fmt: skip
    assert not [name for one in tree.iter() for name in one.attrib if name.startswith("on")]
    assert re.findall(r"(?:href|src)=\"(?!#)|url\((?!#)|@import|@font-face", svg) == []
