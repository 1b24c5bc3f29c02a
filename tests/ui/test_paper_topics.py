"""A paper's topics: why it has them, filtering by one of them, and rules that change."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from reader.cache.marks.change import Change
from reader.cache.marks.events import Events
from reader.cache.reads.window import Window
from reader.core.marks import Agent
from reader.ui.refresh.state import REFRESH
from tests.ui import papers
from tests.ui.conftest import Opener

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


async def test_it_is_told_on_the_page_too_and_of_no_topic_as_well(reader: Opener, tmp_path: Path) -> None:
    async with reader(papers=BOTH, query="nothing") as r:
        file = tmp_path / "papers.db"
        with closing(Window.open(file)) as window, closing(Events.open(file)) as events:
            pk = window.pk_of(papers.draft(3, "").id or "")
            assert pk is not None
            changes = [Change("star", True, [pk]), Change("tag:later", True, [pk])]
            events.act(changes, by=Agent("scout", "0123456789ab"))
        await r.do("read.open", "read.why")
        await r.until(lambda: "No phrase gives this paper a topic." in r.screen)
        assert "starred by scout; tagged later by scout" in r.screen
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
        for key, query, papers, said in (
            ("1", "topic:agents", 2, "only Agents & tools"),
            ("2", "topic:agents topic:robotics", 1, "only Robotics"),
            ("2", "topic:agents", 2, "no longer filtered by Robotics"),
        ):
            await r.press(key)
            assert (r.query, len(r.ids), r.here.title) == (query, papers, "A Robot Agent")
            assert r.status == said
            await r.do("find.topic")


async def test_other_rules_reach_all_papers_without_a_network(reader: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = papers.Topic("mine", "My own thing", "Mine", "What I read.", "nothing")
    rules = papers.ByTitle("2", (*papers.ByTitle().topics, mine))
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
