"""Topics of papers by the points of phrases, and the reasons for them."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from reader.core.topics.scorer import Matcher, TopicReason, Topics, key_of, strength
from reader.data import shipped_topics
from tests.table import each

NAMES = """
[topics.agents]
name = "Agents"
family = "Language"
about = "Agents act."
[topics.gui]
name = "GUI agents"
family = "Agents"
about = "Agents on a screen."
implies = { agents = 30 }
[topics.rl]
name = "RL"
family = "Language"
about = "Models learn from rewards."
"""
SLUGS = ("agents", "gui", "rl")


def topics(points: Mapping[str, Mapping[str, int]]) -> Topics:
    rows = {
        phrase: [n for slug, value in row.items() for n in (SLUGS.index(slug), value)] for phrase, row in points.items()
    }
    return Topics(NAMES, json.dumps({"fit": {}, "topics": SLUGS, "phrases": rows}))


@each(
    ("phrase", "title", "abstract", "has_it"),
    [
        ("policy optimization", "Hölder Policy Optimisation", "", True),
        ("policy optimization", "", "A policy. Optimization follows.", False),
        ("llm agent", "", "Large language model agents act.", True),
        ("language model", "", "Large language models.", True),
        ("pretrained", "", "Pre-trained and pre trained", True),
        ("segment*", "", "Segmentation", True),
        ("*bench", "WebBench", "", True),
        ("optimiz*", "", "Optimising", True),
        ("title:agent", "Agents", "", True),
        ("title:agent", "", "Agents", False),
        ("rl + llm", "RL", "with LLMs", True),
        ("rl + llm", "RL", "with robots", False),
        ("agent", "", "agency", False),
        ("agent", "", "", False),
    ],
)
def test_a_paper_has_a_phrase_in_any_spelling(phrase: str, title: str, abstract: str, has_it: bool) -> None:
    assert topics({phrase: {"agents": 40}}).classify(title, abstract) == (("agents",) if has_it else ())


def test_points_add_up_and_further_mentions_add_less() -> None:
    few = topics({"agent": {"agents": 26}, "screen": {"agents": 14}})
    assert few.classify("", "An agent on a screen.") == ("agents",)
    assert [strength(mentions) for mentions in (0, 1, 3, 15, 99)] == [0, 1, 2, 4, 4]
    # A mention in the title counts as three mentions; keywords count like the abstract.
    assert topics({"screen": {"agents": 20}}).classify("Screen", "") == ("agents",)
    assert few.classify("", "", ["agent", "screen"]) == ("agents",)


def test_negative_points_count_against_a_topic() -> None:
    both = topics({"agent": {"agents": 60}, "chemical agent": {"agents": -60, "rl": 1}})
    assert both.classify("", "agents") == ("agents",)
    assert both.classify("", "a chemical agent") == ("rl",)


def test_the_best_topic_is_given_if_none_reaches_the_threshold() -> None:
    weak = topics({"reward": {"rl": 2}, "agent": {"agents": 1}})
    assert weak.classify("", "agents get a reward") == ("rl",)
    assert weak.classify("", "nothing of it") == ()


def test_a_topic_adds_to_another() -> None:
    found = topics({"screen": {"gui": 50, "agents": 12}})
    assert found.classify("", "a screen") == ("gui", "agents")
    assert found.explain("", "a screen")[1] == TopicReason("agents", ("topic GUI agents", "screen"))


def test_a_topic_is_explained_by_its_strongest_phrases() -> None:
    words = {f"word{number}": {"agents": 10 - number} for number in range(6)}
    against = {"contrast": {"agents": -3}, "agen*": {"agents": 40}, "title:act": {"agents": 30}}
    [found] = topics({**words, **against}).explain("Act", f"{' '.join(words)} contrast agency act")
    assert found == TopicReason("agents", ("act", "word0", "word1", "word2", "word3"))


def test_an_overlong_or_hostile_text_is_classified() -> None:
    found = topics({"a b": {"agents": 40}, "*bench": {"rl": 1}})
    assert found.classify("a " * 100_000, "x" * 100_000) == ()
    assert found.classify("[a] b", "\x00") == ("agents",)


@each(
    ("phrase", "key"),
    [
        ("title:optimizer", "title:optimiser"),
        ("rl + Robots", "rl + robot"),
        ("tokeniz*", "tokenis*"),
        ("*grpo", "*grpo"),
    ],
)
def test_phrases_are_normalized_like_texts(phrase: str, key: str) -> None:
    assert key_of(phrase) == key


def test_the_matcher_counts_each_mention() -> None:
    found = Matcher(["gui agent", "agent", "gui"]).find("GUI agents and an agent", "gui")
    assert found == {"gui agent": 1, "agent": 2, "gui": 2}


def test_without_weights_no_paper_has_a_topic() -> None:
    assert Topics().classify("Agents", "that act") == ()
    assert Topics().version != Topics(NAMES).version


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Hölder Policy Optimisation for Language Models", "rl-for-llms"),
        ("A Benchmark of GUI Agents", "gui-agents"),
        ("Gaussian Splatting of Large Scenes", "3d"),
    ],
)
def test_shipped_topics_are_given(title: str, slug: str) -> None:
    assert slug in shipped_topics().classify(title, "")


def test_on_policy_distillation_of_language_models_is_reinforcement_learning_but_not_of_image_models() -> None:
    shipped, abstract = (
        shipped_topics(),
        "The student model samples rollouts on-policy, and the teacher rewards tokens.",
    )
    assert "rl-for-llms" in shipped.classify("On-Policy Distillation of Language Models", abstract)
    assert "rl-for-llms" not in shipped.classify("On-Policy Distillation of Image Diffusion Models", abstract)


def test_every_shipped_topic_has_a_name_a_family_a_meaning_and_points() -> None:
    shipped = shipped_topics()
    weighed = {slug for row in shipped.weights.values() for slug in row}
    assert {topic.slug for topic in shipped.topics} == weighed
    assert all(topic.name and topic.family and topic.about.endswith(".") for topic in shipped.topics)
