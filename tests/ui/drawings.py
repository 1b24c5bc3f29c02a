"""The text of drawn lines and widgets, without styles."""

from __future__ import annotations

from collections.abc import Iterable

from textual.widget import Widget

from reader.core.lines import Line


def text(line: Line) -> str:
    return "".join(piece.text for piece in line)


def texts(lines: Iterable[Line]) -> list[str]:
    """The text of each line, without the blanks at its end."""
    return [text(line).rstrip() for line in lines]


def drawn(widget: Widget) -> list[str]:
    """The lines of a widget that has a size, without the blanks at their ends."""
    return [widget.render_line(y).text.rstrip() for y in range(widget.size.height)]
