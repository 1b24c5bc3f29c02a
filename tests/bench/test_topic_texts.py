"""Texts of labelled papers are fetched from whoever has them, and only those that are missing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bench import topic_data, topic_texts
from tests.feed_server import FeedServer, item
from tests.feeds.servers import Arxiv, Paper


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
    """Of a paper that the feed listed, of one of arXiv, and of one that nobody has."""
    for name, ids in (("GIVEN", []), ("OWN", ["2606.00001"]), ("ARXIV", ["2605.00001", "2605.00404"]), ("LATER", [])):
        path = tmp_path / name
        path.write_text("".join(json.dumps({"id": id, "topics": ["agents"]}) + "\n" for id in ids))
        monkeypatch.setattr(topic_data, name, path)
    texts = tmp_path / "texts" / "texts.jsonl"
    monkeypatch.setattr(topic_data, "ARCHIVE", tmp_path / "none")
    monkeypatch.setattr(topic_data, "TEXTS", texts)
    monkeypatch.setattr(topic_texts, "TEXTS", texts)


@pytest.mark.usefixtures("labels")
async def test_what_is_missing_is_fetched_once(arxiv: Arxiv) -> None:
    await topic_texts.main()
    papers = {paper.id: paper for paper in topic_data.labelled()}
    assert set(papers) == {"2606.00001", "2605.00001"}
    assert papers["2606.00001"].keywords == ("agents", "tool use")
    assert papers["2606.00001"].listed
    assert papers["2605.00001"].title == "A title"
    assert not papers["2605.00001"].listed
    assert topic_data.without_text() == {"2605.00404"}
    assert [request.query["id_list"] for request in arxiv.requests] == ["2605.00001,2605.00404"]

    await topic_texts.main()
    assert len(topic_data.labelled()) == 2
    assert [request.query["id_list"] for request in arxiv.requests[1:]] == ["2605.00404"]
