"""What a program of the user's said about a paper, as lines beside the bar of all text that a machine wrote."""

from __future__ import annotations

from reader.cache.outputs import Output
from reader.ui.text.glyphs import Glyphs
from reader.ui.text.lines import Line, Piece, fill, literal

MOST_SHOWN = 20_000
"""Characters that are drawn, as many as an abstract may have."""


def output_lines(output: Output, width: int, glyphs: Glyphs) -> list[Line]:
    """Return the output under its command's name, in its own lines."""
    bar = Piece(f"{glyphs.quote} ", "quote")
    maker = Piece(f" {glyphs.dot} by a program, {output.made[:10]}", "muted")
    lines = fill([Piece(literal(output.name), "label"), maker], width - 2)
    for one in output.text[:MOST_SHOWN].split("\n"):
        lines.extend(fill([Piece(literal(one), "summary")], width - 2) if one.strip() else [()])
    if len(output.text) > MOST_SHOWN:
        lines.extend(fill([Piece("The rest is in: dailypapers show", "muted")], width - 2))
    return [(bar, *line) for line in lines]
