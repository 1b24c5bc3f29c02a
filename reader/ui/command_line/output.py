"""What a command has printed, or other text to read, over the whole screen. It reads its own keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.content import Content
from textual.events import Key
from textual.geometry import Size
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from reader.core.lines import cell_len, wrap
from reader.keys.keymap import Keymap, KeyReader, Match
from reader.ui.kit.glyphs import UNICODE, Glyphs
from reader.ui.kit.line_widgets import StatusLine
from reader.ui.kit.lines import Line, Piece, cut, literal
from reader.ui.kit.pane import Pane
from reader.ui.kit.textual_fixes import DismissedOnce
from reader.ui.looks.stylesheets import stylesheet
from reader.ui.shell.status_lines import Status
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

    def scroll_lines(self, count: int) -> None:
        """Scroll down by `count` lines, up if negative."""
        self.scroll_to(y=self.scroll_offset.y + count, animate=False, force=True)

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


class OutputScreen(DismissedOnce, Screen[None], inherit_bindings=False):
    """A title, the output, and the keys."""

    CSS_PATH = stylesheet("output")
    AUTO_FOCUS = ""
    COMPONENT_CLASSES: ClassVar[set[str]] = set()

    ACTS: ClassVar[frozenset[str]] = frozenset(
        {
            *("move.down", "move.up", "move.half_down", "move.half_up", "move.page_down", "move.page_up"),
            *("move.top", "move.bottom", "output.copy", "output.close"),
        }
    )
    """The actions that the screen handles itself; other keys go on to the app."""

    def __init__(
        self,
        title: str,
        text: str,
        keymap: Keymap,
        copy: Callable[[str], object],
        glyphs: Glyphs = UNICODE,
        *,
        compose: Callable[[int], Sequence[Line]] | None = None,
    ) -> None:
        """`copy` puts a text on the clipboard; `compose` returns the lines for a width, or else they are the text's."""
        super().__init__()
        self._title = title
        self._text = text
        self._compose_lines = compose or plain_lines(text)
        self._keymap = keymap
        self._keys = KeyReader(keymap)
        self._copy = copy
        self._glyphs = glyphs

    def compose(self) -> ComposeResult:
        yield _Title(self._title, self._glyphs)
        yield OutputPane(self._compose_lines)
        yield StatusLine(self._glyphs)

    def on_mount(self) -> None:
        self._say("")

    def _say(self, said: str) -> None:
        self.query_one(StatusLine).show(Status(tuple(self._keymap.hints("output")), said=said))

    def on_key(self, event: Key) -> None:
        """Scroll, copy or close."""
        outcome = self._keys.feed(event.key, "output")
        if isinstance(outcome, Match) and outcome.action.id in self.ACTS:
            event.stop()
            self._act(outcome.action.id, outcome.count)

    def _act(self, action: str, count: int | None) -> None:
        pane, times = self.query_one(OutputPane), count or 1
        page, end = max(pane.size.height - 1, 1), pane.virtual_size.height
        match action:
            case "output.close":
                self.dismiss()
            case "output.copy":
                self._copy(self._text)
                lines = len(self._text.splitlines())
                self._say(f"copied {lines:,} line{'' if lines == 1 else 's'}")
            case "move.down" | "move.up":
                pane.scroll_lines(times if action == "move.down" else -times)
            case "move.half_down" | "move.half_up":
                pane.scroll_lines(times * (page // 2) * (1 if action == "move.half_down" else -1))
            case "move.page_down" | "move.page_up":
                pane.scroll_lines(times * page * (1 if action == "move.page_down" else -1))
            case _:
                pane.scroll_lines(end if action == "move.bottom" else -end)


class _Title(Widget):
    """The command whose output it is."""

    def __init__(self, text: str, glyphs: Glyphs) -> None:
        super().__init__()
        self._text = text
        self._ellipsis = glyphs.ellipsis

    def render(self) -> Content:
        return Content(f" {cut(literal(self._text), self.size.width - 2, self._ellipsis)}")
