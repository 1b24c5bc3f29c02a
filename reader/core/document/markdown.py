"""Write a document as Markdown, with formulas in dollars, tables with pipes, and footnotes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from reader.core.document import model
from reader.core.document.layout import grid_texts
from reader.core.document.model import Block, Document, Span, Spans

_SPECIAL = re.compile(r"[\\`*_\[\]<$]")
_BLOCK = re.compile(r"\s*(?:(?=(?:#+|[>+-])\s)|\d+(?=[.)]\s))")
"""The beginning of a text that would be another kind of block, up to the sign to escape."""
_FENCES = re.compile(r"`{3,}")


def markdown_lines(document: Document) -> Iterator[str]:
    """The lines of a document in Markdown."""
    if document.title:
        yield f"# {_escape(document.title)}"
        yield ""
    yield from _blocks(document.blocks)


def _blocks(blocks: Iterable[Block]) -> Iterator[str]:
    for number, block in enumerate(blocks):
        if number:
            yield ""
        yield from _block(block)


def _block(block: Block) -> Iterator[str]:
    match block:
        case model.Heading(level, number, spans):
            yield f"{'#' * (level + 1)} {number + ' ' if number else ''}{_inline(spans)}"
        case model.Paragraph(spans):
            yield _inline(spans)
        case model.Formula(rows, number):
            tag = f" \\tag{{{number.strip('()')}}}" if number else ""
            yield "$$"
            if len(rows) > 1 or "&" in rows[0] or r"\\" in rows[0]:
                yield r"\begin{aligned}"
                yield from (f"{row} \\\\" for row in rows[:-1])
                yield rows[-1]
                yield rf"\end{{aligned}}{tag}"
            else:
                yield f"{''.join(rows)}{tag}"
            yield "$$"
        case model.Items(items):
            for item in items:
                marker = item.marker if re.fullmatch(r"\d+[.)]", item.marker) else "-"
                lead = "" if marker != "-" or item.marker in "•–-*∗" else f"{_escape(item.marker)} "
                lines = list(_blocks(item.blocks)) or [""]
                yield f"{marker} {lead}{lines[0]}".rstrip()
                yield from (f"{' ' * (len(marker) + 1)}{line}" if line else "" for line in lines[1:])
        case model.Quote(blocks):
            yield from (f"> {line}".rstrip() for line in _blocks(blocks))
        case model.Verbatim(lines):
            text = ["".join(span.text for span in line) for line in lines]
            fence = "`" * max([3, *(len(run) + 1 for line in text for run in _FENCES.findall(line))])
            yield fence
            yield from text
            yield fence
        case model.Table():
            yield from _table(block)
        case model.Figure(label, caption, blocks, pictures):
            yield from (f"![{_escape(label)}]({address})" for address in pictures)
            if label or caption:
                yield ": ".join(filter(None, (f"**{_escape(label)}**" if label else "", _inline(caption))))
            for inner in blocks:
                yield ""
                yield from _block(inner)
        case model.Theorem(title, blocks):
            if title:
                yield f"**{_inline(title)}**"
                yield from [""] if blocks else []
            yield from _blocks(blocks)
        case model.Note(mark, spans):
            yield f"[^{mark}]: {_inline(spans)}"
        case model.Reference(label, spans):
            yield f"- {_escape(label) + ' ' if label else ''}{_inline(spans)}"


def _table(table: model.Table) -> Iterator[str]:
    rows = [[_inline(spans).replace("|", "\\|") for spans in row] for row in grid_texts(table)]
    columns = max(map(len, rows), default=0)
    for number, row in enumerate(rows):
        yield f"| {' | '.join([*row, *[''] * (columns - len(row))])} |"
        if number == 0:
            yield f"|{' --- |' * columns}"


def _inline(spans: Spans | Sequence[Span]) -> str:
    text = "".join(map(_span, spans))
    begin = _BLOCK.match(text)
    return f"{begin[0]}\\{text[begin.end() :]}" if begin else text


def _span(span: Span) -> str:
    text, style, target = span
    match style:
        case "formula":
            return f"${text}$"
        case "mark":
            return f"[^{text}]"
        case "code":
            ticks = "``" if "`" in text else "`"
            shown = f"{ticks}{text}{ticks}"
        case "strong" | "emphasis" if text.strip():
            sign = "**" if style == "strong" else "*"
            bare = text.strip()
            start = text.index(bare)
            shown = f"{text[:start]}{sign}{_escape(bare)}{sign}{text[start + len(bare) :]}"
        case _:
            shown = _escape(text)
    return f"[{shown}]({target})" if target.startswith("http") else shown


def _escape(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", text)
