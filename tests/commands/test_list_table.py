"""The list on a terminal: its columns, colours and links."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from rich.cells import cell_len

from tests.commands.conftest import Run, RunOnTerminal
from tests.table import each


@each(
    ("columns", "order", "line"),
    [
        (40, "day", "● 2606.26740   57  LiveEdit: Streaming…"),
        (75, "day", "● 2606.26740   57  LiveEdit: Streaming Video Editing"),
        (76, "day", "● 2606.26740   57  LiveEdit: Streaming Video Editing        video-generation"),
        (69, "upvotes", "● 2606.26740   57  LiveEdit: Streaming Video Editing"),
        (70, "upvotes", "● 2606.26740   57  2026-06-30  LiveEdit: Streaming Video Editing"),
        (999, "upvotes", f"● 2606.26740   57  2026-06-30  LiveEdit: Streaming Video Editing{' ' * 80}video-generation"),
    ],
)
def test_a_list_takes_the_columns_that_there_are(
    on_terminal: RunOnTerminal, papers: Path, columns: int, order: str, line: str
) -> None:
    shown = on_terminal("list", f"sort:{order}", columns=columns).lines
    assert shown[order == "day"] == line
    assert all(cell_len(one) <= columns for one in shown)


@each("columns", range(30, 75))
def test_a_title_is_never_cut_within_a_wide_letter(on_terminal: RunOnTerminal, papers: Path, columns: int) -> None:
    [line] = [line for line in on_terminal("list", columns=columns).lines if "2606.28480" in line]
    assert cell_len(line) <= columns
    title = line[19:].removesuffix("…").rstrip()
    assert "A benchmark of terminal agents 中文標題".startswith(title)
    # At most a wide letter, a blank and the cell of half a wide letter are free.
    assert line.endswith("題") or cell_len(line) > columns - 4


def test_colours_and_links_are_those_of_the_terminal(
    run: Run, on_terminal: RunOnTerminal, papers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("mark", "star", "2606.26740")
    run("mark", "hide", "--query", "day:2026-06-29")
    monkeypatch.setenv("CLICOLOR_FORCE", "1")
    words = "list", "is:starred OR is:hidden", "-n2"
    lines = on_terminal(*words, columns=76).lines
    assert [re.sub(r"\x1b\[(\d+)m", r"<\1>", line) for line in lines] == [
        "<1>TUESDAY 30 JUNE<0><2>  1+<0>",
        "<33>★<0> <2>2606.26740<0><2>   57<0>  <1>LiveEdit: Streaming Video Editing<0>        <36>video-generation<0>",
        "<1>MONDAY 29 JUNE<0>",
        "<2>◌<0> <2>2606.00003<0><2>    9<0>  <1>Small verifiers, long horizons<0>                  <36>reasoning<0>",
        "<2>2 of 4<0>",
    ]
    monkeypatch.setenv("FORCE_HYPERLINK", "1")
    linked = "\x1b]8;;https://huggingface.co/papers/2606.26740\x1b\\2606.26740\x1b]8;;\x1b\\"
    assert on_terminal(*words, columns=76).lines[1] == lines[1].replace("2606.26740", linked)
    assert "\x1b" not in on_terminal(*words, "--color=never").out
