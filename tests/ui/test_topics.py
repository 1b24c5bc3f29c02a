"""Filtering by topic, in the pane and in the query's text; the topics of a paper, and rules that change."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from reader.cache.marks.events import Events
from reader.cache.reads.window import Window
from reader.cache.storing import Cache
from reader.core.topics.scorer import Topic
from reader.ui.refresh.state import REFRESH
from tests.ui import papers
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


async def test_picked_topics_appear_in_the_query_and_typed_ones_are_shown_as_picked(reader: Opener) -> None:
    async with reader() as r:
        await r.do("view.all")

        async def choose(name: str, action: str, query: str, papers: int, *rows: str) -> None:
            if name:
                await _go_to(r, name)
            await r.do(action)
            assert (r.query, len(r.ids), r.context) == (query, papers, "filter")
            assert set(rows) <= set(r.filter_lines)

        await choose("Agents & tools", "topic.pick", "topic:agents", 8, "✓ Agents & tools 8")
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

    def classify(self, title: str, abstract: str, keywords: Sequence[str] = ()) -> tuple[str, ...]:
        return ()


async def test_topics_by_changed_rules_show_in_the_detail_without_a_key(reader: Opener) -> None:
    async with reader(size=(120, 50)) as r:
        assert "Video generation" in r.text("#detail")
        with closing(Cache.open(r.file, NoTopics())) as cache:
            list(cache.reclassify())
        r.app.model.change(r.app.state.cache_changed())
        await r.until(lambda: "Video generation" not in r.text("#detail"))
        assert r.here.title[:10] in r.text("#detail")


# The topics of a paper

BOTH = {"2026-05-12": (papers.draft(1, "A Robot Agent"), papers.draft(2, "An Agent"), papers.draft(3, "Nothing"))}


async def test_one_key_tells_the_words_of_each_topic_also_right_after_a_move(reader: Opener) -> None:
    async with reader(papers=BOTH) as r:
        await r.burst("j", "j", "W")
        await r.until(lambda: "Why these topics" in r.screen)
        shown = [" ".join(line.split()) for line in r.lines]
        assert shown[0] == f"Why {r.here.title}" == "Why A Robot Agent"
        at = shown.index("Why these topics")
        assert shown[at : at + 3] == ["Why these topics", "Agents & tools agent", "Robotics robot"]
        await r.press("W")
        assert "Why these topics" not in r.screen and r.context == "list"


async def test_the_page_also_names_the_words_of_a_topic_and_says_if_there_is_none(
    reader: Opener, tmp_path: Path
) -> None:
    async with reader(papers=BOTH, query="nothing") as r:
        file = tmp_path / "papers.db"
        with closing(Window.open(file)) as window, closing(Events.open(file)) as events:
            pk = window.pk_of(papers.draft(3, "").id or "")
            assert pk is not None
            events.mark("rule:Cats", '{"when": "title:cat", "then": ["star"]}', [pk])
        await r.do("read.open", "read.why")
        await r.until(lambda: "No phrase gives this paper a topic." in r.screen)
        assert "Cats: star, because title:cat" in r.screen
        await r.press("escape")
        assert r.is_on_page
        await r.do("app.escape")
        assert not r.is_on_page


async def test_a_paper_leads_to_those_of_one_of_its_topics(reader: Opener) -> None:
    async with reader(papers=BOTH) as r:
        rows = {r.row(place).title: place + 1 for place in range(3)}
        await r.do("move.top", count=rows["Nothing"])
        await r.do("find.topic")
        assert r.status == "this paper has no topics"
        # A paper of one topic asks nothing; one of two asks for which.
        await r.do("move.top", count=rows["An Agent"])
        await r.do("find.topic")
        assert r.query == "topic:agents"
        await r.do("find.topic")
        assert r.query == ""
        await r.do("move.top", count=rows["A Robot Agent"])
        await r.do("find.topic")
        assert "1 Agents & tools  2 Robotics" in r.lines[-1]
        for key, query, papers, expected in (
            ("1", "topic:agents", 2, "only Agents & tools"),
            ("2", "topic:agents topic:robotics", 1, "only Robotics"),
            ("2", "topic:agents", 2, "no longer filtered by Robotics"),
        ):
            await r.press(key)
            assert (r.query, len(r.ids), r.here.title) == (query, papers, "A Robot Agent")
            assert r.status == expected
            await r.do("find.topic")


async def test_other_rules_reach_all_papers_without_a_network(reader: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = Topic("mine", "My own thing", "Mine", "What I read.")
    rules = papers.ByTitle("2", papers.WORDS | {mine: "nothing"})
    async with reader(papers=BOTH) as r:
        assert "My own thing" not in r.screen
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr(papers, "ByTitle", lambda: rules)
    async with reader() as r:
        await r.do("app.refresh")
        await r.until(lambda: r.app.state[REFRESH].progress is None)
        await r.until(lambda: "My own thing 1" in r.filter_lines)
        assert r.kept("2605.00003").topics == ("mine",)
        assert "○ offline" in r.top
