"""Fetch a picture and draw it for a terminal: as text in colours, by kitty's protocol or as sixels.

Everything runs in the job process, so that no key waits for Pillow, and a hostile picture hits that process's limits.
The result is plain data for the terminal. It needs the extra `images`.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO, StringIO
from typing import TYPE_CHECKING, Unpack
from urllib.parse import urlsplit

from reader.access_token import lookup_environment
from reader.core.addresses import is_local_url
from reader.core.errors import FeedMalformed, FeedRefused, NoPicture, ReaderError
from reader.core.text import brief
from reader.feeds.environment import arxiv_stand_in, is_offline
from reader.feeds.http import Client, HttpOptions, HttpRefused, Limits, Response, origin_of
from reader.installed import needs_extra
from reader.refresh.drawn import Canvas, PictureDrawn

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from PIL.Image import Image
    from rich.segment import Segment

    from reader.config import Settings
    from reader.platform import PictureProtocol


_ARXIV = ("arxiv.org", "ar5iv.labs.arxiv.org", "ar5iv.org")

_LIMITS = replace(
    Limits(), read_timeout=12, total_timeout=60, body_size=12 << 20, attempts=2, backoff=3.0, longest_wait=10
)


class PictureClient(Client):
    """Fetches one picture. The address may come from a page, so it leads to this machine only if the feed is there."""

    def __init__(self, address: str, *, public_only: bool, **options: Unpack[HttpOptions]) -> None:
        options["accept"] = "image/png, image/jpeg, image/webp, image/gif, */*;q=0.1"
        options.setdefault("limits", _LIMITS)
        super().__init__(origin_of(address), cross_host=True, public_only=public_only, **options)
        self._address = address

    @classmethod
    def open(cls, address: str, settings: Settings, environ: Mapping[str, str] | None = None) -> PictureClient:
        """A client for an address, or for ARXIV_ENDPOINT instead; a local feed allows no other (FeedRefused)."""
        environ = lookup_environment() if environ is None else environ
        is_alone = is_local_url(settings.endpoint)
        stand_in = arxiv_stand_in(environ)
        parts = urlsplit(address)
        if stand_in and (parts.hostname or "") in (*_ARXIV, urlsplit(stand_in).hostname):
            address = f"{stand_in}{parts.path}"
        if is_alone and not is_local_url(address):
            raise FeedRefused(f"{brief(parts.hostname or '')} is not asked while the feed is on this machine.")
        return cls(address, public_only=not is_alone, offline=is_offline(environ))

    async def fetch(self) -> bytes:
        """The bytes of the picture; raises NoPicture if there is none, and FeedError."""

        def read(response: Response) -> bytes:
            if not response.body:
                raise FeedMalformed(f"{self.host} sent an empty picture; try again later.")
            return response.body

        try:
            return await self.get(self._address, read)
        except HttpRefused as refused:
            if refused.status in (404, 410):
                raise NoPicture(f"{self.host} does not have this picture.") from refused
            raise


MOST_PIXELS = 40_000_000
"""Pixels of the largest picture that is unpacked."""

FORMATS = ("PNG", "JPEG", "WEBP", "GIF")

LARGEST_SCALE = 2.0
"""By how much a small picture is enlarged at most."""


async def draw_picture(address: str, canvas: Canvas, settings: Settings) -> PictureDrawn:
    """Fetch and draw a picture; raises ReaderError."""
    client = PictureClient.open(address, settings)
    try:
        return await asyncio.to_thread(draw, await client.fetch(), canvas)
    finally:
        await client.aclose()


def draw(data: bytes, canvas: Canvas) -> PictureDrawn:
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
        return PictureDrawn(columns, ((),) * rows, sixels=sixels)
    return PictureDrawn(columns, tuple(_lines(segments, rows)), before, after)


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
            if opened.width * opened.height > MOST_PIXELS:
                raise NoPicture(f"This picture has more than {MOST_PIXELS // 1_000_000} million pixels.")
            opened.thumbnail((canvas.columns * canvas.cell_width, canvas.rows * canvas.cell_height))
            colored = opened.convert("RGBA")
    except NoPicture:
        raise
    except Exception as error:
        # Decoders raise all kinds of errors on a file that is broken.
        raise NoPicture("This picture is broken, or not PNG, JPEG, WebP or GIF.") from error
    # Figures are made for paper: transparent parts would be black on black here.
    image = Image.new("RGB", colored.size, "white")
    image.paste(colored, mask=colored.getchannel("A"))
    return image


def _fit(image: Image, canvas: Canvas) -> tuple[int, int]:
    """The cells of a picture in a canvas, its proportions kept."""
    scale = min(
        canvas.columns * canvas.cell_width / image.width,
        canvas.rows * canvas.cell_height / image.height,
        LARGEST_SCALE,
    )
    columns = round(image.width * scale / canvas.cell_width)
    rows = round(image.height * scale / canvas.cell_height)
    return min(max(1, columns), canvas.columns), min(max(1, rows), canvas.rows)


@contextmanager
def _captured_terminal(canvas: Canvas) -> Iterator[StringIO]:
    """Let textual-image write to a text, and take the size of cells from the canvas.

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
    """The segments of each row; pixels of one colour that follow each other are one segment."""
    from rich.segment import Segment

    split = list(Segment.split_lines(segments))[:rows]
    yield from (tuple(Segment.simplify(line)) for line in split)
