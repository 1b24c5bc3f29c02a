"""The index follows its cache, and queries with a free text are answered by it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from sqlite3 import Connection

import pytest

from reader.cache.finding import index
from reader.cache.finding.index import missing, update
from reader.cache.finding.ranker import found_by, rank, rank_by_papers, shared_phrases
from reader.cache.reads.window import Window
from reader.cache.search import similar
from reader.cache.search.compile import Scope
from reader.cache.storing.papers import Cache
from reader.core.errors import CacheIndexing
from reader.core.paper import Listing
from reader.core.similarity import FoundBy
from reader.paths import finding_folder
from reader.refresh.running import _index_new_papers
from tests.breakage import execute
from tests.cache.conftest import NOW, SCOPE, draft, selection


def store(cache: Cache, day: int, titles: Sequence[str], first: int = 1) -> None:
    """A day of papers with these titles, numbered from `first` on; later ones have fewer upvotes."""
    papers = [draft(number, title, upvotes=99 - number) for number, title in enumerate(titles, first)]
    cache.store(Listing(f"2026-11-{day:02}", tuple(papers)), NOW)


def found(path: Path, text: str, limit: int | None = None, scope: Scope = SCOPE) -> list[str]:
    """The titles that a query finds, in order."""
    with closing(Window.open(path)) as window:
        chosen = selection(text, scope)
        order = window.order(chosen) if limit is None else window.first(chosen, limit)
        assert window.count(chosen) == len(order.pks) or limit is not None
        return [row.title for row in window.rows(order.pks)]


def test_a_free_text_follows_exact_terms(cache: Cache, path: Path) -> None:
    store(cache, 23, ["Agents fold laundry", "Video of laundry", "Agents that walk"])
    store(cache, 24, ["Laundry", "Robots fold the laundry well"], first=4)
    assert found(path, "~folding laundry")[:2] == ["Agents fold laundry", "Robots fold the laundry well"]
    assert found(path, "topic:agents ~folding laundry") == ["Agents fold laundry"]
    assert found(path, "agents ~folding laundry") == ["Agents fold laundry"]
    assert found(path, "-topic:agents since:2026-11-24 ~fold") == ["Robots fold the laundry well"]
    assert found(path, "sort:-upvotes ~folding laundry")[0] == "Robots fold the laundry well"
    assert found(path, "sort:-relevance ~folding laundry")[-1] == "Agents fold laundry"
    assert found(path, "~folding laundry", 1) == ["Agents fold laundry"]
    assert found(path, "~zyzzyva") == []
    assert found(path, "sort:day ~folding laundry")[-1] == "Video of laundry"


def test_papers_on_a_common_subject_are_read_for_further_words(cache: Cache, path: Path) -> None:
    # Longer titles count less, so neither of the two is among the papers that lend words.
    two = ["Vision by the sea around northern islands", "Vision with masks around northern islands"]
    store(cache, 24, [*["Vision by masked images"] * 22, *two, "Sounds"])
    titles = found(path, "~vision")
    assert len(titles) == 24
    assert titles.index(two[1]) < titles.index(two[0])


def test_counts_know_a_free_text(cache: Cache, path: Path) -> None:
    store(cache, 24, ["Agents fold laundry", "Video of laundry", "Agents that walk"])
    with closing(Window.open(path)) as window:
        for text, papers in (("", 3), ("~laundry", 2), ("~walk", 1)):
            facets = {topic.slug: topic.papers for topic in window.topics(selection(text))}
            assert (window.count(selection(text)), facets["agents"]) == (papers, 1 if text else 2)


def test_views_may_hold_a_free_text(cache: Cache, path: Path) -> None:
    store(cache, 24, ["Agents fold laundry", "Video of laundry", "Agents that walk"])
    scope = SCOPE._replace(views=(("home", "topic:agents ~fold laundry"),))
    assert found(path, "view:home", scope=scope) == ["Agents fold laundry"]
    # Where a view is only excluded, its text stands for all its words.
    assert found(path, "-view:home", scope=scope) == ["Video of laundry", "Agents that walk"]
    assert sorted(found(path, "view:home ~walk", scope=scope)) == ["Agents fold laundry", "Agents that walk"]


def test_further_papers_are_tested_until_enough_match(
    cache: Cache, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(similar, "AT_ONCE", 1)
    monkeypatch.setattr(similar, "MOST", 2)
    store(
        cache, 24, ["zebra zebra", "zebra", "zebra of agents", "zebra by agents now", "a zebra for late agents there"]
    )
    assert len(found(path, "~zebra")) == 2
    assert found(path, "topic:agents ~zebra") == ["zebra of agents", "zebra by agents now"]


def test_new_papers_are_added(
    cache: Cache, path: Path, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "AT_ONCE", 2)
    store(cache, 20, ["zebra one", "zebra two", "zebra three"])
    older = finding_folder(path) / "0-3"
    older.mkdir(parents=True)
    (older / "about.json").write_text("{}", encoding="utf-8")
    assert update(path) == 3
    assert not older.exists()
    store(cache, 21, ["zebra four"], first=4)
    assert (update(path), update(path)) == (1, 0)
    assert sorted(rank(connection, path, "zebra").pks) == [1, 2, 3, 4]
    assert missing(connection, path, 5) == 0
    # A paper that was dropped is not found.
    execute(path, "DELETE FROM paper WHERE pk = 3")
    assert missing(connection, path, 9) == 0
    assert sorted(found(path, "~zebra")) == ["zebra four", "zebra one", "zebra two"]


def test_the_index_of_another_cache_or_version_is_made_anew(
    cache: Cache, path: Path, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(cache, 24, ["zebra one", "zebra two"])
    update(path)
    connection.execute("UPDATE paper SET id = '2611.99999' WHERE pk = 2")
    assert rank(connection, path, "zebra").pks == []
    assert missing(connection, path, 9) == 2
    assert found(path, "~zebra") == ["zebra one", "zebra two"]
    monkeypatch.setattr(index, "VERSION", index.VERSION + 1)
    monkeypatch.setattr(index, "_SCHEMA", (*index._SCHEMA[:-1], f"PRAGMA user_version = {index.VERSION}"))
    assert update(path) == 2
    assert found(path, "~zebra") == ["zebra one", "zebra two"]


def test_a_broken_index_is_made_anew(cache: Cache, path: Path, connection: Connection) -> None:
    store(cache, 24, [f"zebra {number}" for number in range(40)])
    update(path)
    file = finding_folder(path) / "words.db"
    whole = file.read_bytes()
    for broken in (b"", b"no database" * 500, whole[:4096], whole[:4096] + b"\xff" * (len(whole) - 4096)):
        file.write_bytes(broken)
        assert rank(connection, path, "zebra").pks == []
        assert len(found(path, "~zebra")) == 40


def test_many_papers_are_indexed_by_a_process(
    cache: Cache, path: Path, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "FEW", 0)
    store(cache, 24, ["zebra one", "zebra two"])
    with pytest.raises(CacheIndexing, match="once"):
        index.prepare(connection, path, 0)
    # The second call waits for the same process.
    index.prepare(connection, path, None)
    assert missing(connection, path, 9) == 0
    assert found(path, "~zebra one") == ["zebra one", "zebra two"]


def test_a_folder_that_can_not_be_written_is_no_reason_to_fail(cache: Cache, path: Path) -> None:
    store(cache, 24, ["zebra one"])
    finding_folder(path).write_text("in the way", encoding="utf-8")
    assert found(path, "~zebra") == []


def test_a_refresh_keeps_an_index_that_is_used_up_to_date(cache: Cache, path: Path, connection: Connection) -> None:
    store(cache, 24, ["zebra one"])
    _index_new_papers(path)
    assert not finding_folder(path).exists()
    update(path)
    store(cache, 25, ["zebra two"], first=2)
    _index_new_papers(path)
    assert missing(connection, path, 9) == 0


def test_the_words_of_a_paper_that_a_text_has_found_are_told(cache: Cache, path: Path, connection: Connection) -> None:
    store(cache, 24, ["Agents fold laundry", "Video of laundry"])
    # There is no index yet.
    assert found_by(connection, path, "laundry", 1) == FoundBy()
    assert shared_phrases(connection, path, [("Laundry", "")], ("Laundry", "")) == ()
    assert rank_by_papers(connection, path, [("Laundry", "")], 9).pks == []
    update(path)
    told = [("folded laundry", 1, ("fold", "laundry")), ("folded laundry", 2, ("laundry",)), ("laundry", 99, ())]
    for text, pk, words in told:
        assert found_by(connection, path, text, pk).words == words
    assert rank_by_papers(connection, path, [("Laundry", "")], 9).pks == [2, 1]
