"""All text can be read on what it stands on, in every theme in RGB: at least 4.5 to 1, by WCAG's formula.

The ratio is computed here from the drawn colours, not by the code that chooses them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from rich.style import Style
from textual.geometry import Region
from textual.widget import Widget

from reader.core.theme_names import OWN, TEXTUAL
from reader.ui.calendar.screen import CalendarScreen
from reader.ui.help.screen import PaletteScreen
from reader.ui.looks.theme import DARK_COLORS, LIGHT_COLORS, contrast, find_theme
from tests.ui.conftest import Opener
from tests.ui.driver import Story, settings
from tests.ui.full_texts import keep_text

pytestmark = pytest.mark.long

LEAST = 4.5

RGB = tuple(name for name in (*OWN, *TEXTUAL) if not find_theme(name).ansi)

FURNITURE = frozenset(" │─┃━▌▐▎▏▕┌┐└┘├┤┬┴┼╭╮╰╯[]")
"""Rules, bars and brackets: they tell nothing that is not told by other means."""

EDGES = ("bar--rule", "bar--thumb", "bar--held")
"""Roles of furniture: the rule between panes, and its thumb."""


def ratio(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    """The contrast ratio of two colours in sRGB."""

    def luminance(color: tuple[int, int, int]) -> float:
        red, green, blue = (
            (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4)
            for share in (part / 255 for part in color)
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def of(style: Style) -> float:
    """The contrast of a style's text to its background."""
    assert style.color is not None and style.bgcolor is not None
    assert style.color.triplet is not None and style.bgcolor.triplet is not None, f"not in RGB: {style}"
    return ratio(style.color.triplet, style.bgcolor.triplet)


def faint_cells(r: Story, region: Region | None = None) -> list[str]:
    """What can't be read on the screen, or in a part of it."""
    found = []
    for y, strip in enumerate(r.app.screen._compositor.render_strips()):
        if region is not None:
            if not region.y <= y < region.bottom:
                continue
            segments = strip.crop(region.x, region.right)
        else:
            segments = strip
        for text, style, _ in segments:
            if set(text) - FURNITURE and style is not None and of(style) < LEAST:
                found.append(f"line {y}: {text!r} {of(style):.2f} {style}")
    return found


def own_roles(widget: Widget) -> Iterator[str]:
    """The roles of one of our widgets."""
    for kind in type(widget).__mro__:
        if kind.__module__.startswith("reader."):
            yield from vars(kind).get("COMPONENT_CLASSES", ())


def faint_roles(r: Story) -> list[str]:
    """The roles of the screen in front that can't be read on their background, or on the cursor's."""
    found = []
    for widget in r.app.screen.walk_children(Widget, with_self=True):
        roles = set(own_roles(widget)) - set(EDGES)
        ends = ("--cursor", "--highlighted", "--hit")
        partial = {role: widget.get_component_rich_style(role, partial=True) for role in roles if role.endswith(ends)}
        # A cursor without a background is the sign before a line, which covers no words.
        over = {role: style for role, style in partial.items() if style.bgcolor is not None}
        for role in roles:
            style = widget.get_component_rich_style(role)
            for name, above in {"": Style.null(), **over}.items():
                if of(style + above) < LEAST:
                    found.append(f"{role} {name}: {of(style + above):.2f}")
    return found


SCREENS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "list": ((), ()),
    "marked": (("paper.star", "move.down", "paper.read", "move.down", "paper.hide"), ()),
    "page": (("read.open",), ("escape",)),
    "help": (("app.help",), ("escape",)),
    "calendar": (("day.go",), ("escape",)),
    "filter": (("find.filter", "move.down"), ("escape",)),
    "links": (("link.list",), ("escape",)),
}
"""Screens, by the actions that lead from the list to them and the keys that lead back."""


@pytest.mark.parametrize("size", [(140, 42), (60, 20)], ids=str)
@pytest.mark.parametrize("name", ["dark", "light"])
async def test_every_cell_can_be_read(reader: Opener, name: str, size: tuple[int, int]) -> None:
    async with reader(settings=settings(theme=name), size=size) as r:
        for screen, (actions, back) in SCREENS.items():
            assert r.context == "list", screen
            await r.do(*actions)
            calendar = r.screen_of(CalendarScreen)
            # Behind the calendar lies the list, which is not to be read then.
            region = r.widget("#calendar").region if calendar is not None else None
            assert faint_cells(r, region) == [], screen
            assert faint_roles(r) == [], screen
            await r.press(*back)


@pytest.mark.parametrize("name", ["dark", "light"])
async def test_every_cell_can_be_read_while_one_types(reader: Opener, name: str) -> None:
    async with reader(settings=settings(theme=name)) as r:
        await r.do("find.query")
        for typed in ("a", " topic:nosuch", " is:"):
            await r.type(typed)
            assert faint_cells(r) == [], typed
        await r.do("query.accept")
        assert faint_cells(r) == []
        await r.do("app.commands")
        await r.until(lambda: isinstance(r.app.screen, PaletteScreen))
        assert faint_roles(r) == []


async def walk_themes(r: Story) -> AsyncIterator[str]:
    """Every theme in RGB, by its name, as soon as the screen is drawn in it."""
    for name in RGB:
        r.app.use_theme(name)
        await r.rest()
        assert r.app.theme == name
        yield name


async def test_every_theme_can_be_read(reader: Opener) -> None:
    async with reader() as r:
        await r.do("paper.star", "move.down", "paper.read")
        async for name in walk_themes(r):
            assert faint_cells(r) == [], name
            assert faint_roles(r) == [], name


async def test_the_calendar_can_be_read_however_warm_a_day_is(reader: Opener) -> None:
    async with reader() as r:
        # Days of another warmth: all read, a few left, many.
        await r.do("move.down", "move.down", "mark.above_read", "day.older", "mark.all_read", "day.go")
        assert r.screen_of(CalendarScreen) is not None
        async for name in walk_themes(r):
            assert faint_cells(r, r.widget("#calendar").region) == [], name


@pytest.mark.parametrize("look", [DARK_COLORS, LIGHT_COLORS], ids=["dark", "light"])
def test_our_colors_differ_enough(look: object) -> None:
    colors = DARK_COLORS if look is DARK_COLORS else LIGHT_COLORS
    for ground in (colors.ground, colors.panel, colors.cursor):
        for text in (colors.text, colors.muted, colors.faint, colors.accent, colors.star, colors.warning):
            assert contrast(text, ground) >= LEAST, (text, ground)
    assert contrast(colors.text, colors.hit) >= 7
    assert contrast(colors.text, colors.strip) >= 7
    assert contrast(colors.text, colors.ground) > contrast(colors.muted, colors.ground) + 2
    assert contrast(colors.muted, colors.ground) > contrast(colors.faint, colors.ground) + 1


@pytest.mark.parametrize("name", ["dark", "light"])
async def test_a_full_text_can_be_read(reader: Opener, cache_file: Path, name: str) -> None:
    async with reader(settings=settings(theme=name), size=(140, 42)) as r:
        keep_text(cache_file, r.here.id)
        await r.do("read.open", "text.open")
        for actions in (("text.next_section",), ("text.outline",), ("text.outline", "text.select", "text.select")):
            await r.do(*actions, "move.down")
            assert faint_cells(r) == [], actions
            assert faint_roles(r) == [], actions
        await r.do("app.escape", "move.top", "text.follow")
        assert faint_cells(r) == []
