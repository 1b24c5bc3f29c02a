"""`dailypapers show`: print one paper in full."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from reader.commands.command import Command, add_json
from reader.commands.output import (
    READABLE,
    Style,
    amount,
    fit,
    is_terminal,
    print_json,
    print_line,
    state_words,
    width,
    wrapped,
)
from reader.commands.workspace import Workspace, load_paper
from reader.core.paper import Paper, labelled
from reader.core.text import clean, clean_block

if TYPE_CHECKING:
    from reader.core.topics.scorer import Reason


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("id", metavar="ID", help="an arXiv id or an address of the paper")
    parser.add_argument("--why", action="store_true", help="print which words gave it its topics")
    add_json(parser)


def _show_paper(arguments: Namespace, workspace: Workspace) -> int:
    paper = load_paper(workspace, arguments.id)
    reasons = None
    if arguments.why:
        reasons = workspace.topics.explain(paper.title, paper.abstract, paper.keywords, paper.categories)
    if arguments.json:
        from reader.actions.export import record

        print_json(record(paper) | ({"why": [asdict(reason) for reason in reasons]} if reasons is not None else {}))
        return 0
    # In a pipe a paragraph is one line: the next program wraps or searches it.
    columns = min(width(), READABLE) if is_terminal(sys.stdout) else None
    style = Style.of(sys.stdout)
    if reasons is None:
        lines = _format_paper(paper, style, columns)
    else:
        lines = _format_reasons(paper, reasons, {topic.slug: topic.name for topic in workspace.topics.topics}, style)
    for line in lines:
        print_line(line)
    return 0


def _format_reasons(paper: Paper, reasons: Sequence[Reason], names: Mapping[str, str], style: Style) -> Iterator[str]:
    """Lines that explain a paper's topics: each phrase with its points, its origin and its fields."""
    from reader.core.topics.explain import LEGEND, why

    yield style.bold(clean(paper.title))
    if not reasons:
        yield ""
        yield "No rule gives this paper a topic."
    for one in why(reasons, names):
        yield ""
        yield f"{style.bold(clean(one.name))}  {style.faint(f'{one.slug}, {one.score} points')}"
        for cause in one.causes:
            said = fit(clean(cause.said), 28) if cause.where else clean(cause.said)
            yield f"{cause.points:+5d}  {said}  {style.faint(cause.detail)}".rstrip()
        if one.weaker:
            yield style.faint(f"       and {one.weaker} weaker")
    if reasons:
        yield ""
        yield style.faint(LEGEND)


def _format_paper(paper: Paper, style: Style, columns: int | None) -> Iterator[str]:
    """Lines of a paper, wrapped at `columns`; unwrapped if that is None."""
    from reader.actions.links import links

    yield from (style.bold(line) for line in wrapped(clean(paper.title), columns))
    yield from wrapped(", ".join(clean(name) for name in paper.authors), columns)
    facts = (
        paper.organization and clean(paper.organization),
        paper.day,
        paper.published and f"arXiv {paper.published}",
        paper.version and paper.version > 1 and f"v{paper.version} {paper.revised or ''}".rstrip(),
        amount(paper.upvotes, "upvote"),
        amount(paper.comments, "comment"),
        state_words(paper).replace(",", ", "),
    )
    yield from (style.faint(line) for line in wrapped(" · ".join(fact for fact in facts if fact), columns))
    for label, text in labelled(paper):
        yield ""
        yield from wrapped(f"{label}: {text}", columns)
    for paragraph in clean_block(paper.abstract).split("\n\n"):
        yield ""
        yield from wrapped(paragraph, columns)
    yield ""
    # A wrapped address can't be clicked or copied.
    yield from (f"{link.name:8} {link.url}" for link in links(paper))


COMMAND = Command(
    "show",
    "Print one paper in full.",
    (
        ("show 2406.12345", "by its arXiv id"),
        ("show https://huggingface.co/papers/2406.12345 --json", "by an address, as JSON"),
        ("show 2406.12345 --why", "which words gave it its topics"),
    ),
    _add_arguments,
    _show_paper,
)
