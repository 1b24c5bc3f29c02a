"""What is new: its sections with their reasons, and what it says of itself."""

from __future__ import annotations

import json
import os
import sqlite3
import time
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from reader.cache.coverage import Coverage
from reader.cache.feeds import Freshness
from reader.cache.marks.events import Events
from reader.commands.news import (
    Answer,
    Asked,
    Item,
    News,
    Rising,
    Section,
    ask_sources,
    default_since,
    first_sentences,
    gist,
    news_record,
    whats_new,
)
from reader.commands.workspace import Workspace
from reader.core.errors import FeedError, FeedUnreachable, UsageError
from reader.core.paper import Paper
from reader.core.settings.tables import SavedView
from reader.paths import refresh_stamp, touch_private
from reader.refresh.jobs import RefreshFinished
from tests.commands.conftest import Run, write_days
from tests.feed_server import item
from tests.table import each

DAY, TODAY = "2026-06-30", date(2026, 7, 2)

PAPERS = [
    item("2606.10000", "Agents that write tools", DAY, upvotes=80),
    item("2606.10001", "Agents that read", DAY, upvotes=60),
    item("2606.10002", "A benchmark of agents", DAY, upvotes=40),
    item("2606.10003", "Video diffusion at the edge", DAY, upvotes=90, ai_keywords=["video"]),
    item("2606.10004", "Diffusion of video", DAY, upvotes=30, ai_keywords=["video"], authors=[{"name": "Zoë Müller"}]),
    item("2606.10005", "Speech of one", DAY, upvotes=8, ai_keywords=["speech"]),
    item("2606.10006", "Speech of two", DAY, upvotes=7, ai_keywords=["speech"]) | {"numComments": 5},
    item("2606.10007", "Robots that walk", DAY, upvotes=6, ai_keywords=["robots"]),
    item("2606.10008", "A theorem about nothing", DAY, upvotes=0, ai_keywords=["theory"], ai_summary=None,
         githubRepo="https://github.com/a/b", githubStars=100),
    item("2606.10009", "More robots", DAY, upvotes=1, ai_keywords=["robots"]),
]  # fmt: skip

OLDER = {
    (date(2026, 6, 23) - timedelta(days=7 * week)).isoformat(): [
        item(f"2604.1{week}{n:03}", f"{what} of a kind", upvotes=n, ai_keywords=[what])
        for n, what in enumerate(["video", "speech", "theory", "agents that read"] * 3)
    ]
    for week in range(6)
}  # fmt: skip
"""Weeks without robots."""


def lines_of(news: News) -> list[str]:
    """The sections, each with the last digits and reasons of its papers, and how many are left out."""
    sections = ((f"{one.name}:", *(f"  {item.paper.id[-4:]} {item.why}".rstrip() for item in one.items))
                for one in news.sections)  # fmt: skip
    return [*(line for lines in sections for line in lines), f"{news.left_out} left out, {news.mailed} mailed"]


def test_each_paper_is_news_once_with_its_best_reason(run: Run, home: Path, tmp_path: Path) -> None:
    run("import", str(write_days(tmp_path / "days.jsonl", OLDER | {DAY: PAPERS})))
    marked, rising, still = "2604.10003", "2604.10004", "2604.10005"
    before, now = (int(datetime(2026, month, 30, tzinfo=UTC).timestamp()) for month in (5, 7))
    changes = ((rising, before, 40), (rising, now, 50), (still, before, 48), (still, now, 59))
    with (
        closing(Events.open(home / "papers.db", now=lambda: 1.0e9)) as events,
        closing(sqlite3.connect(home / "papers.db")) as cache,
        cache,
    ):
        keys = dict(cache.execute("SELECT id, pk FROM paper").fetchall())
        events.mark("star", True, [keys[marked], keys["2604.11007"], keys["2604.12003"]])
        cache.executemany("UPDATE paper SET upvotes = ? WHERE id = ?", ((50, rising), (59, still), (57, marked)))
        cache.execute("UPDATE paper SET comments = 90 WHERE id = ?", (marked,))
        cache.execute("DELETE FROM paper_change")
        cache.executemany(
            "INSERT INTO paper_change (pk, at, upvotes, comments, keywords, links) VALUES (?, ?, ?, 0, 0, 0)",
            ((keys[id], at, votes) for id, at, votes in (*changes, (marked, 2, 2), (marked, now, 57))),
        )
    run("follow", "add", "author:Zoë Müller")
    asked = Asked("", DAY, TODAY, [SavedView("Evaluation", "benchmark"), SavedView("Wrong", "topic:nothing")])

    def told(**more: Any) -> list[str]:
        return lines_of(whats_new(Workspace(), asked._replace(**more)))

    news = whats_new(Workspace(), asked)
    first = ["For you:", "  0001 Like agents that read of a kind, which you starred"]
    next_ones = ["Followed:", "  0004 You follow Zoë Müller", "Evaluation:", "  0002"]
    risen = ["Rising:", "  0004 10 more votes since 2026-06-30"]
    assert lines_of(news) == [
        *first,
        *next_ones,
        "Most voted:",
        "  0003 The most votes of 10 new papers",
        "  0000 The most votes on Agents & tools",
        "  0005 The most votes on Speech",
        "  0006 The most comments: 5",
        "  0007 The most votes on Robotics",
        "  0009 On the rise: Robotics +20 %",
        "  0008 Its code has 100 stars",
        *risen,
        "0 left out, 0 mailed",
    ]
    assert news.keys[-1] == "rising:2604.10004"
    assert told(known=news.keys[-1:]) == [*lines_of(news)[:-3], "0 left out, 1 mailed"]
    brief = ["Robotics:", "  0007", "  0009", "Other topics:", "  0003", "  0008"]
    assert told(known=news.keys[4:7], told=4) == [*first, *next_ones, *risen, *brief, "0 left out, 3 mailed"]
    rest = ["Robotics:", "  0009", "  0007", "Other topics:", "  0008", "3 left out, 0 mailed"]
    assert told(told=2, brief=3, query="sort:title -agents") == [*next_ones[:2], *risen, *rest]
    assert told(query="walk") == [
        "Most voted:",
        "  0007 The most votes on Robotics",
        "0 left out, 0 mailed",
    ]
    with pytest.raises(UsageError):
        told(query="is:nonsense")


