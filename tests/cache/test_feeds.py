"""The list of sources: how each answered, and how complete its days are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path
from sqlite3 import Connection

import pytest

from reader.cache.feeds import Coverage, Feeds, FollowedSource, category_coverage
from reader.cache.reads.window import Window
from reader.cache.storing import Cache
from reader.core.paper import Draft, Listing, SkippedRecord
from reader.database import meta
from tests.cache.conftest import NOW, draft
from tests.table import each

LAB = "https://lab.example.org/feed.xml"


@pytest.fixture
def feeds(path: Path, cache: Cache) -> Iterator[Feeds]:
    with closing(Feeds.open(path)) as opened:
        yield opened


def follow(feeds: Feeds, url: str = LAB, slug: str = "lab") -> FollowedSource:
    feed = feeds.follow("rss", url, "Notes of a lab", slug, NOW)
    assert feed is not None
    return feed


def test_a_feed_is_followed_once_and_found_by_each_of_its_names(feeds: Feeds) -> None:
    feed = follow(feeds)
    assert feeds.follow("rss", LAB, "Again", "again", NOW) is None
    assert feeds.find("LAB") == feeds.find(LAB) == feed
    assert feeds.find("notes") is None
    assert feeds.sources() == [feed]
    slugs = [follow(feeds, f"{LAB}?{number}", slug).slug for number, slug in enumerate(("lab", "lab", "hf"))]
    assert slugs == ["lab-2", "lab-3", "hf-2"]
    for slug in slugs:
        feeds.unfollow(slug)
    assert feeds.sources() == [feed]


def test_a_failure_is_dated_from_its_start_and_ends_with_an_answer(feeds: Feeds, path: Path) -> None:
    follow(feeds)
    feeds.record_answer("lab", "2026-11-23T08:00:00Z", '"1"', "yesterday")
    feeds.record_failure("lab", "2026-11-24T08:00:00Z", "It was away.")
    feeds.record_failure("lab", "2026-11-24T09:00:00Z", "It is still away.")
    (failing,) = feeds.failing()
    assert (failing.failing_since, failing.error) == ("2026-11-24T08:00:00Z", "It is still away.")
    feeds.record_answer("lab")
    (feed,) = feeds.sources()
    assert (feed.failing_since, feed.error, feed.etag, feed.answered) == (None, None, '"1"', "2026-11-23T08:00:00Z")
    with closing(Window.open(path)) as watcher:
        feeds.record_answer("lab")
        assert not watcher.has_changed()
    # The daily papers fail without being followed.
    feeds.record_failure("hf", NOW, "It was away.")
    assert [(feed.slug, feed.error) for feed in feeds.failing()] == [("hf", "It was away.")]
    assert feeds.sources() == [feed]
    feeds.record_answer("hf")
    feeds.record_answer("nobody", NOW)
    feeds.record_failure("nobody", NOW, "It was never there.")
    assert feeds.failing() == []


def test_arxiv_is_asked_for_the_newest_papers_that_lack_categories(feeds: Feeds, cache: Cache) -> None:
    cache.store(Listing("2026-11-24", (draft(1), draft(2, categories=("cs.CL",)), draft(3, upvotes=9))), NOW)
    cache.store(Listing("2026-09-01", (draft(4),)), NOW)
    cache.store(Listing(None, (Draft("A page", source="page", published="2026-11-24"),)), NOW)
    assert feeds.papers_without_categories("2026-11-17", 10) == ["2611.00003", "2611.00001", "2611.00004"]
    assert feeds.last_asked() is None
    feeds.record_request(["2611.00003"], "2026-11-17")
    assert feeds.last_asked() == "2026-11-17"
    assert feeds.papers_without_categories("2026-11-17", 10) == ["2611.00001", "2611.00004"]
    assert feeds.papers_without_categories("2026-11-18", 1) == ["2611.00003"]


def test_papers_are_counted_by_who_told_of_them(feeds: Feeds, cache: Cache) -> None:
    follow(feeds)
    feeds.follow("arxiv", "cs.RO", "Robotics", "cs.ro", NOW)
    cache.store(Listing(None, (draft(1, source="lab"), draft(2, source="arxiv", categories=("cs.RO",)))), NOW)
    assert feeds.papers() == {"lab": 1, "arxiv": 1, "cs.ro": 1}
    assert feeds.sources_of(["2611.00001", "2611.00009"]) == {"2611.00001": "lab"}


def test_a_day_with_records_that_can_not_be_read_is_incomplete(feeds: Feeds, cache: Cache) -> None:
    (daily,) = feeds.freshness(date(2026, 11, 24))
    assert daily.text(date(2026, 11, 24)) == ""
    skipped = (SkippedRecord("item 2", "no title"), SkippedRecord("item 3", "no title"))
    cache.store(Listing("2026-11-23", (draft(2),)), "2026-11-23T12:00:00Z")
    cache.store(Listing("2026-11-24", (draft(1),), skipped), "2026-11-24T12:00:00Z")
    (daily,) = feeds.freshness(date(2026, 11, 24))
    assert daily.coverage == Coverage("2026-11-23", ("2026-11-24",), "2 records of the feed can't be read")
    assert daily.text(date(2026, 11, 24)) == "complete to Mon 23 Nov, 2 records of the feed can't be read"
    cache.store(Listing("2026-11-24", (draft(1),)), "2026-11-24T13:00:00Z")
    # Of the days that were never asked for, those of a weekend are not incomplete.
    (daily,) = feeds.freshness(date(2026, 11, 30))
    missing = ("2026-11-27", "2026-11-26", "2026-11-25")
    assert daily.coverage == Coverage("2026-11-24", missing, "3 days not fetched")
    # Days before the first request, and those of more than five weeks ago, are not examined.
    (daily,) = feeds.freshness(date(2027, 1, 1))
    assert daily.coverage is not None and daily.coverage.incomplete[-1] == "2026-11-27"


def test_a_day_tells_only_of_categories_that_are_followed(feeds: Feeds, path: Path, cache: Cache) -> None:
    cache.store(Listing("2026-11-24", (draft(1),)), NOW)
    known = Coverage("2026-11-23", ("2026-11-24",), "arXiv's API refused", "2026-11-24T18:00:00Z")
    for name in ("cs.CL", "cs.LG"):
        feeds.follow("arxiv", name, name, name.lower(), NOW)
        feeds.cover(name, known)
    feeds.unfollow("cs.lg")
    with closing(Window.open(path)) as window:
        (day,) = window.days()
    assert day.incomplete == (("cs.CL", known),)


AT_SIX = datetime(2026, 5, 12, 18).astimezone()
AGAIN, TOMORROW = AT_SIX.isoformat(), (AT_SIX + timedelta(days=1)).isoformat()
MISSING = ("2026-05-12",)


@each(
    ("known", "text"),
    [
        (Coverage(), ""),
        (Coverage("2026-05-12"), "complete to Tue 12 May"),
        (Coverage("2026-05-11", MISSING, "refused"), "complete to Mon 11 May, refused"),
        (Coverage("2026-05-11", MISSING, "refused", AGAIN), "complete to Mon 11 May, refused; asked again after 18:00"),
        (Coverage("", MISSING, "refused", TOMORROW), "refused; asked again after 18:00 on 13 May"),
    ],
)
def test_the_completeness_of_a_source_is_known_by_day(known: Coverage, text: str) -> None:
    assert known.text(date(2026, 5, 12)) == text


@each("value", ["", "[]", "null", '["2026-05-12", null, "", ""]'])
def test_damaged_facts_about_a_category_are_not_known(cache: Cache, connection: Connection, value: str) -> None:
    meta.remember(connection, "announced_to:cs.CL", value)
    assert category_coverage(connection, "cs.CL") == Coverage()
