"""What the user decides about what was learned: more, less, nothing, as learned; and what follows of it."""

from __future__ import annotations

import pytest

from reader.core.choice.interests import Parts
from reader.core.choice.learned import EVERY, FIRST, SLACK, SURPRISE, Learned, mix, take_turns
from reader.core.choice.taste import Likeness, Taste, TasteTerm, with_wishes
from reader.core.choice.wishes import (
    FACTOR,
    LONGEST,
    MOST_HELD,
    STEP,
    Held,
    Wish,
    event_label,
    joined,
    muted_codes,
    newest_held,
    newest_wishes,
    parse_held,
    parse_wish,
)
from reader.core.choice.words import code_of, pack
from tests.table import each

CACHE = TasteTerm(code_of("kv cache") or 0, "KV cache", 1.0, 3, added=1.0)
FINANCE = TasteTerm(code_of("finance") or 0, "finance", -0.4, 2, added=-0.4, is_hidden=True)
AGENTS = TasteTerm(0, "Agents & tools", 0.1, 2, "topic", "agents")
TASTE = Taste((CACHE, FINANCE), 100.0)


def weights(*wishes: Wish) -> dict[str, float]:
    taste = with_wishes(TASTE, wishes, {"agents": "Agents & tools"})
    return {term.text: term.weight for term in (*taste.terms, *taste.traits)}


def test_a_step_adds_to_what_was_learned_and_the_next_one_doubles_it() -> None:
    assert weights() == {"KV cache": 1.0, "finance": -0.4}
    # The word in another form is the same word.
    found = weights(Wish("word", "kv caches", 1), Wish("word", "Finance", -1))
    assert found == pytest.approx({"KV cache": 1.0 + STEP, "finance": -0.4 - STEP})
    assert weights(Wish("topic", "agents", -2))["Agents & tools"] == -2 * STEP
    # Nothing is learned of a topic, so a muted one counts against its papers.
    assert weights(Wish("topic", "agents", None))["Agents & tools"] == -4 * STEP


def test_what_was_not_learned_gets_a_weight_of_its_own() -> None:
    found = weights(Wish("author", "Ada Lovelace", 2), Wish("word", "world model", -1))
    assert found["Ada Lovelace"] == 2 * STEP and found["world model"] == -STEP
    # A name without letters is no word.
    assert weights(Wish("word", "...", 1)) == weights()


@each(
    ("step", "value", "label", "added"),
    [
        *((2, "2", 'raised "a b"', 1.0), (1, "1", 'raised "a b"', 0.5), (0, "0", 'as learned: "a b"', 0.0)),
        *((-3, "-3", 'lowered "a b"', -2.0), (None, "mute", 'muted "a b"', 0.0)),
    ],
)
def test_a_wish_is_an_event_in_words(step: int | None, value: str, label: str, added: float) -> None:
    wish = Wish("word", "a b", step)
    assert (wish.kind, wish.value, wish.label, wish.added) == ("weigh:word:a b", value, label, added)
    assert parse_wish(wish.kind, wish.value) == wish
    assert parse_wish("weigh:topic:a b", value) == Wish("topic", "a b", step)
    assert Wish("topic", "a b", None).added == -2.0
    assert [Wish("word", "x", step).moved(way).step for way in ("mute", "reset")] == [None, 0]


def test_joined_interests_have_the_papers_of_both_under_the_first_name() -> None:
    other = Held("2401.00003", "Caches", 2, ("2401.00002", "2401.00003"), "rename")
    assert joined(HELD, other) == [
        HELD._replace(papers=("2401.00001", "2401.00002", "2401.00003"), did="join"),
        Held("2401.00003", "Caches", 0, (), "reset"),
    ]
    full = HELD._replace(papers=tuple(f"2401.{at:05}" for at in range(MOST_HELD)))
    assert parse_held(full.kind, full.value) == full
    many = full.value.replace('"papers": [', '"papers": ["2402.00001", ')
    assert parse_held(full.kind, many) is None and parse_held(full.kind, HELD._replace(step=3).value) is not None


