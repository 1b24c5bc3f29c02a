"""The page of the manual: from the tables of the help, in good roff, by the standard library alone."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from reader.commands.line.manual import ENVIRONMENT, manual
from reader.commands.line.registry import COMMANDS, find_command

ROOT = Path(__file__).parents[2]
PAGE = manual("1.2.3")

REQUESTS = {".TH", ".SH", ".SS", ".TP", ".PP", ".br", ".ad", ".nh", ".ds"}


def test_every_command_has_a_section_with_its_options_and_examples() -> None:
    plain = PAGE.replace(r"\-", "-").replace(r"\(aq", "'").replace(r"\(ti", "~")
    for name in COMMANDS:
        section = plain.partition(f".SS dailypapers {name} ")[2].partition("\n.SS ")[0].partition("\n.SH ")[0]
        assert find_command(name).summary in section
        examples = [f"dailypapers {words}" for words, _ in find_command(name).examples]
        assert [words for words in examples if words not in plain] == []
    assert r"\fB\-n, \-\-limit N\fR" in PAGE
    assert '"dailypapers 1.2.3"' in PAGE


def test_no_text_is_taken_for_a_request_or_an_escape() -> None:
    assert {line.split()[0] for line in PAGE.splitlines() if line.startswith(".")} <= REQUESTS
    assert not [line for line in PAGE.splitlines() if line.startswith("'")]
    assert set(re.findall(r"\\(\(..|.)", PAGE)) <= {"-", "e", "&", "f", "(aq", "(ga", "(ha", "(ti"}


@pytest.mark.skipif(shutil.which("man") is None, reason="man is not here")
def test_man_shows_it(tmp_path: Path) -> None:
    (tmp_path / "page.1").write_text(PAGE)
    shown = subprocess.run(
        ["man", "-l", str(tmp_path / "page.1")],
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": "/usr/bin:/bin", "MANWIDTH": "80", "LANG": "C.UTF-8"},
    )
    assert "dailypapers list -topic:evaluation since:7d --json" in shown.stdout
    assert "'dailypapers topics' lists" in " ".join(shown.stdout.split())


def test_it_is_made_by_the_standard_library_alone() -> None:
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from reader.commands.line.manual import manual; manual('1')"
    subprocess.run([sys.executable, "-I", "-S", "-c", code], check=True)


def test_its_variables_are_read_by_the_program() -> None:
    code = "".join(
        file.read_text("utf-8") for file in (ROOT / "reader").rglob("*.py") if file.name not in ("manual.py",)
    )
    names = [name for names, _ in ENVIRONMENT for name in names.split(", ")]
    assert [name for name in names if f'"{name}"' not in code] == []
