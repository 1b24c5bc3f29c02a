"""Marks are synchronized at the start, in quiet minutes and at the end; a failure is reported once."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from reader.config import Settings
from reader.core.errors import CacheError, ReaderError
from reader.ui.command_line.actions import CommandRunner
from reader.ui.refresh import changes as work
from reader.ui.refresh.changes import SYNC_DELAY_SECONDS, SYNC_QUIET_SECONDS, CacheWatch, SettingsWatch, Sync
from reader.ui.refresh.state import REFRESH, SYNC_FAILING
from reader.ui.shell.commands import Outcome
from reader.ui.shell.keyboard import Keyboard
from reader.ui.shell.state import State
from tests.table import each
from tests.ui.bench import Bench
from tests.ui.stage import look

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


class Joining(Bench):
    """Services with a fake clock and fake processes."""

    def __init__(self, outcomes: Sequence[Outcome], folder: str = "shared", *, demo: bool = False) -> None:
        moving = look()._replace(demo=demo, is_still=False, now=lambda: NOON)
        shell = SimpleNamespace(start=self.run)
        library = {"has_changed": lambda: False}
        super().__init__(library=library, settings=Settings(sync=folder), moving=moving, shell=lambda: shell)
        self.outcomes = list(outcomes)
        self.words: list[tuple[str, ...]] = []
        self.app.command_runner = CommandRunner(self.app)
        self.sync = Sync(self.app)

    def run(self, words: tuple[str, ...], _columns: int) -> Any:
        self.words.append(words)
        return SimpleNamespace(wait=lambda: self.outcomes.pop(0))

    @property
    def is_failing(self) -> bool:
        """Whether the first line says so."""
        return self.model.state[SYNC_FAILING] is not None

    async def look_around(self) -> None:
        self.sync.look()
        await self.work()


async def test_sync_runs_at_the_start_and_in_quiet_minutes_and_reports_a_failure_once() -> None:
    stage = Joining([Outcome(0), Outcome(1, "", "dailypapers: gone\nmore"), Outcome(1, "", "gone\nmore"), Outcome(0)])
    sync = stage.sync
    sync.on_begin()
    assert (stage.begun, sync.is_due) == ([SYNC_DELAY_SECONDS], False)
    # A mark does not put off the first look.
    sync.marked(State())
    assert (stage.begun, sync.is_due) == ([SYNC_DELAY_SECONDS], True)
    await stage.look_around()
    assert (sync.is_due, stage.words, stage.begun[1:]) == (False, [("sync", "--quiet")], [SYNC_QUIET_SECONDS])
    sync.marked(State())
    assert stage.begun[2:] == [SYNC_QUIET_SECONDS]
    for _ in range(2):
        await stage.look_around()
    # The other machines still lack a mark.
    assert (stage.reports, sync.is_due, stage.is_failing) == (["gone"], True, True)
    await stage.look_around()
    assert (sync.is_due, stage.is_failing) == (False, False)
    sync.look()
    sync.look()
    assert len(stage.works) == 1


async def test_skipped_records_are_reported_once_and_are_no_failure() -> None:
    skipped = Outcome(0, "", "half a file")
    stage = Joining([skipped, skipped, Outcome(0), skipped])
    for _ in range(4):
        await stage.look_around()
    assert (stage.reports, stage.is_failing, stage.sync.is_due) == (["half a file"] * 2, False, False)


async def test_a_server_that_answers_again_is_no_longer_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "LISTEN_SECONDS", 0.0)
    ended = threading.Event()
    stage = Joining([Outcome(1, "", "down")], "postgresql://hub/a")
    await stage.look_around()
    assert (stage.is_failing, stage.words) == (True, [("sync", "--quiet", "--watch")])
    stage.outcomes = cast(Any, SimpleNamespace(pop=lambda _place: ended.wait() and Outcome(-9, "", "", True)))
    stage.sync.look()
    running = asyncio.create_task(cast(Any, stage.works.pop()()))
    while stage.is_failing:
        await asyncio.sleep(0)
    ended.set()
    await running
    # A listener that ended after its hour starts again at once, and the next failure is reported.
    assert stage.begun[-1] == SYNC_DELAY_SECONDS
    stage.outcomes = [Outcome(1, "", "down")]
    await stage.look_around()
    assert stage.reports == ["down", "down"]


async def test_a_sync_interrupted_by_leaving_is_due() -> None:
    stage = Joining([])
    stage.sync.look()

    def wait() -> Outcome:
        stage.sync.look()
        assert stage.sync.is_due and not stage.works[1:]
        raise ValueError

    stage.outcomes = cast(Any, SimpleNamespace(pop=lambda _place: wait()))
    with pytest.raises(ValueError):
        await stage.works[0]()
    assert stage.sync.is_due


@each(("folder", "demo"), [("", False), ("shared", True)])
def test_without_a_folder_and_over_the_sample_nothing_happens(folder: str, demo: bool) -> None:
    stage = Joining([], folder, demo=demo)
    stage.sync.on_begin()
    stage.sync.marked(State())
    stage.sync.look()
    assert (stage.begun, stage.works, stage.sync.is_due) == ([], [], False)


async def test_a_server_is_listened_to() -> None:
    stage = Joining([Outcome(0)] * 2, "postgresql://hub.example/papers")
    await stage.look_around()
    assert stage.words == [("sync", "--quiet", "--watch")]


# Other programs


class Watched(Bench):
    """A reader over a cache and a settings file that other programs change."""

    def __init__(self, file: Path | None = None, *, is_still: bool = False) -> None:
        library = {
            **{
                "path": (file or Path("/nowhere/config.toml")).with_name("papers.db"),
                "trouble": "",
                "is_marking": False,
                "is_writable": True,
            },
            **{"last_refresh": lambda: NOON, "has_changed": self.change, "newest_day": lambda: None},
        }
        super().__init__(
            library=library,
            moving=look()._replace(is_still=is_still),
            settings_file=file,
            set_interval=lambda seconds, _act: self.begun.append(seconds),
        )
        self.changes: list[bool | ReaderError] = []

    def change(self) -> bool:
        found = self.changes.pop(0)
        if isinstance(found, ReaderError):
            raise found
        return found

    @property
    def seen(self) -> tuple[str, int, int]:
        """The news, how often the list was read again, and the works that wait."""
        return self.model.state.notices.news.text, self.model.state.cache_version, len(self.works)


async def test_changes_by_other_programs_are_shown() -> None:
    bench = Watched()
    bench.app.keyboard = Keyboard(bench.app)
    watch = CacheWatch(bench.app)
    watch.on_begin()
    CacheWatch(Watched(is_still=True).app).on_begin()
    assert bench.begun == [1.0]
    bench.changes = [False, True, CacheError("locked")]
    watch.look()
    assert bench.seen == ("", 0, 0)
    watch.look()
    assert bench.seen == ("", 1, 0) and bench.model.state[REFRESH].last == NOON
    watch.look()
    assert bench.seen == ("locked", 1, 0)
    bench.library.trouble = "no room"
    watch.look()
    assert (bench.seen, bench.library.trouble) == (("no room", 1, 0), "")
    bench.library.is_marking = True
    watch.look()
    assert bench.changes == []


async def test_a_settings_file_is_read_again_when_it_has_changed(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    bench = Watched(file)
    watch = SettingsWatch(bench.app)
    watch.look()
    assert bench.seen == ("", 0, 0)
    file.write_text('nosuch = 1\n[[views]]\nname = "new"\nquery = "is:unread"\n')
    watch.look()
    await bench.work()
    assert bench.seen[0] == f"{file}:1: nosuch is not a setting."
    assert [one.name for one in bench.model.state.views.saved] == ["new"]
    # The log has the lists now.
    file.unlink()
    watch.look()
    await bench.work()
    assert [one.name for one in bench.model.state.views.saved] == ["new"]
    SettingsWatch(Watched().app).look()
