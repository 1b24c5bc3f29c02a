"""What suits the user, from the log of a cache, and the order of its papers by it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from unittest.mock import Mock

import pytest

from reader.cache import choice
from reader.cache.choice import is_current, is_taught, marked_papers, read_interests, read_suits
from reader.cache.marks.change import Change
from reader.cache.marks.events import Events
from reader.cache.reads.window import Order, Window
from reader.cache.search.selection import Selection
from reader.cache.storing import Cache
from reader.core.choice import Common
from reader.core.errors import CacheError
from reader.core.marks import LIKE
from reader.core.paper import Listing
from reader.core.views import FOR_YOU
from reader.core.wishes import Wish
from reader.session.places import Place, selection_of, triage_place, view
from tests.breakage import execute
from tests.cache.conftest import NOW, SCOPE, draft, rows, selection
from tests.doubles import Clock

SUBJECTS = ("Sparse attention", "Protein folding", "Web agents", "Bird songs", "City maps", "Sea ice")
NUMBERS = range(1, 25)
DAY = 86_400


@pytest.fixture(autouse=True)
def _own_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """The subjects of these papers are as rare as in the cache, not as in the daily feed."""
    monkeypatch.setattr(choice, "common_words", Common)


@pytest.fixture
def window(path: Path, cache: Cache) -> Iterator[Window]:
    """24 papers, of which every sixth has the same subject; those with the fewest votes are the last ones."""
    drafts = (
        draft(
            at,
            f"{SUBJECTS[at % 6]} {at}",
            abstract=f"We look at {SUBJECTS[at % 6].lower()}.",
            upvotes=100 - at,
            keywords=(SUBJECTS[at % 6].lower(),),
        )
        for at in NUMBERS
    )
    cache.store(Listing("2026-11-24", tuple(drafts)), NOW)
    with closing(Window.open(path)) as opened:
        yield opened


@pytest.fixture
def clock() -> Clock:
    return Clock(1_790_000_000.0)


@pytest.fixture
def events(path: Path, window: Window, clock: Clock) -> Iterator[Events]:
    with closing(Events.open(path, clock)) as opened:
        yield opened


def ordered(window: Window, chosen: Selection) -> Order:
    """The papers of a selection after learning, as a command lists them."""
    window.learn()
    return window.order(chosen)


def subjects(window: Window, query: str = "sort:foryou", count: int = 4) -> list[str]:
    found = window.rows(ordered(window, selection(query)).pks[:count])
    return [row.title.rpartition(" ")[0] for row in found]


def why(window: Window, pk: int) -> str:
    window.learn()
    return window.read(lambda one: read_suits(one, [pk]))[pk].why


def score(window: Window, pk: int) -> float:
    window.learn()
    return window.read(lambda one: read_suits(one, [pk]))[pk].score


def stored(path: Path) -> int:
    return int(rows(path, "SELECT count(*) FROM paper_words")[0][0])


def test_without_marks_the_order_is_that_of_days(window: Window, path: Path) -> None:
    assert ordered(window, selection("sort:foryou")).pks == window.order(selection("")).pks
    assert not ordered(window, selection("sort:foryou")).is_ranked
    assert stored(path) == 0


def test_one_star_ranks_similar_papers_first(window: Window, events: Events, path: Path) -> None:
    events.mark("star", True, [2])
    assert subjects(window) == ["Web agents"] * 4
    assert stored(path) == len(NUMBERS)
    assert set(subjects(window, "sort:-foryou", 20)).isdisjoint({"Web agents"})
    assert subjects(window, "sort:foryou -is:starred", 3) == ["Web agents"] * 3
    first = window.first(selection("sort:foryou"), 5)
    assert list(first.pks) == list(ordered(window, selection("sort:foryou")).pks[:5]) and first.is_ranked
    events.mark("star", True, [1])
    assert set(subjects(window, count=8)) == {"Web agents", "Protein folding"}
    events.mark("star", False, [2])
    assert subjects(window) == ["Protein folding"] * 4


def test_a_list_uses_what_is_stored_and_learns_nothing(window: Window, events: Events) -> None:
    events.mark("star", True, [2])
    assert not window.first(selection("sort:foryou"), 100).is_ranked
    window.learn()
    events.mark("star", True, [1])
    first = window.first(selection("sort:foryou"), 100)
    assert first.is_ranked and not window.read(is_current)


def test_a_reason_is_the_starred_paper_until_two_stars_share_a_subject(
    window: Window, events: Events, cache: Cache
) -> None:
    cache.store(Listing("2026-11-20", tuple(draft(at, f"Other {at}") for at in range(100, 150))), NOW)
    events.mark("star", True, [2])
    assert (why(window, 8), why(window, 2), why(window, 3)) == ("like Web agents 2, which you starred", "", "")
    events.mark("star", True, [8, 14])
    assert why(window, 20).startswith("web agents; like Web agents ")
    assert window.read(read_interests) == ((("web agents", 3),), (), 3)


def test_for_you_learns_from_stored_events(window: Window, events: Events) -> None:
    assert not window.read(is_taught)
    events.mark("hide", True, [3])
    events.mark("read", True, [4])
    assert not window.read(is_taught), "nothing speaks for any paper"
    events.mark("tag:later", True, [5])
    assert window.read(is_taught)
    events.undo()
    assert not window.read(is_taught)
    events.decide([("weigh:word:finance", "mute")])
    assert not window.read(is_taught)
    events.decide([("weigh:word:attention", "1")])
    assert window.read(is_taught)


def test_the_scores_go_with_the_last_star(window: Window, events: Events, path: Path) -> None:
    events.mark("star", True, [2])
    assert ordered(window, selection("sort:foryou")).is_ranked
    events.undo()
    assert not ordered(window, selection("sort:foryou")).is_ranked
    assert rows(path, "SELECT count(*) FROM suits") == [(0,)]


def test_the_like_of_what_is_hidden_comes_last(window: Window, events: Events) -> None:
    events.mark("star", True, [2, 3])
    before = score(window, 15)
    events.mark("hide", True, [9])
    assert score(window, 15) < before


def weights(window: Window) -> dict[int, float]:
    return {paper.pk: round(paper.weight, 3) for paper in window.read(marked_papers)}


def test_marks_ask_for_more_or_less(window: Window, events: Events) -> None:
    events.mark("star", True, [1])
    events.act([Change("queue", True, [2]), Change("read", True, [2])])
    events.mark("note", "Mine.", [3])
    events.mark("tag:later", True, [4])
    events.mark("read", True, [5])
    events.mark("star", True, [17])
    events.mark("hide", True, [17])
    events.mark("star", True, [18])
    events.mark("star", False, [18])
    events.mark(LIKE, True, [19, 20], absent=["2401.00001"])
    events.mark(LIKE, False, [20])
    events.act([Change("open", "2026-11-24", [21, 22]), Change("finish", "2026-11-24", [22])])
    events.act([Change("pass", "2026-11-24", [23])])
    known = {1: 1.0, 2: 0.6, 3: 0.8, 4: 0.8, 17: -1.0, 19: 0.7, 21: 0.25, 22: 0.5}
    assert weights(window) == known


def test_of_very_many_marks_the_most_telling_ones_are_learned_from(
    window: Window, events: Events, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choice, "MAX_MARKED_PAPERS", 1)
    events.mark("queue", True, [1, 7, 13])
    events.mark("star", True, [2])
    assert weights(window).keys() == {2}


def test_terms_are_made_anew_once_a_text_or_their_rule_has_changed(
    window: Window, events: Events, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events.mark("star", True, [2])
    subjects(window)
    execute(path, "UPDATE paper SET title = 'Of web agents' WHERE pk = 3", "DELETE FROM paper_words WHERE pk = 5")
    execute(path, "UPDATE paper_text SET abstract = 'Of web agents' WHERE pk = 4")
    assert stored(path) == len(NUMBERS) - 3
    events.mark("star", True, [8])
    assert {3, 4} <= set(ordered(window, selection("sort:foryou")).pks[:6])
    execute(path, "UPDATE paper_words SET body = x'00'")
    monkeypatch.setattr(choice, "VERSION", "other")
    assert {3, 4} <= set(ordered(window, selection("sort:foryou")).pks[:6])
    # A paper that is dropped takes its terms along.
    execute(path, "DELETE FROM paper WHERE pk = 5")
    assert stored(path) == len(NUMBERS) - 1


def test_papers_are_scored_again_only_after_a_change(
    window: Window, events: Events, cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    events.mark("star", True, [2])
    ordered(window, selection("sort:foryou"))
    monkeypatch.setattr(choice, "learn", learn := Mock(return_value={}))
    ordered(window, selection("sort:foryou since:2026"))
    assert not learn.called
    cache.store(Listing("2026-11-25", (draft(30, "Web agents again"),)), NOW)
    ordered(window, selection("sort:foryou"))
    assert learn.call_count == 1


def test_a_read_only_cache_still_lists_its_papers(
    window: Window, events: Events, monkeypatch: pytest.MonkeyPatch
) -> None:
    events.mark("star", True, [2])
    window.learn()
    events.mark("star", True, [1])
    monkeypatch.setattr(choice, "store_words", Mock(side_effect=CacheError("Another program writes.")))
    assert subjects(window, "sort:foryou", 4) == ["Web agents"] * 4


def test_the_newest_papers_are_scored(
    window: Window, events: Events, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events.mark("star", True, [2])
    choice.update(path)
    assert rows(path, "SELECT count(*) FROM suits") == [(24,)]
    monkeypatch.setattr(choice, "SCORED_PAPERS", 10)
    events.mark("star", True, [8])
    assert choice.update(path) and not choice.update(path)
    assert rows(path, "SELECT min(pk), count(*) FROM suits") == [(15, 10)]


# What the user asks for


def decide(events: Events, *wishes: Wish) -> None:
    events.decide([(wish.kind, wish.value) for wish in wishes])


def test_a_wish_counts_at_once_and_is_undone_as_a_mark_is(window: Window, events: Events) -> None:
    decide(events, Wish("word", "bird song", 1), Wish("topic", "nothing", 1))
    assert subjects(window) == ["Bird songs"] * 4
    assert (why(window, 3), why(window, 1)) == ("bird song", "")
    events.mark("star", True, [1])
    assert subjects(window, count=3) == ["Protein folding"] * 3
    decide(events, Wish("word", "protein folding", None), Wish("word", "protein", None), Wish("word", "folding", None))
    assert subjects(window) == ["Bird songs"] * 4
    events.undo()
    assert subjects(window, count=3) == ["Protein folding"] * 3


def test_a_muted_subject_is_no_longer_named(window: Window, events: Events, cache: Cache) -> None:
    cache.store(Listing("2026-11-20", tuple(draft(at, f"Other {at}") for at in range(100, 150))), NOW)
    events.mark("star", True, [2, 8, 14])
    assert why(window, 20).startswith("web agents; ")
    decide(events, Wish("word", "Web agent", None))
    assert why(window, 20).startswith("like Web agents ")


# What is offered

FOR_YOU_PLACE = Place(view(FOR_YOU))
SUITING = selection_of(FOR_YOU_PLACE, "day", SCOPE)
"""What the view For you asks for."""


def test_the_view_is_empty_until_something_is_learned(window: Window, events: Events) -> None:
    nothing = ordered(window, SUITING)
    assert not nothing.pks and not nothing.is_ranked
    events.mark("star", True, [1])
    window.learn()
    order = window.first(SUITING, 9)
    assert order.complete and order.is_ranked and sorted(order.pks) == [pk for pk in NUMBERS if pk != 1]
    assert set(order.pks[:3]) == {7, 13, 19}
    # A typed order is the user's own.
    for text in ("sort:foryou", "sort:title"):
        assert not selection_of(FOR_YOU_PLACE._replace(text=text), "day", SCOPE).offer


def test_what_is_new_comes_first_then_the_week_then_the_archive(window: Window, events: Events, cache: Cache) -> None:
    days = {"2026-11-20": "Web agents 101", "2024-01-09": "Web agents 102", "2026-11-23": "Ice 103"}
    for day, title in days.items():
        cache.store(Listing(day, (draft(int(title[-3:]), title, abstract=title, upvotes=500),)), NOW)
    events.mark("star", True, [2])
    order = ordered(window, SUITING)
    assert order.groups == ()
    titles = [row.title for row in window.rows(order.pks)]
    assert {one[:10] for one in titles[:3]} == {"Web agents"}
    assert titles[3:5] == ["Web agents 101", "Web agents 102"]
    # A triage has the same order, without parts, and starred papers that are unread; so has the mail of what is new.
    triage = ordered(window, selection_of(triage_place("", is_taught=True), "day", SCOPE))
    unstarred = [pk for pk in triage.pks if pk != 2]
    assert unstarred[:3] == list(order.pks[:3]) and len(triage.pks) == len(NUMBERS) and not triage.groups
    offered = selection("is:unread -is:starred day:2026-11-24 sort:foryou")
    assert list(ordered(window, offered._replace(offer=())).pks) == unstarred


def test_one_subject_does_not_fill_the_first_places(window: Window, events: Events, path: Path) -> None:
    scores = {1: 1.0, 2: 0.99, 3: 0.98, 4: 0.97, 5: 0.9, 6: -1.0}
    execute(path, *(f"INSERT INTO suits VALUES ({pk}, {value}, '{'a' if pk < 5 else 'b'}', '')"
                    for pk, value in scores.items()))  # fmt: skip
    assert list(window.read(lambda one: choice.take_turns(one, [*scores]))) == [1, 5, 2, 3, 4, 6]
