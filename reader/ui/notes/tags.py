"""The line of tags."""

from __future__ import annotations

from reader.core.lines import Line, Piece, literal
from reader.core.tag_words import complete_tag
from reader.ui.command_line.screen import LineScreen
from reader.ui.filter.state import topic_papers
from reader.ui.notes.state import Tagging
from reader.ui.shell.commands import Candidate, Suggested
from reader.ui.shell.services import Services


class TagScreen(LineScreen[Tagging], inherit_bindings=False):
    """The line of tags."""

    LABEL = "tag"
    LONGEST = 500

    def __init__(self, services: Services, tagging: Tagging) -> None:
        super().__init__(services, tagging)
        self._tagging = tagging
        self._topics = tuple(topic_papers(self._model.state))
        """Used to complete a word, after the user's own tags."""

    def on_mount(self) -> None:
        self.report()

    def report(self) -> None:
        tagging = self._tagging
        found = complete_tag(self.line.before_cursor, tagging.known, self._topics, tagging.has, tagging.shared)
        pairs = zip(found.words, found.papers, strict=True) if found else ()
        candidates = (
            Candidate(word, "" if papers is None else "1 paper" if papers == 1 else f"{papers:,} papers")
            for word, papers in pairs
        )
        self.suggested, self.selected = Suggested(found.start if found else 0, tuple(candidates)), 0

    def lead(self) -> Line:
        has = "" if self.line.text.strip() else f"{literal(self._tagging.said)}  "
        how = "" if self.suggested.candidates else '-name removes a tag; "in quotes" if it has spaces'
        return (Piece(f"{has}{how}", "quiet"),)
