"""What the palette offers for the display: themes, which are kept, and pictures."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from tests.ui.conftest import Opener
from tests.ui.driver import Story
from tests.ui.papers import NOW


async def run(r: Story, command: str) -> None:
    """Run a command of the palette by its name."""
    await r.do("app.commands")
    await r.press(*["space" if letter == " " else letter for letter in command])
    await r.until(lambda: command in r.screen)
    await r.press("enter")


def kept(r: Story) -> str:
    """The settings file."""
    file = r.file.parent / "config.toml"
    return file.read_text() if file.exists() else ""


async def test_a_theme_shows_while_it_is_chosen_and_escape_takes_it_back(reader: Opener) -> None:
    async with reader() as r:
        await run(r, "Theme")
        assert r.app.theme == "dark"
        await r.type("l")
        await r.until(lambda: r.app.theme == "light")
        await r.press("backspace")
        await r.until(lambda: r.app.theme == "dark")
        await r.press("down", "down", "down", "down", "down", "down")
        await r.until(lambda: r.app.theme == "nord")
        await r.press("escape")
        assert (r.app.theme, r.context, kept(r)) == ("dark", "list", "")
        await run(r, "Theme")
        await r.type("dra")
        await r.until(lambda: r.app.theme == "dracula")
        await r.press("enter")
        await r.until(lambda: r.status == "done: theme dracula")
        assert r.app.theme == "dracula" and kept(r) == 'theme = "dracula"\n'
        await r.run("theme nosuch")
        assert r.status.startswith("There is no theme 'nosuch'. Choose one of auto, dark")
        assert r.app.theme == "dracula"


async def test_the_sample_keeps_no_theme(reader: Opener) -> None:
    async with reader(demo=True) as r:
        await r.run("theme light")
        assert (r.app.theme, kept(r)) == ("light", "")


async def test_a_variable_that_wins_over_the_choice_is_named(reader: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEXTUAL_THEME", "dracula")
    async with reader() as r:
        await r.run("theme light")
        await r.until(lambda: r.status == "TEXTUAL_THEME in the environment wins over it")
        assert r.app.theme == "light"


async def test_without_colors_no_theme_brings_them_back(reader: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with reader() as r:
        await r.run("theme light")
        assert r.app.theme == "ansi"
        assert r.status == "no colours, since NO_COLOR is set"


async def test_an_empty_variable_takes_no_colors(reader: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "")
    async with reader() as r:
        assert (r.app.theme, r.app.no_color) == ("dark", False)


async def test_a_picture_of_the_screen_is_saved_and_said(reader: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    async with reader(size=(160, 30)) as r:
        home = r.file.parent / "a-file"
        monkeypatch.setenv("DAILYPAPERS_HOME", str(home))
        await r.do("paper.star")
        await run(r, "Screenshot")
        first = home / "pictures" / f"dailypapers-{NOW:%Y-%m-%d-%H%M%S}.svg"
        await r.until(lambda: r.status == f"picture saved to {first}")
        # Viewers keep the spaces between words.
        assert first.read_text("utf-8").startswith('<svg xml:space="preserve" ')
        svg = first.read_text()
        ElementTree.fromstring(svg)
        assert "★" in svg
        assert "dailypapers&#160;·&#160;" in svg
        assert "Save&#160;a&#160;picture" not in svg, "the palette is gone before"
        assert re.findall(r"(?:href|src|url)\s*[=(:]\s*[\"']?https?:", svg) == []
        monkeypatch.setattr(r.app, "send_file", lambda svg, name: svg and name)
        await run(r, "Screenshot")
        await r.until(lambda: r.status == f"your browser is downloading {first.name}")


async def test_a_picture_that_can_not_be_saved_is_said(reader: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    async with reader(size=(160, 30)) as r:
        home = r.file.parent / "a-file"
        home.write_text("a file")
        monkeypatch.setenv("DAILYPAPERS_HOME", str(home))
        await run(r, "Screenshot")
        await r.until(lambda: "could not be written: " in r.status)
