"""Documents as bytes and back."""

from __future__ import annotations

import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.core.document.codec import UnreadableDocument, dump, load
from reader.core.document.layout import Layout
from reader.core.document.model import (
    NESTING,
    STYLES,
    Block,
    Cell,
    Document,
    Figure,
    Formula,
    Heading,
    Item,
    Items,
    Note,
    Paragraph,
    Quote,
    Reference,
    Span,
    Table,
    Theorem,
    Verbatim,
)
from tests.table import each

TEXT = st.text(min_size=1, max_size=8)
SPANS = st.lists(
    st.builds(Span, TEXT, st.sampled_from(STYLES), st.sampled_from(["", "#S1", "https://a.example/"])), max_size=3
).map(tuple)
CELLS = st.builds(
    Cell, SPANS, st.integers(1, 5), st.integers(1, 5), st.sampled_from(["left", "right", "center"]), st.booleans()
)
LEAVES: st.SearchStrategy[Block] = st.one_of(
    st.builds(Heading, st.integers(1, 5), TEXT, SPANS, TEXT),
    st.builds(Paragraph, SPANS, TEXT),
    st.builds(Formula, st.lists(TEXT, max_size=3).map(tuple), TEXT, TEXT),
    st.builds(Verbatim, st.lists(SPANS, max_size=3).map(tuple), TEXT),
    st.builds(Table, st.lists(st.lists(CELLS, max_size=3).map(tuple), max_size=3).map(tuple), st.just((1,)), TEXT),
    st.builds(Note, TEXT, SPANS, TEXT),
    st.builds(Reference, TEXT, SPANS, TEXT),
)


def _containers(inner: st.SearchStrategy[Block]) -> st.SearchStrategy[Block]:
    blocks = st.lists(inner, max_size=3).map(tuple)
    items = st.lists(st.builds(Item, TEXT, blocks, TEXT), max_size=3).map(tuple)
    return st.one_of(
        st.builds(Items, items, TEXT),
        st.builds(Quote, blocks, TEXT),
        st.builds(Theorem, SPANS, blocks, TEXT),
        st.builds(Figure, TEXT, SPANS, blocks, st.lists(TEXT, max_size=2).map(tuple), TEXT),
    )


DOCUMENTS = st.builds(
    Document,
    TEXT,
    st.lists(st.recursive(LEAVES, _containers, max_leaves=6), max_size=5).map(tuple),
    st.none() | st.integers(1, 30),
    TEXT,
    st.booleans(),
)


@given(DOCUMENTS)
def test_what_is_stored_comes_back(document: Document) -> None:
    assert load(dump(document)) == document


def test_all_kinds_of_blocks_come_back() -> None:
    from tests.core.document.test_layout import EVERYTHING

    styled = Paragraph((Span("a", "", "#S1"), Span("b", "code"), Span("c", "code", "#S1"), Span("d")))
    whole = Document("T", (*EVERYTHING.blocks, styled), 2, "CC", True)
    assert load(dump(whole)) == whole
    levels = [load(dump(Document("", (Heading(level, "", ()),)))).blocks for level in (0, 9)]
    assert levels == [(Heading(1, "", ()),), (Heading(5, "", ()),)]


def test_a_long_proof_comes_back_in_parts_that_are_drawn_the_same() -> None:
    said, formula = Paragraph((Span("So it is."),)), Formula(("a=b",), "(1)")
    listed = Items((Item("1.", (said, formula)),))
    inner = (said, formula, *(said, formula, said, listed) * 4, Note("1", said.spans))
    document = Document("T", (said, Theorem((Span("Proof."),), (*inner, Theorem((Span("Claim."),), inner)), "P"), said))
    found = load(dump(document))
    assert max(len(block.blocks) for block in found.blocks if isinstance(block, Theorem)) < 10
    assert [line._replace(start=0) for line in Layout(found, 60)] == [
        line._replace(start=0) for line in Layout(document, 60)
    ]


@each(
    "parts",
    [
        [],
        {},
        [1, "T", None, "", 0, [["x", ""]]],
        [1, "T", None, "", 0, [["p", "", [["a", 99, ""]]]]],
        [1, "T", None, "", 0, [["t", "", [], [[1, 1, 7, 0]]]]],
        [1, "T", "v", "", 0, []],
    ],
)
def test_what_is_no_document_is_refused(parts: object) -> None:
    with pytest.raises(UnreadableDocument):
        load(zlib.compress(json.dumps(parts).encode()))


def test_too_deep_a_nest_is_refused() -> None:
    nests: list[Block] = [Paragraph((Span("x"),))]
    for _ in range(400):
        nests.append(Quote((nests[-1],)))
    deepest = Document("T", (nests[NESTING + 1],))
    assert load(dump(deepest)) == deepest
    for block in (nests[NESTING + 2], nests[-1]):
        with pytest.raises(UnreadableDocument):
            load(dump(Document("T", (block,))))
