"""The reader's command line: what a line means, what may follow it, processes that run commands, and plain mode."""

from __future__ import annotations

import io
import json
import subprocess
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader import access_token, opening
from reader.commands.line import own_process
from reader.commands.line.own_process import CommandProcess
from reader.commands.line.plain import converse, describe
from reader.commands.line.shell import ReaderShell, understand
from reader.commands.workspace import Workspace
from reader.core.errors import UsageError
from reader.core.paper_row import PaperRow
from reader.paths import HOME_VARIABLE
from reader.refresh import jobs
from reader.ui.shell.commands import CommandContext, ParsedLine
from tests.commands.conftest import Run
from tests.table import each

A, B, C = "2401.00001", "2401.00002", "2401.00003"
SELECTED = CommandContext((A, B), C, "(day:latest)")
ONE = CommandContext((), C, "(day:latest) (topic:agents)")


def words(line: str, here: CommandContext = SELECTED) -> str:
    typed = understand(line, here)
    assert typed == ParsedLine(typed.words, reaches_out=typed.reaches_out)
    return " ".join(typed.words)


@each(
    ("line", "meant"),
    [
        ("mark read", f"mark read {A} {B}"),
        ("tag add later", f"tag add later {A} {B}"),
        ("tag rename later soon", None),
        ("note", f"note {C}"),
        ("note --text x", f"note --text x {C}"),
        ("note 2406.12345 --text x", None),
        ("show --json", f"show --json {C}"),
        ("open --pdf -o /tmp", f"open --pdf -o /tmp {C}"),
        ("count is:unread", "list --count is:unread"),
        ("tag list", None),
        ("mark", None),
        ("mark read --help", None),
        ("read", f"read {C}"),
        ("h tag", "help tag"),
        ("view", "views"),
        ("redo 2", "undo --redo 2"),
        ("import x.bib", None),
        ("pipe wc -w", f"pipe -- wc -w {A} {B}"),
        ("pipe", "pipe --help"),
        ("pipe --all wc", "pipe --all -- wc"),
        (
            "pipe --input json  --seconds  5 jq '.a  b' | wc",
            f"pipe --input json --seconds 5 -- jq '.a  b' | wc {A} {B}",
        ),
        ("mark read --query until:30d", None),
        ("tag add later --all", None),
        ("export --format bibtex", f"export --format bibtex --id {A} --id {B}"),
        ("export is:starred -o refs.bib", None),
        ("export --all -o refs.bib", None),
        ("export --id 2406.12345", None),
        ("dailypapers list is:starred", "list is:starred"),
        ("export -o refs.bib", f"export -o refs.bib --id {A} --id {B}"),
    ],
)
def test_commands_take_the_papers_that_the_user_sees(line: str, meant: str | None) -> None:
    assert words(line) == (line if meant is None else meant)


def test_without_a_selection_they_take_the_highlighted_paper_and_exports_the_list() -> None:
    assert words("mark read", ONE) == f"mark read {C}"
    assert words("pipe wc", ONE) == f"pipe -- wc {C}"
    assert understand("export -o refs.bib", ONE).words[-2:] == ("--", "(day:latest) (topic:agents)")


@each(
    ("line", "action"),
    [
        ("undo", ParsedLine(action="mark.undo")),
        ("refresh", ParsedLine(action="app.refresh")),
        ("q", ParsedLine(action="app.quit")),
        ("0", ParsedLine(action="move.top", times=1)),
        ("12", ParsedLine(action="move.top", times=12)),
        ("1234567", ParsedLine(action="move.top", times=1_000_000)),
        ("2406.12345", ParsedLine(paper="2406.12345")),
        ("theme", ParsedLine(action="app.theme")),
        ("triage", ParsedLine(action="triage.begin")),
        ('triage title:"a b" is:new', ParsedLine(action="triage.begin", text='title:"a b" is:new')),
        ("", ParsedLine()),
        ("  ", ParsedLine()),
    ],
)
def test_some_words_are_actions(line: str, action: ParsedLine) -> None:
    assert understand(line, SELECTED) == action


@each(
    ("line", "why"),
    [
        ("tga add x", "There is no command 'tga'. Did you mean tag?"),
        ("mute crypto", "There is no command 'mute'. Did you mean views add --then mute WORD?"),
        ("q x", "There is no command 'quit'."),
        ("star", "There is no command 'star'. Did you mean mark star ID?"),
        ("2406.12345 x", "There is no command '2406.12345'."),
        ("dailypapers", "There is no command 'dailypapers'."),
        ("--demo", "There is no command '--demo'."),
        ("config edit", "An editor needs the whole terminal: leave the reader for 'config edit'."),
        ("export 'a b", "A quote is not closed."),
    ],
)
def test_mistakes_are_told_before_anything_runs(line: str, why: str) -> None:
    with pytest.raises(UsageError) as caught:
        understand(line, SELECTED)
    assert str(caught.value) == why


