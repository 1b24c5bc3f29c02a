"""What the reader finds when it opens, and what it leaves to others when it ends."""

from __future__ import annotations

import shutil
import sys
from os import terminal_size
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest

from reader import opening
from tests.table import each


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


@each(("columns", "size"), [(200, (200, 20)), (80, (200, 20)), (79, (79, 20)), (9, (20, 20))])
def test_a_plain_page_is_wide_unless_the_terminal_is_narrow(
    columns: int, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "get_terminal_size", lambda: terminal_size((columns, 50)))
    assert opening._size() == size


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
