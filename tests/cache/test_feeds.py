"""The list of sources: how each answered, and how many papers of its days are here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path
from sqlite3 import Connection

import pytest

from reader.cache import coverage, meta
from reader.cache.coverage import Coverage
from reader.cache.feeds import Feeds, Followed, Freshness
from reader.cache.reads.window import Window
from reader.cache.storing.papers import Cache
from reader.core.paper import Draft, Listing, SkippedRecord
from tests.cache.conftest import NOW, draft
from tests.table import each

LAB = "https://lab.example.org/feed.xml"


@pytest.fixture
def feeds(path: Path, cache: Cache) -> Iterator[Feeds]:
    with closing(Feeds.open(path)) as opened:
        yield opened


def follow(feeds: Feeds, url: str = LAB, slug: str = "lab") -> Followed:
    feed = feeds.follow("rss", url, "Notes of a lab", slug, NOW)
    assert feed is not None
    return feed


def test_a_feed_is_followed_once_and_found_by_each_of_its_names(feeds: Feeds) -> None:
    feed = follow(feeds)
    assert feeds.follow("rss", LAB, "Again", "again", NOW) is None
    assert feeds.find("LAB") == feeds.find(LAB) == feed
    assert feeds.find("notes") is None
    assert feeds.followed() == [feed]
    slugs = [follow(feeds, f"{LAB}?{number}", slug).slug for number, slug in enumerate(("lab", "lab", "hf"))]
    assert slugs == ["lab-2", "lab-3", "hf-2"]
    for slug in slugs:
        feeds.unfollow(slug)
    assert feeds.followed() == [feed]


def test_failing_begins_once_and_ends_with_an_answer(feeds: Feeds, path: Path) -> None:
    follow(feeds)
    feeds.answered("lab", "2026-11-23T08:00:00Z", '"1"', "yesterday")
    feeds.failed("lab", "2026-11-24T08:00:00Z", "It was away.")
    feeds.failed("lab", "2026-11-24T09:00:00Z", "It is still away.")
    (failing,) = feeds.failing()
    assert (failing.failing_since, failing.error) == ("2026-11-24T08:00:00Z", "It is still away.")
    feeds.answered("lab")
    (feed,) = feeds.followed()
    assert (feed.failing_since, feed.error, feed.etag, feed.answered) == (None, None, '"1"', "2026-11-23T08:00:00Z")
    with closing(Window.open(path)) as watcher:
        feeds.answered("lab")
        assert not watcher.changed()
    # The daily papers fail without being followed.
    feeds.failed("hf", NOW, "It was away.")
    assert [(feed.slug, feed.error) for feed in feeds.failing()] == [("hf", "It was away.")]
    assert feeds.followed() == [feed]
    feeds.answered("hf")
    feeds.answered("nobody", NOW)
    feeds.failed("nobody", NOW, "It was never there.")
    assert feeds.failing() == []


def test_arxiv_is_asked_for_the_newest_papers_that_lack_categories(feeds: Feeds, cache: Cache) -> None:
    cache.store(Listing("2026-11-24", (draft(1), draft(2, categories=("cs.CL",)), draft(3, upvotes=9))), NOW)
    cache.store(Listing("2026-09-01", (draft(4),)), NOW)
    cache.store(Listing(None, (Draft("A page", source="page", published="2026-11-24"),)), NOW)
    assert feeds.uncategorized("2026-11-17", 10) == ["2611.00003", "2611.00001", "2611.00004"]
    assert feeds.last_asked() is None
    feeds.asked(["2611.00003"], "2026-11-17")
    assert feeds.last_asked() == "2026-11-17"
    assert feeds.uncategorized("2026-11-17", 10) == ["2611.00001", "2611.00004"]
    assert feeds.uncategorized("2026-11-18", 1) == ["2611.00003"]


def test_papers_are_counted_by_who_told_of_them(feeds: Feeds, cache: Cache) -> None:
    follow(feeds)
    feeds.follow("arxiv", "cs.RO", "Robotics", "cs.ro", NOW)
    cache.store(Listing(None, (draft(1, source="lab"), draft(2, source="arxiv", categories=("cs.RO",)))), NOW)
    assert feeds.papers() == {"lab": 1, "arxiv": 1, "cs.ro": 1}
    assert feeds.sources_of(["2611.00001", "2611.00009"]) == {"2611.00001": "lab"}


def test_a_day_with_records_that_can_not_be_read_is_not_whole(feeds: Feeds, cache: Cache) -> None:
    (daily,) = feeds.freshness(date(2026, 11, 24))
    assert (daily.newest, daily.text(date(2026, 11, 24))) == (None, "")
    skipped = (SkippedRecord("item 2", "no title"), SkippedRecord("item 3", "no title"))
    cache.store(Listing("2026-11-23", ()), "2026-11-23T12:00:00Z")
    cache.store(Listing("2026-11-24", (Draft("One", id="2611.00001"),), skipped), "2026-11-24T12:00:00Z")
    (daily,) = feeds.freshness(date(2026, 11, 24))
    assert daily.text(date(2026, 11, 24)) == "1 of 3 on Tue 24 Nov"
    assert [hole.day for hole in daily.holes] == ["2026-11-24"]
    cache.store(Listing("2026-11-24", (Draft("One", id="2611.00001"),)), "2026-11-24T13:00:00Z")
    # Of the days that were never asked for, those of a weekend are no hole.
    (daily,) = feeds.freshness(date(2026, 11, 30))
    assert daily.text(date(2026, 11, 30)) == "1 of 1 on Tue 24 Nov, 3 other days incomplete"
    assert [hole.day for hole in daily.holes] == ["2026-11-27", "2026-11-26", "2026-11-25"]


def test_what_is_known_of_a_sources_days_is_said() -> None:
    again = "2026-11-25T18:00:00"
    newest = Coverage("2026-11-24", 1_400, 1_300, 1_000, ("api",))
    waiting, hole = Coverage("2026-11-25", 14, 0, again=again), Coverage("2026-11-23", 0, 0)
    said = "1,300 of 1,400 (1,000 cross-listed) on Tue 24 Nov"
    for holes, more in (
        ((), ""),
        ((waiting, newest, hole), ", Wed 25 Nov: 0 of 14, asked again at 18:00, 1 other day incomplete"),
        ((waiting._replace(again=""), hole), ", 2 other days incomplete"),
    ):
        known = Freshness("cs.cl", "Language", "arxiv", NOW, None, None, newest, holes)
        assert (known.text(date(2026, 11, 25)), known.is_whole) == (said + more, not holes)
        assert not known._replace(failing_since=NOW).is_whole


def test_days_of_a_wrong_clock_are_not_told(feeds: Feeds) -> None:
    feeds.follow("arxiv", "cs.CL", "Language", "cs.cl", "2026-11-24T12:00:00Z")
    feeds.cover("cs.CL", [Coverage("2026-11-24", 3, 3, 0, ("api",)), Coverage("2027-12-29", 0, 0)])
    _, category = feeds.freshness(date(2026, 11, 24))
    assert category.text(date(2026, 11, 24)) == "3 of 3 on Tue 24 Nov"


def test_a_day_tells_only_of_categories_that_are_followed(feeds: Feeds, path: Path, cache: Cache) -> None:
    cache.store(Listing("2026-11-24", (draft(1),)), NOW)
    known = Coverage("2026-11-24", 14, 8, again="2026-11-24T18:00:00Z")
    for name in ("cs.CL", "cs.LG"):
        feeds.follow("arxiv", name, name, name.lower(), NOW)
        feeds.cover(name, [known])
    feeds.unfollow("cs.lg")
    with closing(Window.open(path)) as window:
        (day,) = window.days()
    assert day.covered == (("cs.CL", known),)


# How many papers of the days are here


DAY = "2026-05-12"
AT_SIX = datetime(2026, 5, 12, 18).astimezone()
AGAIN, TOMORROW = AT_SIX.isoformat(), (AT_SIX + timedelta(days=1)).isoformat()
API, RSS = ("api",), ("rss",)
REFUSED = "arXiv's API refused"


@each(
    ("known", "is_whole", "said"),
    [
        (Coverage(DAY, 1_400, 1_400, named_by=API), True, "1,400 of 1,400"),
        (Coverage(DAY, 14, 14, named_by=API, again=AGAIN), True, "14 of 14"),
        (Coverage(DAY, 14, 13, named_by=API), False, "13 of 14"),
        (Coverage(DAY, 14, 13, named_by=API, again=AGAIN), False, "13 of 14, asked again at 18:00"),
        (Coverage(DAY, 14, 13, named_by=API, again=TOMORROW), False, "13 of 14, asked again at 18:00 on 13 May"),
        (Coverage(DAY, 9, 9, 0, RSS, AGAIN, REFUSED), False, f"9 from RSS, {REFUSED}; asked again at 18:00"),
        (Coverage(DAY, 9, 9, 0, RSS, "", REFUSED), False, f"9 from RSS, {REFUSED}"),
        (Coverage(DAY, 8, 8, 0, API, AGAIN, "short"), False, "8 of 8, short; asked again at 18:00"),
        (Coverage(DAY, 0, 0, 0, (), AGAIN, REFUSED), False, f"not known yet, {REFUSED}; asked again at 18:00"),
        (Coverage(DAY, 0, 0), False, "not fetched"),
        (Coverage(DAY, 0, 0, again=AGAIN), False, "not known yet, asked again at 18:00"),
        (Coverage(DAY, 0, 0, named_by=API), True, "0 of 0"),
        (Coverage(DAY, 14, 14, named_by=("feed",)), True, "14 of 14"),
        (Coverage(DAY, 14, 13, named_by=("feed",), again=AGAIN), False, "13 of 14"),
    ],
)
def test_what_is_here_of_a_day_is_said(known: Coverage, is_whole: bool, said: str) -> None:
    assert (known.is_whole, known.text(date.fromisoformat(DAY))) == (is_whole, said)
    assert coverage.day_name(DAY) == "Tue 12 May"


def test_the_days_of_categories_are_kept_for_five_weeks(cache: Cache, path: Path, connection: Connection) -> None:
    days = [(date(2026, 5, 1) + timedelta(days=day)).isoformat() for day in range(40)]
    known = {day: Coverage(day, 14, at, 2, ("rss",), AGAIN) for at, day in enumerate(days)}
    with closing(Feeds.open(path)) as feeds:
        for name in ("cs.LG", "cs.CL"):
            feeds.follow("arxiv", name, name, name, NOW)
    coverage.note(connection, "cs.CL", [known[day] for day in days[:30]])
    coverage.note(connection, "cs.CL", [known[day] for day in days[25:]])
    coverage.note(connection, "cs.LG", [known[days[-1]]])
    writes = connection.total_changes
    coverage.note(connection, "cs.CL", [known[days[-1]]])
    assert connection.total_changes == writes
    assert list(coverage.of_category(connection, "cs.CL").items()) == [(day, known[day]) for day in days[5:]]
    both = coverage.by_day(connection)
    assert both.pop(days[-1]) == [("cs.CL", known[days[-1]]), ("cs.LG", known[days[-1]])]
    assert both == {day: [("cs.CL", known[day])] for day in days[5:-1]}


def test_days_of_version_0_2_are_whole_if_two_sources_agreed(cache: Cache, connection: Connection) -> None:
    meta.remember(connection, f"announced:cs.CL:{DAY}", '[14, 14, 2, ["list", "rss"], ""]')
    meta.remember(connection, "announced:cs.CL:2026-05-13", '[14, 14, 2, ["rss"], ""]')
    first, second = coverage.of_category(connection, "cs.CL").values()
    assert (first.is_whole, second.is_whole) == (True, False)
    assert second.text(date(2026, 5, 13)) == "14 from RSS, arXiv's sources differed"


def test_a_working_day_that_was_not_asked_for_is_told(cache: Cache, connection: Connection) -> None:
    friday = date(2026, 11, 27)
    assert coverage.of_daily(connection, friday) == []
    cache.store(Listing("2026-11-20", (draft(1), draft(2))), NOW)
    cache.store(Listing("2026-11-22", (draft(3),)), NOW)
    cache.store(Listing("2026-11-24", ()), NOW)
    meta.remember(connection, f"{meta.SKIPPED}2026-11-20", "3")
    assert coverage.of_daily(connection, friday) == [
        Coverage("2026-11-20", 5, 2, named_by=("feed",)),
        Coverage("2026-11-22", 1, 1, named_by=("feed",)),
        Coverage("2026-11-23", 0, 0),
        Coverage("2026-11-24", 0, 0, named_by=("feed",)),
        Coverage("2026-11-25", 0, 0),
        Coverage("2026-11-26", 0, 0),
    ]
    for weeks, oldest in ((4, "2026-11-20"), (5, "2026-11-27")):
        assert coverage.of_daily(connection, friday + timedelta(weeks=weeks))[0].day == oldest
