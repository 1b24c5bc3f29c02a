"""Plain mode as the whole program: over pipes, in a terminal that can't be drawn on, and how it ends."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.rigs import program
from tests.rigs.terminal import Terminal
from tests.tiers import rest_long

LINES = ("s", "", "e", "Read with care.", ".", "u", "q", "/agents", "", "", "q", "q", "q", "q")
"""Star, open, note, undo, back, search, open, the full text, and back to the end."""

SAID = (
    "1. LiveEdit", "Here: 1. LiveEdit", "1 starred, u undoes.", "Now on a paper's page.", "Now writing a note",
    "1 noted, u undoes.", "undone: no longer noted", "searched for agents", "1 of 3 ", "Now in a full text",
    "Left dailypapers.",
)  # fmt: skip
"""What a transcript has, in this order."""

READER = (sys.executable, "-m", "reader", "--demo")


def run(home: Path, lines: str, columns: int) -> subprocess.CompletedProcess[str]:
    """Let the program read lines from a pipe, in a terminal's letters of the first days."""
    seen = program.environment(home, COLUMNS=str(columns), LANG="C", PYTHONIOENCODING="ascii")
    return subprocess.run(
        [*READER, "--plain"],
        input=lines,
        env=seen,
        capture_output=True,
        text=True,
        timeout=program.PATIENCE,
        check=False,
    )


def assert_is_told(transcript: str) -> None:
    """No byte but of plain lines, and each step is said."""
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2500-\u259f]", transcript)
    assert re.search(".*".join(map(re.escape, SAID)), transcript, re.DOTALL), transcript


@pytest.mark.parametrize("columns", rest_long([40, 200], [40]))
def test_a_pipe_carries_a_morning_in_lines_to_its_end_even_within_a_note(tmp_path: Path, columns: int) -> None:
    last = "q" if columns > 40 else "e\nhalf"
    done = run(tmp_path / "papers", "\n".join([*LINES[:-1], last]), columns)
    assert (done.returncode, done.stderr) == (0, "")
    assert_is_told(done.stdout)
    assert last == "q" or done.stdout.endswith("> \nLeft dailypapers.\n")
    assert all(len(line) <= columns for line in done.stdout.splitlines() if "> " not in line)


def test_a_terminal_that_can_not_be_drawn_on_gets_lines_by_itself(tmp_path: Path) -> None:
    said = ""
    editor = """sh -c 'echo From the editor. > "$0"'"""
    with Terminal(READER, program.environment(tmp_path / "papers", TERM="dumb", EDITOR=editor)) as terminal:
        for line in LINES[:-1]:
            terminal.wait_for(lambda one: one.raw.endswith(b"> "))
            said += terminal.raw.decode()
            terminal.forget()
            terminal.press(f"{line}\n")
        terminal.wait_for(lambda one: one.raw.endswith(b"> "))
        terminal.press("ctrl+e\n")
        terminal.wait_for(lambda one: b"with your note" in one.raw and one.raw.endswith(b"> "))
        terminal.process.send_signal(signal.SIGINT)
        assert terminal.wait_closed() == 130
        said += terminal.raw.decode()
    assert_is_told(said.replace("\r\n", "\n"))


def test_a_terminal_that_closes_ends_it_in_order(tmp_path: Path) -> None:
    with Terminal(READER, program.environment(tmp_path / "papers", TERM="dumb")) as terminal:
        terminal.wait_for(lambda one: one.raw.endswith(b"> "))
        terminal.hang_up()
        assert terminal.process.wait(program.PATIENCE) == 0
    assert not (tmp_path / "papers" / "dailypapers.log").exists()
