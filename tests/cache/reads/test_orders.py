"""The papers of a list: runs of days, those found only in full texts, and those that are only near."""

from __future__ import annotations

from array import array

from reader.cache.reads.orders import IN_TEXTS, IN_WORDS, MATCHING, Order, begin_order, with_near, with_texts

FOUND = [(4, "2026-05-02"), (2, "2026-05-02"), (9, "")]


def test_papers_that_have_the_words_only_in_their_text_come_last() -> None:
    days, plain = begin_order(FOUND, 9), begin_order(FOUND, 9, grouped=False)
    assert with_texts(days, []) is days
    found = with_texts(days, [7, 8])
    assert found == Order(array("q", [4, 2, 9, 7, 8]), (*days.groups, (IN_TEXTS, 2)), in_texts=2)
    assert [with_texts(days, [7, 8], limit).complete for limit in (5, 6)] == [False, True]
    assert with_texts(plain, [7]) == Order(array("q", [4, 2, 9, 7]), in_texts=1)
    assert with_texts(Order(()), [7]) == Order(array("q", [7]), ((IN_TEXTS, 1),), in_texts=1)
    assert (found.only_in_texts, found.only_near) == (frozenset({7, 8}), frozenset())
    assert found.matching == 5


def test_papers_that_are_only_near_follow_all_that_match() -> None:
    plain = with_texts(begin_order(FOUND, 9, grouped=False), [7])
    assert with_near(plain, [2, 7], 5) is plain
    near = with_near(plain, [2, 5, 6, 1], 2)
    assert near == Order(array("q", [4, 2, 9, 7, 5, 6]), ((MATCHING, 4), (IN_WORDS, 2)), in_texts=1, near=2)
    assert (near.only_in_texts, near.only_near) == (frozenset({7}), frozenset({5, 6}))
    assert near.matching == 4
    assert near.without_near == plain
    assert plain.without_near is plain
    days = begin_order(FOUND, 9)
    assert with_near(days, [5], 2).groups == (*days.groups, (IN_WORDS, 1))
    assert with_near(days, [5], 2).without_near == days
    assert with_near(Order(()), [5], 2) == Order(array("q", [5]), ((IN_WORDS, 1),), near=1)
