"""What commands print: columns, colours, progress and failures; streams that are closed or broken; and the pager."""

from __future__ import annotations

import errno
import io
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import unicodedata
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Protocol

import pytest

from reader.commands import output
from reader.commands.output import Progress, Style, find_pager
from reader.commands.streams import CleanStream, finish, open_closed_streams, replace_unknown_letters
from reader.core import errors
from reader.core.lines import Piece
from tests.commands.conftest import Result, Run
from tests.table import each


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")


@each(
    ("environ", "in_terminal", "in_pipe"),
    [
        ({}, True, False),
        ({"NO_COLOR": "1"}, False, False),
        ({"CLICOLOR_FORCE": "1", "TERM": "dumb"}, True, True),
        ({"CLICOLOR_FORCE": "0"}, True, False),
        ({"TERM": "dumb"}, False, False),
        ({"CLICOLOR": "0"}, False, False),
    ],
)
def test_colours_follow_the_terminal_and_the_environment(
    environ: dict[str, str], in_terminal: bool, in_pipe: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        for name, value in environ.items():
            patch.setenv(name, value)
        assert (Style.of(Terminal()).on, Style.of(io.StringIO()).on) == (in_terminal, in_pipe)


def test_a_line_of_the_interface_is_painted_with_its_links() -> None:
    line = [Piece("T", "title"), Piece(" m", "muted"), Piece("t", "topic"), Piece("e", "emphasis"), Piece("s", "star")]
    line += [Piece("c", "code"), Piece("p"), Piece("l", "link", action=("link", "https://x.org")), Piece("  ", "title")]
    assert output.paint(line, Style(False, links=False)) == "T mtescpl"
    painted = "\x1b[1mT\x1b[0m\x1b[2m m\x1b[0m\x1b[36mt\x1b[0m\x1b[3me\x1b[0m\x1b[33ms\x1b[0m\x1b[36mc\x1b[0mp"
    link = "\x1b]8;;https://x.org\x1b\\l\x1b]8;;\x1b\\"
    assert output.paint(line[:-1], Style(True, links=True)) == painted + link
    assert Style(True, links=True).link(None, "x") == Style(True)("strong", "") + "x"


def test_text_is_wrapped_between_words_for_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "A sentence about /a/very/long/path/to-a-file that is long."
    assert output.wrap_words(text, io.StringIO()) == text
    monkeypatch.setenv("COLUMNS", "20")
    lines = ["A sentence about", "/a/very/long/path/to-a-file", "that is long."]
    assert output.wrap_words(text, Terminal()).split("\n") == lines
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    output.warn(text)
    output.warn(text, wraps=False)
    assert terminal.getvalue().splitlines() == [*lines, text]


@each(
    ("columns", "stream", "size", "width"),
    [
        ("33", None, 50, 33),
        ("5", None, 50, 20),
        ("", None, 50, 80),
        ("", "terminal", 50, 50),
        ("", "terminal", 5, 20),
        ("", "terminal", 0, 80),
    ],
)
def test_the_width_is_that_of_the_terminal_or_what_the_user_says(
    columns: str, stream: str | None, size: int, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ask(handle: int) -> os.terminal_size:
        if handle == 9:
            return os.terminal_size((size, 9))
        raise OSError("no terminal")

    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setattr(os, "get_terminal_size", ask)
    fake_stream: Any = SimpleNamespace(fileno=lambda: 9) if stream else None
    assert output.width(fake_stream) == width


def test_a_table_has_columns_on_a_terminal_and_tabs_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [("a", "1"), ("中文", "10"), ("", "")]
    for stream, printed in ((Terminal(), "a      1\n中文  10\n\n"), (io.StringIO(), "a\t1\n中文\t10\n\t\n")):
        monkeypatch.setattr(sys, "stdout", stream)
        output.print_rows(rows, right={1})
        assert stream.getvalue() == printed


@each(("typed", "is_meant"), [("y", True), (" Yes ", True), ("n", False), ("", False), ("yesterday", False)])
def test_a_question_needs_a_terminal_or_an_option(
    typed: str, is_meant: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(f"{typed}\n"))
    assert output.is_confirmed(False, "Sure?") is is_meant
    assert output.is_confirmed(True, "Sure?")
    assert capsys.readouterr().out == "Sure? [y/N] "
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    with pytest.raises(errors.UsageError, match="Cannot prompt without a terminal; pass --yes"):
        output.is_confirmed(False, "Sure?")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [0.0]
    monkeypatch.setattr("reader.commands.output.time.monotonic", lambda: now[0])
    return now


def test_progress_waits_half_a_second_and_goes_away(clock: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    stream, pipe = Terminal(), io.StringIO()
    with Progress(stream) as progress, Progress(pipe) as unseen:
        for seconds, text, shown in (
            (0.4, "one", ""),
            (0.5, "two", "\r\x1b[Ktwo"),
            (0.59, "three", ""),
            (0.6, "", "\r\x1b[Kthree"),
            (0.8, "a text that is too long for it", "\r\x1b[Ka text that is too…"),
        ):
            clock[0] = seconds
            before = len(stream.getvalue())
            progress.show(text)
            unseen.show(text)
            assert stream.getvalue()[before:] == shown
        progress.clear()
        cleared = stream.getvalue()
        assert cleared.endswith("…\r\x1b[K")
    assert (stream.getvalue(), pipe.getvalue()) == (cleared, "")


# Failures


@each(
    ("line", "error", "hint"),
    [
        ("Nothing more to say.", "Nothing more to say.", None),
        (
            "dailypapers list: --jsn is not understood. Did you mean --json?",
            "--jsn is not understood.",
            "Did you mean --json?",
        ),
        ("There is no topic 'a. B. c'. Did you mean b?", "There is no topic 'a. B. c'.", "Did you mean b?"),
        (
            "arxiv.org can't be reached in 10 s. 'dailypapers doctor' says why. Wait.",
            "arxiv.org can't be reached in 10 s.",
            "'dailypapers doctor' says why. Wait.",
        ),
        ("/a. b/c: Permission denied.", "/a. b/c: Permission denied.", None),
    ],
)
def test_the_first_sentence_is_the_error(line: str, error: str, hint: str | None) -> None:
    assert output.failure_record(line, "k") == {"error": error, "kind": "k", "hint": hint}


@each(
    ("words", "is_json"),
    [(("list", "--json"), True), (("list", "--jsonl=id"), True), (("list", "--", "--json"), False), ((), False)],
)
def test_a_failure_is_printed_as_the_command_line_asks(
    words: tuple[str, ...], is_json: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    output.print_failure("It failed.\n  Wait.", words=words)
    output.print_failure("dailypapers list: No.", words=words)
    found = capsys.readouterr().err.splitlines()
    if is_json:
        assert json.loads(found[0]) == {"error": "It failed.", "kind": "failed", "hint": "Wait."}
    else:
        assert found == ["dailypapers: It failed. Wait.", "dailypapers list: No."]


# Standard streams


@each(
    ("stream", "forced", "printed"),
    [
        (io.StringIO(), "0", r"a\u001b[1mb\u001b[0m\u0007" + "\n"),
        (io.StringIO(), "1", "a\x1b[1mb\x1b[0m" + r"\u0007" + "\n"),
        (Terminal(), "0", "a\x1b[1mb\x1b[0m" + r"\u0007" + "\n"),
    ],
)
def test_the_clean_stream_passes_own_styles_and_escapes_other_controls(
    stream: io.StringIO, forced: str, printed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLICOLOR_FORCE", forced)
    clean = CleanStream(stream)
    assert clean.write("a\x1b[1mb\x1b[0m\x07\n") == len(stream.getvalue())
    clean.close()
    clean.write("plain")
    assert (stream.getvalue(), clean.getvalue(), clean.closed) == (f"{printed}plain", f"{printed}plain", False)
    assert (clean.encoding, clean.isatty()) == ("utf-8", isinstance(stream, Terminal))
    other = io.StringIO()
    CleanStream(other, like=stream).write("\x1b[1m\x07")
    assert other.getvalue() == ("\x1b" if "\x1b" in printed else r"\u001b") + r"[1m\u0007"
    before = sys.stdout, sys.stderr
    with CleanStream.replacing():
        assert isinstance(sys.stdout, CleanStream) and isinstance(sys.stderr, CleanStream)
    assert (sys.stdout, sys.stderr) == before
    stream.close()
    assert clean.closed


def test_closed_streams_are_opened_as_empty_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, None)
        monkeypatch.setattr(sys, f"__{name}__", None)
    open_closed_streams()
    made: list[Any] = [sys.stdin, sys.stdout, sys.stderr]
    open_closed_streams()
    assert made == [sys.stdin, sys.stdout, sys.stderr] == [sys.__stdin__, sys.__stdout__, sys.__stderr__]
    assert (sys.stdin.read(), sys.stdout.write("x"), sys.stderr.write("x")) == ("", 1, 1)
    for stream in made:
        handle = stream.fileno()
        stream.close()
        assert os.get_inheritable(handle)
        os.close(handle)


def test_letters_that_a_stream_does_not_have_are_question_marks() -> None:
    data = io.BytesIO()
    plain = io.TextIOWrapper(data, encoding="ascii")
    replace_unknown_letters(plain, io.StringIO())
    plain.write("é.")
    assert finish(plain) is None
    assert data.getvalue() == b"?."
    plain.close()
    assert finish(plain) is finish(None) is None


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_a_stream_that_can_not_be_written_is_dropped_with_its_reason() -> None:
    with Path("/dev/full").open("w") as full:
        full.write("x")
        lost = finish(full)
        assert lost is not None and lost.errno == errno.ENOSPC
        assert finish(full) is None


# Hostile text


HOSTILE = "a\x1b[31mb\x1b]8;;file:///etc/passwd\x1b\\c\x9b2Jd\u202ee\x07f\u2028g\x85h\u2066i\x08j\rk"
OWN_STYLES = re.compile(r"\x1b\[(?:[0123]|3[36])m|\x1b\]8;;(?:https?://[!-~]*)?\x1b\\|\r?\x1b\[K")
DIRECTIONS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
"""Bidirectional classes that turn text around."""


def controls(text: str) -> set[str]:
    """The characters of a text that a terminal would obey instead of drawing them."""
    return {
        char
        for char in text
        if unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") or unicodedata.bidirectional(char) in DIRECTIONS
    } - {"\n", "\t"}


@pytest.mark.parametrize("is_terminal", [False, True])
def test_commands_print_no_controls_but_their_own_styles(
    run: Run, papers: Path, home: Path, monkeypatch: pytest.MonkeyPatch, is_terminal: bool
) -> None:
    value = json.dumps(HOSTILE)
    (home / "config.toml").write_text(f"sync = {value}\n{value} = 1\n[[views]]\nname = {value}\nquery = {value}\n")
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:1/{HOSTILE}")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: is_terminal, raising=False)
    if is_terminal:
        monkeypatch.setenv("CLICOLOR_FORCE", "1")
    for words in (
        *(("config", "check"), ("config", "show"), ("doctor",), ("views", "list"), ("help", HOSTILE), (HOSTILE, "-h")),
        *(("list", "--", HOSTILE), ("show", HOSTILE), ("mark", "star", HOSTILE), ("tag", "add", HOSTILE, "2606.26740")),
        *(("import", HOSTILE), ("export", "--all", "-o", f"{HOSTILE}/x.bib"), ("feeds", "add", HOSTILE), ("refresh",)),
    ):
        found = run(*words)
        printed = found.out + found.err
        assert printed and not controls(OWN_STYLES.sub("", printed) if is_terminal else printed), words


# Streams that a script closes


PROGRAM = shlex.join([sys.executable, "-m", "reader"])


def run_in_shell(words: str) -> tuple[int, str, str]:
    """Run the program with redirections of a shell; returns the exit code and what came on both streams."""
    done = subprocess.run(
        ["/bin/sh", "-c", f"{PROGRAM} {words}"], capture_output=True, text=True, timeout=60, check=False
    )
    for stream in (done.stdout, done.stderr):
        assert not [line for line in stream.splitlines() if "Traceback" in line or "Exception ignored" in line]
        assert "unexpected error" not in stream
    return done.returncode, done.stdout, done.stderr


CLOSED = (">&-", "<&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-")

DONE = ("list", "export --all --format json", "show 2606.26740", "doctor", "--version")


@pytest.mark.long
@pytest.mark.parametrize(("closed", "done"), [*((closed, DONE[:2]) for closed in CLOSED[:-1]), (CLOSED[-1], DONE)])
def test_closed_streams_do_not_change_the_exit_code_of_a_success(
    papers: Path, closed: str, done: tuple[str, ...]
) -> None:
    assert [words for words in done if run_in_shell(f"{words} {closed}")[0] != 0] == []


@pytest.mark.long
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_an_output_that_can_not_be_written_is_a_failure_in_one_line(papers: Path) -> None:
    for words in ("list", "list --help"):
        code, _, output = run_in_shell(f"{words} >/dev/full")
        assert (code, output.count("\n")) == (1, 1)
        assert "No space left on device" in output and str(papers) not in output  # the home's own disk has room


@pytest.mark.long
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_a_failure_that_can_not_be_told_keeps_its_exit_code(papers: Path) -> None:
    code, listed, message = run_in_shell("show 9999.99999")
    assert (code, message.count("\n")) == (1, 1)
    assert run_in_shell("show 9999.99999 2>/dev/full") == (1, listed, "")


# The pager


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


def test_a_pager_that_is_left_early_or_gets_an_interrupt_is_no_failure(paged: RunPaged) -> None:
    assert paged("list", rows=9, script="#!/bin/sh\nexit 0") == Result(0, "", "")
    before = signal.getsignal(signal.SIGINT)
    assert paged("list", rows=9, script=f"#!/bin/sh\nread line; kill -INT $PPID\n{SLOW}") == Result(0, "", "")
    assert "6 of 6" in Path("got").read_text()
    assert signal.getsignal(signal.SIGINT) is before


def test_a_list_is_printed_without_a_pager_that_can_not_start(paged: RunPaged) -> None:
    whole = paged("list", rows=10).out
    assert paged("list", rows=9, script="#!/nowhere/sh\n") == Result(0, whole, "")
    assert not Path("got").exists()


@each(
    ("variables", "found"),
    [
        ({"PAGER": "sh -c 'a b'"}, ["sh", "-c", "a b"]),
        ({"PAGER": "sh", "TERM": "dumb"}, []),
        *(({"PAGER": none}, []) for none in ("/bin/cat -n", "", "/nowhere", "'", __file__)),
    ],
)
def test_the_pager_is_a_program_with_arguments_and_no_shell(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], found: list[str]
) -> None:
    monkeypatch.delenv("TERM", raising=False)
    with monkeypatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, value)
        assert find_pager() == found
