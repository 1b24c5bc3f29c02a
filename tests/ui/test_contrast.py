"""All text can be read on what it stands on, in every theme in RGB: at least 4.5 to 1, by WCAG's formula.

With the setting `ascii` no screen draws a character beyond ASCII.

The ratio is computed here from the drawn colours, not by the code that chooses them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from rich.style import Style
from textual.geometry import Region
from textual.widget import Widget

from reader.platform import OWN_THEMES, TEXTUAL_THEMES
from reader.ui.looks.theme import DARK_COLORS, LIGHT_COLORS, contrast, find_theme
from tests.ui.conftest import Opener
from tests.ui.driver import Story, settings
from tests.ui.full_texts import keep_text

pytestmark = pytest.mark.long

LEAST = 4.5

RGB = tuple(name for name in (*OWN_THEMES, *TEXTUAL_THEMES) if not find_theme(name).ansi)

FURNITURE = frozenset(" │─┃━▌▐▎▏▕┌┐└┘├┤┬┴┼╭╮╰╯[]|-#")
"""Rules, bars and brackets, which carry no information of their own."""

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
    """The segments with too little contrast on the screen, or in a part of it."""
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
    "page": (("read.open", "read.unfold"), ("escape",)),
    "why": (("read.why", "move.bottom"), ("escape",)),
    "help": (("app.help",), ("escape",)),
    "command line": (("command.open",), ("escape",)),
    "a date": (("day.go",), ("escape",)),
    "older papers": (("app.older",), ("escape",)),
    "filter": (("find.filter", "move.bottom", "topic.pick"), ("escape", "F")),
    "links": (("link.list",), ("escape",)),
    "topics": (("find.topic",), ("escape", "F")),
    "another paper": (("find.add",), ("escape",)),
    "a week": (("view.week", "period.earlier", "find.sort"), ("F",)),
    "trending": (("view.trending",), ()),
    "another day": (("view.latest", "day.older", "mark.above_read", "mark.undo"), ()),
}
"""Screens, by the actions that lead from the list to them and the keys that lead back."""

WAYS = [("dark", (140, 42), True), ("dark", (60, 20), False), ("light", (140, 42), False), ("light", (60, 20), True)]


def odd(r: Story) -> dict[str, str]:
    """The characters beyond ASCII on the screen, each with its line."""
    return {char: line for line in r.lines for char in line if not char.isascii()}


@pytest.mark.parametrize(("name", "size", "ascii"), WAYS, ids=str)
async def test_every_cell_can_be_read_and_is_ascii_for_those_who_chose_that(
    reader: Opener, name: str, size: tuple[int, int], ascii: bool
) -> None:
    async with reader(settings=settings(theme=name, ascii=ascii), size=size) as r:
        for screen, (actions, back) in SCREENS.items():
            assert r.context in ("list", "empty"), screen
            await r.do(*actions)
            assert faint_cells(r) == [], screen
            assert faint_roles(r) == [], screen
            assert not ascii or odd(r) == {}, screen
            await r.press(*back)
        for typed in ("topic:vid", "topic:agnets", "is:(", "nothing like this", "zzz sort:upvotes"):
            await r.do("find.query")
            for key in (*typed, "enter"):
                await r.press(key)
                assert faint_cells(r) == [], typed
                assert not ascii or odd(r) == {}, typed
            await r.press("escape")


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
