"""The keyboard: which action each key runs, and which keys wait, are dropped or go to a widget."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from textual import events
from textual.app import App
from textual.events import Key

from reader.config import Settings
from reader.ui.kit.textual_fixes import take_keys
from reader.ui.shell import keyboard as module
from reader.ui.shell.keyboard import CHORD_HELP_SECONDS, POSTPONE_SECONDS, QUIT_WAIT_SECONDS, STILL_SECONDS, Keyboard
from reader.ui.shell.state import Prompt, State
from tests.ui.bench import Bench
from tests.ui.conftest import Opener
from tests.ui.stage import at, listing

# With an app


async def test_ctrl_c_says_which_key_quits(reader: Opener) -> None:
    async with reader() as r:
        await r.press("ctrl+c")
        assert r.status == "ctrl+q quits"
        await r.do("triage.begin")
        await r.press("ctrl+c")
        assert (r.context, r.status) == ("triage", "ctrl+q quits")


# Without a terminal

LIST = at("all").highlight(1)


class Desk(Bench):
    """A keyboard before a state."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, state: State = LIST, **settings: Any) -> None:
        self.now = 100.0
        monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: self.now))
        self.done: list[object] = []
        """The effects of keys: actions with their counts, and keys passed to widgets."""
        self.typed: list[str] | None = None
        super().__init__(
            state,
            settings=Settings(**settings),
            leave=lambda: self.done.append("leave"),
            perform=lambda id, count=None: self.done.append(id if count is None else (id, count)),
            forward=self.forward,
            take_text=self.take_text,
        )
        self.keyboard = Keyboard(self.app)
        self.chord_help, self.still, self.last_wait = self.later

    async def forward(self, key: Key) -> None:
        self.done.append(f"<{key.key}>")

    def take_text(self, _context: str, key: str, _character: str | None) -> bool:
        if self.typed is not None:
            self.typed.append(key)
        return self.typed is not None

    async def press(self, *keys: str) -> list[object]:
        """Press keys at once and return their effects."""
        self.done.clear()
        await self.keyboard.press(*(Key(key, key if len(key) == 1 else None) for key in keys))
        return self.done

    async def opened(self) -> Desk:
        await self.keyboard.begin()
        return self

    @property
    def prompt(self) -> Prompt:
        return self.model.state.prompt


async def test_keys_wait_until_the_reader_has_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(monkeypatch)
    assert await desk.press("s", "j") == []
    await desk.keyboard.begin()
    assert desk.done == ["paper.star", "move.down"]
    desk.app.is_leaving = True
    assert await desk.press("j") == []


async def test_equal_motions_are_one_and_others_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = await Desk(monkeypatch).opened()
    assert await desk.press(*"jjjkj") == [("move.down", 3), "move.up", "move.down"]
    assert await desk.press(*"5jj", "s", "s") == [("move.down", 6), "paper.star", "paper.star"]
    assert await desk.press("g", "g", "g", "t") == ["move.top", "view.latest"]


async def test_keys_for_papers_wait_until_the_list_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = await Desk(monkeypatch, LIST.await_list()).opened()
    assert await desk.press("/", "s", "j") == ["find.query"]
    assert await desk.press("ctrl+q") == [] and desk.last_wait.seconds == QUIT_WAIT_SECONDS
    desk.model.change(desk.model.state.with_list(listing("all")))
    await desk.keyboard.go_on()
    assert desk.done == ["paper.star", "move.down", "app.quit"]
    # The new list may be empty.
    desk = await Desk(monkeypatch, LIST.await_list()).opened()
    assert await desk.press("s", "x") == [] and desk.last_wait.seconds is None
    desk.model.change(desk.model.state.with_list(listing("all", papers=0)))
    await desk.keyboard.go_on()
    assert desk.done == ["<x>"]


