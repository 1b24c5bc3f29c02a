"""The first line of a paper's page during a triage."""

from __future__ import annotations

from typing import ClassVar

from textual.content import Content
from textual.widget import Widget

from reader.ui.text.glyphs import Glyphs
from reader.ui.text.styled_text import draw
from reader.ui.text.triage_lines import TRIAGE_ROLES, TriageHeader, triage_line


class TriageTop(Widget):
    """How many papers there are, the rest of the time, and the pace."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"top--{role}" for role in TRIAGE_ROLES}

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__()
        self._glyphs = glyphs
        self._header = TriageHeader()

    def show(self, header: TriageHeader) -> None:
        """Show how far the triage is."""
        if header != self._header:
            self._header = header
            self.refresh()

    def render(self) -> Content:
        return draw(self, triage_line(self._header, self.size.width, self._glyphs), "top")
