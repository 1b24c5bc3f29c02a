"""Help: these keys first, found by typing, readable at every size."""

from __future__ import annotations

import pytest
from textual.app import App
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from reader.keys.actions import CONTEXTS
from reader.keys.keymap import Keymap
from reader.ui.help.screen import MEANINGS, HelpScreen, HelpSearch, _Footer, legend, legend_section, sections
from reader.ui.kit.finder import Finder
from reader.ui.kit.glyphs import ASCII, UNICODE, Glyphs
from reader.ui.looks.stylesheets import stylesheets
from reader.ui.looks.theme import DEFAULTS, THEMES


class Harness(App[None]):
    def __init__(self, screen: HelpScreen, theme: str = "dark") -> None:
        super().__init__(css_path=list(stylesheets()))
        self.first = screen
        for one in THEMES:
            self.register_theme(one)
        self.theme = theme

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return dict(DEFAULTS)

    def on_mount(self) -> None:
        self.push_screen(self.first)


def texts(screen: HelpScreen) -> dict[Static, str]:
    """The whole text of each column that is shown, scrolled to or not."""
    found = {}
    for column in screen.query(".help--column").results(Static):
        if column.display:
            assert isinstance(column.visual, Content)
            found[column] = column.visual.plain
    return found


def drawn(screen: HelpScreen) -> list[str]:
    """All lines of the help, column by column."""
    return [line for text in texts(screen).values() for line in text.splitlines()]


# What is listed


def test_keys_of_this_context_come_first_and_all_others_after() -> None:
    keymap = Keymap()
    for context in CONTEXTS:
        found = sections(keymap, context)
        flags = [section.here for section in found]
        assert flags == sorted(flags, reverse=True)
        here = {row.name for section in found if section.here for row in section.rows}
        assert here == {action.name for action in keymap.actions if context in action.contexts}
        assert sum(len(section.rows) for section in found) == len(keymap.actions)
        assert all(section.here != bool(section.place) for section in found)


def test_own_keys_are_shown_and_marked() -> None:
    keymap = Keymap(overrides={"paper.star": "$", "paper.hide": ""})
    rows = {row.name: row for section in sections(keymap, "list") for row in section.rows}
    assert rows["Star"].keys == "$"
    assert rows["Star"].about.endswith("Your own key.")
    assert rows["Hide"].keys == "-"
    assert not rows["Undo"].about.endswith("Your own key.")


def test_a_default_says_which_key_it_has_lost_here() -> None:
    keymap = Keymap(overrides={"find.add": "S", "paper.read": "g"})
    rows = {context: {row.name: row for one in sections(keymap, context) for row in one.rows} for context in CONTEXTS}
    assert rows["list"]["Change order"].keys == "-"
    assert rows["list"]["Change order"].about.endswith(" S is yours for Add a paper.")
    assert rows["list"]["Top"].about.endswith(" g is yours for Read or unread.")
    assert rows["filter"]["Change order"].keys == "S"
    assert not rows["filter"]["Change order"].about.endswith("Add a paper.")


def test_only_keys_that_act_here_are_shown_for_here() -> None:
    rows = {row.name: row for section in sections(Keymap(), "query") if section.here for row in section.rows}
    assert rows["Palette"].keys == "ctrl+p"


def test_typing_narrows_by_every_word() -> None:
    names = [row.name for section in sections(Keymap(), "list", "unread next") for row in section.rows]
    assert names == ["Read on", "Next hit"]
    assert sections(Keymap(), "list", "nosuchword") == []


def test_a_key_typed_alone_comes_first() -> None:
    first, *rest = sections(Keymap(), "list", "x")
    assert [row.name for row in first.rows] == ["Hide", "Exclude", "Mute"]
    assert all(row.name != "Hide" for section in rest for row in section.rows)


def test_the_legend_is_found_by_sign_name_and_meaning() -> None:
    for typed in ("★", "starred", "signs starred"):
        (section,) = legend_section(UNICODE, typed)
        assert "Starred" in [row.name for row in section.rows]
    assert legend_section(UNICODE, "nosuchword") == []
    assert len(legend_section(UNICODE)[0].rows) == len(MEANINGS)


# The screen


async def test_the_legend_stands_after_the_keys_of_this_place() -> None:
    screen = HelpScreen(Keymap(), "filter", ASCII)
    async with Harness(screen).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        headings = [line.split("  ")[0] for line in drawn(screen) if line and line.split("  ")[0].isupper()]
        assert headings.index("FILTER PANE") < headings.index("SIGNS") < headings.index("CALENDAR")
        assert any(line.startswith("#") and "Starred" in line for line in drawn(screen))


@pytest.mark.parametrize(
    ("size", "theme"),
    [((60, 20), "dark"), ((60, 20), "ansi"), ((80, 24), "dark"), ((140, 42), "ansi"), ((200, 60), "dark")],
)
async def test_all_keys_can_be_reached_and_no_line_is_cut(size: tuple[int, int], theme: str) -> None:
    keymap = Keymap()
    screen = HelpScreen(keymap, "list")
    async with Harness(screen, theme).run_test(size=size) as pilot:
        await pilot.pause()
        text = "\n".join(drawn(screen))
        for action in keymap.actions:
            assert action.name in text
        columns = texts(screen)
        assert len(columns) == {60: 1, 80: 1, 140: 2, 200: 3}[size[0]]
        for column, plain in columns.items():
            assert max(map(len, plain.splitlines())) <= column.size.width
            assert column.size.height == plain.count("\n") + 1
        await pilot.press("end")
        scroll = screen.query_one(VerticalScroll)
        assert scroll.scroll_offset.y == scroll.max_scroll_y
        assert scroll.max_scroll_y > 0
        assert "HELP  in this help" in "\n".join(drawn(screen))


