"""Papers that come back get their marks, by whatever id the events name them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from reader.cache import schema
from reader.cache.marks.events import Events
from reader.cache.storing.papers import Cache
from reader.core.ids import page_id
from reader.core.paper import Draft, Listing
from tests.cache.conftest import NOW, ByName, faults, rows
from tests.table import each

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
    return rows(path, "SELECT id, starred, (SELECT body FROM note WHERE note.pk = paper.pk) FROM paper ORDER BY id")


WEEK = Draft("Week 12", source="page"), Draft("Week 12", source="lab", entry="feed:0123456789ab")


@each(
    ("first", "later", "expected", "then"),
    [
        # The paper had no id of arXiv's when it was marked; it has one now, or before the cache is lost.
        ((PAGE,), ARXIV, ("2611.00009", 1, "mine"), ARXIV),
        ((PAGE, ARXIV), ARXIV, ("2611.00009", 1, "mine"), ARXIV),
        # Marks by an id of arXiv's wait until a page's paper gets it.
        ((ARXIV,), PAGE, (page_id(TITLE), 0, None), ARXIV),
        # An entry of a feed brings the marks that name it.
        ((ENTRY,), ARXIV, ("2611.00009", 0, None), ENTRY),
        # A short title of an entry is not a page's.
        (WEEK[:1], WEEK[1], ("feed:0123456789ab", 0, None), None),
    ],
)
def test_a_paper_that_comes_back_gets_the_marks_that_mean_it(
    tmp_path_factory: pytest.TempPathFactory,
    first: tuple[Draft, ...],
    later: Draft,
    expected: tuple[str, int, str | None],
    then: Draft | None,
) -> None:
    path = tmp_path_factory.mktemp("home") / "papers.db"
    store(path, first[0])
    mark(path)
    store(path, *first[1:])
    lose(path)
    store(path, later)
    assert marked(path) == [expected]
    if then:
        store(path, then)
        assert marked(path) == [("2611.00009", 1, "mine")]
        assert not faults(path).keys() & {"log", "marks"}


def test_one_event_may_name_a_paper_twice(path: Path) -> None:
    store(path, PAGE, Draft("Another title at first, of the same paper", ARXIV.id))
    with closing(Events.open(path)) as events:
        events.mark("star", True, [1, 2])
    lose(path)
    store(path, ARXIV)
    assert marked(path) == [("2611.00009", 1, None)]
    assert not faults(path).keys() & {"log", "marks"}


def test_of_two_papers_with_a_title_one_gets_the_marks(path: Path) -> None:
    store(path, PAGE)
    mark(path)
    lose(path)
    with closing(Cache.open(path, ByName())) as cache:
        cache.store(Listing(None, (Draft(TITLE, "2611.00010"), ARXIV)), NOW)
    assert marked(path) == [("2611.00009", 1, "mine"), ("2611.00010", 0, None)]


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
