"""Programs of the user's on papers, from a script."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from contextlib import closing
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

from reader.cache.reads.window import Window
from reader.cache.texts import Texts
from reader.core.document.model import Document, Paragraph, Span
from tests.commands.conftest import IDS, Run, Session
from tests.table import rest_long

SETTINGS = """
[[commands]]
name = "Ids"
run = ["cat"]
input = "ids"

[[commands]]
name = "First words"
run = "head -c 20"
"""


@pytest.fixture(autouse=True)
def settings(papers: Path, home: Path) -> Path:
    file = home / "config.toml"
    file.write_text(SETTINGS)
    return file


def test_a_command_of_the_settings_gets_what_it_asks_for_and_a_shell_only_if_asked_for(run: Run) -> None:
    asked = json.loads(run("pipe", "Ids", IDS[0], "--input", "json").out)
    assert [one["id"] for one in asked] == IDS[:1] and "tags" in asked[0]
    # Without a shell, its signs are letters.
    assert "a;b|c$(d)" in run("pipe", f"{sys.executable} -c 'print(\"a;b|c$(d)\")'", IDS[1]).out
    assert run("pipe", "!head -n 1 | tr a-z A-Z", IDS[1]).out == "## AGENTS THAT WRITE THEIR OWN TOOLS\n"


def test_the_output_of_a_pipe_becomes_a_note(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    printed = run("pipe", "First words", IDS[1])
    assert (printed.out, printed.err) == ("## Agents that write\n", "")
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(printed.out.encode())))
    run("note", IDS[1], "--text", "-")
    assert run("list", "note:agents", "--json=id").json == [{"id": IDS[1]}]


def test_pipe_passes_the_full_text_or_says_it_is_missing(
    run: Run, papers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(Window.open(papers)) as window, closing(Texts.open(papers)) as texts:
        pk = window.pk_of(IDS[0])
        assert pk is not None
        texts.put(pk, Document("", (Paragraph((Span("Sparse attention."),)),)), "feed", "2026-07-01T00:00:00Z")
    ran = run("pipe", "cat", IDS[0], "--input", "fulltext")
    assert ran.out.splitlines()[0].startswith("# LiveEdit") and "Sparse attention." in ran.out
    # The network is asked for the first paper, and is out of reach for all.
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    ran = run("pipe", "cat", IDS[1], IDS[0], IDS[2], "--input", "fulltext")
    assert (ran.code, ran.out.count("# LiveEdit"), ran.err.count("\n")) == (0, 1, 1)
    assert ran.err.startswith(f"Left out: {IDS[1]}, {IDS[2]}. ") and "Offline" in ran.err
    (result,) = run("pipe", "head -c 10", *IDS[:2], "--input", "fulltext", "--json").records
    assert (result["ids"], result["output"]) == ([IDS[0]], "# LiveEdit")
    assert [left["id"] for left in result["left_out"]] == [IDS[1]]
    ran = run("pipe", "cat", *IDS[1:3], "--input", "fulltext")
    assert (ran.code, ran.out) == (1, "")
    assert "Nothing was run: " in ran.err and "another --input" in ran.err and ran.err.count("\n") == 1


def test_pipe_prints_output_and_failures_of_programs(session: Session) -> None:
    session(
        """
        $ pipe ids 2606.26740 2606.30616
        2606.26740
        2606.30616
        $ pipe Ids --query agents --jsonl
        {"ids": ["2606.30616", "2606.28480", "2606.00001"], "output": "2606.30616\\n2606.28480\\n2606.00001", "cut": false, "left_out": []}
        $ pipe "head -n 1" 2606.30616
        ## Agents that write their own tools
        $ pipe cat --query xylophone
        ! Nothing matches.
        $ pipe "" 2606.26740
        2! dailypapers: COMMAND needs the name of one of your commands, or a program.
        $ pipe no-such-program-here 2606.26740
        1! dailypapers: no-such-program-here was not found: it is neither a program nor one of [[commands]] in the settings.
        $ pipe "!echo >&2 wrong; exit 3" 2606.26740
        1! dailypapers: /bin/sh failed (exit code 3): wrong.
        $ pipe "sleep 20" 2606.26740 --seconds 1
        1! dailypapers: sleep took longer than 1 s and was stopped.
        $ pipe cat 2606.26740 --input docx
        2! dailypapers pipe: --input 'docx' is not one of markdown, json, fulltext, ids. See 'dailypapers pipe --help'.
        """  # noqa: E501
    )


def test_on_star_runs_on_papers_that_were_not_starred(run: Run, settings: Path, home: Path) -> None:
    out = home / "out"
    run("views", "save", "stars", "is:starred", "--then", "run", "--run", f"sh -c 'cat > {out}'")
    run("mark", "star", IDS[0])
    run("mark", "star", *IDS[:3])
    assert [one["id"] for one in json.loads(out.read_text())] == IDS[1:3]
    out.unlink()
    run("mark", "star", *IDS[:3])
    run("mark", "unstar", IDS[0])
    assert not out.exists()
    run("views", "remove", "stars")
    run("views", "save", "stars", "is:starred", "--then", "run", "--run", "no-such-program-here")
    ran = run("mark", "star", IDS[4])
    assert (ran.code, ran.err) == (0, "on_star: no-such-program-here was not found.\n")
    assert ran.out.startswith("1 paper marked starred.")


@pytest.mark.parametrize("number", rest_long([signal.SIGINT, signal.SIGTERM, signal.SIGHUP], [signal.SIGTERM]))
def test_a_pipe_that_is_ended_ends_its_program(papers: Path, home: Path, number: int) -> None:
    pid = home / "pid"
    words = ("pipe", f"!echo $$ > {pid}; exec sleep 60", IDS[0])
    running = subprocess.Popen([sys.executable, "-m", "reader", *words], stderr=subprocess.DEVNULL)
    late = time.monotonic() + 20
    while not pid.exists() or not pid.read_text():
        assert time.monotonic() < late
        time.sleep(0.02)
    running.send_signal(number)
    assert running.wait(10)
    while (state := Path(f"/proc/{pid.read_text().strip()}/stat")).exists() and state.read_text().split()[2] != "Z":
        assert time.monotonic() < late, "the program runs on"
        time.sleep(0.05)
