"""The text of a document that is searched: what a reader sees of it, in reading order, and formulas as Unicode."""

from __future__ import annotations

from collections.abc import Iterator

from reader.core.document.formula import formula_text
from reader.core.document.model import (
    Block,
    Document,
    Figure,
    Formula,
    Heading,
    Item,
    Listing,
    Note,
    Paragraph,
    Reference,
    Spans,
    Table,
    Theorem,
    walk,
)


def searched_text(document: Document) -> str:
    """The text of a document, a line for each paragraph; not its title, which the papers' own index has."""
    return "\n".join(text for block in document.blocks for text in block_texts(block) if text)


def block_texts(block: Block) -> Iterator[str]:
    """The texts of a block and of what it contains; a word that changes its style in the middle stays one."""
    for inner in walk(block):
        match inner:
            case Heading(number=label, spans=spans) | Note(mark=label, spans=spans) | Reference(label, spans):
                yield f"{label} {_joined(spans)}"
            case Paragraph(spans) | Theorem(spans):
                yield _joined(spans)
            case Formula(rows):
                yield from map(formula_text, rows)
            case Item(marker):
                yield marker
            case Listing(lines):
                yield from map(_joined, lines)
            case Table(rows):
                yield from (_joined(cell.spans) for row in rows for cell in row)
            case Figure(label, caption):
                yield f"{label} {_joined(caption)}"


def _joined(spans: Spans) -> str:
    return "".join(formula_text(span.text) if span.style == "formula" else span.text for span in spans)
