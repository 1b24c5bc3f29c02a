"""`list --passages`, which prints paragraphs of stored full texts, and `list --topics`, which counts topics."""

from __future__ import annotations

import re
import sys
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import partial
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, NamedTuple

from reader.cache.texts import Texts
from reader.commands.choosing import explain_nothing
from reader.commands.command import query_of
from reader.commands.output import Style, answer, print_results, print_through_pager, warn, width
from reader.commands.streams import is_terminal
from reader.commands.workspace import Workspace, parse_query, selection
from reader.core.document.find import Finder, Hit, find
from reader.core.errors import UsageError
from reader.core.lines import Piece, cut, fill, wrap_text
from reader.core.query import Match, Query
from reader.core.query.nodes import And
from reader.core.text import brief, clean
from reader.core.words import markers
from reader.ui.kit.lines import hits

if TYPE_CHECKING:
    from reader.cache.reads.window import TopicCount, Window

STORED_TEXTS = "has:fulltext"
"""The query for papers whose full text is stored."""

_WORD = re.compile(r'"[^"]+"|\S+')


class Passage(NamedTuple):
    """A matching paragraph and its paper."""

    id: str
    title: str
    hit: Hit

    @property
    def section(self) -> str:
        heading = self.hit.section
        if heading is None:
            return ""
        return " ".join(filter(None, (heading.number, "".join(span.text for span in heading.spans))))


def print_passages(arguments: Namespace, workspace: Workspace) -> int:
    """Print the paragraphs of stored full texts with the words of a query's `fulltext:` terms."""
    query = parse_query(query_of(arguments.query))
    nodes = query.root.nodes if isinstance(query.root, And) else (query.root,)
    wanted = [node for node in nodes if isinstance(node, Match) and node.field == "fulltext"]
    if not wanted:
        raise UsageError("--passages needs words to look for: add a term such as fulltext:attention.")
    words = " ".join(f'"{passage.text}"' if passage.exact else passage.text for passage in wanted)
    with workspace.window() as window:
        found_passages = islice(passages(workspace, window, words, query), arguments.limit)
        if arguments.json:
            places = (
                {"id": passage.id, "title": passage.title, "section": passage.section, "text": passage.hit.text}
                for passage in found_passages
            )
            return answer(arguments, places)
        lines = _draw(found_passages) if is_terminal(sys.stdout) else (_format(passage) for passage in found_passages)
        first = next(lines, None)
        if first is not None:
            print_through_pager(chain([first], lines))
        elif not arguments.quiet:
            has_texts = window.count(selection(window, parse_query(STORED_TEXTS)))
            advice = "No full text is stored yet. 'dailypapers read ID' fetches one."
            warn("No stored full text contains these words." if has_texts else advice)
    return 0


def passages(workspace: Workspace, window: Window, text: str, query: Query) -> Iterator[Passage]:
    """The paragraphs that contain all the words, from the stored texts of a query's papers.

    Raises UsageError if the text has no word.
    """
    words = _WORD.findall(text)
    wanted = markers(words)
    if not wanted:
        raise UsageError(f"{brief(text)!r} has no word to look for.")
    finders: list[Finder] = [partial(hits, searched=marker) for marker in wanted]
    in_formulas = any(marker.may_be_signs for marker in wanted)
    pks = window.order(selection(window, query)).pks
    with closing(Texts.open(workspace.cache_file)) as texts:
        for pk in pks:
            kept = texts.get(pk)
            if kept is None:
                continue
            for row in window.rows([pk]):
                for hit in find(kept.document, finders, in_formulas=in_formulas):
                    yield Passage(row.id, row.title, hit)


def _format(passage: Passage) -> str:
    """A line for a pipe: id, section and text, separated by tabs."""
    style = Style.of(sys.stdout)
    text = "".join(style("strong", part) if is_mark else part for part, is_mark in _parts(passage.hit))
    return f"{style('muted', passage.id)}\t{style('muted', passage.section)}\t{text}"


def _draw(found_passages: Iterator[Passage]) -> Iterator[str]:
    style, columns, before = Style.of(sys.stdout), width(), ""
    for passage in found_passages:
        if passage.id != before:
            if before:
                yield ""
            yield from (style("strong", line) for line in wrap_text(f"{passage.id} {clean(passage.title)}", columns))
            before = passage.id
        yield from (f"  {style('muted', line)}" for line in wrap_text(passage.section, columns - 2))
        pieces = [Piece(text, hit=is_mark) for text, is_mark in _parts(passage.hit)]
        for line in fill(pieces, columns - 4):
            yield "    " + "".join(style("strong", piece.text) if piece.hit else piece.text for piece in line)


def _parts(hit: Hit) -> Iterator[tuple[str, bool]]:
    end = 0
    for start, stop in hit.marks:
        if start >= end:
            yield hit.text[end:start], False
            yield hit.text[start:stop], True
            end = stop
    yield hit.text[end:], False


# Topics


def print_topics(arguments: Namespace, workspace: Workspace) -> int:
    """Print the topics of a query's papers, the most frequent first."""
    text = query_of(arguments.query)
    with workspace.window() as window:
        topics = _count(window, text)
        if not arguments.quiet and not any(topic.papers for topic in topics):
            explain_nothing(window, parse_query(text))
    topics = topics[: arguments.limit]
    print_results(
        arguments,
        map(_record, topics),
        _draw_table(topics, workspace),
        (f"{topic.slug}\t{clean(topic.name)}\t{topic.papers}" for topic in topics),
    )
    return 0


def _count(window: Window, text: str) -> list[TopicCount]:
    topics = window.topics(selection(window, parse_query(text)) if text else None)
    return sorted(topics, key=lambda topic: (-topic.papers, topic.slug))


def topic_records(window: Window, text: str) -> list[dict[str, Any]]:
    """The topics of a query's papers as JSON, the most frequent first."""
    return [_record(topic) for topic in _count(window, text)]


def _record(topic: TopicCount) -> dict[str, Any]:
    return {"slug": topic.slug, "name": topic.name, "family": topic.family, "papers": topic.papers}


def _draw_table(topics: Sequence[TopicCount], workspace: Workspace) -> Iterator[str]:
    """A line for each topic: number of papers, slug, and as much of the name as fits."""
    style = Style.of(sys.stdout)
    slug_width = max((len(topic.slug) for topic in topics), default=0)
    room = width() - slug_width - 13
    for topic in topics:
        slug = style("topic", topic.slug) + " " * (slug_width - len(topic.slug))
        yield f"{topic.papers:>9,}  {slug}  {cut(clean(topic.name), max(0, room), workspace.glyphs.ellipsis)}".rstrip()
