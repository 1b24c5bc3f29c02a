"""Topics follow their rules: the shipped ones, and the user's on top; and why a paper has them."""

from __future__ import annotations

import pytest

from reader.core.topics import scorer
from reader.core.topics import scorer as module
from reader.core.topics.scorer import (
    AGAINST,
    FITTED,
    FOR,
    MOST,
    OWN,
    WRITTEN,
    Evidence,
    Matcher,
    Phrase,
    TopicReason,
    Topics,
    Weights,
    read_rules,
    read_weights,
    strength,
    why,
)
from reader.data import read_text, shipped_topics
from tests.table import each
from tests.topics.fit import write_weights

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

SHIPPED = shipped_topics()

WEIGHTS = write_weights(
    Weights(
        {"date": "2026-11-25", "labels": {"labels.jsonl": 12}},
        ("agents", "robotics"),
        {
            Phrase(("agent",)): {0: 6},
            Phrase(("llm agent",)): {0: 5},
            Phrase(("contrast agent",)): {0: 0},
            Phrase(("tool",), in_title=True): {0: 0},
            Phrase(("robot*",)): {0: -4},
            Phrase(("robot arm",)): {1: 7},
            Phrase(("gripper",)): {0: -2, 1: 12},
        },
    )
)


def topics(own: str = "") -> Topics:
    return Topics(RULES, own) if own else Topics(RULES)


def test_topics_keep_their_order_and_words() -> None:
    first = topics().topics[0]
    assert [topic.slug for topic in topics().topics] == ["agents", "gui-agents", "robotics"]
    assert (first.name, first.family, first.about) == ("Agents & tools", "Agents", "Models that act.")


@each(
    ("title", "abstract", "keywords", "slugs"),
    [
        ("", "Large-language-model AGENTS plan.", (), ("agents",)),
        ("", "It plans.", ("LLM agents",), ("agents",)),
        ("An agent", "It plans.", (), ("agents",)),
        ("Robots' arms", "Robot arm", (), ("robotics",)),
        ("Reagents", "A reagent and a robot arms race.", (), ("robotics",)),
        ("Something else", "A tool.", (), ()),
    ],
)
def test_phrases_count_by_field(title: str, abstract: str, keywords: tuple[str, ...], slugs: tuple[str, ...]) -> None:
    assert topics().classify(title, abstract, keywords) == slugs


def test_a_title_counts_more_than_an_abstract_and_repeating_less_each_time() -> None:
    def score(title: str, abstract: str) -> float:
        return topics().explain(title, abstract)[0].score

    once, thrice = score("", "agent"), score("", "agent agent agent")
    assert once < score("agent", "") == thrice < 3 * once
    assert score("", "agent " * 100) == score("", "agent " * 500)
    assert topics().explain("A tool", "tools")[0].evidence == (Evidence("title:tool", ("title",), 10, WRITTEN),)


def test_the_longest_of_nested_phrases_counts() -> None:
    assert topics().classify("", "a contrast agent in the blood") == ()
    assert topics().classify("Contrast agents", "Each contrast agent is a contrast agent.") == ()
    assert topics().classify("Contrast agents", "An agent, an agent, an agent.") == ("agents",)


def test_a_phrase_of_several_parts_needs_all_of_them() -> None:
    assert topics().classify("", "It takes a screenshot.") == ()
    assert "gui-agents" in topics().classify("A click", "It takes a screenshot.")


def test_no_phrase_reaches_from_one_field_or_keyword_into_the_next() -> None:
    assert topics().classify("a robot", "arm") == ()
    assert topics().classify("", "robot", ("arm",)) == ()
    assert topics().classify("", "", ("robot", "arm")) == ()


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
    own = Topics(many, '[topics.mine]\nphrases = ["word"]\n')
    slugs = own.classify("", "word")
    assert len(slugs) == MOST
    assert "mine" in slugs
    assert slugs[0] == "t6"


