"""What is searched of a document."""

from __future__ import annotations

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
)
from reader.core.document.search import searched_text


def test_every_kind_of_block_is_searched() -> None:
    document = Document(
        "Not the title",
        (
            Heading(1, "2", (Span("Method"),)),
            Quote((Paragraph((Span("trans"), Span("former", "strong"), Span(r"\leq\alpha", "formula"))),)),
            Formula((r"\unknown{relu}{x}",), "(1)"),
            Items((Item("(a)", (Paragraph((Span("first"),)),)),)),
            Verbatim(((Span("for "), Span("each")),)),
            Table(((Cell((Span("cell"),)),),)),
            Figure("Figure 1", (Span("caption"),), ()),
            Theorem((Span("Lemma 1"),), ()),
            Note("1", (Span("aside"),)),
            Reference("[3]", (Span("Cited work"),)),
        ),
    )
    assert searched_text(document).splitlines() == [
        "2 Method", "transformer≤ α", "‹unknown›relux", "(a)", "first", "for each", "cell", "Figure 1 caption",
        "Lemma 1", "1 aside", "[3] Cited work",
    ]  # fmt: skip
