"""One paper in full."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.commands.conftest import Run, RunOnTerminal


@pytest.mark.parametrize(
    "id",
    [
        "2606.26740",
        "arXiv:2606.26740v2",
        "https://huggingface.co/papers/2606.26740",
        "https://arxiv.org/pdf/2606.26740v1",
        "https://doi.org/10.48550/arXiv.2606.26740",
    ],
)
def test_show_takes_any_form_of_an_id(run: Run, papers: Path, id: str) -> None:
    assert run("show", id, "--json").record["id"] == "2606.26740"


def test_show_is_for_reading(run: Run, papers: Path) -> None:
    found = run("show", "2606.26740")
    assert found.lines[0] == "LiveEdit: Streaming Video Editing"
    assert "57 upvotes · 2 comments" in found.out
    assert "AI summary: It holds." in found.out
    assert "code     https://github.com/a/b" in found.out


@pytest.mark.parametrize("columns", [30, 60, 80, 140])
def test_on_a_terminal_it_has_names_headings_and_links(on_terminal: RunOnTerminal, papers: Path, columns: int) -> None:
    lines = on_terminal("show", "2606.26740", columns=columns).lines
    assert all(len(line) <= min(columns, 80) for line in lines if "://" not in line)
    assert "Topics      Video generation" in lines
    for heading, first in (("AI summary", "  It holds."), ("Abstract", "  We look at"), ("Links", "  page ")):
        assert lines[lines.index(heading) + 1].startswith(first)
        assert lines[lines.index(heading) - 1] == ""
    assert "  code      https://github.com/a/b" in lines
    # No word is broken.
    assert "Streaming" in " ".join(lines).split()


def test_links_can_be_clicked_where_the_terminal_has_them(
    on_terminal: RunOnTerminal, papers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLICOLOR_FORCE", "1")
    monkeypatch.setenv("FORCE_HYPERLINK", "1")
    out = on_terminal("show", "2606.26740").out
    assert "\x1b]8;;https://github.com/a/b\x1b\\https://github.com/a/b\x1b]8;;\x1b\\" in out
    assert out.startswith("\x1b]8;;https://huggingface.co/papers/2606.26740\x1b\\\x1b[1mLiveEdit")


def test_json_has_the_fields_that_are_asked_for(run: Run, papers: Path) -> None:
    assert run("show", "2606.26740", "--json=code_url,id").json == {
        "code_url": "https://github.com/a/b",
        "id": "2606.26740",
    }
    assert run("show", "2606.26740", "--jsonl=id").out == '{"id": "2606.26740"}\n'
    assert set(run("show", "2606.26740", "--json=why").record) == {"why"}
    assert "why" not in run("show", "2606.26740", "--json").record


def test_a_failure_is_json_too(run: Run, papers: Path) -> None:
    found = run("show", "2606.99999", "--json")
    assert (found.code, found.out) == (1, "")
    assert json.loads(found.err) == {
        "error": "'2606.99999' is not in the cache.",
        "kind": "not_in_cache",
        "hint": "'dailypapers add 2606.99999' fetches it.",
    }


def test_show_of_what_is_not_there_fails_and_says_what_to_do(run: Run, papers: Path) -> None:
    found = run("show", "2606.99999")
    assert (found.code, found.out) == (1, "")
    assert found.err == ("dailypapers: '2606.99999' is not in the cache. 'dailypapers add 2606.99999' fetches it.\n")


def test_show_why_tells_the_words_and_where_they_stand(run: Run, papers: Path) -> None:
    found = run("show", "2606.26740", "--why")
    assert found.lines[0] == "LiveEdit: Streaming Video Editing"
    assert any(line.startswith("Video generation  video-generation, ") for line in found.lines)
    (line,) = [line for line in found.lines if " video editing " in line][:1]
    assert line.split()[0].startswith("+")
    assert "written: title" in line
    told = run("show", "2606.26740", "--why", "--json").record
    assert [one["slug"] for one in told["why"]] == told["topics"]
    assert {"phrase", "where", "points", "origin"} == set(told["why"][0]["evidence"][0])


@pytest.mark.parametrize("columns", [50, 60, 80, 140])
def test_why_fits_the_terminal_and_breaks_no_word(
    run: Run, on_terminal: RunOnTerminal, papers: Path, columns: int
) -> None:
    found = on_terminal("show", "2606.26740", "--why", columns=columns)
    assert all(len(line) <= columns for line in found.lines)
    assert found.out.split() == run("show", "2606.26740", "--why").out.split()
