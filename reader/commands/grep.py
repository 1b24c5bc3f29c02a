"""`dailypapers grep`: find words in the stored full texts."""

from __future__ import annotations

import re
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial
from itertools import chain, islice
from typing import TYPE_CHECKING, NamedTuple

from reader.cache.search.full_text import is_found_in_texts
from reader.cache.texts import Texts
from reader.commands.command import Command, add_limit, add_no_pager, add_query, query_of
from reader.commands.output import Style, answer, is_terminal, warn, width
from reader.commands.workspace import Workspace, parsed, selection
from reader.core.document.model import Heading
from reader.core.document.search import Finder, Hit, block_texts, find
from reader.core.errors import UsageError
from reader.core.lines import Piece, fill, wrapped
from reader.core.query import Match, Query
from reader.core.query.nodes import all_of, any_of
from reader.core.text import brief, clean
from reader.core.words import joined, markers
from reader.ui.kit.lines import hits

if TYPE_CHECKING:
    from reader.cache.reads.window import Window

KEPT = "has:fulltext"
"""The query for papers with stored texts."""

_WORD = re.compile(r'"[^"]+"|\S+')


class Passage(NamedTuple):
    """A matching paragraph and its paper."""

    id: str
    title: str
    hit: Hit
    number: int
    """The number of its section."""
    paragraph: str

    @property
    def section(self) -> str:
        heading = self.hit.section
        if heading is None:
            return ""
        return " ".join(filter(None, (heading.number, "".join(span.text for span in heading.spans))))


def _add_arguments(parser: ArgumentParser) -> None:
    about = "words that one paragraph must have, or their beginnings; a phrase in double quotes"
    parser.add_argument("words", metavar="WORDS", help=about)
    add_query(parser)
    add_limit(parser, "places")
    add_no_pager(parser)


def _find_words(arguments: Namespace, workspace: Workspace) -> int:
    with workspace.window() as window:
        query = parsed(query_of(arguments.query), also=KEPT)
        found = islice(passages(workspace, window, arguments.words, query), arguments.limit)
        if arguments.json:
            places = ({"id": one.id, "title": one.title, "section": one.section, "text": one.hit.text} for one in found)
            return answer(arguments, places)
        lines = _draw(found) if is_terminal(sys.stdout) else (_format(one) for one in found)
        first = next(lines, None)
        if first is None:
            warn(_nothing(window, query))
            return 0
        from reader.commands.pager import print_paged

        print_paged(chain([first], lines), wanted=not arguments.no_pager)
    return 0


def _nothing(window: Window, query: Query) -> str:
    if window.count(selection(window, query)):
        return "No stored full text contains it."
    fetches = "'dailypapers read ID' fetches one."
    if window.count(selection(window, parsed("", also=KEPT))):
        return f"None of the query's papers has its full text here. {fetches}"
    return f"No full text is stored yet. {fetches}"


def _with_words(query: Query, words: Sequence[str]) -> Query:
    """The query with word beginnings that the full-text index finds the same way."""
    matches = (
        any_of([Match(one.strip('"'), one.startswith('"'), "fulltext") for one in (word, *whole)])
        for word, whole in zip(words, joined(words), strict=True)
        if is_found_in_texts(word)
    )
    nodes = [query.root, *matches]
    return replace(query, root=all_of([node for node in nodes if node is not None]))


def passages(workspace: Workspace, window: Window, text: str, query: Query) -> Iterator[Passage]:
    """The paragraphs of a query's stored texts with all the words; raises UsageError if there is no word."""
    words = _WORD.findall(text)
    wanted = markers(words)
    if not wanted:
        raise UsageError(f"{brief(text)!r} has no word to look for.")
    finders: list[Finder] = [partial(hits, searched=one) for one in wanted]
    in_formulas = any(one.may_be_signs for one in wanted)
    pks = window.order(selection(window, _with_words(query, words))).pks
    with closing(Texts.open(workspace.cache_file)) as texts:
        for pk in pks:
            kept = texts.get(pk)
            if kept is None:
                continue
            blocks = kept.document.blocks
            for row in window.rows([pk]):
                for hit in find(kept.document, finders, in_formulas=in_formulas):
                    number = sum(isinstance(block, Heading) for block in blocks[: hit.block + 1])
                    paragraph = " ".join(" ".join(block_texts(blocks[hit.block])).split())
                    yield Passage(row.id, row.title, hit, number, paragraph)


def _format(found: Passage) -> str:
    """A line for other programs: id, section and text, separated by tabs."""
    style = Style.of(sys.stdout)
    text = "".join(style.bold(part) if is_mark else part for part, is_mark in _parts(found.hit))
    return f"{style.faint(found.id)}\t{style.faint(found.section)}\t{text}"


def _draw(found: Iterator[Passage]) -> Iterator[str]:
    style, columns, before = Style.of(sys.stdout), width(), ""
    for one in found:
        if one.id != before:
            if before:
                yield ""
            yield from (style.bold(line) for line in wrapped(f"{one.id} {clean(one.title)}", columns))
            before = one.id
        yield from (f"  {style.faint(line)}" for line in wrapped(one.section, columns - 2))
        pieces = [Piece(text, hit=is_mark) for text, is_mark in _parts(one.hit)]
        for line in fill(pieces, columns - 4):
            yield "    " + "".join(style.bold(piece.text) if piece.hit else piece.text for piece in line)


def _parts(hit: Hit) -> Iterator[tuple[str, bool]]:
    end = 0
    for start, stop in hit.marks:
        if start >= end:
            yield hit.text[end:start], False
            yield hit.text[start:stop], True
            end = stop
    yield hit.text[end:], False


COMMAND = Command(
    "grep",
    "Find words in the stored full texts; in a pipe as id, section and the words around, separated by tabs.",
    (),
    _add_arguments,
    _find_words,
    {"": "array: id, title, section, text"},
)
