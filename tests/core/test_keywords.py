"""All spellings of a keyword share a key, and different keywords do not."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reader.core.keywords import collapse, commonest, key, normal, normalize, spaced, word_forms
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
    ("one", "other"),
    [("loss", "los"), ("gas", "ga"), ("analysis", "analyses of"), ("reward", "reward model")],
)
def test_different_words_keep_different_keys(one: str, other: str) -> None:
    assert key(one) != key(other)


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
    # The dotless i alone is another letter in capitals.
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
        assert any(f" {form} " in spaced(text) for form in word_forms(word))


@each(
    ("text", "phrase", "is_found"),
    [
        ("large language models (LLMs) reason", "llms reason", True),
        ('a "tree of\n  thoughts"', "tree of thoughts", True),
        ("“open-ended” tasks", "open ended tasks", True),
        ("of agents, tools", "agents tools", False),
        ("agents – tools", "agents tools", False),
    ],
)
def test_phrases_are_found_across_brackets_quotes_and_lines_but_not_across_commas(
    text: str, phrase: str, is_found: bool
) -> None:
    assert (f" {phrase} " in spaced(text)) == is_found


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
