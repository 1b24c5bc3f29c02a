"""Pictures of a PDF: half a page, or a displayed formula, found by its number and by the words around it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from io import BytesIO
from itertools import product
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

from reader.core.errors import NoFullText
from reader.feeds.fulltext.pdf_lines import Box, Line, open_pdf, read_page

if TYPE_CHECKING:
    from reader.core.document.model import PdfSpot

MOST_ROWS = 16
"""Lines of the PDF that a displayed formula takes at most, with limits and the halves of fractions."""

LIKE = 0.6
"""The share of the words before a formula, or after it, by which a line of the PDF is known."""

SURE = 2.1
"""What speaks for a place where all words before a formula are, and all after it: the next pages need not be read."""

LARGEST_SCALE = 4.0
"""Pixels of a point at most."""

OVERLAP = 0.52
"""The share of a page that each of its halves has."""

_WORD = re.compile(r"[^\W\d_]{2,}")


def draw_spot(file: Path, spot: PdfSpot, width: int, height: int) -> bytes:
    """A part of a PDF as a PNG within a size; raises NoFullText with a sentence if it is not found."""
    with open_pdf(file) as opened:
        if spot.number or spot.before or spot.after:
            number, box = _find_formula(opened, spot)
        else:
            number, box = spot.page, None
        if number >= len(opened):
            raise NoFullText("its PDF has no such page")
        page = opened[number]
        wide, high = page.get_size()
        if box is None:
            box = Box(0, high * (1 - OVERLAP), wide, high) if spot.is_upper else Box(0, 0, wide, high * OVERLAP)
        scale = min(width / (box.right - box.left), height / (box.top - box.bottom), LARGEST_SCALE)
        crop = (max(0, box.left), max(0, box.bottom), max(0, wide - box.right), max(0, high - box.top))
        out = BytesIO()
        page.render(scale=scale, crop=crop).to_pil().save(out, "PNG")
        return out.getvalue()


class _Found(NamedTuple):
    """Where a formula may be, and how much speaks for it."""

    score: float
    page: int
    box: Box


def _find_formula(opened: Any, spot: PdfSpot) -> tuple[int, Box]:
    found: list[_Found] = []
    for number in range(len(opened)):
        page, _ = read_page(opened, number)
        found += _places(page.lines, spot)
        if found and max(found).score > SURE:
            break
    if not found:
        raise NoFullText("this formula is not found in its PDF")
    best = max(found)
    return best.page, best.box


def _places(lines: Sequence[Line], spot: PdfSpot) -> Iterator[_Found]:
    """The places of a page where a formula may be: between the lines with the words around it, or at its number."""
    words = [_WORD.findall(line.text.lower()) for line in lines]
    before, after = {}, {}
    for at, here in enumerate(words):
        above, below = words[at - 1] if at else [], words[at + 1] if at + 1 < len(words) else []
        before[at] = _share(spot.before[::-1], [*above, *here][::-1]) + 0.1 * ([*spot.before[-1:]] == here[-1:])
        after[at] = _share(spot.after, [*here, *below]) + 0.1 * ([*spot.after[:1]] == here[:1])
    lasts = [at for at, score in after.items() if score >= LIKE]
    firsts = [at for at, score in before.items() if score >= LIKE]
    for first, last in product(firsts, lasts):
        if not first + 1 < last < first + MOST_ROWS:
            continue
        within = lines[first + 1 : last]
        yield _found(lines, within, before[first] + after[last] - 0.01 * len(within), spot.number)
    # The words after it may be on the next page, or only letters of formulas.
    yield from (_found(lines, lines[at + 1 : at + 5], 0.3 * before[at], "") for at in firsts if at + 1 < len(lines))
    size = median(line.size for line in lines) if lines else 0.0
    for at, line in enumerate(lines):
        if spot.number and line.text.endswith(spot.number) and line.size >= 0.9 * size and len(words[at]) < 3:
            # The parts of the row: those that are as high as its number.
            first, last = max(0, at - MOST_ROWS), at + 4
            near = [other for other in lines[first:last] if abs(other.base - line.base) < 14]
            beside = [before[one] for one in range(first, at)] + [
                after[one] for one in range(at + 1, min(last, len(lines)))
            ]
            yield _found(lines, near, 0.5 + max(beside, default=0), spot.number)


def _share(wanted: Sequence[str], words: Sequence[str]) -> float:
    """How many of the wanted words follow each other among some, of the first; 0 if none is wanted."""
    place, found = 0, 0
    for word in wanted:
        if word in words[place:]:
            place = words.index(word, place) + 1
            found += 1
    return found / len(wanted) if wanted else 0.0


def _found(lines: Sequence[Line], within: Sequence[Line], score: float, number: str) -> _Found:
    """The box of some lines, as wide as the column, and not over the lines of text above and below."""
    middle = (max(line.base for line in within) + min(line.base for line in within)) / 2
    left, right = min(line.left for line in within), max(line.right for line in within)
    column = [line for line in lines if line not in within and line.left < right and line.right > left]
    texts = [line for line in column if len(_WORD.findall(line.text)) > 3]
    above = min((line for line in texts if line.base > middle), key=lambda line: line.base, default=None)
    below = max((line for line in texts if line.base < middle), key=lambda line: line.base, default=None)
    top = max(line.base + 1.7 * line.size for line in within)
    bottom = min(line.base - 1.3 * line.size for line in within)
    if above is not None:
        left, right, top = min(left, above.left), max(right, above.right), min(top, above.base - 0.25 * above.size)
    if below is not None:
        left, right, bottom = min(left, below.left), max(right, below.right), max(bottom, below.base + 0.9 * below.size)
    score += bool(number) and any(line.text.endswith(number) for line in within)
    return _Found(score, within[0].page, Box(left - 6, min(bottom, middle - 4), right + 6, max(top, middle + 4)))
