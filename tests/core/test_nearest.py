"""The nearest right word: how many slips are forgiven, and how they are counted."""

from __future__ import annotations

from functools import cache

from hypothesis import given
from hypothesis import strategies as st

from reader.core.nearest import advice, beginning, distance, nearest
from tests.table import each

words = st.text("abc", max_size=7)


@each(
    ("word", "candidate", "is_near"),
    [
        ("", "x", False),
        ("x", "xy", False),
        ("x", "y", False),
        ("x", "x", True),
        ("xy", "xz", True),
        ("abc", "ayz", False),
        ("abcde", "abcdx", True),
        ("abcde", "abcxy", False),
        ("abcdef", "abcdxy", True),
        ("abcdef", "abcxyz", False),
        ("abcdefgh", "abcdexyz", False),
        ("abcdefghi", "abcdefxyz", True),
        ("ab", "abcdefghi", True),
        ("AB", "abc", True),
    ],
)
def test_a_third_of_the_letters_may_be_wrong(word: str, candidate: str, is_near: bool) -> None:
    assert nearest(word, [candidate]) == (candidate if is_near else None)


def test_the_fewest_slips_win_then_the_nearest_length_then_the_alphabet() -> None:
    assert nearest("abcdef", ["abcdxy", "abcdex"]) == "abcdex"
    assert nearest("ab", ["abcd", "abc"]) == "abc"
    assert nearest("abx", ["abz", "aby"]) == "aby"
    assert nearest("ab", []) is None


def test_words_that_begin_so_come_before_those_with_a_later_word_that_does() -> None:
    known = ["big Cat", "cat", "scat", "Catalog", "pre-cat", "cats"]
    assert beginning(known, "CAT") == ["cat", "Catalog", "cats", "big Cat", "pre-cat"]
    assert beginning(known, "cat", 2) == ["cat", "Catalog", "big Cat"]
    assert beginning(["a b", "c b", "d b"], "b", 2) == ["a b", "c b"]


def test_advice_is_the_nearest_word_or_another() -> None:
    assert advice("cst", ["cat"], "Try again.") == "Did you mean cat?"
    assert advice("dog", ["cat"], "Try again.") == "Try again."


def naive(a: str, b: str) -> int:
    """The same distance by its definition."""

    @cache
    def of(i: int, j: int) -> int:
        if not i or not j:
            return i + j
        ways = [of(i - 1, j) + 1, of(i, j - 1) + 1, of(i - 1, j - 1) + (a[i - 1] != b[j - 1])]
        if i > 1 and j > 1 and a[i - 1] == b[j - 2] and a[i - 2] == b[j - 1]:
            ways.append(of(i - 2, j - 2) + 1)
        return min(ways)

    return of(len(a), len(b))


@given(words, words, st.integers(0, 4))
def test_distance_is_counted_up_to_a_bound(a: str, b: str, most: int) -> None:
    assert distance(a, b, most) == min(naive(a, b), most + 1)


@each(("a", "b"), [("ab", "ba"), ("abcd", "badc"), ("abc", "abc"), ("", "ab"), ("cab", "abc")])
def test_a_distance_equal_to_the_bound_is_exact(a: str, b: str) -> None:
    exact = naive(a, b)
    assert distance(a, b, exact) == exact
    if exact:
        assert distance(a, b, exact - 1) == exact
