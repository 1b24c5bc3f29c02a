r"""A document with rewritten formulas: as TeX, or with names of fonts instead of letters that a terminal may lack."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from reader.core.document.model import (
    Block,
    Document,
    Figure,
    Formula,
    Heading,
    Items,
    Note,
    Paragraph,
    Quote,
    Reference,
    Span,
    Spans,
    Table,
    Theorem,
    Verbatim,
)

_NAMES = {
    "mathbf": "bold", "boldsymbol": "bold", "bm": "bold", "mathbb": "double", "mathds": "double", "mathcal": "script",
    "mathscr": "script", "mathfrak": "fraktur", "mathsf": "sans", "mathtt": "mono",
}  # fmt: skip
_FONT = re.compile(rf"\\({'|'.join(_NAMES)})(?![A-Za-z])")


def with_tex(document: Document) -> Document:
    """The document with its formulas as TeX, between dollars."""
    return _rewritten(
        document,
        lambda span: Span(f"${span.text}$", "code", span.target),
        lambda formula: Verbatim(
            tuple((Span(line),) for line in ("$$", *formula.rows, f"$$ {formula.number}".rstrip())), formula.anchor
        ),
    )


def with_font_names(document: Document) -> Document:
    r"""The document with the names of fonts: `\mathbf{x}` is `bold x`, for terminals without its letters."""
    return _rewritten(
        document,
        lambda span: span._replace(text=_named(span.text)),
        lambda formula: replace(formula, rows=tuple(map(_named, formula.rows))),
    )


def _named(tex: str) -> str:
    return _FONT.sub(lambda found: rf"\operatorname{{{_NAMES[found[1]]}}}", tex)


def _rewritten(document: Document, inline: Callable[[Span], Span], displayed: Callable[[Formula], Block]) -> Document:
    """The document with each formula changed, in running text and on lines of its own."""

    def spans_of(spans: Spans) -> Spans:
        return tuple(inline(span) if span.style == "formula" else span for span in spans)

    def block_of(block: Block) -> Block:
        match block:
            case Formula():
                return displayed(block)
            case Heading() | Paragraph() | Note() | Reference():
                return replace(block, spans=spans_of(block.spans))
            case Items(items):
                parts = (replace(item, blocks=tuple(map(block_of, item.blocks))) for item in items)
                return replace(block, items=tuple(parts))
            case Quote(blocks):
                return replace(block, blocks=tuple(map(block_of, blocks)))
            case Theorem(title, blocks):
                return replace(block, title=spans_of(title), blocks=tuple(map(block_of, blocks)))
            case Figure(_, caption, blocks):
                return replace(block, caption=spans_of(caption), blocks=tuple(map(block_of, blocks)))
            case Table(rows):
                changed = (tuple(replace(cell, spans=spans_of(cell.spans)) for cell in row) for row in rows)
                return replace(block, rows=tuple(changed))
            case Verbatim(lines):
                return replace(block, lines=tuple(map(spans_of, lines)))

    return replace(document, blocks=tuple(map(block_of, document.blocks)))
