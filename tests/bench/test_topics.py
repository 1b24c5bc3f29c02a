"""The shipped topics hold what is said of them, over an archive that is no part of the project."""

from __future__ import annotations

import pytest

from reader.core.topics.scorer import MOST, Topics
from reader.data import read_text
from tests.bench.topic_data import ARCHIVE, archive, labelled
from tests.bench.topics import CountCache

pytestmark = pytest.mark.skipif(not ARCHIVE.exists(), reason="the archive is not there")

TOPICS = Topics.from_toml(read_text("topics.toml"))


def test_topics_of_papers_that_were_held_out_are_right() -> None:
    tally = CountCache(TOPICS, [paper for paper in labelled() if paper.held_out])
    assert tally.papers == 104
    assert tally.f1 >= 0.82


def test_nearly_every_paper_has_a_topic_and_none_has_many() -> None:
    counts = [len(TOPICS.classify(title, abstract, words)) for _, title, abstract, words in archive()]
    assert counts.count(0) < 0.03 * len(counts)
    assert max(counts) <= MOST
    assert 2 <= sum(counts) / len(counts) <= 3
