"""The outline, the anchors and the sizes of a document, and the same with other formulas."""

from __future__ import annotations

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
    plain,
    walk,
    with_font_names,
    with_tex,
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


def test_formulas_are_tex_wherever_they_stand() -> None:
    lines = [line.text.strip() for line in Layout(with_tex(EVERYWHERE), None)]
    assert sum(r"$\mathbf{x}_{i}$" in line for line in lines) == 10
    assert not any("𝐱" in line for line in lines)
    displayed = with_tex(Document("", (Formula((r"a&=b", r"&=c"), "(2)", "E2"),)))
    assert [line.text.strip() for line in Layout(displayed, None)] == ["$$", "a&=b", "&=c", "$$ (2)"]
    assert displayed.anchors == {"E2": 0}


def test_fonts_have_names_where_their_letters_may_be_missing() -> None:
    lines = [line.text for line in Layout(with_font_names(EVERYWHERE), None)]
    assert sum("bold xᵢ" in line for line in lines) == 10
    tex = (r"\mathcal{L}\neq L,\mathbb{R},\mathfrak{g},\mathsf{A},\boldsymbol{\theta}",)
    (line,) = Layout(with_font_names(Document("", (Formula(tex),))), None)
    assert line.text == "script L ≠ L, double R, fraktur g, sans A, bold θ"


def test_all_else_stays() -> None:
    for change in (with_tex, with_font_names):
        changed = change(EVERYWHERE)
        assert [type(one) for block in changed.blocks for one in walk(block)] == [
            type(one) for block in EVERYWHERE.blocks for one in walk(block)
        ]
        texts = [block for block in changed.blocks if isinstance(block, Paragraph)]
        assert [next(iter(plain(block.spans))) for block in texts] == ["Take "]
