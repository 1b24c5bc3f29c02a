"""The pictures of a paper in front: which there are, which one is shown, and how it is drawn. Without Textual."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from reader.core.document.model import Document, Figure, walk
from reader.core.ids import in_address, is_arxiv_id
from reader.ui.full_text.links import web_address

if TYPE_CHECKING:
    from reader.core.paper import Paper
    from reader.refresh.pictures import Canvas, PictureDrawn

CAPTION_ROWS = 3
"""Rows for the caption under a picture."""

CHROME = 2
"""The first and the last row."""

MOST = 100
"""Pictures of a paper that are listed."""

_SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg")

_THUMBNAIL = "https://cdn-thumbnails.huggingface.co/social-thumbnails/papers/{id}.png"


class Picture(NamedTuple):
    """A picture that can be shown."""

    address: str
    label: str
    """Such as `Figure 2`."""
    caption: str = ""
    block: int = -1
    """The block of the full text that has it; -1 for one of the feed."""


def pictures_of(paper: Paper, document: Document | None = None, source: str = "") -> tuple[Picture, ...]:
    """The pictures of a paper, each once: the feed's card and pictures, and the figures of its full text, if any."""
    found = {one.address: one for one in (*_of_feed(paper), *_of_text(document, source, paper.id))}
    return tuple(found.values())[:MOST]


def _of_feed(paper: Paper) -> Iterator[Picture]:
    if paper.day and is_arxiv_id(paper.id):
        yield Picture(_THUMBNAIL.format(id=in_address(paper.id)), "Card of the feed", paper.title)
    pictures = (url for url in paper.media if is_picture(url))
    yield from (Picture(url, f"Picture {number} of the feed") for number, url in enumerate(pictures, 1))


def _of_text(document: Document | None, source: str, id: str) -> Iterator[Picture]:
    for index, block in enumerate(document.blocks if document else ()):
        outer = ""
        for part in walk(block):
            if isinstance(part, Figure):
                is_panel = part.label.startswith("(") and outer
                label = f"{outer} {part.label}" if is_panel else part.label
                outer = outer if is_panel else label
                caption = "".join(span.text for span in part.caption)
                for address in part.pictures:
                    yield Picture(web_address(address, source, id), label or "Picture", caption, index)


def is_picture(address: str) -> bool:
    """Whether an address ends as those of pictures do."""
    return address.partition("?")[0].lower().endswith(_SUFFIXES)


@dataclass(frozen=True, eq=False, slots=True)
class Pictures:
    """The pictures that can be gone through, and the one in front."""

    pictures: tuple[Picture, ...]
    index: int
    canvas: Canvas
    drawn: PictureDrawn | None = None
    """The picture in front; None while it is not there."""
    said: str = ""
    """What is being waited for, or why there is no picture."""

    @property
    def front(self) -> Picture:
        """The picture in front."""
        return self.pictures[self.index]

    def turn(self, by: int) -> Pictures:
        """Go to another picture; at the ends it stays."""
        index = min(max(0, self.index + by), len(self.pictures) - 1)
        return self if index == self.index else replace(self, index=index, drawn=None, said="")

    def fitted(self, canvas: Canvas) -> Pictures:
        """Draw for a terminal of another size."""
        return self if canvas == self.canvas else replace(self, canvas=canvas, said="")

    def came(self, drawn: PictureDrawn) -> Pictures:
        """Show a picture that was fetched, if it is the one in front."""
        return replace(self, drawn=drawn, said="") if drawn.address == self.front.address else self

    def says(self, address: str, said: str) -> Pictures:
        """Say something of a picture, if it is the one in front."""
        return replace(self, said=said) if address == self.front.address else self


def room(width: int, height: int) -> tuple[int, int]:
    """Columns and rows for a picture in a terminal."""
    return max(1, width - 2), max(1, height - CHROME - CAPTION_ROWS)
