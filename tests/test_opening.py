"""How the program starts, what the reader finds when it opens, and what it leaves to others when it ends."""

from __future__ import annotations

import gc
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest

from reader import access_token, cli, opening
from reader.__main__ import main
from reader.cache.places import open_server
from reader.commands.workspace import Workspace
from reader.config import Settings
from reader.core.errors import CacheError
from reader.ui.terminal import process
from tests.commands.conftest import Run, home, run
from tests.table import each

__all__ = ["home", "run"]


@each(
    ("stderr", "driver", "is_moved"),
    [(None, "", True), (False, "", True), (True, "", False), (None, "a browser's", False)],
)
def test_the_reader_draws_on_standard_output_if_standard_error_is_redirected(
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
    monkeypatch.setattr("reader.ui.terminal.process.ExitSupervisor", make_leaving)
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
        **{"query": "topic:agents", "demo": False, "first_frame": None},
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
    found = run()
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


# The entry point


FRAME = object()


def test_windows_is_refused_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    assert main() == 1
    assert capsys.readouterr() == (
        "",
        "dailypapers: Windows is not supported; use WSL, the Windows Subsystem for Linux.\n",
    )


@each(
    ("words", "threads", "interrupt", "frame", "ends_at_once", "is_reset"),
    [
        ([], 1, signal.default_int_handler, FRAME, True, True),
        (["list"], 1, signal.default_int_handler, None, False, True),
        # A thread may hang on a disk that does not answer.
        (["list"], 2, signal.default_int_handler, None, True, True),
        # A script that runs a command in the background ignores interrupts.
        (["list"], 1, signal.SIG_IGN, None, False, False),
    ],
)
def test_the_reader_has_a_first_frame_and_waits_for_no_thread(
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    threads: int,
    interrupt: Any,
    frame: object,
    ends_at_once: bool,
    is_reset: bool,
) -> None:
    shown: list[object] = []
    ends: list[int] = []
    resets: list[tuple[int, object]] = []

    def run(first_frame: object) -> int:
        shown.append(first_frame)
        return 3

    with monkeypatch.context() as patch:
        patch.setattr(sys, "argv", ["dailypapers", *words])
        patch.setattr(signal, "getsignal", lambda _: interrupt)
        patch.setattr(signal, "signal", lambda *to: resets.append(to))
        patch.setattr("reader.ui.first_frame.show_first_frame", lambda: FRAME)
        patch.setattr("reader.cli.main", run)
        patch.setattr(threading, "active_count", lambda: threads)
        patch.setattr(os, "_exit", ends.append)
        assert main() == 3
    assert (shown, ends) == ([frame], [3] if ends_at_once else [])
    assert resets == ([(signal.SIGINT, signal.SIG_DFL)] if is_reset else [])


# The access token


SECRET = "hf_of_the_user"


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    yield
    access_token.hold_tokens({})


def test_a_hidden_token_is_known_to_the_program_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", SECRET)
    monkeypatch.setenv("HUGGING_FACE_HUB_TOKEN", "an old one")
    monkeypatch.setenv(access_token.MAIL_PASSWORD, SECRET)
    held = {"HF_TOKEN": SECRET, "HUGGING_FACE_HUB_TOKEN": "an old one", access_token.MAIL_PASSWORD: SECRET}
    assert not held.keys() & access_token.child_environment().keys()
    assert access_token.held_secrets() == held
    access_token.hide_tokens()
    assert SECRET not in os.environ.values()
    assert access_token.lookup_environment() == {**os.environ, **held}
    assert access_token.held_secrets() == held
    monkeypatch.delenv("HF_TOKEN", raising=False)
    access_token.hide_tokens()
    assert access_token.held_secrets() == {}


BROWSER = """#!{python}
import json, os, pathlib
pathlib.Path({out!r}).write_text(json.dumps(dict(os.environ)))
"""

OPEN = """
import sys
from reader import cli
from reader.actions.links import open_url
cli.run = lambda words, frame: 0 if open_url("https://arxiv.org/abs/2605.00001") else 1
sys.exit(cli.main([]))
"""


def test_a_browser_gets_the_users_environment_without_the_token(tmp_path: Path) -> None:
    browser, out = tmp_path / "browser", tmp_path / "out.json"
    browser.write_text(BROWSER.format(python=sys.executable, out=str(out)))
    browser.chmod(0o755)
    environment = {**os.environ, "HF_TOKEN": SECRET, "BROWSER": f"{browser} %s", "OF_THE_USER": "yes"}
    subprocess.run([sys.executable, "-c", OPEN], env=environment, check=True, timeout=60)
    got = json.loads(out.read_text())
    assert got["OF_THE_USER"] == "yes"
    assert SECRET not in out.read_text()
    # macOS adds a variable of its own to every process.
    assert {name for name in got if not name.startswith("__")} <= {*environment, "LC_CTYPE"} - {"HF_TOKEN"}


def test_a_servers_password_is_there_only_while_its_library_connects(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in access_token.SERVER_VARIABLES:
        monkeypatch.setenv(name, SECRET)
    assert SECRET not in access_token.child_environment().values()
    access_token.hide_tokens()
    assert SECRET not in os.environ.values()
    assert access_token.held_secrets() == dict.fromkeys(access_token.SERVER_VARIABLES, SECRET)
    psycopg = pytest.importorskip("psycopg")

    def connect(*_: object, **__: object) -> None:
        assert os.environ["PGPASSWORD"] == os.environ["PGSERVICEFILE"] == SECRET
        assert SECRET not in access_token.child_environment().values()
        raise psycopg.OperationalError("it was asked")

    monkeypatch.setattr(psycopg.Connection, "connect", connect)
    with pytest.raises(CacheError, match="it was asked"), open_server("postgresql://ada@example.org/papers"):
        pass
    assert SECRET not in os.environ.values()
