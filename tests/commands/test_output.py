"""What is drawn: text that fits its columns, colours, progress for who waits at a terminal, and failures."""

from __future__ import annotations

import getpass
import io
import json
import logging
import os
import sys
from argparse import Namespace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from reader.commands import output
from reader.commands.output import Progress, Style
from reader.core import errors
from reader.core.lines import Piece, cell_len
from reader.feeds.http.responses import HttpRefused
from tests.commands.conftest import DAYS, IDS, Run, RunOnTerminal, write_days
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
    ("environ", "chosen", "in_terminal", "in_pipe"),
    [
        ({}, "auto", True, False),
        ({"NO_COLOR": "1"}, "auto", False, False),
        ({"NO_COLOR": "1", "CLICOLOR_FORCE": "1"}, "auto", False, False),
        ({"NO_COLOR": "1"}, "always", True, True),
        ({}, "never", False, False),
        ({"CLICOLOR_FORCE": "1", "TERM": "dumb"}, "auto", True, True),
        ({"CLICOLOR_FORCE": "0"}, "auto", True, False),
        ({"CLICOLOR_FORCE": ""}, "auto", True, False),
        ({"TERM": "dumb"}, "auto", False, False),
        ({"CLICOLOR": "0"}, "auto", False, False),
    ],
)
def test_colours_are_for_who_can_see_and_wants_them(
    environ: dict[str, str], chosen: str, in_terminal: bool, in_pipe: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(output, "_colours", ["auto"])
    output.choose_colours(chosen)
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
    assert Style(True, links=True).link(None, "x") == Style(True).bold("") + "x"


def test_text_is_wrapped_between_words_for_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "A sentence about /a/very/long/path/to-a-file that is long."
    assert output.whole_words(text, io.StringIO()) == text
    monkeypatch.setenv("COLUMNS", "20")
    lines = ["A sentence about", "/a/very/long/path/to-a-file", "that is long."]
    assert output.whole_words(text, Terminal()).split("\n") == lines
    told = Terminal()
    monkeypatch.setattr(sys, "stderr", told)
    output.warn(text)
    output.warn(text, is_whole=True)
    assert told.getvalue().splitlines() == [*lines, text]


@each(
    ("columns", "stream", "size", "width"),
    [
        ("33", None, 50, 33),
        ("5", None, 50, 20),
        ("", None, 50, 80),
        ("33", "terminal", 50, 33),
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
    told: Any = SimpleNamespace(fileno=lambda: 9) if stream else None
    assert output.width(told) == width


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
    monkeypatch.setattr(getpass, "getpass", lambda question: question)
    assert output.ask("\x07?", is_secret=True) == r"\u0007?"


@each(
    ("action", "said"),
    [
        ({"kind": "read", "count": 1_041, "label": "read"}, "1,041 papers read"),
        ({"kind": "passage:0a", "count": 1, "label": "highlighted"}, "1 passage highlighted"),
        ({"kind": "follow", "count": 0, "label": "following Kaiming He"}, "following Kaiming He"),
        ({"kind": "star", "count": 2, "label": "starred", "rules": ("R",), "said": "2 by R"}, "2 by R"),
    ],
)
def test_an_action_is_said_in_words(action: dict[str, object], said: str) -> None:
    made: Any = Namespace(**{"rules": (), **action})
    assert output.describe_action(made) == said


def test_requests_are_printed_by_the_run_that_asks_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    log = logging.getLogger("reader.feeds")
    before, said, later = log.level, io.StringIO(), io.StringIO()
    monkeypatch.setattr(log, "handlers", [])
    monkeypatch.setattr(sys, "stderr", said)
    output.print_requests()
    log.info("GET /")
    monkeypatch.setattr(sys, "stderr", later)
    log.info("GET /later")
    log.setLevel(before)
    assert (said.getvalue()[2::3][:2], said.getvalue()[9:], later.getvalue()) == ("::", "GET /\n", "")


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


@each("words", [("list",), ("show", "2606.26740"), ("show", "2606.26740", "--why"), ("topics",)])
@each("more", [("--help",), ()])
def test_no_terminal_is_too_narrow(
    on_terminal: RunOnTerminal, papers: Path, words: tuple[str, ...], more: tuple[str, ...]
) -> None:
    found = on_terminal(*words, *more, columns=1, rows=1)
    assert (found.code, found.err) == (0, "")
    assert found.out


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
    said = capsys.readouterr().err.splitlines()
    if is_json:
        assert json.loads(said[0]) == {"error": "It failed.", "kind": "failed", "hint": "Wait."}
    else:
        assert said == ["dailypapers: It failed. Wait.", "dailypapers list: No."]


def test_the_kind_is_that_of_the_class() -> None:
    kinds = {
        **{errors.ReaderError(""): "failed", errors.UsageError(""): "usage", errors.ConfigError(""): "config"},
        **{errors.FeedOffline(""): "feed_offline", errors.CacheTooNew(""): "cache_too_new"},
        **{errors.NotFound(""): "not_found", HttpRefused("", 503): "feed_refused"},
    }
    assert {one: output.kind_of(one) for one in kinds} == kinds


def test_what_may_take_long_says_where_it_is(
    run: Run, papers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write_days(tmp_path / "days.jsonl", DAYS)
    parts = "file references full-text_index index_of_texts days log events marks journal"
    checked = [f"{part.replace('_', ' ')} checked" for part in parts.split()]
    shown: list[str] = []
    monkeypatch.setattr(Progress, "show", lambda _, text: shown.append(text))
    for words, steps in (
        (("import", str(file)), [f"{file}: 3 papers", f"{file}: 6 papers"]),
        (("export", "--all", "-o", str(tmp_path / "x.csv")), [f"{number} of 6 papers" for number in range(6)]),
        (("pipe", "cat", "--input", "ids", "--all"), ["cat on 6 papers", "cat: 6 of 6 papers"]),
        (("pipe", "cat", "--input", "ids", IDS[0]), ["cat on 1 paper", "cat: 1 of 1 paper"]),
        (("cache", "verify"), ["checking the file", *checked]),
        (("cache", "compact"), ["merging the full-text indexes", "counting for the planner", "rewriting the file"]),
    ):
        assert run(*words).code == 0
        assert shown == steps
        shown.clear()


def test_titles_and_names_are_cut_where_the_terminal_ends(on_terminal: RunOnTerminal, papers: Path) -> None:
    for words in (("topics",), ("rules", "try", "--then", "star", "--since", "2026-06-01", "agents")):
        lines = on_terminal(*words, columns=40).lines
        assert max(map(cell_len, lines[:-1])) == 40 and any(line.endswith("…") for line in lines), words
