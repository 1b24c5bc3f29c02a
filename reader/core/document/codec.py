"""Store documents as compressed JSON of short lists, a tenth of the size of the page.

Parsed documents are stored because opening them takes 3 ms instead of 100.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from reader.core.document import model
from reader.core.document.model import Block, Cell, Document, Span, Spans

FORMAT = 1
"""The version of the format and the parsers; a text of an older version may be worth fetching again."""

MAX_DOCUMENT_BYTES = 64 * 1024 * 1024

_ALIGN = ("left", "right", "center")


class UnreadableDocument(ValueError):
    """The bytes are not a document."""


def dump(document: Document) -> bytes:
    """The bytes of a document, for `load`."""
    parts = [
        FORMAT,
        document.title,
        document.version,
        document.licence,
        int(document.is_cut),
        [_pack(block) for block in document.blocks],
    ]
    return pack_json(parts)


def load(data: bytes) -> Document:
    """Read the bytes of `dump`; raises UnreadableDocument."""
    try:
        _, title, version, licence, is_cut, blocks = unpack_json(data, MAX_DOCUMENT_BYTES)
        return Document(
            str(title),
            tuple(_block(block, 0) for block in blocks),
            int(version) if version else None,
            str(licence),
            bool(is_cut),
        )
    except (zlib.error, ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise UnreadableDocument(str(error)) from error


def pack_json(value: object) -> bytes:
    """A value as compressed JSON."""
    return zlib.compress(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(), 6)


def unpack_json(data: bytes, most: int) -> Any:
    """The value of compressed JSON of at most `most` bytes; raises zlib.error and ValueError."""
    unpacker = zlib.decompressobj()
    text = unpacker.decompress(data, most)
    if not unpacker.eof:
        raise UnreadableDocument("the text is cut off")
    return json.loads(text)


def pack_blocks(blocks: Sequence[Block]) -> list[Any]:
    """Blocks as JSON values."""
    return [_pack(block) for block in blocks]


def unpack_blocks(parts: Sequence[Any]) -> tuple[Block, ...]:
    """Blocks from JSON values; raises UnreadableDocument, or other errors for values of wrong types."""
    return tuple(_block(part, 0) for part in parts)


def _pack(block: Block) -> list[Any]:
    sign = _SIGNS[type(block)]
    _, fields, repeated = _BLOCKS[sign]
    parts = [sign, block.anchor, *(form.pack(getattr(block, name)) for name, form in fields)]
    for name, form in repeated.items():
        parts += map(form.pack, getattr(block, name))
    return parts


def _block(parts: Sequence[Any], depth: int) -> Block:
    if depth > model.NESTING + 1:
        raise UnreadableDocument("nested too deep")
    sign, anchor, *rest = parts
    if sign not in _BLOCKS:
        raise UnreadableDocument(f"unknown block {str(sign)[:20]!r}")
    kind, fields, repeated = _BLOCKS[sign]
    values: dict[str, Any] = {
        name: form.unpack(part, depth) for (name, form), part in zip(fields, rest[: len(fields)], strict=True)
    }
    for name, form in repeated.items():
        values[name] = tuple(form.unpack(part, depth) for part in rest[len(fields) :])
    return kind(**values, anchor=str(anchor))


def _packed_spans(spans: Spans) -> list[Any]:
    return [
        span.text if not span.style and not span.target else [span.text, model.STYLES.index(span.style), span.target]
        for span in spans
    ]


def _spans(parts: Sequence[Any]) -> Spans:
    return tuple(
        Span(part) if isinstance(part, str) else Span(str(part[0]), model.STYLES[part[1]], str(part[2]))
        for part in parts
    )


def _packed_row(row: Sequence[Cell]) -> list[Any]:
    return [
        [cell.across, cell.down, _ALIGN.index(cell.align), int(cell.is_head), *_packed_spans(cell.spans)]
        for cell in row
    ]


def _cell(parts: Sequence[Any]) -> Cell:
    across, down, align, is_head, *spans = parts
    return Cell(_spans(spans), max(1, int(across)), max(1, int(down)), _ALIGN[align], bool(is_head))


def _item(parts: Sequence[Any], depth: int) -> model.Item:
    anchor, marker, *blocks = parts
    return model.Item(str(marker), tuple(_block(block, depth + 1) for block in blocks), str(anchor))


class _Form(NamedTuple):
    """Conversions of a value to JSON, and from JSON at a depth of nested blocks."""

    pack: Callable[[Any], Any]
    unpack: Callable[[Any, int], Any]


_LEVEL = _Form(int, lambda level, _: min(5, max(1, int(level))))
_TEXT = _Form(str, lambda text, _: str(text))
_TEXTS = _Form(list, lambda texts, _: tuple(map(str, texts)))
_NUMBERS = _Form(list, lambda numbers, _: tuple(map(int, numbers)))
_SPANS = _Form(_packed_spans, lambda spans, _: _spans(spans))
_ROW = _Form(_packed_row, lambda cells, _: tuple(map(_cell, cells)))
_ITEM = _Form(lambda item: [item.anchor, item.marker, *map(_pack, item.blocks)], _item)
_INNER = _Form(_pack, lambda parts, depth: _block(parts, depth + 1))

_BLOCKS: Mapping[str, tuple[type[Block], tuple[tuple[str, _Form], ...], Mapping[str, _Form]]] = {
    "h": (model.Heading, (("level", _LEVEL), ("number", _TEXT), ("spans", _SPANS)), {}),
    "p": (model.Paragraph, (("spans", _SPANS),), {}),
    "f": (model.Formula, (("number", _TEXT),), {"rows": _TEXT}),
    "i": (model.Items, (), {"items": _ITEM}),
    "q": (model.Quote, (), {"blocks": _INNER}),
    "l": (model.Verbatim, (), {"lines": _SPANS}),
    "t": (model.Table, (("rules", _NUMBERS),), {"rows": _ROW}),
    "g": (model.Figure, (("label", _TEXT), ("caption", _SPANS), ("pictures", _TEXTS)), {"blocks": _INNER}),
    "s": (model.Theorem, (("title", _SPANS),), {"blocks": _INNER}),
    "n": (model.Note, (("mark", _TEXT), ("spans", _SPANS)), {}),
    "r": (model.Reference, (("label", _TEXT), ("spans", _SPANS)), {}),
}
"""The kinds of blocks: class, fields with one value each, and the field whose values are all that follow."""

_SIGNS = {kind: sign for sign, (kind, _, _) in _BLOCKS.items()}