def test_over_an_empty_list_a_command_on_papers_says_so() -> None:
    for line in ("mark read", "show", "note"):
        with pytest.raises(UsageError, match="There is no paper here"):
            understand(line, CommandContext())


def test_a_file_that_would_be_replaced_is_named(tmp_path: Path) -> None:
    file = tmp_path / "refs.bib"
    lines = (f"export -o {file}", f"export --output={file} is:starred", f"export -o{file}")
    assert [understand(line, SELECTED).replaces for line in lines] == ["", "", ""]
    file.touch()
    assert [understand(line, SELECTED).replaces for line in lines] == [str(file)] * 3
    assert understand(f"export --format notes -o {tmp_path}", SELECTED).replaces == ""


def test_a_path_in_the_home_is_written_out() -> None:
    assert understand("export -o ~/refs.bib", SELECTED).words[2] == str(Path.home() / "refs.bib")
    assert understand("list '~ free text'", SELECTED).words == ("list", "~ free text")


@given(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=40))
@settings(max_examples=60)
def test_any_line_is_parsed_or_refused(line: str) -> None:
    try:
        understand(line, SELECTED)
    except UsageError as error:
        assert "\n" not in str(error) or "\n" in line


@each(
    ("line", "words"),
    [
        ("view save Evals", ("save", "Evals", "topic:agents")),
        ("view save read  twice", ("save", "read twice", "topic:agents")),
        ("views add 'read twice'", ("add", "read twice", "topic:agents")),
        ("views add Evals topic:evaluation is:unread", ("add", "Evals", "topic:evaluation", "is:unread")),
        ("views list", ("list",)),
    ],
)
def test_a_view_is_saved_of_the_list_that_is_shown(line: str, words: tuple[str, ...]) -> None:
    assert understand(line, CommandContext(query="topic:agents")).words == ("views", *words)


WITHIN = ("tag add later", "note --text x", "list is:starred", "show", "undo --json", "view save Evals")
BEYOND = ("pipe wc -w", "pipe !date", "config set pager x", "export -o x.bib", "import /etc/hosts", "pdf -o /tmp")


def test_some_commands_stay_within_the_reader_and_others_reach_programs_files_and_settings() -> None:
    assert [line for line in (*WITHIN, *BEYOND) if understand(line, SELECTED).reaches_out] == [*BEYOND]


# What may follow a line, and processes


@pytest.fixture
def shell(tmp_path: Path) -> ReaderShell:
    return ReaderShell(Workspace(cache_file=tmp_path / "papers.db"), {HOME_VARIABLE: str(tmp_path)})


def follow(shell: ReaderShell, line: str) -> list[str]:
    suggested = shell.suggest(line)
    return [line[: suggested.start] + one.text for one in suggested.candidates]


@each(
    ("line", "found"),
    [
        ("ta", "tag"),
        ("the", "theme"),
        ("theme dr", "dracula"),
        ("exprot", "export"),
        ("paper.s", ""),
        ("tri", "triage"),
        ("mut", "views add --then mute"),
        ("notes", "export --format notes -o"),
        ("tag ", "list, add, remove, rename"),
        ("mark st", "star"),
        ("mark read --query is:unr", "is:unread"),
        ("mark --qu", "--query"),
        ("export --format not", "notes"),
        ("export -o x.bib is:st", "is:starred"),
        ("list is:unread --js", "--json, --jsonl"),
        ("help ta", "tag"),
        ("triage is:unr", "is:unread"),
        *((line, "") for line in ("", "   ", "tga ", "undo x y ", "theme dark dr", "read is:unr")),
    ],
)
def test_completions_for_a_command_line(
    shell: ReaderShell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, found: str
) -> None:
    monkeypatch.chdir(tmp_path)
    suggested = shell.suggest(line)
    assert (", ".join(one.text for one in suggested.candidates), suggested.line) == (found, line)
    assert not found or suggested.start == max(line.rfind(" ") + 1, 0)


def test_the_manual_has_pages_and_their_entries(shell: ReaderShell) -> None:
    entries = {title: list(rows) for title, _, rows in shell.manual()}
    assert [(title, rows[0][0]) for title, rows in entries.items()] == [
        ("Manual", "reading"),
        ("Signs", "● *"),
        ("Settings", 'endpoint = "https://huggingface.co"'),
        ("Queries", "diffusion transformer"),
    ]
    assert entries["Signs"][0][1] == "Unread: You have not read this paper."
    page = shell.page("sync")
    assert page.text.startswith("# ") and "".join(piece.text for piece in page.lines(40)[0]) == "SYNC"


