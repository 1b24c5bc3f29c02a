"""Help: one screen of the keys that matter here, and a search over everything else."""

from __future__ import annotations

from itertools import chain

import pytest
from textual.app import App

from reader.keys.actions import CONTEXTS, MENU
from reader.keys.keymap import Keymap
from reader.ui.help.screen import (
    FIRST,
    Finder,
    HelpScreen,
    first_lines,
    first_rows,
    found_lines,
    manual_sections,
    sections,
)
from reader.ui.kit.glyphs import MEANINGS, Glyphs
from reader.ui.looks.theme import DEFAULTS, THEMES, stylesheets
from reader.ui.shell.commands import PAGES, Manual
from tests.table import each

MANUAL: Manual = (
    (PAGES, (("queries", "One language for all."), ("mail", "What is new."))),
    ("Signs", (("★ #", "Starred: Kept in the Starred view."),)),
    ("Settings", (("theme", "Colours: dark, light or a theme of Textual."),)),
)


async def read_manual() -> Manual:
    return MANUAL


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


def drawn(app: App[None]) -> list[str]:
    """The lines of the terminal."""
    strips = app.screen._compositor.render_strips()
    return ["".join(segment.text for segment in strip).rstrip() for strip in strips]


# The first screen


@each(("width", "height"), [(60, 20), (80, 24)])
@each("preset", [{}, {"view.latest": "T", "paper.star": "$"}])
def test_the_first_screen_of_every_place_fits(width: int, height: int, preset: dict[str, str]) -> None:
    keymap = Keymap(overrides=preset)
    for context in CONTEXTS:
        rows = first_rows(keymap, context)
        assert 0 < len(rows) <= FIRST
        # A title, an empty line, and the keys of help stand around them.
        lines = first_lines(rows, width - 2, "…")
        assert len(lines) + 3 <= height
        assert all(row.name in "".join(piece.text for piece in line) for row, line in zip(rows, lines, strict=True))


def test_the_first_screen_has_the_users_own_keys_and_only_what_there_is() -> None:
    rows = {row.name: row for row in first_rows(Keymap(overrides={"paper.star": "$"}), "list", ("view.saved",))}
    assert (rows["Star"].keys, rows["Go to"].keys) == ("$", "g")
    assert rows["Go to"].about == "Latest, For you, Queue, Starred, All, Date"
    assert rows["Older day, newer day"].keys == "[ ]"
    assert "Go to" not in {row.name for row in first_rows(Keymap(), "list", MENU)}


# What a search finds


def test_a_search_has_all_keys_those_of_this_place_first() -> None:
    keymap = Keymap()
    for context in CONTEXTS:
        here, elsewhere = sections(keymap, context, "")
        names = {row.name for rows in here.values() for row in rows}
        assert names == {action.name for action in keymap.actions if context in action.contexts}
        assert sum(map(len, (*here.values(), *elsewhere.values()))) == len(keymap.actions)


def test_own_keys_are_shown_and_marked() -> None:
    keymap = Keymap(overrides={"paper.star": "$", "paper.hide": ""})
    rows = {row.name: row for rows in sections(keymap, "list", "")[0].values() for row in rows}
    assert rows["Star"].keys == "$"
    assert rows["Star"].about.endswith("Your own key.")
    assert rows["Hide"].keys == "-"
    assert not rows["Undo"].about.endswith("Your own key.")


def test_a_default_says_which_key_it_has_lost_here() -> None:
    keymap = Keymap(overrides={"find.add": "S", "paper.read": "g"})
    rows = {
        context: {row.name: row for part in sections(keymap, context, "") for rows in part.values() for row in rows}
        for context in CONTEXTS
    }
    assert rows["list"]["Best first"].keys == "-"
    assert rows["list"]["Best first"].about.endswith(" S is yours for Add a paper.")
    assert rows["list"]["Top"].about.endswith(" g is yours for Read or unread.")
    assert rows["filter"]["Best first"].keys == "S"
    assert not rows["filter"]["Best first"].about.endswith("Add a paper.")


def test_only_keys_that_act_here_are_shown_for_here() -> None:
    rows = {row.name: row for rows in sections(Keymap(), "query", "")[0].values() for row in rows}
    assert rows["Palette"].keys == "ctrl+p"


