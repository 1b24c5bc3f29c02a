"""Words as numbers."""

from __future__ import annotations

import struct
import zlib

from hypothesis import given, settings
from hypothesis import strategies as st

from reader.core.choice.words import (
    BREAK,
    COUNT_FOR,
    code_of,
    codes,
    number,
    pack,
    pair,
    read_common,
    stem,
    survey,
    written,
)
from tests.table import each


@each("forms", [("prune", "pruned", "pruning", "prunes"), ("plan", "planning", "plans"), ("policy", "policies")])
def test_forms_of_a_word_are_one(forms: tuple[str, ...]) -> None:
    assert len({stem(form) for form in forms}) == 1


@each(
    ("word", "root"),
    [
        *[("flies", "fly"), ("lies", "lie"), ("running", "run"), ("calling", "call"), ("passing", "pass")],
        *[
            ("skiing", "skiing"),
            ("padded", "padd"),
            ("added", "added"),
            ("cats", "cat"),
            ("gas", "gas"),
            ("bus", "bus"),
        ],
        *[("less", "less"), ("tree", "tree"), ("cache", "cach"), ("uses", "use"), ("basis", "basis")],
    ],
)
def test_short_words_keep_their_endings(word: str, root: str) -> None:
    assert stem(word) == root


def test_shipped_counts_are_scaled_to_as_many_papers_as_they_stand_for() -> None:
    packed = zlib.compress(struct.pack("<7I", 2 * COUNT_FOR, 5, 6, 4, 6, 2, 1))
    assert read_common(packed) == {5: (2.0, 1.0), 6: (3.0, 0.5)}
    sea, tea = number("sea"), number("tea")
    found = survey(
        [sea, tea], enumerate([pack("Sea sea", "")] * 9 + [pack("Tea", "")] * 8), {sea: (2.0, 1.5), 7: (1, 1)}
    )
    assert found == (17 + COUNT_FOR, found.length, {sea: 11.0, tea: 8.0}, {sea: 10.5, tea: 0.0}, frozenset({sea}))
    assert survey([sea], enumerate([pack("Sea", "")] * 8)).everywhere == frozenset()


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
