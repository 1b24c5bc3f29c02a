"""Help."""

from __future__ import annotations

import pytest

from reader.keys.actions import CONTEXTS, QUOTED_FOOTER, Context
from reader.keys.keymap import Keymap
from reader.ui.help import (
    MAX_ROWS,
    HelpRow,
    KeysPane,
    first_lines,
    first_rows,
)
from reader.ui.kit.glyphs import MEANINGS, Glyphs
from reader.ui.page.state import close_page
from reader.ui.shell.layout import USUAL
from tests.table import each
from tests.ui.conftest import Opener
from tests.ui.stage import text, texts

# The first screen


@each(("width", "height"), [(60, 20), (80, 24)])
@each("preset", [{}, {"view.latest": "T", "paper.star": "$"}])
def test_the_first_screen_of_every_place_fits(width: int, height: int, preset: dict[str, str]) -> None:
    keymap = Keymap(overrides=preset)
    for context in CONTEXTS:
        rows = first_rows(keymap, context)
        assert 0 < len(rows) <= MAX_ROWS
        # A title, an empty line, and the keys of help stand around them.
        lines = first_lines(rows, width - 2, "…")
        assert len(lines) + 3 <= height
        assert all(row.name in text(line) for row, line in zip(rows, lines, strict=True))


def test_the_first_screen_has_the_users_own_keys() -> None:
    rows = {row.name: row for row in first_rows(Keymap(overrides={"paper.star": "$"}), "list")}
    assert (rows["Star"].keys, rows["Go to"].keys) == ("$", "g")
    assert rows["Go to"].about == "Latest, For you, Queue, Starred, All, Date, Saved view"
    assert rows["Older day, newer day"].keys == "[ ]"
    selected = [row.keys for row in first_rows(Keymap(), "text", QUOTED_FOOTER)]
    assert selected[:4] == ["c", "e", "y", "v"]


async def test_the_help_begins_with_the_keys_for_what_is_selected(reader: Opener) -> None:
    async with reader(size=(80, 24)) as r:
        await r.do("select.paper", "app.help")
        await r.until(lambda: "esc close" in r.screen)
        assert [line.split()[:2] for line in r.lines[2:5]] == [["m", "Read"], ["s", "Star"], ["b", "Queue"]]
        assert any(line.split()[:2] == ["Y", "Copy"] for line in r.lines)


ROWS = [
    HelpRow("j k", "Down, up", "Go to the next paper or line; 5j goes five down."),
    HelpRow("g", "Go to", "Latest, For you, Queue, Starred, All, Date"),
]


def test_the_first_lines_lose_their_sentences_where_there_is_no_room() -> None:
    go_to = "g    Go to     Latest, For you, Queue, Starred, All, Date"
    assert texts(first_lines(ROWS, 76, "…")) == [f"j k  Down, up  {ROWS[0].about}", go_to]
    assert texts(first_lines(ROWS, 75, "…")) == ["j k  Down, up", go_to]
    assert texts(first_lines(ROWS, 40, "…")) == ["j k  Down, up", "g    Go to     Latest, For you, Queue,…"]
    long = [HelpRow("f", "Far", f"{'a ' * 50}; b")]
    assert texts(first_lines(long, 120, "…")) == [f"f  Far  {'a ' * 45}a…"]
    assert texts(first_lines([], 80, "…")) == []


# The screen


async def test_the_help_opens_and_closes(reader: Opener) -> None:
    async with reader(size=(60, 20)) as r:
        # The keys are pressed before the help is on the screen.
        await r.burst("?", "q", "?")
        await r.until(lambda: "enter open a page" in r.screen)
        assert r.lines[0].rstrip() == " Keys in the list"
        assert r.lines[-1].rstrip() == " ? search all  enter open a page  esc close"
        await r.press("escape")
        assert r.context == "list"


async def test_a_second_question_mark_finds_keys_of_all_places_and_entries_of_the_manual(reader: Opener) -> None:
    async with reader(size=(80, 24)) as r:
        await r.burst("?", "?", *"exclude")
        assert r.context == "command"
        await r.until(lambda: "Exclude" in r.screen and "in the filter: " in r.screen)
        await r.press("enter")
        assert r.context == "list" and r.status == "exclude works in the filter"
        await r.press(":", *"colours theme auto")
        await r.until(lambda: 'theme = "auto"' in r.screen)
        await r.press("enter")
        await r.until(lambda: r.context == "output")
        assert r.lines[0].rstrip() == " dailypapers help settings"


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
        pane = r.widget("KeysPane")
        assert isinstance(pane, KeysPane)
        name = pane.current
        await r.press("enter")
        assert r.context == "output" and name in r.lines[0]
        await r.press("q", "j", "enter")
        assert r.context == "output" and name not in r.lines[0]
        await r.press("q", "k", "k", "enter")
        assert r.context == "output" and name in r.lines[0], "above the pages are keys, which the cursor passes over"


PLAIN = frozenset(("line", "rule", "thumb", "dot", "caret", "spinner", "more_left"))
"""Fields of `Glyphs` without an explanation: decorations, and signs that look like another."""


def test_every_sign_is_explained_or_means_nothing() -> None:
    explained = [field for field, _, _ in MEANINGS]
    assert sorted([*explained, *PLAIN]) == sorted(Glyphs._fields)


# Stories


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


async def test_every_key_that_is_shown_can_be_clicked(reader: Opener) -> None:
    """A phone's keyboard has no Escape, no Tab and no Ctrl."""
    async with reader(size=(80, 24)) as r:

        async def tap(words: str) -> None:
            line, text = next((at, line) for at, line in enumerate(r.lines) if words in line)
            await r.click(r.app.screen, text.index(words), line)

        await r.do("app.help")
        await r.until(lambda: "esc close" in r.screen)
        await tap("? search all")
        await r.until(lambda: r.context == "command")
        await r.do("command.cancel", "app.help")
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
        await r.do("query.accept")
        await tap("ctrl+a")
        await r.until(lambda: "back to Latest" in r.lines[-1])
        await r.do("read.why")
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
