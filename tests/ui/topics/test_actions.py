"""Filtering by topic: in the pane, in the query's text, and that both say the same."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing

from reader.cache.storing.papers import Cache
from reader.ui.filter.state import TOPIC_ORDER
from tests.ui.conftest import Opener
from tests.ui.driver import Story
from tests.ui.papers import ByTitle


async def _go_to(r: Story, name: str) -> None:
    """Put the filter pane's cursor on a row by its text."""
    pane = r.main.filter
    if r.context != "filter":
        await r.do("find.filter")
    rows = [row.text for row in pane.rows if row.selectable]
    await r.do("move.top")
    if rows.index(name):
        await r.do("move.down", count=rows.index(name))
    assert pane.current is not None
    assert pane.current.text == name


async def test_picked_topics_stand_in_the_query_and_what_is_typed_shows_as_picked(reader: Opener) -> None:
    async with reader() as r:
        await r.do("view.all")

        async def choose(name: str, action: str, query: str, papers: int, *rows: str) -> None:
            if name:
                await _go_to(r, name)
            await r.do(action)
            assert (r.query, len(r.ids), r.context) == (query, papers, "filter")
            assert set(rows) <= set(r.filter_lines)

        await choose("Agents & tools", "topic.pick", "topic:agents", 8, "✓ Agents & tools 8")
        await r.until(lambda: r.status == "Models that act by themselves.")
        await choose("", "topic.pick", "", 60, "Agents & tools 8")
        await choose("Video generation", "topic.pick", "topic:video", 8)
        await choose("Agents & tools", "topic.pick", "(topic:video OR topic:agents)", 16, "TOPICS any ▾")
        # As any, others count what they would add.
        await r.until(lambda: "Robotics 8" in r.filter_lines)
        await choose("", "topic.any_all", "topic:video topic:agents", 0, "TOPICS all ▾")
        await r.until(lambda: "▸ 4 without papers" in r.filter_lines)
        await choose("", "topic.any_all", "(topic:video OR topic:agents)", 16, "TOPICS any ▾")
        await r.do("find.clear", "find.filter")
        await r.search("is:unread topic:agents -topic:video upvotes:>3", "query.accept")
        assert {"✓ Agents & tools 8", "✗ Video generation –"} <= set(r.filter_lines)
        await choose("Video generation", "topic.exclude", "is:unread topic:agents upvotes:>=4", 8)
        await choose("Reasoning", "topic.pick", "is:unread (topic:agents OR topic:reasoning) upvotes:>=4", 14)
        await r.do("find.clear")
        assert "✓" not in " ".join(r.filter_lines)
        await _go_to(r, "Starred")
        await r.do("topic.pick")
        assert r.view == "starred"
        await _go_to(r, "Fri  8")
        await r.do("topic.pick")
        assert (r.view, len(r.ids)) == ("day:2026-05-08", 14) and "» Fri 8 14/14" in r.filter_lines


async def test_counts_follow_the_view_and_the_query(reader: Opener) -> None:
    async with reader() as r:
        assert "Video generation 2" in r.filter_lines
        await r.do("view.all")
        await r.until(lambda: "Video generation 8" in r.filter_lines)
        await r.search("dozen OR night", "query.accept")
        found = len(r.ids)
        await r.until(lambda: "Video generation 1" in r.filter_lines)
        assert f"{found} of 60" in r.top
        await r.do("find.clear", "mark.all_read")
        await r.until(lambda: "Unread 0" in r.filter_lines)
        await r.do("mark.undo")
        await r.until(lambda: "Unread 60" in r.filter_lines)
        await r.do("paper.star")
        await r.until(lambda: "Starred 1" in r.filter_lines)


async def test_typing_narrows_the_topics_until_the_pane_is_left(reader: Opener) -> None:
    async with reader() as r:
        await r.do("view.all", "find.filter", "topic.narrow")
        await r.type("vid")
        assert r.filter_lines == ["TOPICS /vid", "▾ Vision", "Video generation 8"]
        await r.press("enter")
        await r.do("topic.pick")
        assert r.query == "topic:video"
        await r.do("app.escape")
        assert "Robotics 8" in r.filter_lines and r.context == "filter"
        # How they rise is not known yet.
        for order in ("papers", "family"):
            await r.do("topic.order")
            assert (r.app.state[TOPIC_ORDER], r.status) == (order, f"topics by {order}")
        await r.do("topic.narrow")
        await r.type("vid")
        await r.click("#papers", 20, 3)
        await r.do("paper.star")
        assert r.here.starred
        await r.do("find.filter", "move.top", "find.filter")
        assert r.context == "list"


async def test_a_topic_in_the_detail_is_a_way_to_its_papers(reader: Opener) -> None:
    async with reader(size=(120, 50)) as r:
        detail = r.text("#detail").splitlines()
        line = next(at for at, line in enumerate(detail) if "Video generation" in line)
        await r.click("#detail", 4, line)
        assert (r.view, r.query) == ("all", "topic:video")
        await r.do("read.open")
        line, text = next((at, line) for at, line in enumerate(r.lines) if "Video generation" in line)
        await r.click(r.app.screen, text.index("Video generation") + 2, line)
        assert not r.is_on_page


class NoTopics(ByTitle):
    """Rules that were changed: they give no paper any topic."""

    def classify(self, title: str, _abstract: str, _keywords: Sequence[str]) -> tuple[str, ...]:
        return ()


async def test_topics_by_changed_rules_show_in_the_detail_without_a_key(reader: Opener) -> None:
    async with reader(size=(120, 50)) as r:
        assert "Video generation" in r.text("#detail")
        with closing(Cache.open(r.file, NoTopics())) as cache:
            list(cache.reclassify())
        r.app.model.change(r.app.state.cache_changed())
        await r.until(lambda: "Video generation" not in r.text("#detail"))
        assert r.here.title[:10] in r.text("#detail")
