from __future__ import annotations

from pathlib import PurePath
from typing import ClassVar

import pytest
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.message import Message
from textual.widget import Widget

from reader.ui.stylesheets import styles_directory
from reader.ui.text.glyphs import ASCII, UNICODE
from reader.ui.text.lines import Piece, cut_line, measure, spread
from reader.ui.theme import DEFAULTS, THEMES
from reader.ui.widgets.filter_strip import FilterStrip, StripData
from reader.ui.widgets.status_line import StatusLine
from reader.ui.widgets.top_line import TopLine, Whereabouts

HOSTILE = "[/] \x1b[31m\x07漢字漢字 \u202e[b]"
HERE = Whereabouts("Today", "topic:agents is:unread", 12, 31, refreshed="08:14")
KEYS = [("m", "read"), ("s", "star"), ("x", "hide"), ("space", "next"), ("/", "filter"), ("?", "keys")]


class LineApp(App[None]):
    CSS_PATH: ClassVar[list[str | PurePath]] = [styles_directory() / "lines.tcss", styles_directory() / "filter.tcss"]

    def __init__(self, widget: Widget) -> None:
        super().__init__()
        self.widget = widget
        self.told: list[Message] = []
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = "dark"

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return dict(DEFAULTS)

    def compose(self) -> ComposeResult:
        yield self.widget

    def on_top_line_edit_query(self, message: TopLine.EditQuery) -> None:
        self.told.append(message)

    def on_status_line_key_clicked(self, message: StatusLine.KeyClicked) -> None:
        self.told.append(message)

    def on_filter_strip_clicked(self, message: FilterStrip.Clicked) -> None:
        self.told.append(message)


def drawn(widget: Widget) -> str:
    [strip] = widget.render_lines(Region(0, 0, widget.size.width, 1))
    assert strip.cell_length == widget.size.width
    return strip.text.rstrip()


# The first line


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (90, " dailypapers   Today" + " " * 26 + "topic:agents is:unread   12 of 31 · ↻ 08:14"),
        (60, " Today          topic:agents is:unread   12 of 31 · ↻ 08:14"),
        (45, " Today     topic:agents is:unread   12 of 31"),
        (37, " Today   topic:agents is:unread   12"),
        (30, " Today   topic:agents i…   12"),
        (16, " Today       12"),
        (8, " To… 12"),
    ],
)
async def test_what_matters_least_gives_way_first(width: int, line: str) -> None:
    top = TopLine(spin=None)
    async with LineApp(top).run_test(size=(width, 3)):
        top.show(HERE)
        assert drawn(top) == line


async def test_counts_say_what_they_count() -> None:
    top = TopLine(spin=None)
    async with LineApp(top).run_test(size=(80, 3)):
        for here, end in (
            (Whereabouts("All", "", 9295, 9295), "9,295 papers"),
            (Whereabouts("Today", "", 1), "1 paper"),
            (Whereabouts("All", "x", 1200, 9295, approximate=True), "~1,200 of 9,295"),
            (Whereabouts("All", "x", None, 9295), "x"),
        ):
            top.show(here)
            assert drawn(top).endswith(end)


async def test_a_refresh_shows_how_far_it_is_with_a_still_sign() -> None:
    top = TopLine(ASCII, spin=None)
    async with LineApp(top).run_test(size=(80, 3)) as pilot:
        top.show(Whereabouts("Today", "", 12, 31, refreshed="08:14", progress="day 3 of 7"))
        await pilot.pause()
        assert drawn(top).endswith("12 of 31 - | day 3 of 7")
        assert not top.is_turning
        top.show(HERE)
        assert drawn(top).endswith("@ 08:14")


async def test_the_spinner_turns_only_while_a_refresh_runs() -> None:
    top = TopLine(spin=0.001)
    app = LineApp(top)
    app.animation_level = "full"
    async with app.run_test(size=(80, 3)) as pilot:
        assert not top.is_turning
        top.show(Whereabouts("Today", progress="day 1 of 7"))
        assert top.is_turning
        before = drawn(top)
        for _ in range(200):
            if drawn(top) != before:
                break
            await pilot.pause(0.001)
        assert drawn(top) != before
        assert drawn(top).endswith("day 1 of 7")
        top.show(Whereabouts("Today"))
        assert not top.is_turning


async def test_a_click_on_the_query_or_where_it_would_be_is_a_wish_to_edit_it() -> None:
    top = TopLine(spin=None)
    app = LineApp(top)
    async with app.run_test(size=(80, 3)) as pilot:
        top.show(HERE)
        await pilot.pause()
        await pilot.click(top, offset=(drawn(top).index("topic") + 2, 0))
        assert len(app.told) == 1
        await pilot.click(top, offset=(2, 0))
        await pilot.click(top, offset=(78, 0))
        assert len(app.told) == 1
        top.show(Whereabouts("Today", "", 12, 31))
        await pilot.pause()
        await pilot.click(top, offset=(40, 0))
        assert len(app.told) == 2


# The last line


