"""The labels that ship are complete, and those for measuring are never used for fitting."""

from __future__ import annotations

from collections import Counter

from reader.core.topics.scorer import MOST
from reader.data import shipped_topics
from tests.topics.labelled_papers import SPLIT, SPLIT_FILE, LabelledPaper, read_file, read_labels


def test_all_labels_are_topics_of_the_reader() -> None:
    slugs = {topic.slug for topic in shipped_topics().topics}
    labels = list(read_labels())
    assert Counter(file for file, _ in labels) == {"given": 200, "listed": 9_545, "arxiv": 17_486, "later": 304}
    assert len({label["id"] for _, label in labels}) == len(labels)
    for _, label in labels:
        assert 1 <= len(label["topics"]) <= MOST
        assert slugs.issuperset(label["topics"])
        assert slugs.issuperset(label.get("again", ()))


def test_sixty_papers_of_each_wide_topic_say_what_is_left_of_it() -> None:
    labels = list(read_file(SPLIT_FILE))
    assert Counter(label["of"] for label in labels) == dict.fromkeys(SPLIT.values(), 60)
    pairs = {whole: {whole, part} for part, whole in SPLIT.items()}
    assert all(pairs[label["of"]].issuperset([*label["topics"], *label["again"]]) for label in labels)


def test_later_papers_and_half_of_the_given_ones_are_held_out() -> None:
    papers = [
        LabelledPaper(label["id"], "", "", (), tuple(label["topics"]), file, tuple(label.get("again", ())))
        for file, label in read_labels()
    ]
    assert Counter(paper.file for paper in papers if paper.is_held_out) == {"given": 104, "later": 304}
    assert all(paper.again for paper in papers if paper.file == "later")
    assert {paper.fold for paper in papers} == set(range(5))


def test_the_weights_that_ship_were_fitted_to_these_labels() -> None:
    weights = shipped_topics().weights
    counts = Counter(file for file, _ in read_labels())
    files = {f"tests/topics/labels/{file}.jsonl.xz": counts[file] for file in ("listed", "arxiv")}
    assert weights.fit["labels"] == {**files, "tests/topics/labels/given.jsonl.xz": 96}
    assert weights.papers == 27_127
