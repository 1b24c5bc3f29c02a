"""Documents as compressed bytes, and back: JSON of short lists, a tenth of the size of the page.

A document is stored parsed, so opening takes 3 ms instead of 100.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from reader.core.document.model import (
    NESTING,
    STYLES,
    Block,
    Cell,
    Document,
    Figure,
    Formula,
    Heading,
    Item,
    Items,
    Note,
    Paragraph,
    Quote,
    Reference,
    Span,
    Spans,
    Table,
    Theorem,
    Verbatim,
)

FORMAT = 1
"""The version of the bytes and of the parsers' abilities; an older text may be worth fetching again."""

LARGEST = 64 * 1024 * 1024

MOST_BLOCKS = 6
"""Blocks of a theorem or proof after which the next paragraph or formula is no part of it: drawn, it is the same."""

_ALIGN = ("left", "right", "center")


class UnreadableDocument(ValueError):
    """The bytes are not a document."""


def dump(document: Document) -> bytes:
    """A document as bytes."""
    parts = [
        FORMAT,
        document.title,
        document.version,
        document.licence,
        int(document.is_cut),
        [_packed(block) for block in document.blocks],
    ]
    return pack_json(parts)


def load(data: bytes) -> Document:
    """The document of bytes; raises UnreadableDocument."""
    try:
        _, title, version, licence, is_cut, blocks = unpack_json(data, LARGEST)
        return Document(
            str(title),
            tuple(_in_parts(_block(one, 0) for one in blocks)),
            int(version) if version else None,
            str(licence),
            bool(is_cut),
        )
    except (zlib.error, ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise UnreadableDocument(str(error)) from error


def pack_json(value: object) -> bytes:
    """A value of JSON as compressed bytes."""
    return zlib.compress(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(), 6)


def unpack_json(data: bytes, most: int) -> Any:
    """The value of compressed JSON with at most `most` bytes; raises zlib.error and ValueError."""
    unpacker = zlib.decompressobj()
    text = unpacker.decompress(data, most)
    if not unpacker.eof:
        raise UnreadableDocument("the text is cut off")
    return json.loads(text)


def _in_parts(blocks: Iterable[Block]) -> Iterator[Block]:
    """The same, where blocks of their own follow the beginning of a long proof: a block is laid out as a whole."""
    for block in blocks:
        inner = block.blocks if isinstance(block, Theorem) else ()
        # Other blocks have another distance to a theorem than to a paragraph.
        ends = (at for at in range(MOST_BLOCKS, len(inner)) if isinstance(inner[at], Paragraph | Formula))
        end = next(ends, len(inner))
        yield replace(block, blocks=inner[:end]) if isinstance(block, Theorem) else block
        yield from _in_parts(inner[end:])


def pack_blocks(blocks: Sequence[Block]) -> list[Any]:
    """Blocks as values of JSON."""
    return [_packed(block) for block in blocks]


def unpack_blocks(parts: Sequence[Any]) -> tuple[Block, ...]:
    """Blocks of values of JSON; raises UnreadableDocument, and what wrong types raise."""
    return _blocks(parts, -1)


def _packed(block: Block) -> list[Any]:
    match block:
        case Heading(level, number, spans, anchor):
            return ["h", anchor, level, number, _packed_spans(spans)]
        case Paragraph(spans, anchor):
            return ["p", anchor, _packed_spans(spans)]
        case Formula(rows, number, anchor):
            return ["f", anchor, number, *rows]
        case Items(items, anchor):
            return ["i", anchor, *([one.anchor, one.marker, *map(_packed, one.blocks)] for one in items)]
        case Quote(blocks, anchor):
            return ["q", anchor, *map(_packed, blocks)]
        case Verbatim(lines, anchor):
            return ["l", anchor, *map(_packed_spans, lines)]
        case Table(rows, rules, anchor):
            return ["t", anchor, list(rules), *([_packed_cell(cell) for cell in row] for row in rows)]
        case Figure(label, caption, blocks, pictures, anchor):
            return ["g", anchor, label, _packed_spans(caption), list(pictures), *map(_packed, blocks)]
        case Theorem(title, blocks, anchor):
            return ["s", anchor, _packed_spans(title), *map(_packed, blocks)]
        case Note(mark, spans, anchor):
            return ["n", anchor, mark, _packed_spans(spans)]
        case Reference(label, spans, anchor):
            return ["r", anchor, label, _packed_spans(spans)]


def _packed_spans(spans: Spans) -> list[Any]:
    return [
        span.text if not span.style and not span.target else [span.text, STYLES.index(span.style), span.target]
        for span in spans
    ]


def _packed_cell(cell: Cell) -> list[Any]:
    return [cell.across, cell.down, _ALIGN.index(cell.align), int(cell.is_head), *_packed_spans(cell.spans)]


def _block(parts: Sequence[Any], depth: int) -> Block:
    if depth > NESTING + 1:
        raise UnreadableDocument("nested too deep")
    kind, anchor, *rest = parts
    anchor = str(anchor)
    match kind:
        case "h":
            return Heading(min(5, max(1, int(rest[0]))), str(rest[1]), _spans(rest[2]), anchor)
        case "p":
            return Paragraph(_spans(rest[0]), anchor)
        case "f":
            return Formula(tuple(map(str, rest[1:])), str(rest[0]), anchor)
        case "i":
            return Items(tuple(_item(one, depth) for one in rest), anchor)
        case "q":
            return Quote(_blocks(rest, depth), anchor)
        case "l":
            return Verbatim(tuple(map(_spans, rest)), anchor)
        case "t":
            return Table(tuple(tuple(map(_cell, row)) for row in rest[1:]), tuple(map(int, rest[0])), anchor)
        case "g":
            return Figure(str(rest[0]), _spans(rest[1]), _blocks(rest[3:], depth), tuple(map(str, rest[2])), anchor)
        case "s":
            return Theorem(_spans(rest[0]), _blocks(rest[1:], depth), anchor)
        case "n":
            return Note(str(rest[0]), _spans(rest[1]), anchor)
        case "r":
            return Reference(str(rest[0]), _spans(rest[1]), anchor)
    raise UnreadableDocument(f"unknown block {str(kind)[:20]!r}")


def _blocks(parts: Sequence[Any], depth: int) -> tuple[Block, ...]:
    return tuple(_block(one, depth + 1) for one in parts)


def _item(parts: Sequence[Any], depth: int) -> Item:
    anchor, marker, *blocks = parts
    return Item(str(marker), _blocks(blocks, depth), str(anchor))


def _cell(parts: Sequence[Any]) -> Cell:
    across, down, align, is_head, *spans = parts
    return Cell(_spans(spans), max(1, int(across)), max(1, int(down)), _ALIGN[align], bool(is_head))


def _spans(parts: Sequence[Any]) -> Spans:
    return tuple(
        Span(part) if isinstance(part, str) else Span(str(part[0]), STYLES[part[1]], str(part[2])) for part in parts
    )
