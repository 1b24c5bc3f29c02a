"""Measures the topics: how right they are, and how fast.

    python -m tests.bench.topics [--topics]

Prints precision, recall and F1 over papers that were held out, which is the figure that counts, and over those that
the rules were fitted to. `--topics` adds a line for each topic. Needs the shared archive, and what
`python -m tests.bench.topic_texts` fetches.

With 27,031 papers that we labelled by reading them, and half of the 200 given ones, the micro F1 is 0.833 on the half
that was held out (it chose nothing, and was looked at seven times, 0.825 to 0.837) and 0.801 on 304 papers that the
feed listed later, whose two readers agree at 0.93. `python -m tests.bench.fit_topics` cross-validates the fit: 0.844
on the given papers among those it was fitted to, 0.828 on all that the feed listed; what it was fitted to and is
measured on, 0.87 to 0.89, says little.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterable

from reader.core.topics.scorer import Topics
from reader.data import read_text
from tests.bench.topic_data import ARCHIVE, Labelled, archive, labelled, tell_missing


class CountCache:
    """Hits, false alarms and misses, by topic."""

    def __init__(self, topics: Topics, papers: Iterable[Labelled]) -> None:
        self.papers = 0
        self.hits: Counter[str] = Counter()
        self.false: Counter[str] = Counter()
        self.missed: Counter[str] = Counter()
        for paper in papers:
            given = set(topics.classify(paper.title, paper.abstract, paper.keywords))
            right = set(paper.topics)
            self.papers += 1
            self.hits.update(given & right)
            self.false.update(given - right)
            self.missed.update(right - given)

    @property
    def f1(self) -> float:
        """Micro-averaged over all topics."""
        return _f1(self.hits.total(), self.false.total(), self.missed.total())

    def line(self, name: str, slug: str | None = None) -> str:
        """Precision, recall and F1 of one topic, or micro-averaged over all."""
        hits, false, missed = (
            counter[slug] if slug else counter.total() for counter in (self.hits, self.false, self.missed)
        )
        precision, recall = hits / max(1, hits + false), hits / max(1, hits + missed)
        return f"{name:36} {precision:9.3f} {recall:9.3f} {_f1(hits, false, missed):9.3f} {hits + missed:7}"


def _f1(hits: int, false: int, missed: int) -> float:
    return 2 * hits / max(1, 2 * hits + false + missed)


def main() -> None:
    """Print all figures."""
    if not ARCHIVE.exists():
        sys.exit(f"the archive is not there: {ARCHIVE}")
    started = time.perf_counter()
    topics = Topics.from_toml(read_text("topics.toml"))
    parsed = time.perf_counter()
    topics.classify("", "")
    built = time.perf_counter()
    papers = labelled()
    groups = {
        "held out: half of the given": [paper for paper in papers if paper.held_out],
        "held out: later than the archive": [paper for paper in papers if paper.later],
        "fitted to: other half of the given": [paper for paper in papers if paper.given and not paper.held_out],
        "fitted to: labelled by ourselves": [paper for paper in papers if not (paper.given or paper.later)],
    }
    print(f"{'':36} precision    recall        F1  labels")
    tallies = {name: CountCache(topics, group) for name, group in groups.items()}
    for name, tally in tallies.items():
        print(tally.line(f"{name}, {tally.papers:,}"))
    tell_missing()
    if "--topics" in sys.argv:
        print("\nheld out, by topic")
        held_out = CountCache(topics, [paper for paper in papers if paper.held_out or paper.later])
        for topic in topics.topics:
            print(held_out.line(topic.slug, topic.slug))
    everything = list(archive())
    clock, cpu = time.perf_counter(), time.process_time()
    counts = Counter(len(topics.classify(title, abstract, words)) for _, title, abstract, words in everything)
    clock, cpu = time.perf_counter() - clock, time.process_time() - cpu
    total = len(everything)
    print(f"\n{total} papers of the archive: {100 * counts[0] / total:.1f} % without a topic, ", end="")
    print(f"{sum(number * count for number, count in counts.items()) / total:.2f} topics a paper")
    print("topics a paper:", ", ".join(f"{number}: {counts[number]}" for number in sorted(counts)))
    print(f"{total / clock:,.0f} papers a second by the clock, {total / cpu:,.0f} by processor time")
    print(f"rules read in {1e3 * (parsed - started):.0f} ms, automaton built in {1e3 * (built - parsed):.0f} ms")


if __name__ == "__main__":
    main()
