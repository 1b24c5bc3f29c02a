"""Themes, colours and contrast.

All text can be read on what it stands on, in every theme in RGB: at least 4.5 to 1 by WCAG's formula, computed here
from the drawn colours and not by the code that chooses them.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from rich.color import ColorType
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter
from textual.geometry import Region
from textual.strip import Strip
from textual.theme import BUILTIN_THEMES

from reader.platform import OWN_THEMES, TEXTUAL_THEMES, THEMES, theme_name
from reader.ui.kit import theme
from reader.ui.kit.styles import DARK_COLORS, LIGHT_COLORS, OWN_COLORS, PLAIN, STYLES, Colors, color_depth, sgr
from reader.ui.kit.theme import contrast, find_theme, palette_of, styles_directory, stylesheets
from reader.ui.list.pane import PaperList
from tests.table import each
from tests.ui.conftest import Opener
from tests.ui.driver import Story, settings
from tests.ui.full_texts import keep_text
from tests.ui.stage import TODAY, Shelf, Stage, order, row, staged

# Themes

TRUECOLOR = {"COLORTERM": "truecolor", "TERM": "xterm-256color"}


@each(
    ("choice", "environ", "name"),
    [
        ("dark", TRUECOLOR, "dark"),
        ("light", {}, "light"),
        ("ansi", TRUECOLOR, "ansi"),
        ("auto", TRUECOLOR, "dark"),
        ("auto", {"TERM": "tmux-256color"}, "dark"),
        ("auto", {**TRUECOLOR, "COLORFGBG": "0;15"}, "light"),
        ("auto", {**TRUECOLOR, "COLORFGBG": "15;default;0"}, "dark"),
        ("auto", {"TERM": "linux"}, "ansi"),
        ("auto", {"TEXTUAL_COLOR_SYSTEM": "truecolor"}, "dark"),
        ("auto", {}, "ansi"),
        ("dark", {**TRUECOLOR, "NO_COLOR": "1"}, "ansi"),
        ("dark", {**TRUECOLOR, "NO_COLOR": "0"}, "ansi"),
        ("dark", {**TRUECOLOR, "NO_COLOR": ""}, "dark"),
        ("nord", TRUECOLOR, "nord"),
        ("nord", {**TRUECOLOR, "NO_COLOR": "1"}, "ansi"),
        ("no such theme", TRUECOLOR, "dark"),
    ],
)
def test_the_theme_follows_the_setting_and_the_terminal(choice: str, environ: dict[str, str], name: str) -> None:
    assert theme_name(choice, environ) == name


def test_every_theme_has_a_name_in_the_settings() -> None:
    assert (set(TEXTUAL_THEMES), tuple(OWN_COLORS)) == (set(BUILTIN_THEMES), OWN_THEMES)
    assert all(find_theme(name).name == name for name in THEMES)
    assert find_theme("no such theme").name == "dark"


def test_colours_of_other_themes_are_adjusted_for_contrast() -> None:
    nord = theme.derive_colors(ground="#2e3440", text="#d8dee9", accent="#5e81ac", star="#4c566a", warning="#bf616a")
    assert nord == Colors(
        **{"ground": "#2e3440", "panel": "#353b47", "cursor": "#3d434f", "hit": "#3c4b60", "strip": "#384356"},
        **{"rule": "#494f5b", "bar": "#5a606c", "text": "#d8dee9", "muted": "#aeb4bf", "faint": "#acb0b9"},
        **{"mark": "#69612e", "accent": "#9bb1cc", "star": "#adb1ba", "warning": "#d9a0a6"},
    )
    sun = theme.derive_colors(ground="#fdf6e3", text="#657b83", accent="#268bd2", star="#b58900", warning="#dc322f")
    assert (sun.text, sun.muted, sun.accent, sun.warning) == ("#4d5d64", "#616c6c", "#1e6fa8", "#c62d2a")
    assert [theme.contrast(*pair) for pair in (("#000000", "#ffffff"), ("#777777", "#ffffff"))] == [
        21,
        pytest.approx(4.478, abs=0.001),
    ]
    assert contrast("#fcefb3", LIGHT_COLORS.text) > LEAST and LIGHT_COLORS.mark == "#fcefb3"
    tints = [theme.tint("#14161b", *pair) for pair in (("#ffd400", "#dde0e6"), ("#ffffff", "#303030"))]
    assert tints == ["#564b13", "#14161b"]


@pytest.mark.parametrize("name", [name for name in THEMES if find_theme(name).ansi])
async def test_the_cursors_line_is_seen_where_it_has_no_background(name: str) -> None:
    papers = PaperList(today=TODAY)
    async with staged(Stage(papers, name), 80, 12) as (app, pilot):
        papers.show(order([1, 2], ("2025-11-24", 2)), Shelf(row(1, starred=True), row(2, starred=True)))
        await pilot.pause()
        lines = {strip.text.strip()[:1]: strip for strip in app.screen._compositor.render_strips()}
        # Every cell except the scrollbar.
        styles = [style for text, style, _ in lines["▌"].crop(0, 79) if style and text]
        assert styles and all(style.reverse and style.color and style.color.is_default for style in styles)
        assert not any(style.reverse for _, style, _ in lines["★"] if style)


def test_stylesheets_name_no_color() -> None:
    sheets = stylesheets()
    assert [sheets[0].name, sheets[0].parent] == ["app.tcss", styles_directory()]
    assert {"lines.tcss", "main.tcss", "page.tcss"} <= {sheet.name for sheet in sheets}
    for sheet in sheets:
        rules = re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.DOTALL)
        for name, value in re.findall(r"\b(color|background|border[a-z-]*|outline|tint)\s*:\s*([^;]+);", rules):
            named = re.sub(r"\$[a-z-]+|\b(solid|none|vkey|hkey|blank|transparent|[0-9]+%)", "", value)
            assert not named.strip(), f"{sheet.name}: {name}: {value}"


async def colors_of(name: str) -> set[ColorType]:
    """The kinds of colour that a list in this theme sends."""
    papers = PaperList(today=TODAY)
    app = Stage(papers, name)
    rows = [row(1), row(2, read=True), row(3, starred=True)]
    async with app.run_test(size=(80, 12)) as pilot:
        papers.show(order([1, 2, 3], ("2025-11-24", 3)), Shelf(*rows), words=("paper",))
        await pilot.pause()
        filters = app.get_line_filters()
        kinds = set()
        for strip in app.screen._compositor.render_strips():
            kinds |= {
                color.type for style in _styles(strip, filters) for color in (style.color, style.bgcolor) if color
            }
        return kinds


def _styles(strip: Strip, filters: Sequence[LineFilter]) -> list[Style]:
    for one in filters:
        strip = strip.apply_filter(one, Color.parse("black"))
    return [segment.style for segment in strip if segment.style]


async def test_ansi_leaves_the_colors_to_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert await colors_of("ansi") == {ColorType.DEFAULT, ColorType.STANDARD}
    assert ColorType.TRUECOLOR in await colors_of("dark")


async def test_no_color_sends_no_color(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert await colors_of("ansi") == set()


# Choosing a theme


async def run(r: Story, command: str) -> None:
    """Run what the command line offers, by its name."""
    await r.do("command.open")
    await r.press(*["space" if letter == " " else letter for letter in command])
    await r.until(lambda: command in r.screen)
    await r.press("enter")


def kept(r: Story) -> str:
    """The settings file."""
    file = r.file.parent / "config.toml"
    return file.read_text() if file.exists() else ""


async def test_a_theme_is_chosen_by_its_beginning_and_kept(reader: Opener) -> None:
    async with reader() as r:
        await run(r, "Theme")
        await r.type("dra")
        await r.until(lambda: "dracula" in r.screen)
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


# Contrast


LEAST = 4.5

RGB = tuple(name for name in THEMES if not find_theme(name).ansi)

FURNITURE = frozenset(" │─┃━▌▐▎▏▕┌┐└┘├┤┬┴┼╭╮╰╯[]|-#")
"""Rules, bars and brackets, which carry no information of their own."""


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


SCREENS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "list": ((), ()),
    "marked": (("paper.star", "move.down", "paper.read", "move.down", "paper.hide"), ()),
    "page": (("read.open",), ("escape",)),
    "why": (("read.why", "move.bottom"), ("escape",)),
    "help": (("app.help",), ("escape",)),
    "command line": (("command.open",), ("escape",)),
    "a date": (("day.go",), ("escape",)),
    "filter": (("find.filter", "move.bottom", "topic.pick"), ("escape", "F")),
    "links": (("link.list",), ("escape",)),
    "topics": (("find.topic",), ("escape", "F")),
    "a week": (("view.week", "period.earlier", "find.sort"), ("F",)),
    "trending": (("view.trending",), ()),
    "another day": (("view.latest", "day.older", "mark.above_read", "mark.undo"), ()),
}
"""Screens, by the actions that lead from the list to them and the keys that lead back."""

WAYS = [("dark", (140, 42), True), ("dark", (60, 20), False), ("light", (140, 42), False), ("light", (60, 20), True)]


def odd(r: Story) -> dict[str, str]:
    """The characters beyond ASCII on the screen, each with its line."""
    return {char: line for line in r.lines for char in line if not char.isascii()}


@pytest.mark.long
@pytest.mark.parametrize(("name", "size", "ascii"), WAYS, ids=str)
async def test_every_cell_can_be_read_and_is_ascii_for_those_who_chose_that(
    reader: Opener, name: str, size: tuple[int, int], ascii: bool
) -> None:
    async with reader(settings=settings(theme=name, ascii=ascii), size=size) as r:
        for screen, (actions, back) in SCREENS.items():
            assert r.context in ("list", "empty"), screen
            await r.do(*actions)
            assert faint_cells(r) == [], screen
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


@pytest.mark.parametrize("name", RGB)
def test_every_role_can_be_read_in_every_theme_also_in_the_cursors_line(name: str) -> None:
    palette = palette_of(name)
    for role in STYLES.keys() - {"rule", "thumb"}:
        pane, _, bare = role.rpartition(".")
        for over, is_hit in ((PLAIN, False), ("cursor", False), (PLAIN, True), ("cursor", True)):
            assert of(palette.draw(pane, bare, over, is_hit=is_hit)) >= LEAST, (role, over)


@each(
    ("style", "depth", "sequence"),
    [
        (("papers", "text"), 24, "38;2;221;224;230;48;2;20;22;27"),
        (("papers", "current", "highlighted"), 24, "1;38;2;221;224;230;48;2;32;36;45"),
        (("papers", "dot"), 8, "38;5;111;48;5;233"),
        (("help", "key"), 0, ""),
        (("paper", "gone"), 0, "9"),
    ],
)
def test_the_first_frame_sends_the_styles_of_the_table(style: tuple[str, ...], depth: int, sequence: str) -> None:
    assert sgr(palette_of("dark").find(*style), depth) == sequence


@each(
    ("style", "sequence"),
    [
        (("papers", "text"), ""),
        (("papers", "muted"), "2"),
        (("papers", "muted", "highlighted"), "7"),
        (("papers", "star"), "33"),
        (("papers", "current-read"), "1"),
        (("filter", "cursor"), "7"),
        (("bar", "rule"), "90"),
    ],
)
def test_the_terminals_own_colours_are_sent_in_every_depth(style: tuple[str, ...], sequence: str) -> None:
    assert {sgr(palette_of("ansi").find(*style), depth) for depth in (4, 8, 24)} == {sequence}


@each(
    ("environment", "depth"),
    [(TRUECOLOR, 24), ({"TERM": "tmux-256color"}, 8), ({"TERM": "linux"}, 4), ({**TRUECOLOR, "NO_COLOR": "1"}, 0)],
)
def test_the_terminal_tells_how_many_colours_it_has(environment: dict[str, str], depth: int) -> None:
    assert color_depth(environment) == depth


@pytest.mark.long
@pytest.mark.parametrize("colors", [DARK_COLORS, LIGHT_COLORS], ids=["dark", "light"])
def test_our_colors_differ_enough(colors: Colors) -> None:
    for ground in (colors.ground, colors.panel, colors.cursor):
        for text in (colors.text, colors.muted, colors.faint, colors.accent, colors.star, colors.warning):
            assert contrast(text, ground) >= LEAST, (text, ground)
    assert contrast(colors.text, colors.hit) >= 7
    assert contrast(colors.text, colors.strip) >= 7
    assert contrast(colors.text, colors.ground) > contrast(colors.muted, colors.ground) + 2
    assert contrast(colors.muted, colors.ground) > contrast(colors.faint, colors.ground) + 1


@pytest.mark.long
@pytest.mark.parametrize("name", ["dark", "light"])
async def test_a_full_text_can_be_read(reader: Opener, cache_file: Path, name: str) -> None:
    async with reader(settings=settings(theme=name), size=(140, 42)) as r:
        keep_text(cache_file, r.here.id)
        await r.do("read.open", "text.open")
        for actions in (("text.next_section",), ("text.outline",), ("text.outline", "text.select", "text.select")):
            await r.do(*actions, "move.down")
            assert faint_cells(r) == [], actions
        await r.do("app.escape", "move.top", "text.follow")
        assert faint_cells(r) == []
