"""Fits weights of phrases to labelled papers: `reader/data/topics.toml` in, `reader/data/topic_weights.json` out.

    python -m tests.topics.fit                  # cross-validate
    python -m tests.topics.fit --write          # and write the weights
    python -m tests.topics.fit --check          # and compare them with the shipped ones, byte for byte
    python -m tests.topics.fit --parts --write  # fit only the parts of wider topics, which needs fewer texts

A logistic regression starts from the points that people wrote and is held to them by its penalty, and it may give
points to single words besides. So labels decide where they say something, and judgement decides elsewhere. Words that
say little are pruned. Needs numpy, which the development extras have; the reader does not.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np

from reader.core.keywords import normal
from reader.core.topics.scorer import (
    FoundParts,
    Matcher,
    Phrase,
    Rules,
    Topics,
    Weights,
    net_points,
    read_rules,
    read_weights,
    short_form,
    strength,
)
from reader.data import read_text
from tests.topics.evaluate import held_out_figures
from tests.topics.labelled_papers import (
    ARXIV,
    GIVEN,
    LISTED,
    ROOT,
    SPLIT,
    SPLIT_FILE,
    LabelledPaper,
    coarse,
    labelled_papers,
    read_file,
    report_missing_texts,
)
from tests.topics.regression import Array, Given, biases, choose, even_margin, f1, minimise

SHIPPED = ROOT / "reader" / "data" / "topic_weights.json"

SEED_SCALE = 0.05
"""Log-odds that a written point is worth."""
WORD_SCALE = 0.5
"""Learned words are held back more than phrases that a person chose."""
WORD_PAPERS = 15
"""A word is learned only if so many labelled papers have it."""
WORD_SHARE = 0.3
"""A word that a larger share of the papers has says nothing and only costs time."""
WORDS = 40
"""Learned words that a paper has on average: each takes time, whatever it says."""
RARE = 0.003
"""Words in a smaller share of the papers cost as much as those in this share."""
POINTS = 30_000
"""Learned points that stay, of all words and topics together."""
NARROWED = ("image-editing", "memory")
"""Wider topics that are fitted again without their parts: words of the part alone had made them err."""
GIVEN_WEIGHT = 4
"""A given paper counts as so many of ours when the margin is chosen: the given ones are the measure."""


class Problem:
    """The labelled papers as a matrix of phrases, and the written points as the start."""

    def __init__(self, rules: Rules, papers: Sequence[LabelledPaper]) -> None:
        self.rules = rules
        self.papers = papers
        self.slugs = tuple(rules.topics)
        written = [net_points(topic.written) for topic in rules.topics.values()]
        chosen = sorted({phrase for phrases in written for phrase in phrases}, key=str)
        words = sorted(_words(papers) - set(chosen), key=str)
        self.phrases = chosen + words
        column = {phrase: index for index, phrase in enumerate(self.phrases)}
        together = [phrase for phrase in chosen if len(phrase.parts) > 1]
        matcher = Matcher(part for phrase in self.phrases for part in phrase.parts)
        self.X = np.zeros((len(papers), len(self.phrases)), np.float32)
        for row, paper in enumerate(papers):
            found = matcher.find(paper.title, paper.abstract, paper.keywords)
            for phrase, times in _strengths(found, together):
                if phrase in column:
                    self.X[row, column[phrase]] = times
        self.scale = np.where(np.arange(len(self.phrases)) < len(chosen), 1, WORD_SCALE).astype(np.float32)
        self.X *= self.scale
        self.seed = np.zeros((len(self.phrases), len(self.slugs)), np.float32)
        self.is_written = np.zeros(self.seed.shape, bool)
        for topic, phrases in enumerate(written):
            for phrase, points in phrases.items():
                self.seed[column[phrase], topic] = points * SEED_SCALE / self.scale[column[phrase]]
                self.is_written[column[phrase], topic] = True
        self.Y = np.array([[slug in coarse(paper.topics) for slug in self.slugs] for paper in papers], np.float32)
        self.is_listed = np.array([paper.file != ARXIV for paper in papers])

    def fit(self, rows: Given) -> tuple[Array, Array]:
        """Log-odds of each phrase (rows) for each topic (columns), and each topic's bias."""
        X, Y = self.X[rows], self.Y[rows]
        weights = minimise(X, Y, self.seed)
        importance = np.abs(weights) * np.sqrt(X.std(0))[:, None]
        importance[self.is_written] = 0
        importance[self._dispensable((importance**2).sum(1), (X != 0).mean(0))] = 0
        weights *= self.is_written | (importance >= np.sort(importance, axis=None)[-POINTS:][0])
        listed = rows & self.is_listed
        return weights, biases(self.X[listed] @ weights, self.Y[listed])

    def _dispensable(self, worth: Array, share: Array) -> Given:
        """The learned words to drop: those that are worth least for the share of the papers that have them."""
        learned = self.scale < 1
        order = np.argsort(np.where(learned, -worth / (share + RARE), -np.inf))
        held = np.zeros(len(learned))
        held[order] = np.cumsum(np.where(learned, share, 0)[order])
        return learned & (held > WORDS)


