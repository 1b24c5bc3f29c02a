"""Fitted weights come back from their file as they were written."""

from __future__ import annotations

from reader.core.topics.phrases import Phrase
from reader.core.topics.weights import Weights, read_weights, write_weights
from reader.data import read_text

WEIGHTS = Weights(
    {"date": "2026-11-25", "labels": {"a.jsonl": 2, "b.jsonl": 3}, "held-out F1": {"later": 0.8}},
    ("agents", "3d"),
    {
        Phrase(("agent",)): {0: 6, 1: -2},
        Phrase(("étude",), in_title=True): {1: 0},
        Phrase(("rl", "llm")): {0: 3},
    },
)


def test_weights_come_back_as_written() -> None:
    text = write_weights(WEIGHTS)
    assert read_weights(text) == WEIGHTS
    assert '"agent": [0,6,1,-2],\n"rl + llm": [0,3],\n"title:étude": [1,0]\n' in text


def test_weights_say_what_they_come_from() -> None:
    assert (WEIGHTS.papers, WEIGHTS.date, WEIGHTS.points) == (5, "2026-11-25", 3)
    assert (Weights().papers, Weights().date, Weights().points) == (0, "", 0)
    assert read_weights("") == Weights()


def test_a_topic_has_its_own_points() -> None:
    assert WEIGHTS.of_topic("3d") == {Phrase(("agent",)): -2, Phrase(("étude",), in_title=True): 0}
    assert WEIGHTS.of_topic("code") == {}
    assert WEIGHTS.knows("agents", [Phrase(("agent",))])
    assert WEIGHTS.knows("3d", [Phrase(("étude",), in_title=True)])
    assert not WEIGHTS.knows("3d", [Phrase(("étude",))])
    assert not WEIGHTS.knows("code", [])


def test_the_shipped_file_is_as_the_fit_writes_it() -> None:
    text = read_text("topic_weights.json")
    weights = read_weights(text)
    assert write_weights(weights) == text
    assert {"script", "date", "labels", "cross-validated F1", "held-out F1"} <= weights.fit.keys()
