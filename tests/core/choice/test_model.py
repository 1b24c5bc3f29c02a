"""What is learned from marks: the papers that are like them come first."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from reader.core.choice.model import COMMON_PAPERS, Background, Weighed, candidates, learn, score
from reader.core.choice.words import TITLE, Common, pack, terms_of, unpack

FILLER = (
    "we train large networks on many tokens and measure accuracy on long benchmarks of several languages",
    "our agents plan steps and call tools to finish tasks in browsers with fewer errors than before",
    "images are edited by text prompts while details of faces and backgrounds stay the same throughout",
    "a theory explains why gradients vanish in deep layers and how normalization helps them converge",
)
SUBJECTS = (
    *("speculative decoding", "sea ice", "protein folding", "bird songs", "city maps"),
    *("chess openings", "tidal power", "roman roads", "jazz harmony", "glass fibre"),
)


def paper(subject: str, number: int = 0, more: str = "") -> dict[int, float]:
    filler = FILLER[number % len(FILLER)]
    return unpack(pack(f"On {subject}", f"{filler}. We survey {subject} and {subject}. {more}"))


CORPUS = [(at, paper(SUBJECTS[at % 10], at // 10)) for at in range(200)]


def scores(liked: Sequence[int], passed: Sequence[int] = (), muted: Sequence[int] = ()) -> list[float]:
    good = [Weighed(at, CORPUS[at][1]) for at in liked]
    wanted = candidates(good, muted)
    weights = learn(good, [Weighed(at, CORPUS[at][1]) for at in passed], wanted, background(wanted))
    return [score(weights, terms) for _, terms in CORPUS]


def background(wanted: Sequence[int], common: Common = Common()) -> Background:  # noqa: B008  # immutable
    return Background(frozenset(wanted), CORPUS, len(CORPUS), common)


def first(found: Sequence[float], count: int) -> set[int]:
    """The subjects of the best papers."""
    return {at % 10 for at in sorted(range(len(found)), key=lambda at: -found[at])[:count]}


def test_one_star_brings_the_papers_on_its_subject_first() -> None:
    assert first(scores([0]), 20) == {0}


def test_two_interests_both_come_first() -> None:
    assert first(scores([0, 10, 20, 1]), 40) == {0, 1}


def test_liked_papers_score_one_on_average() -> None:
    found = scores([0, 10, 1])
    assert sum(found[at] for at in (0, 10, 1)) / 3 == pytest.approx(1.0)


def test_papers_read_without_a_mark_count_against_what_they_share() -> None:
    # The liked papers are on two subjects; those that were read are on one of them.
    liked, passed = [0, 10, 20, 1, 11, 31], [21, 41, 51, 61, 71, 81]
    without, with_passed = scores(liked), scores(liked, passed)
    assert with_passed[91] < without[91]
    assert first(with_passed, 20) == {0}


def test_a_muted_term_is_not_learned_nor_in_titles() -> None:
    muted = terms_of("speculative decoding")
    good = [Weighed(0, CORPUS[0][1])]
    assert not {*muted, *(term | TITLE for term in muted)} & {*candidates(good, muted)}
    assert {*muted} <= {*candidates(good)}


def test_nothing_is_learned_without_liked_papers_or_terms_that_tell_anything() -> None:
    assert learn([], [], [], background([])) == {}
    alone = [Weighed(999, unpack(pack("Unheard", "Unheard words")))]
    assert learn(alone, [], candidates(alone), background(candidates(alone))) == {}


def test_a_small_cache_takes_common_words_from_the_shipped_counts() -> None:
    ice = terms_of("sea ice")[0]
    known = background([ice, ice | TITLE], Common(10, {ice: (5, 2), 4: (9, 9)}))
    assert known.papers == len(CORPUS) + COMMON_PAPERS
    assert (known.have[ice], known.dwell[ice]) == (20 + 500, 20 + 200)
    assert 20 < known.have[ice | TITLE] < 120 and 4 not in known.have


def test_a_term_that_nearly_all_papers_have_says_nothing() -> None:
    survey, ice = terms_of("survey"), terms_of("sea ice")
    known = background([*survey, *ice])
    assert [known.says_something(term) for term in (*survey, *ice)] == [False, True, True, True]
