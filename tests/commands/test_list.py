"""The list from a script and on a terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from reader.commands import list as list_command
from tests.commands.conftest import IDS, Run

PROMISED = {
    "id": str,
    "title": str,
    "abstract": str,
    "day": str,
    "published": str,
    "authors": list,
    "upvotes": int,
    "comments": int,
    "topics": list,
    "keywords": list,
    "read": bool,
    "starred": bool,
    "hidden": bool,
    "url": str,
}


def test_list_in_a_pipe_is_fields_with_tabs(run: Run, papers: Path) -> None:
    found = run("list")
    assert found.code == 0
    assert [line.split("\t")[0] for line in found.lines] == IDS
    assert found.lines[0].split("\t") == [
        "2606.26740",
        "2026-06-30",
        "57",
        "2",
        "unread",
        "LiveEdit: Streaming Video Editing",
    ]
    assert found.err == ""


def test_list_takes_a_query_as_words_options_between_and_minus_terms(run: Run, papers: Path) -> None:
    found = run("list", "agents", "--limit", "5", "-title:terminal")
    assert [line.split("\t")[0] for line in found.lines] == ["2606.30616", "2606.00001"]
    assert run("list", "agents", "--", "-title:terminal").out == found.out
    assert run("list", "agents -title:terminal").out == found.out


def test_list_stops_at_its_limit(run: Run, papers: Path) -> None:
    assert [line.split("\t")[0] for line in run("list", "--limit", "2").lines] == IDS[:2]


def test_list_as_json_has_what_is_promised(run: Run, papers: Path) -> None:
    objects = run("list", "--json").records
    assert [one["id"] for one in objects] == IDS
    for one in objects:
        for key, kind in PROMISED.items():
            assert isinstance(one[key], kind) or (key == "abstract" and one[key] is None)
    [empty] = [one for one in objects if one["id"] == "2606.00002"]
    assert empty["abstract"] is None
    assert objects[0]["url"] == "https://huggingface.co/papers/2606.26740"


def test_a_list_of_nothing_is_an_empty_answer_and_says_why(run: Run, papers: Path) -> None:
    assert run("list", "xylophone") == run("list", "xylophone", "--limit", "3")
    found = run("list", "xylophone", "--json")
    assert (found.code, found.json) == (0, [])
    assert found.err == "Nothing matches.\n"


def test_without_papers_it_says_how_to_get_some(run: Run) -> None:
    found = run("list")
    assert (found.code, found.out) == (0, "")
    assert "dailypapers refresh" in found.err


@pytest.mark.parametrize("columns", [40, 60, 100])
def test_the_table_on_a_terminal_is_aligned_and_never_too_wide(
    run: Run, papers: Path, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    from rich.cells import cell_len

    monkeypatch.setattr(list_command, "is_terminal", lambda _stream: True)
    monkeypatch.setenv("COLUMNS", str(columns))
    assert run("mark", "read", IDS[0]).code == 0
    lines = run("list").lines
    assert len(lines) == len(IDS)
    assert all(cell_len(line) <= columns for line in lines)
    assert {cell_len(line[: line.index("  ", 3)]) for line in lines} == {12}
    assert [line[0] for line in lines[:2]] == [" ", "●"]
    if columns < 60:
        assert lines[1].rstrip().endswith("…")
    else:
        assert "2026-06-30" in lines[0]


def test_a_query_that_is_wrong_is_used_wrongly(run: Run, papers: Path) -> None:
    found = run("list", "topc:agents")
    assert (found.code, found.out) == (2, "")
    assert found.err.count("\n") == 1
    assert "topc" in found.err
    assert "Did you mean topic:?" in found.err


@pytest.mark.parametrize("limit", ["0", "-1", "x", ""])
def test_a_limit_is_a_number_above_zero(run: Run, papers: Path, limit: str) -> None:
    assert run("list", "--limit", limit).code == 2
