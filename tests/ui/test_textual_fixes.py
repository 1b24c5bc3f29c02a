"""Each workaround for Textual: what plain Textual does, which ends when it is mended, and what we make of it.

A test named `test_plain_...` that fails says that a workaround is no longer needed.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import pytest
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.app import App, ComposeResult
from textual.color import Color
from textual.css.stylesheet import Stylesheet
from textual.events import Paste
from textual.filter import ANSIToTruecolor, LineFilter, Monochrome, NoColor
from textual.screen import Screen
from textual.strip import Strip
from textual.widgets import Input, Static

from reader.ui.kit.textual_fixes import (
    BlankGround,
    Colorless,
    DelayedCall,
    PastesWhole,
    StylesheetParsedOnce,
    color_filters,
)
from reader.ui.kit.theme import find_theme


async def until(happened: Callable[[], bool]) -> None:
    """Wait until a condition holds."""
    deadline = time.monotonic() + 10
    while not happened():
        assert time.monotonic() < deadline, "it never happened"
        await asyncio.sleep(0.001)


# DelayedCall


class Calls:
    """Counts the calls that an app got."""

    def __init__(self, app: App[None]) -> None:
        self.app = app
        self.made = 0
        self.delayed = DelayedCall(app, self.count)

    def count(self) -> None:
        self.made += 1

    async def settle(self) -> int:
        """Wait until every call that is due was made, and return their number."""
        after: list[bool] = []
        asyncio.get_running_loop().call_later(0.002, self.app.call_later, after.append, True)
        await until(lambda: bool(after))
        return self.made


async def test_plain_timer_loses_its_call_when_the_program_is_held_up() -> None:
    app: App[None] = App()
    async with app.run_test():
        calls = Calls(app)
        # On any machine, so short a delay has passed before the timer looks at the clock.
        timers = [app.set_timer(1e-9, calls.count) for _ in range(20)]
        await until(lambda: all(timer._task is not None and timer._task.done() for timer in timers))
        assert await calls.settle() < len(timers)


async def test_delayed_loses_no_call_begins_anew_and_is_stopped_even_when_it_is_due() -> None:
    async with App[None]().run_test() as pilot:
        calls = Calls(pilot.app)
        for expected in range(1, 51):
            calls.delayed.begin(1e-9)
            assert calls.delayed.is_waiting
            time.sleep(1e-6)
            assert await calls.settle() == expected and not calls.delayed.is_waiting
        calls.delayed.begin(0.001)
        calls.delayed.begin(60)
        assert await calls.settle() == 50
        calls.delayed.begin(0.0)
        time.sleep(0.002)
        # One turn of the loop: the clock has called, and the app has not read it yet.
        await asyncio.sleep(0)
        calls.delayed.stop()
        assert await calls.settle() == 50


# color_filters


def filters_of(theme: str) -> list[LineFilter]:
    app: App[None] = App()
    for one in (find_theme("ansi"), find_theme("dark")):
        app.register_theme(one)
    app.theme = theme
    return list(app.get_line_filters())


@pytest.mark.parametrize(
    ("variable", "theme", "kind"),
    [("1", "ansi", Monochrome), ("", "ansi", Monochrome), (None, "dark", ANSIToTruecolor)],
)
def test_plain_app_filters_colours_that_are_left_or_taken_here(
    monkeypatch: pytest.MonkeyPatch, variable: str | None, theme: str, kind: type[LineFilter]
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    if variable is not None:
        monkeypatch.setenv("NO_COLOR", variable)
    filters = filters_of(theme)
    assert any(isinstance(one, kind) and one.enabled for one in filters)
    assert color_filters(filters, colorless=False) == []
    assert [type(one) for one in color_filters(filters, colorless=True)] == [Colorless]


def test_plain_filter_sends_codes_for_the_default_colors() -> None:
    style = Style.parse("bold red link https://example.org") + Style.from_meta({"kind": "link"})
    strip = Strip([Segment("text", style)])

    def sent(one: LineFilter) -> str:
        return strip.apply_filter(one, Color.parse("black")).render(Console(force_terminal=True))

    assert "39;49" in sent(NoColor())
    assert "\x1b[1mtext\x1b[0m" in sent(Colorless())
    assert "https://example.org" in sent(Colorless())
    (kept,) = strip.apply_filter(Colorless(), Color.parse("black"))
    assert kept.style is not None and kept.style.meta == {"kind": "link"}


class Colorful(App[None]):
    """An app without colours that may draw one screen of plain ground."""

    def get_line_filters(self) -> list[LineFilter]:
        return color_filters(super().get_line_filters(), colorless=True)


class PlainGround(Screen[None]):
    BLANK = True


class FilteredGround(BlankGround, Screen[None]):
    pass


@pytest.mark.parametrize(("screen", "is_colored"), [(PlainGround, True), (FilteredGround, False)])
async def test_plain_blank_ground_has_colors_where_there_are_none(screen: type[Screen[None]], is_colored: bool) -> None:
    async with Colorful().run_test() as pilot:
        await pilot.app.push_screen(screen())
        styles = [style for strip in pilot.app.screen._compositor.render_strips() for _, style, _ in strip if style]
        assert any(style.bgcolor for style in styles) == is_colored


# StylesheetParsedOnce


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[Stylesheet]:
    """The stylesheets that were parsed again."""
    again: list[Stylesheet] = []
    reparse = Stylesheet.reparse

    def counted(sheet: Stylesheet) -> None:
        again.append(sheet)
        reparse(sheet)

    monkeypatch.setattr(Stylesheet, "reparse", counted)
    return again


class Themed(App[None]):
    CSS = "Static { color: $accent; }"

    def __init__(self) -> None:
        super().__init__()
        self.register_theme(find_theme("dark"))
        self.theme = "dark"

    def compose(self) -> ComposeResult:
        yield Static("x")


async def test_stylesheets_are_parsed_again_only_for_another_theme(parsed: list[Stylesheet]) -> None:
    class Fixed(StylesheetParsedOnce, Themed):
        def __init__(self) -> None:
            super().__init__()
            self.use_theme_variables()

    async with Fixed().run_test() as pilot:
        await pilot.pause()
        assert not parsed
        accent = Color.parse(find_theme("dark").accent or "")
        assert pilot.app.query_one(Static).styles.color == accent
        pilot.app.theme = "textual-light"
        await pilot.pause()
        assert len(parsed) == 1
        assert pilot.app.query_one(Static).styles.color != accent


# PastesWhole


class WholeInput(PastesWhole, Input):
    def insert_pasted(self, text: str) -> None:
        self.replace(text.replace("\n", " "), *self.selection)


@pytest.mark.parametrize(("kind", "pasted"), [(Input, "one\x1b"), (WholeInput, "one\x1b two")])
async def test_plain_input_takes_the_first_line_as_it_comes(kind: type[Input], pasted: str) -> None:
    class Typing(App[None]):
        def compose(self) -> ComposeResult:
            yield kind()

    async with Typing().run_test() as pilot:
        line = pilot.app.query_one(Input)
        line.post_message(Paste("one\x1b\ntwo"))
        await pilot.pause()
        assert line.value == pasted
