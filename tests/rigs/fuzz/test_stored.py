"""What a parser makes of any record can be stored, read, exported and found again."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from reader.actions.export import record
from reader.cache.reads.window import Window
from reader.cache.storing.papers import Cache
from reader.data import shipped_topics
from reader.feeds.huggingface.parse import listings
from tests.rigs.fuzz.records import make_record

NOW = "2026-05-12T12:00:00Z"


@settings(max_examples=settings().max_examples // 3)
@given(st.lists(st.binary(max_size=80), min_size=1, max_size=3))
def test_records_of_any_shape_are_stored_and_exported(tmp_path: Path, choices: list[bytes]) -> None:
    file = tmp_path / "papers.db"
    items = [*map(make_record, choices), {"paper": {"id": "2605.00002", "title": "Kept"}}]
    found = listings(items, "2026-05-12")
    ids = {draft.id for listing in found for draft in listing.drafts if draft.id}
    with closing(Cache.open(file, TOPICS)) as cache:
        stored = list(cache.store_all(found, NOW))
    assert sum(one.new + one.updated + one.unchanged + one.skipped for one in stored) <= len(items)
    with closing(Window.open(file)) as window:
        for id in ids:
            pk = window.pk_of(id)
            assert pk is not None
            paper = window.paper(pk)
            assert paper is not None
            assert json.loads(json.dumps(record(paper), allow_nan=False).encode())["title"] == paper.title
        assert "2605.00002" in ids


TOPICS = shipped_topics()
