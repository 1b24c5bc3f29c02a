"""Completion scripts."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from tests.commands.conftest import Run


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completions_know_the_commands_and_are_good_scripts(run: Run, shell: str) -> None:
    script = run("completions", shell).out
    for word in ("refresh", "export", "--dry-run", "unstar", "markdown"):
        assert word.lstrip("-") in script
    if shutil.which(shell):
        checked = subprocess.run([shell, "-n"], input=script, capture_output=True, text=True, check=False)
        assert (checked.returncode, checked.stderr) == (0, "")


def test_completions_of_an_unknown_shell_are_used_wrongly(run: Run) -> None:
    assert run("completions", "csh").code == 2