async def test_even_a_tiny_screen_shows_every_name() -> None:
    screen = HelpScreen(Keymap(), "filter")
    async with Harness(screen).run_test(size=(24, 12)) as pilot:
        await pilot.pause()
        text = " ".join(" ".join(drawn(screen)).split())
        assert "Previous pane" in text


async def test_typing_searches_and_the_list_follows() -> None:
    screen = HelpScreen(Keymap(), "list")
    async with Harness(screen).run_test(size=(60, 20)) as pilot:
        await pilot.press("end", *"star")
        text = "\n".join(drawn(screen))
        assert "Starred" in text
        assert "Undo" not in text
        assert screen.query_one(VerticalScroll).scroll_offset.y == 0
        await pilot.press(*"[/x")
        assert "No key matches  star[/x." in "\n".join(drawn(screen))
        await pilot.press(*["backspace"] * 7)
        assert "Undo" in "\n".join(drawn(screen))


async def test_the_keys_of_help_scroll_and_a_slash_makes_letters_of_them() -> None:
    screen = HelpScreen(Keymap(), "list")
    async with Harness(screen).run_test(size=(60, 20)) as pilot:
        scroll, search = screen.query_one(VerticalScroll), screen.query_one(HelpSearch)
        await pilot.press("down", "j", "j", "k")
        assert scroll.scroll_offset.y == 2
        await pilot.press("pagedown", "g", "g")
        assert scroll.scroll_offset.y == 0
        await pilot.press("5", "j")
        assert (scroll.scroll_offset.y, search.value) == (5, "")
        await pilot.press("/", *"jq?/")
        assert (screen.is_current, search.value) == (True, "jq?/")
        await pilot.press(*["backspace"] * 3, "down", "enter", "down", "j")
        assert (scroll.scroll_offset.y, search.value) == (3, "j")
        await pilot.press("q")
        assert not screen.is_current


async def test_the_last_line_has_only_keys_that_act() -> None:
    def last() -> str:
        (line,) = screen.query_one(_Footer).shown_lines()
        return "".join(piece.text for piece in line)

    screen = HelpScreen(Keymap(), "list")
    async with Harness(screen).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        keys = last()
        assert keys.startswith("j down  k up")
        await pilot.press("slash")
        assert last() == "enter keep  pgdn page  esc close"
        await pilot.press("u", "n", "enter")
        assert last() == keys


@pytest.mark.parametrize("key", ["escape", "q", "?", "f1"])
async def test_help_closes(key: str) -> None:
    screen = HelpScreen(Keymap(), "page")
    app = Harness(screen)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert app.screen is screen
        await pilot.press(*(["p"] if key in ("escape", "f1") else []), key)
        assert app.screen is not screen


async def test_help_moves_by_the_users_own_keys() -> None:
    screen = HelpScreen(Keymap(overrides={"move.down": "ctrl+n", "help.close": "ctrl+g"}), "list")
    app = Harness(screen)
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.press("ctrl+n", "down")
        assert screen.query_one(VerticalScroll).scroll_offset.y == 1
        await pilot.press("escape")
        assert app.screen is screen
        await pilot.press("ctrl+g")
        assert app.screen is not screen


async def test_a_resize_lays_out_anew() -> None:
    screen = HelpScreen(Keymap(), "list")
    async with Harness(screen).run_test(size=(200, 60)) as pilot:
        await pilot.resize_terminal(60, 20)
        await pilot.pause()
        columns = [column for column in screen.query(".help--column") if column.display]
        assert len(columns) == 1
        assert max(map(len, drawn(screen))) <= 60


# Finding


@pytest.mark.parametrize(
    ("typed", "better", "worse"),
    [
        ("star", "Star", "Restart"),
        ("star", "Star", "Other"),
        ("cl", "Clear filters", "All clear"),
        ("day old", "Older day", "Older"),
    ],
)
def test_better_matches_score_higher(typed: str, better: str, worse: str) -> None:
    finder = Finder(typed)
    assert 1 >= finder.score(better, "") > finder.score(worse, "star")


def test_finding_marks_beginnings_and_survives_odd_letters() -> None:
    assert Finder("up").spans("Undo up, cup") == [(5, 7)]
    assert Finder("up").spans("a cup") == [(3, 5)]
    assert Finder("(").spans("f(") == [(1, 2)]
    for odd in ("\\", "[/]", "İ", "ß", "\ud800", "*+?"):
        start, end = Finder(odd).spans(f"x{odd} y")[0]
        assert f"x{odd} y"[start:end] == odd


PLAIN = frozenset(("line", "rule", "thumb", "dot", "caret", "spinner", "more_left"))
"""Fields of `Glyphs` that are not explained: they look like another sign, or mean nothing."""


def test_every_sign_is_explained_or_means_nothing() -> None:
    explained = [field for field, _, _ in MEANINGS]
    assert sorted([*explained, *PLAIN]) == sorted(Glyphs._fields)


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
def test_each_sign_is_told_as_it_is_drawn(glyphs: Glyphs) -> None:
    told = {sign.name: sign.text for sign in legend(glyphs)}
    assert told["Starred"] == glyphs.starred and told["Trend"] == glyphs.spark
    assert all(told.values())
    if glyphs is UNICODE:
        assert told["Read"] == "blank"
