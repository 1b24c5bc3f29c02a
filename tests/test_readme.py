"""The README tells the truth: its commands, keys, settings and queries are those of the program."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from pathlib import Path

import pytest

from reader.cache.search.compile import Scope, compile_query
from reader.commands.line.registry import COMMANDS
from reader.commands.settings_file import template
from reader.core.query import FIELDS, parse
from reader.keys.keymap import keys_table
from reader.ui.help.screen import legend
from reader.ui.kit.glyphs import ASCII, UNICODE

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")

INSTALL = "python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/dailypapers"
DEVELOP = "python3 -m venv .venv && .venv/bin/pip install -e '.[dev]' && .venv/bin/pytest"


def between(begin: str, end: str) -> str:
    return README.partition(begin)[2].partition(end)[0].strip()


@pytest.mark.parametrize("command", [INSTALL, DEVELOP])
def test_the_two_commands_stand_on_lines_of_their_own(command: str) -> None:
    assert command in README.splitlines()


def test_ci_runs_the_second_command() -> None:
    assert DEVELOP in (ROOT / ".ci" / "run").read_text("utf-8").splitlines()


def test_the_keys_are_those_of_the_table() -> None:
    assert between("<!-- keys: made by `dailypapers keys --format markdown` -->", "<!--") == keys_table("markdown")


def test_the_settings_are_those_of_the_template() -> None:
    block = between("<!-- settings: made by `dailypapers config init` -->", "<!--")
    assert block == f"```toml\n{template().strip()}\n```"


def signs_table() -> str:
    """The legend in Unicode and ASCII, as Markdown."""

    def cell(text: str) -> str:
        return "" if text == "blank" else f"`{text}`".replace("|", "\\|")

    pairs = zip(legend(UNICODE), legend(ASCII), strict=True)
    rows = (f"| {cell(one.text)} | {cell(other.text)} | {one.name}: {one.about} |" for one, other in pairs)
    return "\n".join(("| Sign | ASCII | Meaning |", "|---|---|---|", *rows))


def test_the_signs_are_those_of_the_legend() -> None:
    assert between("<!-- signs: made from reader/ui/help/screen.py -->", "<!--") == signs_table()


def test_the_signs_that_are_named_first_are_those_of_the_legend() -> None:
    named = re.findall(r"`(\S+)` [a-z]", between("## Signs", "<details>"))
    assert set(named) <= {sign.text for sign in legend(UNICODE)}
    assert len(named) > 5


ROWS = re.findall(r"^\| (`.*?) \|", between("## Queries", "Case and"), re.M)
QUERIES = re.findall(r"`([^`]+)`", " ".join(ROWS))


def test_the_query_table_is_not_empty() -> None:
    assert len(QUERIES) > 30


@pytest.mark.parametrize("query", QUERIES)
def test_every_query_of_the_table_parses_and_compiles(query: str) -> None:
    compile_query(parse(query), Scope(date(2026, 6, 30), "2026-06-30"))


def test_every_field_stands_in_the_query_table() -> None:
    shown = " ".join(QUERIES)
    assert [field for field in FIELDS if f"{field}:" not in shown] == []


def test_every_command_that_is_shown_exists() -> None:
    shown = set(re.findall(r"dailypapers ([a-z]+)\b(?!:)", README))
    assert shown <= set(COMMANDS)
    assert len(shown) > 8


TREE = between("```\nreader/", "```")


def test_files_that_it_links_to_are_there() -> None:
    links = [link for link in re.findall(r"\]\(([^)]+)\)", README) if "://" not in link and link[0] != "#"]
    assert len(links) > 2
    assert [link for link in links if not (ROOT / link).is_file()] == []


def test_headings_that_it_links_to_are_there() -> None:
    links = re.findall(r"\]\(#([^)]+)\)", README)
    headings = {
        re.sub(r"[^\w -]", "", line.lower()).replace(" ", "-") for line in re.findall(r"^#+ (.+)", README, re.M)
    }
    assert len(links) > 10
    assert [link for link in links if link not in headings] == []


def test_what_is_folded_is_closed() -> None:
    """A fold that stays open would swallow the rest of the page."""
    marks = re.findall(r"^</?details>$", README, re.M)
    assert marks == ["<details>", "</details>"] * (len(marks) // 2)


def test_the_tree_is_that_of_the_repository() -> None:
    names = [name for line in TREE.splitlines() for name in re.split(r" {3,}", line.strip())[0].split()]
    assert [name for name in names if not (ROOT / "reader" / name).exists() and not (ROOT / name).exists()] == []
    packages = {f"{file.parent.name}/" for file in (ROOT / "reader").glob("*/__init__.py")}
    assert packages <= set(names)


def test_modules_that_it_runs_are_there() -> None:
    modules = re.findall(r"python -m (tests[\w.]+|reader[\w.]+)", README)
    assert len(modules) > 3
    files = [ROOT / name.replace(".", "/") for name in modules]
    assert [file for file in files if not (file.with_suffix(".py").is_file() or (file / "__main__.py").is_file())] == []


def test_variables_of_the_environment_are_read_by_the_program() -> None:
    rows = re.findall(r"^\| (`.*?) \|", between("| Variable |", "## Develop"), re.M)
    variables = {name for row in rows for name in re.findall(r"`([A-Z_]+)`", row)}
    code = "".join(file.read_text("utf-8") for file in (ROOT / "reader").rglob("*.py"))
    assert "DAILYPAPERS_HOME" in variables
    assert [name for name in variables if f'"{name}"' not in code] == []


def test_every_extra_is_explained() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    explained = re.findall(r"^\| `(\w+)` \|", README.partition("| Extra |")[2].partition("## Three keys")[0], re.M)
    assert sorted(explained) == sorted(set(extras) - {"dev"})
