"""Help."""

from __future__ import annotations

import threading
from itertools import chain

import pytest

from reader.commands.line.shell import ReaderShell
from reader.keys.actions import CONTEXTS, MENU, Context
from reader.keys.keymap import Keymap
from reader.ui.help import (
    FIRST,
    FoundPane,
    HelpRow,
    first_lines,
    first_rows,
    found_lines,
    manual_sections,
    sections,
)
from reader.ui.kit.glyphs import MEANINGS, Glyphs
from reader.ui.page.state import close_page
from reader.ui.shell.commands import PAGES, Manual, ManualPage
from reader.ui.shell.layout import USUAL
from tests.table import each
from tests.ui.conftest import Opener
from tests.ui.driver import WAIT_SECONDS
from tests.ui.stage import text, texts, watch_paints

# Help

MANUAL: Manual = (
    (PAGES, (("queries", "One language for all."), ("mail", "What is new."))),
    ("Signs", (("★ #", "Starred: Kept in the Starred view."),)),
    ("Settings", (("theme", "Colours: dark, light or a theme of Textual."),)),
)


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
        assert all(row.name in text(line) for row, line in zip(rows, lines, strict=True))


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


def test_own_keys_are_shown_and_a_default_says_which_key_it_has_lost_here() -> None:
    keymap = Keymap(overrides={"paper.star": "$", "paper.hide": "", "find.add": "S", "paper.read": "g"})
    rows = {
        context: {row.name: row for part in sections(keymap, context, "") for rows in part.values() for row in rows}
        for context in CONTEXTS
    }
    for context, name, keys, end in (
        ("list", "Star", "$", "Your own key."),
        ("list", "Hide", "-", "Your own key."),
        ("list", "Undo", "u", ""),
        ("list", "Best first", "-", "S is yours for Add a paper."),
        ("list", "Top", "home", "g is yours for Read or unread."),
        ("filter", "Best first", "S", ""),
        ("query", "Command line", "ctrl+p", ""),
    ):
        row = rows[context][name]
        assert (row.keys, row.about.partition(". ")[2]) == (keys, end), name


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


# Lines

ROWS = [
    HelpRow("j k", "Down, up", "Go to the next paper or line; 5j goes five down."),
    HelpRow("g", "Go to", "Latest, For you, Queue, Starred, All, Date"),
]
FOUND = {
    "Marks": [
        HelpRow("s", "Star", "Keep this paper in the Starred view; press again to remove it."),
        HelpRow("shift+down alt+j", "Later", "Move it down."),
    ],
    "None": [],
    "Pages  of the manual": [HelpRow("queries", "", "One language for the search line and the filter.", "queries")],
}


def test_the_first_lines_lose_their_sentences_where_there_is_no_room() -> None:
    go_to = "g    Go to     Latest, For you, Queue, Starred, All, Date"
    assert texts(first_lines(ROWS, 76, "…")) == [f"j k  Down, up  {ROWS[0].about}", go_to]
    assert texts(first_lines(ROWS, 75, "…")) == ["j k  Down, up", go_to]
    assert texts(first_lines(ROWS, 40, "…")) == ["j k  Down, up", "g    Go to     Latest, For you, Queue,…"]
    long = [HelpRow("f", "Far", f"{'a ' * 50}; b")]
    assert texts(first_lines(long, 120, "…")) == [f"f  Far  {'a ' * 45}a…"]
    assert texts(first_lines([], 80, "…")) == []


def test_found_lines_have_their_keys_in_a_column_or_above() -> None:
    assert texts(found_lines(FOUND, "star line", 46)) == [
        "MARKS",
        "s  Star  Keep this paper in the Starred view;",
        "   press again to remove it.",
        "shift+down alt+j",
        "   Later  Move it down.",
        "",
        "PAGES  of the manual",
        "queries  One language for the search line and",
        "         the filter.",
        "",
    ]
    assert texts(found_lines({"Pages": FOUND["Pages  of the manual"]}, "", 20))[:3] == [
        "PAGES",
        "queries",
        "        One language",
    ]
    _, star, *_, page, _, _ = found_lines(FOUND, "star line", 46)
    assert [piece.text for piece in star if piece.hit] == ["Star", "Starred"]
    assert [(piece.text, piece.action) for piece in page if piece.action] == [("queries", ("page", "queries"))]
    assert texts(found_lines({"None": []}, " zebra ", 40)) == ["Nothing in the help matches zebra"]
    every = {**sections(Keymap(), "list", "")[0], **manual_sections(MANUAL, "")}
    for width in (22, 58, 198):
        lines = texts(found_lines(every, "", width))
        whole = " ".join(" ".join(lines).split())
        assert max(map(len, lines)) <= width and "SIGNS" in lines
        assert all(" ".join(row.about.split()) in whole for rows in every.values() for row in rows) or width == 22


