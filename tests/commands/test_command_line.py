"""The command line: mistakes, exit codes, what opens the reader, queries that commands take, and failures."""

from __future__ import annotations

import errno
import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from reader import __version__, cli, opening
from reader.cache.schema import HEAD
from reader.commands.line import plain
from reader.commands.registry import COMMANDS, FOREIGN
from reader.commands.workspace import Workspace, fill_with_sample
from reader.core import removed
from tests.commands.conftest import IDS, Run, RunOnTerminal, Session
from tests.table import each


def test_usage_errors_are_one_line_with_a_hint(session: Session, home: Path) -> None:
    session(
        """
        $ list --jsn
        2! dailypapers list: --jsn is not understood. Did you mean --json? See 'dailypapers list --help'.
        $ --jsn
        2! dailypapers: --jsn is not understood. See 'dailypapers --help'.
        $ --json list
        2! {"error": "--json is not understood.", "kind": "usage", "hint": "Options follow the command: 'dailypapers list --help' lists them."}
        $ --plain list agents
        2! dailypapers: 'list' is a command. Options follow the command: 'dailypapers list --help' lists them. To search for it: 'dailypapers -- list'.
        $ refrsh --days 3
        2! dailypapers: There is no command 'refrsh'. Did you mean 'dailypapers refresh'? To search for it: 'dailypapers -- refrsh'.
        $ lst
        2! dailypapers: There is no command 'lst'. Did you mean 'dailypapers list'? To search for it: 'dailypapers -- lst'.
        $ star 2406.12345
        2! dailypapers: There is no command 'star'. Did you mean 'dailypapers mark star ID'? To search for it: 'dailypapers -- star'.
        $ list -x
        2! dailypapers list: -x is not an option. To exclude the word x, write: -- -x. See 'dailypapers list --help'.
        $ list -5
        2! dailypapers list: -5 is not an option. Did you mean -n 5? To exclude the word 5, write: -- -5. See 'dailypapers list --help'.
        $ count -j
        2! dailypapers list: -j is not an option. Did you mean --json? To exclude the word j, write: -- -j. See 'dailypapers list --help'.
        $ undo -x
        2! dailypapers undo: -x is not an option. See 'dailypapers undo --help'.
        $ config shw
        2! dailypapers config: 'shw' is not one of path, show, get, set, edit, keys, check. Did you mean show? See 'dailypapers config --help'.
        $ config
        2! dailypapers config: choose one of path, show, get, set, edit, keys, check. See 'dailypapers config --help'.
        $ list --color blue
        2! dailypapers list: --color was removed. Set CLICOLOR_FORCE=1 for colours in a pipe, or NO_COLOR=1 for none.
        $ open 2606.26740 --link pfd
        2! dailypapers open: --link 'pfd' is not one of page, pdf, arxiv, code, project, doi, entry. Did you mean pdf? See 'dailypapers open --help'.
        $ list --limit -1
        2! dailypapers list: argument -n/--limit: '-1' is not a whole number above zero. See 'dailypapers list --help'.
        $ list -n
        2! dailypapers list: argument -n/--limit: expected one argument. See 'dailypapers list --help'.
        $ undo please --json
        2! {"error": "please is not understood.", "kind": "usage", "hint": "See 'dailypapers undo --help'."}
        """  # noqa: E501
    )