def test_every_typed_word_narrows_and_a_key_comes_first() -> None:
    def found(typed: str) -> list[list[str]]:
        here, elsewhere = sections(Keymap(), "list", typed)
        return [[row.name for row in rows] for rows in (*here.values(), *elsewhere.values())]

    assert [*chain(*found("unread next"))] == ["Read on", "Next hit"]
    assert not any(found("nosuchword"))
    first, *rest = found("x")
    assert first[:2] == ["Hide", "Exclude"] and "Hide" not in chain(*rest)


def test_signs_and_the_manual_are_found_by_what_they_say() -> None:
    for typed in ("★", "kept", "signs starred"):
        assert [row.keys for row in manual_sections(MANUAL, typed)["Signs"]] == ["★ #"]
    assert manual_sections(MANUAL, "theme textual")["Settings"][0].keys == "theme"
    assert not any(manual_sections(MANUAL, "nosuchword").values())


@each("width", [22, 58, 78, 198])
def test_no_line_of_a_search_is_wider_than_the_screen_and_nothing_is_left_out(width: int) -> None:
    found = {**sections(Keymap(), "list", "")[0], **manual_sections(MANUAL, "")}
    lines = ["".join(piece.text for piece in line) for line in found_lines(found, "", width)]
    assert max(map(len, lines)) <= width
    text = " ".join(" ".join(lines).split())
    assert all(" ".join(row.about.split()) in text for rows in found.values() for row in rows) or width == 22
    assert "Signs".upper() in lines


# The screen


@pytest.mark.parametrize("theme", ["dark", "ansi"])
async def test_typing_searches_and_escape_walks_back(theme: str) -> None:
    screen = HelpScreen(Keymap(), "list", read_manual=read_manual)
    app = Harness(screen, theme)
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        first = drawn(app)
        assert first[0] == " Keys in the list" and first[-1] == " ? or type to search all  enter open a page  esc close"
        await pilot.press(*"thel")
        assert drawn(app)[0] == " /thel▏"
        await pilot.press("backspace", *"me")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert any(line.startswith(" theme  Colours") for line in drawn(app))
        assert drawn(app)[-1] == " enter keep  esc back"
        await pilot.press(*"[/x")
        assert " Nothing in the help matches theme[/x" in drawn(app)
        await pilot.press("escape")
        assert drawn(app) == first
        await pilot.press("escape")
        assert not screen.is_current


async def test_a_second_question_mark_shows_all_and_enter_makes_keys_of_letters() -> None:
    screen = HelpScreen(Keymap(), "list", read_manual=read_manual)
    app = Harness(screen)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("?")
        assert drawn(app)[0] == " /▏" and "SIGNS" not in drawn(app)
        await pilot.press("j", "q", "?")
        assert drawn(app)[0] == " /jq?▏"
        await pilot.press(*["backspace"] * 3, "down", "enter", "j", "5", "j", "k")
        assert drawn(app)[0] == " /"
        assert screen._found.at == 5
        await pilot.press("g", "g")
        assert screen._found.scroll_offset.y == 0
        await pilot.press("end")
        assert screen._found.scroll_offset.y == screen._found.max_scroll_y > 100
        await pilot.press("q", "q")
        assert not screen.is_current


async def test_enter_opens_the_page_under_the_cursor() -> None:
    opened: list[str] = []

    async def show_page(name: str) -> None:
        opened.append(name)

    screen = HelpScreen(Keymap(), "list", read_manual=read_manual, show_page=show_page)
    app = Harness(screen)
    async with app.run_test(size=(60, 20)) as pilot:
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert drawn(app)[-2] == " queries         One language for all."
        await pilot.press("enter", "j", "enter", "k", "k", "enter")
        await app.workers.wait_for_complete()
        # Above the pages are keys, which enter does not open.
        assert opened == ["queries", "mail"]
        await pilot.press(*"new", "enter", "enter")
        await app.workers.wait_for_complete()
        assert opened == ["queries", "mail", "mail"]
        # Once the search is left, enter opens a page again.
        await pilot.press(*"new", "escape", "enter")
        await app.workers.wait_for_complete()
        assert opened == ["queries", "mail", "mail", "queries"]


# Finding


@each(
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


PLAIN = frozenset(("line", "rule", "thumb", "dot", "caret", "spinner", "more_left"))
"""Fields of `Glyphs` that are not explained: they look like another sign, or mean nothing."""


def test_every_sign_is_explained_or_means_nothing() -> None:
    explained = [field for field, _, _ in MEANINGS]
    assert sorted([*explained, *PLAIN]) == sorted(Glyphs._fields)
