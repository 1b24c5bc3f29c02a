"""How topics move, and which imply which."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest

from reader.cache.marks.events import Events
from reader.cache.reads import topic_trends
from reader.cache.reads.window import Window
from reader.cache.storing.papers import Cache
from reader.core.paper import Listing
from reader.core.topics.trends import WEEKS
from tests.cache.conftest import NOW, draft

NEWEST = date(2026, 11, 24)


@pytest.fixture
def window(cache: Cache, path: Path) -> Iterator[Window]:
    """Twelve weeks of ten papers each; of the last three weeks' all are on video, and those of agents are so always."""
    for back in range(WEEKS):
        day = (NEWEST - timedelta(weeks=back)).isoformat()
        titles = [f"{'video' if back < 3 else 'other'} {back} {place}" for place in range(8)]
        titles += [f"agents with video {back} {place}" for place in range(2)]
        drafts = [draft(back * 10 + place, title) for place, title in enumerate(titles)]
        cache.store(Listing(day, tuple(drafts)), NOW)
    with closing(Window.open(path)) as opened:
        yield opened


def test_trends_follow_the_listed_days(window: Window) -> None:
    assert window.read(topic_trends.extent).newest == "2026-11-24"
    found = window.read(lambda connection: topic_trends.topic_trends(connection, "2026-11-24"))
    assert found["video"].weeks == (0.2,) * 9 + (1.0,) * 3
    assert found["agents"].weeks == (0.2,) * 12
    assert found["video"].rising > 1 > found["agents"].rising == 0


def test_trends_are_told_anew_only_when_what_is_listed_or_the_rules_change(
    window: Window, cache: Cache, path: Path
) -> None:
    before = window.read(topic_trends.extent)
    with closing(Events.open(path)) as events:
        assert events.mark("read", True, [1, 2]) is not None
    assert window.read(topic_trends.extent) == before
    cache.store(Listing("2026-11-24", (draft(900),)), NOW)
    assert window.read(topic_trends.extent) != before


def test_a_topic_implies_what_most_of_its_papers_have_too(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    def implied(slug: str) -> frozenset[str]:
        return window.read(lambda connection: topic_trends.implied_topics(connection, slug))

    assert [implied(slug) for slug in ("agents", "video", "nothing")] == [{"video"}, frozenset(), frozenset()]
    # A topic of few papers implies nothing.
    for fewest, found in ((2 * WEEKS, {"video"}), (2 * WEEKS + 1, set[str]())):
        monkeypatch.setattr(topic_trends, "FEWEST", fewest)
        assert implied("agents") == found


def test_an_empty_cache_has_no_trends(cache: Cache, path: Path) -> None:
    with closing(Window.open(path)) as window:
        extent = window.read(topic_trends.extent)
        assert (extent.newest, extent.listed) == (None, 0)
        assert window.read(lambda connection: topic_trends.topic_trends(connection, None)) == {}
