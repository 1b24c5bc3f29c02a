"""Measures the topics: how many are right.

    python -m tests.topics.evaluate [--topics]

Prints precision, recall and F1 over papers that no fit used, and how far two readers of them agree. `--topics` adds a
line for each topic. README.md has the figures so far.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable

from reader.core.topics.scorer import Topics
from reader.data import shipped_topics
from tests.topics.labelled_papers import (
    GIVEN,
    LATER,
    SPLIT,
    SPLIT_FILE,
    LabelledPaper,
    coarse,
    labelled_papers,
    read_file,
    report_missing_texts,
)


class Tally:
    """Topics that are right, wrong and missed, by slug."""

    def __init__(self, topics: Topics, papers: Iterable[LabelledPaper], again: bool = False) -> None:
        """`again` compares with the labels of the second reader."""
        self.papers = 0
        self.hits: Counter[str] = Counter()
        self.false: Counter[str] = Counter()
        self.missed: Counter[str] = Counter()
        for paper in papers:
            given = set(topics.classify(paper.title, paper.abstract, paper.keywords))
            if paper.file == LATER:
                given = set(coarse(given))
            self.add(given, set(paper.again if again else paper.topics))

    def add(self, given: set[str], right: set[str]) -> None:
        """Count the topics that a paper was given and those that it should have."""
        self.papers += 1
        self.hits.update(given & right)
        self.false.update(given - right)
        self.missed.update(right - given)

    @property
    def f1(self) -> float:
        """Micro-averaged over all topics."""
        return _f1(self.hits.total(), self.false.total(), self.missed.total())

    def kappa(self, slug: str) -> float:
        """How far two sides agree on one topic beyond what chance would give (Cohen's kappa)."""
        hits, one, two = self.hits[slug], self.false[slug], self.missed[slug]
        chance = (hits + one) * (hits + two) + (self.papers - hits - one) * (self.papers - hits - two)
        return 1 - (one + two) * self.papers / max(1, self.papers**2 - chance)

    def line(self, name: str, slug: str | None = None) -> str:
        """Precision, recall and F1 of one topic, or micro-averaged over all."""
        hits, false, missed = (
            counter[slug] if slug else counter.total() for counter in (self.hits, self.false, self.missed)
        )
        precision, recall = hits / max(1, hits + false), hits / max(1, hits + missed)
        return f"{name:46} {precision:9.3f} {recall:7.3f} {_f1(hits, false, missed):7.3f} {hits + missed:7,}"


def _f1(hits: int, false: int, missed: int) -> float:
    return 2 * hits / max(1, 2 * hits + false + missed)


def held_out_figures(topics: Topics, papers: Iterable[LabelledPaper]) -> dict[str, float]:
    """The F1 over papers that no fit uses: the given ones, and the later ones by their first and second reader."""
    held_out = [paper for paper in papers if paper.is_held_out]
    given = [paper for paper in held_out if paper.file == GIVEN]
    later = [paper for paper in held_out if paper.file == LATER]
    tallies = {"given": Tally(topics, given), "later": Tally(topics, later), "later again": Tally(topics, later, True)}
    return {name: round(tally.f1, 3) for name, tally in tallies.items() if tally.papers}


def split_tallies(topics: Topics, papers: Iterable[LabelledPaper], whole: str) -> dict[str, Tally]:
    """Of papers that had a wider topic: whether they have what is left of it, its part, both or none.

    By the first reader, by the second, where both say the same, and the second reader against the first.
    """
    known = {paper.id: paper for paper in papers}
    pair = {whole, *(part for part, wider in SPLIT.items() if wider == whole)}
    tallies = {name: Tally(topics, ()) for name in ("first reader", "second reader", "both agree", "readers")}
    for label in read_file(SPLIT_FILE):
        if label["of"] == whole and (paper := known.get(label["id"])) is not None:
            given = pair.intersection(topics.classify(paper.title, paper.abstract, paper.keywords))
            first, second = set(label["topics"]), set(label["again"])
            tallies["first reader"].add(given, first)
            tallies["second reader"].add(given, second)
            tallies["readers"].add(second, first)
            if first == second:
                tallies["both agree"].add(given, first)
    return tallies


def print_figures(topics: Topics, papers: Iterable[LabelledPaper]) -> None:
    """Print precision, recall and F1 of each group of papers."""
    papers = list(papers)
    later = [paper for paper in papers if paper.file == LATER]
    tallies = {
        "held out: half of the given": Tally(topics, (one for one in papers if one.is_held_out and one.file == GIVEN)),
        "held out: later, first reader": Tally(topics, later),
        "held out: later, second reader": Tally(topics, later, again=True),
    }
    print(f"{'':46} precision  recall      F1  labels")
    for name, tally in tallies.items():
        if tally.papers:
            print(tally.line(f"{name}, {tally.papers:,} papers"))
    for part, whole in SPLIT.items():
        for name, tally in split_tallies(topics, papers, whole).items():
            if tally.papers:
                kappas = f"  kappa {tally.kappa(whole):.2f} and {tally.kappa(part):.2f}" if name == "readers" else ""
                print(tally.line(f"{part}: {name}, {tally.papers} papers") + kappas)


def main() -> None:
    """Print all figures."""
    topics = shipped_topics()
    papers = labelled_papers()
    print_figures(topics, papers)
    report_missing_texts()
    if "--topics" in sys.argv:
        print("\nheld out, by topic")
        held_out = Tally(topics, (paper for paper in papers if paper.is_held_out))
        for topic in topics.topics:
            print(held_out.line(topic.slug, topic.slug))


if __name__ == "__main__":
    main()
