"""A word, a phrase or a keyword is searched for in all its spellings, and in no other word's."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from reader.core.spellings import (
    MOST,
    Spelling,
    joined,
    keyword_spellings,
    spellings,
    typed_spellings,
    with_joined,
)
from tests.table import each


def forms(text: str, *, exact: bool = False) -> set[str]:
    """The words of each spelling."""
    return {" ".join(re.findall(r"[^\W_]+", form.lower())) for form, _ in spellings(text, exact)}


def test_whole_keywords_are_searched_for_with_their_plurals() -> None:
    def keywords(keyword: str, *, exact: bool) -> list[str]:
        return [form for form, _ in keyword_spellings(keyword, exact)]

    assert keywords("world models", exact=False)[:2] == ["world models", "worldmodels"]
    assert "benches" in keywords("bench", exact=True)
    assert keywords("toy", exact=True) == ["toy", "toys"]
    assert keywords("toy", exact=False) == ["toy"]
    assert keywords("copy", exact=False) == ["copy", "copies"]
    assert keywords("=llms", exact=True) == ["llms"]


@each(
    "same",
    [
        ("pretraining", "pre-training", "Pre–Training", "pre—training", "pre−training", "pre\u00adtraining"),
        ("pretraining", "pre-\ntraining"),
        ("finetuned", "fine-tuned", "fine‐tuned"),
        ("visionlanguage", "vision-language"),
        ("nonpretrained", "non-pretrained", "non-pre-trained"),
        ("endtoend", "end-to-end"),
        ("optimization", "optimisation"),
        ("analyze", "analyse"),
        ("behavioral", "behavioural"),
        ("relabeled", "relabelled"),
        ("center", "centre"),
        ("catalog", "catalogue"),
        ("β-VAE", "beta-VAE", "βVAE"),
        ("H2O", "H₂O", "h²o"),
        ("MoS2", "MoS₂"),
        ("gpt4", "gpt-4"),
        ("3d", "3-D"),
        ("pre-optimized", "preoptimised", "pre-optimised"),
    ],
)
def test_all_spellings_of_a_word_have_the_same_spellings(same: tuple[str, ...]) -> None:
    for exact in (False, True):
        first, *others = [forms(text, exact=exact) for text in same]
        assert all(other == first for other in others)


def test_short_words_are_joined_by_either_sign() -> None:
    assert forms("R&D", exact=True) == forms("R and D", exact=True) == {"r d", "r and d"}
    assert forms("vision & language", exact=True) == {"vision language", "vision and language"}
    assert forms("vision and language", exact=True) == {"vision and language"}


ORDINARY = """
together another into however understanding interaction interview supervision present preference poster geometric
automatic subsequent microsoft metaphor multiple music pipeline number alphabet counterparts crossing uniform noise
resize precise supervised otherwise exercise disguise expertise franchise citizen laboratory parameter agents models
information training framework human improve today online metrics design monitor minimum international postpone 2024 a
I é 中文 Ελλάδα reuse ebooks openseted
"""


@each("word", ORDINARY.split())
def test_ordinary_words_have_one_spelling(word: str) -> None:
    assert spellings(word, exact=False) == (Spelling(word, False),)


@each("text", ["=pretraining", "=pre-training", "=colour", "=β", "=H₂O"])
def test_a_sign_between_quotes_asks_for_this_spelling_alone(text: str) -> None:
    assert spellings(text, exact=True) == (Spelling(text[1:], True),)
    assert len(spellings(text[1:], exact=True)) > 1


def test_a_beginning_of_a_compound_is_enough_while_it_is_typed() -> None:
    assert "pre trai" in forms("pretrai") and "fine tun" in forms("finetun") and "pretr" in forms("pre-tr")
    assert forms("pretr") == {"pretr"}


def test_a_short_end_of_another_spelling_is_whole() -> None:
    # `3 d` and `pi` are the beginnings of half of all texts.
    assert Spelling("3 d", True) in spellings("3d", False) and spellings("3-d", False)[0].is_whole
    assert Spelling("pi", True) in spellings("π", False) and Spelling("beta", False) in spellings("β", False)


def test_two_plain_words_may_be_one() -> None:
    assert joined("fine", "tun") == ("finetun",)
    assert joined("Pre", "training") == ("pretraining",) and joined("fine", "tuning") == ("finetuning",)
    assert set(joined("beta", "vae")) == {"betavae", "βvae"}
    assert joined("the", "model") == joined("inter", "action") == joined("c++", "models") == ()


def told(found: Sequence[Spelling]) -> str:
    """Spellings in their order, those that must be whole after a sign."""
    return " | ".join(f"={one.text}" if one.is_whole else one.text for one in found)


@each(
    ("typed", "found"),
    [
        ("pretraining", "pretraining | pre training"),
        ("pre - training", "pre - training"),
        ("pre training", "pre training | pretraining"),
        ("3d", "3d | =3 d"),
        ("3-d", "=3-d | 3d"),
        ("d3", "d3 | d₃ | d³"),
        ("gpt 4", "gpt 4 | gpt4 | gpt₄ | gpt⁴"),
        ("gpt 4o", "gpt 4o | gpt4o | gpt₄o | gpt⁴o"),
        ("finetun4", "finetun4 | finetun 4"),
        ("finetun model", "finetun model"),
        ("codesign", "codesign | co design"),
        ("warmup", "warmup | warm up"),
        ("anytimed", "anytimed | any timed"),
        (
            "self-pre-fine-tuned",
            "self-pre-fine-tuned | self pre finetuned | self prefine tuned | self prefinetuned | selfpre fine tuned"
            " | selfpre finetuned | selfprefine tuned | selfprefinetuned",
        ),
        ("colour metre x", "colour metre x | color meter x | color metre x | colour meter x"),
        ("self-pre-fine-tuned-x", "self-pre-fine-tuned-x | selfprefinetunedx"),
        (
            "colour-metre-fibre",
            "colour-metre-fibre | color meter fiber | color meterfiber | colormeter fiber | colormeterfiber"
            " | colour metrefibre | colourmetre fibre | colourmetrefibre",
        ),
        ("beta vae", "beta vae | betavae | β vae | βvae"),
        ("π", "π | =pi"),
        ("r&d", "r&d | r and d"),
        ("r and d q", "r and d q | r d q"),
        ("abc and d", "abc and d"),
        ("d and abc", "d and abc"),
        ("ab and cd", "ab and cd | ab cd"),
        ("c++", "=c++"),
        ("colour-coded", "colour-coded | color coded | colorcoded | colourcoded"),
        ("endtoend models", "endtoend models | end to end models"),
        ("non-pre-trained", "non-pre-trained | non pretrained | nonpre trained | nonpretrained"),
        ("fine tun", "fine tun | finetun"),
        ("x₂", "x₂ | x2 | x²"),
        ("CO2 3D", "CO2 3D | =co2 3 d | =co₂ 3 d | =co² 3 d | co₂ 3d | co² 3d"),
        ('"fine tun"', "=fine tun"),
        ('"pre-trained"', "=pre-trained | =pretrained"),
        ('"=colour"', "=colour"),
        ('"', '="'),
        ('""', "="),
        ("=x", "=x"),
    ],
)
def test_all_that_a_typed_word_means(typed: str, found: str) -> None:
    assert told(typed_spellings(typed)) == found


@each(
    ("keyword", "exact", "found"),
    [
        ("LLMs", False, "llms | llm | large language model | large languagemodel"),
        (
            *("Retrieval-Augmented Generation", False),
            "retrieval-augmented generation | retrievalaugmented generation | retrieval augmented generation | rag",
        ),
        ("categories", False, "categories | category"),
        ("boxes", True, "=boxes | =box"),
        ("policy", True, "=policy | =policies"),
        ("gas", True, "=gas | =gases"),
    ],
)
def test_all_that_a_keyword_means(keyword: str, exact: bool, found: str) -> None:
    assert told(keyword_spellings(keyword, exact)) == found


def test_words_also_mean_their_compounds_with_those_beside_them() -> None:
    assert with_joined(["pre", "training", "models"]) == [
        ("pre", "pretraining"),
        ("training", "pretraining"),
        ("models",),
    ]
    gpt = ("gpt4", "gpt₄", "gpt⁴")
    assert with_joined(["gpt", "4", "d"]) == [("gpt", *gpt), ("4", *gpt, "4d"), ("d", "4d")]


@given(st.text(max_size=40), st.booleans())
def test_the_typed_spelling_comes_first_and_none_twice(asked: str, exact: bool) -> None:
    found = spellings(asked, exact)
    assert found[0].text == (asked[1:] if exact and asked.startswith("=") else asked)
    assert len(set(found)) == len(found) <= MOST + 1
    keyword = keyword_spellings(asked, exact)
    assert len(set(keyword)) == len(keyword) <= 2 * MOST


def test_a_thousand_compounds_have_few_spellings() -> None:
    for text in ("-".join(["pre-training"] * 1_000), " ".join(["optimisation-based"] * 1_000), "β" * 2_000):
        for exact in (False, True):
            assert len(spellings(text, exact)) <= MOST + 1
