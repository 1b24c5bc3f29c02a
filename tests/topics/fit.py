"""Fits the points of `reader/data/topic_weights.json` to labelled papers: `python -m tests.topics.fit [--write]`.

A logistic regression starts from the points that ship, lines added by hand included, and is held to them by its
penalty; it may give points to further single words. So labels decide where they say something. Without `--write` it
only cross-validates. Needs numpy, which the development extras have; the reader does not.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt

from reader.core.keywords import normal
from reader.core.topics.scorer import MAX_TOPICS, THRESHOLD, TITLE, Topics
from reader.core.words import normalize_spelling
from reader.data import read_text
from tests.topics.labels import ARCHIVE, GIVEN, LISTED, ROOT, LabelledPaper, labelled_papers

Array = npt.NDArray[np.floating]
Rows = npt.NDArray[np.bool_]

FILE = ROOT / "reader" / "data" / "topic_weights.json"

SCALE = 0.05
"""Log-odds that a point is worth."""

PENALTY, STEPS = 5e-4, 60
WORD_PAPERS, WORD_SHARE = 15, 0.3
"""A new word is learned if at least so many papers have it, and at most this share of them."""

MIN_POINTS = 1.0
"""Smaller points are left out of the file."""


class Problem:
    """Labelled papers as a matrix of phrases, and the points that they start from."""

    def __init__(self, topics: Topics, papers: Sequence[LabelledPaper]) -> None:
        self.slugs = [topic.slug for topic in topics.topics]
        self.phrases = list(dict.fromkeys((*topics.weights, *_new_words(papers))))
        column = {phrase: at for at, phrase in enumerate(self.phrases)}
        learner = Topics()
        learner.topics, learner.weights = topics.topics, {phrase: {} for phrase in self.phrases}
        self.X = np.zeros((len(papers), len(self.phrases)), np.float32)
        for row, paper in enumerate(papers):
            for phrase, factor in learner.phrases_in(paper.title, paper.abstract, paper.keywords).items():
                self.X[row, column[phrase]] = factor
        self.Y = np.array([[slug in paper.topics for slug in self.slugs] for paper in papers], np.float32)
        self.seed = np.zeros((len(self.phrases), len(self.slugs)), np.float32)
        for phrase, points in topics.weights.items():
            for slug, value in points.items():
                self.seed[column[phrase], self.slugs.index(slug)] = value * SCALE
        self.folds = np.array([paper.fold for paper in papers])

    def fit(self, rows: Rows) -> tuple[Array, Array]:
        """Log-odds of each phrase (rows) for each topic (columns), and each topic's bias, from some papers."""
        weights = minimise(self.X[rows], self.Y[rows], self.seed)
        return weights, biases(self.X[rows] @ weights, self.Y[rows])

    def cross_validate(self) -> tuple[float, float]:
        """The margin that gives as many topics as are labelled, and the F1 of five folds at it."""
        scores = np.zeros_like(self.Y)
        for fold in range(5):
            weights, bias = self.fit(self.folds != fold)
            scores[self.folds == fold] = self.X[self.folds == fold] @ weights + bias
        wanted = self.Y.sum()
        margin = min(np.arange(-2.5, 0.5, 0.05), key=lambda one: abs(choose(scores, one).sum() - wanted))
        given = choose(scores, margin)
        return float(margin), float(2 * (given & (self.Y > 0)).sum() / (given.sum() + wanted))

    def points(self, margin: float) -> dict[str, dict[str, int]]:
        """The points of each phrase by topic, fitted to all papers: a topic at the margin has `THRESHOLD` points."""
        weights, bias = self.fit(np.ones(len(self.X), bool))
        values = weights * THRESHOLD / (margin - bias)
        return {
            phrase: {
                slug: round(float(one)) for slug, one in zip(self.slugs, row, strict=True) if abs(one) >= MIN_POINTS
            }
            for phrase, row in zip(self.phrases, values, strict=True)
        }


