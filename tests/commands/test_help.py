"""The help and the manual: one page first, examples before all else, and pages that are true."""

from __future__ import annotations

import re
from dataclasses import fields
from datetime import date
from pathlib import Path
from textwrap import dedent

import pytest

from reader.cache.search.compile import Scope, compile_query
from reader.commands.help import page
from reader.commands.pages import FOLDER, FORMER_PAGES, PAGES, USER_PAGES, page_lines, rows
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
    said = found.out.replace(",", " ").replace("'", " ").replace(". ", " ").replace(".\n", " ")
    assert {*USUAL, *USER_PAGES, "all"} <= set(said.split())
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
            assert found.code == 0 and [line for line in found.lines if len(line) > columns] == []
            assert f"Examples:\n  dailypapers {name}" in found.out and "--log-level LEVEL" in found.out
            # A backslash joins the lines of a long example, and each line of a remark begins with a sign.
            words.append(sorted(word for word in found.out.split() if word not in ("\\", "#")))
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

        Options: --demo, --plain, --color WHEN, --log-level LEVEL, -V (--version), -h
        (--help).
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
    assert "\x1b[1mOptions:\x1b[0m" in run("list", "--help", "--color=always").out
    monkeypatch.setenv("CLICOLOR_FORCE", "1")
    assert "\x1b[1mOptions:\x1b[0m" in on_terminal("list", "--help").out
    assert "\x1b" not in on_terminal("list", "--help", "--color", "never").out


def test_help_of_a_page_is_markdown_in_a_pipe_and_lines_on_a_terminal(run: Run, on_terminal: RunOnTerminal) -> None:
    assert run("help", "queries").out.startswith("# Queries\n\nOne language")
    shown = on_terminal("help", "choosing", columns=60).lines
    assert shown[0] == "CHOOSING" and max(map(len, shown)) <= 60
    assert "`dailypapers sync --help` says what the command takes." in run("help", "sync").lines
    assert "The same marks on all your machines" in run("help", "all").out


def test_the_manual_has_at_most_twelve_pages_and_former_names_lead_to_them(run: Run) -> None:
    assert len(USER_PAGES) <= 12 and set(PAGES) == {file.stem for file in FOLDER.glob("*.md")}
    assert run("help", "mail").out == run("help", "feeds").out
    assert run("help", "formats").out.startswith("# When something breaks\n")
    assert set(FORMER_PAGES.values()) <= set(USER_PAGES) and not FORMER_PAGES.keys() & set(PAGES)


# How a page is drawn


PAGE = r"""# A page

Some text with `code`, `a` `b`, **strong words** and [a link](https://example.org) that is wrapped
over lines.
- one item
- another item, `with a ~ sign`

## A section

| Name | What it does | Since |
|---|---|---|
| `short` | A description that is wrapped over some lines | 1 |
| `a|b and a name that is too long` | Other | |

### Examples:

```sh
dailypapers list  # papers
dailypapers mark read --query 'a quoted query of words' 2606.00001 2606.00002  # a remark
```
```toml
theme = "dark"  # a remark
```
.It's a request
""".replace("a|b", r"a\|b")


def test_a_page_is_drawn_within_its_width() -> None:
    assert "\n".join("".join(piece.text for piece in line).rstrip() for line in page_lines(PAGE, 44)) == dedent(
        """\
        A PAGE

        Some text with code, a  b, strong words and
        a link that is wrapped over lines.

        - one item

        - another item, with a ~ sign

        A section

          short  What it does: A description that is
                 wrapped over some lines
                 Since: 1
          a|b and a name that is too long
                 What it does: Other

        Examples:
          dailypapers list
              # papers
          dailypapers mark read --query \\
            'a quoted query of words' 2606.00001 \\
            2606.00002
              # a remark

          theme = "dark"  # a remark

        .It's a request"""
    )


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
    told = TEXTS["reading"].partition("## Signs")[2]
    assert [name for _, name, about in MEANINGS if f"{name}: {about}" not in told] == []
    assert "| `★` `#` | Starred: " in told and "| `.` | Read: " in told
    assert [name for name in COMMANDS if name != "help" and f"| `{name}` |" not in TEXTS["scripts"]] == []
    assert "<!--" not in "".join(TEXTS.values())


def test_the_manual_shows_the_users_keys() -> None:
    assert "| `$` | Star: " in page("reading", Keymap(overrides={"paper.star": "$"}))


QUERIES = re.findall(r"`([^`]+)`", " ".join(re.findall(r"^\| (`.*?) \|", TEXTS["queries"], re.M)))


def test_every_query_parses_and_compiles_and_every_field_is_shown() -> None:
    for query in QUERIES:
        compile_query(parse(query), Scope(date(2026, 6, 30), "2026-06-30"))
    assert [field for field in FIELDS if f"{field}:" not in " ".join(QUERIES)] == []
    assert {query for query, _ in rows(TEXTS["queries"])} >= {'"world models"', "is:opened  is:finished  is:passed"}


def test_files_and_modules_that_pages_name_are_there() -> None:
    text = "".join(TEXTS.values())
    assert [link for link in re.findall(r"\]\(([^)#:]+)\)", text) if not (FOLDER / link).is_file()] == []
    modules = re.findall(r"python -m (tests[\w.]+|reader[\w.]+)", text)
    files = [ROOT / name.replace(".", "/") for name in modules]
    assert len(modules) > 3
    assert [file for file in files if not (file.with_suffix(".py").is_file() or (file / "__main__.py").is_file())] == []
