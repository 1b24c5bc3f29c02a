"""What belongs to a paper, on its page: fetched in the background, shown, opened, and failing softly."""

from __future__ import annotations

import pytest

from reader.ui.page.loader import PageRefresher
from reader.ui.refresh.state import REFRESH
from tests.feed_server import FeedServer, item
from tests.ui.conftest import Opener
from tests.ui.driver import settings
from tests.ui.papers import draft

DAY = "2026-05-12"
PAPERS = {DAY: (draft(1, "A First Paper", 50), draft(2, "A Second Paper", 40))}


def said(id: str, text: str, parent: str = "") -> dict[str, object]:
    data = {"latest": {"raw": text}, "parentCommentId": parent}
    return {"id": id, "author": {"name": "ana"}, "createdAt": f"{DAY}T09:00:00.000Z", "type": "comment", "data": data}


def feed_of_two() -> FeedServer:
    models = [{"id": f"lab/model-{number}", "likes": number} for number in (1, 2)]
    first = item(
        "2605.00001",
        "A First Paper",
        DAY,
        upvotes=50,
        comments=[said("a", "Is it **open**?"), said("b", "Yes.", "a")],
        linkedModels=models,
        numTotalModels=254,
        linkedSpaces=[{"id": "lab/demo"}],
        numTotalSpaces=1,
    )
    return FeedServer({DAY: [first, item("2605.00002", "A Second Paper", DAY, upvotes=40)]})


async def test_a_page_gets_what_belongs_to_its_paper(
    reader: Opener, browser: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reader.ui.page.loader.READ_FOR", 0.001)
    with feed_of_two() as feed:
        async with reader(papers=PAPERS, settings=settings(endpoint=feed.url), still=False, size=(100, 44)) as r:
            await r.until(lambda: feed.requests and not r.app.model.state[REFRESH].is_running)

            def asked() -> list[str]:
                return [one.path for one in feed.requests if one.query.get("field") == "comments"]

            await r.do("read.open")
            await r.until(lambda: "│ Yes." in r.screen)
            assert "Linked 254 models · 1 Space" in r.screen
            assert "Lm2  lab/model-2  2 likes" in r.screen
            assert "│ Yes." in r.screen
            await r.do("link.list")
            assert "m models" in r.lines[-1] and "s Spaces" in r.lines[-1]
            await r.press("m")
            assert "2 lab/model-2" in r.lines[-1]
            await r.press("2")
            await r.do("link.list")
            await r.press("s")
            await r.until(lambda: len(browser) == 2)
            assert browser == ["https://huggingface.co/lab/model-2", "https://huggingface.co/spaces/lab/demo"]
            # What is new is not asked for again; what fails is told on the page.
            feed.fault = "refuse:403"
            await r.do("read.next")
            await r.until(lambda: "Not refreshed: 127.0.0.1" in r.screen)
            await r.do("read.previous")
            assert "2 comments" in r.screen and "Not refreshed" not in r.screen
            await r.do("read.next")
            assert asked() == ["/api/papers/2605.00001", "/api/papers/2605.00002"]
            await r.do("app.back", "move.up")
            await r.until(lambda: "254 models" in r.text("#detail"))
            await r.search("has:model has:space")
            await r.until(lambda: len(r.ids) == 1)


async def test_leaving_the_page_stops_what_is_asked(reader: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reader.ui.page.loader.READ_FOR", 0.001)
    monkeypatch.setattr("reader.ui.page.loader.LONG", 0.001)
    with feed_of_two() as feed:
        async with reader(papers=PAPERS, settings=settings(endpoint=feed.url), still=False) as r:
            await r.until(lambda: feed.requests and not r.app.model.state[REFRESH].is_running)
            feed.fault = "hang"
            await r.do("read.open")
            await r.until(lambda: "fetching comments and versions" in r.screen)
            await r.do("app.back")
            assert r[PageRefresher].is_idle
