"""Quotes from a paper's text in a note, in Markdown."""

from __future__ import annotations


def with_quote(note: str, quote: str) -> str:
    """A note with a quote at its end, and room to write below it."""
    before = note.rstrip("\n")
    return f"{before}\n\n{quote}\n\n" if before else f"{quote}\n\n"
