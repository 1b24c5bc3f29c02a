"""The README's picture can be drawn anew, by the program as it is."""

from __future__ import annotations

from tests.picture import draw


async def test_the_picture_shows_the_sample() -> None:
    svg = await draw()
    assert svg.startswith("<svg")
    assert "LiveEdit" in svg and "151" in svg
