from __future__ import annotations

from reader.core.topics.scorer import AGAINST, FITTED, FOR, OWN, WRITTEN, Evidence, TopicReason, Topics, why

NAMES = {"agents": "Agents & tools", "gui-agents": "GUI agents"}


def reason(*evidence: Evidence) -> TopicReason:
    return TopicReason("agents", sum(one.points for one in evidence), evidence)


def test_what_counts_most_is_told_with_where_it_stands() -> None:
    (found,) = why(
        [reason(Evidence("tool use", ("title", "abstract"), 24.4), Evidence("cost", ("abstract",), -3))], NAMES
    )
    assert (found.slug, found.name, found.score, found.weaker) == ("agents", "Agents & tools", 21, 0)
    assert [(cause.said, cause.where, cause.points) for cause in found.causes] == [
        ("tool use", "title, abstract", 24),
        ("cost", "abstract", -3),
    ]


def test_few_are_told_and_the_weaker_ones_counted() -> None:
    strong = [Evidence(f"for {points}", ("abstract",), points) for points in range(1, 9)]
    against = [Evidence(f"against {points}", ("abstract",), -points) for points in range(1, 5)]
    (found,) = why([reason(*strong, *against, Evidence("nothing", ("abstract",), 0.2))], NAMES)
    assert [cause.points for cause in found.causes] == [8, 7, 6, 5, 4, -4, -3]
    assert len(found.causes) == FOR + AGAINST
    assert found.weaker == 12 - FOR - AGAINST


def test_a_phrase_that_counts_again_in_the_title_is_one_cause() -> None:
    (found,) = why([reason(Evidence("agent", ("abstract",), 20), Evidence("title:agent", ("title",), 10))], NAMES)
    assert [(cause.said, cause.where, cause.points) for cause in found.causes] == [("agent", "abstract, title", 30)]


def test_categories_and_other_topics_are_named_as_such() -> None:
    (found,) = why([reason(Evidence("cs.MA", ("categories",), 9), Evidence("gui-agents", ("topics",), 8))], NAMES)
    assert [(cause.said, cause.where) for cause in found.causes] == [("category cs.MA", ""), ("topic GUI agents", "")]


def test_it_tells_what_the_rules_explain() -> None:
    rules = Topics.from_toml('[topics.agents]\nname = "Agents"\nfamily = "A"\nabout = "Act."\nphrases = ["agent"]\n')
    reasons = rules.explain("Agents at work", "An agent that works.")
    (found,) = why(reasons, {topic.slug: topic.name for topic in rules.topics})
    assert found.name == "Agents"
    assert found.causes[0].said == "agent"
    assert found.causes[0].where == "title, abstract"


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
