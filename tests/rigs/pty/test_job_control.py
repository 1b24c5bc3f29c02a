"""The reader as a job of a shell: it stops and goes on, with the terminal and its title as they belong."""

from __future__ import annotations

import os
import re
import signal
import sys
from pathlib import Path

import pytest

from tests.rigs.program import environment
from tests.rigs.pty.leave import READY, open_reader
from tests.rigs.terminal import Terminal

pytestmark = pytest.mark.long

SHELL = """
import fcntl, os, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execvp("bash", ["bash", "--norc", "--noprofile", "-i"])
"""
"""Starts a shell whose terminal is its own, as job control needs it."""

PUSH, POP = b"\x1b[22;2t", b"\x1b[23;2t"


def open_shell(home: Path) -> Terminal:
    return Terminal([sys.executable, "-c", SHELL], {**environment(home), "PS1": "shell> "}, (100, 30), home)


def cursor(terminal: Terminal) -> str:
    """The first line of the title that the cursor is on, which has the votes; empty amid a frame."""
    found = [line for line in terminal.lines if re.search(r"▌.{2,5}\d", line)]
    return re.split("[│┃]", found[0].partition("▌")[2])[0] if len(found) == 1 else ""


def wait_for_prompt(terminal: Terminal) -> None:
    """Wait for the shell's next prompt; forget what came before it."""
    terminal.wait_for(lambda one: b"shell> " in one.raw)
    terminal.forget()


@pytest.mark.parametrize("how", ["ctrl+z", "SIGTSTP"])
def test_the_shell_stops_it_and_continues_it(home: Path, how: str) -> None:
    with open_shell(home) as terminal:
        wait_for_prompt(terminal)
        modes = terminal.modes()
        terminal.press(f"sh -c 'echo $$ > pid; exec {sys.executable} -P -m reader'", "enter")
        terminal.wait_for(READY)
        terminal.wait_for(lambda one: b" \xc2\xb7 10 unread\x1b\\" in one.raw)
        assert (terminal.raw.count(PUSH), terminal.raw.count(POP)) == (1, 0)
        if how == "ctrl+z":
            terminal.press("ctrl+z")
        else:
            os.kill(int((home / "pid").read_text()), signal.SIGTSTP)
        terminal.wait_for(lambda one: b"Stopped" in one.raw)
        assert terminal.raw.count(POP) == 1
        wait_for_prompt(terminal)
        terminal.resize(80, 24)
        terminal.press("echo free $((40 + 2))", "enter")
        terminal.wait_for(lambda one: b"free 42" in one.raw)
        wait_for_prompt(terminal)
        terminal.press("fg", "enter")
        terminal.wait_for(lambda one: b"10 unread" in one.raw and READY in one.text and bool(cursor(one)))
        before = cursor(terminal)
        terminal.press("j")
        terminal.wait_for(lambda one: cursor(one) not in ("", before))
        terminal.forget()
        terminal.press("q")
        wait_for_prompt(terminal)
        assert terminal.modes() == modes
        terminal.press("echo code $?", "enter")
        terminal.wait_for(lambda one: b"code 0" in one.raw)


def test_in_the_background_it_waits_for_the_foreground(home: Path) -> None:
    with open_shell(home) as terminal:
        wait_for_prompt(terminal)
        terminal.press(f"{sys.executable} -P -m reader", "enter")
        terminal.wait_for(READY)
        terminal.press("ctrl+z")
        wait_for_prompt(terminal)
        terminal.press("bg", "enter")
        terminal.press("echo free $((40 + 2))", "enter")
        terminal.wait_for(lambda one: b"free 42" in one.raw)
        assert b"\x1b[?1049h" not in terminal.raw
        wait_for_prompt(terminal)
        terminal.press("fg", "enter")
        terminal.wait_for(lambda one: b"\x1b[?1049h" in one.raw and bool(cursor(one)))
        before = cursor(terminal)
        terminal.press("j")
        terminal.wait_for(lambda one: cursor(one) not in ("", before))
        terminal.press("q")
        wait_for_prompt(terminal)


def test_a_console_that_is_no_window_gets_no_title(home: Path) -> None:
    with open_reader(home, TERM="linux") as terminal:
        terminal.wait_for(READY)
        terminal.leave("q")
        assert not [title for title in (PUSH, POP, b"\x1b]2;") if title in terminal.raw]


def test_without_a_shell_it_stays(home: Path) -> None:
    with open_reader(home) as terminal:
        terminal.wait_for(READY)
        terminal.press("ctrl+z")
        terminal.wait_for("no shell to go back to")
        assert READY in terminal.text
        terminal.leave("q")
        assert terminal.raw.count(PUSH) == terminal.raw.count(POP)
