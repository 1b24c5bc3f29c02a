"""Marks are joined at the start, on quiet minutes and at the end; a failure is told once."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from reader.config import Settings
from reader.ui.refresh import sync as work
from reader.ui.refresh.state import UNJOINED
from reader.ui.refresh.sync import QUIET, START, GroupLook, Sync
from reader.ui.shell.commands import Outcome
from reader.ui.shell.handlers import Begins, Ends, Follows, find
from reader.ui.shell.services import Services
from reader.ui.shell.state import State
from tests.table import each

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


class Stage:
    """A reader whose clock and processes are those of the test."""

    def __init__(self, outcomes: Sequence[Outcome], folder: str = "shared", *, demo: bool = False) -> None:
        self.outcomes = list(outcomes)
        self.begun: list[float] = []
        self.works: list[Callable[[], Awaitable[None]]] = []
        self.told: list[str] = []
        self.words: list[tuple[str, ...]] = []
        self.killed = 0
        self.has_group = self.has_server = False
        self.model = SimpleNamespace(
            state=State(), show_news=lambda text, _kind: self.told.append(text), change=self.change
        )
        services = SimpleNamespace(
            model=self.model,
            background=SimpleNamespace(
                start=lambda _group, work: self.works.append(work),
                delayed=lambda _act: SimpleNamespace(begin=self.begun.append),
            ),
            settings=Settings(sync=folder),
            look=SimpleNamespace(demo=demo, is_still=False, now=lambda: NOON, keymap=None),
            library=SimpleNamespace(may_have_group=lambda: self.has_group, has_group_at_server=lambda: self.has_server),
            app=SimpleNamespace(shell=lambda: self),
        )
        self.services = cast(Services, services)
        self.sync = Sync(self.services)

    def start(self, words: tuple[str, ...], _columns: int) -> Any:
        self.words.append(words)
        return SimpleNamespace(wait=lambda: self.outcomes.pop(0), kill=self.kill)

    def change(self, state: State) -> None:
        self.model.state = state

    @property
    def unjoined(self) -> list[str]:
        """What the first line says can't be joined."""
        return [what for what, _ in self.model.state[UNJOINED]]

    def kill(self) -> None:
        self.killed += 1

    async def look(self) -> None:
        self.sync.look()
        await self.works.pop()()


async def test_it_looks_at_the_start_and_on_quiet_minutes_and_says_a_failure_once() -> None:
    stage = Stage([Outcome(0), Outcome(1, "", "dailypapers: gone\nmore"), Outcome(1, "", "gone\nmore"), Outcome(0)])
    sync = stage.sync
    sync.begin()
    assert (stage.begun, sync.is_due) == ([START], False)
    # A mark does not put off the first look.
    sync.marked(State())
    assert (stage.begun, sync.is_due) == ([START], True)
    await stage.look()
    assert (sync.is_due, stage.words, stage.begun[1:]) == (False, [("sync", "--quiet")], [QUIET])
    sync.marked(State())
    assert stage.begun[2:] == [QUIET]
    for _ in range(2):
        await stage.look()
    # Others still lack something.
    assert (stage.told, sync.is_due, stage.unjoined) == (["gone"], True, ["sync fails"])
    await stage.look()
    assert (sync.is_due, stage.unjoined) == (False, [])
    sync.look()
    sync.look()
    sync.close()
    assert (len(stage.works), stage.killed) == (1, 0)


async def test_what_was_skipped_is_said_once_and_is_no_failure() -> None:
    skipped = Outcome(0, "", "half a file")
    stage = Stage([skipped, skipped, Outcome(0), skipped])
    for _ in range(4):
        await stage.look()
    assert (stage.told, stage.unjoined, stage.sync.is_due) == (["half a file"] * 2, [], False)


async def test_a_server_that_is_listened_to_again_is_no_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "SETTLED", 0.0)
    ended = threading.Event()
    stage = Stage([Outcome(1, "", "down")], "postgresql://hub/a")
    await stage.look()
    assert (stage.unjoined, stage.words) == (["sync fails"], [("sync", "--quiet", "--watch")])
    stage.outcomes = cast(Any, SimpleNamespace(pop=lambda _place: ended.wait() and Outcome(-9, "", "", True)))
    stage.sync.look()
    running = asyncio.create_task(cast(Any, stage.works.pop()()))
    while stage.unjoined:
        await asyncio.sleep(0)
    ended.set()
    await running
    # One that was stopped after its hour begins again at once, and the next failure is told.
    assert stage.begun[-1] == START
    stage.outcomes = [Outcome(1, "", "down")]
    await stage.look()
    assert stage.told == ["down", "down"]


async def test_a_look_that_the_end_cuts_off_is_due() -> None:
    stage = Stage([])
    stage.sync.look()

    def wait() -> Outcome:
        stage.sync.look()
        assert stage.sync.is_due and not stage.works[1:]
        stage.sync.close()
        raise ValueError

    stage.outcomes = cast(Any, SimpleNamespace(pop=lambda _place: wait()))
    with pytest.raises(ValueError):
        await stage.works[0]()
    assert (stage.killed, stage.sync.is_due) == (1, True)


@each(("folder", "demo"), [("", False), ("shared", True)])
def test_without_a_folder_and_over_the_sample_nothing_happens(folder: str, demo: bool) -> None:
    stage = Stage([], folder, demo=demo)
    stage.sync.begin()
    stage.sync.marked(State())
    stage.sync.look()
    assert (stage.begun, stage.works, stage.sync.is_due) == ([], [], False)


async def test_a_server_is_listened_to() -> None:
    stage = Stage([Outcome(0)] * 2, "postgresql://hub.example/papers")
    await stage.look()
    assert stage.words == [("sync", "--quiet", "--watch")]
    stage.has_group = stage.has_server = True
    stage.sync = GroupLook(stage.services)
    await stage.look()
    assert stage.words[1:] == [("group", "look", "--quiet", "--watch")]


async def test_a_group_is_looked_at_once_there_is_one() -> None:
    stage = Stage([Outcome(0)], "")
    machines = stage.sync
    stage.sync = GroupLook(stage.services)
    stage.sync.marked(State())
    assert machines.words == ("sync", "--quiet") and not stage.begun
    stage.has_group = True
    stage.sync.marked(State())
    assert stage.sync.is_due
    await stage.look()
    assert (stage.words, stage.sync.is_due) == ([("group", "look", "--quiet")], False)


def test_what_calls_the_look_at_machines_calls_that_at_a_group() -> None:
    stage = Stage([])
    stage.has_group = True
    look = GroupLook(stage.services)
    for role in (Begins, Follows, Ends):
        assert len(list(find(role, [look]))) == 1
    ((_, begin),) = find(Begins, [look])
    begin()
    assert stage.begun == [START]
