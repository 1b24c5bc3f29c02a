"""The README's commands and links work."""

from __future__ import annotations

import re
from pathlib import Path

from reader.commands.registry import COMMANDS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")

INSTALL = "python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/dailypapers"
DEVELOP = "python3 -m venv .venv && .venv/bin/pip install -e '.[dev]' && .venv/bin/pytest"


def test_the_two_commands_stand_on_lines_of_their_own_and_ci_runs_the_second() -> None:
    assert {INSTALL, DEVELOP} <= set(README.splitlines())
    assert DEVELOP in (ROOT / ".ci" / "run").read_text("utf-8").splitlines()


def test_every_command_that_is_shown_exists() -> None:
    shown = set(re.findall(r"^dailypapers ([a-z]+)\b(?!:)", README, re.M))
    assert len(shown) > 8
    assert shown <= set(COMMANDS)


def test_files_that_it_links_to_exist_and_every_page_of_the_manual_is_linked() -> None:
    links = {link for link in re.findall(r"\]\(([^)]+)\)", README) if "://" not in link}
    assert {link for link in links if not (ROOT / link).is_file()} == set()
    assert {f"reader/manual/{file.name}" for file in (ROOT / "reader" / "manual").glob("*.md")} <= links
