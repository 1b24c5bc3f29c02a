"""The user's pager: only for what is longer than the screen, and never in the way."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Protocol

import pytest

from reader.commands.pager import find_pager, shows_links
from tests.commands.conftest import Result, Run
from tests.table import each

SLOW = "#!/bin/sh\ncat > part; sleep 0.1; mv part got"
"""A pager that keeps what it gets."""


class RunPaged(Protocol):
    """Runs the program as on a terminal of these rows, with this script as the pager."""

    def __call__(self, *words: str, rows: int, script: str = SLOW) -> Result: ...


@pytest.fixture
def paged(run: Run, papers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunPaged:
    monkeypatch.chdir(tmp_path)
    (program := tmp_path / "pager").touch(0o700)
    for name, value in (("COLUMNS", "30"), ("TERM", "xterm"), ("PAGER", f"'{program}' -x"), ("HF_TOKEN", "hf_secret")):
        monkeypatch.setenv(name, value)

    def paged(*words: str, rows: int, script: str = SLOW) -> Result:
        for stream in (sys.stdout, sys.stderr):
            monkeypatch.setattr(stream, "isatty", lambda: True, raising=False)
        monkeypatch.setenv("LINES", str(rows))
        program.write_text(script)
        return run(*words)

    return paged


def test_a_list_longer_than_the_screen_goes_to_the_pager(paged: RunPaged) -> None:
    # Six papers, two days, how many there are, and the prompt.
    fits = paged("list", rows=10).out
    assert fits.startswith("\x1b[1mTUESDAY 30 JUNE") and fits.endswith("6 of 6\x1b[0m\n")
    assert not Path("got").exists()
    assert paged("list", rows=9) == Result(0, "", "")
    assert Path("got").read_text() == fits
    assert paged("list", rows=9, script='#!/bin/sh\necho "$1 $LESS ${HF_TOKEN-no token}" > got; cat > part') == Result(
        0, "", ""
    )
    assert Path("got").read_text() == "-x FRX no token\n"


def test_without_a_pager_or_by_one_that_is_no_program_it_is_printed(paged: RunPaged) -> None:
    assert "6 of 6" in paged("list", "--no-pager", rows=9).out
    assert "6 of 6" in paged("list", rows=9, script="no program").out


def test_a_pager_that_is_left_early_or_gets_an_interrupt_is_no_failure(paged: RunPaged) -> None:
    assert paged("list", rows=9, script="#!/bin/sh\nexit 0") == Result(0, "", "")
    before = signal.getsignal(signal.SIGINT)
    assert paged("list", rows=9, script=f"#!/bin/sh\nread line; kill -INT $PPID\n{SLOW}") == Result(0, "", "")
    assert "6 of 6" in Path("got").read_text()
    assert signal.getsignal(signal.SIGINT) is before


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
