"""Missing texts of labelled papers are fetched, from the feed or from arXiv; those at hand are not."""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.feed_server import FeedServer, item
from tests.feeds.servers import Arxiv, Paper
from tests.topics import fetch_texts, labelled_papers


@pytest.fixture
def arxiv(monkeypatch: pytest.MonkeyPatch) -> Iterator[Arxiv]:
    """arXiv, and a feed besides it."""
    days = {"2026-07-01": [item(id, day="2026-07-01") for id in ("2606.00001", "2606.00009")]}
    with FeedServer(days, "2026-08-31") as feed, Arxiv([Paper("2605.00001", "A title")]) as arxiv:
        monkeypatch.setenv("HF_ENDPOINT", feed.url)
        monkeypatch.setenv("ARXIV_ENDPOINT", arxiv.url)
        yield arxiv


@pytest.fixture
def labels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Labels of a paper that the feed listed, of one of arXiv, and of one that nobody has."""
    files = {"given": [], "listed": ["2606.00001"], "arxiv": ["2605.00001", "2605.00404"], "later": []}
    for name, ids in files.items():
        lines = "".join(json.dumps({"id": id, "topics": ["agents"]}) + "\n" for id in ids)
        (tmp_path / f"{name}.jsonl.xz").write_bytes(lzma.compress(lines.encode()))
    texts = tmp_path / "texts" / "texts.jsonl"
    monkeypatch.setattr(labelled_papers, "LABELS", tmp_path)
    monkeypatch.setattr(labelled_papers, "ARCHIVE", tmp_path / "none")
    monkeypatch.setattr(labelled_papers, "TEXTS", texts)
    monkeypatch.setattr(fetch_texts, "TEXTS", texts)


@pytest.mark.usefixtures("labels")
async def test_what_is_missing_is_fetched_once(arxiv: Arxiv) -> None:
    await fetch_texts.main()
    papers = {paper.id: paper for paper in labelled_papers.labelled_papers()}
    assert set(papers) == {"2606.00001", "2605.00001"}
    assert papers["2606.00001"].keywords == ("agents", "tool use")
    assert papers["2606.00001"].file == "listed"
    assert papers["2605.00001"].title == "A title"
    assert papers["2605.00001"].file == "arxiv"
    assert labelled_papers.missing_texts() == {"2605.00404": "arxiv"}
    assert [request.query["id_list"] for request in arxiv.requests] == ["2605.00001,2605.00404"]

    await fetch_texts.main()
    assert len(labelled_papers.labelled_papers()) == 2
    assert [request.query["id_list"] for request in arxiv.requests[1:]] == ["2605.00404"]