def test_names_of_files_are_completed_with_quotes_where_they_need_them(
    shell: ReaderShell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("notes.md", "no blanks.md", ".hidden"):
        (tmp_path / name).touch()
    (tmp_path / "nothing").mkdir()
    monkeypatch.chdir(tmp_path)
    assert follow(shell, "export -o .h") == ["export -o .hidden"]
    assert follow(shell, "import no") == ["import 'no blanks.md'", "import notes.md", "import nothing/"]
    assert follow(shell, f"import {tmp_path}/not") == [f"import {tmp_path}/notes.md", f"import {tmp_path}/nothing/"]
    assert follow(shell, f"import {tmp_path}/missing/") == []


def test_over_the_sample_commands_know_only_its_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "own"))
    sample = opening._shell(Workspace(), tmp_path / "sample" / "papers.db")
    assert sample.start(["config", "path"], 200).wait().text == str(tmp_path / "sample" / "config.toml")
    own = opening._shell(Workspace(), None)
    assert own.start(["config", "path"], 200).wait().text == str(tmp_path / "own" / "config.toml")


# Processes that run the reader's commands


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
    begun = jobs._START.partition(" from reader.cli")[0]
    monkeypatch.setattr(jobs, "_START", begun + program)
    return CommandProcess(words, 44, {"MORE": "more"})


def test_a_command_prints_as_on_a_terminal_of_a_width_and_ends_with_its_code() -> None:
    done = CommandProcess(["help", "mark"], 44, {}).wait()
    assert (done.code, done.errors, done.is_stopped) == (0, "", False)
    assert "Usage: dailypapers mark" in done.text
    assert max(map(len, done.text.partition("Options:")[2].splitlines())) <= 44
    wrong = CommandProcess(["mark", "raed"], 80, {}).wait()
    assert (wrong.code, wrong.text) == (2, "")
    assert "Did you mean read?" in wrong.errors


def test_the_environment_of_a_command_process(monkeypatch: pytest.MonkeyPatch) -> None:
    tell = f"{FACTS} print(json.dumps([*facts, sys.stdin.read(), words, sys.stdout.isatty()]))"
    assert json.loads(start(monkeypatch, tell, "a b", "é").wait().text) == [
        ["44", "dumb", "1", None, None, "more", None],
        ["HF_TOKEN", "PGPASSWORD"],
        [True, True],
        *("", ["a b", "é"], True),
    ]


def test_the_environment_of_a_detached_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file, late = tmp_path / "facts", time.monotonic() + 60
    begun = jobs._START.partition(" from reader.cli")[0]
    tell = f"{FACTS} name = words[0]; file = open(name + '.part', 'w');"
    tell += (
        " json.dump([facts[1:], sys.stdin.read(), os.getcwd()], file); file.close(); os.rename(name + '.part', name)"
    )
    monkeypatch.setattr(jobs, "_START", begun + tell)
    own_process.start_beyond((str(file),))
    while not file.exists() and time.monotonic() < late:
        time.sleep(0.01)
    assert json.loads(file.read_text()) == [[["HF_TOKEN", "PGPASSWORD"], [True, True]], "", "/"]


def test_output_is_bounded_and_drawable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_process, "MAX_OUTPUT_BYTES", 50)
    show = r" print('\x1b]0;title\x07\x1b[31mred\x1b[0m\tx ' + 'y' * 30 + '\n' * 9)"
    done = start(monkeypatch, show).wait()
    assert done.text == f"red x {'y' * 25}\nThe output is too long; the rest is left out."


STUBBORN = "signal.signal(signal.SIGINT, signal.SIG_IGN)"


@each(
    ("end", "prepare", "code", "text"),
    [
        # It tidies up.
        ("stop", "pass", 0, "tidied"),
        ("kill", "pass", 1, ""),
        ("stop", STUBBORN, 1, ""),
        ("kill", STUBBORN, 1, ""),
        # It takes too long.
        ("", "pass", 1, ""),
    ],
)
def test_a_long_command_can_be_stopped(
    end: str, prepare: str, code: int, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_process, "KILL_AFTER_SECONDS", 0.1 if prepare == STUBBORN else 60.0)
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
            monkeypatch.setattr(process._process, "wait", really_wait)
            raise subprocess.TimeoutExpired((), limit)
        getattr(process, end)()
        return really_wait(60)

    really_wait = process._process.wait
    monkeypatch.setattr(process._process, "wait", wait_and_end)
    done = process.wait()
    assert (done.code, done.text, done.is_stopped) == (code, text, True)


