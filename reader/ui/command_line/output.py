"""The output of a command, or other text to read, full screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from reader.core.lines import Line, Piece, cell_len, literal, wrap
from reader.ui.command_line.state import OUTPUT, Output
from reader.ui.kit.lines import Row
from reader.ui.kit.rows_pane import RowsPane
from reader.ui.kit.status_lines import Status
from reader.ui.looks.theme import stylesheet
from reader.ui.shell.footer import status
from reader.ui.shell.screens import PaneScreen
from reader.ui.shell.state import State

if TYPE_CHECKING:
    from reader.ui.app import ReaderApp


class OutputPane(RowsPane):
    """Lines that are composed for the pane's width, without a cursor."""

    PREFIX = "output"
    COMPONENT_CLASSES: ClassVar[set[str]] = {"output--label", "output--muted", "output--opened"}

    def __init__(self, compose: Callable[[int], Sequence[Line]]) -> None:
        super().__init__(lambda width: [Row(line) for line in compose(width)])


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

    def __init__(self, app: ReaderApp, output: Output) -> None:
        super().__init__(app, output, OutputPane(output.compose or plain_lines(output.text)), output.title)

    def footer(self, state: State) -> Status:
        output = state[OUTPUT]
        keys = (("enter", "keep it"), ("esc", "leave it")) if output is not None and output.keep is not None else None
        return status(state, self._keymap, keys)
