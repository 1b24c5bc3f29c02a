"""What the cache tells of topics and words."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from reader.cache import insight
from reader.cache.marks.events import Events
from reader.cache.papers import Cache
from reader.cache.search.compile import Scope, compile_query
from reader.cache.window import Window
from reader.core.paper import Listing
from reader.core.query import parse
from reader.core.topics.trends import WEEKS
from tests.cache.conftest import NOW, draft

NEWEST = date(2026, 11, 24)


@pytest.fixture
def window(cache: Cache, path: Path) -> Window:
    """Twelve weeks of ten papers each; of the last three weeks' all are on video, and those of agents are so always."""
    for back in range(WEEKS):
        day = (NEWEST - timedelta(weeks=back)).isoformat()
        titles = [f"{'video' if back < 3 else 'other'} {back} {place}" for place in range(8)]
        titles += [f"agents with video {back} {place}" for place in range(2)]
        drafts = [draft(back * 10 + place, title) for place, title in enumerate(titles)]
        cache.store(Listing(day, tuple(drafts)), NOW)
    return Window.open(path)


def test_trends_follow_the_listed_days(window: Window) -> None:
    assert window.read(insight.extent).newest == "2026-11-24"
    found = window.read(lambda connection: insight.topic_trends(connection, "2026-11-24"))
    assert found["video"].weeks == (0.2,) * 9 + (1.0,) * 3
    assert found["agents"].weeks == (0.2,) * 12
    assert found["video"].rising > 1 > found["agents"].rising == 0
    window.close()


def test_trends_are_told_anew_only_when_what_is_listed_or_the_rules_change(
    window: Window, cache: Cache, path: Path
) -> None:
    before = window.read(insight.extent)
    events = Events.open(path)
    assert events.mark("read", True, [1, 2]) is not None
    events.close()
    assert window.read(insight.extent) == before
    cache.store(Listing("2026-11-24", (draft(900),)), NOW)
    assert window.read(insight.extent) != before
    window.close()


def test_a_topic_implies_what_most_of_its_papers_have_too(window: Window) -> None:
    assert window.read(lambda connection: insight.implied_topics(connection, "agents")) == {"video"}
    assert window.read(lambda connection: insight.implied_topics(connection, "video")) == frozenset()
    assert window.read(lambda connection: insight.implied_topics(connection, "nothing")) == frozenset()
    window.close()


def test_an_empty_cache_has_no_trends(cache: Cache, path: Path) -> None:
    window = Window.open(path)
    extent = window.read(insight.extent)
    assert (extent.newest, extent.listed) == (None, 0)
    assert window.read(lambda connection: insight.topic_trends(connection, None)) == {}
    known = window.read(insight.vocabulary)
    assert not any(known[field] for field in ("keyword", "author", "org", "tag"))
    window.close()


def _words(cache: Cache) -> None:
    spelled = ["Large Language Models (LLMs)", "LLM", "llms", "large language model", "world models", "once"]
    drafts = [
        draft(number, keywords=(keyword,), authors=("Ada Byron", f"Author {number}"), organization="An Institute")
        for number, keyword in enumerate([*spelled, "World Model", "llms"])
    ]
    cache.store(Listing("2026-11-24", tuple(drafts)), NOW)


def test_the_words_that_several_papers_have_are_known_by_their_commonest_form(cache: Cache, path: Path) -> None:
    _words(cache)
    window = Window.open(path)
    known = window.read(insight.vocabulary)
    assert list(known["keyword"].items()) == [("llms", 5), ("world model", 2)]
    assert known["author"] == {"Ada Byron": 8}
    assert known["org"] == {"An Institute": 8}
    window.close()


@pytest.mark.parametrize(
    ("query", "papers"),
    [
        ("keyword:llms", 5),
        ('keyword:"large language models"', 5),
        ("keyword:LLM", 5),
        ('keyword:"world models"', 2),
        ("keyword:llms keyword:world", 0),
        ("-keyword:llms", 3),
        ("keyword:llms OR keyword:once", 6),
        ('keyword:"on"', 0),
    ],
)
def test_a_keyword_finds_all_its_spellings(cache: Cache, path: Path, query: str, papers: int) -> None:
    _words(cache)
    window = Window.open(path)
    selection = compile_query(parse(query), Scope(NEWEST, "2026-11-24"))
    assert window.count(selection) == papers
    assert len(window.first(selection, 50).pks) == papers
    window.close()