# Plain mode


TRANSCRIPT = """\
dailypapers in plain lines. Type a line, then enter; ? lists what you can type.
Latest: 3 papers.
1. LiveEdit: Streaming Video Editing. Unread, 57 votes, with code.
2. Agents that write their own tools. Unread, 55 votes.
3. A benchmark of terminal agents 中文標題. Unread, 36 votes.
1 of 3> s
1 paper starred, read; u undoes.
1 of 3> s
1 paper unstarred; u undoes.
1 of 3> u
Taken back: 1 paper unstarred.
1 of 3> gs
Starred: 1 paper.
1. LiveEdit: Streaming Video Editing. Read, starred, 57 votes, with code.
1 of 1> /memory
Searched for memory: 1 paper.
1. =A memory that forgets [on purpose]. Unread, 8 votes.
1 of 1> tag add later
1 paper tagged later. 'undo' takes it back.
1 of 1> x
1 paper hidden, read; u undoes.
1 of 1> list tag:later
Nothing matches.
1 of 1> ga
All: 5 papers.
1. LiveEdit: Streaming Video Editing. Read, starred, 57 votes, with code.
2. Agents that write their own tools. Unread, 55 votes.
3. A benchmark of terminal agents 中文標題. Unread, 36 votes.
4. Small verifiers, long horizons. Unread, 9 votes.
5. Where do web agents lose their way? Unread, 7 votes.
1 of 5> 9
There is no such paper: the list has 5.
1 of 5> dailypapers undo
Taken back: 1 paper hidden, read.
1 of 5> lst
There is no command 'lst'. Did you mean list?
1 of 5> zzyzx
There is no command 'zzyzx'.
1 of 5> q
Left dailypapers.
"""


def talk(lines: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, query: str = "") -> str:
    """What plain mode prints if these lines are piped into it."""
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(lines.encode("utf-8", "surrogateescape"))))
    monkeypatch.setattr("os.isatty", lambda _: False)
    capsys.readouterr()
    assert converse(Workspace(), query) == 0
    return capsys.readouterr().out


@pytest.mark.usefixtures("papers")
def test_a_conversation(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    lines = "".join(f"{line.partition('> ')[2]}\n" for line in TRANSCRIPT.splitlines() if " of " in line[:8])
    assert talk(lines, capsys, monkeypatch) == TRANSCRIPT


@pytest.mark.usefixtures("papers")
def test_a_paper_is_printed_by_its_number_and_more_prints_the_rest(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reader.commands.line.plain.PAGE_LINES", 4)
    output = talk("2\nmore\nmore\nmore\nmore\n", capsys, monkeypatch)
    assert "1 of 3> 2\n2. Agents that write their own tools. Unread, 55 votes.\nAgents that write" in output
    assert (
        "https://huggingface.co/papers/2606.30616" in output.partition("There is more: type more.\n2 of 3> more\n")[2]
    )


@pytest.mark.usefixtures("papers")
def test_a_screen_reader_gets_words_in_place_of_signs(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    said = talk("gy\ngt\ns\n1\nlist -n 1\nconfig set ascii true\nviews remove x\nmark star -\n", capsys, monkeypatch)
    assert "For you: " in said and "starred Tue 30 Jun - arXiv 8 May - votes 57" in said
    assert "starred 2606.26740" in said
    assert not set("★▲▎◔·●") & set(said)
    assert "> config set ascii true\nDone.\n" in said
    assert "There is no view 'x'. 'views list' prints yours.\n" in said
    # The rest of the standard input is the conversation, not the command's.
    assert "standard input has no ids of papers.\n" in said and said.endswith("Left dailypapers.\n")


@pytest.mark.usefixtures("papers")
def test_it_opens_on_a_query_and_ends_with_its_input(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    output = talk("\udcff\x1b[31m", capsys, monkeypatch, "author:müller")
    assert "Searched for author:müller: 1 paper.\n1. Small verifiers" in output
    assert "\x1b" not in output and output.endswith("Left dailypapers.\n")


def test_an_empty_cache_names_the_command_that_helps(
    run: Run, home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(b"s\n")))
    converse(Workspace())
    found = capsys.readouterr()
    assert "There are no papers yet." in found.err
    assert "0 of 0> s\nThere is no paper here.\n" in found.out


def test_a_paper_is_a_sentence() -> None:
    row = PaperRow(1, "2606.1", "Do agents dream?", "2026-06-30", 1, 0, True, True, False, False, has_note=True)
    assert describe(1_234, row) == "1,234. Do agents dream? Read, starred, with your note, 1 vote."
