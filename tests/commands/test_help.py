"""The help: one page at first, examples before all else, and no word broken."""

from __future__ import annotations

import pytest

from reader.commands.help_text import PAGES
from reader.commands.line.registry import COMMANDS, GROUPS, USUAL
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
    assert {*USUAL, *PAGES, "all"} <= set(said.split())
    assert len(USUAL) == 12


def test_help_is_the_first_page_wherever_it_stands(run: Run) -> None:
    first = run("--help").out
    for words in (("-h",), ("help",), ("--demo", "--help"), ("agents", "-h")):
        assert run(*words).out == first
    assert "### Get papers" in run("help", "all").lines
    assert "one of these (default: list):" in run("help", "follow").out
    assert run("lst", "--help").code == 2


def test_help_all_has_a_line_for_each_command(run: Run, on_terminal: RunOnTerminal) -> None:
    lines = on_terminal("help", "all").lines
    for group in GROUPS.values():
        size = max(map(len, group))
        for name, gist in group.items():
            assert f"  {name:<{size}}  {gist}" in lines
    assert len(run("--help").lines) < 24


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


def test_help_of_a_command_is_its_own_help(run: Run) -> None:
    assert run("help", "list").out == run("list", "--help").out == run("list", "-h", "--nothing").out


def test_help_says_what_there_is_and_what_is_not(session: Session) -> None:
    session(
        """
        @ help
        Read the daily papers of Hugging Face. Without a command, the reader opens.

          dailypapers                         # the reader
          dailypapers topic:agents is:unread  # on a query
          dailypapers --demo                  # a sample, no network
          dailypapers list day:latest         # print the newest

          list     the papers of a query        refresh  from the feed
          show     a paper, with its links      add      by id or address
          read     the full text of a paper     import   from a file
          search   in the feed itself           export   BibTeX, Markdown, CSV, JSON
          mark     read, star, queue, hide      undo     the last mark
          tag      papers, with your own words  config   the settings

        Options: --demo, --plain, --color WHEN, --log-level LEVEL, -V (--version), -h
        (--help).
        More: 'dailypapers help all', 'help COMMAND', 'help PAGE'. Pages: reading,
        queries, keys, choosing, views, settings, import-export, scripts, sync, mail,
        browser, agents, trouble, formats, words, extensions, developing.
        Other words are a query; 'dailypapers -- WORDS' if they look like a command.
        $ help lst
        2! dailypapers: There is no command or page 'lst'. Did you mean list?
        $ help xylophone
        2! dailypapers: There is no command or page 'xylophone'. 'dailypapers help all' lists them.
        $ help --man list
        2! dailypapers: --man shows all pages; 'dailypapers help list' prints one.
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
    assert "`dailypapers keys --help` says what the command takes." in run("help", "keys").lines
    assert "The same marks on all your machines" in run("help", "all").out


def test_the_man_page_is_printed_into_a_pipe_and_without_man_all_of_the_manual_is_shown(
    run: Run, on_terminal: RunOnTerminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("help", "--man").out.startswith(".TH DAILYPAPERS 1 ")
    monkeypatch.setattr("shutil.which", lambda *_, **__: None)
    shown = on_terminal("help", "--man", columns=80).lines
    assert shown[0] == "DESCRIPTION" and {"dailypapers list", "QUERIES", "DEVELOPING"} <= set(shown)
