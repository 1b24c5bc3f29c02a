"""Processes that run the reader's commands: what they get and print, and how they end."""

from __future__ import annotations

import io
import json
import signal
import subprocess
import time
from pathlib import Path

import pytest

from reader import access_token
from reader.commands.line import own_process
from reader.commands.line.own_process import CommandProcess
from tests.table import each

FACTS = (
    " import json, os, sys; from reader import access_token; access_token.hide_tokens();"
    " names = 'COLUMNS', 'TERM', 'NO_COLOR', 'CLICOLOR_FORCE', 'FORCE_HYPERLINK', 'MORE', 'HF_TOKEN';"
    " own = os.getsid(0) == os.getpid(), sys.flags.safe_path;"
    " facts = [[os.environ.get(name) for name in names], sorted(access_token.held_secrets()), own];"
)


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HF_TOKEN", "PGPASSWORD"):
        monkeypatch.setenv(name, "secret")
    for name in ("CLICOLOR_FORCE", "FORCE_HYPERLINK"):
        monkeypatch.setenv(name, "1")
    monkeypatch.setattr(access_token, "_hidden", {})
    access_token.hide_tokens()


def start(monkeypatch: pytest.MonkeyPatch, program: str, *words: str) -> CommandProcess:
    """Start a process that runs this program in place of the command."""
    begun = own_process._START.partition(" from reader.cli")[0]
    monkeypatch.setattr(own_process, "_START", begun + program)
    return CommandProcess(words, 44, {"MORE": "more"})


def test_a_command_prints_as_on_a_terminal_of_a_width_and_ends_with_its_code() -> None:
    done = CommandProcess(["help", "mark"], 44, {}).wait()
    assert (done.code, done.said, done.is_stopped) == (0, "", False)
    assert "Usage: dailypapers mark" in done.text
    assert max(map(len, done.text.splitlines())) <= 44
    wrong = CommandProcess(["mark", "raed"], 80, {}).wait()
    assert (wrong.code, wrong.text) == (2, "")
    assert "Did you mean read?" in wrong.said


def test_the_environment_of_a_command_process(monkeypatch: pytest.MonkeyPatch) -> None:
    tell = f"{FACTS} print(json.dumps([*facts, sys.stdin.read(), words, sys.stdout.isatty()]))"
    assert json.loads(start(monkeypatch, tell, "a b", "é").wait().text) == [
        ["44", "dumb", "1", None, None, "more", None],
        ["HF_TOKEN", "PGPASSWORD"],
        [True, True],
        *("", ["a b", "é"], True),
    ]


def test_the_environment_of_a_detached_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    told, late = tmp_path / "told", time.monotonic() + 60
    begun = own_process._START_BEYOND.partition(" from reader.cli")[0]
    tell = f"{FACTS} name = sys.argv[2]; file = open(name + '.part', 'w');"
    tell += (
        " json.dump([facts[1:], sys.stdin.read(), os.getcwd()], file); file.close(); os.rename(name + '.part', name)"
    )
    monkeypatch.setattr(own_process, "_START_BEYOND", begun + tell)
    own_process.start_beyond((str(told),))
    while not told.exists() and time.monotonic() < late:
        time.sleep(0.01)
    assert json.loads(told.read_text()) == [[["HF_TOKEN", "PGPASSWORD"], [True, True]], "", "/"]


def test_output_is_bounded_and_drawable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_process, "MOST_OUTPUT", 50)
    show = r" print('\x1b]0;title\x07\x1b[31mred\x1b[0m\tx ' + 'y' * 30 + '\n' * 9)"
    done = start(monkeypatch, show).wait()
    assert done.text == f"red x {'y' * 25}\nThe output is too long; the rest is left out."
    own_process._read(io.BytesIO(b"x" * 60), kept := bytearray(b"y"))
    assert kept == b"y" + b"x" * 49


STUBBORN = "for one in (signal.SIGINT, signal.SIGTERM): signal.signal(one, signal.SIG_IGN)"


@each(
    ("end", "prepare", "code", "text"),
    [
        # It tidies up.
        ("stop", "pass", 0, "tidied"),
        ("kill", "pass", 1, ""),
        ("stop", STUBBORN, -signal.SIGKILL, ""),
        ("kill", STUBBORN, -signal.SIGKILL, ""),
        # It takes too long.
        ("", "pass", 1, ""),
    ],
)
def test_a_command_that_goes_on_can_be_ended(
    end: str, prepare: str, code: int, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("KILL_AFTER_SECONDS", "TIDY_UP_SECONDS"):
        monkeypatch.setattr(own_process, name, 0.1 if prepare == STUBBORN else 60.0)
    begun = tmp_path / "begun"
    begun.unlink(missing_ok=True)
    with monkeypatch.context() as patch:
        program = (
            f"import pathlib, signal, time\n{prepare}\ntry:\n    pathlib.Path({str(begun)!r}).touch()\n"
            "    time.sleep(600)\nexcept KeyboardInterrupt:\n    print('tidied')\n"
        )
        process = start(patch, f" exec({program!r})")

    def wait_and_end(limit: float) -> int:
        while not begun.exists():
            time.sleep(0.01)
        if not end:
            monkeypatch.setattr(process._popen, "wait", really_wait)
            raise subprocess.TimeoutExpired((), limit)
        getattr(process, end)()
        return really_wait(60)

    really_wait = process._popen.wait
    monkeypatch.setattr(process._popen, "wait", wait_and_end)
    done = process.wait()
    assert (done.code, done.text, done.is_stopped) == (code, text, True)
