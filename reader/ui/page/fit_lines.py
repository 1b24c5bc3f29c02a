"""Why a paper is in a list of what fits best, as lines."""

from __future__ import annotations

from reader.core.lines import Line, Piece, fill, literal
from reader.core.similarity import Fit
from reader.ui.kit.glyphs import Glyphs


def fit_lines(fit: Fit | None, width: int, glyphs: Glyphs) -> list[Line]:
    """Draw the reasons, each in a sentence; nothing without."""
    if fit is None:
        return []
    said = [sentence for sentence in (fit.shared.said, fit.found_by.said) if sentence]
    between = f" {glyphs.dot} "
    text = between.join(said).replace("; ", between)
    return fill([Piece("Why here  ", "label"), Piece(literal(text), "facts")], width) if text else []
