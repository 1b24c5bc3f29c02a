"""Phrases are found in a paper's fields, and their mentions counted."""

from __future__ import annotations

import pytest

from reader.core.topics import matcher as module
from reader.core.topics.matcher import Matcher, sixteenths
from reader.core.topics.phrases import Phrase

MATCHER = Matcher(["agent", "gui agent", "segment*", "*bench", "policy", "llm", "robot"])


def mentions(title: str, abstract: str = "", keywords: tuple[str, ...] = ()) -> dict[str, int]:
    return dict(MATCHER.find(title, abstract, keywords).mentions)


def test_points_count_less_for_each_further_mention() -> None:
    steps = [sixteenths(mentions) for mentions in range(18)]
    assert steps[:5] == [0, 16, 25, 32, 37]
    assert steps[14:] == [63, 64, 64, 64]
    assert steps == sorted(steps)


@pytest.mark.parametrize(
    ("title", "abstract", "keywords", "found"),
    [
        ("", "", (), {}),
        ("An agent", "", (), {"agent": 3}),
        ("", "An agent, two agents", (), {"agent": 2}),
        ("An agent", "the agent", ("agents", "robot"), {"agent": 5, "robot": 1}),
        ("", "GUI agents", (), {"agent": 1, "gui agent": 1}),
        ("", "a GUI", ("agent",), {"agent": 1}),
        ("A GUI", "agent", (), {"agent": 1}),
        ("", "reagents", (), {}),
        ("", "segments segmentation resegment", (), {"segment*": 2}),
        ("", "AgentBench, a bench, benches", (), {"*bench": 3}),
        ("", "policies and a policy", (), {"policy": 2}),
        ("", "large language models", (), {"llm": 1}),
    ],
)
def test_mentions_in_the_title_count_three_times(
    title: str, abstract: str, keywords: tuple[str, ...], found: dict[str, int]
) -> None:
    assert mentions(title, abstract, keywords) == found


def test_a_phrase_counts_as_often_as_its_rarest_part() -> None:
    found = MATCHER.find("An agent", "a robot and a robot")
    assert found.title == {"agent"}
    assert found.sixteenths(Phrase(("agent",))) == sixteenths(3)
    assert found.sixteenths(Phrase(("agent", "robot"))) == sixteenths(2)
    assert found.sixteenths(Phrase(("agent", "llm"))) == 0
    assert found.sixteenths(Phrase(("agent",), in_title=True)) == 16
    assert found.sixteenths(Phrase(("robot",), in_title=True)) == 0
    assert found.strength(Phrase(("agent",))) == 2
    assert found.strength(Phrase(("robot",))) == 25 / 16


def test_only_the_beginning_of_a_long_field_is_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LONGEST", 10)
    assert mentions("xxxx agent") == {"agent": 3}
    assert mentions("xxxxx agent") == {}
    assert mentions("", "xxxx agent") == {"agent": 1}
    assert mentions("", "xxxxx agent") == {}
    assert mentions("", "xxxxxxxxx", ("agent",)) == {}
