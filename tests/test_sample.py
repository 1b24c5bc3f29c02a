"""The bundled sample has the shape of the feed."""

from __future__ import annotations

import json

from reader.data import read_text
from reader.feeds.huggingface import listings


def test_the_parser_of_the_feed_takes_every_paper_of_the_sample() -> None:
    for line in json.loads(read_text("sample.json")):
        (listing,) = listings(line["items"], line["date"])
        assert listing.day == line["date"]
        assert listing.skipped == ()
        for draft, item in zip(listing.drafts, line["items"], strict=True):
            paper = item["paper"]
            assert (draft.id, draft.abstract) == (paper["id"], paper["summary"])
            assert draft.summary == paper.get("ai_summary")
            assert draft.keywords == tuple(paper.get("ai_keywords", ()))
            assert draft.authors == tuple(author["name"] for author in paper.get("authors", ()))
            assert draft.published == (paper["publishedAt"][:10] if "publishedAt" in paper else None)
