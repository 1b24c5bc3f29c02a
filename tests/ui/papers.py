"""Sixty made-up papers on four days, six topics, and the morning on which they are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from reader.core.paper import Draft
from reader.core.topics.scorer import Topic, TopicReason, Topics

NOW = datetime(2026, 5, 12, 8, 14, tzinfo=UTC)
"""A Tuesday, on which the newest day of `DAYS` is today."""


WORDS = {
    Topic("agents", "Agents & tools", "Agents", "Models that act by themselves."): "agent",
    Topic("evaluation", "Benchmarks", "Agents", "How well models do, and how one would know."): "benchmark",
    Topic("reasoning", "Reasoning", "Language", "Thinking in steps before an answer."): "reasoning",
    Topic("efficiency", "Efficient inference", "Language", "The same answers with less memory."): "cache",
    Topic("video", "Video generation", "Vision", "Moving pictures from words or pictures."): "video",
    Topic("robotics", "Robotics", "Vision", "Machines that touch the world."): "robot",
}


class ByTitle(Topics):
    """Topics as plain as can be, in place of those that ship: a title with its word has a topic."""

    def __init__(self, version: str = "1", words: Mapping[Topic, str] = WORDS) -> None:
        super().__init__()
        self.version = version
        self.topics = tuple(words)
        self._words = words

    def classify(self, title: str, abstract: str, keywords: Sequence[str] = ()) -> tuple[str, ...]:
        return tuple(topic.slug for topic, word in self._words.items() if word in title.lower())

    def explain(self, title: str, abstract: str, keywords: Sequence[str] = ()) -> tuple[TopicReason, ...]:
        words = {topic.slug: word for topic, word in self._words.items()}
        return tuple(TopicReason(slug, (words[slug],)) for slug in self.classify(title, abstract))


TITLES: Mapping[str, Sequence[str]] = {
    "2026-05-12": (
        "Slow Video: Editing a Stream While It Plays, Frame by Frame and Without a Future",
        "Agents That Write Their Own Tools, and Keep Them",
        "A Memory That Forgets on Purpose",
        "Small Verifiers, Long Horizons: Checking a Proof as It Is Written",
        "Where Do Web Agents Lose Their Way?",
        "One Cache for Many Conversations",
        "Hands First: A Robot That Learns from Gloves",
        "The Benchmark That Reads Back",
        "Quantized Minds Think Alike",
        "Tell Me What You Left Out: Summaries with a Conscience",
        "Video Models Dream of Doors",
        "Reasoning in the Margin",
        "A Robot Walks into a Kitchen",
        "Nobody Asked the Tokenizer",
    ),
    "2026-05-11": (
        "Weather Without Physics, Revisited",
        "Agents in the Long Grass: Search with No Map",
        "A Benchmark of Broken Code and Those Who Mend It",
        "Proof by Conversation",
        "Half the Cache, Twice the Talk",
        "Soft Hands for Hard Objects: Robot Grasping with Doubt",
        "Video at the Speed of Reading",
        "Language Models Can't Keep Secrets, but They Can Learn To",
    ),
}

_SUBJECTS = ("Agents", "Video Models", "Reasoning", "Robots", "Benchmarks", "Caches", "Tokenizers", "Small Models")
_WHATS = (
    "with Little Data",
    "in the Open",
    "at Night",
    "under Pressure",
    "without Labels",
    "by the Dozen",
    "in Chorus",
)

HALVES = {"2026-05-07": range(16), "2026-05-08": range(16, 30), "2026-05-11": range(30, 38)}
"""Which of the titles that are made of two halves a day has, behind its own."""


_ABSTRACT = (
    "the question is older than the models that raise it. Those who build them answer with numbers, those who use them"
    " with stories, and neither side reads the other's papers.\n\nWe look at it from both sides. A small study of 48"
    " people and a large one of 31 models agree where it matters: what looks like a lack of skill is a lack of time,"
    " and a second look mends most of it. We say how much time, and what it costs.\n\nAll that is needed to repeat this"
    " fits on one page, which is the last one of the paper."
)


def draft(number: int, title: str, votes: int = 10, /, **facts: Any) -> Draft:
    """A likely draft of its own, with the facts given."""
    likely = Draft(
        title,
        id=f"2605.{number:05}",
        abstract=f"{title}: {_ABSTRACT}",
        authors=("Ada Example", "Bo Sample", "Cy Instance"),
        organization="House of Examples",
        published="2026-05-06",
        upvotes=votes,
        comments=number % 4,
        summary="Both sides are needed.",
        keywords=("two sides", "a question"),
        code_url=f"https://github.com/example/p{number}" if number % 3 == 0 else None,
        code_stars=100 + number if number % 3 == 0 else None,
    )
    return likely._replace(**facts)


def _day(day: str, first: int) -> tuple[Draft, ...]:
    halves = [f"{subject} {what}" for what in _WHATS for subject in _SUBJECTS]
    titles = [*TITLES.get(day, ()), *(halves[place] for place in HALVES.get(day, ()))]
    return tuple(draft(first + place, title, 190 // (place + 1) + 2) for place, title in enumerate(titles))


DAYS: Mapping[str, tuple[Draft, ...]] = {
    "2026-05-07": _day("2026-05-07", 100),
    "2026-05-08": _day("2026-05-08", 200),
    "2026-05-11": _day("2026-05-11", 300),
    "2026-05-12": _day("2026-05-12", 400),
}