async def test_hints_stand_left_and_what_happened_right() -> None:
    status = StatusLine()
    async with LineApp(status).run_test(size=(100, 3)):
        status.hints(KEYS)
        status.notice(("done", "41 read · u undoes"))
        line = drawn(status)
        assert line.startswith(" m read  s star  x hide  space next  / filter  ? keys   ")
        assert line.endswith("41 read · u undoes")


async def test_hints_give_way_to_a_message_but_two_stay_the_way_to_all_others_longest() -> None:
    status = StatusLine()
    async with LineApp(status).run_test(size=(60, 3)):
        status.hints(KEYS)
        status.notice(("state", "offline since 08:14 · reading the cache · r tries again"))
        line = drawn(status)
        assert line.startswith(" m read  ? keys    offline since 08:14")
        assert line.endswith("…")
        status.notice(None)
        assert drawn(status).endswith("? keys")


@pytest.mark.parametrize(
    ("width", "line"), [(40, " m read  s star  x hide  ? keys"), (18, " m read  ? keys"), (8, " ? keys"), (5, "")]
)
async def test_the_last_hint_is_the_last_to_go(width: int, line: str) -> None:
    status = StatusLine()
    async with LineApp(status).run_test(size=(width, 3)):
        status.hints(KEYS)
        assert drawn(status) == line


async def test_a_chord_shows_what_may_follow_until_it_ends() -> None:
    status = StatusLine()
    async with LineApp(status).run_test(size=(80, 3)):
        status.hints(KEYS)
        status.pending([("g", "Top"), ("u", "Unread")], "g")
        assert drawn(status) == " g…  g Top  u Unread"
        status.pending([])
        assert drawn(status).startswith(" m read")


async def test_a_click_on_a_hint_is_its_key() -> None:
    status = StatusLine()
    app = LineApp(status)
    async with app.run_test(size=(80, 3)) as pilot:
        status.hints(KEYS)
        await pilot.pause()
        await pilot.click(status, offset=(drawn(status).index("space") + 1, 0))
        await pilot.click(status, offset=(79, 0))
        assert app.told == [StatusLine.KeyClicked("space")]


# The folded filter


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (80, " Today 31 · Agents & tools ✓ · Safety ✓ · Benchmarks ✗ · f opens"),
        (60, " Today 31 · Agents & tools ✓ · Safety ✓ · +1 · f opens"),
        (40, " Today 31 · +3 · f opens"),
        (20, " Today 31"),
        (6, " Toda…"),
    ],
)
async def test_the_strip_names_as_many_topics_as_fit(width: int, line: str) -> None:
    strip = FilterStrip()
    async with LineApp(strip).run_test(size=(width, 3)):
        strip.show(StripData("Today", 31, ("Agents & tools", "Safety"), ("Benchmarks",)))
        assert drawn(strip) == line


async def test_a_click_on_the_strip_opens_the_pane() -> None:
    strip = FilterStrip()
    app = LineApp(strip)
    async with app.run_test(size=(60, 3)) as pilot:
        strip.show(StripData("Today"))
        await pilot.click(strip, offset=(30, 0))
        assert len(app.told) == 1


# All of them


@pytest.mark.parametrize("theme", ["dark", "light", "ansi"])
@pytest.mark.parametrize("width", [1, 5, 20, 60, 200])
async def test_hostile_text_is_drawn_as_text_in_any_width(width: int, theme: str) -> None:
    for widget in (TopLine(UNICODE, spin=None), StatusLine(ASCII), FilterStrip(ASCII)):
        app = LineApp(widget)
        app.theme = theme
        async with app.run_test(size=(width, 3)):
            if isinstance(widget, TopLine):
                widget.show(Whereabouts(HOSTILE, HOSTILE, 1, 2, refreshed=HOSTILE, progress=HOSTILE))
            elif isinstance(widget, StatusLine):
                widget.hints([(HOSTILE, HOSTILE)])
                widget.pending([(HOSTILE, HOSTILE)], HOSTILE)
                widget.notice(("done", HOSTILE))
            else:
                widget.show(StripData(HOSTILE, 3, (HOSTILE,), (HOSTILE,), HOSTILE))
            text = drawn(widget)
            assert not any(char in text for char in "\x1b\x07\u202e")
            assert width < 200 or "[/]" in text


async def test_ascii_lines_are_ascii() -> None:
    for widget in (TopLine(ASCII, spin=None), FilterStrip(ASCII)):
        async with LineApp(widget).run_test(size=(50, 3)):
            if isinstance(widget, TopLine):
                widget.show(
                    Whereabouts("Today", "topic:agents is:unread since:7d upvotes:>20", 3, 9, refreshed="08:14")
                )
            else:
                widget.show(StripData("Today", 31, ("Agents",), ("Safety",)))
            assert drawn(widget).isascii()


def test_lines_are_cut_with_an_ellipsis_and_never_too_wide() -> None:
    line = (Piece("ab"), Piece("漢字"), Piece("cd"))
    for width in range(10):
        cut = cut_line(line, width)
        assert measure(cut) <= width
    assert "".join(piece.text for piece in cut_line(line, 7)) == "ab漢字…"
    assert cut_line(line, 8) == line
    assert cell_len("".join(piece.text for piece in spread(line, line, 40))) == 40