async def test_the_key_that_quits_does_not_wait_long(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = await Desk(monkeypatch, LIST.await_list()).opened()
    assert await desk.press("s", "ctrl+q") == []
    desk.last_wait.act()
    assert desk.done == ["app.quit"]
    desk.last_wait.act()
    assert desk.done == ["app.quit"]


async def test_a_list_that_is_being_ranked_ignores_keys_for_papers(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = await Desk(monkeypatch, LIST.rank()).opened()
    assert await desk.press("s", "ga", "g", "a") == ["<ga>", "view.all"]
    assert desk.notice == "still ranking · esc goes back"


async def test_a_chord_shows_what_may_follow_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = await Desk(monkeypatch).opened()
    assert await desk.press("2", "g") == [] and (desk.prompt, desk.chord_help.seconds) == (Prompt(), CHORD_HELP_SECONDS)
    desk.chord_help.act()
    assert (desk.prompt.typed, desk.prompt.options[0]) == ("2g", ("t", "Latest"))
    assert await desk.press("escape") == [] and desk.prompt == Prompt()
    assert await desk.press("3") == []
    desk.chord_help.act()
    assert desk.prompt == Prompt((), "3")
    assert await desk.press("j") == [("move.down", 3)] and (desk.prompt, desk.chord_help.seconds) == (Prompt(), None)
    # A letter that leads nowhere is dropped.
    assert await desk.press("g", "z", "t") == ["view.latest"]


async def test_a_question_takes_its_letters_and_drops_others(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = await Desk(monkeypatch).opened()
    answers = list[str]()
    desk.keyboard.ask_letter("follow", [("a", "all"), ("b", "both")], answers.append)
    assert desk.prompt == Prompt((("a", "all"), ("b", "both"), ("esc", "back")), "follow")
    assert await desk.press("s") == [] and desk.prompt.typed == "s is none of these"
    assert await desk.press("b") == [] and answers == ["b"]
    assert desk.prompt == Prompt()
    for key in ("escape", "enter", "down"):
        desk.keyboard.ask_letter("go on", [("a", "all"), ("esc", "no")], answers.append)
        assert desk.prompt.options == (("a", "all"), ("esc", "no"))
        assert await desk.press(key) == []
    assert answers == ["b"] and await desk.press("s") == ["paper.star"]


async def test_typed_text_goes_to_the_line_that_takes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = await Desk(monkeypatch, LIST.open_query()).opened()
    assert await desk.press("s", "enter", "ctrl+x") == ["<s>", "query.accept", "<ctrl+x>"]
    desk.typed = []
    assert await desk.press("s", "enter") == [] and desk.typed == ["s", "enter"]


async def test_work_waits_for_held_keys_but_not_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = await Desk(monkeypatch).opened()
    done = list[str]()
    desk.keyboard.when_still(lambda: done.append("at once"))
    assert done == ["at once"]
    await desk.press("j")
    desk.keyboard.when_still(lambda: done.append("later"))
    desk.keyboard.when_still(lambda: done.append("never"))
    assert desk.still.seconds == pytest.approx(STILL_SECONDS)
    for _ in range(20):
        desk.now += STILL_SECONDS / 2
        await desk.press("j")
        desk.still.act()
    assert done == ["at once", "later"] and 20 * STILL_SECONDS / 2 > POSTPONE_SECONDS


async def test_a_burst_of_keys_yields_to_other_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = await Desk(monkeypatch).opened()
    turns = list[int]()

    async def forward(_key: Key) -> None:
        desk.now += 0.15
        desk.done.append("f9")
        asyncio.get_running_loop().call_soon(lambda: turns.append(len(desk.done)))

    desk.app.forward = forward
    await desk.press(*["f9"] * 5)
    await asyncio.sleep(0)
    assert turns[0] == 2 and len(turns) == 5


# Taking keys from the queue


async def test_keys_are_taken_up_to_the_end_of_the_queue() -> None:
    node: App[None] = App()
    for message in (events.Key("j", "j"), events.Key("k", "k"), None):
        node._message_queue.put_nowait(message)
    assert [key.key for key in await take_keys(node)] == ["j", "k"]
