"""What the palette offers for the display: themes, which are kept."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from reader.core.errors import ConfigError
from tests.ui.conftest import Opener
from tests.ui.driver import Story


async def run(r: Story, command: str) -> None:
    """Run a command of the palette by its name."""
    await r.do("app.commands")
    await r.press(*["space" if letter == " " else letter for letter in command])
    await r.until(lambda: command in r.screen)
    await Pilot(r.app).pause()
    await r.press("enter")
    await r.until(lambda: r.context is not None)
    await r.rest()


async def test_a_theme_is_chosen_by_name_and_kept(reader: Opener) -> None:
    kept: list[tuple[str, str]] = []
    async with reader(keep_setting=lambda *setting: kept.append(setting)) as r:
        await run(r, "Theme: nord")
        assert r.app.theme == "nord"
        await r.until(lambda: r.status == "theme nord · kept in the settings")
        assert kept == [("theme", "nord")]


async def test_a_theme_that_can_not_be_kept_is_there_until_the_end(reader: Opener) -> None:
    def refuse(*_: str) -> None:
        raise ConfigError("The file could not be written: no space.")

    async with reader(keep_setting=refuse) as r:
        await run(r, "Theme: light")
        await r.until(lambda: r.status == "The file could not be written: no space.")
        assert r.app.theme == "light"


async def test_the_sample_keeps_no_theme(reader: Opener) -> None:
    kept: list[tuple[str, str]] = []
    async with reader(demo=True, keep_setting=lambda *setting: kept.append(setting)) as r:
        await run(r, "Theme: light")
        assert (r.app.theme, kept) == ("light", [])


async def test_a_variable_that_wins_over_the_choice_is_named(reader: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEXTUAL_THEME", "dracula")
    async with reader(keep_setting=lambda *_: None) as r:
        await run(r, "Theme: light")
        await r.until(lambda: r.status == "theme light · TEXTUAL_THEME decides at the next start")


async def test_without_colors_no_theme_brings_them_back(reader: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with reader() as r:
        await run(r, "Theme: light")
        assert r.app.theme == "ansi"
        assert r.status == "NO_COLOR is set, so there are no colours"


async def test_an_empty_variable_takes_no_colors(reader: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "")
    async with reader() as r:
        assert (r.app.theme, r.app.no_color) == ("dark", False)
