"""Why a paper is in a list of what fits best, as lines."""

from __future__ import annotations

from typing import NamedTuple

from reader.core.lines import Line, Piece, fill, literal
from reader.core.paper_row import PaperKey
from reader.core.similarity import FoundBy, Shared
from reader.ui.kit.glyphs import Glyphs


class Fit(NamedTuple):
    """Why a paper is in the list of a query for what fits best."""

    key: PaperKey
    text: str
    """The query."""
    shared: Shared = Shared()
    """What it shares with the papers of `like:`."""
    found_by: FoundBy = FoundBy()
    """By what the words have found it."""

    @property
    def corrections(self) -> str:
        """For which words typed ones were taken; empty for none."""
        return ", ".join(meant for _, meant in self.found_by.corrected)


def fit_lines(fit: Fit | None, width: int, glyphs: Glyphs) -> list[Line]:
    """Draw the reasons, each in a sentence; nothing without."""
    if fit is None:
        return []
    said = [sentence for sentence in (fit.shared.said, fit.found_by.said) if sentence]
    between = f" {glyphs.dot} "
    text = between.join(said).replace("; ", between)
    return fill([Piece("Why here  ", "label"), Piece(literal(text), "facts")], width) if text else []
