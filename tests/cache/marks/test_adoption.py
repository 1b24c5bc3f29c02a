"""Papers that come back get their marks, by whatever id the events name them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from reader.cache import connections, schema
from reader.cache.marks.events import Events
from reader.cache.mending.health import verify
from reader.cache.storing.papers import Cache
from reader.core.ids import page_id
from reader.core.paper import Draft, Listing
from tests.cache.conftest import NOW, ByName

TITLE = "A paper of a saved page, and what became of it"
PAGE = Draft(TITLE, published="2026-11-09", source="page")
ENTRY = Draft(TITLE, source="lab", entry="feed:0123456789ab")
ARXIV = Draft(TITLE.upper(), "2611.00009", published="2026-11-09")


def store(path: Path, *drafts: Draft) -> None:
    with closing(Cache.open(path, ByName())) as cache:
        for one in drafts:
            cache.store(Listing(None, (one,)), NOW)


def mark(path: Path) -> None:
    with closing(Events.open(path)) as events:
        events.mark("star", True, [1])
        events.mark("note", "mine", [1])


def lose(path: Path) -> None:
    """Lose the cache; its journal is left, and its events are read into a new one."""
    for file in path.parent.glob(f"{path.name}*"):
        file.unlink()
    schema.ensure(path)
    Events.open(path).close()


def marked(path: Path) -> list[tuple[str, int, str | None]]:
    query = "SELECT id, starred, (SELECT body FROM note WHERE note.pk = paper.pk) FROM paper ORDER BY id"
    with closing(connections.connect(path)) as connection:
        return connection.execute(query).fetchall()


def faults(path: Path) -> list[str]:
    return [fault for check in verify(path) if check.name in ("log", "marks") for fault in check.faults]


def test_a_paper_that_had_no_arxiv_id_comes_back_with_it(path: Path) -> None:
    store(path, PAGE)
    mark(path)
    store(path, ARXIV)
    assert marked(path) == [("2611.00009", 1, "mine")]
    lose(path)
    store(path, ARXIV)
    assert marked(path) == [("2611.00009", 1, "mine")]
    assert faults(path) == []


def test_an_entry_of_a_feed_brings_the_marks_that_name_it(path: Path) -> None:
    store(path, ENTRY)
    mark(path)
    lose(path)
    store(path, ARXIV)
    assert marked(path) == [("2611.00009", 0, None)]
    store(path, ENTRY)
    assert marked(path) == [("2611.00009", 1, "mine")]
    assert faults(path) == []


def test_marks_by_an_arxiv_id_wait_until_a_page_s_paper_gets_it(path: Path) -> None:
    store(path, ARXIV)
    mark(path)
    lose(path)
    store(path, PAGE)
    assert marked(path) == [(page_id(TITLE), 0, None)]
    store(path, ARXIV)
    assert marked(path) == [("2611.00009", 1, "mine")]


def test_one_event_may_name_a_paper_twice(path: Path) -> None:
    store(path, PAGE, Draft("Another title at first, of the same paper", ARXIV.id))
    with closing(Events.open(path)) as events:
        events.mark("star", True, [1, 2])
    lose(path)
    store(path, ARXIV)
    assert marked(path) == [("2611.00009", 1, None)]
    assert faults(path) == []


def test_of_two_papers_with_a_title_one_gets_the_marks(path: Path) -> None:
    store(path, PAGE)
    mark(path)
    lose(path)
    with closing(Cache.open(path, ByName())) as cache:
        cache.store(Listing(None, (Draft(TITLE, "2611.00010"), ARXIV)), NOW)
    assert marked(path) == [("2611.00009", 1, "mine"), ("2611.00010", 0, None)]


def test_a_short_title_of_an_entry_is_not_a_page_s(path: Path) -> None:
    store(path, Draft("Week 12", source="page"))
    mark(path)
    lose(path)
    store(path, Draft("Week 12", source="lab", entry="feed:0123456789ab"))
    assert marked(path) == [("feed:0123456789ab", 0, None)]


@pytest.mark.parametrize("change", [lambda title: title, str.upper])
def test_the_id_of_a_title_is_found_by_its_hash(path: Path, change: Callable[[str], str]) -> None:
    """Hashes are signed: titles with either sign are found again."""
    titles = [f"Title number {number}" for number in range(8)]
    for title in titles:
        store(path, Draft(title, source="page"))
    with closing(Events.open(path)) as events:
        events.mark("star", True, range(1, 9))
    for file in path.parent.glob(f"{path.name}*"):
        file.unlink()
    store(path, *(Draft(change(title), f"2611.0000{number}") for number, title in enumerate(titles)))
    Events.open(path).close()
    assert [row[1] for row in marked(path)] == [1] * 8
