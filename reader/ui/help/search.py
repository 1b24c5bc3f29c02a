"""What help and the palette share: commands and keys are found by a few typed words, in a screen of lines."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.events import Click, Key, Paste
from textual.strip import Strip

from reader.core.lines import Line
from reader.core.text import clean
from reader.keys.keymap import Keymap
from reader.ui.command_line.output import OutputPane
from reader.ui.kit.glyphs import UNICODE, Glyphs
from reader.ui.kit.line_widgets import PLAIN
from reader.ui.kit.own_keys import MOVES, OwnKeysScreen
from reader.ui.looks.theme import stylesheet


class Finder:
    """Matches texts that have every typed word, in any order and case."""

    def __init__(self, typed: str) -> None:
        self.words = tuple(typed.split())
        self._starts = [re.compile(rf"(?<!\w){re.escape(word)}", re.IGNORECASE) for word in self.words]
        self._anywhere = [re.compile(re.escape(word), re.IGNORECASE) for word in self.words]

    def score(self, name: str, about: str) -> float:
        """Return how well a command matches, from 0 to 1; 0 if a typed word is in neither text.

        Beginnings of words in the name are best, then the middle of words there, then beginnings of words in `about`.
        """
        if not self.words:
            return 1.0
        grades = [
            4 if start.search(name) else 3 if anywhere.search(name) else 2 if start.search(about) else 0
            for start, anywhere in zip(self._starts, self._anywhere, strict=True)
        ]
        if 0 in grades:
            return 0.0
        leads = name.casefold().startswith(self.words[0].casefold())
        return (sum(grades) + leads) / (4 * len(grades) + 1)


LONGEST = 200
"""Maximum number of typed characters."""


class FoundPane(OutputPane):
    """The lines, one of them under a cursor if a key can choose it."""

    PREFIX = "help"
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"help--{role}" for role in ("heading", "key", "name", "about", "hit", "cursor")
    }

    def __init__(self, compose: Callable[[int], Sequence[Line]], choose: Callable[[], object] | None = None) -> None:
        """`choose` takes the line under the cursor; without it there is no cursor."""
        super().__init__(compose)
        self.choose = choose
        self.at = 0

    def show(self, compose: Callable[[int], Sequence[Line]], at: int = 0) -> None:
        """Show other lines, with the cursor on one of them."""
        self._compose_lines = compose
        if self.is_attached:
            self.on_resize()
        self.go(at)

    def on_resize(self) -> None:
        """Keep the cursor in view."""
        super().on_resize()
        if self.choose is not None:
            self.go(self.at)

    def go(self, at: int) -> None:
        """Put the cursor on a line, and show it."""
        self.at = max(0, min(at, len(self._lines) - 1))
        top, height = self.scroll_offset.y, self.size.height
        if height:
            self.scroll_to(y=min(self.at, max(top, self.at - height + 1)), animate=False, force=True)
        self.refresh()

    @property
    def seen(self) -> Sequence[Line]:
        """The first lines, as far as the pane has room."""
        return self._lines[: self.size.height]

    @property
    def line(self) -> Line:
        """The line under the cursor."""
        return self._lines[self.at] if self.at < len(self._lines) else ()

    def on_click(self, event: Click) -> None:
        """Choose the clicked line."""
        offset = event.get_content_offset(self)
        at = len(self._lines) if offset is None else offset.y + self.scroll_offset.y
        if self.choose is not None and at < len(self._lines):
            event.stop()
            self.go(at)
            self.choose()

    def render_line(self, y: int) -> Strip:
        place = y + self.scroll_offset.y
        over = "cursor" if self.choose is not None and place == self.at < len(self._lines) else PLAIN
        return self._strip(self._lines[place] if place < len(self._lines) else (), over, margin=1)


class SearchScreen(OwnKeysScreen):
    """A title or what is typed, the lines, and the keys."""

    CSS_PATH = stylesheet("help")
    CONTEXT = "help"
    ACTS = MOVES | {"help.close", "help.search"}

    def __init__(self, pane: FoundPane, keymap: Keymap, glyphs: Glyphs = UNICODE) -> None:
        super().__init__("", pane, keymap, glyphs)
        self._found = pane
        self._glyphs = glyphs
        self._typed = ""
        self._is_typing = False
        """Whether letters are text."""

    def search(self, typed: str) -> None:
        """Show what is found by a text."""
        raise NotImplementedError

    def enter(self) -> None:
        """What enter does while a text is typed."""
        raise NotImplementedError

    async def on_key(self, event: Key) -> None:
        """Take a letter as text while one is typed; other keys mean what they do in help."""
        if not self._is_typing or not (event.is_printable or event.key in ("backspace", "enter")):
            return
        event.stop()
        event.prevent_default()
        if event.key == "enter":
            self.enter()
        else:
            typed = self._typed + event.character if event.is_printable and event.character else self._typed[:-1]
            self.search(typed[:LONGEST])

    def on_paste(self, event: Paste) -> None:
        """Take a pasted text as typed."""
        event.stop()
        self.search(clean(self._typed + event.text, LONGEST))

    def take_text(self, text: str) -> None:
        """Begin a search with letters that are no keys here."""
        self.search(text)
