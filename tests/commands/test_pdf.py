"""The PDF of a paper on the command line: its path is printed, and it is fetched once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands.conftest import Run
from tests.feed_server import FeedServer

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


@pytest.mark.parametrize("fault", ["html", "garbage", "error:406", "drop", "redirect:/abs/x"])
def test_a_failure_is_one_line_and_leaves_no_pdf(
    run: Run, papers: Path, feed: FeedServer, tmp_path: Path, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def at_once() -> None:
        pass

    monkeypatch.setattr("reader.feeds.http.client.HttpClient._wait", lambda *_: at_once())
    feed.fault = fault
    found = run("pdf", ID, "-o", str(tmp_path / "p"))
    assert (found.code, found.out) == (1, "")
    assert found.err.startswith("dailypapers: ") and found.err.count("\n") == 1
    assert not list((tmp_path / "p").glob("*.pdf"))