# The screen


async def test_typing_searches_and_escape_walks_back(reader: Opener) -> None:
    async with reader(size=(60, 20)) as r:
        await r.do("app.help")
        first = [line.rstrip() for line in r.lines]
        assert first[0] == " Keys in the list" and first[-1] == " ? or type to search all  enter open a page  esc close"
        await r.press(*"thel")
        assert r.lines[0].rstrip() == " /thel▏"
        await r.press("backspace", *"me")
        assert any(line.startswith(' theme = "auto"  Colours') for line in r.lines)
        assert r.lines[-1].rstrip() == " enter keep  esc back"
        await r.press(*"[/x")
        assert r.lines[2].rstrip() == " Nothing in the help matches theme[/x"
        await r.press("escape")
        assert [line.rstrip() for line in r.lines] == first
        await r.press("escape")
        assert r.context == "list"


async def test_a_second_question_mark_shows_all_and_enter_makes_keys_of_letters(
    reader: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with reader(size=(80, 24)) as r:
        # The keys are pressed before the help is on the screen.
        await r.burst("?", "?", "j", "q", "?")
        assert r.lines[0].rstrip() == " /jq?▏"
        await r.press(*["backspace"] * 3, "down", "enter", "j", "5", "j", "k")
        assert r.lines[0].rstrip() == " /"
        pane = r.widget("FoundPane")
        assert isinstance(pane, FoundPane) and pane.scroll_offset.y == 5
        painted = watch_paints(pane, monkeypatch)
        pane.scroll_lines(-1)
        assert painted[-1] == -1
        await r.press("g", "g")
        assert pane.scroll_offset.y == 0
        await r.press("end")
        assert pane.scroll_offset.y == pane.max_scroll_y > 100
        await r.press("q", "g", "q")
        assert r.lines[0].rstrip() == " /gq▏", "letters that are no keys begin a search"
        await r.press("escape", "q")
        assert r.context == "list"


async def test_enter_waits_for_the_pages_and_opens_the_first_one(
    reader: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The manual is read before the screen has its size, or long after it; meanwhile the user may have left.
    read, page = threading.Event(), threading.Event()

    def late_page(_shell: object, name: str) -> ManualPage:
        assert page.wait(WAIT_SECONDS)
        return ManualPage(name, lambda _width: ())

    monkeypatch.setattr(ReaderShell, "manual", lambda _shell: MANUAL if read.wait(WAIT_SECONDS) else ())
    monkeypatch.setattr(ReaderShell, "page", late_page)
    async with reader(size=(60, 24)) as r:
        await r.begin("?", "enter")
        assert r.context == "help"
        read.set()
        page.set()
        await r.rest()
        assert r.context == "output" and "queries" in r.lines[0]
        await r.press("q", "q")
        await r.burst("?", "enter")
        assert r.context == "output" and "queries" in r.lines[0]
        page.clear()
        await r.press("q")
        await r.begin("enter", "q")
        page.set()
        await r.rest()
        assert r.context == "list"


async def test_the_help_lists_five_pages_and_names_the_others(reader: Opener) -> None:
    async with reader(size=(120, 40)) as r:
        await r.do("app.help")
        lines = [line.strip() for line in r.lines]
        at = lines.index(next(line for line in lines if line.startswith(":help PAGE")))
        assert [line.split()[0] for line in lines[at - 5 : at]] == [
            *("reading", "choosing", "queries", "views", "settings")
        ]
        assert lines[at].split("PAGE")[1].strip() == (
            "trouble, feeds, import-export, scripts, sync, agents, extensions"
        )


async def test_enter_opens_the_page_under_the_cursor(reader: Opener) -> None:
    async with reader(size=(60, 24)) as r:
        await r.do("app.help")
        pane = r.widget("FoundPane")
        assert isinstance(pane, FoundPane)
        name = pane.current[1]
        await r.press("enter")
        assert r.context == "output" and name in r.lines[0]
        await r.press("q", "j", "enter")
        assert r.context == "output" and name not in r.lines[0]
        await r.press("q", "k", "k", "enter")
        assert r.context == "output" and name in r.lines[0], "above the pages are keys, which the cursor passes over"
        await r.press("q")
        await r.press(*"trouble", "enter", "enter")
        assert r.context == "output"
        # Once the search is left, enter opens a page again.
        await r.press("q", "escape", "enter")
        assert r.context == "output" and name in r.lines[0]


PLAIN = frozenset(("line", "rule", "thumb", "dot", "caret", "spinner", "more_left"))
"""Fields of `Glyphs` without an explanation: decorations, and signs that look like another."""


def test_every_sign_is_explained_or_means_nothing() -> None:
    explained = [field for field, _, _ in MEANINGS]
    assert sorted([*explained, *PLAIN]) == sorted(Glyphs._fields)


# Stories


async def test_an_action_without_anything_to_show_is_not_offered(reader: Opener) -> None:
    async with reader() as r:
        await r.press("?", "?", *"saved view")
        assert not any(line.startswith("  Saved view ") for line in r.lines)
        await r.press("escape", "escape", ":", *"saved view")
        assert not any("Saved view " in line for line in r.lines)
        await r.press("escape")
        await r.do("view.saved")
        assert "view save NAME" in r.status


async def test_hints_lines_and_panes_take_clicks(reader: Opener, browser: list[str]) -> None:
    async with reader(size=(140, 42)) as r:
        await r.click("#status", r.lines[-1].index("s star"))
        assert r.here.starred
        await r.click("#filter", 4, r.filter_lines.index("Starred 1"))
        assert r.view == "starred"
        assert len(r.ids) == 1
        await r.click("#top", 60)
        assert r.context == "query"
        await r.do("query.cancel")
        line, text = next((at, line) for at, line in enumerate(r.lines) if "feed · PDF" in line)
        await r.click(r.app.screen, text.index("feed ·"), line)
        assert browser == ["https://huggingface.co/papers/2605.00400"]
    async with reader(size=(80, 24), query="topic:agents") as r:
        await r.click("#strip", 3)
        assert r.context == "filter"


async def test_every_key_that_is_shown_can_be_clicked(reader: Opener) -> None:
    """A phone's keyboard has no Escape, no Tab and no Ctrl."""
    async with reader(size=(80, 24)) as r:

        async def tap(words: str) -> None:
            line, text = next((at, line) for at, line in enumerate(r.lines) if words in line)
            await r.click(r.app.screen, text.index(words), line)

        await r.do("app.help")
        await r.until(lambda: "esc close" in r.screen)
        await tap("? or type to search all")
        await r.until(lambda: "esc back" in r.screen)
        await tap("enter keep")
        await tap("pgdn page")
        await r.until(lambda: "Read or unread" not in r.screen)
        await tap("esc back")
        await tap("esc close")
        await r.until(lambda: r.context == "list")
        await r.do("paper.note")
        await r.type("by hand")
        await tap("esc keep")
        await r.until(lambda: r.context == "list" and r.here.has_note)
        await r.search("topic:robo")
        await r.until(lambda: "tab" in r.advice)
        await tap("tab")
        await r.until(lambda: r.main.query_line.text == "topic:robotics ")
        await tap("ctrl+a")
        await r.until(lambda: "back to Latest" in r.advice)
        await r.do("query.cancel", "read.why")
        await tap("esc close")
        await r.until(lambda: r.context == "list")


@pytest.mark.long
async def test_no_key_ends_the_reader_but_those_that_say_so(reader: Opener, browser: list[str]) -> None:
    ways: dict[Context, tuple[str, ...]] = {"list": (), "page": ("read.open",), "filter": ("find.filter",)}
    ends = ("app.quit", "app.back", "app.refresh", "app.sample")
    async with reader(query="is:unread", size=(140, 16)) as r:
        for context, way in ways.items():
            bound = r.app.keymap.resolve(context).values()
            actions = [action.id for action in bound if action.id not in ends and not action.repeatable]
            for action_id in dict.fromkeys(actions):
                if r.context != context:
                    r.app.model.change(close_page(r.app.model.state).choose_panes(USUAL))
                    await r.press("escape")
                    await r.burst("escape", "escape", *"gaF")
                    await r.do(*way)
                assert r.context == context, (action_id, r.screen)
                await r.do(action_id)
                assert r.app.is_running, action_id
    assert browser
