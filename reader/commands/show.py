"""`dailypapers show`: print one paper in full."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import chain
from typing import TYPE_CHECKING

from reader.commands.command import Command, add_no_pager
from reader.commands.output import READABLE, Style, is_terminal, warn, width
from reader.commands.printing import changes, shared_marks
from reader.commands.printing.json_form import add_json_fields
from reader.commands.printing.paper_page import draw_paper, facts, short_parts
from reader.commands.printing.reasons import FOR_YOU, for_you_record, for_you_sentence
from reader.commands.workspace import Workspace, load_paper
from reader.core.lines import fit, wrapped
from reader.core.marks import rule_words
from reader.core.paper import Paper, labelled
from reader.core.text import clean, clean_block, clean_note

if TYPE_CHECKING:
    from reader.cache.community import Kept
    from reader.cache.marks.agents import Made
    from reader.cache.outputs import Output
    from reader.cache.reads.window import Window
    from reader.cache.watching.rules import Act
    from reader.core.follows import Reason as Followed
    from reader.core.topics.scorer import Reason


SAID = 28
"""Columns of a phrase before what is known of it."""

OUTPUTS = "outputs"
"""The key in JSON of what programs of the user's said about the paper."""

FOLLOWS = "follows"
"""The key in JSON of what the user follows that the paper has."""

MARKED_BY = "marked_by"
"""The key in JSON of the marks that programs made for the user."""

WHY = "why"
"""The key in JSON of what gave a paper its topics."""


RULES = "rules"
"""The key in JSON of what the user's rules did to the paper."""


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("id", metavar="ID", help="an arXiv id or an address of the paper")
    parser.add_argument(
        "--refresh", action="store_true", help="ask for comments, links and versions first, at most once a day"
    )
    parser.add_argument(
        "--why", action="store_true", help="print which words gave it its topics, why it suits you, and what rules did"
    )
    parser.add_argument("--changes", action="store_true", help="print what changed since you marked it")
    add_json_fields(parser, _fields, "id,title,abstract")
    add_no_pager(parser)


def _fields() -> tuple[str, ...]:
    from reader.actions.export import RECORD_KEYS
    from reader.commands.printing.belongings import KEYS

    return (*RECORD_KEYS, *KEYS, OUTPUTS, FOLLOWS, shared_marks.KEY, MARKED_BY, WHY, FOR_YOU, RULES, changes.KEY)


def _show_paper(arguments: Namespace, workspace: Workspace) -> int:
    paper = load_paper(workspace, arguments.id)
    if arguments.refresh:
        _refresh(workspace, paper.id)
        paper = load_paper(workspace, paper.id)
    outputs = _load_outputs(workspace, paper)
    reasons = None
    if arguments.why or (arguments.json and WHY in arguments.json.fields):
        reasons = workspace.topics.explain(paper.title, paper.abstract, paper.keywords, paper.categories)
    if arguments.json:
        from reader.actions.export import record
        from reader.commands.printing.belongings import record as belongings

        why: dict[str, object] = {WHY: [asdict(reason) for reason in reasons]} if reasons is not None else {}
        said = {
            OUTPUTS: [one._asdict() for one in outputs],
            FOLLOWS: [_record(one) for one in _follows(workspace, paper)],
            MARKED_BY: [{"mark": one.mark, "program": one.agent} for one in _made(workspace, paper)],
        }
        if shared_marks.KEY in arguments.json.fields:
            with workspace.window() as window:
                why |= shared_marks.record(window, paper)
        if changes.KEY in arguments.json.fields:
            with workspace.window() as window:
                why |= {changes.KEY: changes.record(changes.load_changes(window, paper))}
        if FOR_YOU in arguments.json.fields:
            with workspace.window() as window:
                why |= for_you_record(window, paper)
        if RULES in arguments.json.fields:
            with workspace.window() as window:
                why[RULES] = _rule_record(window, paper)
        arguments.json.print_record(record(paper) | belongings(_kept(workspace, paper)) | said | why)
        return 0
    from reader.commands.printing.pager import print_paged

    if arguments.changes:
        with workspace.window() as window:
            found = changes.load_changes(window, paper)
        columns = min(width(), READABLE) if is_terminal(sys.stdout) else None
        drawn = changes.change_lines(paper, found, Style.of(sys.stdout), columns)
        print_paged(drawn, wanted=not arguments.no_pager)
        return 0
    lines = _choose_lines(paper, reasons, workspace)
    if reasons is None:
        with workspace.window() as window:
            lines = chain(lines, shared_marks.group_lines(window, paper), _format_outputs(outputs))
    print_paged(lines, wanted=not arguments.no_pager)
    return 0


