"""The shipped topics are as right as the README says, over an archive that is no part of the project."""

from __future__ import annotations

from collections import Counter
from itertools import islice

import pytest

from reader.core.topics.scorer import MOST, Topics
from reader.data import shipped_topics
from tests.tiers import rest_long
from tests.topics.evaluate import Tally, held_out_figures, split_tallies
from tests.topics.labelled_papers import (
    ARCHIVE,
    GIVEN,
    LATER,
    SPLIT,
    LabelledPaper,
    archived_texts,
    labelled_papers,
    read_labels,
)

needs_archive = pytest.mark.skipif(not ARCHIVE.exists(), reason="the archive is not there")


def test_all_labels_are_topics_of_the_reader() -> None:
    slugs = {topic.slug for topic in shipped_topics().topics}
    labels = list(read_labels())
    assert Counter(file for file, _ in labels) == {"given": 200, "listed": 9_545, "arxiv": 17_486, "later": 304}
    assert len({label["id"] for _, label in labels}) == len(labels)
    for _, label in labels:
        assert 1 <= len(label["topics"]) <= MOST
        assert slugs.issuperset(label["topics"])
        assert slugs.issuperset(label.get("again", ()))


@needs_archive
def test_topics_of_papers_that_were_held_out_are_right() -> None:
    held_out = [paper for paper in labelled_papers() if paper.is_held_out and paper.file == GIVEN]
    tally = Tally(shipped_topics(), held_out)
    assert tally.papers == 104
    assert tally.f1 >= 0.825


@needs_archive
def test_papers_of_wide_topics_are_told_apart() -> None:
    papers = labelled_papers()
    for whole, least in zip(SPLIT.values(), (0.93, 0.92, 0.83, 0.94, 0.86), strict=True):
        tallies = split_tallies(shipped_topics(), papers, whole)
        assert tallies["both agree"].f1 > least, whole
        assert tallies["readers"].papers == 60


@needs_archive
@pytest.mark.parametrize("step", rest_long((1, 10), [10]))
def test_nearly_every_paper_has_a_topic_and_none_has_many(step: int) -> None:
    topics = shipped_topics()
    texts = islice(archived_texts(), 0, None, step)
    counts = [len(topics.classify(title, abstract, words)) for _, title, abstract, words in texts]
    assert counts.count(0) < 0.03 * len(counts)
    assert max(counts) <= MOST
    assert 2 <= sum(counts) / len(counts) <= 3


def _paper(id: str, abstract: str, topics: tuple[str, ...], file: str, again: tuple[str, ...] = ()) -> LabelledPaper:
    return LabelledPaper(id, "", abstract, (), topics, file, again)


def test_each_labelling_of_held_out_papers_has_its_figure() -> None:
    topics = Topics('threshold = 10\n[topics.a]\nphrases = ["apple"]\n[topics.b]\nphrases = ["pear"]\n')
    papers = [
        _paper("2607.00001", "apple", ("a",), LATER, ("a", "b")),
        _paper("2607.00002", "apple, pear", ("a",), LATER, ("b", "a")),
        _paper("2605.00001", "pear", ("a",), "listed"),
    ]
    assert held_out_figures(topics, papers) == {"later": 0.8, "later again": 0.857}
    tally = Tally(topics, papers)
    assert tally.line("all").split()[1:] == ["0.500", "0.667", "0.571", "3"]
    assert tally.line("topic b", "b").split()[2:] == ["0.000", "0.000", "0.000", "0"]


def test_kappa_is_what_readers_agree_on_beyond_chance() -> None:
    readers = Tally(Topics(""), ())
    for one, two in (({"a"}, {"a"}), ({"a"}, set()), (set(), set()), (set(), set())):
        readers.add(one, two)
    assert readers.kappa("a") == 0.5
