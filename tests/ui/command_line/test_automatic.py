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
from reader.core.settings.tables import UserCommand, WatchedExport
from reader.ui.command_line.runner import AGAIN, EXPORT_AFTER, AutomaticCommands
from reader.ui.shell.commands import Outcome
from tests.table import each
from tests.ui.bench import Bench


class Desk(Bench):
    """A reader whose clock and processes are those of the test."""

    def __init__(self, **settings: Any) -> None:
        own = Settings(**{"exports": (WatchedExport("is:starred", "stars.bib"),), "on_star": "wc", **settings})
        shell = SimpleNamespace(start=self.run)
        super().__init__(
            library={"rows": self.rows, "changed": lambda: self.changed}, settings=own, shell=lambda: shell
        )
        self.changed: bool = False
        self.words: list[tuple[str, ...]] = []
        self.tasks: list[asyncio.Task[None]] = []
        self.may_start = Event()
        self.failure = ""
        self.alone = Lock()
        self.automatic = AutomaticCommands(self.services)

    @staticmethod
    def rows(pks: Sequence[PaperKey]) -> list[Any]:
        return [SimpleNamespace(id=f"p{pk}", starred=pk == 8, kept=pk != 9) for pk in pks]

    def start(self, _group: str, work: Callable[[], Awaitable[None]], *, exclusive: bool = False) -> None:
        async def watched() -> None:
            await work()

        self.tasks.append(asyncio.create_task(watched()))

    def run(self, words: tuple[str, ...], _columns: int) -> Any:
        assert self.alone.acquire(blocking=False), "two commands at once"
        self.may_start.wait()
        if self.failure:
            self.alone.release()
            raise ReaderError(self.failure)
        self.words.append(words)
        return SimpleNamespace(wait=self.ended)

    def ended(self) -> Outcome:
        self.alone.release()
        return Outcome(0)

    async def end(self) -> None:
        self.may_start.set()
        await asyncio.gather(*self.tasks)


def star(stage: Desk, *pks: int) -> None:
    stage.automatic.starring([cast(PaperKey, pk) for pk in pks])


async def test_commands_take_turns_also_while_one_is_being_started() -> None:
    stage = Desk()
    star(stage, 1)
    await asyncio.sleep(0)
    star(stage, 2)
    stage.later[0].act()
    star(stage, 3)
    await asyncio.sleep(0)
    await stage.end()
    given = [words[-2:] if words[0] == "pipe" else words for words in stage.words]
    assert given == [("wc", "p1"), ("p2", "p3"), ("export", "--watched")]


async def test_exports_whose_program_does_not_start_are_tried_again() -> None:
    stage = Desk()
    stage.failure = "The command could not be started"
    stage.later[0].act()
    await stage.end()
    assert (stage.told, stage.begun) == ([stage.failure], [AGAIN])
    assert stage.automatic.is_due


def test_the_end_of_the_reader_ends_its_command() -> None:
    stage, killed = Desk(), list[bool]()
    stage.automatic.close()
    stage.automatic._running = cast(Any, SimpleNamespace(kill=lambda: killed.append(True)))
    stage.automatic.close()
    assert killed == [True]


async def test_a_failure_is_told_once_and_what_a_command_changed_is_shown() -> None:
    stage = Desk()
    stage.may_start.set()
    stage.failure = "no wc"
    for failure in ("no wc", "no wc", "", "no wc"):
        stage.failure = failure
        star(stage, 1)
        await stage.end()
        stage.changed = not failure
    assert (stage.told, stage.model.state.cache_version) == (["no wc", "no wc"], 1)


@each(
    ("settings", "words"),
    [
        ({}, [("pipe", "--input", "json", "--", "wc", "p1", "p2")]),
        ({"on_star": ("wc", "-w x")}, [("pipe", "--input", "json", "--", "wc '-w x'", "p1", "p2")]),
        ({"on_star": "Send", "commands": (UserCommand("send", "true"),)}, [("pipe", "--", "Send", "p1", "p2")]),
        ({"on_star": ""}, []),
    ],
)
def test_papers_that_are_starred_go_to_the_users_program(
    settings: dict[str, Any], words: list[tuple[str, ...]]
) -> None:
    async def run() -> None:
        stage = Desk(**settings)
        # One is starred already, and one is not in the cache.
        star(stage, 1, 2, 8, 9, 1)
        await stage.end()
        assert stage.words == words

    asyncio.run(run())


async def test_exports_are_written_some_seconds_after_a_change_and_only_if_there_are_any() -> None:
    stage = Desk(exports=())
    stage.automatic.export_soon()
    assert (stage.begun, stage.automatic.is_due) == ([], False)
    stage = Desk()
    stage.automatic.export_soon()
    assert (stage.begun, stage.automatic.is_due) == ([EXPORT_AFTER], True)
    stage.later[0].act()
    # A change while they are written begins them again.
    stage.later[0].act()
    assert (stage.begun, len(stage.tasks)) == ([EXPORT_AFTER] * 2, 1)
    await stage.end()
    assert stage.words == [("export", "--watched")] and stage.automatic.is_due
