"""Phrases and their points."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reader.core.topics.scorer import Phrase, gross_points, net_points, parse_phrase, stored_phrase, written_out
from tests.table import each

WORDS = st.lists(st.sampled_from(["agent", "llm", "web", "gui"]), min_size=1, max_size=4).map(" ".join)
PHRASES = st.builds(lambda word, in_title: Phrase((word,), in_title), WORDS, st.booleans())


@each(
    ("text", "phrase"),
    [
        ("GUI Agents", Phrase(("gui agent",))),
        ("title:Surveys", Phrase(("survey",), in_title=True)),
        ("RL + large language models", Phrase(("rl", "llm"))),
        ("segment*", Phrase(("segment*",))),
        ("a*b", None),
        ("*", None),
        ("one + two + three + four + five", None),
        ("one + two + three + four", Phrase(("one", "two", "three", "four"))),
        ("x" * 200, Phrase(("x" * 200,))),
        ("x" * 201, None),
        ("*bench", Phrase(("*bench",))),
        ("*a b*", Phrase(("*a b*",))),
        ("a + *", None),
        ("**", None),
        ("", None),
    ],
)
def test_phrases_as_people_write_them(text: str, phrase: Phrase | None) -> None:
    assert parse_phrase(text) == phrase
    if phrase:
        assert stored_phrase(str(phrase)) == phrase


def test_one_abbreviation_at_a_time_is_written_out() -> None:
    assert written_out("rl llm") == {"rl llm", "reinforcement learning llm", "rl large language model"}


def test_a_phrase_adds_what_those_within_it_lack() -> None:
    agent, contrast, llm = Phrase(("agent",)), Phrase(("contrast agent",)), Phrase(("llm agent",))
    assert net_points({agent: 4, contrast: 0, llm: 10}) == {agent: 4, contrast: -4, llm: 6}


def test_a_phrase_contains_all_runs_of_its_words() -> None:
    within = {phrase.parts[0] for phrase in Phrase(("a b c",)).within()}
    assert within == {"a", "b", "c", "a b", "b c"}
    assert Phrase(("a b",), in_title=True).within() == {Phrase(("a",), True), Phrase(("b",), True)}
    assert Phrase(("a",)).within() == Phrase(("a b", "c")).within() == set()


@given(st.dictionaries(PHRASES, st.integers(-9, 9).map(float)))
def test_gross_points_are_net_points_reversed(gross: dict[Phrase, float]) -> None:
    net = net_points(gross)
    assert gross_points(net) == {phrase: gross[phrase] for phrase in net}
    assert net_points(gross_points(net)) == net
