"""What the user likes, from the log of a cache, and the order of its papers by it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Event
from unittest.mock import Mock

import pytest

from reader.cache import choice
from reader.cache.choice import is_taught, marked_papers
from reader.cache.marks.change import Change
from reader.cache.marks.events import Events
from reader.cache.reads import opinions
from reader.cache.reads.window import Window
from reader.cache.search.selection import Offer
from reader.cache.storing.papers import Cache
from reader.core.choice.taste import Interest, Taste
from reader.core.choice.wishes import Held, Wish, joined
from reader.core.choice.words import pack
from reader.core.errors import CacheError, CacheInterrupted
from reader.core.follows import Follow, value_of
from reader.core.marks import LIKE
from reader.core.paper import Listing
from reader.core.views import FOR_YOU
from reader.session.places import Place, selection_of, triage_place, view
from tests.breakage import execute
from tests.cache.conftest import NOW, SCOPE, derive_again, draft, rows, selection

SUBJECTS = ("Sparse attention", "Protein folding", "Web agents", "Bird songs", "City maps", "Sea ice")
NUMBERS = range(1, 25)
DAY = 86_400


@pytest.fixture
def window(path: Path, cache: Cache) -> Iterator[Window]:
    """24 papers, of which every sixth has the same subject; those with the fewest votes are the last ones."""
    drafts = (
        draft(at, f"{SUBJECTS[at % 6]} {at}", abstract=f"We look at {SUBJECTS[at % 6].lower()}.", upvotes=100 - at)
        for at in NUMBERS
    )
    cache.store(Listing("2026-11-24", tuple(drafts)), NOW)
    with closing(Window.open(path)) as opened:
        yield opened


class Clock:
    def __init__(self) -> None:
        self.now = 1_790_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def events(path: Path, window: Window, clock: Clock) -> Iterator[Events]:
    with closing(Events.open(path, clock)) as opened:
        yield opened


FOR_YOU_PLACE = Place(view(FOR_YOU))
SUITING = selection_of(FOR_YOU_PLACE, "day", SCOPE)
"""What the view For you asks for."""


def subjects(window: Window, query: str = "sort:foryou", count: int = 4) -> list[str]:
    found = window.rows(window.order(selection(query)).pks[:count])
    return [row.title.rpartition(" ")[0] for row in found]


def stored(path: Path) -> int:
    return int(rows(path, "SELECT count(*) FROM paper_words")[0][0])


def test_without_marks_the_order_is_that_of_days_and_a_start_does_not_wait_for_another(
    window: Window, events: Events, path: Path
) -> None:
    assert window.order(selection("sort:foryou")).pks == window.order(selection("")).pks
    events.mark("star", True, [2])
    first = window.first(selection("sort:foryou"), 100, at_once=True)
    assert (first.pks, first.complete) == (window.order(selection("")).pks, False)
    assert window.first(selection("sort:title"), 100, at_once=True).complete
    assert stored(path) == 0


def test_one_star_brings_the_like_of_it_first(window: Window, events: Events, path: Path) -> None:
    events.mark("star", True, [2])
    assert subjects(window) == ["Web agents"] * 4
    assert stored(path) == len(NUMBERS)
    assert set(subjects(window, "sort:-foryou", 20)).isdisjoint({"Web agents"})
    assert subjects(window, "sort:foryou -is:starred", 3) == ["Web agents"] * 3
    first = window.first(selection("sort:foryou"), 5)
    assert list(first.pks) == list(window.order(selection("sort:foryou")).pks[:5])
    events.mark("star", True, [1])
    assert set(subjects(window, count=8)) == {"Web agents", "Protein folding"}
    events.mark("star", False, [2])
    assert subjects(window) == ["Protein folding"] * 4
    events.mark("star", True, [6])
    assert window.for_you.update() and window.for_you.score(max(NUMBERS)) > 0


def test_a_marked_paper_is_not_likened_to_another_by_what_it_alone_has(window: Window, events: Events) -> None:
    def why(pk: int) -> str:
        return opinions.read_reasons(window, pk).why

    events.mark("star", True, [2])
    assert (why(2), why(8)) == ("For you learns from this paper", "like Web agents 2, which you starred: web agents")
    events.mark("star", True, [1])
    assert why(2) == "For you learns from this paper"
    events.mark("star", True, [8])
    assert "web agents" in why(2)


def test_it_is_taught_by_what_is_kept(window: Window, events: Events) -> None:
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


def test_what_is_hidden_comes_last_and_says_why(window: Window, events: Events) -> None:
    events.mark("star", True, [2])
    events.mark("hide", True, [3, 9])
    assert subjects(window, "sort:-foryou", 2) == ["Bird songs"] * 2
    against = opinions.read_reasons(window, 15).terms
    assert (against[0].text, against[0].papers) == ("bird songs", 2) and sum(one.weight for one in against) < 0
    other = opinions.read_reasons(window, 4)
    assert (other.terms, other.why) == ((), "")


def weights(window: Window) -> dict[str, float]:
    return {paper.title.split()[-1]: round(paper.weight, 3) for paper in window.read(marked_papers)}


def test_marks_say_more_or_less(window: Window, events: Events) -> None:
    events.mark("star", True, [1])
    events.act([Change("queue", True, [2]), Change("read", True, [2])])
    events.mark("note", "Mine.", [3])
    events.mark("tag:later", True, [4])
    events.mark("read", True, [5])
    events.mark("read", True, [6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16])
    events.mark("star", True, [17])
    events.mark("hide", True, [17])
    events.mark("star", True, [18])
    events.mark("star", False, [18])
    events.mark(LIKE, True, [19, 20], absent=["2401.00001"])
    assert events.mark(LIKE, True, [19]) is None
    events.mark(LIKE, False, [20])
    assert weights(window) == {"1": 1.0, "2": 0.6, "3": 0.8, "4": 0.8, "17": -1.0, "19": 0.7}


def test_newer_marks_say_more_and_marks_of_many_papers_less(window: Window, events: Events, clock: Clock) -> None:
    events.mark("star", True, [1])
    clock.now += 5 * 360 * DAY
    events.mark("star", True, [2])
    clock.now += 180 * DAY
    events.mark("star", True, [3])
    events.mark("hide", True, list(range(4, 24)))
    found = weights(window)
    assert (found["1"], found["2"], found["3"], found["4"]) == (0.1, 0.5, 1.0, -0.5)


def test_words_are_made_anew_once_a_text_or_their_rule_has_changed(
    window: Window, events: Events, cache: Cache, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events.mark("star", True, [2])
    subjects(window)
    execute(path, "UPDATE paper SET title = 'Of web agents' WHERE pk = 3", "DELETE FROM paper_words WHERE pk = 5")
    execute(path, "UPDATE paper_text SET abstract = 'Of web agents' WHERE pk = 4")
    assert stored(path) == len(NUMBERS) - 3
    events.mark("star", True, [8])
    found = list(window.order(selection("sort:foryou")).pks[:6])
    assert {3, 4} <= set(found)
    assert stored(path) == len(NUMBERS)
    execute(path, "UPDATE paper_words SET body = x''")
    monkeypatch.setattr(choice, "VERSION", "other")
    choice.store_words(path)
    paper = window.paper(3)
    assert paper is not None
    assert rows(path, "SELECT body FROM paper_words WHERE pk = 3") == [(pack(paper.title, paper.abstract),)]
    # A paper that is dropped takes its words along.
    execute(path, "DELETE FROM paper WHERE pk = 5")
    assert stored(path) == len(NUMBERS) - 1


def test_a_cache_that_cannot_be_written_is_ranked_too(
    window: Window, events: Events, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choice, "store_words", Mock(side_effect=CacheError("It can't be written.")))
    events.mark("star", True, [2])
    assert subjects(window) == ["Web agents"] * 4
    assert stored(path) == 0


def test_what_was_read_and_not_marked_was_passed(window: Window, events: Events, path: Path) -> None:
    events.act([Change("queue", True, [1]), Change("read", True, [1])])
    events.mark("read", True, [4, 3])
    events.mark("star", True, [2])
    subjects(window)
    execute(path, "UPDATE paper_words SET body = x'' WHERE pk IN (3, 24)")
    packed = {pk: pack(paper.title, paper.abstract) for pk in NUMBERS if (paper := window.paper(pk))}
    assert window.read(lambda one: choice.passed_papers(one, marked_papers(one))) == [packed[3], packed[4]]
    assert window.read(lambda one: dict(choice.read_words(one))) == packed
    assert window.read(lambda one: [pk for pk, _ in choice.read_words(one, 2)]) == [24, 23]
    assert window.read(lambda one: {pk: choice.words_of(one, pk) for pk in NUMBERS}) == packed
    assert window.read(lambda one: choice.text_of(one, 99)) == ("", "")


def test_the_scores_are_kept_until_something_changes(
    window: Window, events: Events, cache: Cache, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events.mark("star", True, [2])
    window.order(selection("sort:foryou"))
    monkeypatch.setattr(choice, "learn", learn := Mock(return_value=Taste()))
    window.order(selection("sort:foryou since:2026"))
    assert not learn.called
    cache.store(Listing("2026-11-25", (draft(30, "Web agents again"),)), NOW)
    window.order(selection("sort:foryou"))
    ((marked, *_),) = (one.args for one in learn.call_args_list)
    assert len(marked) == 1


def test_reading_teaches_and_passing_by_hardly_does(window: Window, events: Events, clock: Clock) -> None:
    events.act([Change("open", "2026-11-24", [1, 2]), Change("finish", "2026-11-24", [2, 3])])
    events.act([Change("pass", "2026-11-24", [4])])
    # A paper that is starred was not left because it was passed first.
    events.act([Change("pass", "2026-11-24", [5]), Change("star", True, [5])])
    says = choice.SAYS
    known = {"1": says["open"], "2": says["finish"], "3": says["finish"], "4": says["pass"], "5": 1.0}
    assert weights(window) == known
    clock.now += (choice.TRACED + 1) * DAY
    events.mark("star", True, [6])
    assert weights(window).keys() == {"5", "6"}


# Topics, authors and organizations, and what the user decides


@pytest.fixture
def shared(path: Path, cache: Cache) -> Iterator[Window]:
    """Six papers on different things; Ada Lovelace wrote the first three, at one home, and others the rest."""
    authors = [("Bo Ek", "Ada Lovelace")] * 3 + [("Ada Lovelace-Ek",), ("Cy Berg",), ()]
    homes = ["House of One"] * 3 + ["House of Ones", None, None]
    drafts = (
        draft(at, f"{SUBJECTS[at - 1]} {at}", authors=authors[at - 1], organization=homes[at - 1], upvotes=at)
        for at in range(1, 7)
    )
    cache.store(Listing("2026-11-24", tuple(drafts)), NOW)
    with closing(Window.open(path)) as opened:
        yield opened


def test_a_wish_for_a_name_is_for_the_whole_name(shared: Window, path: Path) -> None:
    with closing(Events.open(path)) as events:
        decide(events, Wish("author", "Ada Lovelace", 1), Wish("org", "house of one", -1))
        learned = shared.for_you.learned()
        held = {term.text: list(pks) for term, pks in zip(learned.taste.traits, learned.holders, strict=True)}
        # Ada Lovelace-Ek is another one.
        assert held == {"Ada Lovelace": [1, 2, 3], "house of one": [1, 2, 3]}
        assert whys(path, shared, 3) == "you want more of Ada Lovelace; you want less of house of one"
        decide(events, Wish("author", "Ada Lovelace", None))
        assert shared.for_you.update() and shared.for_you.score(3) < 0


def whys(path: Path, window: Window, pk: int) -> str:
    learned = window.for_you.update()
    return window.read(lambda one: opinions.whys(one, learned, [pk]))[pk]


def decide(events: Events, *wishes: Wish | Held) -> None:
    events.decide([(wish.kind, wish.value) for wish in wishes])


def test_a_wish_counts_at_once_and_is_undone_as_a_mark_is(window: Window, events: Events, path: Path) -> None:
    assert opinions.read_reasons(window, 1).is_empty and window.for_you.learned().taste.is_empty
    decide(events, Wish("word", "bird song", 1), Wish("author", "Nobody", 1), Wish("org", "...", 1))
    assert subjects(window) == ["Bird songs"] * 4
    assert whys(path, window, 3) == "you want more of bird song" and whys(path, window, 1) == ""
    assert opinions.read_reasons(window, 3).terms[0].added == 0.5
    events.mark("star", True, [1])
    assert subjects(window, count=3) == ["Protein folding"] * 3
    decide(events, Wish("word", "protein folding", None), Wish("word", "protein", None), Wish("word", "folding", None))
    assert subjects(window, count=4) == ["Bird songs"] * 4
    events.undo()
    assert subjects(window, count=3) == ["Protein folding"] * 3
    # All of it comes back with the log.
    derive_again(events)
    wanted = (Wish("author", "Nobody", 1), Wish("org", "...", 1), Wish("word", "bird song", 1))
    assert opinions.read_reasons(window).wishes == wanted


# In a process of its own


@pytest.fixture
def apart(path: Path, window: Window) -> Iterator[Window]:
    with closing(Window.open(path, learns_apart=True)) as opened:
        yield opened


def test_a_process_of_its_own_learns_the_same(window: Window, apart: Window, events: Events) -> None:
    for marks in ([2], [1, 7]):
        events.mark("star", True, marks)
        assert list(apart.order(selection("sort:foryou")).pks) == list(window.order(selection("sort:foryou")).pks)
        # What is shared was learned there.
        assert apart.for_you.learned().taste is window.for_you.learned().taste
        assert opinions.read_reasons(apart, 8).why.endswith("web agents")


def test_where_no_process_can_learn_the_program_does(
    apart: Window, events: Events, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, start in enumerate(("raise SystemExit(1)", "print('Hello')", "pass")):
        choice._known.clear()
        monkeypatch.setattr(choice, "_START", start)
        events.mark("star", True, [2 + 6 * number])
        assert subjects(apart) == ["Web agents"] * 4


def test_damaged_words_are_made_again(window: Window, events: Events, path: Path) -> None:
    events.mark("star", True, [2])
    subjects(window)
    execute(path, *(f"UPDATE paper_words SET body = {body} WHERE pk % 4 = {part}"
                    for part, body in enumerate(("x'010203'", "'text'", "x''", "7"))))  # fmt: skip
    events.mark("star", True, [1])
    assert set(subjects(window, count=8)) == {"Web agents", "Protein folding"}
    assert opinions.read_reasons(window, 8).why.startswith("like Web agents 2")


def test_marks_that_contradict_or_say_nothing_here_do_no_harm(
    window: Window, events: Events, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events.mark("star", True, [2, 8])
    events.mark("hide", True, [8])
    events.act([Change("star", True, [14]), Change("pass", "2026-11-24", [14])])
    # Of another version: kinds and values that this one does not know.
    kinds = {"weigh:smell:x": "9", "weigh:word:x": "9" * 30, "interest:x": '{"did": "fly"}'}
    events.decide(list(kinds.items()))
    assert subjects(window, "sort:foryou", 3) == ["Web agents"] * 3
    # Of very many marks, those that say the most are learned from.
    monkeypatch.setattr(choice, "MOST_MARKED", 1)
    events.mark("queue", True, [1, 7, 13])
    assert subjects(window, "sort:foryou", 3) == ["Web agents"] * 3
    execute(path, "DELETE FROM paper WHERE pk IN (2, 8, 14, 1, 7, 13)")
    events.mark("hide", True, [3])
    assert not window.order(SUITING).pks


def test_a_newer_query_ends_the_waiting(apart: Window, events: Events, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "_START", "import time; time.sleep(60)")
    events.mark("star", True, [2])
    stop = Event()

    def interrupt() -> None:
        while not stop.wait(0.01):
            apart.interrupt()

    with ThreadPoolExecutor() as other:
        other.submit(interrupt)
        try:
            with pytest.raises(CacheInterrupted):
                apart.order(selection("sort:foryou"))
        finally:
            stop.set()


# Interests in the user's hands


def interests(window: Window) -> tuple[Interest, ...]:
    return opinions.read_reasons(window).interests


def names(window: Window) -> list[str]:
    return [one.wish.name.lower() for one in interests(window)]


@pytest.fixture
def two(window: Window, events: Events) -> tuple[Interest, Interest]:
    """Four papers of each of two subjects are starred, protein folding and web agents."""
    events.mark("star", True, [1, 7, 13, 19, 2, 8, 14, 20])
    folding, agents = sorted(interests(window), key=lambda one: one.wish.name.lower())
    return folding, agents


def test_an_interest_is_raised_muted_and_again_as_it_is_learned(
    window: Window, events: Events, two: tuple[Interest, Interest]
) -> None:
    assert names(window) in (both := ["protein folding", "web agents"], both[::-1])
    agents = two[1].wish
    decide(events, agents.moved("raise").moved("raise"))
    assert subjects(window)[0] == "Web agents"
    decide(events, agents.moved("mute"))
    assert subjects(window, count=4) == ["Protein folding"] * 4
    assert {one.wish.step: one.share for one in interests(window)} == {0: 1.0, None: 0.0}
    events.undo()
    assert subjects(window)[0] == "Web agents"
    decide(events, agents.moved("reset"))
    assert {*interests(window)} == {*two}


def test_an_interest_keeps_its_name_and_papers_whatever_comes(
    window: Window, events: Events, two: tuple[Interest, Interest]
) -> None:
    one, other = (interest.wish for interest in two)
    decide(events, one._replace(name="mine", did="rename"))
    assert names(window)[0] == "mine"
    events.mark("star", True, [3, 9, 15, 21])
    assert "mine" in names(window) and len(names(window)) == 3
    decide(events, *joined(one._replace(name="mine"), other))
    assert sorted(names(window)) == ["bird songs", "mine"]
    assert max(len(found.papers) for found in interests(window)) == 8
    events.undo()
    assert len(names(window)) == 3


@pytest.mark.parametrize("order", [1, -1])
def test_an_interest_is_split_by_what_its_papers_share(
    window: Window, events: Events, two: tuple[Interest, Interest], order: int
) -> None:
    one, other = (interest.wish for interest in two[::order])
    decide(events, *joined(one, other))
    (both,) = interests(window)
    halves = window.for_you.learned().taste.split(both.wish)
    assert {frozenset(half.papers) for half in halves} == {frozenset(half.papers) for half in (one, other)}
    decide(events, *halves)
    assert len(names(window)) == 2
    assert window.for_you.learned().taste.split(Held("nobody", "Nobody")) == []


def test_papers_that_nobody_marked_can_be_an_interest(window: Window, events: Events) -> None:
    ids = tuple(row.id for row in window.rows([3, 9, 15]))
    decide(events, Held("tag:birds", "birds", 0, ids, "make"))
    assert names(window) == ["birds"] and window.read(is_taught)
    assert subjects(window) == ["Bird songs"] * 4
    learned = window.for_you.update()
    assert window.read(lambda one: opinions.whys(one, learned, [21]))[21].endswith("which you chose")


def test_an_interest_is_called_as_the_user_calls_its_papers(window: Window, events: Events) -> None:
    events.mark("tag:serving", True, [1, 7, 13, 19])
    events.mark("star", True, [2, 8, 14, 20])
    assert sorted(names(window)) == ["serving", "web agents"]


def test_no_surprise_has_what_the_user_follows(window: Window, events: Events) -> None:
    events.mark("star", True, [1])
    follow = Follow("word", "ice")
    events.decide([(follow.kind, value_of(follow, is_followed=True))])
    for day in range(1, 29):
        learned = window.order(SUITING._replace(offer=Offer(f"2026-11-{day:02}"))).learned
        assert learned is not None
        assert not [row for row in window.rows(list(learned.surprises)) if row.title.startswith("Sea ice")]


def test_the_view_is_empty_until_something_is_learned_then_has_surprises(window: Window, events: Events) -> None:
    nothing = window.order(SUITING)
    assert not nothing.pks and nothing.complete and nothing.learned is not None and nothing.learned.taste.is_empty
    assert not window.first(SUITING, 9, at_once=True).complete
    events.mark("star", True, [1])
    order = window.first(SUITING, 9)
    assert order.complete and sorted(order.pks) == [pk for pk in NUMBERS if pk != 1]
    assert order.learned is not None
    (surprise,) = order.learned.surprises
    assert window.for_you.score(surprise) == 0 and surprise == 9
    assert list(order.pks) == [7, 13, 19, 9, *(pk for pk in NUMBERS if pk not in (1, 7, 9, 13, 19))]
    assert window.order(SUITING).pks == order.pks
    # A typed order is the user's own.
    for text in ("sort:foryou", "sort:title"):
        assert not selection_of(FOR_YOU_PLACE._replace(text=text), "day", SCOPE).offer


def test_what_is_new_comes_first_then_the_week_then_the_archive(window: Window, events: Events, cache: Cache) -> None:
    days = {
        "2026-11-20": (101, "Web agents 101"),
        "2024-01-09": (102, "Web agents 102"),
        "2026-11-23": (103, "Ice 103"),
    }
    for day, (number, title) in days.items():
        cache.store(Listing(day, (draft(number, title, abstract=title, upvotes=500),)), NOW)
    events.mark("star", True, [2])
    order = window.order(SUITING)
    (_, count), *_ = order.groups
    assert order.groups == (("new: web agents", 4), ("earlier this week", 1), ("from the archive", 21))
    titles = [row.title for row in window.rows(order.pks)]
    suiting = [one for one in titles[:count] if one.startswith("Web agents")]
    # What does not suit is no news for the user, but for a surprise; nothing is lost.
    assert len(suiting) == 3 and titles[4:6] == ["Web agents 101", "Web agents 102"]
    assert len(titles) == len(NUMBERS) - 1 + 3 and titles[-1] == "Ice 103"
    # A triage has the same order, and the new papers that do not suit besides.
    triage = window.order(selection_of(triage_place("", is_taught=True), "day", SCOPE))
    assert triage.pks[:count] == order.pks[:count] and len(triage.pks) == len(NUMBERS) - 1 and not triage.groups
    # So has a start that finds new papers, and the mail of what is new.
    offered = selection("is:unread -is:starred day:2026-11-24 sort:foryou")
    assert window.order(offered._replace(offer=Offer("2026-11-24"))).pks == triage.pks


def test_what_suits_is_learned_without_the_network(
    window: Window, events: Events, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("socket", "create_connection", "getaddrinfo"):
        monkeypatch.setattr(f"socket.{name}", Mock(side_effect=AssertionError("it asked the network")))
    events.mark("star", True, [2])
    assert subjects(window) == ["Web agents"] * 4


def test_a_query_asks_for_the_papers_of_one_interest(
    window: Window, apart: Window, events: Events, two: tuple[Interest, Interest]
) -> None:
    for reads in (window, apart):
        assert subjects(reads, "foryou:agents") == ["Web agents"] * 4
        assert subjects(reads, "foryou:folding sort:day") == ["Protein folding"] * 4
        assert reads.count(selection("-foryou:agents is:starred")) == 4
        assert list(reads.order(selection("foryou:nobody")).pks) == []


def test_an_interest_whose_papers_are_hidden_or_gone_says_nothing(
    window: Window, events: Events, two: tuple[Interest, Interest], path: Path
) -> None:
    one = two[1].wish
    decide(events, one.moved("raise"), Held("view:gone", "gone", 0, ("1901.00001",), "make"))
    events.mark("hide", True, [2, 8, 14, 20])
    assert names(window) == ["protein folding"]
    execute(path, "DELETE FROM paper WHERE pk IN (1, 7, 13, 19)")
    assert subjects(window)[0] != "Web agents" and window.order(selection("foryou:gone")).pks is not None
    events.decide([(one.kind, '{"papers": 5'), ("interest:", "{}")])
    assert names(window) == []