def _refresh(workspace: Workspace, id: str) -> None:
    """Fetch what belongs to a paper; if that fails, say so, and print what is here."""
    from reader.commands.run_job import run_job
    from reader.refresh.jobs import PaperRefreshed, RefreshPaper

    for message in run_job(workspace, RefreshPaper(id)):
        if isinstance(message, PaperRefreshed) and message.error is not None:
            warn(f"Not refreshed: {message.error}")


def _kept(workspace: Workspace, paper: Paper) -> Kept:
    from reader.cache.community import Kept, read_community

    pk = paper.pk
    if not isinstance(pk, int):
        return Kept()
    with workspace.window() as window:
        return window.read(lambda connection: read_community(connection, pk))


def _follows(workspace: Workspace, paper: Paper) -> tuple[Followed, ...]:
    """What the user follows that a paper has."""
    from reader.cache.follows import reasons

    pk = paper.pk
    if not isinstance(pk, int):
        return ()
    with workspace.window() as window:
        return window.read(lambda connection: reasons(connection, pk))


def _made(workspace: Workspace, paper: Paper) -> tuple[Made, ...]:
    """The marks on a paper that programs made."""
    from reader.cache.marks.agents import made_by_agents

    pk = paper.pk
    if not isinstance(pk, int):
        return ()
    with workspace.window() as window:
        return window.read(lambda connection: made_by_agents(connection, pk))


def _record(one: Followed) -> dict[str, object]:
    follow = {"field": one.follow.field, "name": one.follow.name, "query": one.follow.query}
    return follow | {"found": one.found or None, "perhaps": one.perhaps}


def _choose_lines(paper: Paper, reasons: Sequence[Reason] | None, workspace: Workspace) -> Iterator[str]:
    style = Style.of(sys.stdout)
    if reasons is not None:
        names = {topic.slug: topic.name for topic in workspace.topics.topics}
        with workspace.window() as window:
            suits = for_you_sentence(window, paper)
            acts = _ruled(window, paper)
        return chain(
            _format_reasons(paper, reasons, names, style), _format_sentence(suits), *map(_format_sentence, acts)
        )
    kept = _kept(workspace, paper)
    with workspace.window() as window:
        topics = window.topic_names()
    followed = "; ".join(clean(one.said(topics)) for one in _follows(workspace, paper))
    made = ", ".join(clean(one.said) for one in _made(workspace, paper))
    if not is_terminal(sys.stdout):
        return _format_paper(paper, kept, style, followed, made)
    return draw_paper(paper, kept, short_parts(paper, topics, followed, made), style, min(width(), READABLE))


def _format_reasons(paper: Paper, reasons: Sequence[Reason], names: Mapping[str, str], style: Style) -> Iterator[str]:
    """Lines that explain a paper's topics: each phrase with its points, its origin and its fields."""
    from reader.core.topics.scorer import LEGEND, why

    columns = width() if is_terminal(sys.stdout) else None
    yield from (style.bold(line) for line in wrapped(clean(paper.title), columns))
    if not reasons:
        yield ""
        yield "No rule gives this paper a topic."
    for one in why(reasons, names):
        yield ""
        yield f"{style.bold(clean(one.name))}  {style.faint(f'{one.slug}, {one.score} points')}"
        for cause in one.causes:
            said = fit(clean(cause.said), SAID) if cause.where else clean(cause.said)
            if columns is None or SAID + len(cause.detail) + 9 <= columns:
                yield f"{cause.points:+5d}  {said}  {style.faint(cause.detail)}".rstrip()
            else:
                yield f"{cause.points:+5d}  {said.rstrip()}"
                yield from (f"{' ' * 7}{style.faint(line)}" for line in wrapped(cause.detail, columns - 7))
        if one.weaker:
            yield style.faint(f"       and {one.weaker} weaker")
    if reasons:
        yield ""
        yield style.faint(LEGEND)


