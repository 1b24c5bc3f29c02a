"""What a command has printed, or other text to read, over the whole screen. It reads its own keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.events import Key
from textual.geometry import Size
from textual.strip import Strip

from reader.core.lines import Line, Piece, cell_len, literal, wrap
from reader.keys.keymap import Keymap
from reader.ui.kit.glyphs import UNICODE, Glyphs
from reader.ui.kit.own_keys import MOVES, OwnKeysScreen
from reader.ui.kit.pane import Pane
from reader.ui.kit.status_lines import Status
from reader.ui.looks.theme import stylesheet
from reader.ui.views.reading_lines import READING_ROLES


class OutputPane(Pane):
    """Lines that are composed for the pane's width."""

    PREFIX = "output"
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"output--{role}" for role in (*READING_ROLES,)}

    def __init__(self, compose: Callable[[int], Sequence[Line]]) -> None:
        """`compose` returns the lines, of at most so many cells."""
        super().__init__()
        self._compose_lines = compose
        self._lines: Sequence[Line] = ()

    def on_resize(self) -> None:
        """Compose the lines for the new width."""
        self._lines = self._compose_lines(max(1, self.columns - 2))
        self.virtual_size = Size(self.columns, len(self._lines))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        place = y + self.scroll_offset.y
        return self._strip(self._lines[place] if place < len(self._lines) else (), margin=1)


def plain_lines(text: str) -> Callable[[int], Sequence[Line]]:
    """Composes lines of plain text, wrapped at words where they are too long."""
    lines = text.splitlines()
    return lambda width: [(Piece(literal(part)),) for line in lines for part in _wrapped(line, width)]


def _wrapped(line: str, width: int) -> list[str]:
    """The parts of a line; a continued one keeps the blanks before it."""
    if cell_len(line) <= width:
        return [line]
    indent = " " * min(len(line) - len(line.lstrip()), width // 2)
    parts = wrap(line, max(width - len(indent), 2))
    return [indent + line[start:end] for start, end in parts]


class OutputScreen(OwnKeysScreen):
    """A title, the output, and the keys."""

    CSS_PATH = stylesheet("output")
    CONTEXT = "output"
    ACTS = MOVES | {"output.copy", "output.close"}

    def __init__(
        self,
        title: str,
        text: str,
        keymap: Keymap,
        copy: Callable[[str], object],
        glyphs: Glyphs = UNICODE,
        *,
        compose: Callable[[int], Sequence[Line]] | None = None,
        keep: Callable[[], object] | None = None,
    ) -> None:
        """`copy` puts a text on the clipboard; `compose` returns the lines for a width, or else they are the text's.

        `keep` is done if the user presses enter: then the text says what it would do.
        """
        super().__init__(title, OutputPane(compose or plain_lines(text)), keymap, glyphs)
        self._text = text
        self._copy = copy
        self._keep = keep

    def say(self, said: str) -> None:
        if self._keep is None:
            super().say(said)
        else:
            self.status.show(Status((("enter", "keep it"), ("esc", "leave it"))))

    async def on_key(self, event: Key) -> None:
        """Keep what is proposed; the base class does what other keys mean."""
        if self._keep is not None and event.key == "enter":
            event.stop()
            event.prevent_default()
            self.dismiss()
            self._keep()

    async def act(self, action: str, times: int) -> None:
        if action == "output.close":
            self.dismiss()
        else:
            self._copy(self._text)
            lines = len(self._text.splitlines())
            self.say(f"copied {lines:,} line{'' if lines == 1 else 's'}")
