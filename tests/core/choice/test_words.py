"""The words of papers as numbers."""

from __future__ import annotations

import struct
import zlib

from hypothesis import given
from hypothesis import strategies as st

from reader.core.choice.words import (
    BREAK,
    DWELLS,
    IN_TITLE,
    TITLE,
    is_pair,
    numbers,
    pack,
    read_common,
    stem,
    terms_of,
    unpack,
)
from tests.table import each


@each("forms", [("prune", "pruned", "pruning", "prunes"), ("plan", "planning", "plans"), ("policy", "policies")])
def test_forms_of_a_word_are_one(forms: tuple[str, ...]) -> None:
    assert len({stem(form) for form in forms}) == 1


@each(
    ("word", "root"),
    [
        *[("flies", "fly"), ("lies", "lie"), ("running", "run"), ("calling", "call"), ("skiing", "skiing")],
        *[("added", "added"), ("cats", "cat"), ("gas", "gas"), ("less", "less"), ("cache", "cach"), ("basis", "basis")],
    ],
)
def test_short_words_keep_their_endings(word: str, root: str) -> None:
    assert stem(word) == root


def test_pairs_cross_hyphens_but_neither_signs_nor_stop_words() -> None:
    assert len(terms_of("key-value cache")) == 5
    assert [is_pair(term) for term in terms_of("cache. Robot")] == [False, False]
    assert numbers("cache of a robot, 12 x") == [
        *numbers("cache"), BREAK, BREAK, *numbers("robot"), BREAK, BREAK, BREAK,
    ]  # fmt: skip
    assert terms_of("Caches") == terms_of("cache") and terms_of("ﬁlm") == terms_of("film")


def test_a_packed_paper_has_its_title_terms_and_more_for_what_it_repeats() -> None:
    terms = unpack(pack("Draft models", "We draft. Models of speed; speed, speed."))
    (draft, models, both), (speed,) = terms_of("draft models"), terms_of("speed")
    assert terms.keys() == {draft, models, both, speed, *(term | TITLE for term in (draft, models, both))}
    assert terms[both | TITLE] == IN_TITLE
    assert terms[both] < terms[draft] < terms[speed]
    assert terms[draft] > DWELLS > unpack(pack("", "draft " + "word " * 200))[draft]


@given(st.binary(max_size=200))
def test_damaged_bytes_are_terms_too(packed: bytes) -> None:
    assert all(value > 0 for value in unpack(packed).values())


@given(st.text(max_size=200), st.text(max_size=200))
def test_every_text_can_be_packed(title: str, abstract: str) -> None:
    found = unpack(pack(title, abstract))
    assert {term for term in found if term < TITLE} == {*terms_of(title), *terms_of(abstract)}


def test_shipped_counts_are_read_back() -> None:
    packed = zlib.compress(struct.pack("<7I", 2_000, 5, 6, 40, 60, 20, 10))
    assert read_common(packed) == (2_000, {5: (40, 20), 6: (60, 10)})
