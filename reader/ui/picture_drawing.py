"""Draw a picture for a terminal: as text in colours, by kitty's protocol or as sixels. It needs the extra `images`.

The process of a job draws, so that no key waits for Pillow, and a hostile picture hits that process's limits: see
`JobContext.draw`. The screen gets plain data.
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from io import BytesIO, StringIO
from typing import TYPE_CHECKING, Any, NamedTuple

from reader.core.errors import NoPicture, ReaderError
from reader.installed import needs_extra
from reader.refresh.lines import Canvas

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from PIL.Image import Image
    from rich.segment import Segment

    from reader.platform import PictureProtocol


MAX_PIXELS = 40_000_000
"""Maximum pixels of a picture that is decoded."""

FORMATS = ("PNG", "JPEG", "WEBP", "GIF")

MAX_SCALE = 2.0
"""The maximum factor by which a small picture is enlarged."""


class PictureDrawing(NamedTuple):
    """A picture in the form that is sent to the terminal."""

    columns: int
    lines: tuple[tuple[Segment, ...], ...]
    """The cells of the picture, or placeholders that the terminal replaces with the picture."""
    before: str = ""
    """Sent to the terminal before the lines: the picture by kitty's protocol."""
    after: str = ""
    """Sent to the terminal once the picture is no longer shown."""
    sixels: str = ""
    """The picture as sixels, which begin at the first cell."""

    @property
    def rows(self) -> int:
        return len(self.lines)

    def values(self) -> dict[str, Any]:
        """The picture as plain values: each segment is its text, its colour and the colour behind it."""
        return {**self._asdict(), "lines": [[_segment_values(segment) for segment in line] for line in self.lines]}

    @classmethod
    def of(cls, values: dict[str, Any]) -> PictureDrawing:
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


def draw_values(data: bytes, canvas: Canvas) -> dict[str, Any]:
    """Draw a picture as the plain values of a line; see `JobContext.draw`."""
    return draw(data, canvas).values()


def draw(data: bytes, canvas: Canvas) -> PictureDrawing:
    """Draw a picture from the bytes of its file; raises NoPicture, and ReaderError without the extra."""
    image = _open(data, canvas)
    columns, rows = _fit(image, canvas)
    from rich.console import Console

    console = Console(
        file=StringIO(), width=columns, height=rows, force_terminal=True, color_system="truecolor", legacy_windows=False
    )
    with _captured_terminal(canvas) as output:
        renderable = _renderable(image, columns, rows, canvas.protocol)
        segments = list(console.render(renderable, console.options.update(width=columns, height=rows)))
        before = output.getvalue()
        renderable.cleanup()
    after = output.getvalue()[len(before) :]
    if canvas.protocol == "sixel":
        sixels = "".join(segment.text for segment in segments if segment.text.startswith("\x1bP"))
        return PictureDrawing(columns, ((),) * rows, sixels=sixels)
    return PictureDrawing(columns, tuple(_lines(segments, rows)), before, after)


def _open(data: bytes, canvas: Canvas) -> Image:
    """The picture in its own colours on white, no larger than the canvas; raises NoPicture."""
    try:
        from PIL import Image
    except ImportError:
        raise ReaderError(needs_extra("Pictures need", "images")) from None
    start = data[:2_000].lstrip().lower()
    if b"<svg" in start:
        raise NoPicture("This figure is a vector drawing (SVG), which can't be shown here.")
    if start.startswith((b"<!doctype html", b"<html")):
        raise NoPicture("A web page came instead of the picture; this network may ask to sign in first.")
    try:
        with Image.open(BytesIO(data), formats=FORMATS) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                raise NoPicture(f"This picture has more than {MAX_PIXELS // 1_000_000} million pixels.")
            opened.thumbnail(canvas.pixels)
            colored = opened.convert("RGBA")
    except NoPicture:
        raise
    except Exception as error:
        # Decoders raise many kinds of errors for a broken file.
        raise NoPicture("This picture is broken, or not PNG, JPEG, WebP or GIF.") from error
    # Figures are made for white paper; on a dark background, black on transparent would be invisible.
    image = Image.new("RGB", colored.size, "white")
    image.paste(colored, mask=colored.getchannel("A"))
    return image


def _fit(image: Image, canvas: Canvas) -> tuple[int, int]:
    """The columns and rows of a picture that keep its proportions in a canvas."""
    width, height = canvas.pixels
    scale = min(width / image.width, height / image.height, MAX_SCALE)
    columns = round(image.width * scale / canvas.cell_width)
    rows = round(image.height * scale / canvas.cell_height)
    return min(max(1, columns), canvas.columns), min(max(1, rows), canvas.rows)


@contextmanager
def _captured_terminal(canvas: Canvas) -> Iterator[StringIO]:
    """Make textual-image write to a text and take the size of cells from the canvas.

    textual-image 0.12: its import queries the terminal and waits for the answer on standard input, which belongs to the
    reader; its images write directly to the terminal.
    """
    output, real = StringIO(), sys.__stdout__
    sizes = {"TEXTUAL_CELL_WIDTH": str(canvas.cell_width), "TEXTUAL_CELL_HEIGHT": str(canvas.cell_height)}
    known = {name: os.environ.get(name) for name in sizes}
    sys.__stdout__ = output  # type: ignore[misc,assignment]
    os.environ.update(sizes)
    try:
        yield output
    finally:
        sys.__stdout__ = real  # type: ignore[misc]
        for name, value in known.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _renderable(image: Image, columns: int, rows: int, protocol: PictureProtocol):  # type: ignore[no-untyped-def]
    try:
        from textual_image import renderable
    except ImportError:
        raise ReaderError(needs_extra("Pictures need", "images")) from None
    kinds = {"kitty": renderable.TGPImage, "sixel": renderable.SixelImage, "blocks": renderable.HalfcellImage}
    return kinds[protocol](image, columns, rows)


def _lines(segments: Iterable[Segment], rows: int) -> Iterator[tuple[Segment, ...]]:
    """The segments of each row; adjacent cells of the same style are a single segment."""
    from rich.segment import Segment

    split = list(Segment.split_lines(segments))[:rows]
    yield from (tuple(Segment.simplify(line)) for line in split)
