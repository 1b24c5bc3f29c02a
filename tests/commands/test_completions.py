"""Words that a shell completes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands.conftest import Run, Session
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


# Candidates


def test_completions_offer_the_next_words(session: Session, papers: Path) -> None:
    session(
        """
        $ tag add Later 2606.26740
        1 paper tagged Later. 'dailypapers undo' takes it back.
        $ tag add "to read" 2606.26740
        1 paper tagged to read. 'dailypapers undo' takes it back.
        $ completions answer -- compl
        completions	for your shell
        $ completions answer -- xylo
        $ completions answer -- topic:age
        topic:agents
        topic:gui-agents
        topic:multi-agent
        topic:research-agents
        $ completions answer -- --d
        --demo	open a bundled sample in a throw-away cache, no network
        $ completions answer -- list -topic:gui
        -topic:gui-agents
        $ completions answer -- list tag:
        tag:Later
        $ completions answer -- list --lim
        --limit	print at most N papers
        $ completions answer -- list --json=id,titl
        --json=id,title
        $ completions answer -- list --color al
        always
        $ completions answer -- list --json is:starr
        is:starred
        $ completions answer -- mark unst
        unstar
        $ completions answer -- mark star 2606.26740 ""
        $ completions answer -- export -o ""
        :files
        $ completions answer -- help quer
        queries
        $ completions answer -- config get refresh_m
        refresh_minutes
        $ completions answer -- config set theme d
        dark
        dracula
        $ completions answer -- config set ascii ""
        true
        false
        $ completions answer -- config path ""
        $ completions answer -- views hide tre
        trending
        $ views add Mine agents
        Mine is saved; its key in the reader is g1.
        $ completions answer -- views remove ""
        Mine
        $ completions answer -- views add ""
        $ views add --then follow agents
        agents: 3 papers. Its query is follow:word:agents
        $ completions answer -- views remove w
        word:agents
        $ completions answer -- tag add l
        Later
        $ completions answer -- tag rename later l
        Later
        $ completions answer -- undo ""
        $ completions
        2! dailypapers completions: choose one of bash, zsh, fish, answer. See 'dailypapers completions --help'.
        """
    )


def test_completing_makes_no_cache_and_ignores_a_broken_one(session: Session, home: Path) -> None:
    session("$ completions answer -- list topic:a")
    assert not home.exists()
    home.mkdir()
    (home / "papers.db").write_bytes(b"no database, but long enough to be one " * 40)
    session(
        """
        $ completions answer -- list is:unr
        is:unread
        """
    )
