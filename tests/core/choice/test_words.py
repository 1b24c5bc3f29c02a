"""Words as numbers."""

from __future__ import annotations

import struct

from hypothesis import given, settings
from hypothesis import strategies as st

from reader.core.choice.words import BREAK, code_of, codes, number, pack, pair, stem, written
from tests.table import each


@each(
    "forms",
    [
        ("model", "models"),
        ("prune", "pruned", "pruning", "prunes"),
        ("plan", "planning", "plans"),
        ("policy", "policies"),
        ("loss",),
        ("corpus",),
    ],
)
def test_forms_of_a_word_are_one(forms: tuple[str, ...]) -> None:
    assert len({stem(form) for form in forms}) == 1


def test_a_title_comes_twice_and_no_pair_reaches_across_a_sign_or_a_stop_word() -> None:
    packed = pack("World models", "We plan. Agents of the web")
    world, model, plan, agent, web = map(number, ("world", "model", "plan", "agents", "web"))
    title = [world, model, BREAK]
    assert list(struct.unpack(f"<{len(packed) // 4}I", packed)) == [
        *title,
        *title,
        *(BREAK, plan, BREAK, agent, BREAK, BREAK, web, BREAK),
    ]
    assert codes("World models") == {world, model, pair(world, model)}
    assert pair(plan, agent) not in codes("We plan. Agents of the web")


@each(
    ("texts", "form"),
    [
        (("Towards Real-Time Diffusion", "real-time diffusion-based"), "real-time diffusion"),
        (("a two-stage decoder",), "-stage decoder"),
        (("frame-level causal", "token-level causal"), "-level causal"),
        (("vision-language models", "language models"), "language models"),
        (("System-Aware Self-Evolving", "system-aware self-evolution"), "system-aware self-"),
    ],
)
def test_a_pair_is_not_cut_out_of_a_compound(texts: tuple[str, ...], form: str) -> None:
    code = code_of(form)
    assert code is not None and written(*texts)[code].lower() == form


def test_a_term_is_written_as_most_papers_write_it() -> None:
    texts = ("Vision-Language Models", "vision-language models for GUI agents", "GUI Agent", "GUI agents act")
    found = set(written(*texts).values())
    assert {"vision-language", "GUI", "GUI agents", "agents"} <= found
    assert "Vision-Language" not in found


@settings(max_examples=50)
@given(st.text(), st.text())
def test_any_text_has_numbers_that_its_terms_have_too(title: str, abstract: str) -> None:
    packed = pack(title, abstract)
    numbers = set(struct.unpack(f"<{len(packed) // 4}I", packed)) - {BREAK}
    assert len(packed) % 4 == 0
    assert codes(title, abstract) >= numbers
