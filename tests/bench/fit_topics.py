"""Fits the points of the topic rules to labelled papers: seed rules in, `reader/data/topics.toml` out.

    python -m tests.bench.fit_topics [--write]

The seed (`tests/data/topic_seed.toml`) is written by hand: phrases and what they are worth by judgement. A logistic
regression starts from it and is held to it by its penalty, and may give points to single words besides, so that
the labels decide where they say something and judgement where they do not. What is left of the words after pruning is
written out as rules like the others. Needs numpy, of the extras for development; the reader itself does not.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from reader.core.keywords import normal
from reader.core.topics.matcher import FeedResults, Matcher, sixteenths
from reader.core.topics.rules import Phrase, Rules, read_rules, short_form
from reader.core.topics.scorer import MOST, net_points
from tests.bench.topic_data import Labelled, labelled, tell_missing

ROOT = Path(__file__).resolve().parents[2]
SEED = ROOT / "tests" / "data" / "topic_seed.toml"
TARGET = ROOT / "reader" / "data" / "topics.toml"

THRESHOLD = 40
FLOOR = 1
SEED_SCALE = 0.1
"""Log-odds that a point of the seed is worth."""
PENALTY = 5e-4
WORD_SCALE = 0.5
"""Learned words are held back more than phrases that a person chose."""
WORD_PAPERS = 15
"""Labelled papers that must hold a word for it to be learned."""
WORD_SHARE = 0.3
"""Share of the papers from which on a word tells nothing and only costs time."""
WORDS = 40
"""Learned words that a paper holds on average: each that it holds takes time, however much it tells."""
RARE = 0.003
"""Share of the papers below which a word is taken to cost no less."""
POINTS = 30_000
"""Learned points that stay among the rules, of all words and topics together."""
GIVEN_WEIGHT = 4
"""Papers of ours that one of the given ones counts for where the margin is chosen: theirs is the measure."""
STEPS = 30
REMEMBERED = 8
"""Steps that the descent remembers for guessing the curvature."""

Array = np.ndarray


class Problem:
    """The labelled papers as a matrix of phrases, with the seed's points as the place to start from."""

    def __init__(self, rules: Rules, papers: Sequence[Labelled]) -> None:
        self.rules = rules
        self.papers = papers
        self.slugs = list(rules.topics)
        seed = [net_points(topic.phrases) for topic in rules.topics.values()]
        chosen = sorted({phrase for phrases in seed for phrase in phrases}, key=str)
        words = sorted(_words(papers) - set(chosen), key=str)
        self.phrases = chosen + words
        column = {phrase: index for index, phrase in enumerate(self.phrases)}
        together = [phrase for phrase in chosen if len(phrase.parts) > 1]
        matcher = Matcher(part for phrase in self.phrases for part in phrase.parts)
        self.X = np.zeros((len(papers), len(self.phrases)), np.float32)
        for row, paper in enumerate(papers):
            found = matcher.find(paper.title, paper.abstract, paper.keywords)
            for phrase, strength in _strengths(found, together):
                if phrase in column:
                    self.X[row, column[phrase]] = strength
        self.scale = np.where(np.arange(len(self.phrases)) < len(chosen), 1, WORD_SCALE).astype(np.float32)
        self.X *= self.scale
        self.seed = np.zeros((len(self.phrases), len(self.slugs)), np.float32)
        self.from_seed = np.zeros(self.seed.shape, bool)
        for topic, phrases in enumerate(seed):
            for phrase, points in phrases.items():
                self.seed[column[phrase], topic] = points * SEED_SCALE / self.scale[column[phrase]]
                self.from_seed[column[phrase], topic] = True
        self.Y = np.array([[slug in paper.topics for slug in self.slugs] for paper in papers], np.float32)
        self.listed = np.array([paper.listed for paper in papers])

    def fit(self, rows: Array) -> tuple[Array, Array]:
        """Log-odds of each phrase (rows) for each topic (columns), and each topic's bias."""
        X, Y = self.X[rows], self.Y[rows]
        weights = _minimise(X, Y, self.seed)
        importance = np.abs(weights) * np.sqrt(X.std(0))[:, None]
        importance[self.from_seed] = 0
        importance[self._dispensable((importance**2).sum(1), (X != 0).mean(0))] = 0
        weights *= self.from_seed | (importance >= np.sort(importance, axis=None)[-POINTS])
        listed = rows & self.listed
        return weights, _biases(self.X[listed] @ weights, self.Y[listed])

    def _dispensable(self, worth: Array, share: Array) -> Array:
        """The learned words that do not stay: those that are worth least for the share of the papers that hold them."""
        learned = self.scale < 1
        order = np.argsort(np.where(learned, -worth / (share + RARE), -np.inf))
        held = np.zeros(len(learned))
        held[order] = np.cumsum(np.where(learned, share, 0)[order])
        return learned & (held > WORDS)


