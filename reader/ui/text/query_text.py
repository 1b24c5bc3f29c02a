"""The text of a query as pieces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reader.ui.text.lines import Line, Piece

if TYPE_CHECKING:
    from reader.core.query.suggestions import Span

QUERY_ROLES = ("field", "value", "operator", "word", "phrase", "error")
"""The roles of a query's pieces; a widget that draws a query has a component class for each."""


def query_pieces(text: str) -> Line:
    """Return a query's text as pieces, even if it does not parse."""
    if not text:
        return ()
    from reader.core.query.suggestions import tokens

    pieces: list[Piece] = []
    done = 0
    for span in tokens(text):
        if span.start > done:
            pieces.append(Piece(text[done : span.start]))
        pieces.append(Piece(text[span.start : span.end], span.kind))
        done = span.end
    if text[done:].strip():
        pieces.append(Piece(text[done:]))
    return tuple(pieces)


def value_spans(text: str, field: str) -> list[Span]:
    """Return the spans of a field's values in a query's text."""
    from reader.core.query.suggestions import tokens

    found = []
    inside = False
    for span in tokens(text):
        if span.kind == "field":
            inside = text[span.start : span.end].lower() == f"{field}:"
        elif span.kind == "value" and inside:
            found.append(span)
        elif text[span.start : span.end] != ",":
            inside = False
    return found
