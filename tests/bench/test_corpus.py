"""The corpus of the bench: always the same, of the size that was asked for, and such as the rules can sort."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.bench import corpus


def test_the_same_papers_come_every_time() -> None:
    made = list(corpus.listings(200))
    assert made == list(corpus.listings(200))
    assert made[-1].drafts[0].title == "Tristridi: Design Generalization Improve beyond Text To Video"


def test_days_are_of_the_size_asked_for_and_of_the_real_ones_bounds() -> None:
    for papers in (10_000, 1_000_000):
        days = corpus.days(papers, corpus.NEWEST)
        assert sum(size for _, size in days) == papers
        assert all(corpus.FEWEST <= size <= corpus.MOST for _, size in days[:-1])
        assert all(day.isoweekday() <= 5 for day, _ in days)


def test_a_cache_is_filled_with_as_many_papers_and_nearly_all_have_topics(tmp_path: Path) -> None:
    path = corpus.kept(tmp_path, 250)
    assert corpus.kept(tmp_path, 250) == path
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*), count(DISTINCT id) FROM paper").fetchone() == (250, 250)
        assert connection.execute("SELECT count(DISTINCT pk) FROM paper_topic").fetchone()[0] > 240
        assert connection.execute("SELECT count(*) FROM paper WHERE starred").fetchone()[0] > 0
