"""Full texts in the list: fetched ahead, found by words, and read where they have them."""

from __future__ import annotations

import pytest

from reader.ui.full_text.fetcher import TextsAhead
from reader.ui.full_text.state import TEXT, TEXTS_AHEAD
from reader.ui.page.state import FOUND, PAGE
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
        async with reader(settings=settings(endpoint=feed.url), size=(140, 42)) as r:
            await r.do("paper.star")
            r[TextsAhead].begin()
            await r.until(lambda: r.row(0).has_text)
            await r.until(lambda: r.app.state[TEXTS_AHEAD] == "")
            assert [one.path for one in feed.requests] == [f"/html/{FIRST}", f"/papers/{FIRST}.md"]
            r[TextsAhead].begin()
            await r.rest()
            assert len(feed.requests) == 2

            await r.search("sentence fills")
            await r.press("enter")
            await r.until(lambda: r.app.state[FOUND])
            assert "ONLY IN THE FULL TEXT" in r.screen and r.ids == [FIRST]
            await r.until(lambda: "In the full text  1 place" in r.screen)

            await r.do("text.places")
            text = r.app.state[TEXT]
            assert text is not None and text.view is not None
            assert text.view.search.text == "sentence" and text.view.marked is not None
            await r.do("app.back", "app.back")
            shown = r.text(r.main.detail).splitlines()
            await r.click(r.main.detail, 8, next(y for y, line in enumerate(shown) if "sentence fills" in line))
            assert r.app.state[TEXT] is not None and r.app.state[PAGE] is not None
            await r.do("app.back", "app.back", "find.clear")
            assert r.app.state[FOUND] is None
            await r.do("text.places")
            assert "search for words first" in r.status
            await r.search("video")
            await r.press("enter")
            await r.do("text.places")
            assert "no stored full text has these words" in r.status
