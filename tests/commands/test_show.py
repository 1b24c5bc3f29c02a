"""One paper in full."""

from __future__ import annotations

from pathlib import Path

import pytest

from reader.commands import show as show_command
from tests.commands.conftest import Run


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


def test_show_on_a_terminal_wraps_to_it(run: Run, papers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    long = run("show", "2606.26740").lines
    monkeypatch.setattr(show_command, "is_terminal", lambda _stream: True)
    monkeypatch.setenv("COLUMNS", "30")
    lines = run("show", "2606.26740").lines
    assert len(lines) > len(long)
    assert all(len(line) <= 30 for line in lines if "://" not in line)
    assert " ".join("\n".join(lines).split()) == " ".join("\n".join(long).split())


def test_show_of_what_is_not_there_fails_and_says_what_to_do(run: Run, papers: Path) -> None:
    found = run("show", "2606.99999")
    assert (found.code, found.out) == (1, "")
    assert found.err == (
        "dailypapers: '2606.99999' is not in the cache. 'dailypapers refresh --day DAY' fetches the papers of a day.\n"
    )


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
