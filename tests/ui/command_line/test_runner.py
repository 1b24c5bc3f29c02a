"""A command that runs: told when it takes long, stopped by a key, and one at a time."""

from __future__ import annotations

import asyncio
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest

from reader.core.errors import ReaderError
from reader.ui.command_line.runner import BLINK, CommandRunner
from reader.ui.command_line.state import COMMAND, TypedCommand
from reader.ui.shell.commands import Candidate, Outcome, Suggested
from reader.ui.shell.state import Notices
from tests.ui.bench import Bench
from tests.ui.states import at


class Runner(Bench):
    """A runner over a shell of the test's."""

    def __init__(self) -> None:
        super().__init__(at("all"), {"changed": lambda: self.has_changed}, shell=self.make)
        self.ended = Event()
        self.done: list[object] = []
        self.has_changed: bool = True
        self.runner = CommandRunner(self.services)

    def make(self) -> Any:
        self.done.append("made")
        return SimpleNamespace(start=self.begin, suggest=self.suggest)

    def begin(self, words: tuple[str, ...], columns: int) -> Any:
        self.done += [words, columns]
        note = self.done.append
        return SimpleNamespace(wait=self.end, stop=lambda: note("stopped"), kill=lambda: note("killed"))

    def end(self) -> Outcome:
        self.ended.wait(30)
        return Outcome(0, "seen")

    def suggest(self, text: str) -> Suggested:
        return Suggested(0, (Candidate("count"),), text)

    @property
    def versions(self) -> tuple[int, int]:
        return self.model.state.marks_version, self.model.state.cache_version


async def test_one_command_runs_at_a_time_and_says_how_to_stop_it() -> None:
    bench = Runner()
    runner = bench.runner
    assert not runner.is_running and not runner.stop()
    runner.close()
    running = asyncio.create_task(runner.run(("count", "cats"), 80))
    await asyncio.sleep(0)
    assert runner.is_running and (bench.done, bench.begun) == (["made", ("count", "cats"), 80], [BLINK])
    with pytest.raises(ReaderError, match="count is running · esc stops it: commands run one at a time"):
        await runner.run(("list",), 80)
    bench.later[-1].act()
    assert (bench.model.state.activity, bench.model.state.notices.answer.text) == (
        "running count",
        "count is running · esc stops it",
    )
    assert runner.stop()
    runner.close()
    bench.ended.set()
    assert await running == Outcome(0, "seen")
    assert bench.done[3:] == ["stopped", "killed"] and not runner.is_running and not bench.later[-1].is_waiting
    assert (bench.model.state.activity, bench.model.state.notices) == ("", bench.model.state.notices.acted())
    assert bench.versions == (1, 1)
    # What was said meanwhile stays; what did not change is not read again.
    bench.has_changed = False
    bench.model.change(bench.model.state.change_notices(lambda _: Notices().answered("starred")))
    await runner.run(("list",), 80)
    assert (bench.model.state.notices.answer.text, bench.versions) == ("starred", (1, 1))
    assert bench.done.count("made") == 1


async def test_a_command_whose_reader_ends_is_killed() -> None:
    bench = Runner()
    running = asyncio.create_task(bench.runner.run(("count",), 80))
    await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    bench.ended.set()
    assert bench.done[-1] == "killed" and not bench.runner.is_running and not bench.later[-1].is_waiting


async def test_each_letter_asks_for_suggestions() -> None:
    bench = Runner()
    bench.runner.suggest(bench.model.state)
    assert bench.works == []
    bench.model.change(bench.model.state.put(COMMAND, TypedCommand("co")))
    bench.runner.suggest(bench.model.state)
    await bench.work()
    command = bench.model.state[COMMAND]
    assert command is not None and command.suggested == bench.suggest("co")
