"""The parts of a score, and the halves of an interest."""

from __future__ import annotations

from reader.core.choice.parts import Parts

BY_WORD = {1: {0, 1, 2, 6}, 2: {3, 4, 5}, 9: {0, 1, 2, 3, 4, 5}}
"""The papers that have each word: two subjects with a word in common, and a paper of the first without it."""


def test_halves_are_two_subjects_and_not_one_stranger() -> None:
    marks = {word: [(paper, 3.0 if word == 1 and paper < 6 else 2.0) for paper in sorted(having)]
             for word, having in BY_WORD.items()}  # fmt: skip
    marks[7] = [(6, 9.0)]
    (first, words), (other, _) = Parts(marks=marks).halves(range(7))
    assert {frozenset(first), frozenset(other)} == {frozenset({0, 1, 2, 6}), frozenset({3, 4, 5})}
    assert words[0] in {1, 2, 7}


def test_halves_of_papers_that_are_the_same_have_a_paper_each() -> None:
    groups = Parts(marks={1: [(0, 1.0), (1, 1.0), (2, 1.0)]}).halves([0, 1, 2])
    assert all(papers for papers, _ in groups)
    assert sorted(paper for papers, _ in groups for paper in papers) == [0, 1, 2]