def _minimise(X: Array, Y: Array, seed: Array) -> Array:
    """The weights of least penalised log-loss: L-BFGS, preconditioned, of all topics side by side."""
    X = X - X.mean(0)
    share = Y.mean(0)
    curvature = np.maximum(share * (1 - share), 0.005)
    diagonal = np.vstack([1 / (X.var(0)[:, None] * curvature + PENALTY), 1 / curvature]).astype(np.float32)
    start = X @ seed

    def loss(point: Array) -> tuple[float, Array]:
        scores = start + X @ point[:-1] + point[-1]
        error = (_probability(scores) - Y) / len(X)
        value = (np.logaddexp(0, scores) - scores * Y).sum() / len(X) + PENALTY / 2 * (point[:-1] ** 2).sum()
        return float(value), np.vstack([X.T @ error + PENALTY * point[:-1], error.sum(0)])

    point = np.vstack([np.zeros_like(seed), np.log(share / (1 - share))]).astype(np.float32)
    value, gradient = loss(point)
    past: list[tuple[Array, Array, Array]] = []
    for _ in range(STEPS):
        direction = _direction(gradient, past, diagonal)
        length, slope = np.float32(1), float((gradient * direction).sum())
        new_value, new_gradient = loss(point - direction)
        while new_value > value - 1e-4 * length * slope and length > 1e-3:
            length *= np.float32(0.4)
            new_value, new_gradient = loss(point - length * direction)
        moved, bent = -length * direction, new_gradient - gradient
        along = (moved * bent).sum(0)
        past = [*past[1 - REMEMBERED :], (moved, bent, np.where(along > 1e-10, 1 / np.maximum(along, 1e-10), 0))]
        gain = value - new_value
        point, value, gradient = point + moved, new_value, new_gradient
        if gain < 2e-5 * value:
            break
    return seed + point[:-1]


def _direction(gradient: Array, past: Sequence[tuple[Array, Array, Array]], diagonal: Array) -> Array:
    """Where to go, by the two loops of L-BFGS, for each topic by itself."""
    way = gradient
    factors = []
    for moved, bent, inverse in reversed(past):
        factors.append(inverse * (moved * way).sum(0))
        way = way - factors[-1] * bent
    way = way * diagonal
    if past:
        moved, bent, _ = past[-1]
        way *= np.clip((moved * bent).sum(0) / np.maximum((bent * diagonal * bent).sum(0), 1e-12), 0.02, 2)
    else:
        way *= 0.2
    for (moved, bent, inverse), factor in zip(past, reversed(factors), strict=True):
        way = way + moved * (factor - inverse * (bent * way).sum(0))
    return way.astype(np.float32)


def _biases(scores: Array, Y: Array) -> Array:
    """What each topic's scores lack for as many papers as have it, by Newton's method."""
    biases = np.zeros(Y.shape[1], np.float32)
    for _ in range(15):
        chances = _probability(scores + biases)
        biases += (Y - chances).sum(0) / np.maximum((chances * (1 - chances)).sum(0), 1)
    return biases


def _probability(scores: Array) -> Array:
    return 1 / (1 + np.exp(-np.clip(scores, -30, 30)))


def _words(papers: Sequence[Labelled]) -> set[Phrase]:
    """Single words, anywhere and in the title, that enough of the papers hold."""
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


def _strengths(found: FeedResults, together: Iterable[Phrase]) -> Iterable[tuple[Phrase, float]]:
    """The phrases that stand in a paper, and how strongly."""
    for part, mentions in found.mentions.items():
        yield Phrase((part,)), sixteenths(mentions) / 16
    for part in found.title:
        yield Phrase((part,), in_title=True), 1.0
    for phrase in together:
        yield phrase, found.strength(phrase)


