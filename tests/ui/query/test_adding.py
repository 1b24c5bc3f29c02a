"""Papers that are not in the cache: offered, fetched, shown; and sources that fail, told."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from reader.cache.feeds import Feeds
from reader.feeds.syndication.client import SyndicationClient
from reader.ui.page.state import PAGE
from reader.ui.refresh.refresher import Refresher
from reader.ui.refresh.state import REFRESH
from tests.feed_server import FeedServer, item
from tests.feeds.servers import Arxiv, Paper
from tests.tiers import rest_long
from tests.ui.conftest import Opener
from tests.ui.driver import settings


@pytest.mark.parametrize(
    "typed",
    rest_long(["https://huggingface.co/papers/2404.00009", "arXiv:2404.00009v2", "2404.00009"], ["arXiv:2404.00009v2"]),
)
async def test_a_link_that_is_typed_offers_its_paper(reader: Opener, typed: str) -> None:
    with FeedServer({"2024-04-02": [item("2404.00009", "An old one", "2024-04-02")]}) as feed:
        async with reader(settings=settings(endpoint=feed.url)) as r:
            await r.search(typed)
            assert r.empty.startswith("2404.00009 is not here yet. enter fetches it")
            assert "searches the feed" not in r.advice
            assert feed.requests == []
            await r.do("query.accept")
            await r.until(lambda: r.ids == ["2404.00009"])
            assert "fetched 2404.00009" in r.status
            assert r.here.title == "An old one"


async def test_a_paper_that_is_here_is_found_by_its_link_its_file_s_name_and_a_reference(reader: Opener) -> None:
    async with reader() as r:
        one, two, three = r.ids[2:5]
        found = [
            (f"https://arxiv.org/abs/{one}v3", one),
            (f"~/Papers/{two} A title.pdf", two),
            (f"arXiv:{three}v2 [cs.CL]", three),
        ]
        for pasted, id in found:
            await r.do("find.add")
            await r.type(pasted)
            await r.do("query.accept")
            assert r.ids == [id]
            await r.do("find.clear")
            assert len(r.ids) > 1


async def test_the_reader_opens_on_the_page_of_a_paper(reader: Opener) -> None:
    async with reader() as r:
        id = r.ids[3]
    async with reader(query=f'id:"{id}"', opens_page=True) as r:
        page = r.app.model.state[PAGE]
        assert page is not None and page.paper.id == id
        assert r.here.read
        await r.do("app.back")
        assert r.ids == [id] and r.app.model.state[PAGE] is None
        await r.do("app.back")
        assert len(r.ids) > 1 and r.app.model.state.highlighted == r.here.pk
        assert r.app.model.state.history == ()


async def test_what_the_feed_lacks_comes_from_arxiv_or_is_told(
    reader: Opener, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with FeedServer() as feed, Arxiv([Paper("hep-th/9901001", "An old one")]) as arxiv:
        monkeypatch.setenv("ARXIV_ENDPOINT", arxiv.url)
        monkeypatch.setenv("DAILYPAPERS_HOME", str(tmp_path))
        monkeypatch.setattr("reader.feeds.arxiv.client.INTERVAL", 0)
        async with reader(settings=settings(endpoint=feed.url)) as r:
            for id, said in (("hep-th/9901001", "fetched"), ("hep-th/9901002", "neither the feed nor arXiv")):
                await r.do("find.add")
                await r.type(id)
                await r.do("query.accept")
                await r.until(lambda: "fetched" in r.status or "neither" in r.status)
                assert said in r.status
            assert r.empty.startswith("hep-th/9901002 is not here yet. enter fetches it")
            asked = len(feed.requests)
            await r.do("find.fetch")
            await r.until(lambda: len(feed.requests) > asked)


async def test_whatever_a_source_raises_ends_no_refresh(
    reader: Opener, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async def broken(*_: object) -> None:
        raise ValueError("\x9b an odd feed")

    monkeypatch.setenv("DAILYPAPERS_HOME", str(tmp_path))
    with FeedServer({"2026-05-12": [item("2605.10001", "Hot news", "2026-05-12")]}) as feed, Arxiv([]) as arxiv:
        monkeypatch.setenv("ARXIV_ENDPOINT", arxiv.url)
        monkeypatch.setattr("reader.feeds.arxiv.client.INTERVAL", 0)
        monkeypatch.setattr(SyndicationClient, "fetch", broken)
        async with reader(settings=settings(endpoint=feed.url)) as r:
            with closing(Feeds.open(r.file)) as feeds:
                feeds.follow("arxiv", "cs.ZZ", "A category of tomorrow", "cs.zz", "2026-05-12T08:00:00Z")
                feeds.follow("rss", f"{feed.url}/lab.xml", "Notes of a lab", "lab", "2026-05-12T08:00:00Z")
                r[Refresher].begin()
                await r.until(lambda: "2605.10001" in r.ids)
                await r.until(lambda: not r.app.state[REFRESH].is_running)
                failing = {one.slug: one.error or "" for one in feeds.failing()}
            assert failing.keys() == {"cs.zz", "lab"}
            assert "is not a category of arXiv" in failing["cs.zz"]
            assert "an odd feed); the log has the details" in failing["lab"]
            assert r.app.state[REFRESH].last is not None
