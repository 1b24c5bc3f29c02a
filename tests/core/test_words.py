"""Spelling, forms and marks of words."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from reader.core.words import Form, compounds, forms, indexed, joined, marker, markers, spelled, stems
from tests.table import each


@each(
    ("text", "found"),
    [
        ("Optimization of behaviour", "optimisation of behavior"),
        ("analyze a programme of colour", "analyse a program of color"),
        ("β-VAE, H₂O and ℓ²", "beta-vae, h2o and ℓ2"),
        ("R&D", "r and d"),
        ("Ελληνικά β", "ελληνικά beta"),
        ("multi‑modal − text", "multi-modal - text"),
    ],
)
def test_a_text_has_one_spelling(text: str, found: str) -> None:
    assert spelled(text) == found
    assert spelled(found) == found


@each(
    ("text", "found"),
    [
        ("pre-training of vision-language models", ["pretraining", "visionlanguage"]),
        ("text-to-video or text2video", ["texttovideo"]),
        ("state-of-the-art", ["stateoftheart"]),
        ("a-b-c-d-e-f-g", []),
        ("plain words - and a dash", []),
    ],
)
def test_hyphenated_words_are_one_word_too(text: str, found: list[str]) -> None:
    assert compounds(text) == found
    assert indexed(text) == (f"{text}\n{' '.join(found)}" if found else text)


def test_nothing_is_indexed_as_nothing() -> None:
    assert indexed(None) == indexed("") == ""


def test_stems_are_those_of_the_index() -> None:
    assert stems(["learning", "policies", "generalisation", "general", "+"]) == [
        "learn", "polici", "generalis", "gener", "",
    ]  # fmt: skip


@each(
    ("typed", "found"),
    [
        ("model", [Form(("model",), is_beginning=True)]),
        ("gas", [Form(("gas",))]),
        ("attentio", [Form(("attentio",), is_beginning=True), Form(("attention",))]),
        ("quantiz", [Form(("quantiz",), is_beginning=True), Form(("quantise",))]),
        ("pre-training", [Form(("pre", "training")), Form(("pretraining",))]),
        ("text2video", [Form(("text2video",), is_beginning=True), Form(("texttovideo",), is_beginning=True)]),
        ("c++", [Form(("c",))]),
        ("+", []),
    ],
)
def test_a_typed_word_is_found_in_any_form_and_unfinished(typed: str, found: list[Form]) -> None:
    assert list(forms(typed)) == found


def test_a_quoted_phrase_is_found_whole() -> None:
    assert forms("world models", is_whole=True) == (Form(("world", "models")),)


def test_words_in_a_row_may_be_one_word() -> None:
    assert joined(("pre", "training", "of")) == [
        ("pretraining",), ("pretraining", "trainingof"), ("trainingof",),
    ]  # fmt: skip
    assert "texttovideo" in joined(("text", "to", "video"))[1]
    assert joined(('"a b"', "c")) == [(), ()]


@each(
    ("words", "text", "marked"),
    [
        (("optimization",), "we optimise, optimisers and optimal", ["optimise", "optimisers"]),
        (("pretraining",), "pre-training, pretrained, pre training", ["pre-training", "pretrained"]),
        (("pre", "training"), "pretraining at pre training", ["pretraining", "pre", "training"]),
        (("diffus",), "a diffusion model diffuses", ["diffusion", "diffuses"]),
        (('"world model"',), "world models, a world-model, world model", ["world-model", "world model"]),
        (("policy",), "policies of police", ["policies"]),
        (("beta",), "β and beta", ["β", "beta"]),
    ],
)
def test_marks_are_what_was_found(words: tuple[str, ...], text: str, marked: Sequence[str]) -> None:
    found = marker(words)
    assert found is not None
    assert [text[start:end] for start, end in found.spans(text)] == marked


def test_nothing_is_marked_without_a_word() -> None:
    assert marker(()) is None and marker(("+",)) is None and markers(("+",)) == []


@pytest.mark.parametrize("word", ["alpha", "x2", "π"])
def test_a_letter_or_a_number_may_be_a_sign_of_a_formula(word: str) -> None:
    [found] = markers((word,))
    assert found.may_be_signs
    assert not markers(("word",))[0].may_be_signs
