"""The outline, the anchors and the sizes of a document, the same with other formulas, and documents as bytes."""

from __future__ import annotations

import json
import zlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.core.document.codec import UnreadableDocument, dump, load
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
    text_sections,
    with_subsections,
)
from tests.table import each


def heading(level: int, title: str, anchor: str = "") -> Heading:
    return Heading(level, "", (Span(title),), anchor)


DOCUMENT = Document(
    "T",
    (
        heading(1, "One", "S1"),
        Paragraph((Span("a"),)),
        heading(2, "Two", "S1.SS1"),
        Theorem((Span("Theorem 1"),), (Formula(("x",), "(1)", "S1.E1"),), "S1.Thm1"),
        heading(1, "Three", "S2"),
        Items((Item("•", (Figure("Table 1", (Span("cap"),), (Table(((Cell((Span("b"),)),),)),), (), "S2.T1"),)),)),
    ),
)


def test_a_section_has_its_subsections() -> None:
    assert [(one.start, one.end) for one in DOCUMENT.sections] == [(0, 4), (2, 4), (4, 6)]
    assert [one and one.title for one in map(DOCUMENT.section_of, range(6))] == ["One"] * 2 + ["Two"] * 2 + [
        "Three"
    ] * 2
    assert Document("", ()).section_of(0) is None


def test_an_anchor_leads_to_its_block() -> None:
    assert DOCUMENT.anchors == {"S1": 0, "S1.SS1": 2, "S1.Thm1": 3, "S1.E1": 3, "S2": 4, "S2.T1": 5}


def test_what_a_text_lacks() -> None:
    figures = Figure("Figure 1", (), (Figure("(a)", (), (), ("a.png",)),)), Figure("Figure 2", (), ())
    listed = Reference("[1]", (Span("r"),))
    for document, lacks, has_end in (
        (DOCUMENT, ("no references",), True),
        (replace(DOCUMENT, is_cut=True), ("the end is missing", "no references"), False),
        (Document("T", (*DOCUMENT.blocks, figures[1], listed)), ("no pictures",), True),
        (Document("T", (heading(1, "x"), *figures, listed)), (), False),
        (Document("T", ()), ("no sections", "no references"), False),
    ):
        assert (document.lacks, document.has_end) == (lacks, has_end)


def test_a_section_is_read_alone_or_with_its_subsections() -> None:
    first = (Paragraph((Span("before"),)), *DOCUMENT.blocks, Heading(2, "3.1", (Span("Four"),)))
    found = text_sections(Document("T", first, 7))
    assert [(one.number, one.level, one.title, len(one.document.blocks)) for one in found] == [
        (0, 0, "T", 1), (1, 1, "One", 2), (2, 2, "Two", 2), (3, 1, "Three", 2), (4, 2, "3.1 Four", 1),
    ]  # fmt: skip
    assert [block for one in found for block in one.document.blocks] == list(first)
    assert {(one.document.title, one.document.version) for one in found} == {("", 7)}
    within = [[one.number for one in with_subsections(found, number)] for number in range(6)]
    assert within == [[0], [1, 2], [2], [3, 4], [4], []]


def test_progress_is_counted_in_letters() -> None:
    assert DOCUMENT.sizes == (3, 1, 3, len("Theorem 1x(1)"), 5, len("•Table 1capb"))


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