def _rule_record(window: Window, paper: Paper) -> dict[str, object]:
    """What the user's rules and muted words did to a paper, as JSON."""
    acts, muted = _acts(window, paper)
    return {"acts": [one._asdict() for one in acts], "muted_by": list(muted)}


def _ruled(window: Window, paper: Paper) -> Iterator[str]:
    """The same as sentences."""
    acts, muted = _acts(window, paper)
    sentences = [
        f"Rule {clean(act.rule)}: {rule_words(act.then)}, because {clean(act.when)}"
        f"{'; you took that back' * act.undone}."
        for act in acts
    ]
    return iter([*sentences, *(f"Muted, because {clean(word)}." for word in muted)])


def _acts(window: Window, paper: Paper) -> tuple[tuple[Act, ...], tuple[str, ...]]:
    from reader.cache.watching.rules import ruled

    return ruled(window, paper.pk, datetime.now(UTC).date()) if isinstance(paper.pk, int) else ((), ())


def _format_sentence(text: str) -> Iterator[str]:
    """Lines of a sentence, after an empty one; none without a sentence."""
    if text:
        yield ""
        yield from wrapped(text, width() if is_terminal(sys.stdout) else None)


def _format_paper(paper: Paper, kept: Kept, style: Style, followed: str, made: str) -> Iterator[str]:
    """Lines of a paper in a pipe: a paragraph is one line, which the next program wraps or searches."""
    from reader.actions.links import links
    from reader.commands.printing.belongings import belonging_lines

    yield style.bold(clean(paper.title))
    if paper.authors:
        yield ", ".join(clean(name) for name in paper.authors)
    yield style.faint(" · ".join(facts(paper)))
    if followed:
        yield ""
        yield f"Followed: {followed}"
    if made:
        yield ""
        yield f"Programs: {made}"
    for label, text in labelled(paper):
        yield ""
        yield f"{label}: {text}"
    for paragraph in clean_block(paper.abstract).split("\n\n"):
        yield ""
        if paragraph:
            yield paragraph
    yield ""
    yield from (f"{link.name:8} {link.url}" for link in links(paper))
    yield from belonging_lines(paper, kept, style, None)


def _load_outputs(workspace: Workspace, paper: Paper) -> tuple[Output, ...]:
    from reader.cache.outputs import outputs_of

    pk = paper.pk
    if not isinstance(pk, int):
        return ()
    with workspace.window() as window:
        return window.read(lambda connection: outputs_of(connection, pk))


def _format_outputs(outputs: Sequence[Output]) -> Iterator[str]:
    """Lines of what programs said: as they printed it, except its width on a terminal."""
    style = Style.of(sys.stdout)
    columns = min(width(), READABLE) if is_terminal(sys.stdout) else None
    for output in outputs:
        yield ""
        yield style.bold(f"{clean(output.name)} (made by a program on {output.made[:10]})")
        for line in clean_note(output.text).split("\n"):
            yield from wrapped(line, columns) if line.strip() else ("",)


COMMAND = Command(
    "show",
    "Print one paper in full.",
    (
        ("show 2406.12345", "by its arXiv id"),
        ("show https://huggingface.co/papers/2406.12345 --json=title,code_url", "by an address, two fields as JSON"),
        ("show 2406.12345 --refresh", "with the newest votes, comments and links"),
        ("show 2406.12345 --changes", "what changed since you starred, read or passed it, word by word"),
        ("show 2406.12345 --why", "which words gave it its topics, and why it suits you"),
    ),
    _add_arguments,
    _show_paper,
)
