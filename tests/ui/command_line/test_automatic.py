"""Commands that run by themselves take turns, and what waits meanwhile is done together."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from threading import Event, Lock
from types import SimpleNamespace
from typing import Any, cast

from reader.config import Settings
from reader.core.errors import ReaderError
from reader.core.paper_row import PaperKey
from reader.core.settings.tables import WatchedExport
from reader.ui.command_line.runner import AGAIN, AutomaticCommands
from reader.ui.shell.commands import Outcome
from reader.ui.shell.services import Services


class Stage:
    """A reader whose clock and processes are those of the test."""

    def __init__(self) -> None:
        self.begun: list[float] = []
        self.told: list[str] = []
        self.words: list[tuple[str, ...]] = []
        self.tasks: list[asyncio.Task[None]] = []
        self.may_start = Event()
        self.failure = ""
        self.alone = Lock()
        services = SimpleNamespace(
            model=SimpleNamespace(show_news=lambda text, _kind: self.told.append(text)),
            library=SimpleNamespace(rows=self.rows, changed=lambda: False),
            background=SimpleNamespace(
                start=self.begin, delayed=lambda act: SimpleNamespace(begin=self.begun.append, act=act)
            ),
            settings=Settings(exports=(WatchedExport("is:starred", "stars.bib"),), on_star="wc"),
            look=SimpleNamespace(demo=False, keymap=None),
            app=SimpleNamespace(shell=lambda: self),
        )
        self.automatic = AutomaticCommands(cast(Services, services))

    @staticmethod
    def rows(pks: Sequence[PaperKey]) -> list[Any]:
        return [SimpleNamespace(id=f"p{pk}", starred=False, kept=True) for pk in pks]

    def begin(self, _group: str, work: Callable[[], Awaitable[None]]) -> None:
        async def watched() -> None:
            await work()

        self.tasks.append(asyncio.create_task(watched()))

    def start(self, words: tuple[str, ...], _columns: int) -> Any:
        assert self.alone.acquire(blocking=False), "two commands at once"
        self.may_start.wait()
        if self.failure:
            self.alone.release()
            raise ReaderError(self.failure)
        self.words.append(words)
        return SimpleNamespace(wait=self.wait)

    def wait(self) -> Outcome:
        self.alone.release()
        return Outcome(0)

    async def end(self) -> None:
        self.may_start.set()
        await asyncio.gather(*self.tasks)


def star(stage: Stage, *pks: int) -> None:
    stage.automatic.starring([cast(PaperKey, pk) for pk in pks])


async def test_commands_take_turns_also_while_one_is_being_started() -> None:
    stage = Stage()
    star(stage, 1)
    await asyncio.sleep(0)
    star(stage, 2)
    cast(Any, stage.automatic.delay).act()
    star(stage, 3)
    await asyncio.sleep(0)
    await stage.end()
    given = [words[-2:] if words[0] == "pipe" else words for words in stage.words]
    assert given == [("wc", "p1"), ("p2", "p3"), ("export", "--watched")]


async def test_exports_whose_program_does_not_start_are_tried_again() -> None:
    stage = Stage()
    stage.failure = "The command could not be started"
    cast(Any, stage.automatic.delay).act()
    await stage.end()
    assert (stage.told, stage.begun) == ([stage.failure], [AGAIN])
    assert stage.automatic.is_due
