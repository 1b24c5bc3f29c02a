"""What the reader finds when it opens, and what it leaves to others when it ends."""

from __future__ import annotations

import gc
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest

from reader import cli, opening
from reader.commands.workspace import Workspace
from reader.config import Settings
from reader.ui.terminal import process
from tests.commands.conftest import Run, home, run
from tests.table import each

__all__ = ["home", "run"]


@each(
    ("stderr", "driver", "is_moved"),
    [(None, "", True), (False, "", True), (True, "", False), (None, "a browser's", False)],
)
def test_it_is_drawn_on_standard_output_where_standard_error_is_elsewhere(
    stderr: bool | None, driver: str, is_moved: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEXTUAL_DRIVER", driver)
    before = None if stderr is None else SimpleNamespace(isatty=lambda: stderr)
    monkeypatch.setattr(sys, "__stderr__", before)
    opening._draw_on_terminal()
    assert sys.__stderr__ is (sys.__stdout__ if is_moved else before)


@each(("is_due", "signal", "is_written"), [(True, None, True), (True, 15, False), (False, None, False)])
def test_due_exports_are_written_and_other_machines_told(
    is_due: bool, signal: int | None, is_written: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[tuple[str, ...]] = []
    monkeypatch.setattr("reader.commands.line.own_process.start_beyond", begun.append)
    app: Any = SimpleNamespace(has_exports_due=is_due, commands_due=[("sync", "--quiet")])
    workspace = Mock(has_changed=False)
    leaving: Any = SimpleNamespace(signal=signal)
    opening._finish_work(app, workspace, leaving)
    assert (workspace.has_changed, workspace.write_exports.called) == (is_written, is_written)
    assert begun == [("sync", "--quiet")]


@pytest.fixture
def tuned(monkeypatch: pytest.MonkeyPatch, home: Path) -> Iterator[None]:
    """A terminal is there, and what opening the reader changes in this process is undone."""
    monkeypatch.setattr(cli, "_has_terminal", lambda: True)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    monkeypatch.delenv("TEXTUAL_FPS", raising=False)
    interval = sys.getswitchinterval()
    yield
    sys.setswitchinterval(interval)
    gc.unfreeze()
    gc.enable()


def replace_reader(
    monkeypatch: pytest.MonkeyPatch, *outcomes: str | Exception | None, is_due: bool = False
) -> list[SimpleNamespace]:
    """Let each reader end at once, in turn with these outcomes; returns what each was opened with."""
    opened: list[SimpleNamespace] = []

    def make_reader(_settings: Settings, file: Path, **options: object) -> SimpleNamespace:
        opened.append(SimpleNamespace(file=file, **options))
        outcome = outcomes[len(opened) - 1]
        failure = outcome if isinstance(outcome, Exception) else None
        place, run = SimpleNamespace(keep=list), lambda: None if failure else outcome
        facts = {"has_exports_due": is_due, "commands_due": (), "last_place": place, "return_code": 0}
        return SimpleNamespace(run=run, failure=failure, **facts)

    def make_leaving(_frame: None) -> SimpleNamespace:
        """It watches no signal, which would end the tests."""
        return SimpleNamespace(signal=0, is_terminal_gone=False, retire=lambda: None)

    monkeypatch.setattr("reader.ui.app.ReaderApp", make_reader)
    monkeypatch.setattr("reader.ui.terminal.leaving.Leaving", make_leaving)
    return opened


def test_the_reader_opens_on_the_users_cache_in_a_tuned_process(
    run: Run, home: Path, tuned: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = replace_reader(monkeypatch, None, is_due=True)
    exported = list[bool]()
    monkeypatch.setattr(Workspace, "write_exports", lambda workspace: exported.append(workspace.has_changed))
    assert run("topic:agents").code == 0
    assert exported == [True]
    (options,) = map(vars, opened)
    assert {name: value for name, value in options.items() if not callable(value) and name != "leaving"} == {
        **{"query": "topic:agents", "demo": False, "opens_page": False, "learns_apart": True, "first_frame": None},
        **{"warnings": [], "file": home / "papers.db"},
        **{"state_file": home / "state.json", "settings_file": home / "config.toml"},
    }
    assert len(options["rules"]().topics) == 61 and options["shell"]().suggest("tri").candidates
    assert not gc.isenabled()
    assert sys.getswitchinterval() == pytest.approx(0.001)
    # Programs that the reader starts get the user's own environment.
    assert "TEXTUAL_FPS" not in os.environ


def test_the_reader_goes_on_with_the_sample_if_it_is_left_for_it(
    run: Run, home: Path, tuned: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from reader.ui.app import SAMPLE

    opened = replace_reader(monkeypatch, SAMPLE, SAMPLE)
    assert run().code == 0
    assert [one.demo for one in opened] == [False, True]
    assert opened[1].file.parent != home and not opened[1].file.exists()


def test_an_error_that_ends_the_reader_is_one_line_and_logged(
    run: Run, home: Path, tuned: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace_reader(monkeypatch, ValueError("no such row"))
    found = run("--log-level", "error")
    assert (found.code, found.out, found.err.count("\n")) == (1, "", 1)
    assert found.err.startswith("dailypapers: unexpected error: ValueError: no such row; the log has the details: ")
    thread = threading.Thread(target=[].pop)
    thread.start()
    thread.join()
    log = (home / "dailypapers.log").read_text()
    assert "ERROR reader: reader: ValueError: no such row" in log and "IndexError: pop from empty list" in log


@each("is_shown", [True, False])
def test_a_first_frame_is_gone_before_the_reader_draws_or_anything_is_said(
    home: Path, tuned: None, monkeypatch: pytest.MonkeyPatch, is_shown: bool
) -> None:
    frame = Mock(is_shown=is_shown)
    opened = replace_reader(monkeypatch, ValueError("no such row"))
    monkeypatch.setattr(opening, "_prepare_cache", lambda *_: [])
    monkeypatch.setattr("reader.commands.output.report_unexpected", lambda *_: frame.take_down.call_count)
    assert opening.show_reader(Workspace(), "", frame=frame) == int(is_shown)
    assert opened[0].first_frame is (frame if is_shown else None)


def test_garbage_is_collected_again_after_the_start(tuned: None) -> None:
    gc.disable()
    process.finish_startup_tuning()
    assert gc.isenabled() and gc.get_freeze_count() > 0
