"""Where a paper's full text has the search words: the first place in each section, with context."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from reader.core.lines import Line, Piece, cut, fill, literal
from reader.core.paper_row import PaperKey
from reader.core.text import amount
from reader.ui.kit.glyphs import Glyphs
from reader.ui.kit.lines import hits

if TYPE_CHECKING:
    from reader.core.document.model import Document, Heading
    from reader.core.document.search import Hit

SECTIONS, SECTIONS_ON_PAGE = 3, 8
"""Maximum sections in the detail pane and on the page."""

INDENT = "  "


class Found(NamedTuple):
    """The matching paragraphs of a paper's full text."""

    key: PaperKey
    words: tuple[str, ...]
    """The words, in double quotes if they must be whole."""
    hits: tuple[Hit, ...] = ()
    """The first place in each section, in reading order."""
    total: int = 0


def find_words(key: PaperKey, document: Document, words: tuple[str, ...]) -> Found:
    """The paragraphs with all words; if there are none, those with any of them."""
    found = list(_paragraphs(document, words))
    if not found and len(words) > 1:
        by_block = {hit.block: hit for word in reversed(words) for hit in _paragraphs(document, (word,))}
        found = [by_block[block] for block in sorted(by_block)]
    firsts: dict[Heading | None, Hit] = {}
    for hit in found:
        firsts.setdefault(hit.section, hit)
    return Found(key, words, tuple(firsts.values())[:SECTIONS_ON_PAGE], len(found))


def _paragraphs(document: Document, words: Sequence[str]) -> Iterator[Hit]:
    from reader.core.document.search import find
    from reader.core.words import markers

    wanted = markers(words)
    finders = [partial(hits, searched=one) for one in wanted]
    return find(document, finders, in_formulas=any(one.may_be_signs for one in wanted))


def found_lines(found: Found | None, width: int, glyphs: Glyphs, *, is_page: bool, key: str = "") -> list[Line]:
    """Draw the places, each with a click that opens the text there; `key` opens the first."""
    if found is None or not found.hits:
        return []
    shown = found.hits[: SECTIONS_ON_PAGE if is_page else SECTIONS]
    count = amount(found.total, "place")
    head = [Piece(f"{glyphs.full_text} ", "label"), Piece("In the full text", "label"), Piece(f"  {count}", "muted")]
    if key:
        head += [Piece("  "), Piece(key, "key"), Piece(" reads there", "muted")]
    lines = fill(head, width)
    for hit in shown:
        action = ("place", str(hit.block))
        if hit.section is not None:
            lines.append((Piece(cut(literal(_name(hit.section)), width, glyphs.ellipsis), "facts", action=action),))
        lines += ((Piece(INDENT), *line) for line in fill(_marked(hit, action), width - len(INDENT)))
    return lines


def _name(heading: Heading) -> str:
    sign = "§" if heading.number[:1].isdigit() else ""
    return " ".join(filter(None, (f"{sign}{heading.number}", "".join(span.text for span in heading.spans))))


def _marked(hit: Hit, action: tuple[str, str]) -> Iterator[Piece]:
    end = 0
    for start, stop in hit.marks:
        if start < end:
            continue
        if start > end:
            yield Piece(literal(hit.text[end:start]), "text", action=action)
        yield Piece(literal(hit.text[start:stop]), "text", hit=True, action=action)
        end = stop
    if hit.text[end:]:
        yield Piece(literal(hit.text[end:]), "text", action=action)
