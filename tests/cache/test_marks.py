"""The user's actions, and what the cache derives from the log whenever a cause changes; flags."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from reader.cache import schema
from reader.cache.flags import flag_papers
from reader.cache.imports import add_marks
from reader.cache.marks import derive as module
from reader.cache.marks.change import Change
from reader.cache.marks.events import Events
from reader.cache.reads.window import Window
from reader.cache.storing import Cache, drop
from reader.core.ids import page_id
from reader.core.marks import Mark, PaperMarks
from reader.core.paper import Draft, Listing
from reader.core.paper_row import Flag
from reader.database import connections
from reader.database.connections import connect, transaction
from reader.log.rows import Row, action_id
from tests.cache.conftest import NOW, ByName, derive_again, draft, faults, found, label_of, mute, rows
from tests.table import each


def hidden_and_tagged(path: Path) -> tuple[int, int]:
    return (
        rows(path, "SELECT hidden FROM paper WHERE pk = 1")[0][0],
        len(rows(path, "SELECT 1 FROM paper_tag WHERE pk = 1")),
    )


def test_undo_is_exact_whatever_is_muted_in_between(path: Path, events: Events) -> None:
    events.mark("tag:keep", True, [1])
    mute(path, "1")
    assert hidden_and_tagged(path) == (0, 1), "the tag protects it"
    events.mark("tag:keep", False, [1])
    assert hidden_and_tagged(path) == (1, 0), "nothing protects it any more"
    mute(path, "1", "zebra")
    assert hidden_and_tagged(path) == (1, 0)
    events.undo()
    assert hidden_and_tagged(path) == (1, 0), "zebra is muted no more"
    events.undo()
    assert hidden_and_tagged(path) == (0, 1), "the tag is back"
    events.undo()
    assert hidden_and_tagged(path) == (0, 1), "nothing is muted"
    events.redo()
    mute(path)
    assert hidden_and_tagged(path) == (0, 1)


def test_each_protection_counts_and_the_user_decides_first(path: Path, events: Events) -> None:
    mute(path, "1")
    for kind, value in (("star", True), ("note", "Mine."), ("queue", True), ("tag:a", True)):
        assert hidden_and_tagged(path)[0] == 1
        events.mark(kind, value, [1])
        assert hidden_and_tagged(path)[0] == 0, kind
        events.undo()
    events.mark("hide", False, [1])
    assert hidden_and_tagged(path)[0] == 0
    events.undo()
    assert hidden_and_tagged(path)[0] == 1


def test_after_a_kill_between_log_and_cache_the_next_start_derives_the_marks(path: Path, events: Events) -> None:
    events.log.record([])
    with closing(Events.open(path, recover=False)) as killed:
        from reader.log.rows import Mark

        killed.log.record([Mark("2611.00001", "star", "1")])
    assert rows(path, "SELECT starred FROM paper WHERE pk = 1") == [(0,)]
    Events.open(path).close()
    assert rows(path, "SELECT starred FROM paper WHERE pk = 1") == [(1,)]


def test_the_rows_of_a_deleted_machine_leave_no_trace(path: Path, events: Events) -> None:
    events.mark("star", True, [1])
    events.join(
        [
            Row(action_id("ab" * 6, 1), "2611.00001", "tag:theirs", "1"),
            Row(action_id("ab" * 6, 2), "2611.00002", "star", "1"),
        ]
    )
    assert rows(path, "SELECT sum(starred) FROM paper") == [(2,)]
    assert events.delete_machine("ab" * 6) == 2
    assert rows(path, "SELECT pk FROM paper WHERE starred = 1") == [(1,)]
    assert rows(path, "SELECT count(*) FROM paper_tag") == [(0,)]


def test_marks_on_two_ids_of_a_paper_are_marks_on_it(path: Path, cache: Cache, events: Events) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO paper_alias (id, pk) VALUES ('feed:0123456789ab', 1)")
    events.mark("star", True, [1])
    events.join([Row(action_id("ab" * 6, int(events.log._now() * 1000) + 9_000), "feed:0123456789ab", "star", "0")])
    assert rows(path, "SELECT starred FROM paper WHERE pk = 1") == [(0,)]
    derive_again(events)
    assert rows(path, "SELECT starred FROM paper WHERE pk = 1") == [(0,)]
    cache.store(Listing("2026-11-24", (draft(1, upvotes=11),)), NOW)
    assert rows(path, "SELECT starred FROM paper WHERE pk = 1") == [(0,)]


# Papers that come back


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


def test_an_action_may_name_a_paper_twice(path: Path) -> None:
    store(path, PAGE, Draft("Another title at first, of the same paper", ARXIV.id))
    with closing(Events.open(path)) as events:
        events.mark("star", True, [1, 2])
    lose(path)
    store(path, ARXIV)
    assert marked(path) == [("2611.00009", 1, None)]
    assert not faults(path).keys() & {"log", "marks"}


def test_only_one_of_two_papers_with_the_same_title_gets_the_marks(path: Path) -> None:
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


# Traces of reading


DAY, NEXT = "2026-11-24", "2026-11-25"


def leave(events: Events, kind: str, day: str, *pks: int) -> int:
    """Leave a trace of papers, and return how many had none of it yet."""
    action = events.act([Change(kind, day, pks)])
    return action.count if action else 0


def test_a_paper_has_at_most_one_event_of_a_kind_a_day(events: Events) -> None:
    assert leave(events, "open", DAY, 1, 2) == 2
    assert leave(events, "open", DAY, 2, 3) == 1
    assert leave(events, "open", DAY, 1, 2, 3) == 0
    assert leave(events, "open", NEXT, 1) == 1
    assert leave(events, "finish", DAY, 1) == 1


def test_queries_find_them(path: Path, events: Events) -> None:
    leave(events, "open", DAY, 1, 2)
    leave(events, "pass", DAY, 3, 4)
    leave(events, "finish", DAY, 2, 5)
    leave(events, "open", NEXT, 3)
    for text, pks in (
        ("is:opened", [1, 2, 3, 5]),
        ("is:opened upvotes:>20", [2, 5]),
    ):
        assert sorted(found(path, text)) == pks, text


def test_undo_and_redo_leave_them_alone(path: Path, events: Events) -> None:
    events.mark("star", True, [1])
    leave(events, "open", DAY, 2)
    assert label_of(events.undo()) == "1 starred"
    leave(events, "pass", DAY, 3)
    assert label_of(events.redo()) == "1 starred"
    assert found(path, "is:starred") == [1]
    assert events.undo() is not None
    assert events.undo() is None
    assert found(path, "is:opened") == [2]


def test_an_import_takes_them_and_refuses_what_is_no_day(path: Path, events: Events) -> None:
    given = (Mark("open", DAY, 1_000, "ab" * 6, "0" * 24), Mark("pass", NEXT, 2_000, "ab" * 6, "1" * 24))
    assert add_marks(events, [PaperMarks("2611.00001", given[:1]), PaperMarks("2611.00002", given[1:])]) == 2
    assert add_marks(events, [PaperMarks("2611.00001", given[:1])]) == 0
    assert found(path, "is:opened") == [1]


def test_events_of_reading_keep_no_paper_and_return_with_it(path: Path, filled: Cache, events: Events) -> None:
    leave(events, "finish", DAY, 4, 5)
    with closing(connections.connect(path)) as connection, connections.transaction(connection):
        assert drop(connection, "2026-11-24", 10) == 2
    assert found(path, "is:opened") == []
    filled.store(Listing("2026-11-23", (draft(4),)), NOW)
    assert len(found(path, "is:opened")) == 1


# Flags


def test_flags_are_set_and_cleared_independently(filled: Cache, path: Path, window: Window) -> None:
    def flags() -> dict[int, int]:
        return {int(str(row.pk)): row.flags for row in window.rows([1, 2, 3])}

    assert flags() == {1: 0, 2: 0, 3: 0}
    with closing(connect(path)) as cache, transaction(cache):
        assert flag_papers(cache, Flag.FOLLOWED, {2, 1}) == [1, 2]
        flag_papers(cache, Flag.MUTED, {2, 3, 999})
        assert flag_papers(cache, Flag.FOLLOWED, {2}, {2, 3}) == []
        assert flag_papers(cache, Flag.FOLLOWED, {2}) == [1]
    assert flags() == {1: 0, 2: Flag.FOLLOWED | Flag.MUTED, 3: Flag.MUTED}
    with closing(connect(path)) as cache, transaction(cache):
        flag_papers(cache, Flag.FOLLOWED, {1, 3})
        flag_papers(cache, Flag.MUTED, set())
        assert cache.execute("SELECT pk, flags FROM paper_flags").fetchall() == [(1, 1), (3, 1)]
        drop(cache, "2026-12-01", 10)
        assert cache.execute("SELECT count(*) FROM paper_flags").fetchone() == (0,)


# Actions


def states(path: Path) -> list[tuple[int, ...]]:
    """The key of each paper, and whether it is read, starred and hidden."""
    return rows(path, "SELECT pk, read, starred, hidden FROM paper ORDER BY pk")


def starred(path: Path) -> set[int]:
    return {pk for pk, _, is_starred, _ in states(path) if is_starred}


def test_what_is_so_already_is_no_event(events: Events) -> None:
    events.mark("star", True, [1])
    for kind, value in (("star", True), ("read", False), ("note", ""), ("tag:later", False)):
        assert events.mark(kind, value, [1]) is None
    assert label_of(events.mark("star", True, [1, 2])) == "1 starred"
    assert label_of(events.act([Change("star", True, [1]), Change("queue", True, [1])])) == "1 queued"
    assert events.act([Change("star", True, [1]), Change("queue", True, [1])]) is None
    assert events.act([]) is None


def queued(path: Path) -> list[int]:
    return [pk for (pk,) in rows(path, "SELECT pk FROM queue ORDER BY place")]


def test_the_queue_has_the_order_of_queueing_or_of_earlier_releases(events: Events, path: Path) -> None:
    events.mark("queue", True, [3, 1])
    events.mark("queue", True, [2, 1])
    assert queued(path) == [3, 1, 2]
    events.mark("queue", False, [3])
    events.mark("queue", True, [3])
    assert queued(path) == [1, 2, 3]
    (first,), *_ = rows(path, "SELECT place FROM queue ORDER BY place")
    assert label_of(events.mark("queue", f"{first}5", [3])) == "1 moved in the queue"
    assert queued(path) == [1, 3, 2]
    assert events.mark("queue", True, [3]) is None
    for _ in range(3):
        events.undo()
    assert queued(path) == [3, 1, 2]
    derive_again(events)
    assert queued(path) == [3, 1, 2]


def test_a_queued_paper_waits_for_a_feed_to_bring_it(events: Events, cache: Cache, path: Path) -> None:
    events.mark("queue", True, [2], absent=["2611.09999"])
    events.mark("queue", True, [1])
    cache.store(Listing("2026-11-25", (draft(9999),)), NOW)
    ((pk,),) = rows(path, "SELECT pk FROM paper WHERE id = '2611.09999'")
    assert queued(path) == [2, pk, 1]


def test_a_long_event_that_is_stopped_is_finished_at_the_next_start(
    cache: Cache, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Leaving in the middle loses nothing: neither of a mark nor of its undoing."""
    monkeypatch.setattr(module, "MARKS_PER_TRANSACTION", 20)
    cache.store(Listing("2026-11-24", tuple(draft(number) for number in range(50))), NOW)

    def read() -> int:
        return sum(row[1] for row in states(path))

    with closing(Events.open(path)) as stopped, monkeypatch.context() as between_transactions:
        between_transactions.setattr(connections, "give_way", stopped.stop)
        assert stopped.mark("read", True, range(1, 51))
        assert read() == 20
    with closing(Events.open(path)) as later, monkeypatch.context() as between_transactions:
        assert read() == 50
        between_transactions.setattr(connections, "give_way", later.stop)
        later.undo()
        assert 0 < read() < 50
    with closing(Events.open(path)) as last:
        assert read() == 0
        last.mark("read", True, range(1, 51))
    assert read() == 50


