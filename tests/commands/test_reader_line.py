"""The reader's command line: what a line means, what may follow a line, and processes that run commands."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader import opening
from reader.commands.line.shell import ReaderShell, split, understand
from reader.commands.workspace import Workspace
from reader.core.errors import UsageError
from reader.paths import HOME_VARIABLE
from reader.ui.shell.commands import Here, Typed
from tests.table import each

A, B, C = "2401.00001", "2401.00002", "2401.00003"
SELECTED = Here((A, B), C, "(day:latest)")
ONE = Here((), C, "(day:latest) (topic:agents)")


def words(line: str, here: Here = SELECTED) -> str:
    typed = understand(line, here)
    assert typed == Typed(typed.words, typed.is_counted, reaches_out=typed.reaches_out)
    return " ".join(typed.words)


@each(
    ("line", "meant"),
    [
        ("mark read", f"mark read {A} {B}"),
        ("tag add later", f"tag add later {A} {B}"),
        ("tag remove later --dry-run", f"tag remove later --dry-run {A} {B}"),
        ("mark star 2406.12345 https://arxiv.org/abs/2406.54321 10.1038/s41586-024-07000-1 2406.12345v2.pdf", None),
        ("tag rename later soon", None),
        ("note", f"note {C}"),
        ("note worth a second look", f"note {C} --text=worth a second look"),
        ("note --text x", f"note --text x {C}"),
        ("note 2406.12345 --text x", None),
        ("show --json", f"show --json {C}"),
        ("similar 2406.12345 -n 5", "list like:2406.12345 -n 5"),
        ("open --pdf -o /tmp", f"open --pdf -o /tmp {C}"),
        ("pdf -o /tmp", f"open --pdf -o /tmp {C}"),
        ("count is:unread", "list --count is:unread"),
        ("tag list", None),
        ("list is:unread -n 5", None),
        ("undo --json", None),
        ("mark", None),
        ("tag add", None),
        ("mark read --help", None),
        ("list -h", None),
        ("read", f"read {C}"),
        ("read 2406.12345", None),
        ("note 2605.00004 is the base", "note 2605.00004 --text=is the base"),
        ("note -- hello", f"note {C} --text=hello"),
        ("note hello --json", f"note {C} --json --text=hello"),
        ("note --text=a b", None),
        ("show 2406.12345 x", None),
        ("h tag", "help tag"),
        ("view", "views"),
        ("redo 2", "undo --redo 2"),
        ("import x.bib", "import x.bib --later"),
        ("import x.bib --dry-run", None),
        ("pipe wc -w", f"pipe -- wc -w {A} {B}"),
        ("pipe", "pipe --help"),
        ("pipe --help", None),
        ("pipe --all wc", "pipe --all -- wc"),
        (
            "pipe --input json  --seconds  5 jq '.a  b' | wc",
            f"pipe --input json --seconds 5 -- jq '.a  b' | wc {A} {B}",
        ),
        ("pipe --dry-run", f"pipe --dry-run --  {A} {B}"),
        ("export bibtex", f"export --format bibtex --id {A} --id {B}"),
        ("export bibtex is:starred", "export --format bibtex -- is:starred"),
        ("export is:starred refs.bib", "export -o refs.bib -- is:starred"),
        ("export topic:a.bib", "export -- topic:a.bib"),
        ("export a/b", f"export -o a/b --id {A} --id {B}"),
        ("export --all refs.bib", "export --all -o refs.bib"),
        ("export --id=2406.12345", None),
        ("export refs.bib", f"export -o refs.bib --id {A} --id {B}"),
        ("export bibtex /tmp/refs", f"export --format bibtex -o /tmp/refs --id {A} --id {B}"),
        ("export bibtex x.bib topic:agents since:7d", "export --format bibtex -o x.bib -- topic:agents since:7d"),
        ("export topic:agents refs.bib", "export -o refs.bib -- topic:agents"),
        ("dailypapers list is:starred", "list is:starred"),
        ("export --append refs.bib", f"export --append -o refs.bib --id {A} --id {B}"),
        ("export --id 2406.12345 ris x.ris", "export --id 2406.12345 --format ris -o x.ris"),
        ("export notes vault", f"export --format notes -o vault --id {A} --id {B}"),
        ("w refs.bib", f"export -o refs.bib --id {A} --id {B}"),
    ],
)
def test_commands_take_the_papers_that_the_user_sees(line: str, meant: str | None) -> None:
    assert words(line) == (line if meant is None else meant)
    assert not understand(line, SELECTED).is_counted


def test_without_a_selection_they_take_the_highlighted_paper_and_exports_the_list() -> None:
    assert words("mark read", ONE) == f"mark read {C}"
    assert words("pipe wc", ONE) == f"pipe -- wc {C}"
    assert understand("export refs.bib", ONE).words[-2:] == ("--", "(day:latest) (topic:agents)")


@each(
    ("line", "meant"),
    [
        ("mark read until:30d", "mark read --query until:30d"),
        ("mark read until:30d is:unread --json", "mark read --json --query until:30d is:unread"),
        ("mark hide --query topic:finance", "mark hide --query topic:finance"),
        ("mark read --all", "mark read --all"),
        ("mark read 2406.12345 x", "mark read --query 2406.12345 x"),
        ("tag add 'read later' -topic:agents", "tag add read later --query -topic:agents"),
    ],
)
def test_commands_on_papers_out_of_sight_count_them_first(line: str, meant: str) -> None:
    assert words(line) == meant
    assert understand(line, SELECTED).is_counted
    assert not understand(f"{line} --dry-run", SELECTED).is_counted


@each(
    ("line", "action"),
    [
        ("undo", Typed(action="mark.undo")),
        ("refresh", Typed(action="app.refresh")),
        ("q", Typed(action="app.quit")),
        ("paper.star", Typed(action="paper.star")),
        ("star", Typed(action="paper.star")),
        ("Open in browser", Typed(action="link.page")),
        ("0", Typed(action="move.top", times=1)),
        ("12", Typed(action="move.top", times=12)),
        ("1234567", Typed(action="move.top", times=1_000_000)),
        ("2406.12345", Typed(paper="2406.12345")),
        ("theme", Typed(action="app.theme")),
        ("triage", Typed(action="triage.begin")),
        ('triage title:"a b" is:new', Typed(action="triage.begin", text='title:"a b" is:new')),
        ("", Typed()),
        ("  ", Typed()),
    ],
)
def test_actions_have_names_too(line: str, action: Typed) -> None:
    assert understand(line, SELECTED) == action


@each(
    ("line", "why"),
    [
        ("tga add x", "There is no command 'tga'. Did you mean tag?"),
        ("mute crypto", "There is no command 'mute'. Did you mean views add --then mute WORD?"),
        ("q x", "There is no command 'q'. Did you mean quit?"),
        ("2406.12345 x", "There is no command '2406.12345'."),
        ("dailypapers", "There is no command 'dailypapers'."),
        ("--demo", "There is no command '--demo'."),
        ("config edit", "An editor needs the whole terminal: leave the reader for 'config edit'."),
        ("export 'a b", "A quote is not closed."),
    ],
)
def test_mistakes_are_told_before_anything_runs(line: str, why: str) -> None:
    with pytest.raises(UsageError) as told:
        understand(line, SELECTED)
    assert str(told.value) == why


def test_over_an_empty_list_a_command_on_papers_says_so() -> None:
    for line in ("mark read", "show", "note hello"):
        with pytest.raises(UsageError, match="There is no paper here"):
            understand(line, Here())


def test_a_file_that_would_be_replaced_is_named(tmp_path: Path) -> None:
    file = tmp_path / "refs.bib"
    assert understand(f"export {file}", SELECTED).replaces == ""
    file.touch()
    for line in (
        f"export {file}",
        f"export bibtex -o {file} is:starred",
        f"export --output={file}",
        f"export -o new.bib {file}",
    ):
        assert understand(line, SELECTED).replaces == str(file)
    for line in (f"export --append {file}", f"export notes {tmp_path}"):
        assert understand(line, SELECTED).replaces == ""


def test_words_of_a_line_stand_where_they_begin() -> None:
    assert split("a  'b c'd\\ e \"f") == [("a", 0, False), ("b cd e", 3, False), ("f", 13, True)]
    assert split("a\\") == [("a\\", 0, False)]


def test_a_path_in_the_home_is_written_out() -> None:
    assert understand("export bibtex ~/refs.bib", SELECTED).words[4] == str(Path.home() / "refs.bib")
    assert understand("list '~ free text'", SELECTED).words == ("list", "~ free text")


@given(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=40))
@settings(max_examples=60)
def test_any_line_means_something_or_is_refused(line: str) -> None:
    try:
        understand(line, SELECTED)
    except UsageError as error:
        assert "\n" not in str(error) or "\n" in line


@given(st.lists(st.text("ab '\"\\\t", max_size=5), max_size=4))
@settings(max_examples=60)
def test_words_are_those_of_the_shell(given_words: list[str]) -> None:
    line = shlex.join(given_words)
    assert [word.text for word in split(line)] == given_words
    assert [line[word.start] for word in split(line)] == [part[0] for part in map(shlex.quote, given_words)]


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
def test_a_view_is_saved_under_all_words_of_its_name(line: str, words: tuple[str, ...]) -> None:
    assert understand(line, Here(query="topic:agents")).words == ("views", *words)


WITHIN = ("tag add later", "note x", "list is:starred", "show", "undo --json", "view save Evals")
BEYOND = ("pipe wc -w", "pipe !date", "config set pager x", "export x.bib", "import /etc/hosts", "pdf -o /tmp")


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
        ("tag ", "list, add, remove, rename"),
        ("mark st", "star"),
        ("mark 'st", "star"),
        ("mark read is:unr", "is:unread"),
        ("mark --dr", "--dry-run"),
        ("tag add later top", "topic:"),
        ("tag add later --dr", "--dry-run"),
        ("export ", "bibtex, ris, csl-json, markdown, csv, json, atom, notes"),
        ("export bib", "bibtex"),
        ("export not", "notes, note:"),
        ("export bibtex is:st", "is:starred"),
        ("export bibtex x.bib is:st", "is:starred"),
        ("export --form", "--format"),
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


def test_the_manual_has_pages_and_what_each_word_means(shell: ReaderShell) -> None:
    told = {title: list(rows) for title, rows in shell.manual()}
    assert [(title, rows[0][0]) for title, rows in told.items()] == [
        ("Manual", "reading"),
        ("Signs", "●  *"),
        ("Commands", ":list"),
        ("Settings  :config set NAME VALUE", 'endpoint = "https://huggingface.co"'),
        ("Queries", "diffusion transformer"),
        ("Words of other programs", "star"),
    ]
    assert told["Signs"][0][1] == "Unread: You have not read this paper."
    assert told["Words of other programs"][0][1] == ":mark star ID"
    assert told["Commands"][-2:] == [(":triage", "unread papers one at a time"), (":theme", "other colours")]
    assert "version" not in dict(told["Words of other programs"])
    page = shell.page("sync")
    assert page.text.startswith("# ") and "".join(piece.text for piece in page.lines(40)[0]) == "SYNC"


def test_names_of_files_are_completed_with_quotes_where_they_need_them(
    shell: ReaderShell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("notes.md", "no blanks.md", ".hidden"):
        (tmp_path / name).touch()
    (tmp_path / "nothing").mkdir()
    monkeypatch.chdir(tmp_path)
    found = ["export bibtex 'no blanks.md'", "export bibtex notes.md", "export bibtex nothing/"]
    assert follow(shell, "export bibtex no")[:3] == found
    assert follow(shell, "export bibtex .h") == ["export bibtex .hidden"]
    assert follow(shell, "import no") == ["import 'no blanks.md'", "import notes.md", "import nothing/"]
    assert follow(shell, f"export {tmp_path}/not") == [f"export {tmp_path}/notes.md", f"export {tmp_path}/nothing/"]
    assert follow(shell, f"export {tmp_path}/missing/") == []


def test_over_the_sample_commands_know_only_its_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "own"))
    sample = opening._shell(Workspace(), tmp_path / "sample" / "papers.db")
    assert sample.start(["config", "path"], 200).wait().text == str(tmp_path / "sample" / "config.toml")
    own = opening._shell(Workspace(), None)
    assert own.start(["config", "path"], 200).wait().text == str(tmp_path / "own" / "config.toml")
