"""The help: one page at first, examples before all else, and no word broken."""

from __future__ import annotations

import pytest

from reader.commands.help_text import PAGES
from reader.commands.line.registry import COMMANDS, GROUPS, USUAL
from tests.commands.conftest import Run, RunOnTerminal

SIZES = [(60, 20), (80, 24), (140, 42)]


@pytest.mark.parametrize(("columns", "rows"), SIZES)
@pytest.mark.parametrize("words", [("--help",), ("-h",), ("help",)])
def test_the_first_page_fits_the_screen_and_names_the_usual_commands(
    on_terminal: RunOnTerminal, words: tuple[str, ...], columns: int, rows: int
) -> None:
    found = on_terminal(*words, columns=columns, rows=rows)
    assert found.code == 0
    # The prompt takes a line.
    assert len(found.lines) < rows
    assert all(len(line) <= columns for line in found.lines)
    assert {*USUAL, *PAGES, "all"} <= set(
        found.out.replace(",", " ").replace("'", " ").replace(". ", " ").replace(".\n", " ").split()
    )
    assert len(USUAL) == 12


def test_help_is_the_first_page_wherever_it_stands(run: Run) -> None:
    assert run("--demo", "--help").out == run("agents", "-h").out == run("--help").out
    assert "### Get papers" in run("help", "all").lines
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


def test_usage_tells_what_is_needed(run: Run) -> None:
    assert "Usage: dailypapers list [QUERY ...] [OPTIONS]" in run("list", "--help").lines
    assert "Usage: dailypapers show ID [OPTIONS]" in run("show", "--help").lines
    assert "Usage: dailypapers import [FILE ...] [OPTIONS]" in run("import", "--help").lines


def test_help_has_colour_on_a_terminal_only(
    run: Run, on_terminal: RunOnTerminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "\x1b" not in run("list", "--help").out
    assert "\x1b[1mOptions:\x1b[0m" in run("list", "--help", "--color=always").out
    monkeypatch.setenv("CLICOLOR_FORCE", "1")
    assert "\x1b[1mOptions:\x1b[0m" in on_terminal("list", "--help").out
    assert "\x1b" not in on_terminal("list", "--help", "--color", "never").out


def test_help_of_what_does_not_exist_asks_what_was_meant(run: Run) -> None:
    found = run("help", "lst")
    assert (found.code, found.err) == (2, "dailypapers: There is no command or page 'lst'. Did you mean list?\n")


def test_help_of_a_page_is_markdown_in_a_pipe_and_lines_on_a_terminal(run: Run, on_terminal: RunOnTerminal) -> None:
    assert run("help", "queries").out.startswith("# Queries\n\nOne language")
    shown = on_terminal("help", "choosing", columns=60).lines
    assert shown[0] == "CHOOSING" and max(map(len, shown)) <= 60
    assert "`dailypapers keys --help` says what the command takes." in run("help", "keys").lines
    assert "The same marks on all your machines" in run("help", "all").out


def test_the_man_page_is_printed_into_a_pipe(run: Run) -> None:
    assert run("help", "--man").out.startswith(".TH DAILYPAPERS 1 ")


def test_without_man_all_of_the_manual_is_shown(on_terminal: RunOnTerminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda *_, **__: None)
    shown = on_terminal("help", "--man", columns=80).lines
    assert shown[0] == "DESCRIPTION" and {"dailypapers list", "QUERIES", "DEVELOPING"} <= set(shown)
