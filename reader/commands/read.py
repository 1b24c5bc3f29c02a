"""`dailypapers read`: print the full text of a paper, fetched once and kept in the cache."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Any

from reader.commands.choosing import find_or_fetch_text
from reader.commands.command import Command, add_no_pager
from reader.commands.output import READABLE, Style, answer, paint, print_paged, width
from reader.commands.streams import is_terminal
from reader.commands.workspace import Workspace
from reader.core.document.markdown import markdown_lines
from reader.core.document.model import TextSection, text_sections, with_subsections
from reader.core.errors import NotFound
from reader.core.lines import wrap_text
from reader.core.text import brief, clean

if TYPE_CHECKING:
    from reader.cache.texts import KeptText
    from reader.core.paper import Paper


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("id", metavar="ID", help="an arXiv id or an address of the paper")
    parser.add_argument("--markdown", action="store_true", help="print Markdown, formulas as TeX")
    parser.add_argument("--sections", action="store_true", help="list its sections, and print no text")
    about = "print a section with its subsections: its number in that list, or words from its title"
    parser.add_argument("--section", metavar="N|WORDS", help=about)
    parser.add_argument("--again", action="store_true", help="fetch the text again, such as that of a newer version")
    add_no_pager(parser)


def _read_paper(arguments: Namespace, workspace: Workspace) -> int:
    paper, kept = find_or_fetch_text(workspace, arguments.id, again=arguments.again)
    if arguments.json or arguments.sections:
        return _print_sections(arguments, paper, kept)
    facts = kept.facts(paper)
    if arguments.section is not None:
        parts = _chosen(paper, kept, arguments.section)
        whole = replace(kept.document, title="", blocks=tuple(chain(*(one.document.blocks for one in parts))))
        kept = kept._replace(document=whole)
    if arguments.markdown:
        print_paged(_markdown(paper, kept, facts, is_part=arguments.section is not None), wanted=not arguments.no_pager)
    else:
        print_paged(_draw(paper, kept, facts, workspace.settings.ascii), wanted=not arguments.no_pager, chops=True)
    return 0


def _print_sections(arguments: Namespace, paper: Paper, kept: KeptText) -> int:
    wanted = arguments.section
    found = list(text_sections(kept.document)) if wanted is None else _chosen(paper, kept, wanted)
    records = list[dict[str, Any]]()
    lines = []
    for one in found:
        text = "\n".join(markdown_lines(one.document))
        record = {"section": one.number, "level": one.level, "title": clean(one.title), "letters": len(text)}
        records.append(record if arguments.sections else {**record, "text": text})
        indent = "  " * max(0, one.level - 1) if is_terminal(sys.stdout) else ""
        lines.append(f"{one.number}\t{len(text)}\t{indent}{clean(one.title)}")
    whole = {"id": paper.id, "version": kept.document.version, "source": kept.source, "sections": records}
    return answer(arguments, whole, *lines)


def _chosen(paper: Paper, kept: KeptText, wanted: str) -> list[TextSection]:
    """A section by number, or the first whose title has the words, with subsections; raises NotFound."""
    found = list(text_sections(kept.document))
    words = wanted.casefold().split()
    named = (one.number for one in found if words and all(word in one.title.casefold() for word in words))
    number = int(wanted) if wanted.isdecimal() else next(named, len(found))
    if number >= len(found):
        raise NotFound(
            f"{paper.id} has no section {brief(wanted)!r}. 'dailypapers read {paper.id} --sections' lists them."
        )
    return list(with_subsections(found, number))


def _markdown(paper: Paper, kept: KeptText, facts: str, *, is_part: bool) -> Iterator[str]:
    """A text as Markdown; the whole text has people and source below its title."""
    from reader.actions.export import plain_markdown

    if not is_part:
        yield from (f"# {plain_markdown(clean(paper.title))}", "")
        yield from (plain_markdown(", ".join(map(clean, paper.authors))), "") if paper.authors else ()
        yield from (plain_markdown(facts), "")
    yield from markdown_lines(replace(kept.document, title=""))


def _draw(paper: Paper, kept: KeptText, facts: str, ascii: bool) -> Iterator[str]:
    """A text as lines: in a pipe, one per paragraph or table row."""
    from reader.core.document.layout import Layout, in_ascii

    style = Style.of(sys.stdout)
    columns = min(width(), READABLE) if is_terminal(sys.stdout) else None
    yield from (style("strong", line) for line in wrap_text(clean(paper.title), columns))
    yield from (style("muted", line) for line in wrap_text(", ".join(map(clean, paper.authors)), columns))
    yield from (style("muted", line) for line in wrap_text(facts, columns))
    yield ""
    for line in Layout(kept.document, columns, table_width=width() if columns else None):
        yield paint(map(in_ascii, line.pieces) if ascii else line.pieces, style)
    if kept.document.is_cut:
        yield ""
        yield style("muted", "The end of the text is missing.")


COMMAND = Command(
    "read",
    "Print the full text of a paper from the feed, arXiv or ar5iv; it is fetched once and kept for offline reading.",
    (),
    _add_arguments,
    _read_paper,
    has_json=True,
)