def test_ids_come_from_standard_input(run: Run, papers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def piped(text: str, *words: str) -> Any:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        return run(*words)

    listed = run("list", "-n", "2").out
    assert listed.count("\t") == 10
    assert piped(listed, "mark", "star", "-", "--json").record["changed"] == 2
    assert piped(f"{IDS[0]} {IDS[3]}\n", "tag", "add", "later", "-", *IDS[1:3], "--json").record["papers"] == 4
    assert piped(f"{IDS[3]}\n", "show", "-", "--json=id").json == {"id": IDS[3]}
    assert piped(f"{IDS[3]}\n", "export", "--id", "-", "--format", "json").records[0]["id"] == IDS[3]
    assert piped(listed, "show", "-").err == "dailypapers show takes one paper, and standard input has 2.\n"
    assert piped("", "mark", "star", "-").err == "dailypapers mark: standard input has no ids of papers.\n"


# Exit codes and what opens the reader


def test_version_prints_the_schema(run: Run) -> None:
    output = run("--version").out
    assert output == f"dailypapers {__version__} (schema {HEAD})\n"
    assert run("-V").out == run("--demo", "--version").out == output


@each(("lost", "code"), [(errno.EPIPE, 0), (errno.ENOSPC, 1)])
def test_a_full_disk_at_the_end_of_output_is_a_failure_and_a_closed_pipe_is_not(
    lost: int, code: int, home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    outcomes = iter([OSError(lost, os.strerror(lost))])
    monkeypatch.setattr(cli, "finish", lambda _: next(outcomes, None))
    assert cli.main(["--version"]) == code
    assert ("No space left" in capsys.readouterr().err) == bool(code)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch, home: Path) -> list[str]:
    """The queries the reader was opened on, with how it was opened; there is a terminal."""
    seen: list[str] = []

    def show_reader(_workspace: object, query: str, frame: None = None) -> int:
        seen.append(query)
        return 0

    def show_sample(_workspace: object, query: str, *, is_plain: bool = False) -> int:
        seen.append(f"{query} in the sample{' in plain lines' if is_plain else ''}")
        return 0

    def converse(_workspace: object, query: str) -> int:
        seen.append(f"{query} in plain lines")
        return 0

    monkeypatch.setattr(plain, "converse", converse)
    monkeypatch.setattr(opening, "show_reader", show_reader)
    monkeypatch.setattr(opening, "show_sample", show_sample)
    monkeypatch.setattr(cli, "_has_terminal", lambda: True)
    return seen


@each(
    ("words", "query"),
    [
        ((), ""),
        (("topic:agents", "is:unread"), "topic:agents is:unread"),
        (("-topic:agents", "video"), "-topic:agents video"),
        (("--", "list"), "list"),
        (("--", "--demo"), "--demo"),
        (("--", "lsit"), "lsit"),
        (("lsit agents",), "lsit agents"),
        (("--", "-x"), "-x"),
        (("web", "list"), "web list"),
        (("nothng", "like", "it"), "nothng like it"),
        (("--demo",), " in the sample"),
        (("--demo", "topic:agents"), "topic:agents in the sample"),
        (("topic:agents", "--demo"), "topic:agents in the sample"),
        (("topic:agents", "OR"), None),
    ],
)
def test_words_that_are_not_a_command_open_the_reader_on_a_query(
    run: Run, opened: list[str], words: tuple[str, ...], query: str | None
) -> None:
    assert run(*words).code == (2 if query is None else 0)
    assert opened == [one for one in (query,) if one is not None]
    opened.clear()


@each("word", removed.COMMANDS)
def test_a_removed_command_says_what_to_use(word: str, run: Run) -> None:
    found = run(word)
    assert (found.code, found.out) == (2, "")
    assert found.err.startswith(f"dailypapers: {removed.COMMANDS[word]}")
    assert ":" not in word and word not in COMMANDS


@each(
    ("old", "new"),
    [("count agents", "list --count agents"), ("redo", "undo --redo"), ("tags --json", "tag list --json")],
)
def test_an_old_name_does_the_same_and_names_the_new_one_on_a_terminal(
    run: Run, papers: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str
) -> None:
    expected = run(*new.split())
    assert run(*old.split()) == expected
    with monkeypatch.context() as terminal:
        terminal.setattr("sys.stderr.isatty", lambda: True, raising=False)
        found = run(*old.split())
    name, command = old.split(maxsplit=1)[0], " ".join(new.split()[:2])
    assert found.err == f"dailypapers: {name} is now 'dailypapers {command}'.\n"


@each("word", FOREIGN)
def test_command_names_of_other_programs_are_suggestions_not_queries(run: Run, opened: list[str], word: str) -> None:
    found = run(word)
    assert (found.code, opened) == (2, [])
    first, *rest = FOREIGN[word].split()
    assert f"'dailypapers {FOREIGN[word]}'" in found.err
    if first in COMMANDS:
        arguments = [one for one in rest if not one.isupper()]
        assert run(first, *arguments, "--help").code == 0


def test_words_that_look_like_a_command_are_a_query_if_papers_have_them(run: Run, opened: list[str]) -> None:
    workspace = Workspace()
    fill_with_sample(workspace, workspace.cache_file)
    finds = {words: run("count", *words).out != "0\n" for words in (("weight",), ("video", "model"), ("star", "wars"))}
    assert sorted(finds.values()) == [False, True, True]
    for words, has_papers in finds.items():
        assert (run(*words).code == 0) == has_papers
    assert opened == [" ".join(words) for words, found in finds.items() if found]
    assert run("star").code == 2
    # Ids after another program's word are papers for a command, even if one of them has the word.
    id = run("list", "view", "--json=id").records[0]["id"]
    assert run("list", "--count", "view", id).out == "1\n"
    assert run("view", id).code == 2


@each(("is_in", "is_out", "code"), [(True, True, 0), (True, False, 2), (False, True, 2)])
def test_the_reader_needs_a_terminal_at_both_ends(
    is_in: bool,
    is_out: bool,
    code: int,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(opening, "show_reader", lambda *_, **__: 0)
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(isatty=lambda: is_in))
    monkeypatch.setattr(sys.stdout, "isatty", lambda: is_out)
    monkeypatch.setenv("TERM", "xterm")
    assert cli.main(["topic:agents"]) == code
    expected = (
        "dailypapers: The reader needs a terminal. To print papers, use 'dailypapers list'; to read in a pipe,"
        " 'dailypapers --plain'.\n"
    )
    assert " ".join(capsys.readouterr().err.split()) == (expected.strip() if code else "")
    assert not home.exists()


def test_textual_gets_its_frame_rate_before_it_is_imported() -> None:
    code = """
import os, sys
from reader.ui.terminal.process import tune_process
for rate in (None, "30"):
    sys.modules.pop("textual.constants", None)
    os.environ |= {"TEXTUAL_FPS": rate} if rate else {}
    tune_process()
    print(sys.modules["textual.constants"].MAX_FPS, os.environ.get("TEXTUAL_FPS"))
"""
    environment = {name: value for name, value in os.environ.items() if name != "TEXTUAL_FPS"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["250 None", "30 30"]


def test_plain_lines_need_no_terminal_and_come_by_themselves_where_nothing_can_be_drawn(
    run: Run, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "dumb")
    run("agents in video")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(cli, "_has_terminal", lambda: False)
    run("--plain")
    run("--plain", "--demo")
    assert opened == ["agents in video in plain lines", " in plain lines", " in the sample in plain lines"]


def test_a_closed_pipe_is_no_failure(papers: Path) -> None:
    command = [sys.executable, "-m", "reader", "list", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(30) == 0


def test_an_interrupt_is_quiet(monkeypatch: pytest.MonkeyPatch, run: Run, papers: Path) -> None:
    def interrupt(*_: object) -> int:
        os.kill(os.getpid(), signal.SIGINT)
        return 0

    monkeypatch.setattr(cli, "_run_command", interrupt)
    found = run("count")
    assert (found.code, found.out, found.err) == (130, "", "")


def test_a_damaged_cache_is_one_line_that_says_what_to_do(run: Run, home: Path) -> None:
    home.mkdir()
    (home / "papers.db").write_bytes(b"no database, but long enough to be one " * 40)
    for words in (
        ("list",),
        ("mark", "read", "2606.26740"),
        ("import", "/nowhere"),
        ("undo",),
        ("export", "--all", "-o", "x.bib"),
    ):
        found = run(*words)
        assert (found.code, found.out) == (1, "")
        assert found.err.count("\n") == 1 and "doctor" in found.err


def test_an_unexpected_error_is_one_line_that_names_the_log(
    monkeypatch: pytest.MonkeyPatch, run: Run, home: Path
) -> None:
    def fail(*_: object) -> int:
        raise LookupError("no such thing\nas hf_abcDEF123")

    with monkeypatch.context() as patch:
        patch.setattr(cli, "_run_command", fail)
        found = run("count")
    assert (found.code, found.out) == (1, "")
    file = home / "dailypapers.log"
    assert found.err == (
        f"dailypapers: unexpected error: LookupError: no such thing as hf_***; the log has the details: {file}\n"
    )
    logged = file.read_text()
    assert "ERROR reader: count: LookupError: no such thing" in logged
    assert "in fail" in logged
    assert "abcDEF123" not in logged
    output = run("doctor").out
    assert str(file) in output and "1 error in the last 7 days\n" in output
    assert "ERROR reader: count: LookupError: no such thing as hf_***\n" in output
    errors = {one["name"]: one["value"] for one in run("doctor", "--json").record["findings"]}
    assert errors["errors"] == "1 error in the last 7 days"


def test_an_error_of_the_system_keeps_its_line_and_is_logged(
    monkeypatch: pytest.MonkeyPatch, run: Run, home: Path
) -> None:
    def fail(*_: object) -> int:
        raise PermissionError(13, "Permission denied", "/nowhere")

    with monkeypatch.context() as patch:
        patch.setattr(cli, "_run_command", fail)
        found = run("count")
    assert (found.code, found.err) == (1, "dailypapers: /nowhere: Permission denied.\n")
    assert "PermissionError" in (home / "dailypapers.log").read_text()
    # Neither the cache nor the log can be written.
    (home / "dailypapers.log").unlink()
    home.rmdir()
    home.write_text("a file where the folder should be")
    found = run("list")
    assert (found.code, found.err.count("\n")) == (1, 1) and str(home) in found.err


@each(
    ("words", "code", "expected"),
    [
        (("show", "2606.99999"), 1, "is not in the cache"),
        (("list", "--limit", "0"), 2, "is not a whole number"),
        (("show", "\udcff"), 2, "not UTF-8"),
        (("mark", "star", "a\udc9b"), 2, "not UTF-8"),
        (("views", "add", "V", "\udcff"), 2, "not UTF-8"),
    ],
)
def test_a_failure_that_says_what_to_do_is_not_logged(
    run: Run, papers: Path, home: Path, words: tuple[str, ...], code: int, expected: str
) -> None:
    found = run(*words)
    assert found.code == code and expected in found.err
    assert not (home / "dailypapers.log").exists()


def test_an_ascii_terminal_gets_question_marks_and_complete_json(papers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def printed(*words: str) -> bytes:
        raw = io.BytesIO()
        monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
        assert cli.main(words) == 0
        sys.stdout.flush()
        return raw.getvalue()

    assert b"A benchmark of terminal agents ????" in printed("list")
    assert json.loads(printed("list", "--json"))[2]["title"] == "A benchmark of terminal agents 中文標題"


# Queries and names


def test_unknown_names_in_a_query_get_a_suggestion(session: Session, papers: Path) -> None:
    session(
        """
        $ views add --then follow "world model"
        world model: no papers here yet. Its query is follow:word:world-model
        $ count follow:world-modle
        2! dailypapers: Nothing named 'world-modle' is followed. Did you mean world-model?
        $ count "is:unread (agents OR -follow:author:nobody)"
        2! dailypapers: Nothing named 'author:nobody' is followed. 'dailypapers views list --then follow' prints what you follow.
        $ count by:eve
        2! dailypapers: The query is wrong at 'by:': by: is no longer a field. Groups were removed. Share a feed instead: one person keeps a watched file that ends in .atom, and the others run 'dailypapers feeds add ADDRESS'.
        $ count topic:xylophone
        2! dailypapers: There is no topic 'xylophone'. 'dailypapers list --topics' lists them.
        $ list like:2401.00001
        1! dailypapers: '2401.00001' is not in the cache. 'dailypapers add 2401.00001' fetches it.
        $ show 10.48550/arXiv.2606.26740 --jsonl=id
        {"id": "2606.26740"}
        $ show 10.1000/nothing
        1! dailypapers: '10.1000/nothing' is not in the cache. An arXiv id looks like 1706.03762.
        $ show -- -is:unread
        1! dailypapers: '-is:unread' is not in the cache. That is a query, not an id; commands for several papers take a query with --query.
        """  # noqa: E501
    )


def test_mistakes_in_the_settings_are_counted(run: Run, papers: Path) -> None:
    (papers.parent / "config.toml").write_text('days_at_strat = 3\n[keys]\n"paper.strar" = "s"\n')
    assert run("config", "show").err == "2 mistakes in the settings: 'dailypapers config check' lists them.\n"


@pytest.mark.usefixtures("own_words")
def test_a_view_alone_is_listed_in_its_own_order(run: Run, on_terminal: RunOnTerminal, papers: Path) -> None:
    assert [one["id"] for one in run("list", "view:foryou", "--json=id").records] == IDS  # Nothing is learned yet.
    run("mark", "star", "2606.00001")
    offered = [one["id"] for one in run("list", "view:foryou", "--json=id").records]
    # A paper about agents comes before the others of its day, and before those of newer days.
    assert sorted(offered) == sorted(set(IDS) - {"2606.00001"}) and offered[:2] == ["2606.30616", "2606.28480"]
    assert [one["id"] for one in run("list", "view:foryou", "-n", "1", "--json=id").records] == offered[:1]
    shown = on_terminal("list", "view:foryou", "-n", "1").lines
    assert len(shown) == 2 and "2606.30616" in shown[0] and shown[1] == "1 of 5"
    run("mark", "queue", "2606.00002", "2606.26740")
    assert [line.split("\t")[0] for line in run("list", "view:queue").lines] == ["2606.00002", "2606.26740"]
    run("views", "add", "mine", "is:queued sort:title")
    assert [line.split("\t")[0] for line in run("list", "view:mine").lines] == ["2606.00002", "2606.26740"]
    assert [line.split("\t")[0] for line in run("list", "view:mine sort:day").lines] == ["2606.26740", "2606.00002"]


def test_a_wrong_query_is_one_line(run: Run, papers: Path) -> None:
    for words in (("list", "--"), ("mark", "hide", "--query"), ("views", "save", "odd", "--")):
        found = run(*words, "agents ?")
        assert (found.code, found.out, found.err.count("\n")) == (2, "", 1), words
        assert "The query is wrong at " in found.err
    assert run("count", "is:hidden").out == "0\n"
    assert len(run("list", "a" * 50_000).err) < 200
