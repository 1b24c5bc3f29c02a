"""The line for typing tags, over what was in front."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress

from textual.app import ComposeResult
from textual.screen import ModalScreen

from reader.core.tag_words import TagCompletion, complete_tag
from reader.ui.state_parts import Tagging
from reader.ui.stylesheets import stylesheet
from reader.ui.text.lines import Line
from reader.ui.text.tag_advice import tag_advice
from reader.ui.widgets.typed_line import TypedLine

LONGEST = 500
"""Maximum number of typed characters."""


class TagScreen(ModalScreen[None]):
    """The line of tags. The app reads its keys; letters go to the line."""

    CSS_PATH = stylesheet("typed")
    AUTO_FOCUS = ""

    def __init__(self, tagging: Tagging, topics: Iterable[str], key: str) -> None:
        """`topics` complete a word after the user's own tags; `key` takes a completion."""
        super().__init__()
        self._tagging = tagging
        self._topics = tuple(topics)
        self._key = key
        self._selected = 0
        self._completion: TagCompletion | None = None
        self._is_there = asyncio.Event()
        self.line = TypedLine("tag", self._advise, self._complete, LONGEST)

    def compose(self) -> ComposeResult:
        yield self.line

    def on_mount(self) -> None:
        self._complete()
        self.line.begin()
        self._is_there.set()

    async def ready(self) -> None:
        """Wait until the line takes keys."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._is_there.wait(), 1.0)

    async def catch_up(self) -> None:
        """Wait until the line has taken the keys sent to it."""
        await self.line.catch_up()

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
        self._completion = complete_tag(self.line.before_cursor, tagging.known, self._topics, tagging.has)
        self._selected = min(selected, len(self._completion.words) - 1) if self._completion else 0

    def _advise(self, width: int) -> Line:
        has = "" if self.line.text.strip() else self._tagging.said
        return tag_advice(has, self._completion, self._selected, self._key, width)
