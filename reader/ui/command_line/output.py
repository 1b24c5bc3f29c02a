"""The output of a command, or other text to read, full screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.geometry import Size
from textual.strip import Strip

from reader.core.lines import Line, Piece, cell_len, literal, wrap
from reader.ui.command_line.state import OUTPUT, Output
from reader.ui.kit.pane import Pane
from reader.ui.kit.status_lines import Status
from reader.ui.looks.theme import stylesheet
from reader.ui.shell.footer import status
from reader.ui.shell.screens import PaneScreen
from reader.ui.shell.services import Services
from reader.ui.shell.state import State


class OutputPane(Pane):
    """Lines that are composed for the pane's width."""

    PREFIX = "output"
    COMPONENT_CLASSES: ClassVar[set[str]] = {"output--label", "output--muted", "output--opened"}

    def __init__(self, compose: Callable[[int], Sequence[Line]]) -> None:
        """`compose` returns the lines for a number of cells."""
        super().__init__()
        self._compose_lines = compose
        self._lines: Sequence[Line] = ()

    def on_resize(self) -> None:
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
    if cell_len(line) <= width:
        return [line]
    indent = " " * min(len(line) - len(line.lstrip()), width // 2)
    parts = wrap(line, max(width - len(indent), 2))
    return [indent + line[start:end] for start, end in parts]


class OutputScreen(PaneScreen[Output]):
    """A title, the output, and the keys."""

    CSS_PATH = stylesheet("output")

    def __init__(self, services: Services, output: Output) -> None:
        super().__init__(services, output, OutputPane(output.compose or plain_lines(output.text)), output.title)

    def footer(self, state: State) -> Status:
        output = state[OUTPUT]
        keys = (("enter", "keep it"), ("esc", "leave it")) if output is not None and output.keep is not None else None
        return status(state, self._keymap, keys)