def test_a_muted_word_is_not_learned_at_all() -> None:
    assert muted_codes([Wish("word", "KV cache", None), Wish("word", "finance", 1), Wish("topic", "agents", None)]) == {
        CACHE.code
    }


def test_the_newest_of_each_counts_and_a_reset_ends_it() -> None:
    events = [("weigh:word:models", "2"), ("weigh:topic:agents", "1"), ("weigh:word:model", "mute"),
              ("weigh:topic:agents", "0"), ("star", "1"), ("weigh:author:ADA", "-1")]  # fmt: skip
    assert newest_wishes(events) == (Wish("word", "model", None), Wish("author", "ADA", -1))


@each(
    ("kind", "value"),
    [("weigh:word:", "1"), ("weigh:smell:x", "1"), ("star", "1"), ("weigh:word:x", "9"), ("weigh:word:x", "+1"),
     ("weigh:word:x", "much"), ("weigh:word:a\x1b[31m", "1"), (f"weigh:word:{'x' * (LONGEST + 1)}", "1")],
)  # fmt: skip
def test_a_foreign_event_of_the_wrong_form_is_no_wish(kind: str, value: str) -> None:
    assert parse_wish(kind, value) is None
    assert event_label(kind, value) == "weighed"


# What the user wants of an interest, and what was learned about a paper


HELD = Held("2401.00001", "KV cache", 1, ("2401.00001", "2401.00002"), "raise")


def test_an_interest_is_the_event_that_it_makes() -> None:
    assert parse_held(HELD.kind, HELD.value) == HELD and event_label(HELD.kind, HELD.value) == 'raised "KV cache"'
    muted = HELD.moved("mute")
    assert parse_held(muted.kind, muted.value) == muted and muted.factor == 0.0
    assert [HELD.moved("raise").factor, HELD.moved("lower").factor] == [FACTOR**2, 1.0]
    gone = HELD.moved("reset")
    assert newest_held([(one.kind, one.value) for one in (HELD, muted, HELD)]) == (HELD,)
    assert newest_held([(one.kind, one.value) for one in (HELD, gone)]) == ()


@each(
    "value",
    ["", "[]", "1", HELD.value.replace("raise", "smell"), HELD.value.replace("KV cache", "KV\\u001b[31m"),
     HELD.value.replace("2401.00002", "../x"), HELD.value.replace("1, ", "9, "), HELD.value.replace("1, ", "true, "),
     HELD._replace(name="").value, HELD._replace(name="x" * (LONGEST + 1)).value],
)  # fmt: skip
def test_a_foreign_event_of_the_wrong_form_is_no_interest(value: str) -> None:
    assert parse_held(HELD.kind, value) is None and parse_held("star", HELD.value) is None


def test_a_paper_s_reasons_are_its_words_and_traits() -> None:
    learned = Learned(TASTE._replace(traits=(AGENTS,)), ((4, 9),), surprises=frozenset((5,)))
    packed, nothing = pack("A KV cache in finance", ""), pack("", "")
    assert [one.text for one in learned.reasons(4, packed)] == ["KV cache", "finance", "Agents & tools"]
    assert [one.text for one in learned.reasons(8, packed)] == ["KV cache", "finance"]
    assert learned.why(4, packed) == "like what you marked: KV cache, Agents & tools; you hid 2 on finance"
    assert learned.why(5, packed) == SURPRISE and learned.why(10, nothing) == ""
    wanted = with_wishes(Taste(), [Wish("author", "Ada", 1), Wish("topic", "agents", -1)])
    assert Learned(wanted, ((1,), (1,))).why(1, nothing) == "you want more of Ada; you want less of agents"
    starred = TasteTerm(code_of("cache") or 0, "cache", 0.0, 8)
    lowered = with_wishes(Taste(words={starred.code: starred}), [Wish("word", "cache", -1)])
    assert Learned(lowered).why(1, pack("A cache", "")) == "you want less of cache"


