"""The pictures of the open paper: the list, the current one, and its drawing. Without Textual."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from reader.core.document.model import Block, Document, Figure, Formula, Heading, Item, Paragraph, PdfSpot, walk
from reader.core.ids import in_address, is_arxiv_id, pdf_url
from reader.ui.full_text.lines import web_address

if TYPE_CHECKING:
    from reader.core.paper import Paper
    from reader.refresh.lines import Canvas
    from reader.ui.pictures.drawing import PictureDrawn

CAPTION_ROWS = 3

CHROME = 2

MOST = 100

_SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg")

PAGE_ANCHOR = re.compile(r"page-\d{1,4}$")

NEAR_WORDS = 8
"""Words before and after a formula that locate it in the PDF."""

_WORD = re.compile(r"[^\W\d_]{2,}")

_THUMBNAIL = "https://cdn-thumbnails.huggingface.co/social-thumbnails/papers/{id}.png"


class Picture(NamedTuple):
    """A picture that can be shown."""

    address: str
    label: str
    """Such as `Figure 2`."""
    caption: str = ""
    block: int = -1
    """The block of the full text with it; -1 for a picture of the feed."""
    spot: PdfSpot | None = None
    """Its place in the paper's PDF."""


def pictures_of(paper: Paper, document: Document | None = None, source: str = "") -> tuple[Picture, ...]:
    """The pictures of a paper, each once: the feed's card and pictures, and the figures of its full text."""
    if source == "pdf":
        return tuple(_of_pdf(document, paper.id))
    found = {one.address: one for one in (*_of_feed(paper), *_of_text(document, source, paper.id))}
    return tuple(found.values())[:MOST]


def first_from(pictures: Sequence[Picture], block: int) -> int:
    """The first figure from a block on, else the last; of a text from a PDF, the page that the block is on."""
    blocks = [(index, one.block) for index, one in enumerate(pictures) if one.block >= 0]
    if pictures[0].spot is not None:
        block = max((begin for _, begin in blocks if begin <= block), default=0)
    return next((index for index, begin in blocks if begin >= block), blocks[-1][0] if blocks else 0)


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


def _of_pdf(document: Document | None, id: str) -> Iterator[Picture]:
    """The pages of a text from a PDF, in halves that fit a screen."""
    pages = {name: block for name, block in (document.anchors if document else {}).items() if PAGE_ANCHOR.match(name)}
    for name, block in pages.items():
        page = int(name.removeprefix("page-"))
        for half, is_upper in (("upper", True), ("lower", False)):
            label = f"Page {page}, {half} half"
            yield Picture(f"{pdf_url(id)}#page={page}", label, "", block, PdfSpot(id, page - 1, is_upper))


def formula_of(document: Document, formula: Formula, block: int, id: str) -> Picture:
    """The picture of a displayed formula, which is a block or part of one."""
    around = [inner for one in document.blocks[max(0, block - 2) : block + 3] for inner in walk(one)]
    at = next((at for at, inner in enumerate(around) if inner is formula), 0)
    before = [word for one in around[:at] for word in _prose(one)]
    after = [word for one in around[at + 1 :] for word in _prose(one)]
    spot = PdfSpot(id, number=formula.number, before=tuple(before[-NEAR_WORDS:]), after=tuple(after[:NEAR_WORDS]))
    return Picture(f"{pdf_url(id)}#{block}.{at}", f"Formula {formula.number}".strip(), "", block, spot)


def _prose(block: Block | Item) -> list[str]:
    spans = block.spans if isinstance(block, Paragraph | Heading) else ()
    return [word for span in spans if span.style != "formula" for word in _WORD.findall(span.text.lower())]


def is_picture(address: str) -> bool:
    return address.partition("?")[0].lower().endswith(_SUFFIXES)


@dataclass(frozen=True, eq=False, slots=True)
class Pictures:
    """The list of pictures, and the current one."""

    pictures: tuple[Picture, ...]
    index: int
    canvas: Canvas
    drawn: PictureDrawn | None = None
    """The current picture; None while missing."""
    message: str = ""
    """The status of a fetch, or why there is no picture."""

    @property
    def front(self) -> Picture:
        return self.pictures[self.index]

    def turn(self, by: int) -> Pictures:
        index = min(max(0, self.index + by), len(self.pictures) - 1)
        return self if index == self.index else replace(self, index=index, drawn=None, message="")

    def fitted(self, canvas: Canvas) -> Pictures:
        return self if canvas == self.canvas else replace(self, canvas=canvas, message="")

    def came(self, picture: Picture, drawn: PictureDrawn) -> Pictures:
        """Show a fetched picture, if it is still the current one."""
        return replace(self, drawn=drawn, message="") if picture == self.front else self

    def says(self, picture: Picture, message: str) -> Pictures:
        """Show a status for a picture, if it is the current one."""
        return replace(self, message=message) if picture == self.front else self


def room(width: int, height: int) -> tuple[int, int]:
    """Columns and rows for a picture in a terminal."""
    return max(1, width - 2), max(1, height - CHROME - CAPTION_ROWS)
