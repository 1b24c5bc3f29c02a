"""Free text after ~ in the search line."""

from __future__ import annotations

import pytest

from reader.cache.finding import preparing
from reader.ui.work import list_loader
from tests.ui.conftest import Opener


async def test_a_free_text_lists_what_fits_best(reader: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparing, "FEW", 0)
    monkeypatch.setattr(preparing, "PATIENCE", 0.0)
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
        assert r.query == f"sort:day ~zyzzyva {title}"
