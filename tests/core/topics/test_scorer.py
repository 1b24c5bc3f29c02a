"""Topics of papers by the points of phrases, and why; how topics rise and fall."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta

import pytest

from reader.core.topics.scorer import Matcher, TopicReason, Topics, key_of, strength
from reader.core.topics.trends import SMOOTHING, WEEKS, first_day, percent, spark, trends
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
    # A mention in the title counts as three; keywords count as the abstract does.
    assert topics({"screen": {"agents": 20}}).classify("Screen", "") == ("agents",)
    assert few.classify("", "", ["agent", "screen"]) == ("agents",)


def test_points_below_zero_speak_against_a_topic() -> None:
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


def test_the_phrases_that_speak_most_for_a_topic_explain_it() -> None:
    words = {f"word{number}": {"agents": 10 - number} for number in range(6)}
    against = {"contrast": {"agents": -3}, "agen*": {"agents": 40}, "title:act": {"agents": 30}}
    [found] = topics({**words, **against}).explain("Act", f"{' '.join(words)} contrast agency act")
    assert found == TopicReason("agents", ("act", "word0", "word1", "word2", "word3"))


def test_an_overlong_or_hostile_text_costs_little() -> None:
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
def test_phrases_are_spelled_as_texts_are(phrase: str, key: str) -> None:
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


# Trends

NEWEST = "2026-06-30"


def weekly(slug: str | None, papers: list[int]) -> list[tuple[str, str | None, int]]:
    """Papers of each week, all on its last day, the newest week last."""
    last = date.fromisoformat(NEWEST)
    days = [(last - timedelta(weeks=back)).isoformat() for back in reversed(range(len(papers)))]
    return [(day, slug, count) for day, count in zip(days, papers, strict=True)]


def test_a_single_paper_makes_no_trend() -> None:
    counts = [*weekly(None, [100] * 12), *weekly("rare", [0] * 11 + [1]), *weekly("big", [50] * 9 + [90] * 3)]
    found = trends(counts, NEWEST)
    assert 0 < found["rare"].rising < 0.2 < found["big"].rising


def test_the_last_week_ends_with_the_newest_day_and_older_days_are_left_out() -> None:
    first = date.fromisoformat(first_day(NEWEST))
    assert (date.fromisoformat(NEWEST) - first).days == 7 * WEEKS - 1
    ends = [(first.isoformat(), "a", 7), ((first - timedelta(days=1)).isoformat(), "a", 90)]
    found = trends([*weekly(None, [30] * 12), *ends], NEWEST)
    assert found["a"].weeks == (0.2333, *(0.0,) * 11)


def test_a_week_without_papers_has_no_share_and_breaks_nothing() -> None:
    found = trends([*weekly(None, [10] * 8 + [0] * 4), *weekly("a", [1] * 8 + [0] * 4)], NEWEST)
    assert found["a"].weeks[-4:] == (0.0,) * 4
    assert found["a"].rising == 0


def test_a_sparkline_has_a_sign_a_week_or_the_mean_of_a_few() -> None:
    assert spark([0, 1, 2, 4], "_-=#", 4) == "_-=#"
    assert spark([0, 1, 2, 4], "_-=#", 2) == "_#"
    assert spark([], "_#", 2) == ""
    assert spark([0, 0, 2, 2, 4], "_-=#", 2) == "_#"
    assert spark([0, 0, 8, 2, 4], "_-=#", 5) == "__#-="
    assert spark([1, 3, 3, 1, 0, 0], "_-=#", 3) == "##_"
    assert spark([1, 2, 3, 4], "_#", 1) == "#"
    assert spark([0, 0, 0], "_#", 5) == "___"
    assert spark([0, 0, 0], "_#", 2) == "__"


def test_a_rise_is_written_in_percent() -> None:
    assert [percent(rising) for rising in (0.424, -0.07, 0.0)] == ["+42 %", "-7 %", "+0 %"]


def test_four_weeks_with_papers_make_a_trend() -> None:
    counts = [*weekly(None, [0, 10, 0, 10, 10, 10]), *weekly("a", [0, 1, 0, 1, 1, 1])]
    assert set(trends(counts, NEWEST)) == {"a"}
    assert trends([one for one in counts if one[0] != NEWEST], NEWEST) == {}


def test_a_rise_compares_three_weeks_with_those_before() -> None:
    found = trends([*weekly(None, [10] * 6 + [20] * 6), *weekly("a", [1] * 9 + [4, 5, 6])], NEWEST)
    assert found["a"].rising == round((15 + SMOOTHING) / (9 / 120 * 60 + SMOOTHING) - 1, 3)
