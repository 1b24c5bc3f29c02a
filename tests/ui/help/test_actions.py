"""Getting about: help and commands, the mouse, chords, and the ways back and out."""

from __future__ import annotations

import pytest

from reader.keys.actions import Context
from reader.ui.page.state import close_page
from reader.ui.shell.layout import USUAL
from tests.tiers import rest_long
from tests.ui.conftest import Opener


async def test_news_waits_until_help_is_closed(reader: Opener) -> None:
    async with reader() as r:
        await r.do("find.filter", "app.help")
        assert r.lines[0].strip() == "Keys in the filter"
        r.app.model.show_news("r tries again")
        await r.rest()
        assert "tries again" not in r.lines[-1]
        await r.press("q")
        assert r.context == "filter" and "r tries again" in r.lines[-1]


async def test_what_has_nothing_to_show_is_not_offered_and_says_how_to_get_it(reader: Opener) -> None:
    async with reader() as r:
        lacking = {"Group", "Saved view", "Weights", "Replaced", "Changed"}
        for action in ("app.help", "app.commands"):
            await r.do(action)
            await r.press(*"?" if action == "app.help" else ())
            for name in lacking:
                await r.type(name.lower())
                assert not any(line.startswith((f"  {name} ", f"  {name}  ")) for line in r.lines), (action, name)
                await r.press(*["backspace"] * len(name))
            await r.press("escape", "escape")
        await r.do("view.saved")
        assert "view save NAME" in r.status


@pytest.mark.parametrize(
    "place",
    rest_long(["read.open", "find.filter", "find.query", "app.help", "app.commands"], ["find.query", "app.help"]),
)
async def test_ctrl_q_leaves_from_everywhere(reader: Opener, place: str) -> None:
    async with reader() as r:
        await r.do(place)
        await r.press("ctrl+q")
        assert not r.app.is_running
        assert r.file.with_name("state.json").exists()


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
        await r.do("query.cancel", "day.go")
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
