"""Free text after ~ in the search line."""

from __future__ import annotations

from pathlib import Path

import pytest

from reader.cache.finding import index
from reader.cache.finding.door import door_of
from reader.ui.list import loader as list_loader
from reader.ui.refresh.sync import CacheWatch
from tests.ui.conftest import Opener
from tests.ui.driver import settings


async def test_a_free_text_lists_what_fits_best(reader: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "FEW", 0)
    monkeypatch.setattr(index, "WAIT", 0.0)
    monkeypatch.setattr(list_loader, "INDEXING", 0.05)
    async with reader() as r:
        await r.do("view.all")
        title = r.here.title
        await r.do("find.query")
        # The index is made by a process; the list comes by itself.
        await r.type(f"~zyzzyva {title}")
        await r.until(lambda: r.query and r.here.title == title and "unread of" not in r.list_lines[0])
        await r.press("enter")
        assert r.here.title == title
        await r.do("find.sort")
        assert r.query == f"sort:upvotes ~zyzzyva {title}"


async def test_papers_like_one_are_listed_with_their_reasons_and_left_again(reader: Opener) -> None:
    async with reader(size=(140, 42), settings=settings(nearest=True)) as r:
        await r.do("view.all")
        await r.search("agents tools that write", "query.accept")
        # One paper has the words: others that are near to them follow, under their heading.
        await r.until(lambda: any("NEAREST IN WORDS" in line for line in r.list_lines))
        assert "1 of 60" in r.top
        await r.do("move.down")
        await r.until(lambda: "Why here" in r.text_in_front.text and "words)" in r.text_in_front.text)
        id, text = r.here.id, r.query
        await r.do("find.similar")
        assert r.query == f"like:{id}"
        assert id not in r.ids
        await r.until(lambda: "Why here  shares" in r.text_in_front.text)
        await r.do("find.newer")
        assert r.query.startswith("like:") and "published:" in r.query
        # Each step back leads to the list before, with the cursor where it was.
        await r.do("app.escape")
        assert r.query == f"like:{id}"
        await r.do("app.escape")
        await r.until(lambda: r.here.id == id)
        assert r.query == text


async def test_a_model_of_the_settings_is_taken_over_while_the_reader_runs(reader: Opener, tmp_path: Path) -> None:
    file, cache = tmp_path / "config.toml", tmp_path / "papers.db"
    file.write_text("")
    async with reader(settings_file=file) as r:
        assert door_of(cache) is None
        # Nothing is asked of this address before something is typed.
        model = '[vectors]\nserver = "http://localhost:9"\nmodel = "small"\n'
        file.write_text(model)
        r[CacheWatch].look_around()
        await r.until(lambda: door_of(cache) is not None)
        first = door_of(cache)
        file.write_text(f'{model}before_query = "query: "\n')
        r[CacheWatch].look_around()
        await r.until(lambda: door_of(cache) not in (None, first))
        file.write_text("")
        r[CacheWatch].look_around()
        await r.until(lambda: door_of(cache) is None)
