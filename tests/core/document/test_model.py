"""The outline, the anchors and the sizes of a document."""

from __future__ import annotations

from reader.core.document.model import (
    Cell,
    Document,
    Figure,
    Formula,
    Heading,
    Item,
    Items,
    Paragraph,
    Span,
    Table,
    Theorem,
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


def test_an_anchor_leads_to_the_block_that_holds_it() -> None:
    assert DOCUMENT.anchors == {"S1": 0, "S1.SS1": 2, "S1.Thm1": 3, "S1.E1": 3, "S2": 4, "S2.T1": 5}


def test_progress_is_counted_in_letters() -> None:
    assert DOCUMENT.sizes == (3, 1, 3, len("Theorem 1x(1)"), 5, len("•Table 1capb"))
