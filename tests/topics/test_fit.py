"""The fit learns from labels, is held to what people wrote, and says where its weights come from."""

from __future__ import annotations

import numpy as np
import pytest

from reader.core.topics.scorer import Phrase, Topics, Weights, read_rules, read_weights
from tests.topics import fit as fitting
from tests.topics.fit import write_weights
from tests.topics.labelled_papers import LATER, LISTED, LabelledPaper
from tests.topics.regression import choose, even_margin, f1

OTHERS = ("bread", "cloth", "glass", "paper", "salt", "stone", "water", "wood")
RULES = """
threshold = 40
floor = 1
[topics.fruit]
phrases = { "apple" = 20, "apple tree" = 20, "quince" = 30 }
[topics.metal]
phrases = { "iron" = 20 }
""" + "".join(f'[topics.{name}]\nphrases = {{ "{name}" = 30 }}\n' for name in OTHERS)


def _papers() -> list[LabelledPaper]:
    """Papers about ten subjects; some of the fruit papers have only pears, for which nobody wrote a rule."""
    words = {"fruit": "apple pear", "metal": "iron furnace"} | {name: name for name in OTHERS}
    papers = []
    for number in range(600):
        topic = list(words)[number % 10]
        subject = "pear" if topic == "fruit" and number % 30 == 0 else words[topic]
        abstract = f"the {subject} of w{number % 7}"
        papers.append(LabelledPaper(f"2606.{number:05}", "", abstract, (), (topic,), LISTED))
    return papers


@pytest.fixture(scope="module")
def problem() -> fitting.Problem:
    return fitting.Problem(read_rules(RULES)[0], _papers())


def test_labels_give_points_to_words_that_nobody_wrote(problem: fitting.Problem) -> None:
    margin, figures = fitting.cross_validate(problem)
    rows = fitting.fitted_rows(problem, margin)
    assert figures == {"listed": 1.0}
    assert rows[Phrase(("pear",))][0] > 0 > rows[Phrase(("furnace",))][0]
    topics = Topics(RULES, weights=write_weights(Weights({}, problem.slugs, rows)))
    assert topics.classify("", "the pear of w1") == ("fruit",)
    assert Topics(RULES).classify("", "the pear of w1") == ()


def test_judgement_stays_where_labels_say_nothing(problem: fitting.Problem) -> None:
    rows = fitting.fitted_rows(problem, -1)
    assert rows[Phrase(("quince",))][0] > 0
    assert rows[Phrase(("apple tree",))][0] == 0


def test_a_repeated_fit_writes_the_same_bytes_and_their_provenance(
    problem: fitting.Problem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fitting, "read_text", lambda _: RULES)
    papers = [*problem.papers, LabelledPaper("2607.00001", "", "a pear", (), ("fruit",), LATER, ("metal",))]
    texts = [write_weights(fitting.fit(problem, papers, "2026-11-25")) for _ in range(2)]
    assert texts[0] == texts[1]
    weights = read_weights(texts[0])
    assert (weights.date, weights.papers) == ("2026-11-25", 600)
    assert weights.fit["labels"] == {"tests/topics/labels/listed.jsonl.xz": 600}
    assert weights.fit["held-out F1"] == {"later": 1.0, "later again": 0.0}
    assert write_weights(weights) == texts[0]


def test_papers_get_the_topics_above_the_margin_and_at_least_the_best() -> None:
    scores = np.array([[2.0, 1.0, -3.0], [-5.0, -4.0, -6.0]])
    assert choose(scores, 0).tolist() == [[True, True, False], [False, True, False]]
    many = np.arange(8.0)[None, :] + 1
    assert choose(many, 0).sum() == 5


def test_the_even_margin_gives_as_many_topics_as_are_labelled() -> None:
    scores = np.array([[1.0, -0.6], [1.0, -1.6], [1.0, -2.4]])
    right = np.array([[1, 1], [1, 1], [1, 0]])
    margin = even_margin(scores, right, np.ones(3))
    assert -2.4 < margin < -1.6
    assert f1(choose(scores, margin), right) == 1
