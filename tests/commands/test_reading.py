"""Reading the cache from a script: list, count, show, topics, open."""

from __future__ import annotations

import json
import webbrowser
from pathlib import Path

import pytest

from reader.commands import reading
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
    objects = run("list", "--json").json
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

    monkeypatch.setattr(reading, "is_terminal", lambda _stream: True)
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


def test_count_prints_the_bare_number(run: Run, papers: Path) -> None:
    assert run("count").out == "6\n"
    assert run("count", "agents", "-title:terminal").out == "2\n"
    assert run("count", "agents", "--json").json == {"query": "agents", "count": 3}


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
    assert run("show", id, "--json").json["id"] == "2606.26740"


def test_show_is_for_reading(run: Run, papers: Path) -> None:
    found = run("show", "2606.26740")
    assert found.lines[0] == "LiveEdit: Streaming Video Editing"
    assert "57 upvotes · 2 comments" in found.out
    assert "AI summary: It holds." in found.out
    assert "code     https://github.com/a/b" in found.out


def test_show_on_a_terminal_wraps_to_it(run: Run, papers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    long = run("show", "2606.26740").lines
    monkeypatch.setattr(reading, "is_terminal", lambda _stream: True)
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
    told = run("show", "2606.26740", "--why", "--json").json
    assert [one["slug"] for one in told["why"]] == told["topics"]
    assert {"phrase", "where", "points", "origin"} == set(told["why"][0]["evidence"][0])


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    urls: list[str] = []
    monkeypatch.setattr(webbrowser, "open", lambda url: not urls.append(url))
    return urls


def test_open_opens_the_page_or_another_link(run: Run, papers: Path, opened: list[str]) -> None:
    assert run("open", "2606.26740").out == ""
    assert run("open", "2606.26740", "--link", "pdf").code == 0
    assert opened == ["https://huggingface.co/papers/2606.26740", "https://arxiv.org/pdf/2606.26740"]


def test_open_of_a_link_that_a_paper_lacks_says_which_it_has(run: Run, papers: Path, opened: list[str]) -> None:
    found = run("open", "2606.26740", "--link", "project")
    assert found.code == 1
    assert "It has: page, pdf, arxiv, code." in found.err
    assert opened == []


def test_open_prints_the_address_where_there_is_no_browser(
    run: Run, papers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webbrowser, "open", lambda url: False)
    assert run("open", "2606.26740").out == "https://huggingface.co/papers/2606.26740\n"
    assert json.loads(run("open", "2606.26740", "--json").out)["opened"] is False
