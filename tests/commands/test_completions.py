"""Completion scripts, and the words that they are answered."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.commands.conftest import Run
from tests.table import each


def answer(run: Run, *words: str) -> list[str]:
    """The words that may take the place of the last one."""
    found = run("completions", "answer", "--", *words)
    assert (found.code, found.err) == (0, "")
    return [line.split("\t")[0] for line in found.lines]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completions_are_good_scripts(run: Run, shell: str) -> None:
    script = run("completions", shell).out
    assert "completions answer --" in script
    if shutil.which(shell):
        checked = subprocess.run([shell, "-n"], input=script, capture_output=True, text=True, check=False)
        assert (checked.returncode, checked.stderr) == (0, "")


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not here")
@pytest.mark.parametrize(
    ("line", "replies"),
    [
        ("dailypapers compl", ["completions"]),
        ("dailypapers list -n 3 sort:upv", ["upvotes"]),
        ("dailypapers list --json=id,titl", ["id,title"]),
        ("dailypapers mark unst", ["unstar"]),
    ],
)
def test_bash_completes_what_stands_after_a_colon(
    run: Run, tmp_path: Path, line: str, replies: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import os
    import sys

    (tmp_path / "dailypapers").write_text(f'#!/bin/sh\nexec {sys.executable} -m reader "$@"\n')
    (tmp_path / "dailypapers").chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    call = 'COMP_LINE=$1 COMP_POINT=${#1}; _dailypapers 2>/dev/null; printf "%s\\n" "${COMPREPLY[@]}"'
    script = run("completions", "bash").out + call
    found = subprocess.run(["bash", "-c", script, "bash", line], capture_output=True, text=True, check=True)
    assert found.stdout.splitlines() == replies


@each(
    ("words", "some"),
    [
        ([""], ["list", "refresh", "help"]),
        (["compl"], ["completions"]),
        (["topic:rag"], ["topic:rag"][:0]),
        (["list", ""], ["topic:", "is:", "sort:"]),
        (["list", "topic:age"], ["topic:agents"]),
        (["list", "-topic:age"], ["-topic:agents"]),
        (["list", "--", "-topic:age"], ["-topic:agents"]),
        (["topic:age"], ["topic:agents"]),
        (["view:tre"], ["view:trending"]),
        (["count", "is:s"], ["is:starred"]),
        (["mark", "star", "--query", "is:s"], ["is:starred"]),
        (["list", "sort:u"], ["sort:upvotes"]),
        (["list", "keyword:vid"], ["keyword:video"][:0]),
        (["list", "--lim"], ["--limit"]),
        (["list", "--json=id,titl"], ["--json=id,title"]),
        (["list", "--color=al"], ["--color=always"]),
        (["list", "--color", "al"], ["always"]),
        (["export", "--format", "b"], ["bibtex"]),
        (["export", "-o", ""], [":files"]),
        (["import", "a", ""], [":files"]),
        (["help", "quer"], ["queries"]),
        (["config", "get", "refresh_m"], ["refresh_minutes"]),
        (["config", "get", "keys.paper.st"], ["keys.paper.star"]),
        (["config", "set", "theme", "d"], ["dark"]),
        (["config", "set", "ascii", "t"], ["true"]),
        (["config", "path", ""], []),
    ],
)
def test_the_words_that_may_follow(run: Run, papers: Path, words: list[str], some: list[str]) -> None:
    found = answer(run, *words)
    assert [word for word in some if word not in found] == []
    assert all(word.startswith(words[-1]) for word in found if word != ":files" and "topic" not in word)


def test_options_alone_follow_two_dashes(run: Run, papers: Path) -> None:
    assert all(word.startswith("--") for word in answer(run, "list", "--"))
    assert "--color" in answer(run, "list", "--")
    assert "--colour" not in answer(run, "list", "--")


def test_without_a_cache_none_is_made(run: Run, home: Path) -> None:
    assert answer(run, "list", "topic:a") == []
    assert not home.exists()


def test_a_cache_that_can_not_be_read_is_passed_over(run: Run, home: Path) -> None:
    home.mkdir()
    (home / "papers.db").write_bytes(b"no database, but long enough to be one " * 40)
    assert answer(run, "list", "is:unr") == ["is:unread"]
