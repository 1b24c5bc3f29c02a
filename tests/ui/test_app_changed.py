"""What moved or changed since one looked, or marked it: votes, sign, detail, page, view, and the look undone."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from reader.cache.marks.events import Events
from reader.cache.storing.papers import Cache
from reader.core.paper import Listing
from reader.core.paper_row import Flag
from tests.ui.conftest import Opener
from tests.ui.driver import fill
from tests.ui.papers import TITLES, ByTitle, draft

DAY, TODAY = "2026-05-10", "2026-05-12"
PAPERS = tuple(
    draft(number, f"Paper Number {number}", 90 - number, abstract=f"We made {number}.") for number in (1, 2, 3)
)


def change(file: Path) -> None:
    """Three papers that the user starred on a day; on the next, the feed says more of the first."""
    fill(file, {DAY: PAPERS})
    with closing(Events.open(file, now=datetime(2026, 5, 10, 9, tzinfo=UTC).timestamp)) as events:
        for kind in ("read", "star"):
            events.mark(kind, True, [1, 2, 3])
    with closing(Cache.open(file, ByTitle())) as cache:
        more = PAPERS[0]._replace(upvotes=400, code_url="https://github.com/a/b", abstract="We made 1 of 2.")
        cache.store(Listing(DAY, (more, PAPERS[1]._replace(upvotes=95))), "2026-05-11T06:00:00Z")


async def test_a_changed_paper_is_due_until_it_is_opened(reader: Opener, tmp_path: Path) -> None:
    change(tmp_path / "papers.db")
    async with reader() as r:
        await r.do("view.changed")
        assert [r.here.id] == r.ids == ["2605.00001"]
        assert "≠" in r.screen
        # Where there is room, the row says which change.
        assert "code out" in r.list_items[0]
        await r.until(lambda: "Changed since you starred it on Sun 10 May" in r.text("#detail"))
        assert "new code · 89 → 400 votes" in r.text("#detail")
        assert "words of the abstract" not in r.text("#detail")
        await r.do("read.open")
        assert "1 looked at again · u undoes" in r.status
        page = r.text_in_front.text
        assert "new code · 89 → 400 votes · 3 words of the abstract" in page
        assert "Abstract: We made 1. 1 of 2." in page
        await r.do("app.back")
        # It stays in the list until that is read again, without its sign.
        assert not r.here.flags & Flag.CHANGED
        assert "Changed since" not in r.text("#detail")
        await r.do("view.latest", "view.changed")
        assert r.ids == []
        assert "Nothing has changed." in r.empty
        await r.do("mark.undo")
        await r.until(lambda: r.ids == ["2605.00001"])
        assert "undone: marked as changed again" in r.status
        # Any mark is a look.
        await r.do("paper.read")
        assert not r.here.flags & Flag.CHANGED
        await r.search("changed:2026-05-11", "query.accept")
        assert r.ids == []
        await r.do("view.all")
        await r.until(lambda: r.ids == ["2605.00001"])


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
        # A clear rise is marked in the list, three votes are none.
        assert "⇡" in r.list_lines[1]
        assert "⇡" not in r.list_lines[2]
        await r.search("sort:rising", "query.accept")
        assert r.ids[:2] == ["2605.00400", "2605.00401"]


async def test_what_rose_after_it_was_starred_or_queued_is_in_the_view_changed(reader: Opener) -> None:
    async with reader() as r:
        assert not any("Changed" in line for line in r.filter_lines)
        await r.do("paper.star", "move.down", "paper.queue", "move.down", "paper.hide", "move.down", "paper.read")
        _store(r.file, "2099-01-01T00:00:00Z", p400=300, p401=200, p402=200, p403=200)
        r.app.model.change(r.app.state.cache_changed())
        await r.do("view.changed")
        # Neither what is hidden nor what was only read.
        assert sorted(r.ids) == ["2605.00400", "2605.00401"]
        assert "» Changed 2" in r.filter_lines
