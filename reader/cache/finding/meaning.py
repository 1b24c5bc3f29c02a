"""What the vectors of a model say of a text, beside what its words say.

Measured with a small sentence model by `python -m tests.bench.finding`: words find a paper that one remembers by its
words nearly always, and vectors one that has other words. So vectors count the more the less of a text's words the
best paper has.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from reader.cache.finding.vectors import Floats, Ints

LEAST, MORE = 0.03, 3.0
"""What a nearness of one standard deviation counts where a paper has all words of the text, and how much more where
none has any; the best paper by words has 1."""


class Meaning(NamedTuple):
    """How near papers are to a text by the vectors of a model."""

    pks: Ints
    """The keys of the papers that have a vector, ascending."""
    cosines: Floats
    trust: float = 1.0
    """How much the model is to be trusted against one that reads whole sentences."""

    def counted(self, keys: Ints, share: float) -> Floats:
        """What it counts for papers, by their keys; `share` is what the best one has of the text's words.

        A paper without a vector yet is as near as most, which is 0.
        """
        if len(self.pks) == 0:
            return np.zeros(len(keys), np.float32)
        spread = max(float(self.cosines.std()), 1e-6)
        nearness = (self.cosines - self.cosines.mean()) / np.float32(spread)
        at = np.minimum(np.searchsorted(self.pks, keys), len(self.pks) - 1)
        weight = self.trust * (LEAST + MORE * (1 - min(share, 1.0)) ** 2)
        return np.where(self.pks[at] == keys, nearness[at] * np.float32(weight), np.float32(0))


def add(scores: Floats, counted: Floats) -> Floats:
    """The scores by words and by meaning; 0 for a paper that has no word and is no nearer than most.

    What only has words stays above 0: it is found, but last.
    """
    found = scores / np.float32(max(float(scores.max(initial=0)), 1e-9)) + counted
    least = np.where(scores > 0, np.float32(1e-6), np.float32(0))
    together: Floats = np.maximum(found, least)
    return together