def test_in_a_list_the_words_come_first_and_what_is_the_same_is_said_once() -> None:
    liked = Likeness("JetSpec: Drafts", "starred", 99)
    words = {one: TasteTerm(code_of(one) or 0, one, 0.0, 2) for one in ("cache", "drafts", "ice")}
    parts = Parts(1.0, {one.code: 1.0 for one in words.values()}, marks={words["cache"].code: [(0, 1.0)]})
    learned = Learned(
        Taste(parts=parts, words={one.code: one for one in words.values()}, liked=(liked,)),
        surprises=frozenset((9,)),
        shared=("ice",),
    )
    titles = ["Cache drafts", "Cache ice", "Cache", "Cache", "Sea", "Cache", "Cache drafts"]
    said = learned.whys([(pk, pack(title, "")) for pk, title in enumerate(titles, 5)])
    like = "like JetSpec, which you starred"
    assert list(said.values()) == [f"cache, drafts: {like}", "cache", "", "", SURPRISE, "", "drafts"]
    assert learned.why(6, pack("Cache ice", "")) == f"{like}: cache, ice"
    assert learned.many_share([(pk, pack(title, "")) for pk, title in enumerate(titles, 5)]) == ("cache",)


# Interests take turns


INTERESTS = {pk: 0 if pk < 100 else 1 if pk < 150 else 2 for pk in range(200)}


def score(pk: int) -> float:
    return 1.0 - pk / 1_000


def test_no_interest_of_some_weight_is_missing_in_the_first_places() -> None:
    ranked = list(range(200))
    mixed = take_turns(ranked, score, INTERESTS.__getitem__, (0.6, 0.35, 0.05))
    assert sorted(mixed) == ranked and mixed[0] == 0
    whose = [INTERESTS[pk] for pk in mixed[:FIRST]]
    assert whose.count(0) > 0 and whose.count(1) > 0
    assert [pk for pk in mixed if INTERESTS[pk] == 0] == ranked[:100]
    strong = take_turns(ranked, lambda pk: score(pk) + 99 * (pk < 100), INTERESTS.__getitem__, (0.6, 0.35, 0.05))
    assert [INTERESTS[pk] for pk in strong[:FIRST]].count(1) == 1


def test_an_interest_waits_after_its_turns_and_a_small_one_has_the_last_place() -> None:
    def falling(pk: int) -> float:
        return 1 - pk / 100

    def of(pk: int) -> int:
        return 0 if pk < 30 else 1 if pk < 36 else 2

    ranked, shares = list(range(40)), (0.55, 0.35, 0.1)
    first = [*range(10), 30, 10, 11, 12, 31, 13, 14, 15, 32]
    assert take_turns(ranked, falling, of, shares) == [*first, 36, *range(16, 30), 33, 34, 35, 37, 38, 39]
    # Nothing speaks for the papers of the smallest.
    rest = [*first, *range(16, 30), *range(33, 40)]
    assert take_turns(ranked, lambda pk: falling(pk) if pk < 36 else 0.0, of, shares) == rest
    assert take_turns(range(6), falling, lambda pk: -1 if pk == 2 else pk % 2, (0.5, 0.5)) == [0, 1, 3, 4, 5, 2]


def test_a_single_interest_keeps_the_order_and_so_do_muted_ones() -> None:
    assert take_turns([3, 1, 2], score, INTERESTS.__getitem__, (1.0,)) == [3, 1, 2]
    assert take_turns([3, 1, 2], score, INTERESTS.__getitem__, (0.0, 0.0)) == [3, 1, 2]


# Surprises


def test_one_in_ten_is_a_surprise_and_another_day_has_others() -> None:
    ranked = list(range(1000))
    today, tomorrow = (mix(ranked, ranked[500:], day, 90) for day in ("2026-11-24", "2026-11-25"))
    places = [place for place, pk in enumerate(today.pks) if pk in today.surprises]
    assert len(places) == 10
    assert all((at + 1) * EVERY - SLACK <= place < (at + 1) * EVERY for at, place in enumerate(places))
    assert today.surprises != tomorrow.surprises
    few = mix(range(40), [25, 30, 35, 38], "2026-11-24", 20)
    assert few == mix(range(40), [38, 35, 30, 25], "2026-11-24", 20) and len(few.surprises) == 3
    # Nothing known, no surprise.
    assert mix(ranked, ranked, "2026-11-24", 0).surprises == frozenset()
