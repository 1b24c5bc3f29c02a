"""Extensions of other packages: found by name, imported late, switched off when they fail; and an example."""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path

import pytest

from reader import api, installed
from reader.commands.help import page
from reader.commands.line.shell import understand
from reader.ui.shell.commands import CommandContext
from tests.commands.conftest import DAYS, Result, Run
from tests.extensions.packages import EXAMPLES, Packages, packages
from tests.table import each
from tests.test_imports import TO_FIRST_LIST
from tests.test_imports import run as run_program

__all__ = ["packages"]


@pytest.mark.parametrize("file", sorted(EXAMPLES.glob("*.py")), ids=lambda file: file.stem)
def test_each_is_small_and_uses_the_api_alone(file: Path) -> None:
    lines = file.read_text("utf-8").splitlines()
    assert len(lines) < 80
    assert {line.split()[1] for line in lines if line.startswith("from reader")} == {"reader.api"}


# How they are found, imported and switched off


GREET = """
from reader.api import Command, Extension, Finding, print_line

def greet(arguments, workspace):
    print_line("Good morning.")
    return 0

GREET = Command("{name}", "Greet.", (("{name}", "says good morning"),), lambda parser: None, greet)
EXTENSION = Extension(
    name="{name}", commands=(GREET,), findings=(lambda workspace: [Finding("Manners", "greeting", "good")],)
)
"""


def test_every_name_of_the_api_is_there_and_in_the_manual() -> None:
    assert len(api.__all__) < 25
    assert [name for name in api.__all__ if not hasattr(api, name)] == []
    assert [name for name in api.__all__ if f"`{name}" not in page("extensions")] == []


def test_a_command_of_another_package_is_one_of_the_program(packages: Packages, run: Run) -> None:
    packages.install("greet", GREET)
    assert list(installed.others()) == ["greet"] and "greet" not in sys.modules
    assert run("greet").out == "Good morning.\n"
    assert "says good morning" in run("greet", "--help").out
    assert "says good morning" in run("help", "greet").out
    assert "### Of extensions" in run("help", "all").out
    assert "Did you mean greet?" in run("help", "greeet").err
    out = run("doctor").out
    assert "greeting" in out and "greet of greet 2.1" in out
    assert installed.switched_off == {}


def test_the_command_line_of_the_reader_puts_the_papers_in_place_of_ids(packages: Packages) -> None:
    packages.install_example("short_reads", "minutes")
    typed = understand("minutes {ids}", CommandContext(("2605.00001", "2605.00002")))
    assert typed.words == ("minutes", "2605.00001", "2605.00002")


def test_the_first_list_is_there_without_it(packages: Packages, tmp_path: Path, filled: Path) -> None:
    """One that hangs as it is imported costs the start nothing: it is imported once the list is there."""
    packages.install("greet", "import time; time.sleep(99)")
    home = tmp_path / "first"
    home.mkdir()
    shutil.copy(filled, home / "papers.db")
    modules = set(run_program(f"LAST = {DAYS['2026-06-30'][0]['paper']['title']!r}\n{TO_FIRST_LIST}", home).split())
    assert "reader.ui.list.pane" in modules
    assert not modules & {"greet", "importlib.metadata", "reader.api"}


FAILING = {
    "raises": ("raise ValueError('no luck')", "it failed: ValueError: no luck"),
    "exits": ("raise SystemExit(3)", "it failed: SystemExit: 3"),
    "other": ("EXTENSION = 5", "does not lead to an Extension"),
    "empty": ("", "AttributeError"),
    "strange": (re.sub(r"findings=.*,\)", "findings=5", GREET), "TypeError"),
    "doubtful": (GREET.replace("lambda workspace: [", "lambda workspace: [1 / 0, "), "ZeroDivisionError"),
}


@pytest.mark.parametrize("how", FAILING)
def test_one_that_fails_is_switched_off_and_named_and_takes_nothing_with_it(
    packages: Packages, run: Run, how: str
) -> None:
    code, why = FAILING[how]
    packages.install(f"bad_{how}", code)
    packages.install("greet", GREET)
    output = run("doctor")
    assert output.code == 1
    assert "! extension" in output.out and f"bad_{how} 2.1" in output.out
    assert why in output.out.partition("Switched off: ")[2]
    assert "greeting" in output.out
    assert run("greet").code == run("count").code == 0


def test_the_command_of_one_that_fails_says_why(packages: Packages, run: Run) -> None:
    packages.install("bad", "raise ValueError('no luck')")
    packages.install("worse", "raise ValueError('less luck')")
    assert "less luck" in run("worse").err
    expected = "dailypapers: The extension bad can't be used: it failed: ValueError: no luck.\n"
    assert run("bad") == Result(1, "", expected)


def test_a_name_of_our_own_package_is_recognised(packages: Packages, run: Run) -> None:
    packages.install("bad", GREET.replace("Greet.", "Shadow."), {"list": "bad:EXTENSION"})
    assert "Shadow." not in run("list", "--help").out


@each("lines", ["= =", "greet", "greet = ", "greet = no module:at all", "\0", "[broken"])
def test_entry_points_that_can_not_be_read_stop_nothing(packages: Packages, run: Run, lines: str) -> None:
    packages.install("greet", GREET)
    packages.write_entries("greet", lines)
    assert run("count").code == 0
    assert run("doctor").err in ("", "dailypapers: 1 finding above, marked with !.\n")


def test_the_example_of_the_manual_works(packages: Packages, run: Run, papers: Path) -> None:
    packages.install("shout", page("extensions").split("```python\n")[1].partition("```")[0])
    assert run("shout", "is:unread").out == "6 PAPERS!\n"


class Origin:
    """What an installer wrote about the place from which it installed the program."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read_text(self, name: str) -> str:
        assert name == "direct_url.json"
        return json.dumps({"url": self._folder.as_uri(), "dir_info": {}})


@each(
    ("receipt", "text", "command"),
    [
        ("other", "dailypapers[pdf]", f"{sys.executable} -m pip install"),
        ("pipx_metadata.json", '{"package_or_url": "/src/papers[pdf]"}', "pipx install --force"),
        ("uv-receipt.toml", 'requirements = [{ name = "dailypapers", extras = ["pdf"] }]', "uv tool install"),
    ],
)
def test_a_missing_extra_names_the_command_of_this_installation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, receipt: str, text: str, command: str
) -> None:
    monkeypatch.setattr("sys.prefix", str(tmp_path))
    (tmp_path / receipt).write_text(text)
    extras = "mcp" if receipt == "other" else "mcp,pdf"
    origin = tmp_path / "my checkout"
    monkeypatch.setattr("importlib.metadata.distribution", lambda _: Origin(origin))
    from_index = installed.needs_extra("This needs", "mcp")
    origin.mkdir()
    from_folder = installed.needs_extra("This needs", "mcp")
    origin.rmdir()
    (tmp_path / receipt).unlink()
    assert from_index == f"This needs the extra mcp, which \"{command} 'dailypapers[{extras}]'\" installs."
    assert from_folder == f"This needs the extra mcp, which \"{command} '{origin}[{extras}]'\" installs."
