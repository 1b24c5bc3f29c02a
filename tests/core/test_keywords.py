"""Spellings of keywords and words, typos, tags typed in a line, and titles of the same paper."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.core.keywords import collapse, commonest, key, normal, normalize
from reader.core.nearest import advice, beginning, distance, nearest
from reader.core.tag_words import TagWords, complete_tag, parse_tags, quote_tag
from reader.core.titles import TitleRecord, find_same, is_same, without_cut_word
from reader.core.words import (
    Form,
    compounds,
    forms,
    index_text,
    join_neighbours,
    marker,
    markers,
    normalize_spelling,
    stems,
)
from tests.table import each


@each(
    ("keyword", "shown"),
    [
        ("Large Language Models  (LLMs)", "llms"),
        ("GRPO", "grpo"),
        ("  Vision–Language   Models ", "vision–language models"),
        ("attention (softmax)", "attention (softmax)"),
        ("f(x)", "f(x)"),
        ("x y (X)", "x y (x)"),
        ("ab c (ABC)", "abc"),
        ("abc (ABC)", "abc (abc)"),
        ("abcdefghi jklm (ABCDEFGHI)", "abcdefghi jklm (abcdefghi)"),
        ("retrieval augmented generation (RAGs)", "rags"),
        ("retrieval augmented generation (Rags)", "retrieval augmented generation (rags)"),
        ("alpha beta (LP)", "alpha beta (lp)"),
        ("alpha beta (A B)", "alpha beta (a b)"),
        ("", ""),
    ],
)
def test_a_keyword_has_one_form_for_display(keyword: str, shown: str) -> None:
    assert normalize(keyword) == shown


@each(
    "spellings",
    [
        ("large language models (LLMs)", "LLMs", "LLM", "Large Language Model", "large-language models"),
        ("pre-training", "pretraining", "Pre-Training"),
        ("multi-modal reasoning", "multimodal reasoning"),
        ("diffusion policies", "diffusion policy", "Diffusion Policy"),
        ("Fréchet distances", "frechet distance"),
        ("text-to-image", "text to image", "T2I"),
    ],
)
def test_spellings_share_a_key(spellings: tuple[str, ...]) -> None:
    assert len({key(spelling) for spelling in spellings}) == 1


@each(
    ("keyword", "other"),
    [("loss", "los"), ("gas", "ga"), ("analysis", "analyses of"), ("reward", "reward model")],
)
def test_different_words_have_different_keys(keyword: str, other: str) -> None:
    assert key(keyword) != key(other)


def test_repetitions_collapse_in_order() -> None:
    keywords = ("RL", "benchmarks", "Reinforcement Learning (RL)", "Benchmark", "-")
    assert collapse(keywords) == ("rl", "benchmarks")


def test_the_commonest_form_is_shown() -> None:
    forms = commonest({"diffusion model": 2, "Diffusion Models": 5, "diffusion-models": 1, "...": 9})
    assert forms == {"diffusion model": "diffusion models"}
    assert commonest({"RLHF": 2, "rlhf": 3, "R.L.H.F.": 4}) == {"rlhf": "rlhf", "r l h f": "r.l.h.f."}
    assert commonest({"world-model": 2, "world model": 2, "world models": 2}) == {"world model": "world model"}


@given(st.text())
def test_normal_words_are_stable(text: str) -> None:
    # Only the dotless i becomes a different letter in upper case.
    words = normal(text.replace("ı", ""))
    assert words == " ".join(words.split())
    assert normal(words.upper()) == normal(words)
    assert normalize(text) == " ".join(normalize(text).split())


@each(
    ("word", "texts"),
    [
        ("policy", ("Policies!", "a policy")),
        ("class", ("CLASSES", "class")),
        ("multiagent", ("multi-agents", "Multi agent", "multiagent")),
        ("finegrained", ("fine\n grained",)),
        ("loss", ("Losses", "the loss")),
    ],
)
def test_a_normal_word_is_found_in_all_its_spellings(word: str, texts: tuple[str, ...]) -> None:
    for text in texts:
        assert word in normal(text).split()


@each(
    ("words", "singular"),
    [
        ("as is ps us gas bus", "as is ps us gas bus"),
        ("cats ties dies", "cat tie die"),
        ("studies boxes wishes branches classes", "study box wish branch class"),
        ("a post-training", "a posttraining"),
    ],
)
def test_plural_endings(words: str, singular: str) -> None:
    assert normal(words) == singular


# The nearest known word


words = st.text("abc", max_size=7)


@each(
    ("word", "candidate", "is_near"),
    [
        ("", "x", False),
        ("x", "xy", False),
        ("x", "y", False),
        ("x", "x", True),
        ("xy", "xz", True),
        ("abc", "ayz", False),
        ("abcde", "abcdx", True),
        ("abcde", "abcxy", False),
        ("abcdef", "abcdxy", True),
        ("abcdef", "abcxyz", False),
        ("abcdefgh", "abcdexyz", False),
        ("abcdefghi", "abcdefxyz", True),
        ("ab", "abcdefghi", True),
        ("AB", "abc", True),
    ],
)
def test_up_to_a_third_of_the_letters_may_be_typos(word: str, candidate: str, is_near: bool) -> None:
    assert nearest(word, [candidate]) == (candidate if is_near else None)


def test_the_nearest_word_has_the_fewest_typos_then_the_same_first_letter_then_the_nearest_length() -> None:
    assert nearest("abcdef", ["abcdxy", "abcdex"]) == "abcdex"
    assert nearest("ab", ["abcd", "abc"]) == "abc"
    assert nearest("abx", ["abz", "aby"]) == "aby"
    assert nearest("fsh", ["zsh", "fish"]) == "fish"
    assert nearest("abc", ["abd", "abcdef"]) == "abcdef"
    assert nearest("abcdef", ["abcde", "abcdex"]) == "abcdex"
    assert nearest("autor", ["Author", "author"]) == "author"
    assert nearest("Autor", ["author", "Author"]) == "Author"
    assert nearest("ab", []) is None


def test_words_that_begin_with_the_text_precede_phrases_with_such_a_word() -> None:
    known = ["big Cat", "cat", "scat", "Catalog", "pre-cat", "cats"]
    assert beginning(known, "CAT") == ["cat", "Catalog", "cats", "big Cat", "pre-cat"]
    assert beginning(known, "cat", 2) == ["cat", "Catalog", "big Cat"]
    assert beginning(["a b", "c b", "d b"], "b", 2) == ["a b", "c b"]


def test_advice_names_the_nearest_word_or_the_alternative() -> None:
    assert advice("cst", ["cat"], "Try again.") == "Did you mean cat?"
    assert advice("dog", ["cat"], "Try again.") == "Try again."


@each(
    ("a", "b", "exact"),
    [
        *(("ab", "ba", 1), ("abcd", "badc", 2), ("abc", "abc", 0), ("", "ab", 2), ("cab", "abc", 2)),
        *(("aabb", "bbaa", 3), ("abcabc", "cba", 4), ("ca", "abc", 3), ("abc", "abx", 1), ("xabc", "abc", 1)),
    ],
)
def test_a_distance_is_counted_up_to_a_bound(a: str, b: str, exact: int) -> None:
    assert [distance(a, b, most) for most in range(6)] == [min(exact, most + 1) for most in range(6)]
    assert distance(b, a, exact) == exact


# Tags in one line


OWN = {"later": 12, "to cite": 4, "latent": 1, "Evals": 1}
TOPICS = ("agents", "language-models", "evals")


@each(
    ("text", "add", "remove"),
    [
        ("", (), ()),
        ("later", ("later",), ()),
        ("later, to read , -soon", ("later", "to read"), ("soon",)),
        ("later evals  -soon", ("later", "evals"), ("soon",)),
        ('"to cite" -"to read"', ("to cite",), ("to read",)),
        ('"to ci', ("to ci",), ()),
        ("+later +-x", ("later", "x"), ()),
        ("later -Later", (), ("Later",)),
        ("-later later", ("later",), ()),
        ("a b A", ("b", "A"), ()),
        ('- + ""', (), ()),
        ('-, +, "",', (), ()),
        ("a\x1b[31mb", ("ab",), ()),
        ("c++ gpt-4", ("c++", "gpt-4"), ()),
    ],
)
def test_a_line_names_tags_to_add_and_to_remove(text: str, add: tuple[str, ...], remove: tuple[str, ...]) -> None:
    assert parse_tags(text) == TagWords(add, remove)


@each(
    ("text", "has", "words"),
    [
        ("", (), ("later", '"to cite"', "latent", "Evals")),
        ("", ("later",), ('"to cite"', "latent", "Evals")),
        ("la", (), ("later", "latent", "language-models")),
        ("LAT", (), ("later", "latent")),
        ("later lat", (), ("latent",)),
        ("mod", (), ("language-models",)),
        ("cite", (), ('"to cite"',)),
        ('"to c', (), ('"to cite"',)),
        ('"to cite" lat', (), ("later", "latent")),
        ('"a b"', (), ("later", '"to cite"', "latent", "Evals")),
        ("ev", (), ("Evals",)),
        ("evals", (), ("Evals",)),
        ("ag", (), ("agents",)),
        ("-", ("later", "to cite"), ("-later", '-"to cite"')),
        ("-l", ("later", "to cite"), ("-later",)),
    ],
)
def test_the_last_word_is_completed_by_own_tags_and_topics(
    text: str, has: tuple[str, ...], words: tuple[str, ...]
) -> None:
    found = complete_tag(text, OWN, TOPICS, has, has)
    assert found is not None
    assert found.words == words
    assert parse_tags(text[: found.start] + words[0]) != parse_tags(text)


@each("text", ["later", "-soon", "zzz", "-"])
def test_complete_and_unknown_tags_have_no_completion(text: str) -> None:
    assert complete_tag(text, {"later": 1}, (), (), ()) is None


def test_a_tag_of_some_of_the_papers_can_be_added_and_removed() -> None:
    for text, word in (("la", "later"), ("-la", "-later")):
        found = complete_tag(text, {"later": 1}, (), ("later",), ())
        assert found is not None
        assert found.words == (word,)


def test_a_completion_has_the_number_of_papers_with_the_tag() -> None:
    found = complete_tag("a", {"ai": 3}, ("agents",), (), ())
    assert found is not None
    assert found.papers == (3, None)
    after = complete_tag("later a", {"ai": 3}, (), (), ())
    assert after is not None and after.start == 6
    assert [quote_tag(name) for name in ("-x", "a-b", "a b")] == ['"-x"', "a-b", '"a b"']


# Titles


PAPER = TitleRecord("Scaling C++ Agents to 1.5B", 3, "2025-01-31", "a")


@each(
    ("other", "same"),
    [
        (PAPER, True),
        (PAPER._replace(title="scaling  c++ agents to 1.5B."), True),
        (PAPER._replace(title="Scaling C Agents to 1.5B"), False),
        (PAPER._replace(title="Scaling C++ Agents to 15B"), False),
        (PAPER._replace(author_count=4), False),
        (PAPER._replace(published="2026-02-01"), True),
        (PAPER._replace(published="2026-02-02"), False),
        (PAPER._replace(published=None), True),
        (PAPER._replace(author_count=None), True),
        (PAPER._replace(author_count=None, published="2025-02-01"), False),
        (PAPER._replace(author_count=None, published=None), False),
    ],
)
def test_the_number_of_authors_or_the_date_must_match_too(other: TitleRecord, same: bool) -> None:
    assert is_same(PAPER, other) is is_same(other, PAPER) is same


@each(
    ("title", "other", "is_same_paper"),
    [
        ("A 1.5B model", "A 15B model", False),
        ("Learning from 10^2 examples", "Learning from 102 examples", False),
        ("Learning from 10² examples", "Learning from 102 examples", False),
        ("Parsing in C++", "Parsing in C", False),
        ("Finding paths by A*", "Finding paths by A", False),
        ("Pre-Training: β, Again", "pretraining β again", True),
        ("F₁ is not enough", "F1 Is Not Enough", True),
        ("Vision 3-D", "Vision 3D", True),
    ],
)
def test_digits_and_signs_distinguish_titles(title: str, other: str, *, is_same_paper: bool) -> None:
    assert is_same(TitleRecord(title, 3, "2026-01-02"), TitleRecord(other, 3, "2026-01-02")) is is_same_paper
    assert not is_same(TitleRecord(title, 3, "2026-01-02"), TitleRecord(title, 4, "2026-01-02"))


def test_a_paper_is_found_if_exactly_one_record_matches() -> None:
    again, twin = PAPER._replace(published=None), PAPER._replace(published=None, id="b")
    assert find_same(PAPER, [again, again]) == again
    assert find_same(PAPER, [again, twin]) is find_same(PAPER, []) is None


def test_a_cut_off_word_is_left_out_of_a_search() -> None:
    assert [without_cut_word(title) for title in ("An agen…", "An agen...", "An …", "An agent")] == ["An"] * 3 + [
        "An agent"
    ]


# Words


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
    assert normalize_spelling(text) == found
    assert normalize_spelling(found) == found


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
    assert index_text(text) == (f"{text}\n{' '.join(found)}" if found else text)


def test_a_missing_text_has_an_empty_index_text() -> None:
    assert index_text(None) == index_text("") == ""


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
def test_a_typed_word_has_forms_for_joined_and_unfinished_words(typed: str, found: list[Form]) -> None:
    assert list(forms(typed)) == found


def test_a_quoted_phrase_is_found_whole() -> None:
    assert forms("world models", is_whole=True) == (Form(("world", "models")),)


def test_adjacent_words_are_also_joined() -> None:
    assert join_neighbours(("pre", "training", "of")) == [
        ("pretraining",), ("pretraining", "trainingof"), ("trainingof",),
    ]  # fmt: skip
    assert "texttovideo" in join_neighbours(("text", "to", "video"))[1]
    assert join_neighbours(('"a b"', "c")) == [(), ()]


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
def test_the_marked_words_are_those_that_the_index_finds(
    words: tuple[str, ...], text: str, marked: Sequence[str]
) -> None:
    found = marker(words)
    assert found is not None
    assert [text[start:end] for start, end in found.spans(text)] == marked


def test_nothing_is_marked_without_a_word() -> None:
    assert marker(()) is None and marker(("+",)) is None and markers(("+",)) == []


@pytest.mark.parametrize("word", ["alpha", "x2", "π"])
def test_letter_names_and_numbers_may_be_in_a_formula(word: str) -> None:
    [found] = markers((word,))
    assert found.may_be_signs
    assert not markers(("word",))[0].may_be_signs