def _words(papers: Sequence[LabelledPaper]) -> set[Phrase]:
    """Single words, anywhere or in the title, that enough of the papers have."""
    counts: Counter[Phrase] = Counter()
    for paper in papers:
        title = set(normal(paper.title).split())
        everywhere = title.union(*(normal(text).split() for text in (paper.abstract, *paper.keywords)))
        counts.update(Phrase((word,)) for word in everywhere)
        counts.update(Phrase((word,), in_title=True) for word in title)
    return {
        phrase
        for phrase, count in counts.items()
        if WORD_PAPERS <= count <= WORD_SHARE * len(papers)
        and re.fullmatch(r"[a-z][a-z0-9]+", phrase.parts[0])
        and phrase.parts[0] == short_form(phrase.parts[0])
    }


def _strengths(found: FoundParts, together: Iterable[Phrase]) -> Iterator[tuple[Phrase, float]]:
    """The phrases that a paper has, and how many times their points count."""
    for part, mentions in found.mentions.items():
        yield Phrase((part,)), strength(mentions)
    for part in found.title:
        yield Phrase((part,), in_title=True), 1.0
    for phrase in together:
        yield phrase, found.strength(phrase)


def cross_validate(problem: Problem) -> tuple[float, dict[str, float]]:
    """The margin that gives as many topics as are labelled, and the F1 of five folds at it."""
    folds = np.array([paper.fold for paper in problem.papers])
    scores = np.zeros_like(problem.Y)
    for fold in range(5):
        weights, bias = problem.fit(folds != fold)
        scores[folds == fold] = problem.X[folds == fold] @ weights + bias
    listed, given = problem.is_listed, np.array([paper.file == GIVEN for paper in problem.papers])
    margin = even_margin(scores[listed], problem.Y[listed], np.where(given, GIVEN_WEIGHT, 1)[listed])
    chosen = choose(scores, margin)
    figures = {}
    print(f"cross-validated micro F1 at a margin of {margin:.2f}:")
    for name, group in (("given", given), ("listed", listed), ("arxiv", ~listed)):
        if group.any():
            found, right = chosen[group], problem.Y[group]
            figures[name] = round(f1(found, right), 3)
            topics = f"{found.sum(1).mean():.2f} topics a paper where {right.sum(1).mean():.2f} are right"
            print(f"  {name}: {figures[name]:.3f}, {topics}")
    return margin, figures


def fitted_rows(problem: Problem, margin: float) -> dict[Phrase, dict[int, int]]:
    """The rows of the weights file: points by phrase and topic, fitted to all papers of the problem."""
    weights, bias = problem.fit(np.ones(len(problem.papers), bool))
    points = weights * problem.scale[:, None] * problem.rules.threshold / (margin - bias)
    rows: dict[Phrase, dict[int, int]] = {}
    for phrase, values in zip(problem.phrases, points, strict=True):
        for index, value in enumerate(values):
            if whole := round(float(value)):
                rows.setdefault(phrase, {})[index] = whole
    for index, topic in enumerate(problem.rules.topics.values()):
        for phrase in topic.written:
            rows.setdefault(phrase, {}).setdefault(index, 0)
    return rows


def fit(problem: Problem, papers: Sequence[LabelledPaper], day: str) -> Weights:
    """The weights with their provenance; `papers` has the held-out ones, too."""
    margin, figures = cross_validate(problem)
    rows = fitted_rows(problem, margin)
    weights = write_weights(Weights({}, problem.slugs, rows))
    provenance = {
        "script": "tests/topics/fit.py",
        "date": day,
        "labels": dict(Counter(f"tests/topics/labels/{paper.file}.jsonl.xz" for paper in problem.papers)),
        "cross-validated F1": figures,
        "held-out F1": held_out_figures(Topics(read_text("topics.toml"), weights=weights), papers),
    }
    return Weights(provenance, problem.slugs, rows)


