"""What holds of every document that a parser makes of foreign text."""

from __future__ import annotations

import unicodedata

from reader.core.document.codec import dump, load
from reader.core.document.model import (
    NESTING,
    STYLES,
    Block,
    Document,
    Figure,
    Item,
    Items,
    Quote,
    Table,
    Theorem,
    Verbatim,
    texts,
    walk,
)
from reader.core.foreign import web_url

_FORBIDDEN = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
_JOINERS = "\u200c\u200d"


def check_document(document: Document) -> None:
    """A document is harmless to a terminal, bounded, and the same after it was stored."""
    check_text(document.title)
    for block in document.blocks:
        assert depth(block) <= NESTING + 1
        for text in texts(block):
            check_text(text)
        for inner in walk(block):
            check_text(inner.anchor)
            check_spans(inner)
    assert load(dump(document)) == document
    assert len(document.sizes) == len(document.blocks)
    for section in document.sections:
        assert document.blocks[section.start] is section.heading
        assert section.start < section.end <= len(document.blocks)


def check_text(text: str) -> None:
    """A text has nothing that a terminal obeys or hides."""
    bad = [letter for letter in text if letter not in _JOINERS and unicodedata.category(letter) in _FORBIDDEN]
    assert not bad, ascii(text[:200])


def check_spans(block: Block | Item) -> None:
    """Spans have text, a known style, and lead to an anchor or a web address."""
    for name in ("spans", "caption", "title"):
        for span in getattr(block, name, ()):
            assert span.text
            assert span.style in STYLES
            assert not span.target or span.target.startswith("#") or web_url(span.target) == span.target
    if isinstance(block, Table):
        assert block.rows and all(0 < rule < len(block.rows) for rule in block.rules)
        assert all(cell.across >= 1 and cell.down >= 1 for row in block.rows for cell in row)
    if isinstance(block, Verbatim):
        assert block.lines


def depth(block: Block | Item) -> int:
    """How deep blocks nest in a block; items count with their list."""
    if isinstance(block, Items):
        return 1 + max((depth(inner) for item in block.items for inner in item.blocks), default=0)
    if isinstance(block, (Quote, Figure, Theorem)):
        return 1 + max(map(depth, block.blocks), default=0)
    return 0
