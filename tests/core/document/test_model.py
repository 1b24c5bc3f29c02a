"""The outline, the anchors and the sizes of a document, and the same with other formulas."""

from __future__ import annotations

from dataclasses import replace

from reader.core.document.layout import Layout
from reader.core.document.model import (
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
    with_font_names,
    with_subsections,
)


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


def test_an_anchor_leads_to_the_block_that_holds_it() -> None:
    assert DOCUMENT.anchors == {"S1": 0, "S1.SS1": 2, "S1.Thm1": 3, "S1.E1": 3, "S2": 4, "S2.T1": 5}


def test_what_a_text_holds_and_lacks() -> None:
    figures = Figure("Figure 1", (), (Figure("(a)", (), (), ("a.png",)),)), Figure("Figure 2", (), ())
    listed = Reference("[1]", (Span("r"),))
    for document, holds, lacks, has_end, is_whole in (
        (DOCUMENT, 6, ("no references",), True, False),
        (replace(DOCUMENT, is_cut=True), 6, ("the end is missing", "no references"), False, False),
        (Document("T", (*DOCUMENT.blocks, figures[1], listed)), 8, ("no pictures",), True, True),
        (Document("T", (heading(1, "x"), *figures, listed)), 5, (), False, False),
        (Document("T", (heading(1, "x"), heading(1, "y"), Formula(("x",)))), 2, ("no references",), False, False),
        (Document("T", ()), 0, ("no sections", "no references"), False, False),
    ):
        assert (document.holdings, document.lacks) == (holds, lacks)
        assert (document.has_end, document.is_whole) == (has_end, is_whole)


def test_a_section_is_read_alone_or_with_its_subsections() -> None:
    first = (Paragraph((Span("before"),)), *DOCUMENT.blocks, Heading(2, "3.1", (Span("Four"),)))
    found = list(text_sections(Document("T", first, 7)))
    assert [(one.number, one.level, one.title, len(one.document.blocks)) for one in found] == [
        (0, 0, "T", 1), (1, 1, "One", 2), (2, 2, "Two", 2), (3, 1, "Three", 2), (4, 2, "3.1 Four", 1),
    ]  # fmt: skip
    assert [block for one in found for block in one.document.blocks] == list(first)
    assert {(one.document.title, one.document.version) for one in found} == {("", 7)}
    within = [[one.number for one in with_subsections(found, number)] for number in range(6)]
    assert within == [[0], [1, 2], [2], [3, 4], [4], []]


def test_progress_is_counted_in_letters() -> None:
    assert DOCUMENT.sizes == (3, 1, 3, len("Theorem 1x(1)"), 5, len("•Table 1capb"))


# Other formulas

BOLD = (Span("Take "), Span(r"\mathbf{x}_{i}", "formula"))
ONE = Paragraph(BOLD)
EVERYWHERE = Document(
    "A Text",
    (
        Heading(1, "1", BOLD),
        ONE,
        Items((Item("•", (ONE,)),)),
        Quote((ONE,)),
        Theorem(BOLD, (ONE,)),
        Figure("Figure 1", BOLD, (Table(((Cell(BOLD),),)),)),
        Verbatim((BOLD,)),
        Note("1", BOLD),
        Reference("[1]", BOLD),
    ),
)


def test_fonts_have_names_where_their_letters_may_be_missing() -> None:
    lines = [line.text for line in Layout(with_font_names(EVERYWHERE), None)]
    assert sum("bold xᵢ" in line for line in lines) == 10
    tex = (r"\mathcal{L}\neq L,\mathbb{R},\mathfrak{g},\mathsf{A},\boldsymbol{\theta}",)
    (line,) = Layout(with_font_names(Document("", (Formula(tex),))), None)
    assert line.text == "script L ≠ L, double R, fraktur g, sans A, bold θ"
