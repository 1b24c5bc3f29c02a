"""Scripts that complete words in a shell."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands.conftest import Run
from tests.table import each


@each("shell", ["bash", "zsh", "fish"])
def test_completions_are_good_scripts(run: Run, shell: str) -> None:
    script = run("completions", shell).out
    assert "completions answer --" in script
    if shutil.which(shell):
        checked = subprocess.run([shell, "-n"], input=script, capture_output=True, text=True, check=False)
        assert (checked.returncode, checked.stderr) == (0, "")


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not here")
def test_bash_completes_what_stands_after_a_colon(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "dailypapers").write_text(f'#!/bin/sh\nexec {sys.executable} -m reader "$@"\n')
    (tmp_path / "dailypapers").chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    call = 'COMP_LINE=$1 COMP_POINT=${#1}; _dailypapers 2>/dev/null; printf "%s\\n" "${COMPREPLY[@]}"'
    script = run("completions", "bash").out + call
    for line, reply in (
        ("dailypapers compl", "completions"),
        ("dailypapers list -n 3 sort:upv", "upvotes"),
        ("dailypapers list --json=id,titl", "id,title"),
    ):
        found = subprocess.run(["bash", "-c", script, "bash", line], capture_output=True, text=True, check=True)
        assert found.stdout == f"{reply}\n"
