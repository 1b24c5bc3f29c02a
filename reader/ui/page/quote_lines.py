"""Lines of a full text as a quotation with its source, for the clipboard."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from reader.core.document.block_lines import DocumentLine
from reader.core.document.layout import TextPlace
from reader.core.document.model import Block, Figure, Formula, Section, Table, Verbatim


def quotation(lines: Sequence[tuple[TextPlace, DocumentLine]], blocks: Sequence[Block], source: str) -> str:
    """Chosen lines as Markdown quotes them; running text is one line, and the source is at the end."""
    parts = [
        list(_part([line for _, line in group], blocks[block]))
        for block, group in groupby(lines, lambda placed: placed[0].block)
    ]
    texts = [part for part in parts if part]
    if not texts:
        return ""
    quoted = [line for part in texts for line in ("", *part)][1:]
    quoted[-1] = f"{quoted[-1]} ({source})"
    return "\n".join(f"> {line}".rstrip() for line in quoted)


def _part(lines: Sequence[DocumentLine], block: Block) -> Iterator[str]:
    """The lines of one block without its rules; those of running text become one."""
    texts = [line.text.rstrip() for line in lines if any(piece.role != "rule" for piece in line.pieces)]
    if isinstance(block, (Table, Verbatim, Formula, Figure)):
        yield from (text for text in texts if text)
    elif joined := " ".join(text.strip() for text in texts if text.strip()):
        yield joined


def source_of(id: str, section: Section | None) -> str:
    """Where a quotation is from, such as `2406.12345, §3`."""
    name = section_name(section, is_short=True)
    return f"{id}, {name}" if name else id


def section_name(section: Section | None, *, is_short: bool = False) -> str:
    """A section such as `§3 Method`, in short `§3` if it has a number; empty for what is before the first one."""
    if section is None:
        return ""
    number = section.heading.number.rstrip(".").removeprefix("Appendix ")
    title = " ".join("".join(span.text for span in section.heading.spans).split())
    return " ".join(filter(None, (f"§{number}" if number else "", "" if number and is_short else title)))