def choose(scores: Array, margin: float) -> Array:
    """The topics given: above the margin, at least the best one, at most `MOST`."""
    given = scores > margin
    ranks = np.argsort(np.argsort(-scores, axis=1), axis=1)
    return (given & (ranks < MOST)) | (ranks == 0)


def f1(given: Array, right: Array) -> float:
    """Micro F1."""
    return float(2 * (given & (right > 0)).sum() / (given.sum() + right.sum()))


def even_margin(scores: Array, right: Array, weights: Array) -> float:
    """The margin at which as many topics are given as are right, so that none is missed or added for nothing."""
    wanted = (weights * right.sum(1)).sum()
    margins = np.arange(-2.5, 0.5, 0.05)
    return float(min(margins, key=lambda margin: abs((weights * choose(scores, margin).sum(1)).sum() - wanted)))


def main() -> None:
    """Cross-validate, fit on everything that is not held out, and write the rules if asked."""
    rules, mistakes = read_rules(SEED.read_text(encoding="utf-8"))
    for mistake in mistakes:
        print("seed:", mistake.message)
    tell_missing()
    papers = [paper for paper in labelled() if not (paper.held_out or paper.later)]
    problem = Problem(rules, papers)
    print(f"{len(papers)} papers, {len(problem.phrases)} phrases, {len(problem.slugs)} topics")
    folds = np.array([paper.fold for paper in papers])
    scores = np.zeros_like(problem.Y)
    for fold in range(5):
        weights, biases = problem.fit(folds != fold)
        scores[folds == fold] = problem.X[folds == fold] @ weights + biases
    listed, given = problem.listed, np.array([paper.given for paper in papers])
    margin = even_margin(scores[listed], problem.Y[listed], np.where(given, GIVEN_WEIGHT, 1)[listed])
    chosen = choose(scores, margin)
    print(f"cross-validated micro F1 at a margin of {margin:.2f}:")
    for name, group in (("given", given), ("listed by the feed", listed), ("others of arXiv", ~listed)):
        found, right = chosen[group], problem.Y[group]
        topics = f"{found.sum(1).mean():.2f} topics a paper where {right.sum(1).mean():.2f} are right"
        print(f"  {name}: {f1(found, right):.3f}, {topics}")
    if "--write" in sys.argv:
        weights, biases = problem.fit(np.ones(len(papers), bool))
        points = weights * problem.scale[:, None] * THRESHOLD / (margin - biases)
        TARGET.write_text(_written(problem, points), encoding="utf-8")
        print("written", TARGET.name)


def _written(problem: Problem, points: Array) -> str:
    """The rules with these net points as TOML."""
    head = SEED.read_text(encoding="utf-8").split("threshold =", 1)[0]
    blocks = [f"{head}threshold = {THRESHOLD}\nfloor = {FLOOR}\n"]
    for index, topic in enumerate(problem.rules.topics.values()):
        net = {
            phrase: round(float(value))
            for phrase, value in zip(problem.phrases, points[:, index], strict=True)
            if round(float(value))
        }
        groups: dict[int, list[str]] = {}
        for phrase, value in net.items():
            gross = value + sum(net.get(part, 0) for part in phrase.within())
            groups.setdefault(gross, []).append(str(phrase))
        lines = [
            f"\n[topics.{topic.slug}]",
            f'name = "{topic.name}"',
            f'family = "{topic.family}"',
            f'about = "{topic.about}"',
        ]
        if topic.implies:
            lines.append("implies = { " + ", ".join(f"{s} = {p:g}" for s, p in topic.implies.items()) + " }")
        if topic.categories:
            pairs = ", ".join(f'"{c.replace("CS", "cs")}" = {p:g}' for c, p in topic.categories.items())
            lines.append("categories = { " + pairs + " }")
        lines.append(f"[topics.{topic.slug}.phrases]")
        for gross in sorted(groups, reverse=True):
            lines.append(f"{gross} = [" + ", ".join(f'"{phrase}"' for phrase in sorted(groups[gross])) + "]")
        blocks.append("\n".join(lines) + "\n")
    return "".join(blocks)


if __name__ == "__main__":
    main()
