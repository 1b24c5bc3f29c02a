"""Plain mode: lines in, sentences out."""

from __future__ import annotations

import io
from pathlib import Path
from types import SimpleNamespace

import pytest

from reader.commands.line.plain import converse, describe
from reader.commands.workspace import Workspace
from reader.core.paper_row import PaperRow
from tests.commands.conftest import Run

TRANSCRIPT = """\
dailypapers in plain lines. Type a line, then enter; ? lists what you can type.
Latest: 3 papers.
1. LiveEdit: Streaming Video Editing. Unread, 57 votes, with code.
2. Agents that write their own tools. Unread, 55 votes.
3. A benchmark of terminal agents 中文標題. Unread, 36 votes.
1 of 3> s
1 paper starred, read; u undoes.
1 of 3> s
1 paper unstarred; u undoes.
1 of 3> u
Taken back: 1 paper unstarred.
1 of 3> gs
Starred: 1 paper.
1. LiveEdit: Streaming Video Editing. Read, starred, 57 votes, with code.
1 of 1> /memory
All, searched for memory: 1 paper.
1. =A memory that forgets [on purpose]. Unread, 8 votes.
1 of 1> tag add later
1 paper tagged later. 'undo' takes it back.
1 of 1> x
1 paper hidden, read; u undoes.
1 of 1> list tag:later
Nothing matches.
1 of 1> ga
All: 5 papers.
1. LiveEdit: Streaming Video Editing. Read, starred, 57 votes, with code.
2. Agents that write their own tools. Unread, 55 votes.
3. A benchmark of terminal agents 中文標題. Unread, 36 votes.
4. Small verifiers, long horizons. Unread, 9 votes.
5. Where do web agents lose their way? Unread, 7 votes.
1 of 5> /agnets
Searched for agents.
All, searched for agents: 3 papers.
1. Agents that write their own tools. Unread, 55 votes.
2. A benchmark of terminal agents 中文標題. Unread, 36 votes.
3. Where do web agents lose their way? Unread, 7 votes.
1 of 3> 9
The list has no such line: it has 3.
1 of 3> lst
There is no command 'lst'. Did you mean list?
1 of 3> zzyzx
There is no command 'zzyzx'. Type ? for what you can type.
1 of 3> gd 29 june 2026
Monday 29 June 2026.
All, searched for day:2026-06-29: 2 papers.
1. Small verifiers, long horizons. Unread, 9 votes.
2. Where do web agents lose their way? Unread, 7 votes.
1 of 2> gd zz
zz is no date: type gd mon, gd 29, gd w20 or gd 2025-03.
1 of 2> q
Left dailypapers.
"""


def talk(lines: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, query: str = "") -> str:
    """What plain mode prints if these lines are piped into it."""
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(lines.encode("utf-8", "surrogateescape"))))
    monkeypatch.setattr("os.isatty", lambda _: False)
    capsys.readouterr()
    assert converse(Workspace(), query) == 0
    return capsys.readouterr().out


@pytest.mark.usefixtures("papers")
def test_a_conversation(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    lines = "".join(f"{line.partition('> ')[2]}\n" for line in TRANSCRIPT.splitlines() if " of " in line[:8])
    assert talk(lines, capsys, monkeypatch) == TRANSCRIPT


@pytest.mark.usefixtures("papers")
def test_a_paper_is_printed_by_its_number_and_more_prints_the_rest(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reader.commands.line.plain.LINES_AT_A_TIME", 4)
    said = talk("2\nmore\nmore\nmore\nmore\n", capsys, monkeypatch)
    assert "1 of 3> 2\n2. Agents that write their own tools. Unread, 55 votes.\nAgents that write" in said
    assert "https://huggingface.co/papers/2606.30616" in said.partition("There is more: type more.\n2 of 3> more\n")[2]


@pytest.mark.usefixtures("papers")
def test_it_opens_on_a_query_and_ends_with_its_input(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    said = talk("\udcff\x1b[31m", capsys, monkeypatch, "author:müller")
    assert "All, searched for author:müller: 1 paper.\n1. Small verifiers" in said
    assert "\x1b" not in said and said.endswith("Left dailypapers.\n")


def test_an_empty_cache_names_the_command_that_helps(
    run: Run, home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(b"s\n")))
    converse(Workspace())
    found = capsys.readouterr()
    assert "There are no papers yet." in found.err
    assert "0 of 0> s\nThere is no paper here.\n" in found.out


def test_a_paper_is_a_sentence() -> None:
    row = PaperRow(1, "2606.1", "Do agents dream?", "2026-06-30", 1, 0, True, True, False, False, has_note=True)
    assert describe(1_234, row) == "1,234. Do agents dream? Read, starred, with your note, 1 vote."


@pytest.mark.usefixtures("papers")
def test_the_help_breaks_no_word_in_a_narrow_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reader.commands.line.plain.width", lambda: 40)
    printed = talk("?\n", capsys, monkeypatch).splitlines()
    assert all(len(line) < 40 for line in printed[printed.index("3              print the third paper") :])
