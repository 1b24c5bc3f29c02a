"""A paper in the browser."""

from __future__ import annotations

import json
import sys
import webbrowser
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

from tests.commands.conftest import Run, RunOnTerminal


class Browser:
    def __init__(self, name: str, *, starts: bool = True) -> None:
        self.name, self.starts = name, starts
        self.urls: list[str] = []

    def open(self, url: str) -> bool:
        self.urls.append(url)
        return self.starts


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    browser = Browser("firefox")
    monkeypatch.setattr(webbrowser, "open", browser.open)
    monkeypatch.setattr(webbrowser, "get", lambda: browser)
    return browser.urls


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
    monkeypatch.setattr(webbrowser, "get", lambda: Browser("firefox", starts=False))
    assert run("open", "2606.26740").out == "https://huggingface.co/papers/2606.26740\n"
    assert json.loads(run("open", "2606.26740", "--json").out)["opened"] is False


@pytest.mark.parametrize("name", ["w3m", "/usr/bin/lynx", "www-browser"])
def test_a_browser_in_the_terminal_does_not_print_its_screen_into_a_pipe(
    run: Run, on_terminal: RunOnTerminal, papers: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    browser = Browser(name)
    monkeypatch.setattr(webbrowser, "get", lambda: browser)
    monkeypatch.setattr(webbrowser, "open", browser.open)
    assert run("open", "2606.26740").out == "https://huggingface.co/papers/2606.26740\n"
    assert run("open", "2606.26740", "--json").record["opened"] is False
    assert browser.urls == []
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO()))
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    on_terminal("open", "2606.26740")
    assert browser.urls == ["https://huggingface.co/papers/2606.26740"]
