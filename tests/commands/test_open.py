"""A paper in the browser."""

from __future__ import annotations

import json
import webbrowser
from pathlib import Path

import pytest

from tests.commands.conftest import Run


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    urls: list[str] = []

    def note(url: str) -> bool:
        urls.append(url)
        return True

    monkeypatch.setattr(webbrowser, "open", note)
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
