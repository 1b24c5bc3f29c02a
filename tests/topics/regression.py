"""Logistic regression of many topics side by side, held to given weights by its penalty."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from reader.core.topics.scorer import MOST

Array = npt.NDArray[np.floating]
Given = npt.NDArray[np.bool_]

PENALTY = 5e-4
STEPS = 30
REMEMBERED = 8
"""Steps from which the descent estimates the curvature."""


def minimise(X: Array, Y: Array, seed: Array) -> Array:
    """The weights (columns of X by topics) of least penalised log-loss, found by preconditioned L-BFGS.

    `X` is papers by columns, `Y` papers by topics; the penalty is on the distance from `seed`.
    """
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
    """The next direction by the two loops of L-BFGS, for each topic by itself."""
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
    return np.asarray(way, np.float32)


def biases(scores: Array, Y: Array) -> Array:
    """What to add to each topic's scores for as many papers to be expected as are labelled, by Newton's method."""
    found = np.zeros(Y.shape[1], np.float32)
    for _ in range(15):
        chances = _probability(scores + found)
        found += (Y - chances).sum(0) / np.maximum((chances * (1 - chances)).sum(0), 1)
    return found


def _probability(scores: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-np.clip(scores, -30, 30))))


def choose(scores: Array, margin: float) -> Given:
    """The topics that papers get: those above the margin, at least the best one, at most `MOST`."""
    ranks = np.argsort(np.argsort(-scores, axis=1), axis=1)
    given: Given = ((scores > margin) & (ranks < MOST)) | (ranks == 0)
    return given


def f1(given: Given, right: Array) -> float:
    """Micro F1."""
    return float(2 * (given & (right > 0)).sum() / (given.sum() + right.sum()))


def even_margin(scores: Array, right: Array, weights: Array) -> float:
    """The margin at which papers get as many topics as are labelled; `weights` says how much each paper counts."""
    wanted = (weights * right.sum(1)).sum()
    margins = np.arange(-2.5, 0.5, 0.05)
    return float(min(margins, key=lambda margin: abs((weights * choose(scores, margin).sum(1)).sum() - wanted)))
