"""A script may close or break any of the three standard streams: what can be done is done, and nothing else is said."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands.conftest import DAYS, write_days

pytestmark = pytest.mark.long

PROGRAM = shlex.join([sys.executable, "-m", "reader"])


def run_in_shell(words: str) -> tuple[int, str, str]:
    """Run the program with redirections of a shell; returns the exit code and what came on both streams."""
    done = subprocess.run(
        ["/bin/sh", "-c", f"{PROGRAM} {words}"], capture_output=True, text=True, timeout=60, check=False
    )
    for said in (done.stdout, done.stderr):
        assert not [line for line in said.splitlines() if "Traceback" in line or "Exception ignored" in line]
        assert "unexpected error" not in said
    return done.returncode, done.stdout, done.stderr


CLOSED = (">&-", "<&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-")
DONE = (
    "list",
    "export --all --format json",
    "list --json",
    "show 2606.26740",
    "config check",
    "keys",
    "doctor",
    "--version",
)


@pytest.mark.parametrize(("closed", "done"), [*((closed, DONE[:2]) for closed in CLOSED[:-1]), (CLOSED[-1], DONE)])
def test_what_was_done_exits_0(papers: Path, closed: str, done: tuple[str, ...]) -> None:
    assert [words for words in done if run_in_shell(f"{words} {closed}")[0] != 0] == []


@pytest.mark.parametrize("closed", CLOSED)
def test_what_failed_or_was_wrong_still_says_so_by_its_code(papers: Path, closed: str) -> None:
    codes = [run_in_shell(f"{words} {closed}")[0] for words in ("show 9999.99999", "list --nothing", "")]
    assert codes == [1, 2, 2]


@pytest.mark.parametrize("closed", CLOSED[-2:])
def test_what_is_stored_is_whole(home: Path, tmp_path: Path, closed: str) -> None:
    days = write_days(tmp_path / "days.jsonl", DAYS)
    assert run_in_shell(f"import {shlex.quote(str(days))} {closed}")[0] == 0
    assert run_in_shell(f"mark star 2606.26740 {closed}")[0] == 0
    assert run_in_shell("list is:starred --json")[1].count('"2606.26740"') == 1
    assert run_in_shell("doctor")[0] == 0


def test_a_closed_input_is_an_empty_one(home: Path) -> None:
    assert run_in_shell("import - <&-") == (1, "", "dailypapers: -: The input is empty.\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_an_error_stream_that_can_not_be_written_is_no_failure(home: Path) -> None:
    # An empty list says on standard error why it is empty.
    assert run_in_shell("list 2>/dev/full") == (0, "", "")
    assert run_in_shell("list --nothing 2>/dev/full")[0] == 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_an_output_that_can_not_be_written_is_a_failure_in_one_line(papers: Path) -> None:
    for words in ("list", "list --help"):
        code, _, said = run_in_shell(f"{words} >/dev/full")
        assert (code, said.count("\n")) == (1, 1)
        assert "No space left on device" in said and str(papers) not in said  # the home's own disk has room
