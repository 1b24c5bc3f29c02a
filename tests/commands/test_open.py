"""A paper in the browser."""

from __future__ import annotations

import json
import sys
import webbrowser
from collections.abc import Iterator
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

from reader.feeds.http.responses import Limits
from tests.commands.conftest import Run, RunOnTerminal, Session
from tests.feed_server import FeedServer


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


def test_open_opens_a_link_or_says_why_not(session: Session, papers: Path, opened: list[str]) -> None:
    session(
        """
        $ open 2606.26740 --link project
        1! dailypapers: 2606.26740 has no link called project. It has: page, pdf, arxiv, code.
        $ open 2606.26740 --link xyz
        2! dailypapers open: --link 'xyz' is not one of page, pdf, arxiv, code, project, doi, entry. See 'dailypapers open --help'.
        $ open 2606.26740
        $ open 2606.30616 --jsonl
        {"id": "2606.30616", "link": "page", "url": "https://huggingface.co/papers/2606.30616", "opened": true}
        $ open 2606.30616 --link arxiv --jsonl
        {"id": "2606.30616", "link": "arxiv", "url": "https://arxiv.org/abs/2606.30616", "opened": true}
        $ pdf 2606.99999
        1! dailypapers: '2606.99999' is not in the cache. 'dailypapers add 2606.99999' fetches it.
        """  # noqa: E501
    )
    assert opened == [
        *("https://huggingface.co/papers/2606.26740", "https://huggingface.co/papers/2606.30616"),
        "https://arxiv.org/abs/2606.30616",
    ]


def test_open_prints_the_address_where_there_is_no_browser(
    run: Run, papers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webbrowser, "get", lambda: Browser("firefox", starts=False))
    assert run("open", "2606.26740").out == "https://huggingface.co/papers/2606.26740\n"
    assert json.loads(run("open", "2606.26740", "--json").out)["opened"] is False


@pytest.mark.parametrize("name", ["w3m", "/usr/bin/lynx"])
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


ID = "2606.26740"
PDF = b"%PDF-1.5\n" + b"x" * 2_000 + b"\n%%EOF\n"
NAME = f"{ID} LiveEdit Streaming Video Editing.pdf"


@pytest.fixture
def feed(monkeypatch: pytest.MonkeyPatch, home: Path) -> Iterator[FeedServer]:
    with FeedServer() as server:
        monkeypatch.setenv("ARXIV_ENDPOINT", server.url)
        server.pages[f"/pdf/{ID}"] = PDF
        yield server


def test_a_pdf_is_fetched_once_and_its_path_is_printed(
    run: Run, papers: Path, feed: FeedServer, tmp_path: Path
) -> None:
    folder = tmp_path / "my papers"
    for _ in range(2):
        found = run("pdf", f"arXiv:{ID}v2", "-o", str(folder))
        assert (found.code, found.out, found.err) == (0, f"{folder / NAME}\n", "")
    assert (folder / NAME).read_bytes() == PDF
    assert len(feed.requests) == 1


def test_the_settings_name_the_folder(run: Run, papers: Path, feed: FeedServer, home: Path) -> None:
    (home / "config.toml").write_text('pdf_folder = "pdfs"\n')
    assert run("pdf", ID).out == f"{home / 'pdfs' / NAME}\n"


def test_a_failure_is_one_line_and_leaves_no_pdf(
    session: Session, papers: Path, feed: FeedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reader.feeds.fulltext.pdf_client._LIMITS", Limits(attempts=1))
    feed.fault = "error:406"
    session(
        """
        $ pdf 2606.26740 -o p
        1! dailypapers: 127.0.0.1 is too busy to answer (406); the next try is in 5 minutes. See https://arxiv.org/pdf/2606.26740
        """
    )
    assert not list(tmp_path.glob("p/*.pdf"))
