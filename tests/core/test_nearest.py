"""The nearest right word: how many slips are forgiven, and how they are counted."""

from __future__ import annotations

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


def test_the_fewest_slips_win_then_the_first_letter_then_the_nearest_length_then_the_alphabet() -> None:
    assert nearest("abcdef", ["abcdxy", "abcdex"]) == "abcdex"
    assert nearest("ab", ["abcd", "abc"]) == "abc"
    assert nearest("abx", ["abz", "aby"]) == "aby"
    assert nearest("fsh", ["zsh", "fish"]) == "fish"
    assert nearest("abc", ["abd", "abcdef"]) == "abcdef"
    assert nearest("abcdef", ["abcde", "abcdex"]) == "abcdex"
    assert nearest("autor", ["Author", "author"]) == "author"
    assert nearest("Autor", ["author", "Author"]) == "Author"
    assert nearest("ab", []) is None


def test_words_that_begin_so_come_before_those_with_a_later_word_that_does() -> None:
    known = ["big Cat", "cat", "scat", "Catalog", "pre-cat", "cats"]
    assert beginning(known, "CAT") == ["cat", "Catalog", "cats", "big Cat", "pre-cat"]
    assert beginning(known, "cat", 2) == ["cat", "Catalog", "big Cat"]
    assert beginning(["a b", "c b", "d b"], "b", 2) == ["a b", "c b"]


def test_advice_is_the_nearest_word_or_another() -> None:
    assert advice("cst", ["cat"], "Try again.") == "Did you mean cat?"
    assert advice("dog", ["cat"], "Try again.") == "Try again."


@each(
    ("a", "b", "exact"),
    [
        *(("ab", "ba", 1), ("abcd", "badc", 2), ("abc", "abc", 0), ("", "ab", 2), ("cab", "abc", 2)),
        *(("aabb", "bbaa", 3), ("abcabc", "cba", 4), ("ca", "abc", 3), ("abc", "abx", 1), ("xabc", "abc", 1)),
    ],
)
def test_a_distance_is_counted_up_to_a_bound(a: str, b: str, exact: int) -> None:
    assert [distance(a, b, most) for most in range(6)] == [min(exact, most + 1) for most in range(6)]
    assert distance(b, a, exact) == exact
