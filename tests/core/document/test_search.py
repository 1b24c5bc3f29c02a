"""What is searched of a document."""

from __future__ import annotations

import re

from reader.core.document.find import Hit, find, searched_text
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


def test_a_word_that_only_a_drawn_formula_shows_is_found_if_wanted() -> None:
    document = Document("T", (Paragraph((Span("Plain"), Span(r"\alpha_1", "formula"))), Paragraph((Span("Plain"),))))
    finders = [lambda text: [one.span() for one in re.finditer("α", text)]]
    assert [hit.text for hit in find(document, finders, in_formulas=True)] == ["Plainα₁"]
    assert list(find(document, finders)) == []


def test_hits_are_cut_between_words() -> None:
    words = [f"word{number}" for number in range(60)]
    long = " ".join(words)
    heading = Heading(1, "1", (Span("Alpha"),))
    blocks = (
        Paragraph((Span("Alpha, betas"),)),
        heading,
        Paragraph((Span(f"{long} alpha bet\u00e9 {long}"),)),
        Paragraph((Span(f"alpha {long} beta"),)),
        Paragraph((Span("x" * 300 + "alphabeta" + "y" * 300),)),
        Paragraph((Span(f"alpha beta {'w' * 65} end"),)),
        Paragraph((Span(f"{'z' * 69} alphabet"),)),
    )
    finders = [
        lambda text, word=word: [one.span() for one in re.finditer(word, text.lower())] for word in ("alpha", "bet")
    ]
    assert list(find(Document("T", blocks), finders)) == [
        Hit(None, "Alpha, betas", ((0, 5), (7, 10)), 0),
        Hit(heading, f"…{' '.join(words[50:])} alpha bet\u00e9 {' '.join(words[:11])}…", ((71, 76), (77, 80)), 2),
        Hit(heading, f"alpha {' '.join(words[:12])}…", ((0, 5),), 3),
        Hit(heading, f"…{'x' * 140}alphabeta{'y' * 136}…", ((141, 146), (146, 149)), 4),
        Hit(heading, f"alpha beta {'w' * 65}…", ((0, 5), (6, 9)), 5),
        Hit(heading, f"{'z' * 69} alphabet", ((70, 75), (75, 78)), 6),
    ]