def test_a_mark_by_another_program_in_the_middle_of_a_long_one_stands(
    cache: Cache, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MARKS_PER_TRANSACTION", 10)
    cache.store(Listing("2026-11-24", tuple(draft(number) for number in range(30))), NOW)
    one, other = Events.open(path), Events.open(path)

    with monkeypatch.context() as between_transactions:
        between_transactions.setattr(connections, "give_way", other.undo)
        one.mark("read", True, range(1, 31))
    before = states(path)
    derive_again(one)
    assert states(path) == before
    assert not any(row[1] for row in before)
    one.close()
    other.close()


def test_a_paper_that_is_not_cached_gets_its_mark_when_it_is_fetched(events: Events, path: Path, filled: Cache) -> None:
    assert label_of(events.mark("star", True, [1], absent=["2611.00002", "2611.00077", "2611.00078"])) == "4 starred"
    # The second one came meanwhile.
    assert starred(path) == {1, 2}
    filled.store(Listing("2026-11-24", (draft(77),)), NOW)
    assert starred(path) == {1, 2, 6}
    events.undo()
    filled.store(Listing("2026-11-24", (draft(78),)), NOW)
    assert starred(path) == set()
    assert events.mark("star", False, [], absent=["2611.00079"]) is None


def test_the_last_word_about_a_paper_wins_and_one_undo_takes_it_back(events: Events, path: Path) -> None:
    def kept() -> tuple[list[tuple[int, int]], list[int]]:
        return rows(path, "SELECT starred, hidden FROM paper WHERE pk IN (1, 2) ORDER BY pk"), sorted(queued(path))

    events.mark("star", True, [1])
    assert label_of(events.mark("queue", True, [1, 2])) == "2 queued"
    assert label_of(events.mark("hide", True, [1])) == "1 hidden, unstarred, no longer queued"
    assert kept() == ([(0, 1), (0, 0)], [2])
    assert label_of(events.mark("star", True, [1, 2])) == "2 starred, 1 no longer hidden"
    assert kept() == ([(1, 0), (1, 0)], [2])
    events.undo()
    assert kept() == ([(0, 1), (0, 0)], [2])
    events.undo()
    assert kept() == ([(1, 0), (0, 0)], [1, 2])
    events.redo()
    assert label_of(events.mark("queue", True, [1])) == "1 queued, no longer hidden"
    assert kept() == ([(0, 0), (0, 0)], [1, 2])
    derive_again(events)
    assert kept() == ([(0, 0), (0, 0)], [1, 2])