def test_sections_have_bounds(run: Run, home: Path, tmp_path: Path) -> None:
    many = [
        item(f"2606.2{n:04}", f"A {'box' if n < 12 else 'cup'} {'of' if 12 <= n < 20 else 'is'} things", DAY, upvotes=0,
             ai_keywords=[], authors=[{"name": "Zoë Müller" if n < 12 else "Bo"}])
        for n in range(90)
    ]  # fmt: skip
    run("import", str(write_days(tmp_path / "days.jsonl", {DAY: many})))
    run("follow", "add", "author:Zoë Müller")
    news = whats_new(Workspace(), Asked("", DAY, TODAY, [SavedView("Cups", '"cup of"')]))
    assert [(one.name, len(one.items), one.is_brief) for one in news.sections] == [
        ("Followed", 10, False),
        ("Cups", 5, False),
        ("New", 25, False),
        ("Benchmarks & evaluation", 30, True),
    ]
    assert news.left_out == 20
    assert {one.why for one in news.sections[0].items} == {"You follow Zoë Müller"}


def test_an_answer_for_a_program_names_sources_and_cuts_what_is_brief(run: Run, home: Path, tmp_path: Path) -> None:
    walking = item(
        "2606.10007", "Robots that walk", DAY, ai_keywords=["robots"], authors=[{"name": f"A{n}"} for n in range(6)]
    )
    run("import", str(write_days(tmp_path / "days.jsonl", {DAY: [walking, PAPERS[8]]})))
    paper = {
        "id": "2606.10007", "title": "Robots that walk", "authors": ["A0", "A1", "A2", "A3", "A4"],
        "organization": None, "venue": None, "day": DAY, "upvotes": 5, "comments": 2, "topics": ["robotics"],
        "code_url": None, "url": "https://huggingface.co/papers/2606.10007",
        "why": "The most votes of 2 new papers", "says": "It holds.", "by_ai": True,
    }  # fmt: skip
    source = dict.fromkeys(("answered", "whole", "day", "here", "of", "says"))
    assert news_record(whats_new(Workspace(), Asked("", "2026-06-01", TODAY, told=1))) == {
        "title": "Papers for Thursday, 2 July",
        "since": "2026-06-01",
        "query": None,
        "asked": None,
        "sources": [{"name": "Daily papers of Hugging Face", **source}],
        "sections": [
            {"name": "Most voted", "papers": [paper]},
            {
                "name": "Other topics",
                "papers": [{"id": "2606.10008", "title": "A theorem about nothing", "upvotes": 0}],
            },
        ],
        "left_out": 0,
        "mailed": 0,
        "topics": [],
    }


