"""What is new: its sections with their reasons, and what it says of itself."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from reader.cache.feeds import Freshness
from reader.commands.news import Asked, Item, News, Rising, Section, first_sentences, news_record, whats_new
from reader.commands.workspace import Workspace
from reader.core.paper import Paper
from reader.core.settings.tables import SavedView
from tests.commands.conftest import Run, write_days
from tests.feed_server import item
from tests.table import each

DAY, TODAY = "2026-06-30", date(2026, 7, 2)

PAPERS = [
    item("2606.10000", "Agents that write tools", DAY, upvotes=80),
    item("2606.10001", "Agents that read", DAY, upvotes=60, githubRepo="https://github.com/a/b", githubStars=1200),
    item("2606.10002", "A benchmark of agents", DAY, upvotes=40),
    item("2606.10003", "Video diffusion at the edge", DAY, upvotes=90, ai_keywords=["video"]),
    item("2606.10004", "Diffusion of video", DAY, upvotes=30, ai_keywords=["video"], authors=[{"name": "Zoë Müller"}]),
    item("2606.10005", "Speech of one", DAY, upvotes=8, ai_keywords=["speech"]),
    item("2606.10006", "Speech of two", DAY, upvotes=7, ai_keywords=["speech"]) | {"numComments": 40},
    item("2606.10007", "Robots that walk", DAY, upvotes=6, ai_keywords=["robots"]),
    item("2606.10008", "A theorem about nothing", DAY, upvotes=0, ai_keywords=["theory"], ai_summary=None),
]


def test_each_paper_is_news_once_with_its_best_reason(run: Run, home: Path, tmp_path: Path) -> None:
    assert run("import", str(write_days(tmp_path / "days.jsonl", {DAY: PAPERS}))).code == 0
    assert run("follow", "add", "author:Zoë Müller").code == 0
    views = [SavedView("Evaluation", "benchmark")]

    def told(**more: Any) -> tuple[list[object], int, int]:
        found = whats_new(Workspace(), Asked("", DAY, TODAY, views)._replace(**more))
        sections = [(one.name, [(item.key[-1:], item.why) for item in one.items]) for one in found.sections]
        return [*sections], found.left_out, found.mailed

    first = [("Followed", [("4", "You follow Zoë Müller")]), ("Evaluation", [("2", "")])]
    assert told() == (
        [
            *first,
            (
                "Most voted",
                [
                    ("3", "The most votes of 9 new papers"),
                    ("0", "The most votes on Agents & tools"),
                    ("1", "Its code has 1,200 stars"),
                    ("5", "The most votes on Speech"),
                    ("6", "The most comments: 40"),
                    ("7", "The most votes on Robotics"),
                    ("8", ""),
                ],
            ),
        ],
        0,
        0,
    )
    most = ("Most voted", [("0", "The most votes on Agents & tools"), ("1", "Its code has 1,200 stars")])
    known = {"2606.10003", "2606.10007"}
    assert told(told=4, known=known) == (
        [*first, most, ("Speech", [("5", ""), ("6", "")]), ("Other topics", [("8", "")])], 0, 2
    )  # fmt: skip
    assert told(told=1, brief=2, query="sort:published -agents") == (
        [("Followed", first[0][1]), ("Other topics", [("3", ""), ("5", "")])], 3, 0
    )  # fmt: skip


def test_an_answer_for_a_program_names_sources_and_cuts_what_is_brief(run: Run, home: Path, tmp_path: Path) -> None:
    run("import", str(write_days(tmp_path / "days.jsonl", {DAY: PAPERS[7:]})))
    paper = {
        "id": "2606.10007", "title": "Robots that walk", "authors": ["Ada Example", "Bo Sample"],
        "organization": None, "venue": None, "day": DAY, "upvotes": 6, "comments": 2, "topics": ["robotics"],
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


def test_news_are_said_in_words() -> None:
    paper = Paper(
        pk=1, id="2606.1", title="T", authors=("Ada Example", "Bo"), venue="ICLR", upvotes=1, day="2025-12-31"
    )  # fmt: skip
    items = (Item(paper, "2606.1"),)
    failing = Freshness("arxiv:cs.AI", "cs.AI", "arxiv", None, "2026-07-01", "No answer.", None)
    found = News(
        TODAY, DAY, "agents", (Section("For you", items * 2), Section("My view", items), Section("Tail", items, True)),
        1_000, sources=(failing,), topics=(Rising("robotics", "Robotics", 0.5), Rising("speech", "Speech", 2.0)),
    )  # fmt: skip
    assert found.title == "Papers for Thursday, 2 July: agents"
    assert found.summary == "4 papers: 2 for you, 1 in My view, 1 by title"
    assert found.subject == "Papers for Thursday, 2 July: agents (2 for you, 1 in My view)"
    assert found.state == (
        "New since 30 June. 1,000 more new papers are in the reader. cs.AI: No answer."
        " On the rise: Robotics +50 %, Speech +200 %."
    )
    assert [*found.facts(paper)] == ["Ada Example et al.", "ICLR", "1 vote", "31 December 2025"]
    brief = News(TODAY, DAY, "", found.sections[2:], 1)
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
