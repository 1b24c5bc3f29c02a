"""A full text for stories, with all that the reader treats in a way of its own, and how it comes into the cache."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from reader.cache.reads.window import Window
from reader.cache.texts import Texts
from reader.core.document.model import Block, Cell, Document, Figure, Heading, Paragraph, Reference, Span, Table

WORDS = "a measured sentence of plain words stands here to fill the lines that a reader scrolls through "


def paragraph(*spans: Span | str, anchor: str = "") -> Paragraph:
    """A paragraph of texts and spans."""
    return Paragraph(tuple(span if isinstance(span, Span) else Span(span) for span in spans), anchor)


def wide_table(columns: int = 30) -> Table:
    """A table that no screen of tests has room for."""
    head = tuple(Cell((Span(f"column {number}"),), is_head=True) for number in range(columns))
    row = tuple(Cell((Span(f"value {number}"),), align="right") for number in range(columns))
    return Table((head, row), anchor="T1")


def document(version: int | None = 1, *, more: int = 0) -> Document:
    """A text of three sections, with references; `more` paragraphs come before the third."""
    prose = tuple(paragraph(f"Paragraph {number}. {WORDS * 4}") for number in range(12))
    blocks: tuple[Block, ...] = (
        Heading(1, "1", (Span("Introduction"),), "S1"),
        paragraph("We follow ", Span("[2]", "", "#bib2"), " and the tables of ", Span("Table 1", "", "#T1"), ", see "),
        *prose,
        Heading(1, "2", (Span("Method"),), "S2"),
        Figure("Table 1", (Span("All numbers."),), (wide_table(),), anchor="T1.fig"),
        *prose,
        Heading(2, "2.1", (Span("Zebra crossing"),), "S2.SS1"),
        paragraph("The zebra runs only here."),
        *prose[: 2 + more],
        Heading(1, "3", (Span("Results"),), "S3"),
        *prose,
        Heading(1, "", (Span("References"),), "bib"),
        *(Reference(f"[{number}]", (Span(f"Author {number}. A title."),), f"bib{number}") for number in range(1, 40)),
    )
    return Document("A Text", blocks, version, "CC BY 4.0")


def keep_text(
    file: Path,
    id: str,
    text: Document | None = None,
    *,
    source: str = "arxiv.org",
    fetched: str = "2026-05-12T06:00:00Z",
) -> None:
    """Put a text into the cache."""
    with closing(Window.open(file)) as window:
        pk = window.pk_of(id)
    assert pk is not None
    with closing(Texts.open(file)) as texts:
        texts.put(pk, text or document(), source, fetched)
