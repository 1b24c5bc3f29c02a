"""Regular expressions: their syntax, what they match, and the time they take."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.core.query import patterns
from reader.core.query.patterns import UnsafePattern, compile_pattern, matches
from tests.table import each


@each(
    ("pattern", "says"),
    [
        ("(?=a)b", "A regex can't look ahead or behind, or use other operators of Perl such as “(?=”"),
        ("a(?!b)", "A regex can't look ahead or behind, or use other operators of Perl such as “(?!”"),
        (r"(a)\1", r"A regex can't refer back to a group, as “\1” does"),
        ("a{1001}", "This regex is too large; repeat less"),
        ("((a{99}){99}){99}", "This regex is too large; repeat less"),
        ("(){99999}", "This regex is too large; repeat less"),
        ("a*+", "A regex can't look ahead or behind, or use other operators of Perl such as “*+”"),
        (r"\pL", "This is not a regex: bad escape \\p at position 0"),
        ("a" * 121, "A regex may have at most 120 characters"),
        ("(", "This is not a regex: missing ), unterminated subpattern at position 0"),
        ("\ud800", "This is not a regex: it has a broken character"),
    ],
)
def test_a_regex_that_can_not_run_in_bounds_is_refused(pattern: str, says: str) -> None:
    with pytest.raises(UnsafePattern) as refused:
        compile_pattern(pattern)
    assert str(refused.value).startswith(says)


@each(
    ("pattern", "text", "found"),
    [
        ("^attention", "Attention is all you need", True),
        ("(gan|vae)s?$", "On VAEs", True),
        ("andre", "André Martins", True),
        ("André", "ANDRE MARTINS", True),
        ("^li$", "Fei Wang\nLi", True),
        (r"wang\sli", "Fei Wang\nLi", False),
        ("end$", "a" * 500 + "end", False),
        (r"b\?", "\ud800b?", True),
        ("(a+)+$", "baaa", True),
        ("(a+ b)+", "aaa ba b", True),
        (r"[(+*]\)", "(+)", True),
        ("^([a+*]b)+$", "*b+b", True),
        ("^x{2,}$", "x", False),
        ("^x{2,}$", "xxx", True),
        ("^ax{,2}b$", "ab", True),
        ("^ax{,2}b$", "axxxb", False),
        (r"\bgan\b", "style-gan", True),
        (r"\bgan\b", "style_gan", False),
        (r"\Agan\Z", "gan", True),
        (r"\Bgan", "vqgan", True),
    ],
)
def test_a_regex_is_blind_to_case_and_accents(pattern: str, text: str, found: bool) -> None:
    assert matches(pattern, text) is found


# Each takes Python's own engine longer than anybody waits, or has as many places as a pattern may have.
BOMBS = [
    ".{0,99}" * 3 + "!",
    "(a+)+!",
    "((a*))+!",
    "(a|b)*" * 9 + "!",
    "(a{1,30}){1,15}!",
    "(.a|b){1,99}(a.|b){1,99}!",
    "a?" * 50 + "!",
    ".*" * 50 + "!",
]


def test_what_is_kept_of_a_pattern_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "MAX_KEPT", 40)
    pattern = patterns._Pattern("(a.|b){1,9}!")
    for text in ("".join(chr(at + 200) + "aba"[at % 3] for at in range(start, 60)) for start in range(60)):
        assert not pattern.search(text) and pattern.search(f"{text}ab!")
        states = pattern._states.values()
        assert sum(len(one) + len(one.places) for one in states) <= 40 + patterns.MAX_PLACES // 10


@each("pattern", BOMBS)
@each("text", ["a" * 500, "é" * 500])
def test_a_regex_takes_time_in_proportion_to_the_text(pattern: str, text: str) -> None:
    start = time.process_time()
    for _ in range(10):
        assert not matches(pattern, text)
    assert time.process_time() - start < 1


ATOMS = st.sampled_from(["a", "b", ".", "[ab]", "[^a ]", r"\w", r"\W", r"\b", r"\B", "^", "$", " ", "-", r"\-", "[]-]"])
PATTERNS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map("".join),
        st.lists(inner, max_size=3).map(lambda parts: f"({'|'.join(parts)})"),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{1,}", "{,2}", "{0,2}?", "*?"])).map(
            lambda two: f"(?:{two[0]}){two[1]}"
        ),
    ),
    max_leaves=10,
)


@given(PATTERNS, st.text("ab -A]", min_size=1, max_size=8))
def test_a_regex_matches_what_pythons_own_does(pattern: str, text: str) -> None:
    assert matches(pattern, text) is (re.search(pattern, text, re.IGNORECASE) is not None)
