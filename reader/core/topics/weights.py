"""Fitted weights: the points of phrases for topics that a fit to labelled papers found.

The file is JSON that a program writes: `fit` says where the weights come from, `topics` has slugs, and `phrases` has a
phrase a line with a flat list: the index of a topic, its points, the index of the next topic, its points, and so on.
JSON is read in 5 ms, TOML with the same content in 155 ms.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from reader.core.topics.phrases import Phrase, stored_phrase


@dataclass(frozen=True, slots=True)
class Weights:
    """Points by phrase and topic."""

    fit: Mapping[str, object] = field(default_factory=dict)
    """Where the weights come from: script, labels, date, figures."""
    slugs: tuple[str, ...] = ()
    rows: Mapping[Phrase, Mapping[int, int]] = field(default_factory=dict)
    """A phrase's net points, by the topic's index in `slugs`.

    It is 0 for a written phrase that the fit found useless.
    """

    @property
    def papers(self) -> int:
        """Labelled papers that the weights were fitted to."""
        labels = self.fit.get("labels")
        return sum(labels.values()) if isinstance(labels, dict) else 0

    @property
    def date(self) -> str:
        """The day of the fit (ISO)."""
        return str(self.fit.get("date", ""))

    @property
    def points(self) -> int:
        """Number of points other than 0, over all phrases and topics."""
        return sum(sum(map(bool, row.values())) for row in self.rows.values())

    def of_topic(self, slug: str) -> dict[Phrase, float]:
        """The points of one topic by phrase."""
        if slug not in self.slugs:
            return {}
        index = self.slugs.index(slug)
        return {phrase: row[index] for phrase, row in self.rows.items() if index in row}

    def knows(self, slug: str, phrases: Iterable[Phrase]) -> bool:
        """Whether the fit weighed all these phrases for the topic."""
        if slug not in self.slugs:
            return False
        index = self.slugs.index(slug)
        return all(index in self.rows.get(phrase, ()) for phrase in phrases)


def read_weights(text: str) -> Weights:
    """The weights of a file's text; none if the text is empty."""
    if not text:
        return Weights()
    document = json.loads(text)
    rows = {
        stored_phrase(phrase): dict(zip(row[::2], row[1::2], strict=True))
        for phrase, row in document["phrases"].items()
    }
    return Weights(document["fit"], tuple(document["topics"]), rows)


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
