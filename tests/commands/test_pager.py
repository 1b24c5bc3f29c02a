"""The user's pager in a real terminal: only for what is longer than the screen, and never in the way."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

from reader.commands.pager import find_pager, shows_links
from tests.commands.conftest import IDS
from tests.rigs.terminal import Terminal
from tests.table import each

ROOT = Path(__file__).parents[2]


class Start(Protocol):
    """Starts the program in a terminal of this size, with these words and variables."""

    def __call__(self, *words: str, rows: int, columns: int = 60, **more: str) -> Terminal: ...


@pytest.fixture
def start(papers: Path, home: Path) -> Iterator[Start]:
    """Start the program; whatever still runs at the end of the test is killed."""
    started: list[Terminal] = []

    def start(*words: str, rows: int, columns: int = 60, **more: str) -> Terminal:
        environment = {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "TERM": "xterm-256color",
            "DAILYPAPERS_HOME": str(home),
            "HF_TOKEN": "hf_secret",
            **{name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")},
        }
        command = [sys.executable, "-m", "reader", *words]
        started.append(Terminal(command, environment | more, (columns, rows), ROOT))
        return started[-1]

    yield start
    for terminal in started:
        terminal.kill()


def write_pager(folder: Path, script: str) -> str:
    program = folder / "pager"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o700)
    return f"'{program}' -x"


def ended(terminal: Terminal) -> tuple[int, str]:
    """The exit code, and the screen at the end."""
    code = terminal.wait_closed()
    terminal.show_all()
    return code, terminal.text


def test_a_list_longer_than_the_screen_goes_to_the_pager(start: Start, tmp_path: Path) -> None:
    pager = write_pager(tmp_path, f'echo "PAGED $1 $LESS ${{HF_TOKEN-no token}}"; cat > {tmp_path}/got')
    code, text = ended(start("list", rows=9, PAGER=pager))
    assert code == 0
    assert "PAGED -x FRX no token" in text
    got = (tmp_path / "got").read_text()
    assert all(id in got for id in IDS)
    assert "\x1b[1mTUESDAY 30 JUNE" in got
    assert got.endswith("6 of 6\x1b[0m\n")


def test_a_list_that_fits_does_not(start: Start, tmp_path: Path) -> None:
    pager = write_pager(tmp_path, "echo PAGED")
    # Six papers, two days, how many there are, and the prompt.
    code, text = ended(start("list", rows=10, PAGER=pager))
    assert (code, "PAGED" in text) == (0, False)
    assert text.startswith("TUESDAY 30 JUNE")


def test_a_pager_that_is_left_early_is_no_failure(start: Start, tmp_path: Path) -> None:
    code, text = ended(start("list", rows=6, PAGER=write_pager(tmp_path, "head -n 1")))
    assert code == 0
    assert text.split()[:2] == ["TUESDAY", "30"]
    assert "Error" not in text


@pytest.mark.parametrize("more", [(), ("--no-pager",)])
def test_without_a_pager_or_by_one_that_is_no_program_it_is_printed(
    start: Start, tmp_path: Path, more: tuple[str, ...]
) -> None:
    (pager := tmp_path / "pager").write_text("#!/bin/sh\necho PAGED\n" if more else "no program")
    pager.chmod(0o700)
    code, text = ended(start("list", *more, rows=6, PAGER=str(pager)))
    assert (code, "6 of 6" in text, "PAGED" in text) == (0, True, False)


@pytest.mark.skipif(shutil.which("less") is None, reason="less is not here")
def test_less_shows_colours_and_outlives_an_interrupt(start: Start) -> None:
    terminal = start("list", rows=6)
    terminal.wait_for("2606.30616")
    assert b"\x1b[1m" in terminal.raw
    terminal.press("ctrl+c", "G")
    terminal.wait_for("6 of 6")
    terminal.leave("q")


def test_a_failure_breaks_no_word_on_a_narrow_terminal(start: Start) -> None:
    code, text = ended(start("lst", rows=10, columns=30))
    assert code == 2
    sentence = "dailypapers: There is no command 'lst'. Did you mean 'dailypapers list'? To search for it:"
    assert text.split()[: len(sentence.split())] == sentence.split()


def test_a_failure_as_json_is_one_line_on_any_terminal(start: Start) -> None:
    terminal = start("lst", "--json", rows=10, columns=30)
    assert terminal.wait_closed() == 2
    [line] = bytes(terminal.raw).decode().splitlines()
    assert json.loads(line)["kind"] == "usage"


@each(
    ("environment", "shown"),
    [
        ({"TERM": "xterm-256color"}, False),
        ({"TERM": "xterm-kitty"}, True),
        ({"TERM_PROGRAM": "WezTerm"}, True),
        ({"TERM_PROGRAM": "Apple_Terminal"}, False),
        ({"VTE_VERSION": "4205"}, False),
        ({"VTE_VERSION": "7600"}, True),
        ({"TERM_PROGRAM": "tmux", "TERM_PROGRAM_VERSION": "3.3a", "KITTY_WINDOW_ID": "1"}, False),
        ({"TERM_PROGRAM": "tmux", "TERM_PROGRAM_VERSION": "3.5a"}, True),
        ({"TERM": "xterm-kitty", "FORCE_HYPERLINK": "0"}, False),
        ({"FORCE_HYPERLINK": "1"}, True),
        ({"TERM": "xterm-kitty", "PAGER": "sh"}, False),
    ],
)
def test_links_are_for_terminals_that_are_known_to_have_them(environment: dict[str, str], shown: bool) -> None:
    assert shows_links({"PATH": os.environ["PATH"], **environment}) == shown


def test_the_pager_is_a_program_with_arguments_and_no_shell() -> None:
    path = {"PATH": os.environ["PATH"]}
    assert find_pager({**path, "PAGER": "sh -c 'a b'"}) == ["sh", "-c", "a b"]
    assert find_pager({**path, "PAGER": "sh", "TERM": "dumb"}) == []
    for none in ("/bin/cat -n", "", "/nowhere", "'", __file__):
        assert find_pager({**path, "PAGER": none}) == []
