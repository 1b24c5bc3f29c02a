"""The line for typing tags, over what was in front."""

from __future__ import annotations

from collections.abc import Iterable

from reader.core.tag_words import TagCompletion, complete_tag
from reader.ui.screens.line_screen import LineScreen
from reader.ui.state.parts import Tagging
from reader.ui.text.lines import Line
from reader.ui.text.tag_advice import tag_advice
from reader.ui.widgets.typed_line import TypedLine

LONGEST = 500
"""Maximum number of typed characters."""


class TagScreen(LineScreen):
    """The line of tags."""

    def __init__(self, tagging: Tagging, topics: Iterable[str], key: str) -> None:
        """`topics` complete a word after the user's own tags; `key` takes a completion."""
        super().__init__(TypedLine("tag", self._advise, self._complete, LONGEST))
        self._tagging = tagging
        self._topics = tuple(topics)
        self._key = key
        self._selected = 0
        self._completion: TagCompletion | None = None

    def on_mount(self) -> None:
        self._complete()

    # Keys

    def complete(self) -> None:
        """Put the marked completion in place of the word before the cursor."""
        self._complete(self._selected)
        if self._completion is not None:
            self.line.replace(self._completion.start, self._completion.words[self._selected])

    def select(self, by: int) -> None:
        """Mark another completion."""
        if self._completion is not None:
            self._selected = min(max(self._selected + by, 0), len(self._completion.words) - 1)
            self.line.advise()

    def _complete(self, selected: int = 0) -> None:
        tagging = self._tagging
        before = self.line.before_cursor
        self._completion = complete_tag(before, tagging.known, self._topics, tagging.has, tagging.shared)
        self._selected = min(selected, len(self._completion.words) - 1) if self._completion else 0

    def _advise(self, width: int) -> Line:
        has = "" if self.line.text.strip() else self._tagging.said
        return tag_advice(has, self._completion, self._selected, self._key, width)
