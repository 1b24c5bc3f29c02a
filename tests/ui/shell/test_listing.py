"""Selected papers: alone, by ranges, and over other lists."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from reader.ui.shell.listing import NOTHING_SELECTED

LIST = (5, 3, 9, 1, 7)


def test_papers_are_selected_and_let_go_in_the_lists_order() -> None:
    selection = NOTHING_SELECTED.toggled([9]).toggled([5])
    assert selection.in_order(LIST) == (5, 9)
    assert selection.count == 2
    assert selection.toggled([9]).in_order(LIST) == (5,)
    assert selection.toggled([5, 7]).in_order(LIST) == (5, 9, 7)
    assert selection.toggled([5, 9]) == NOTHING_SELECTED


def test_a_list_of_which_only_the_first_papers_are_read_has_all_that_were_selected() -> None:
    selection = NOTHING_SELECTED.with_papers(LIST)
    assert selection.in_order(LIST[:2])[:2] == LIST[:2]
    assert sorted(selection.in_order(LIST[:2])) == sorted(LIST)


def test_a_range_that_has_ended_does_not_follow() -> None:
    ended = NOTHING_SELECTED.begin_range(9).follow(LIST, 1).end_range()
    assert ended.follow(LIST, 7) is ended
    assert ended.in_order(LIST) == (9, 1)
    again = ended.begin_range(5).follow(LIST, 3)
    assert again.in_order(LIST) == (5, 3, 9, 1)


def test_a_range_ends_where_its_first_paper_or_the_cursors_is_gone() -> None:
    selection = NOTHING_SELECTED.begin_range(9)
    for pks, cursor in (((5, 3, 1), 3), (LIST, 4), (LIST, None)):
        after = selection.follow(pks, cursor)
        assert after.range is None
        assert after.papers == {9}


def test_papers_that_a_list_does_not_have_are_kept_but_not_taken() -> None:
    selection = NOTHING_SELECTED.with_papers([5, 9])
    narrow = selection.in_list((9, 1))
    assert narrow.in_order((9, 1)) == (9,)
    assert narrow.count == 1
    assert narrow.toggled([1]).in_list(LIST).in_order(LIST) == (5, 9, 1)
    assert NOTHING_SELECTED.in_list(LIST) is NOTHING_SELECTED


def test_a_range_goes_on_over_the_same_list_read_again() -> None:
    selection = NOTHING_SELECTED.begin_range(3).follow(LIST, 9)
    longer = (8, *LIST)
    assert selection.in_list(longer).follow(longer, 1).in_order(longer) == (3, 9, 1)


@given(st.permutations(range(8)), st.lists(st.sampled_from(range(8)), min_size=1, max_size=6))
def test_a_range_is_what_stands_between_its_ends(pks: Sequence[int], cursors: Sequence[int]) -> None:
    selection = NOTHING_SELECTED.begin_range(cursors[0])
    for cursor in cursors:
        selection = selection.follow(pks, cursor)
        low, high = sorted((pks.index(cursors[0]), pks.index(cursor)))
        assert list(selection.in_order(pks)) == list(pks[low : high + 1])
        assert selection.papers == selection.listed
