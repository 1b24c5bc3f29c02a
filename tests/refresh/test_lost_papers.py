"""Papers that the user marked and the cache does not have: a refresh brings them back, and asks for nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from reader.cache.imports import add_marks
from reader.cache.marks.events import Events
from reader.core.marks import Mark, PaperMarks
from reader.refresh import sources as sources_module
from reader.refresh.lines import Line, step
from tests.feed_server import item
from tests.feeds.servers import Page, Paper
from tests.refresh.world import World

Happened = Sequence[Line]


class HomeWithMarks(World):
    """A world with marks of papers that are not here."""

    def add(self, *marks: tuple[str, str, str]) -> None:
        """Marks of papers that are not here, each newer than the one before: paper, kind and value."""
        with closing(Events.open(self.path)) as events:
            for number, (id, kind, value) in enumerate(marks, start=events.read(_count)):
                mark = Mark(kind, value, 1_700_000_000_000 + number, "0" * 12, f"{number:012x}" * 2)
                add_marks(events, [PaperMarks(id, (mark,))])

    @property
    def asked(self) -> list[list[str]]:
        """The ids of each request to arXiv for lost papers; those for categories name papers of the day."""
        lists = [request.query["id_list"].split(",") for request in self.arxiv.requests]
        return [ids for ids in lists if not any(id.startswith("2605.") for id in ids)]


def _count(connection: object) -> int:
    rows = connection.execute("SELECT count(*) FROM event")  # type: ignore[attr-defined]
    return int(rows.fetchone()[0])


@pytest.fixture
def home(tmp_path: Path) -> Iterator[HomeWithMarks]:
    papers = [Paper(f"2401.0000{number}", f"The paper {number}") for number in range(1, 8)]
    with HomeWithMarks.opened(tmp_path / "papers.db", [item("2605.00001")], papers) as made:
        yield made


def returned(events: Happened) -> list[Line]:
    return [event for event in events if event.get("step") == "returned"]


async def test_marked_papers_come_back_with_their_marks(home: HomeWithMarks) -> None:
    home.add(("2401.00001", "star", "1"), ("2401.00002", "tag:later", "1"), ("2401.00003", "note", "mine"))
    events = await home.refresh()
    assert returned(events) == [step("returned", papers=3, unknown=0)]
    assert events[-1].get("step") == "fetched" and (events[-1]["returned"], events[-1]["new"]) == (3, 1)
    assert step("asking", title="arXiv, 3 papers you marked") in events
    found = [home.paper(f"2401.0000{number}") for number in (1, 2, 3)]
    assert [(one.title, one.starred, one.tags, one.note) for one in found] == [
        ("The paper 1", True, (), None),
        ("The paper 2", False, ("later",), None),
        ("The paper 3", False, (), "mine"),
    ]
    await home.refresh()
    assert len(home.asked) == 1


async def test_without_lost_papers_nothing_is_asked(home: HomeWithMarks) -> None:
    home.add(("2401.00004", "star", "1"))
    with closing(Events.open(home.path)) as events:
        assert events.undo(anywhere=True) is not None
    home.add(
        ("2401.00001", "read", "1"),
        ("2401.00001", "hide", "1"),
        ("2401.00002", "star", "1"),
        ("2401.00002", "star", "0"),
        ("2401.00003", "note", "mine"),
        ("2401.00003", "note", ""),
        ("page:0123456789ab", "star", "1"),
        ("feed:0123456789ab", "star", "1"),
    )
    happened = await home.refresh()
    assert (home.asked, returned(happened)) == ([], [])
    assert not any("you marked" in event["title"] for event in happened if event.get("step") == "asking")


async def test_the_newest_marks_are_first_and_a_refresh_is_bounded(
    home: HomeWithMarks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources_module, "LOST_PER_REFRESH", 4)
    home.add(*((f"2401.0000{number}", "star", "1") for number in (3, 1, 2, 5, 4)))
    assert returned(await home.refresh()) == [step("returned", papers=4, unknown=0)]
    assert home.asked == [["2401.00004", "2401.00005", "2401.00002", "2401.00001"]]
    assert returned(await home.refresh()) == [step("returned", papers=1, unknown=0)]
    assert home.asked[1:] == [["2401.00003"]]


async def test_a_paper_that_arxiv_does_not_have_is_asked_for_three_times(home: HomeWithMarks) -> None:
    home.add(("2401.09999", "star", "1"), ("2401.00001", "star", "1"))
    assert returned(await home.refresh()) == [step("returned", papers=1, unknown=1)]
    days, start = [], home.now
    for day in (0, 6, 7, 8, 13, 14, 15, 21, 60):
        home.now = start + timedelta(days=day)
        before = len(home.asked)
        await home.refresh()
        days += [day] * (len(home.asked) - before)
    assert days == [7, 14]


async def test_the_daily_feed_s_own_records_come_first(home: HomeWithMarks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources_module, "LOST_FROM_FEED", 2)
    home.daily.days["2024-01-02"] = [item("2401.00001", day="2024-01-02", upvotes=41)]
    home.add(*((f"2401.0000{number}", "star", "1") for number in (3, 2, 1)))
    assert returned(await home.refresh()) == [step("returned", papers=3, unknown=0)]
    assert home.asked == [["2401.00002", "2401.00003"]]
    first, second = home.paper("2401.00001"), home.paper("2401.00002")
    assert (first.upvotes, first.day, first.starred) == (41, "2024-01-02", True)
    assert (second.source, second.starred) == ("arxiv", True)


async def test_where_arxiv_must_not_be_asked_the_daily_feed_is(home: HomeWithMarks) -> None:
    home.categorize = False
    home.daily.days["2024-01-02"] = [item("2401.00001", day="2024-01-02")]
    home.add(("2401.00001", "star", "1"), ("2401.00002", "star", "1"))
    assert returned(await home.refresh()) == [step("returned", papers=1, unknown=1)]
    assert returned(await home.refresh()) == []
    assert home.arxiv.requests == []


async def test_arxiv_fails_once_and_is_asked_again(home: HomeWithMarks) -> None:
    home.add(("2401.00001", "star", "1"))
    home.arxiv.answers += [Page(b"", status=503)] * 3
    events = await home.refresh()
    assert [event["slug"] for event in events if event.get("failed") == "feed"] == ["arxiv"]
    assert [feed.slug for feed in home.feeds.failing()] == ["arxiv"]
    home.arxiv.answers.clear()
    assert returned(await home.refresh()) == [step("returned", papers=1, unknown=0)]
    assert home.feeds.failing() == []
