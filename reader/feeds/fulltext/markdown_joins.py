"""What Markdown has taken apart, put together again: captions, numbered formulas, statements, references."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from reader.core.document.model import (
    Block,
    Figure,
    Formula,
    Heading,
    Items,
    Listing,
    Paragraph,
    Reference,
    Span,
    Spans,
    Table,
    Theorem,
)
from reader.core.text import clean
from reader.feeds.fulltext.spans import SpanWriter

_NUMBER = re.compile(r"\(([0-9A-Z][0-9.]{0,6}[a-z]?)\)")
_CAPTION = re.compile(r"((?:Figure|Fig\.|Table|Algorithm|Listing) ?([A-Z]?[0-9]{1,3}))[:.] ")
_PANEL = re.compile(r"\(([a-z])\) ")
_KINDS = {"Figure": "F", "Fig.": "F", "Table": "T", "Algorithm": "alg", "Listing": "LST"}
_BEGINS_WITH_RELATION = re.compile(r"(?:\\displaystyle\s*)?(?:=|\\(?:leq?|geq?|approx|equiv|propto|sim)\b)")
_ENDS_WITH_RELATION = re.compile(r"(?:=|\\(?:leq?|geq?|approx|equiv|propto|sim))\s*$")


def joined_blocks(blocks: Sequence[Block], targets: Mapping[str, str]) -> Iterator[Block]:
    """Blocks with numbers, captions, statements and references put together again."""
    in_references = False
    held: list[Block] = []
    for block in blocks:
        if isinstance(block, Heading):
            title = "".join(span.text for span in block.spans).lower()
            in_references = title in ("references", "bibliography")
        if in_references and isinstance(block, Items):
            yield from _last(held)
            yield from _references(block)
            continue
        joined = _joined(held.pop() if held else None, block, targets)
        yield from joined[:-1]
        held.append(joined[-1])
    yield from held


def with_pictures(blocks: Iterable[Block]) -> list[Block]:
    """Blocks in which a picture that no caption follows belongs to the caption before it."""
    found: list[Block] = []
    for block in blocks:
        match found[-1:], block:
            case [Figure(label, caption, (), ()) as before], Figure("", (), (), pictures) if label[:3] == "Fig":
                found[-1] = replace(before, caption=caption, pictures=pictures)
            case _:
                found.append(block)
    return found


def _joined(before: Block | None, block: Block, targets: Mapping[str, str]) -> list[Block]:
    """A block joined with the one before it, if it belongs to it."""
    match before, block:
        case Formula(rows, ""), Paragraph((Span(text, "", ""),)) if number := _NUMBER.fullmatch(text):
            return [Formula(rows, number[0], targets.get(f"E{number[1]}", ""))]
        case Formula(number=first) as formula, Paragraph((Span(text, "", ""),)) if first and _NUMBER.fullmatch(text):
            return [replace(formula, number=f"{first.partition('–')[0]}–{text}")]
        case Formula((*rows, last), ""), Formula((first, *more), ""):
            if _ENDS_WITH_RELATION.search(last):
                # The cells of an aligned row are paragraphs of their own.
                return [Formula((*rows, f"{last} & {first}", *more))]
            if _BEGINS_WITH_RELATION.match(first) and "=" not in last:
                return [Formula((*rows, f"{last} {first}", *more))]
            return [Formula((*rows, last, first, *more))]
        case Theorem(title, ()), Paragraph() | Formula():
            return [Theorem(title, (block,))]
        case Figure("", (), inner, pictures), Paragraph() if caption := _caption(block, targets):
            return [replace(caption, blocks=inner, pictures=pictures)]
        case Figure("", (), inner, pictures), Paragraph(spans) if _PANEL.match(spans[0].text):
            return [Figure(spans[0].text[:3], shortened(spans, 4), inner, pictures)]
        case Table(), Paragraph() if (caption := _caption(block, targets)) and caption.label.startswith("Table"):
            return [replace(caption, blocks=(before,))]
        case Figure(label, _, (), ()), Table() | Listing() if label:
            return [replace(before, blocks=(block,))]
    kept = [before] if before is not None else []
    if isinstance(block, Paragraph) and (figure := _caption(block, targets)):
        return [*kept, figure]
    return [*kept, block]


def _caption(block: Block, targets: Mapping[str, str]) -> Figure | None:
    if not isinstance(block, Paragraph):
        return None
    text = "".join(span.text for span in block.spans[:2])
    is_label = block.spans[0].style == "strong"
    found = _CAPTION.match(f"{block.spans[0].text}: " if is_label else f"{text} ")
    if found is None or len(block.spans[0].text) < len(found[1]):
        return None
    kind = _KINDS[found[1].split(found[2])[0].strip()]
    spans = shortened(block.spans, len(found[1]) + 2 * (not is_label))
    return Figure(found[1], spans, (), (), targets.get(f"{kind}{found[2]}", ""))


def _last(held: list[Block]) -> list[Block]:
    taken = held[:]
    held.clear()
    return taken


def _references(block: Items) -> Iterator[Reference]:
    for number, item in enumerate(block.items, 1):
        label, writer = "", SpanWriter()
        for place, part in enumerate(item.blocks):
            if not isinstance(part, Paragraph):
                continue
            if place == 0 and len(item.blocks) > 1:
                label = clean("".join(span.text for span in part.spans), 200)
                continue
            writer.space()
            for span in part.spans:
                if span.style == "formula":
                    writer.formula(span.text, span.target)
                else:
                    writer.write(span.text, span.style, span.target)
        yield Reference(label, writer.take(), f"bib.bib{number}")


def shortened(spans: Spans, letters: int) -> Spans:
    """Spans without their first letters."""
    rest: list[Span] = []
    for span in spans:
        left = span.text[letters:] if span.style != "formula" or letters <= 0 else ""
        letters = max(0, letters - len(span.text))
        if not rest:
            left = left.lstrip(" ") if span.style != "formula" else left
        if left:
            rest.append(span._replace(text=left))
    return tuple(rest)
