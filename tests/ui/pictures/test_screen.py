"""A picture on its screen, the text instead of it, and its caption."""

from __future__ import annotations

import pytest
from rich.segment import Segment
from textual.geometry import Region

from reader.refresh.jobs import PictureDrawn
from reader.ui.kit.glyphs import UNICODE
from reader.ui.pictures.screen import PicturePane, _Text
from tests.ui.stage import Stage, staged, watch_paints


async def test_a_picture_stands_in_the_middle_and_so_does_what_is_said_instead(monkeypatch: pytest.MonkeyPatch) -> None:
    pane, sent = PicturePane(), list[str]()
    monkeypatch.setattr(pane, "_send", sent.append)
    async with staged(Stage(pane), 12, 5) as (_, pilot):

        def lines() -> list[str]:
            return [strip.text for strip in pane.render_lines(Region(0, 0, 12, 5))]

        lines_painted = watch_paints(pane, monkeypatch)
        for _ in range(2):
            pane.show(None, "fetching the picture")
            assert lines_painted == [-1]
        blank = " " * 12
        assert lines() == [blank, "  fetching  ", "    the     ", "  picture   ", blank]
        row = (Segment("ab"), Segment("cde"))
        pane.show(drawn := PictureDrawn(5, (row, (), row)), "")
        assert lines() == [blank, "   abcde    ", blank, "   abcde    ", blank]
        pane.show(drawn, "")
        pane.show(PictureDrawn(13, (row,)), "")
        assert lines() == [blank] * 5
        pane.show(PictureDrawn(2, (row,) * 3, sixels="Six"), "")
        lines()
        await pilot.pause()
        assert {*sent} == {"", "\x1b7\x1b[2;6HSix\x1b8"}
        pane.leave()
        assert lines() == [blank] * 5


async def test_a_caption_is_cut_after_its_last_row(monkeypatch: pytest.MonkeyPatch) -> None:
    text = _Text(UNICODE, id="caption", rows=2)
    async with staged(Stage(text), 14, 3):
        painted = watch_paints(text, monkeypatch)
        for words, shown in (
            ("", ""),
            ("One  two\nthree", " One two\n three"),
            ("One two three four", " One two\n three four"),
            ("One two three four five", " One two\n three four…"),
        ):
            text.show(words)
            assert text.render().plain == shown
        text.show("One two three\nfour five")
        assert painted == [-1] * 3
