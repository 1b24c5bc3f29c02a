"""Topics follow their rules: the shipped ones, and the user's on top."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.core.topics.scorer import MOST, Topics
from reader.data import read_text

RULES = """
threshold = 10
floor = 3
[topics.agents]
name = "Agents & tools"
family = "Agents"
about = "Models that act."
[topics.agents.phrases]
10 = ["llm agent", "title:tool"]
5 = ["agent"]
0 = ["contrast agent"]
-6 = ["robot*"]

[topics.gui-agents]
name = "GUI agents"
family = "Agents"
implies = { agents = 10 }
phrases = { "gui agent" = 12, "screenshot + click" = 10, "*bench" = 1 }

[topics.robotics]
name = "Robotics"
family = "Robotics"
phrases = { "robot arm" = 10 }
categories = { "cs.RO" = 10 }
"""

SHIPPED = Topics.from_toml(read_text("topics.toml"))
LABELS = Path(__file__).resolve().parents[2] / "data" / "topic_labels.jsonl"


def topics(own: str = "") -> Topics:
    return Topics.from_toml(RULES, own) if own else Topics.from_toml(RULES)


def test_topics_keep_their_order_and_words() -> None:
    first = topics().topics[0]
    assert [topic.slug for topic in topics().topics] == ["agents", "gui-agents", "robotics"]
    assert (first.name, first.family, first.about) == ("Agents & tools", "Agents", "Models that act.")


@pytest.mark.parametrize(
    ("title", "abstract", "keywords", "slugs"),
    [
        ("", "An LLM agent plans.", (), ("agents",)),
        ("", "Large-language-model AGENTS plan.", (), ("agents",)),
        ("", "It plans.", ("LLM agents",), ("agents",)),
        ("An agent", "It plans.", (), ("agents",)),
        ("Robots' arms", "Robot arm", (), ("robotics",)),
        ("", "Only one agent in passing.", (), ("agents",)),
        ("Reagents", "A reagent and a robot arms race.", (), ("robotics",)),
        ("Tools", "Something else.", (), ("agents",)),
        ("Something else", "A tool.", (), ()),
        ("", "", (), ()),
    ],
)
def test_phrases_count_by_field(title: str, abstract: str, keywords: tuple[str, ...], slugs: tuple[str, ...]) -> None:
    assert topics().classify(title, abstract, keywords) == slugs


def test_a_title_counts_more_than_an_abstract_and_repeating_less_each_time() -> None:
    def score(title: str, abstract: str) -> float:
        reasons = topics().explain(title, abstract)
        return reasons[0].score

    once, thrice = score("", "agent"), score("", "agent agent agent")
    assert once < score("agent", "") == thrice < 3 * once
    assert score("", "agent " * 100) == score("", "agent " * 500)


def test_the_longest_of_nested_phrases_counts() -> None:
    assert topics().classify("", "a contrast agent in the blood") == ()
    assert topics().classify("Contrast agents", "Each contrast agent is a contrast agent.") == ()
    assert topics().classify("Contrast agents", "An agent, an agent, an agent.") == ("agents",)


def test_phrases_below_zero_speak_against() -> None:
    assert topics().classify("Agent", "") == ("agents",)
    assert topics().classify("Agent", "robotics robots robotic robot") == ()


def test_a_phrase_of_several_parts_needs_all_of_them() -> None:
    assert topics().classify("", "It takes a screenshot.") == ()
    assert "gui-agents" in topics().classify("A click", "It takes a screenshot.")


def test_no_phrase_reaches_from_one_field_or_keyword_into_the_next() -> None:
    assert topics().classify("a robot", "arm") == ()
    assert topics().classify("", "robot", ("arm",)) == ()
    assert topics().classify("", "", ("robot", "arm")) == ()


def test_a_topic_implies_another() -> None:
    assert topics().classify("", "gui agent") == ("agents", "gui-agents")
    assert "agents" in {reason.slug for reason in topics().explain("A screenshot", "a click")}


def test_a_category_counts_where_it_is_known() -> None:
    assert topics().classify("On walking", "Legs.", (), ("cs.LG", "cs.RO")) == ("robotics",)


def test_reasons_say_what_where_and_how_much() -> None:
    reason = topics().explain("A robot arm", "A robot arm moves.", ("robot arms",), ("cs.RO",))[0]
    assert reason.slug == "robotics"
    phrase, category = reason.evidence
    assert (phrase.phrase, phrase.where) == ("robot arm", ("title", "keywords", "abstract"))
    assert (category.phrase, category.where, category.points) == ("cs.RO", ("categories",), 10)
    assert reason.score == pytest.approx(sum(evidence.points for evidence in reason.evidence), abs=0.1)


def test_a_user_adds_a_topic_by_a_list_of_phrases() -> None:
    own = topics('[topics.splats]\nname = "Splats"\nfamily = "Mine"\nphrases = ["gaussian splatting"]\n')
    assert own.topics[-1].name == "Splats"
    assert own.classify("", "We use Gaussian-splatting.") == ("splats",)


def test_a_user_gives_phrases_other_points_and_silences_them() -> None:
    own = topics('[topics.agents.phrases]\n"Agents" = 0\n"planner" = 10\n')
    assert own.classify("Agents", "") == ()
    assert own.classify("", "a planner") == ("agents",)
    assert own.classify("", "an LLM agent") == ("agents",)


def test_a_user_renames_moves_and_hides() -> None:
    own = topics('[topics.agents]\nname = "Doers"\nfamily = "Mine"\n[topics.robotics]\nhide = true\n')
    assert (own.topics[0].name, own.topics[0].family) == ("Doers", "Mine")
    assert "robotics" not in {topic.slug for topic in own.topics}
    assert own.classify("Robot arms", "A robot arm.") == ()


def test_a_user_replaces_all_phrases_of_a_topic() -> None:
    own = topics('[topics.agents]\nreplace = true\nphrases = ["planner"]\n')
    assert own.classify("LLM agents", "tools") == ()
    assert own.classify("", "planner") == ("agents",)


def test_a_user_forbids_a_topic_by_a_phrase() -> None:
    own = topics('[topics.agents]\nnever = ["insurance agent"]\n')
    assert own.classify("LLM agents", "unlike an insurance agent") == ()


def test_what_the_user_says_wins_over_what_speaks_against_it() -> None:
    own = topics('[topics.agents]\nphrases = ["household robot"]\n')
    assert own.classify("Robots, robotics", "A household robot.") == ("agents",)


def test_what_the_user_says_is_among_the_five() -> None:
    many = "".join(f'[topics.t{number}]\nphrases = {{ "word" = {20 + number} }}\n' for number in range(7))
    own = Topics.from_toml(many, '[topics.mine]\nphrases = ["word"]\n')
    slugs = own.classify("", "word")
    assert len(slugs) == MOST
    assert "mine" in slugs
    assert slugs[0] == "t6"


def test_the_version_changes_with_the_rules() -> None:
    assert topics().version == topics().version
    assert topics().version != topics("[topics.agents]\nhide = true\n").version


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('[topics.agents]\nnam = "x"\n', 2, 'did you mean "name"'),
        ("[topics.agent]\nhide = true\n", 1, 'did you mean "agents"'),
        ("\n[topics.agents]\nname = 3\n", 3, "name must be a text"),
        ("[topics.agents.phrases]\nmany = ['a b']\n", 2, "points"),
        ("[topics.agents.phrases]\n'***' = 3\n", 2, "not a phrase"),
        ("[topics.agents.phrases]\n5 = ['x y', 'X-Y']\n", 2, "twice"),
        ("[topics.agents.phrases]\n'x' = 9999999\n", 2, "points"),
        ("[topics.agents]\nhide = 'yes'\n", 2, "true or false"),
        ("[topics.agents.implies]\nrobots = 5\n", 2, 'did you mean "robotics"'),
        ("threshold = 'high'\n", 1, "threshold must be a number"),
        ("treshold = 5\n", 1, "unknown key"),
        ("[topics.'Two Words']\nphrases = ['x']\n", 1, "slug"),
        ("[topics.agents]\nphrases = [1]\n", 2, "not a phrase"),
        ("[topics.agents]\nname = \n", 2, "not TOML"),
    ],
)
def test_mistakes_name_their_line(text: str, line: int, words: str) -> None:
    mistakes = topics().check(text)
    assert [mistake.line for mistake in mistakes] == [line]
    assert words in mistakes[0].message


def test_a_mistake_costs_its_own_line_only() -> None:
    own = topics('[topics.agents]\nname = \n[topics.robotics]\nname = "Robots"\nhidden = 1\n')
    assert own.mistakes
    assert own.topics[-1].name == "Robots"
    assert own.classify("LLM agents", "") == ("agents",)


def test_the_shipped_rules_have_no_mistake() -> None:
    assert SHIPPED.mistakes == []
    assert SHIPPED.check(read_text("topics.toml")) == []


def test_the_shipped_topics_are_those_of_the_labels() -> None:
    slugs = {topic.slug for topic in SHIPPED.topics}
    assert len(slugs) == len(SHIPPED.topics) == 56
    labels = [json.loads(line) for line in LABELS.read_text(encoding="utf-8").splitlines()]
    assert len(labels) >= 150
    assert all(1 <= len(label["topics"]) <= MOST and slugs.issuperset(label["topics"]) for label in labels)


@pytest.mark.parametrize(
    ("title", "abstract", "slug"),
    [
        ("A gripper that learns", "A robot arm learns manipulation from demonstrations.", "robotics"),
        ("Splats of a city", "Gaussian splatting gives novel views of 3D scenes.", "3d"),
        ("Clicking well", "A GUI agent clicks on screenshots of a phone.", "gui-agents"),
        ("Rewards that can be checked", "We train an LLM by RLVR with GRPO.", "rl-for-llms"),
        ("A benchmark of manners", "A benchmark that asks how polite language models are.", "evaluation"),
        ("Speaking softly", "A text-to-speech model that whispers.", "speech"),
    ],
)
def test_the_shipped_rules_know_plain_cases(title: str, abstract: str, slug: str) -> None:
    assert slug in SHIPPED.classify(title, abstract)


HOSTILE = [
    "\x00\x02\x1b[31m",
    "\ud800",
    "*" * 50,
    "agent " * 20_000,
    "İ" * 3_000,
    "[red]agent[/red]",
    "ＡＧＥＮＴ",
    "\n" * 99,
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_harms_nothing(text: str) -> None:
    assert len(SHIPPED.classify(text, text, (text, text), (text,))) <= MOST
    SHIPPED.explain(text, text, (text,), (text,))


WORDS = st.sampled_from(["llm", "agents", "robot", "3D", "benchmark", "diffusion", "of", "RLVR", "video", "étude", "–"])
TEXT = st.one_of(st.text(max_size=80), st.lists(WORDS, max_size=30).map(" ".join))


@given(title=TEXT, abstract=TEXT, keywords=st.lists(TEXT, max_size=4), categories=st.lists(TEXT, max_size=3))
def test_topics_are_known_unique_and_few(title: str, abstract: str, keywords: list[str], categories: list[str]) -> None:
    slugs = SHIPPED.classify(title, abstract, keywords, categories)
    assert len(slugs) == len(set(slugs)) <= MOST
    assert {topic.slug for topic in SHIPPED.topics}.issuperset(slugs)
    reasons = SHIPPED.explain(title, abstract, keywords, categories)
    assert tuple(reason.slug for reason in reasons) == slugs
    assert [reason.score for reason in reasons] == sorted((reason.score for reason in reasons), reverse=True)


@settings(max_examples=60)
@given(st.one_of(st.text(max_size=200), st.lists(st.sampled_from(RULES.split("\n")), max_size=12).map("\n".join)))
def test_any_file_can_be_read_and_checked(text: str) -> None:
    assert all(mistake.line >= 1 and mistake.message for mistake in topics().check(text))
    own = topics(text)
    assert len(own.classify("LLM agents", text)) <= MOST


def test_the_automaton_is_imported_late() -> None:
    code = "import sys, reader.core.topics.scorer as t, reader.data as d\n"
    code += "t.Topics.from_toml(d.read_text('topics.toml')).topics\nassert 'ahocorasick_rs' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
