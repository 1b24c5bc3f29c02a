"""Quotes from a paper's text in a note, in Markdown, with where they stand."""

from __future__ import annotations

from collections.abc import Iterable


def quoted(lines: Iterable[str], source: str) -> str:
    """Lines of a text as a quote, and below them its source, such as `§3 Method, 2605.00400v2`."""
    text = "\n".join(f"> {line.rstrip()}".rstrip() for line in lines)
    return f"{text}\n>\n> — {source}" if source else text


def with_quote(note: str, quote: str) -> str:
    """A note with a quote at its end, and room to write below it."""
    before = note.rstrip("\n")
    return f"{before}\n\n{quote}\n\n" if before else f"{quote}\n\n"