def _new_words(papers: Sequence[LabelledPaper]) -> list[str]:
    """Single words, anywhere or in the title, that enough of the papers have."""
    counts: Counter[str] = Counter()
    for paper in papers:
        title = set(normal(normalize_spelling(paper.title)).split())
        counts.update(title.union(normal(normalize_spelling(" ".join((paper.abstract, *paper.keywords)))).split()))
        counts.update(f"{TITLE}{word}" for word in title)
    return [
        word
        for word, papers_with in sorted(counts.items())
        if WORD_PAPERS <= papers_with <= WORD_SHARE * len(papers)
        and re.fullmatch(r"[a-z][a-z0-9]+", word.removeprefix(TITLE))
    ]


def minimise(X: Array, Y: Array, seed: Array) -> Array:
    """The weights (columns of X by topics) of least log-loss, penalised by their distance from `seed`.

    Accelerated gradient descent, each column scaled by the curvature that it has at the start.
    """
    X = X - X.mean(0)
    share = np.clip(Y.mean(0), 1e-4, 1 - 1e-4)
    curvature = np.maximum(share * (1 - share), 0.005)
    scale = 1 / (X.var(0)[:, None] * curvature * _CROWDED + PENALTY)
    start, bias = X @ seed, np.log(share / (1 - share))
    moved = ahead = np.zeros_like(seed)
    for step in range(STEPS):
        error = (_probability(start + X @ ahead + bias) - Y) / len(X)
        before, moved = moved, ahead - (scale * (X.T @ error + PENALTY * ahead)).astype(np.float32)
        ahead = moved + step / (step + 3) * (moved - before)
        bias = bias - error.sum(0) / curvature
    return np.asarray(seed + moved, np.float32)


_CROWDED = 40.0
"""How many columns may push a score in the same direction at once, which makes a step as much too long."""


def biases(scores: Array, Y: Array) -> Array:
    """What to add to each topic's scores for as many papers to be expected as are labelled, by Newton's method."""
    found = np.zeros(Y.shape[1], np.float32)
    for _ in range(15):
        chances = _probability(scores + found)
        found += (Y - chances).sum(0) / np.maximum((chances * (1 - chances)).sum(0), 1)
    return found


def _probability(scores: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-np.clip(scores, -30, 30))))


def choose(scores: Array, margin: float) -> Rows:
    """The topics that papers get: those above the margin, at least the best one, at most `MAX_TOPICS`."""
    ranks = np.argsort(np.argsort(-scores, axis=1), axis=1)
    given: Rows = ((scores > margin) & (ranks < MAX_TOPICS)) | (ranks == 0)
    return given


def write(points: Mapping[str, Mapping[str, int]], slugs: Sequence[str], about: Mapping[str, object]) -> str:
    """The text of the file: one phrase a line, in alphabetical order."""
    rows = {
        phrase: [number for slug, value in row.items() for number in (slugs.index(slug), value)]
        for phrase, row in sorted(points.items())
        if row
    }
    lines = [
        f"{json.dumps(one, ensure_ascii=False)}: {json.dumps(row, separators=(',', ':'))}" for one, row in rows.items()
    ]
    head = f'{{"fit": {json.dumps(about, indent=1)},\n"topics": {json.dumps(slugs)},\n"phrases": {{\n'
    return head + ",\n".join(lines) + "\n}}\n"


def main() -> None:
    topics = Topics(read_text("topics.toml"), read_text("topic_weights.json"))
    papers = [paper for paper in labelled_papers(ARCHIVE, (GIVEN, LISTED)) if not paper.is_held_out]
    problem = Problem(topics, papers)
    margin, f1 = problem.cross_validate()
    print(f"{len(papers):,} papers, {len(problem.phrases):,} phrases: F1 of five folds {f1:.3f}, margin {margin:.2f}")
    if "--write" in sys.argv:
        about = {"date": date.today().isoformat(), "papers": len(papers), "cross-validated F1": round(f1, 3)}
        FILE.write_text(write(problem.points(margin), problem.slugs, about), "utf-8")
        print("written:", FILE.relative_to(Path.cwd()))


if __name__ == "__main__":
    main()
