"""The commands of the shell for the reader: what may follow a line, and processes that run them."""

from __future__ import annotations

from pathlib import Path

import pytest

from reader import opening
from reader.commands.line.shell import ReaderShell
from reader.commands.workspace import Workspace
from reader.paths import HOME_VARIABLE
from tests.table import each


@pytest.fixture
def shell(tmp_path: Path) -> ReaderShell:
    return ReaderShell(Workspace(cache_file=tmp_path / "papers.db"), {HOME_VARIABLE: str(tmp_path)})


def follow(shell: ReaderShell, line: str) -> list[str]:
    suggested = shell.suggest(line)
    return [line[: suggested.start] + one.text for one in suggested.candidates]


@each(
    ("line", "found"),
    [
        ("ta", "tag, tags"),
        ("the", "theme"),
        ("theme dr", "dracula"),
        ("exprot", "export"),
        ("paper.s", "paper.star"),
        ("tri", "triage, triage.begin"),
        ("tag ", "add, remove, rename"),
        ("mark st", "star"),
        ("mark 'st", "star"),
        ("mark read is:unr", "is:unread"),
        ("mark --dr", "--dry-run"),
        ("tag add later top", "topic:"),
        ("tag add later --dr", "--dry-run"),
        ("export ", "bibtex, ris, csl-json, rdf, markdown, csv, json, atom, notes"),
        ("export bib", "bibtex"),
        ("export not", "notes, note:"),
        ("export bibtex is:st", "is:starred"),
        ("export bibtex x.bib is:st", "is:starred"),
        ("export --form", "--format"),
        ("list is:unread --js", "--json, --jsonl"),
        ("help ta", "tag, tags"),
        ("triage 3", "30m"),
        ("triage 15m is:unr", "is:unread"),
        *((line, "") for line in ("", "   ", "tga ", "undo x y ", "theme dark dr", "read is:unr", "triage 15m 3")),
    ],
)
def test_what_may_follow(
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
    assert page.text.startswith("# ") and "".join(piece.text for piece in page.lines(40)[0]) == "SYNC AND GROUPS"


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
