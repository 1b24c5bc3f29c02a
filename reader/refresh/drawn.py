"""A drawn picture, as the job that draws it sends it and the screen shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from rich.segment import Segment

    from reader.platform import PictureProtocol


class Canvas(NamedTuple):
    """What a picture is drawn for: the protocol, the room in cells, and the pixels of a cell."""

    protocol: PictureProtocol
    columns: int
    rows: int
    cell_width: int = 10
    cell_height: int = 20


class PictureDrawn(NamedTuple):
    """A picture as the terminal takes it."""

    columns: int
    lines: tuple[tuple[Segment, ...], ...]
    """The cells: the picture itself, or what the terminal replaces by it."""
    before: str = ""
    """Sent to the terminal before the lines: the picture by kitty's protocol."""
    after: str = ""
    """Sent to the terminal once the picture is no longer shown."""
    sixels: str = ""
    """The picture as sixels, from the first cell on."""

    @property
    def rows(self) -> int:
        return len(self.lines)

    def values(self) -> dict[str, Any]:
        """The picture as plain values: each segment is its text, its colour and the colour behind it."""
        return {**self._asdict(), "lines": [[_segment_values(segment) for segment in line] for line in self.lines]}

    @classmethod
    def of(cls, values: dict[str, Any]) -> PictureDrawn:
        from rich.segment import Segment
        from rich.style import Style

        lines = (
            tuple(Segment(text, Style(color=front, bgcolor=back)) for text, front, back in line)
            for line in values["lines"]
        )
        return cls(values["columns"], tuple(lines), values["before"], values["after"], values["sixels"])


def _segment_values(segment: Segment) -> tuple[str, str | None, str | None]:
    style = segment.style
    if style is None:
        return segment.text, None, None
    return segment.text, style.color.name if style.color else None, style.bgcolor.name if style.bgcolor else None