def split(base: Weights, rules: Rules, papers: Sequence[LabelledPaper], day: str) -> Weights:
    """The weights with points for the parts of wider topics, and for `NARROWED`; all other topics keep theirs.

    Only papers that the feed listed have labels of the parts.
    """
    slugs, fitted = tuple(rules.topics), (*SPLIT, *NARROWED)
    read = {label["id"] for label in read_file(SPLIT_FILE)}
    papers = [one for one in papers if one.file in (GIVEN, LISTED) and not one.is_held_out and one.id not in read]
    written = [net_points(rules.topics[slug].written) for slug in fitted]
    wider = {base.slugs.index(whole) for whole in SPLIT.values()}
    known = {phrase for phrase, row in base.rows.items() if any(row.get(at) for at in wider)}
    phrases = sorted(known.union(*written), key=str)
    matcher = Matcher(part for phrase in phrases for part in phrase.parts)
    X = np.zeros((len(papers), len(phrases)), np.float32)
    for row, paper in enumerate(papers):
        found = matcher.find(paper.title, paper.abstract, paper.keywords)
        X[row] = [found.strength(phrase) for phrase in phrases]
    Y = np.array([[slug in paper.topics for slug in fitted] for paper in papers], np.float32)
    seed = np.array([[own.get(phrase, 0) * SEED_SCALE for own in written] for phrase in phrases], np.float32)

    # What is left of a topic is told by the phrases of its own and of its part; by more, it errs more.
    pairs = [base.slugs.index(slug) for slug in (*NARROWED, *(part for part in SPLIT if SPLIT[part] in NARROWED))]
    own = [at for at, phrase in enumerate(phrases) if any(base.rows.get(phrase, {}).get(slug) for slug in pairs)]
    parts, rest = slice(len(SPLIT)), slice(len(SPLIT), None)

    def learn(rows: Given) -> tuple[Array, Array]:
        weights = np.zeros_like(seed)
        weights[:, parts] = minimise(X[rows], Y[rows, parts], seed[:, parts])
        weights[own, rest] = minimise(X[rows][:, own], Y[rows, rest], seed[own, rest])
        return weights, biases(X[rows] @ weights, Y[rows])

    folds, scores = np.array([paper.fold for paper in papers]), np.zeros_like(Y)
    for fold in range(5):
        weights, bias = learn(folds != fold)
        scores[folds == fold] = X[folds == fold] @ weights + bias
    # Each has a margin of its own, by which as many papers get it as are labelled.
    margins = np.array([np.sort(one)[-int(right.sum())] for one, right in zip(scores.T, Y.T, strict=True)])
    given = scores >= margins
    figures = {slug: round(f1(given[:, [at]], Y[:, [at]]), 3) for at, slug in enumerate(fitted)}
    print(f"parts, {len(papers):,} papers, cross-validated F1: {figures}")
    weights, bias = learn(np.ones(len(papers), bool))
    rows = {
        phrase: {slugs.index(base.slugs[at]): points for at, points in row.items() if base.slugs[at] not in fitted}
        for phrase, row in base.rows.items()
    }
    for phrase, values in zip(phrases, weights * rules.threshold / (margins - bias), strict=True):
        for slug, value in zip(fitted, values, strict=True):
            if points := round(float(value)):
                rows.setdefault(phrase, {})[slugs.index(slug)] = points
    for slug in fitted:
        for phrase in rules.topics[slug].written:
            rows.setdefault(phrase, {}).setdefault(slugs.index(slug), 0)
    provenance = {"date": day, "papers": len(papers), "cross-validated F1": figures}
    return Weights({**base.fit, "parts": provenance}, slugs, {phrase: row for phrase, row in rows.items() if row})


def write_weights(weights: Weights) -> str:
    """The text of the file: one phrase per line, in alphabetical order."""
    lines = [
        f"{json.dumps(str(phrase), ensure_ascii=False)}: {json.dumps(_flat(row), separators=(',', ':'))}"
        for phrase, row in sorted(weights.rows.items(), key=lambda item: str(item[0]))
    ]
    head = f'{{"fit": {json.dumps(weights.fit, ensure_ascii=False, indent=1)},\n"topics": {json.dumps(weights.slugs)},'
    return head + '\n"phrases": {\n' + ",\n".join(lines) + "\n}}\n"


def _flat(row: Mapping[int, int]) -> list[int]:
    return [number for pair in sorted(row.items()) for number in pair]


def main() -> None:
    """Cross-validate, and write or check the weights if asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="write the weights that ship")
    parser.add_argument("--check", action="store_true", help="compare with the weights that ship")
    parser.add_argument("--output", type=Path, help="write the weights to this file")
    parser.add_argument("--parts", action="store_true", help="fit only the parts of wider topics")
    arguments = parser.parse_args()
    rules, mistakes = read_rules(read_text("topics.toml"))
    for mistake in mistakes:
        print("topics.toml:", mistake.message)
    if report_missing_texts() and arguments.write and not arguments.parts:
        sys.exit("The weights that ship are fitted to all labelled papers; --output FILE writes others.")
    papers = labelled_papers()
    shipped = SHIPPED.read_text(encoding="utf-8")
    weights, today = read_weights(shipped), date.today().isoformat()
    if not arguments.parts:
        wider = replace(rules, topics={slug: one for slug, one in rules.topics.items() if slug not in SPLIT})
        problem = Problem(wider, [paper for paper in papers if not paper.is_held_out])
        print(f"{len(problem.papers):,} papers, {len(problem.phrases):,} phrases, {len(problem.slugs)} topics")
        if not (arguments.write or arguments.check or arguments.output):
            cross_validate(problem)
            return
        weights = fit(problem, papers, weights.date if arguments.check else today)
    parts = read_weights(shipped).fit.get("parts")
    day = str(parts["date"]) if arguments.check and isinstance(parts, dict) else today
    text = write_weights(split(weights, rules, papers, day))
    if arguments.check:
        print("the shipped weights are the same" if text == shipped else "the shipped weights are others")
    for target in filter(None, (arguments.output, SHIPPED if arguments.write else None)):
        target.write_text(text, encoding="utf-8")
        print("written:", target)
    sys.exit(arguments.check and text != shipped)


if __name__ == "__main__":
    main()
