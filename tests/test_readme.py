"""The README is one page and tells the truth; the manual has all else."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from reader import __version__
from reader.commands.line.registry import COMMANDS
from tests.table import each

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")

INSTALL = "python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/dailypapers"
DEVELOP = "python3 -m venv .venv && .venv/bin/pip install -e '.[dev]' && .venv/bin/pytest"


def test_it_is_one_page() -> None:
    assert len(README.splitlines()) <= 220 and len(README.split()) <= 1800


@each("command", [INSTALL, DEVELOP])
def test_the_two_commands_stand_on_lines_of_their_own(command: str) -> None:
    assert command in README.splitlines()


def test_ci_runs_the_second_command_and_tests_that_are_there() -> None:
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    assert DEVELOP in script.splitlines()
    for path in re.findall(r"\btests/[\w/{},.]+", script):
        begins, _, rest = path.partition("{")
        names, _, ends = rest.partition("}")
        assert [name for name in names.split(",") if not (ROOT / f"{begins}{name}{ends}").exists()] == [], path


def test_every_command_that_is_shown_exists() -> None:
    shown = set(re.findall(r"^dailypapers ([a-z]+)\b(?!:)", README, re.M))
    assert shown <= set(COMMANDS)
    assert len(shown) > 8


def test_the_changelog_begins_with_this_version_and_has_a_page_at_most_for_each() -> None:
    _, *versions = re.split(r"^## ", (ROOT / "CHANGELOG.md").read_text("utf-8"), flags=re.M)
    assert len(versions) > 1
    assert versions[0].split()[0] == __version__.partition(".dev")[0]
    assert [one.splitlines()[0] for one in versions if len(one.splitlines()) > 100] == []


def test_files_that_it_links_to_are_there() -> None:
    links = [link for link in re.findall(r"\]\(([^)]+)\)", README) if "://" not in link]
    assert len(links) > 15
    assert [link for link in links if not (ROOT / link).is_file()] == []


def test_it_links_to_every_page_of_the_manual() -> None:
    pages = {f"reader/manual/{file.name}" for file in (ROOT / "reader" / "manual").glob("*.md")}
    assert pages <= set(re.findall(r"\]\(([^)]+)\)", README))


def test_every_extra_is_explained() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    explained = re.findall(r"^\| `(\w+)` \|", README.partition("| Extra |")[2].partition("## Three keys")[0], re.M)
    assert sorted(explained) == sorted(set(extras) - {"dev"})
