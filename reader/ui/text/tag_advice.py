"""The advice below the line of tags: what the papers have, and what completes the typed word."""

from __future__ import annotations

from reader.core.tag_words import TagCompletion
from reader.ui.text.lines import Line, Piece, cut_line, key_piece, literal, measure

TAG_ROLES = ("quiet", "key", "chosen", "number")
"""The roles of the advice's pieces."""

HELP = '-name takes one away; "in quotes" with blanks'


def tag_advice(has: str, completion: TagCompletion | None, selected: int, key: str, width: int) -> Line:
    """Say which tags the papers have, then the completions that fit, the `selected` one marked.

    `has` is empty once something is typed; `key` takes the completion.
    """
    line: list[Piece] = [Piece(f"{literal(has)}  ", "quiet")] if has else []
    if completion is None:
        return cut_line((*line, Piece(HELP, "quiet")), width)
    line += [key_piece(key), key_piece(key, " takes", "quiet")]
    for place, (word, papers) in enumerate(zip(completion.words, completion.papers, strict=True)):
        item = [Piece("  "), Piece(literal(word), "chosen" if place == selected else "quiet")]
        if papers is not None:
            item.append(Piece(f" {papers:,}", "number"))
        if place > selected and measure((*line, *item)) > width:
            break
        line += item
    return cut_line(tuple(line), width)
