"""What the detail tells of votes since the user last looked."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from reader.cache.storing.papers import Cache
from reader.core.paper import Listing
from tests.ui.conftest import Opener
from tests.ui.papers import TITLES, ByTitle, draft

TODAY = "2026-05-12"


def _store(file: Path, at: str, **upvotes: int) -> None:
    """A later answer of the feed for some of today's papers, by `pN`."""
    drafts = tuple(draft(int(p[1:]), TITLES[TODAY][int(p[1:]) - 400], votes) for p, votes in upvotes.items())
    with closing(Cache.open(file, ByTitle())) as cache:
        cache.store(Listing(TODAY, drafts), at)


async def test_the_detail_tells_how_votes_moved_since_one_looked(reader: Opener) -> None:
    async with reader() as r:
        assert r.here.upvotes == 192
        assert "since you looked" not in r.text("#detail")
        await r.do("app.quit")
    _store(r.file, "2026-05-12T12:00:00Z", p400=220)
    _store(r.file, "2026-05-12T18:00:00Z", p400=260, p401=100)
    async with reader() as r:
        assert "▲ 260 ▆▇█ +68 since you looked" in " ".join(r.text("#detail").split())
        await r.search("sort:rising", "query.accept")
        assert r.ids[:2] == ["2605.00400", "2605.00401"]
