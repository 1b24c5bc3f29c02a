"""The manual: its pages are true, and the man page is made of them by the standard library alone."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import fields
from datetime import date
from pathlib import Path

import pytest

from reader.cache.search.compile import Scope, compile_query
from reader.commands.help_text import FOLDER, PAGES, gists_of_pages, page_lines, read_blocks, rows
from reader.commands.line.manual import man_page, page
from reader.commands.line.registry import COMMANDS, find_command
from reader.config import Settings
from reader.core.lines import measure
from reader.core.query import FIELDS, parse
from reader.keys.actions import ACTIONS
from reader.keys.keymap import Keymap
from reader.ui.kit.glyphs import MEANINGS, UNICODE

ROOT = Path(__file__).parents[2]
TEXTS = {name: page(name) for name in PAGES}
MAN = man_page("1.2.3")

REQUESTS = {".TH", ".SH", ".SS", ".TP", ".PP", ".br", ".ad", ".nh", ".ds", ".nf", ".fi"}


# The pages


def test_every_page_is_named_and_says_what_it_is_about() -> None:
    assert sorted(PAGES) == sorted(file.stem for file in FOLDER.glob("*.md"))
    assert [name for name, gist in gists_of_pages().items() if not 10 < len(gist) < 100] == []


def test_what_is_made_from_the_code_is_whole() -> None:
    assert [action.id for action in ACTIONS if f"{action.name}: " not in TEXTS["keys"]] == []
    assert [action.id for action in ACTIONS if f"`{action.id}`" not in TEXTS["keys"]] == []
    assert [one.name for one in fields(Settings) if not re.search(rf"`\[*{one.name}\b", TEXTS["settings"])] == []
    assert "| `[keys]` |" in TEXTS["settings"] and "| `[[views]]` |" in TEXTS["settings"]
    told = TEXTS["keys"].partition("## Signs")[2]
    assert [name for _, name, about in MEANINGS if f"{name}: {about}" not in told] == []
    assert "| `★` `#` | Starred: " in told and "| `.` | Read: " in told
    assert [name for name in COMMANDS if name != "help" and f"| `{name}` |" not in TEXTS["scripts"]] == []
    assert "<!--" not in "".join(TEXTS.values())


def test_the_keys_are_the_users_own() -> None:
    assert "| `$` | Star: " in page("keys", Keymap(overrides={"paper.star": "$"}))


def test_the_signs_that_are_named_first_are_those_of_the_table() -> None:
    named = re.findall(r"`(\S+)` [a-z]", TEXTS["keys"].partition("## Signs")[2].partition("|")[0])
    assert set(named) <= {getattr(UNICODE, field) for field, _, _ in MEANINGS}
    assert len(named) > 5


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


def test_the_tree_is_that_of_the_repository() -> None:
    tree = TEXTS["developing"].partition("```\nreader/")[2].partition("```")[0]
    names = [name for line in tree.splitlines() for name in re.split(r" {3,}", line.strip())[0].split()]
    assert [name for name in names if not (ROOT / "reader" / name).exists() and not (ROOT / name).exists()] == []
    packages = {f"{file.parent.name}/" for file in (ROOT / "reader").glob("*/__init__.py")}
    assert packages <= set(names)


def test_variables_of_the_environment_are_read_by_the_program() -> None:
    variables = {name for names, _ in rows(TEXTS["settings"]) for name in re.findall(r"[A-Z_]{5,}", names)}
    code = "".join(file.read_text("utf-8") for file in (ROOT / "reader").rglob("*.py"))
    assert "DAILYPAPERS_HOME" in variables
    assert [name for name in variables if f'"{name}"' not in code] == []


# As lines


@pytest.mark.parametrize("width", [60, 80, 100])
def test_lines_fit_and_nothing_is_left_out(width: int) -> None:
    for name, text in TEXTS.items():
        lines = list(page_lines(text, width))
        examples = [line for block in read_blocks(text) if block.is_example for line in block.body.splitlines()]
        long = [line for line in lines if measure(line) > width]
        drawn = ["".join(piece.text for piece in line) for line in long]
        assert [line for line in drawn if not any(line.strip(" \\") in one for one in examples)] == [], name
        shown = re.sub(r"[\W_]", "", "".join(piece.text for line in lines for piece in line)).casefold()
        heads = r"^\|.*\|\n(?=\|---)"
        words = re.findall(r"\w{4,}", re.sub(rf"{heads}|\]\([^)]*\)|^```\w+|[`*\\]", " ", text, flags=re.M))
        assert [word for word in words if word.replace("_", "").casefold() not in shown] == [], name


# For `man`


def test_every_command_and_page_has_a_section() -> None:
    plain = MAN.replace(r"\-", "-").replace(r"\(aq", "'").replace(r"\(ti", "~")
    for name in COMMANDS:
        section = plain.partition(f".SS dailypapers {name}\n")[2].partition("\n.SS ")[0].partition("\n.SH ")[0]
        assert find_command(name).summary in section
    headings = re.findall(r"^\.S[HS] (.*)", plain, re.M)
    assert {"QUERIES", "Papers like one", "WHEN SOMETHING BREAKS"} <= set(headings)
    assert r"\fB\-n, \-\-limit N\fR" in MAN
    assert '"dailypapers 1.2.3"' in MAN


def test_no_text_is_taken_for_a_request_or_an_escape() -> None:
    assert {line.split()[0] for line in MAN.splitlines() if line.startswith(".")} <= REQUESTS
    assert not [line for line in MAN.splitlines() if line.startswith("'")]
    assert set(re.findall(r"\\(\(..|.)", MAN)) <= {"-", "e", "&", "f", "(aq", "(ga", "(ha", "(ti"}


@pytest.mark.skipif(shutil.which("man") is None, reason="man is not here")
def test_man_shows_it(tmp_path: Path) -> None:
    (tmp_path / "page.1").write_text(MAN)
    shown = subprocess.run(
        ["man", "-l", str(tmp_path / "page.1")],
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": "/usr/bin:/bin", "MANWIDTH": "80", "LANG": "C.UTF-8"},
    )
    assert "dailypapers list -topic:evaluation since:7d --json" in shown.stdout
    assert "dailypapers topics lists the topics" in " ".join(shown.stdout.split())


def test_it_is_made_by_the_standard_library_alone() -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from reader.commands.line.manual import man_page; man_page('1')"
    )
    subprocess.run([sys.executable, "-I", "-S", "-c", code, str(ROOT)], check=True)
