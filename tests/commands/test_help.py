"""The help, the pages of the manual, and words that a shell completes."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import fields
from datetime import date
from pathlib import Path
from textwrap import dedent

import pytest

from reader.cache.search.compile import Scope, compile_query
from reader.commands.help import page
from reader.commands.pages import FOLDER, FORMER_PAGES, PAGES, page_lines, rows
from reader.commands.registry import COMMANDS, USUAL
from reader.config import Settings
from reader.core.query import FIELDS, parse
from reader.keys.actions import ACTIONS
from reader.keys.keymap import Keymap
from reader.ui.kit.glyphs import MEANINGS
from tests.commands.conftest import Run, RunOnTerminal, Session
from tests.table import each


@each(("columns", "rows"), [(60, 20), (80, 24), (140, 42)])
def test_the_first_page_fits_the_screen_and_names_the_usual_commands(
    on_terminal: RunOnTerminal, columns: int, rows: int
) -> None:
    found = on_terminal("--help", columns=columns, rows=rows)
    assert found.code == 0
    # The prompt takes a line.
    assert len(found.lines) < rows
    assert all(len(line) <= columns for line in found.lines)
    output = found.out.replace(",", " ").replace("'", " ").replace(". ", " ").replace(".\n", " ")
    assert {*USUAL, *PAGES, "all"} <= set(output.split())
    assert len(USUAL) == 12


def test_help_is_the_first_page_wherever_it_stands(run: Run) -> None:
    first = run("--help").out
    for words in (("-h",), ("help",), ("--demo", "--help"), ("agents", "-h")):
        assert run(*words).out == first
    assert "### Get papers" in run("help", "all").lines
    assert "one of these (default: list):" in run("views", "--help").out
    assert run("lst", "--help").code == 2


def test_every_command_has_help_with_examples_and_no_word_is_broken(on_terminal: RunOnTerminal) -> None:
    for name in COMMANDS:
        words = []
        for columns in (60, 100):
            found = on_terminal(name, "--help", columns=columns)
            start, _, options = found.out.partition("Options:")
            assert found.code == 0 and [line for line in options.splitlines() if len(line) > columns] == []
            assert f"\n  dailypapers {name}" in start.partition("Examples:")[2] and "-h, --help" in options
            words.append(sorted(word for word in found.out.split() if word != "#"))
        assert words[0] == words[1], name


def test_help_lists_commands_and_refuses_unknown_ones(session: Session) -> None:
    session(
        """
        @ help
        Read the daily papers of Hugging Face. Without a command, the reader opens.

          dailypapers                         # the reader
          dailypapers topic:agents is:unread  # on a query
          dailypapers --demo                  # a sample, no network
          dailypapers list day:latest         # print the newest

          list     papers, topics, passages     refresh  from the feed
          show     a paper, with its links      add      by id or address
          read     the full text of a paper     import   from a file
          search   in the feed itself           export   BibTeX, Markdown, CSV, JSON
          mark     read, star, queue, hide      undo     the last mark
          tag      papers, with your own words  config   the settings and keys

        Options: --demo, --plain, -V (--version), -h (--help).
        More: 'dailypapers help all', 'help COMMAND', 'help PAGE'. Pages: reading,
        choosing, queries, views, settings, trouble, feeds, import-export, scripts,
        sync, agents, extensions.
        Other words are a query; 'dailypapers -- WORDS' if they look like a command.
        $ help lst
        2! dailypapers: There is no command or page 'lst'. Did you mean list?
        $ help xylophone
        2! dailypapers: There is no command or page 'xylophone'. 'dailypapers help all' lists them.
        $ help a b
        2! dailypapers help: b is not understood. See 'dailypapers help --help'.
        """
    )


def test_help_has_colour_on_a_terminal_only(
    run: Run, on_terminal: RunOnTerminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "\x1b" not in run("list", "--help").out
    assert "\x1b" not in on_terminal("list", "--help").out
    monkeypatch.setenv("CLICOLOR_FORCE", "1")
    assert "\x1b[1mOptions:\x1b[0m" in run("list", "--help").out
    assert "\x1b[1mOptions:\x1b[0m" in on_terminal("list", "--help").out


def test_help_of_a_page_is_markdown_in_a_pipe_and_lines_on_a_terminal(run: Run, on_terminal: RunOnTerminal) -> None:
    assert run("help", "queries").out.startswith("# Queries\n\nOne language")
    shown = on_terminal("help", "choosing", columns=60).lines
    assert shown[0] == "CHOOSING" and max(map(len, shown)) <= 60
    assert "`dailypapers sync --help` says what the command takes." in run("help", "sync").lines
    assert "The same marks on all your machines" in run("help", "all").out


def test_the_manual_has_at_most_twelve_pages_and_former_names_lead_to_them(run: Run) -> None:
    assert len(PAGES) <= 12 and set(PAGES) == {file.stem for file in FOLDER.glob("*.md")}
    assert run("help", "mail").out == run("help", "feeds").out
    assert run("help", "formats").out.startswith("# When something breaks\n")
    assert set(FORMER_PAGES.values()) <= set(PAGES) and not FORMER_PAGES.keys() & set(PAGES)


# How a page is drawn


PAGE = r"""# A page