def test_the_title_and_headings_of_news() -> None:
    paper = Paper(
        pk=1, id="2606.1", title="T", authors=("Ada Example", "Bo"), venue="ICLR", upvotes=1, day="2025-12-31"
    )  # fmt: skip
    items = (Item(paper, "2606.1"),)
    failing = Freshness("arxiv:cs.AI", "cs.AI", "arxiv", None, "2026-07-01", "No answer.", None)
    asked = failing._replace(failing_since=None, error=None)
    whole = asked._replace(newest=Coverage(DAY, 14, 14, named_by=("feed",)), holes=(Coverage("2026-06-29", 9, 8),))
    holed = whole._replace(newest=Coverage("2026-07-01", 9, 9, named_by=("feed",)), holes=(Coverage(DAY, 9, 8),))
    sections = (Section("For you", items * 2), Section("My view", items), Section("Tail", items, True))
    topics = (Rising("robotics", "Robotics", 0.5), Rising("speech", "Speech", 2.0))
    found = News(TODAY, DAY, "agents", sections, 1_000, sources=(failing, asked, whole, holed), topics=topics)
    assert found.title == "Papers for Thursday, 2 July: agents"
    assert found.summary == "4 papers: 2 for you, 1 in My view, 1 by title"
    assert found.subject == "Papers for Thursday, 2 July: agents (2 for you, 1 in My view)"
    assert found.state == (
        "New since 30 June. 1,000 more new papers are in the reader. cs.AI: No answer."
        " cs.AI: 9 of 9 on Wed 01 Jul, 1 other day incomplete. On the rise: Robotics +50 %, Speech +200 %."
    )
    assert [*found.facts(paper)] == ["Ada Example et al.", "ICLR", "1 vote", "31 December 2025"]
    assert [*found.facts(Paper(pk=2, id="2606.2", title="T", authors=("Bo",), published="2026"))] == ["Bo", "2026"]
    assert [*found.facts(Paper(pk=3, id="2606.3", title="T", authors=("Bo",), organization="A lab"))] == ["A lab"]
    source = {"name": "cs.AI", "answered": None, "day": None, "here": None, "of": None}
    rest = "1 other day incomplete"
    last = {"day": "2026-07-01", "here": 9, "of": 9}
    assert news_record(found)["sources"] == [
        {**source, "whole": False, "says": "No answer"},
        {**source, "whole": None, "says": None},
        {**source, "day": DAY, "here": 14, "of": 14, "whole": True, "says": f"14 of 14 on Tue 30 Jun, {rest}"},
        {**source, **last, "whole": False, "says": f"9 of 9 on Wed 01 Jul, {rest}"},
    ]
    assert len(found.hash("mail")) == 32 and found.hash("mail") != found.hash("file")
    assert found._replace(sections=sections[:1]).summary == "2 papers"
    brief = News(TODAY, DAY, "", found.sections[2:], 1)
    assert found.hash("mail") != brief.hash("mail")
    assert brief.subject == "Papers for Thursday, 2 July (1 paper)"
    assert brief.state == "New since 30 June. 1 more new paper is in the reader."


@each(
    ("text", "most", "kept"),
    [
        ("One. Two. Three.", 16, "One. Two. Three."),
        ("One. Two. Three.", 15, "One. Two."),
        ("One. Two. Three.", 9, "One. Two."),
        ("One. Two. Three.", 8, "One."),
        ("One two three. Four.", 9, "One two…"),
        ("One two three. Four.", 8, "One…"),
    ],
)
def test_a_text_is_cut_between_sentences_or_words(text: str, most: int, kept: str) -> None:
    assert first_sentences(text, most) == kept
    assert gist(Paper(pk=1, id="2606.1", title="T", abstract=text), most) == (kept, False)
    assert gist(Paper(pk=1, id="2606.1", title="T", abstract="X", summary=text), most) == (kept, True)


@each(
    ("visited", "mailed", "since"),
    [(None, None, 1), (0, None, 1), (3, None, 3), (3, 5, 5), (9, 2, 2), (None, 13, 13), (15, None, 14), (None, 15, 14)],
)
def test_news_begin_with_the_last_mail_or_visit_or_yesterday(
    home: Path, visited: int | None, mailed: int | None, since: int
) -> None:
    now = datetime.now(UTC)
    home.mkdir(exist_ok=True)
    then = {} if visited is None else {"visited": (now - timedelta(days=visited)).isoformat()}
    (home / "state.json").write_text(json.dumps(then))
    last = None if mailed is None else now - timedelta(days=mailed)
    assert default_since(last) == (now - timedelta(days=since)).date().isoformat()


OFF, BROKEN = FeedUnreachable("No answer."), FeedError("No papers.")


@each(
    ("finished", "offline", "answer", "is_whole"),
    [
        (RefreshFinished(new=3), "", Answer(3), True),
        (RefreshFinished(1, failed=("2026-06-30",), error=OFF), "", Answer(1, OFF, is_cut_off=True), False),
        (RefreshFinished(1, failed=("2026-06-30",), error=OFF), "1", Answer(1, OFF), False),
        (RefreshFinished(1, stored=1, failed=("2026-06-30",), error=OFF), "", Answer(1, OFF), False),
        (RefreshFinished(failed=("2026-06-30",), error=BROKEN), "", Answer(0, BROKEN), False),
        (OFF, "", Answer(0, OFF, is_cut_off=True), False),
    ],
)
def test_sources_are_asked_unless_they_were_within_the_hours(
    home: Path, finished: RefreshFinished | FeedError, offline: str, answer: Answer, is_whole: bool
) -> None:
    def run_job(*_: object, **__: object) -> list[object]:
        if isinstance(finished, FeedError):
            raise finished
        return [finished]

    home.mkdir(exist_ok=True)
    stamp = refresh_stamp(home / "papers.db")
    stamp.unlink(missing_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("reader.commands.run_job.run_job", run_job)
        patch.setenv("HF_HUB_OFFLINE", offline)
        assert ask_sources(Workspace(), 2) == answer
        assert (stamp.exists(), ask_sources(Workspace(), 2)) == (is_whole, None if is_whole else answer)
        touch_private(stamp)
        for hours, is_asked in ((1, False), (3, True), (-1, True)):
            then = time.time() - 3600 * hours
            os.utime(stamp, (then, then))
            assert (ask_sources(Workspace(), 2) is not None) == is_asked
