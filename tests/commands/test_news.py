"""What is new: its sections with their reasons, and what it says of itself."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from reader.cache.feeds import Coverage, Freshness
from reader.commands.news import (
    Item,
    News,
    Section,
    default_since,
    first_sentences,
    gist,
    news_record,
    whats_new,
)
from reader.commands.workspace import Workspace
from reader.core.errors import UsageError
from reader.core.paper import Paper
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
    """The sections, each with the last digits and reasons of its papers, and what is left."""
    sections = ((f"{one.name}:", *(f"  {item.paper.id[-4:]} {item.why}".rstrip() for item in one.items))
                for one in news.sections)  # fmt: skip
    return [*(line for lines in sections for line in lines), f"{news.rest} left, {news.mailed} mailed"]


def test_each_paper_is_news_once_with_its_reason(
    run: Run, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("import", str(write_days(tmp_path / "days.jsonl", OLDER | {DAY: PAPERS})))
    run("mark", "star", "2604.10003", "2604.11007", "2604.12003")
    run("views", "add", "--then", "follow", "author:Zoë Müller")
    views = '[[views]]\nname = "Evaluation"\nquery = "benchmark"\n[[views]]\nname = "Wrong"\nquery = "topic:nothing"\n'
    (home / "config.toml").write_text(views)

    def printed(query: str = "", known: Sequence[str] = ()) -> list[str]:
        return lines_of(whats_new(Workspace(), query, DAY, known=known))

    news = whats_new(Workspace(), "", DAY)
    first = ["For you:", "  0001 Like agents that read of a kind, which you starred"]
    followed = ["Followed:", "  0004 you follow Zoë Müller"]
    named, *rest = news.broken
    assert named.startswith("The view Wrong is left out. There is no topic 'nothing'") and not rest
    assert lines_of(news) == [
        *first,
        *followed,
        "Evaluation:",
        "  0002",
        "Speech:",
        "  0005",
        "  0006",
        "Robotics:",
        "  0007",
        "  0009",
        "Other topics:",
        "  0003",
        "  0000",
        "  0008",
        "0 left, 0 mailed",
    ]
    with monkeypatch.context() as few:
        few.setattr("reader.commands.news.MAX_TITLES", 1)
        assert printed() == [*first, *followed, "8 left, 0 mailed"]
        few.setattr("reader.commands.news.MAX_TITLES", 0)
        assert printed(known=["2606.10001", "2606.10004"]) == ["8 left, 2 mailed"]
    assert printed(query="walk") == ["Other topics:", "  0007", "0 left, 0 mailed"]
    with pytest.raises(UsageError):
        printed(query="is:nonsense")


def test_before_anything_is_learned_the_most_voted_come_first(run: Run, home: Path, tmp_path: Path) -> None:
    many = [item(f"2606.2{n:04}", f"A box of {n}", DAY, upvotes=99 - n, ai_keywords=["robots"]) for n in range(90)]
    run("import", str(write_days(tmp_path / "days.jsonl", {DAY: many})))
    news = whats_new(Workspace(), "", DAY)
    assert [(one.name, len(one.items), one.is_brief) for one in news.sections] == [
        ("Most voted", 10, False),
        ("Robotics", 8, True),
    ]
    assert news.sections[0].items[0].paper.id == "2606.20000"
    assert news.others == "And 72 more papers, most about Robotics (72): dailypapers list since:2026-06-30 is:unread"


def test_a_look_back_also_has_papers_that_were_read_and_starred(run: Run, home: Path, tmp_path: Path) -> None:
    run("import", str(write_days(tmp_path / "days.jsonl", {DAY: PAPERS})))
    run("mark", "star", "2606.10007")
    run("mark", "read", "--query", "speech")
    assert whats_new(Workspace(), "", DAY).summary == "7 papers new since 30 June"
    news = whats_new(Workspace(), "", DAY, is_look_back=True)
    assert news.summary == "10 papers since 30 June"
    assert (
        "Robots that walk" not in {one.paper.title for one in news.sections[0].items}
        and news.sections[0].name == "For you"
    )
    assert whats_new(Workspace(), "", "2026-07-01", is_look_back=True).items == ()


def test_an_answer_for_a_program_names_sources_and_cuts_what_is_brief(
    run: Run, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reader.commands.news.MAX_RECOMMENDED_PAPERS", 1)
    walking = item(
        "2606.10007", "Robots that walk", DAY, ai_keywords=["robots"], authors=[{"name": f"A{n}"} for n in range(6)]
    )
    run("import", str(write_days(tmp_path / "days.jsonl", {DAY: [walking, PAPERS[8]]})))
    paper = {
        "id": "2606.10007", "title": "Robots that walk", "authors": ["A0", "A1", "A2", "A3", "A4"],
        "organization": None, "venue": None, "day": DAY, "upvotes": 5, "comments": 2, "topics": ["robotics"],
        "code_url": None, "url": "https://huggingface.co/papers/2606.10007",
        "why": None, "says": "It holds.", "by_ai": True,
    }  # fmt: skip
    source = dict.fromkeys(("answered", "complete", "complete_to", "says"))
    assert news_record(whats_new(Workspace(), "", "2026-06-01")) == {
        "title": f"Papers for {date.today():%A}, {date.today().day} {date.today():%B}",
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
        "broken": [],
    }


def test_the_title_and_headings_of_news() -> None:
    paper = Paper(
        pk=1, id="2606.1", title="T", authors=("Ada Example", "Bo"), venue="ICLR", upvotes=1, day="2025-12-31"
    )  # fmt: skip
    failing = Freshness("arxiv:cs.AI", "cs.AI", "arxiv", None, "2026-07-01", "No answer.")
    asked = failing._replace(failing_since=None, error=None)
    complete = asked._replace(coverage=Coverage(DAY, ("2026-06-29",), "1 day not fetched"))
    holed = asked._replace(coverage=Coverage("2026-07-01", (DAY,), "1 day not fetched"))
    sections = (Section("For you", (Item(paper, "why"),) * 2, is_brief=False), Section("Tail", (Item(paper),)))
    found = News(TODAY, DAY, "agents", sections, rest=1_000, sources=(failing, asked, complete, holed))
    assert found.title == "Papers for Thursday, 2 July: agents"
    assert found.summary == "1,003 papers new since 30 June"
    assert found.remarks == (
        "cs.AI: No answer.",
        "cs.AI: complete to Wed 01 Jul, 1 day not fetched.",
    )
    full, brief = ([*found.facts(Item(paper, "why"), is_brief=one)] for one in (False, True))
    assert (full, brief) == (
        ["Ada Example et al.", "ICLR", "1 vote", "31 December 2025"],
        ["Ada Example et al.", "1 vote", "why"],
    )
    source = {"name": "cs.AI", "answered": None, "complete_to": None}
    rest = "1 day not fetched"
    assert news_record(found)["sources"] == [
        {**source, "complete": False, "says": "No answer"},
        {**source, "complete": None, "says": None},
        {**source, "complete_to": DAY, "complete": True, "says": f"complete to Tue 30 Jun, {rest}"},
        {**source, "complete_to": "2026-07-01", "complete": False, "says": f"complete to Wed 01 Jul, {rest}"},
    ]


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


def test_the_summary_of_a_machine_is_named() -> None:
    paper = Paper(pk=1, id="2606.1", title="T", abstract="One. Two.")
    assert gist(paper) == ("One. Two.", False)
    assert gist(paper._replace(summary="X")) == ("X", True)


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