Some text with `code` that is wrapped over its lines.

| Name | What it does |
|---|---|
| `a|b` | Another |

```sh
dailypapers list  # papers
dailypapers undo  # a remark that is long
```
""".replace("a|b", r"a\|b")


def test_a_page_is_drawn_within_its_width_and_its_remarks_stand_beside_or_above_the_commands() -> None:
    narrow, wide = (
        "\n".join("".join(piece.text for piece in line).rstrip() for line in page_lines(PAGE, width))
        for width in (40, 60)
    )
    assert narrow == dedent(
        """\
        A PAGE

        Some text with code that is wrapped over
        its lines.

        ──────────────────
        Name  What it does
        ──────────────────
        a|b   Another
        ──────────────────

          # papers
          dailypapers list
          # a remark that is long
          dailypapers undo"""
    )
    assert wide.endswith("  dailypapers list  # papers\n  dailypapers undo  # a remark that is long")


# The pages


ROOT = Path(__file__).parents[2]
TEXTS = {name: page(name) for name in PAGES}


def test_manual_parts_made_from_the_code_are_complete() -> None:
    assert [action.id for action in ACTIONS if f"{action.name}: " not in TEXTS["reading"]] == []
    assert [action.id for action in ACTIONS if f"`{action.id}`" not in TEXTS["reading"]] == []
    assert [
        one.name
        for one in fields(Settings)
        if one.name != "lists" and not re.search(rf"`\[*{one.name}\b", TEXTS["settings"])
    ] == []
    assert "| `[keys]` |" in TEXTS["settings"] and "| `[[commands]]` |" in TEXTS["settings"]
    output = TEXTS["reading"].partition("## Signs")[2]
    assert [name for _, name, about in MEANINGS if f"{name}: {about}" not in output] == []
    assert "| `★` `#` | Starred: " in output and "| `.` | Read: " in output
    assert [name for name in COMMANDS if name != "help" and f"| `{name}` |" not in TEXTS["scripts"]] == []
    assert "<!--" not in "".join(TEXTS.values())


def test_the_manual_shows_the_users_keys() -> None:
    assert "| `$` | Star: " in page("reading", Keymap(overrides={"paper.star": "$"}))


QUERIES = re.findall(r"`([^`]+)`", " ".join(re.findall(r"^\| (`.*?) \|", TEXTS["queries"], re.M)))


def test_every_query_parses_and_compiles_and_every_field_is_shown() -> None:
    for query in QUERIES:
        compile_query(parse(query), Scope(date(2026, 6, 30), "2026-06-30"))
    assert [field for field in FIELDS if f"{field}:" not in " ".join(QUERIES)] == []
    assert {query for query, _ in rows(TEXTS["queries"])} >= {'"world models"', "is:opened"}


def test_files_and_modules_that_pages_name_are_there() -> None:
    text = "".join((*TEXTS.values(), (ROOT / "reader" / "DEVELOPING.md").read_text("utf-8")))
    assert [link for link in re.findall(r"\]\(([^)#:]+)\)", text) if not (FOLDER / link).is_file()] == []
    modules = re.findall(r"python -m (tests[\w.]+|reader[\w.]+)", text)
    files = [ROOT / name.replace(".", "/") for name in modules]
    assert modules
    assert [file for file in files if not (file.with_suffix(".py").is_file() or (file / "__main__.py").is_file())] == []


# Completions


@each("shell", ["bash", "zsh", "fish"])
def test_completions_are_good_scripts(run: Run, shell: str) -> None:
    script = run("completions", shell).out
    assert "completions answer --" in script
    if shutil.which(shell):
        checked = subprocess.run([shell, "-n"], input=script, capture_output=True, text=True, check=False)
        assert (checked.returncode, checked.stderr) == (0, "")


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not here")
def test_bash_completes_what_stands_after_a_colon(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "dailypapers").write_text(f'#!/bin/sh\nexec {sys.executable} -m reader "$@"\n')
    (tmp_path / "dailypapers").chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    call = 'COMP_LINE=$1 COMP_POINT=${#1}; _dailypapers 2>/dev/null; printf "%s\\n" "${COMPREPLY[@]}"'
    script = run("completions", "bash").out + call
    for line, reply in (
        ("dailypapers compl", "completions"),
        ("dailypapers list -n 3 sort:upv", "upvotes"),
        ("dailypapers list --json=id,titl", "id,title"),
    ):
        found = subprocess.run(["bash", "-c", script, "bash", line], capture_output=True, text=True, check=True)
        assert found.stdout == f"{reply}\n"


# Candidates


def test_completions_offer_the_next_words(session: Session, papers: Path) -> None:
    session(
        """
        $ tag add Later 2606.26740
        1 paper tagged Later. 'dailypapers undo' takes it back.
        $ tag add "to read" 2606.26740
        1 paper tagged to read. 'dailypapers undo' takes it back.
        $ completions answer -- compl
        completions	for your shell
        $ completions answer -- xylo
        $ completions answer -- topic:age
        topic:agents
        topic:gui-agents
        topic:multi-agent
        topic:research-agents
        $ completions answer -- --d
        --demo	open a bundled sample in a throw-away cache, no network
        $ completions answer -- list -topic:gui
        -topic:gui-agents
        $ completions answer -- list tag:
        tag:Later
        $ completions answer -- list --lim
        --limit	print at most N papers
        $ completions answer -- list --json=id,titl
        --json=id,title
        $ completions answer -- open 2606.26740 --link pd
        pdf
        $ completions answer -- list --json is:starr
        is:starred
        $ completions answer -- mark unst
        unstar
        $ completions answer -- mark star 2606.26740 ""
        $ completions answer -- export -o ""
        :files
        $ completions answer -- help quer
        queries
        $ completions answer -- config get refresh_m
        refresh_minutes
        $ completions answer -- config set theme d
        dark
        dracula
        $ completions answer -- config set ascii ""
        true
        false
        $ completions answer -- config path ""
        $ views add Mine agents
        Mine is saved; its key in the reader is g1.
        $ completions answer -- views remove ""
        Mine
        $ completions answer -- views add ""
        $ views add --then follow agents
        agents: 3 papers. Its query is follow:word:agents
        $ completions answer -- views remove w
        word:agents
        $ completions answer -- tag add l
        Later
        $ completions answer -- tag rename later l
        Later
        $ completions answer -- undo ""
        $ completions
        2! dailypapers completions: choose one of bash, zsh, fish, answer. See 'dailypapers completions --help'.
        """
    )


def test_completing_makes_no_cache_and_ignores_a_broken_one(session: Session, home: Path) -> None:
    session("$ completions answer -- list topic:a")
    assert not home.exists()
    home.mkdir()
    (home / "papers.db").write_bytes(b"no database, but long enough to be one " * 40)
    session(
        """
        $ completions answer -- list is:unr
        is:unread
        """
    )
