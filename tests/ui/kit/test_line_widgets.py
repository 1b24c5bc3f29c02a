"""The lines above and below the panes as widgets: what they draw is tested without them."""

from __future__ import annotations

from typing import Any

import pytest
from textual.widget import Widget

from reader.ui.filter.strip_line import Strip
from reader.ui.kit.glyphs import ASCII, UNICODE
from reader.ui.kit.header_line import Condition, Header
from reader.ui.kit.line_widgets import Reported, StatusLine
from reader.ui.kit.status_lines import Status
from reader.ui.main_screen import FilterStrip, TopLine
from tests.tiers import rest_long
from tests.ui.stage import Stage, staged, watch_paints

HOSTILE = "[/] \x1b[31m\x07漢字漢字 \u202e[b]"
HERE = Header("Latest", "topic:agents is:unread", 12, 31, condition=Condition("08:14", "fresh"))
BUSY = Header("Latest", "", 12, condition=Condition("day 3 of 7", "busy"))
KEYS = (("m", "read"), ("s", "star"), ("x", "hide"), ("space", "next"), ("/", "filter"), ("?", "keys"))
CHOICES = (("o", "page"), ("p", "PDF"), ("a", "arXiv"), ("c", "code"), ("w", "project"))


def drawn(widget: Widget) -> list[str]:
    strips = widget.render_lines(widget.size.region)
    assert all(strip.cell_length == widget.size.width for strip in strips)
    return [strip.text.rstrip() for strip in strips]


# The first line


async def test_the_spinner_turns_only_while_something_is_under_way(monkeypatch: pytest.MonkeyPatch) -> None:
    top = TopLine(spin=0.001)
    app = Stage(top)
    app.animation_level = "full"
    async with app.run_test(size=(80, 3)) as pilot:
        assert not top.is_turning
        top.show(BUSY)
        assert top.is_turning
        before = drawn(top)
        for _ in range(200):
            if drawn(top) != before:
                break
            await pilot.pause(0.001)
        assert drawn(top) != before
        assert drawn(top)[0].endswith("day 3 of 7")
        painted = watch_paints(top, monkeypatch)
        top._step()
        assert painted == [-1]
        top.show(HERE)
        assert not top.is_turning
        still = TopLine(spin=None)
        await app.mount(still)
        still.show(BUSY)
        assert not still.is_turning


async def test_a_click_on_the_query_or_where_it_would_be_is_a_wish_to_edit_it() -> None:
    top = TopLine(spin=None)
    async with staged(Stage(top), 80, 3) as (app, pilot):
        top.show(HERE)
        await pilot.pause()
        await pilot.click(top, offset=(drawn(top)[0].index("topic") + 2, 0))
        assert len(app.told) == 1
        await pilot.click(top, offset=(2, 0))
        await pilot.click(top, offset=(78, 0))
        assert len(app.told) == 1
        top.show(Header("Latest", "", 12, 31))
        await pilot.pause()
        await pilot.click(top, offset=(40, 0))
        assert len(app.told) == 2


async def test_a_line_is_painted_only_where_it_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[tuple[Any, object]] = [(TopLine(spin=None), HERE), (StatusLine(), Status(KEYS))]
    for widget, content in shown:
        async with Stage(widget).run_test(size=(80, 3)):
            painted = watch_paints(widget, monkeypatch)
            for _ in range(2):
                widget.show(content)
                assert painted == [-1]


# The last line


async def test_a_prompt_takes_a_second_row_while_it_needs_one() -> None:
    status = StatusLine()
    async with Stage(status).run_test(size=(30, 6)) as pilot:
        status.show(Status(KEYS))
        await pilot.pause()
        assert drawn(status) == [" m read  s star  ? keys"]
        status.show(Status(KEYS, CHOICES, "open"))
        await pilot.pause()
        assert drawn(status) == [" open…  o page  p PDF  a arXiv", "        c code  w project"]
        await pilot.resize_terminal(60, 6)
        await pilot.pause()
        assert drawn(status) == [" open…  o page  p PDF  a arXiv  c code  w project"]
        await pilot.resize_terminal(30, 6)
        await pilot.pause()
        assert len(drawn(status)) == 2
        status.show(Status(KEYS, said="1 read"))
        await pilot.pause()
        assert len(drawn(status)) == 1


async def test_a_click_on_a_key_is_its_key_in_each_row() -> None:
    status = StatusLine()
    async with staged(Stage(status), 30, 6) as (app, pilot):
        status.show(Status(KEYS, CHOICES, "open"))
        await pilot.pause()
        await pilot.click(status, offset=(drawn(status)[1].index("code") + 1, 1))
        await pilot.click(status, offset=(6, 1))
        assert app.told == [Reported("key", "c")]


# All of them


@pytest.mark.parametrize("theme", rest_long(["dark", "light", "ansi"], ["dark"]))
@pytest.mark.parametrize("width", [1, 5, 20, 60, 200])
async def test_hostile_text_is_drawn_as_text_in_any_width(width: int, theme: str) -> None:
    for widget in (TopLine(UNICODE, spin=None), StatusLine(ASCII), FilterStrip(Strip(), ASCII)):
        app = Stage(widget)
        app.theme = theme
        async with app.run_test(size=(width, 3)) as pilot:
            if isinstance(widget, TopLine):
                widget.show(Header(HOSTILE, HOSTILE, 1, 2, condition=Condition(HOSTILE, "busy")))
            elif isinstance(widget, StatusLine):
                widget.show(Status((), ((HOSTILE, HOSTILE),), HOSTILE))
            else:
                widget.show(Strip((HOSTILE,), (HOSTILE,), (HOSTILE,), HOSTILE))
            await pilot.pause()
            text = "".join(drawn(widget))
            assert not any(char in text for char in "\x1b\x07\u202e")
            assert width < 200 or "[/]" in text


@pytest.mark.parametrize("theme", ["dark", "light", "ansi"])
async def test_the_query_stands_out_in_every_theme(theme: str) -> None:
    top = TopLine(spin=None)
    app = Stage(top)
    app.theme = theme
    async with app.run_test(size=(80, 3)):
        top.show(HERE)
        [strip] = top.render_lines(top.size.region)
        look = {segment.text.strip(): segment.style for segment in strip if segment.text.strip()}
        query, place = look["topic:agents is:unread"], look["Latest"]
        assert query is not None
        assert place is not None
        assert query.reverse or query.bgcolor != place.bgcolor
