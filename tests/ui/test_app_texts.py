"""Full texts in the list: fetched ahead, and found by words."""

from __future__ import annotations

import pytest

from tests.feed_server import FeedServer
from tests.feeds.fulltext import pages
from tests.ui.conftest import Opener
from tests.ui.driver import settings

FIRST, SECOND = "2605.00400", "2605.00401"


async def test_starred_papers_get_their_texts_and_are_found_by_them(
    reader: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FeedServer() as feed:
        monkeypatch.setenv("ARXIV_ENDPOINT", feed.url)
        monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
        feed.pages = {f"/papers/{id}.md": pages.MARKDOWN.encode() for id in (FIRST, SECOND)}
        feed.fault = "hang"
        async with reader(settings=settings(endpoint=feed.url)) as r:
            await r.do("mark.star")
            r.assembly.texts_ahead.begin()
            await r.until(lambda: "text 1 of 1" in r.top)
            feed.fault = "ok"