@each(
    ("text", "line", "words"),
    [
        ('[topics.agents]\nnam = "x"\n', 2, 'did you mean "name"'),
        ("[topics.agent]\nhide = true\n", 1, 'did you mean "agents"'),
        ("[topics.agent.phrases]\n", 1, 'did you mean "agents"'),
        ("\n[topics.agents]\nname = 3\n", 3, "name must be a text"),
        ("[topics.agents.phrases]\nmany = ['a b']\n", 2, "points"),
        ("[topics.agents.phrases]\n'***' = 3\n", 2, "not a phrase"),
        ("[topics.agents.phrases]\n5 = ['x y', 'X-Y']\n", 2, "twice"),
        ("[topics.agents.phrases]\n1001 = ['x y z']\n", 2, "points must be from -1000 to 1000"),
        ("[topics.agents.phrases]\n-1001 = ['x y z']\n", 2, "points must be from -1000 to 1000"),
        ("[topics.agents.phrases]\n'x' = true\n", 2, "points"),
        ("[topics.agents]\nphrases = 'x'\n", 2, "must be a list"),
        ("[topics.agents]\nnever = { x = 3 }\n", 2, "list of phrases"),
        ("[topics.agents]\nimplies = 3\n", 2, "implies must be a table of points"),
        ("threshold = true\n", 1, "threshold must be a number"),
        ("threshold = 1000.5\n", 1, "threshold must be from 0 to 1000"),
        ("[topics.mine]\nname = 'Mine'\n", 1, "no phrases"),
        ("[topics.agents]\nhide = 'yes'\n", 2, "true or false"),
        ("[topics.agents.implies]\nrobots = 5\n", 2, 'did you mean "robotics"'),
        ("treshold = 5\n", 1, "unknown key"),
        ("topics.agents.phrases.x.y = 3\n", 1, 'unknown key "topics.agents.phrases.x.y"'),
        ("[topics.'Two Words']\nphrases = ['x']\n", 1, "slug"),
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


def fitted(own: str = "", written: str = RULES) -> Topics:
    return Topics(written, *filter(None, (own,)), weights=WEIGHTS)


def test_fitted_points_win_over_written_ones() -> None:
    assert fitted().classify("", "A gripper.") == ("robotics",)
    assert topics().classify("", "A gripper.") == ()
    assert [reason.score for reason in fitted().explain("", "An agent.")] == [6]
    assert [reason.score for reason in fitted().explain("", "An LLM agent.")] == [11]
    assert fitted().classify("Tools", "") == ()


def test_what_the_fit_does_not_know_counts_as_written() -> None:
    assert set(fitted().classify("", "gui agent")) == {"agents", "gui-agents"}
    more = RULES.replace('"robot arm" = 10', '"robot arm" = 10, "robot arm gripper" = 30, "walker" = 11')
    assert fitted(written=more).classify("", "A walker.") == ("robotics",)
    (reason,) = fitted(written=more).explain("", "A robot arm gripper.")
    assert reason.score == 30
    assert [(one.phrase, one.points, one.origin) for one in reason.evidence] == [
        ("gripper", 12, FITTED),
        ("robot arm gripper", 11, WRITTEN),
        ("robot arm", 7, WRITTEN),
    ]


def test_the_user_wins_over_the_fit_and_over_what_is_written() -> None:
    own = fitted('[topics.robotics.phrases]\n"gripper" = 2\n"walker" = 10\n[topics.agents]\nreplace = true\n')
    assert own.classify("", "A walker.") == ("robotics",)
    (reason,) = own.explain("", "A gripper of a robot arm.", (), ("cs.RO",))
    assert [(one.phrase, one.points, one.origin) for one in reason.evidence] == [
        ("cs.RO", 10, WRITTEN),
        ("robot arm", 7, WRITTEN),
        ("gripper", 2, OWN),
    ]
    assert own.classify("Agents", "An LLM agent.") == ()


def test_the_version_changes_with_the_rules_and_the_weights() -> None:
    assert topics().version == topics().version != topics("[topics.agents]\nhide = true\n").version
    assert fitted().version != topics().version
    assert fitted().version != Topics(RULES, weights=WEIGHTS.replace("12", "13")).version


def test_each_shipped_phrase_was_part_of_the_fit() -> None:
    """Else the rules were edited after the fit: run `python -m tests.topics.fit --write`."""
    scorer, _ = read_rules(read_text("topics.toml"))
    unknown = [
        f"{topic.slug}: {phrase}"
        for topic in scorer.topics.values()
        for phrase in topic.written
        if not SHIPPED.weights.knows(topic.slug, [phrase])
    ]
    assert unknown == []
    assert SHIPPED.weights.slugs == tuple(scorer.topics)
    assert len(SHIPPED.topics) == 61


@each(
    ("slug", "is_good"), [("a" * 40, True), ("a" * 41, False), ("-a", False), ("a_b", False), ("A", False), ("", False)]
)
def test_a_slug_has_at_most_40_small_letters_digits_and_hyphens(slug: str, is_good: bool) -> None:
    text = f"[topics.'{slug}']\nphrases = ['word']\n"
    assert [mistake.message.partition(" is ")[0] for mistake in topics().check(text)] == (
        [] if is_good else ["a topic's slug"]
    )
    assert topics(text).classify("", "a word") == ((slug,) if is_good else ())


@each(
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


@each("text", HOSTILE)
def test_hostile_text_harms_nothing(text: str) -> None:
    assert len(SHIPPED.classify(text, text, (text, text), (text,))) <= MOST
    SHIPPED.explain(text, text, (text,), (text,))


def test_only_the_first_mistakes_have_a_hint(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hint compares with every topic: 40,000 mistakes took minutes."""
    compared: list[str] = []

    def compare(word: str, known: list[str]) -> list[str]:
        compared.append(word)
        return known[:1]

    monkeypatch.setattr(scorer, "get_close_matches", compare)
    mistakes = topics().check("".join(f"[topics.agents-{number}]\n" for number in range(100)))
    assert len(mistakes) == 100
    assert [bool(mistake.message.endswith("?")) for mistake in mistakes] == [True] * 20 + [False] * 80
    assert len(compared) == 20


def rules_of(threshold: float, floor: float, points: float) -> Topics:
    return Topics(f'threshold = {threshold}\nfloor = {floor}\n[topics.a]\nphrases = {{ "word" = {points} }}\n')


@each(
    ("threshold", "floor", "points", "is_given"),
    [
        (10, 10, 10, True),
        (10, 10, 10.25, True),
        (10, 10, 9.75, False),
        (10, 3, 3, True),
        (10, 3, 2.75, False),
        (10, 0, 0, False),
    ],
)
def test_a_topic_needs_its_threshold_and_the_best_one_only_the_floor(
    threshold: float, floor: float, points: float, is_given: bool
) -> None:
    made = rules_of(threshold, floor, points)
    assert made.mistakes == []
    assert made.classify("", "a word") == (("a",) if is_given else ())
    found = [(reason.score, *(one.points for one in reason.evidence)) for reason in made.explain("", "a word")]
    assert found == ([(round(points, 1), round(points, 1))] if is_given else [])


def test_the_strongest_topics_are_given_the_strongest_first() -> None:
    text = "".join(f'[topics.t{number}]\nphrases = {{ "word" = {20 + number} }}\n' for number in range(MOST + 3))
    assert Topics(text).classify("", "word") == tuple(f"t{number}" for number in range(MOST + 2, 2, -1))


def test_only_the_best_topic_is_given_below_the_threshold() -> None:
    text = "threshold = 10\nfloor = 3\n" + "".join(
        f'[topics.t{number}]\nphrases = {{ "word" = {number} }}\n' for number in range(4, 8)
    )
    assert Topics(text).classify("", "word") == ("t7",)
    hidden = "[topics.t7]\nhide = true\n"
    assert Topics(text, hidden).classify("", "word") == ("t6",)


@each(
    "text",
    [
        "threshold = 1000\nfloor = 0.5\n",
        "threshold = 0\n",
        "[topics.agents.phrases]\n'x' = 1000\n'y' = -1000\n1000 = ['x y']\n-1000 = ['y z']\n",
        "[topics.mine]\nphrases = []\ncategories = { 'cs.RO' = 5 }\n",
        "[topics.agents]\nimplies = { robotics = 5 }\nnever = ['x']\nhide = false\nreplace = false\n",
    ],
)
def test_rules_at_the_bounds_are_no_mistakes(text: str) -> None:
    assert topics().check(text) == []
    assert topics(text).mistakes == []


def test_a_user_adds_a_topic_which_is_named_by_its_slug_unless_they_name_it() -> None:
    own = topics("[topics.neural-fields]\nphrases = ['nerf']\n").topics[-1]
    assert (own.name, own.family, own.about) == ("Neural fields", "Other", "")
    named = topics('[topics.splats]\nname = "Splats"\nfamily = "Mine"\nphrases = ["gaussian splatting"]\n')
    assert (named.topics[-1].name, named.topics[-1].family) == ("Splats", "Mine")
    assert named.classify("", "We use Gaussian-splatting.") == ("splats",)


def test_a_new_topic_without_phrases_is_dropped() -> None:
    assert [topic.slug for topic in topics("[topics.mine]\nname = 'Mine'\n").topics] == [
        "agents", "gui-agents", "robotics",
    ]  # fmt: skip


MATCHER = Matcher(["agent", "gui agent", "segment*", "*bench", "policy", "llm", "robot"])


def mentions(title: str, abstract: str = "", keywords: tuple[str, ...] = ()) -> dict[str, int]:
    return dict(MATCHER.find(title, abstract, keywords).mentions)


def test_points_count_less_for_each_further_mention() -> None:
    steps = [16 * strength(mentions) for mentions in range(18)]
    assert steps[:5] == [0, 16, 25, 32, 37]
    assert steps[14:] == [63, 64, 64, 64]
    assert steps == sorted(steps)


@each(
    ("title", "abstract", "keywords", "found"),
    [
        ("An agent", "the agent", ("agents", "robot"), {"agent": 5, "robot": 1}),
        ("", "GUI agents", (), {"agent": 1, "gui agent": 1}),
        ("", "a GUI", ("agent",), {"agent": 1}),
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
    assert found.strength(Phrase(("agent",))) == 2
    assert found.strength(Phrase(("agent", "robot"))) == found.strength(Phrase(("robot",))) == 25 / 16
    assert found.strength(Phrase(("agent", "llm"))) == 0
    assert found.strength(Phrase(("agent",), in_title=True)) == 1
    assert found.strength(Phrase(("robot",), in_title=True)) == 0


def test_only_the_beginning_of_a_long_field_is_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LONGEST", 10)
    assert mentions("xxxx agent") == {"agent": 3}
    assert mentions("xxxxx agent") == {}
    assert mentions("", "xxxx agent") == {"agent": 1}
    assert mentions("", "xxxxx agent") == {}
    assert mentions("", "xxxxxxxxx", ("agent",)) == {}


FITTED_AS_WRITTEN = Weights(
    {"date": "2026-11-25", "labels": {"a.jsonl": 2, "b.jsonl": 3}, "held-out F1": {"later": 0.8}},
    ("agents", "3d"),
    {
        Phrase(("agent",)): {0: 6, 1: -2},
        Phrase(("étude",), in_title=True): {1: 0},
        Phrase(("rl", "llm")): {0: 3},
    },
)


def test_weights_come_back_as_written() -> None:
    text = write_weights(FITTED_AS_WRITTEN)
    assert read_weights(text) == FITTED_AS_WRITTEN
    assert '"agent": [0,6,1,-2],\n"rl + llm": [0,3],\n"title:étude": [1,0]\n' in text


def test_weights_say_what_they_come_from() -> None:
    assert (FITTED_AS_WRITTEN.papers, FITTED_AS_WRITTEN.date, FITTED_AS_WRITTEN.points) == (5, "2026-11-25", 3)
    assert (Weights().papers, Weights().date, Weights().points) == (0, "", 0)
    assert read_weights("") == Weights()


def test_a_topic_has_its_own_points() -> None:
    assert FITTED_AS_WRITTEN.of_topic("3d") == {Phrase(("agent",)): -2, Phrase(("étude",), in_title=True): 0}
    assert FITTED_AS_WRITTEN.of_topic("code") == {}
    assert FITTED_AS_WRITTEN.knows("agents", [Phrase(("agent",))])
    assert FITTED_AS_WRITTEN.knows("3d", [Phrase(("étude",), in_title=True)])
    assert not FITTED_AS_WRITTEN.knows("3d", [Phrase(("étude",))])
    assert not FITTED_AS_WRITTEN.knows("code", [])


def test_the_shipped_file_is_as_the_fit_writes_it() -> None:
    text = read_text("topic_weights.json")
    weights = read_weights(text)
    assert write_weights(weights) == text
    assert {"script", "date", "labels", "cross-validated F1", "held-out F1"} <= weights.fit.keys()


NAMES = {"agents": "Agents & tools", "gui-agents": "GUI agents"}


def reason(*evidence: Evidence) -> TopicReason:
    return TopicReason("agents", sum(one.points for one in evidence), evidence)


def test_few_are_told_and_the_weaker_ones_counted() -> None:
    strong = [Evidence(f"for {points}", ("abstract",), points) for points in range(1, 9)]
    against = [Evidence(f"against {points}", ("abstract",), -points) for points in range(1, 5)]
    (found,) = why([reason(*strong, *against, Evidence("nothing", ("abstract",), 0.2))], NAMES)
    assert [cause.points for cause in found.causes] == [8, 7, 6, 5, 4, -4, -3]
    assert len(found.causes) == FOR + AGAINST
    assert found.weaker == 12 - FOR - AGAINST


def test_it_tells_where_each_phrase_comes_from() -> None:
    (found,) = why(
        [
            reason(
                Evidence("planner", ("title",), 9, OWN),
                Evidence("agent", ("abstract",), 8, WRITTEN),
                Evidence("gripper", ("abstract",), 7, FITTED),
                Evidence("title:gripper", ("title",), -1, FITTED),
                Evidence("cs.MA", ("categories",), 5, WRITTEN),
                Evidence("tool", ("abstract",), 4),
            )
        ],
        NAMES,
    )
    assert [(cause.said, cause.detail) for cause in found.causes] == [
        ("planner", "yours: title"),
        ("agent", "written: abstract"),
        ("gripper", "fitted: abstract, title"),
        ("category cs.MA", "written"),
        ("tool", "abstract"),
    ]


def test_a_phrase_of_several_origins_has_the_first_of_them() -> None:
    written, fitted = Evidence("agent", ("abstract",), 8, WRITTEN), Evidence("title:agent", ("title",), 3, FITTED)
    (found,) = why([reason(fitted, written)], NAMES)
    assert [(cause.origin, cause.points) for cause in found.causes] == [("written", 11)]


def test_all_that_is_found_and_told_of_a_paper() -> None:
    matcher = Matcher(["*bench suite", "robot arm*", "policy*", "llm", "gui agent", "a b c", "re*"])
    abstract = "A mathbench suite and robot armies; policies, policy-making, large language models. a b c a b c a b. Re"
    found = matcher.find("Reform of robot arms: GUI agents", abstract, ("gui agents", "llms"))
    assert found.title == {"gui agent", "re*", "robot arm*"}
    assert found.mentions == {
        **{"*bench suite": 1, "robot arm*": 4, "policy*": 2, "llm": 2, "gui agent": 4, "a b c": 2, "re*": 4},
    }
    own = '[topics.robotics]\ncategories = { "cs.AI" = 4.4 }\n[topics.gui-agents.implies]\nrobotics = 3\n'
    text = "A gui agent and an LLM agent, a robot arm with a gripper, contrast agent."
    reasons = fitted(own).explain("A GUI agent with a tool", text, ("robot arms",), ("cs.RO", "cs.AI"))
    assert [(one.slug, one.score) for one in reasons] == [("robotics", 40.3), ("gui-agents", 27.8), ("agents", 23.6)]
    told = [
        (one.name, one.score, one.weaker, *(f"{cause.points} {cause.said} ({cause.detail})" for cause in one.causes))
        for one in why(reasons, {"agents": "Agents & tools"})
    ]
    assert told == [
        (
            *("robotics", 40, 0, "12 gripper (fitted: abstract)", "11 robot arm (written: keywords, abstract)"),
            *("10 category cs.RO (written)", "4 category cs.AI (yours)", "3 topic gui-agents (yours)"),
        ),
        ("gui-agents", 28, 0, "28 gui agent (written: title, abstract)"),
        (
            *("Agents & tools", 24, 0, "17 agent (written: title, abstract)", "10 topic gui-agents (written)"),
            *(
                "5 llm agent (written: abstract)",
                "-6 robot* (written: keywords, abstract)",
                "-2 gripper (fitted: abstract)",
            ),
        ),
    ]


def test_a_single_point_is_told() -> None:
    one, other = (Evidence(phrase, ("title",), points, FITTED) for phrase, points in (("x", 1.0), ("y", -1.0)))
    (found,) = why([TopicReason("a", 0.0, (one, other))], {})
    assert [cause.said for cause in found.causes] == ["x", "y"]
