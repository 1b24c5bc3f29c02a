"""Commands for one paper: `show` prints it as the reader's page, `read` its full text, and `open` opens its links."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from reader.actions.links import links, open_url, pdf_file, pdf_folder
from reader.cache.choice import read_suits
from reader.cache.community import read_community
from reader.cache.history import changes_since_mark
from reader.cache.reads.window import Window
from reader.cache.standing import reasons
from reader.cache.watching import rule_effects
from reader.commands.choosing import FOR_YOU, find_or_fetch_text, for_you_record
from reader.commands.command import Command
from reader.commands.output import (
    MAX_PROSE_COLUMNS,
    Style,
    answer,
    paint,
    print_results,
    print_through_pager,
    warn,
    width,
)
from reader.commands.streams import is_terminal
from reader.commands.workspace import Workspace, load_paper, read_paper
from reader.core.community import Comment, threads
from reader.core.document.markdown import markdown_lines
from reader.core.document.model import Document, TextSection, text_sections, with_subsections
from reader.core.errors import NoFullText, NotFound, UsageError
from reader.core.ids import pdf_url
from reader.core.lines import Line, Piece, fill, wrap_text
from reader.core.paper import Paper
from reader.core.text import brief, clean

if TYPE_CHECKING:
    from reader.cache.texts import KeptText
    from reader.ui.why.lines import Explanation

T = TypeVar("T")

UNLIMITED_COLUMNS = 100_000
"""Width at which no line is wrapped, for output to a pipe."""

WHY = "why"


class _ShownPaper(NamedTuple):
    """The paper to show, with the open cache that has it."""

    paper: Paper
    pk: int
    window: Window
    workspace: Workspace

    def ask(self, question: Callable[..., T]) -> T:
        """The result of a function that takes a connection and the paper's key."""
        return self.window.read(partial(question, pk=self.pk))


def _add_show_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("id", metavar="ID", help="an arXiv id or an address of the paper")
    about = "update comments, links and versions first, at most once a day"
    parser.add_argument("--refresh", action="store_true", help=about)
    about = "print the words behind its topics, why it suits you, and what rules did"
    parser.add_argument("--why", action="store_true", help=about)


def _show_paper(arguments: Namespace, workspace: Workspace) -> int:
    if arguments.refresh:
        from reader.commands.fetch import run_job

        paper, _ = load_paper(workspace, arguments.id)
        for problem in run_job(workspace, {"job": "paper", "id": paper.id})["problems"]:
            warn(f"Not refreshed: {problem}")
    with workspace.window() as window:
        shown = _ShownPaper(*read_paper(window, arguments.id), window, workspace)
        wanted = {*(arguments.json.fields if arguments.json else ()), *([WHY] if arguments.why else [])}
        draw = _why_lines if arguments.why else _paper_lines
        print_results(arguments, _record(shown, wanted), draw(shown))
    return 0


# A paper as JSON


def _record(shown: _ShownPaper, wanted: set[str]) -> dict[str, object]:
    from reader.actions.export import record

    kept, on_demand = shown.ask(read_community), dict[str, object]()
    if wanted & {WHY, FOR_YOU, "rules"}:
        explanation = _explain(shown)
        on_demand[WHY] = [topic._asdict() for topic in explanation.topics or ()]
        on_demand[FOR_YOU] = for_you_record(shown.window, shown.paper)[FOR_YOU]
        on_demand["rules"] = {"acts": [act._asdict() for act in explanation.rules], "muted_by": list(explanation.muted)}
    if "changes" in wanted:
        changes = shown.ask(changes_since_mark)
        on_demand["changes"] = changes and changes._asdict()
    return {
        **record(shown.paper),
        "linked": [{**linked._asdict(), "url": linked.url} for linked in kept.community.repositories],
        "discussion": [_comment_record(post.comment, post.depth) for post in threads(kept.community.comments)],
        "follows": [
            {
                "field": reason.follow.field,
                "name": reason.follow.name,
                "query": reason.follow.query,
                "found": reason.found or None,
            }
            for reason in shown.ask(reasons)
        ],
        **{name: value for name, value in on_demand.items() if name in wanted},
    }


def _comment_record(comment: Comment, depth: int) -> dict[str, Any]:
    return {
        "id": comment.id,
        "author": comment.author,
        "at": comment.at or None,
        "reply_to": comment.parent or None,
        "depth": depth,
        "text": "\n".join(markdown_lines(Document("", comment.blocks))) or None,
        "reactions": dict(comment.reactions),
        "edited": comment.is_edited,
        "hidden": comment.is_hidden,
        "automated": comment.is_automated,
    }


def _explain(shown: _ShownPaper) -> Explanation:
    """Why the paper has its topics and suits the user, and what rules did to it."""
    from reader.ui.why.lines import Explanation

    paper, topics = shown.paper, shown.workspace.topics
    shown.window.learn()
    suits = shown.window.read(lambda connection: read_suits(connection, [shown.pk])).get(shown.pk)
    acts, muted = rule_effects(shown.window, shown.pk)
    return Explanation(
        suits=suits if suits is not None and suits.why else None,
        topics=topics.explain(paper.title, paper.abstract, paper.keywords),
        topic_names={topic.slug: topic.name for topic in topics.topics},
        rules=acts,
        muted=muted,
        has_paper=True,
    )


# A paper as lines


def _paint(lines: Sequence[Line]) -> Iterator[str]:
    style = Style.of(sys.stdout, links=True)
    for line in lines:
        # Print the address instead of the link's name, because not every terminal makes names clickable.
        is_link = bool(line) and line[0].role == "key" and bool(line[0].action)
        yield paint(
            [
                piece._replace(text=piece.action[1]) if is_link and piece.role == "link" and piece.action else piece
                for piece in line
            ],
            style,
        )


def _paper_lines(shown: _ShownPaper) -> Iterator[str]:
    from reader.ui.page.lines import Presentation, ShownPaper, compose

    columns = min(width(), MAX_PROSE_COLUMNS) if is_terminal(sys.stdout) else UNLIMITED_COLUMNS
    look = Presentation(
        date.today(), glyphs=shown.workspace.glyphs, topic_names=shown.window.topic_names(), is_page=True
    )
    reading = ShownPaper(shown.paper.pk, shown.paper, follows=shown.ask(reasons), kept=shown.ask(read_community))
    return _paint(compose(reading, columns, look))


def _why_lines(shown: _ShownPaper) -> Iterator[str]:
    from reader.ui.why.lines import explanation_rows

    columns = width() if is_terminal(sys.stdout) else UNLIMITED_COLUMNS
    rows = explanation_rows(_explain(shown), columns, shown.workspace.glyphs)
    title = fill([Piece(clean(shown.paper.title), "title")], columns)
    return _paint([*title, (), *(row.line for row in rows)])


SHOW_COMMAND = Command("show", "Print one paper in full.", (), _add_show_arguments, _show_paper, has_json=True)


# Read the full text


def _add_read_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("id", metavar="ID", help="an arXiv id or an address of the paper")
    parser.add_argument("--markdown", action="store_true", help="print Markdown, formulas as TeX")
    parser.add_argument("--sections", action="store_true", help="list its sections, and print no text")
    about = "print a section with its subsections: its number in the list of --sections, or words from its title"
    parser.add_argument("--section", metavar="N|WORDS", help=about)
    parser.add_argument("--again", action="store_true", help="fetch the text again, for example after a new version")


def _read_paper(arguments: Namespace, workspace: Workspace) -> int:
    paper, kept = find_or_fetch_text(workspace, arguments.id, again=arguments.again)
    if arguments.json or arguments.sections:
        return _print_sections(arguments, paper, kept)
    facts = kept.facts(paper)
    if arguments.section is not None:
        parts = _choose_sections(paper, kept, arguments.section)
        whole = replace(kept.document, title="", blocks=tuple(chain(*(section.document.blocks for section in parts))))
        kept = kept._replace(document=whole)
    if arguments.markdown:
        print_through_pager(_markdown(paper, kept, facts, is_part=arguments.section is not None))
    else:
        print_through_pager(_draw_text(paper, kept, facts, workspace.settings.ascii), chops=True)
    return 0


def _print_sections(arguments: Namespace, paper: Paper, kept: KeptText) -> int:
    wanted = arguments.section
    sections = text_sections(kept.document) if wanted is None else _choose_sections(paper, kept, wanted)
    records = list[dict[str, Any]]()
    lines = []
    for section in sections:
        text = "\n".join(markdown_lines(section.document))
        record = {
            "section": section.number,
            "level": section.level,
            "title": clean(section.title),
            "letters": len(text),
        }
        records.append(record if arguments.sections else {**record, "text": text})
        indent = "  " * max(0, section.level - 1) if is_terminal(sys.stdout) else ""
        lines.append(f"{section.number}\t{len(text)}\t{indent}{clean(section.title)}")
    whole = {"id": paper.id, "version": kept.document.version, "source": kept.source, "sections": records}
    return answer(arguments, whole, *lines)


def _choose_sections(paper: Paper, kept: KeptText, wanted: str) -> list[TextSection]:
    """The section with this number, or the first whose title has these words, with subsections; raises NotFound."""
    sections = text_sections(kept.document)
    words = wanted.casefold().split()
    named = (
        section.number for section in sections if words and all(word in section.title.casefold() for word in words)
    )
    number = int(wanted) if wanted.isdecimal() else next(named, len(sections))
    if number >= len(sections):
        raise NotFound(
            f"{paper.id} has no section {brief(wanted)!r}. 'dailypapers read {paper.id} --sections' lists them."
        )
    return with_subsections(sections, number)


def _markdown(paper: Paper, kept: KeptText, facts: str, *, is_part: bool) -> Iterator[str]:
    """A text as Markdown; unless it is only a part, authors and source follow the title."""
    from reader.actions.export import plain_markdown

    if not is_part:
        yield from (f"# {plain_markdown(clean(paper.title))}", "")
        yield from (plain_markdown(", ".join(map(clean, paper.authors))), "") if paper.authors else ()
        yield from (plain_markdown(facts), "")
    yield from markdown_lines(replace(kept.document, title=""))


def _draw_text(paper: Paper, kept: KeptText, facts: str, ascii: bool) -> Iterator[str]:
    """A text as lines, wrapped on a terminal; in a pipe, one line for each paragraph and table row."""
    from reader.core.document.layout import Layout, in_ascii

    style = Style.of(sys.stdout)
    columns = min(width(), MAX_PROSE_COLUMNS) if is_terminal(sys.stdout) else None
    yield from (style("strong", line) for line in wrap_text(clean(paper.title), columns))
    yield from (style("muted", line) for line in wrap_text(", ".join(map(clean, paper.authors)), columns))
    yield from (style("muted", line) for line in wrap_text(facts, columns))
    yield ""
    for line in Layout(kept.document, columns, table_width=width() if columns else None):
        yield paint(map(in_ascii, line.pieces) if ascii else line.pieces, style)
    if kept.document.is_cut:
        yield ""
        yield style("muted", "The end of the text is missing.")


READ_COMMAND = Command(
    "read",
    "Print the full text of a paper from the feed, arXiv or ar5iv; it is fetched once and kept for offline reading.",
    (),
    _add_read_arguments,
    _read_paper,
    has_json=True,
)


# Open


LINKS = ("page", "pdf", "arxiv", "code", "project", "doi", "entry")


def _add_open_arguments(parser: ArgumentParser) -> None:
    about = "an id of the paper in any form: arXiv, DOI, an address, a file's name"
    parser.add_argument("id", metavar="ID", help=about)
    about = "which of its links (default: its page, else another of its links)"
    parser.add_argument("--link", choices=LINKS, help=about)
    about = "fetch its PDF from arXiv and print the path; an existing PDF is not fetched again"
    parser.add_argument("--pdf", action="store_true", help=about)
    about = "the folder for the PDF (default: pdf_folder of the settings)"
    parser.add_argument("-o", "--output", metavar="DIR", help=about)


def _open_paper(arguments: Namespace, workspace: Workspace) -> int:
    if arguments.pdf:
        return _fetch_pdf(arguments, workspace)
    if arguments.output is not None:
        raise UsageError("-o names the folder of a PDF: add --pdf.")
    paper, _ = load_paper(workspace, arguments.id)
    urls = {link.name.lower(): link.url for link in links(paper)}
    name = arguments.link or next(iter(urls), "page")
    if name not in urls:
        has = f"It has: {', '.join(urls)}." if urls else "It has no links at all."
        raise NotFound(f"{paper.id} has no link called {name}. {has}")
    opened = open_url(urls[name], has_terminal=is_terminal(sys.stdin) and is_terminal(sys.stdout))
    record = {"id": paper.id, "link": name, "url": urls[name], "opened": opened}
    return answer(arguments, record, *([] if opened else [urls[name]]))


def _fetch_pdf(arguments: Namespace, workspace: Workspace) -> int:
    if arguments.link:
        raise UsageError("--pdf fetches the PDF: leave out --link.")
    paper, _ = load_paper(workspace, arguments.id)
    page = pdf_url(paper.id)
    if page is None:
        raise NoFullText(f"{paper.id} has no arXiv id, so no PDF can be found.")
    if arguments.output is not None:
        folder = Path(arguments.output).absolute()
    else:
        folder = pdf_folder(workspace.settings.pdf_folder, workspace.config_file)
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{clean(str(folder))} is not a folder.")
    file = pdf_file(paper, folder)
    if not file.exists():
        from reader.commands.fetch import fetch

        fetch(workspace, {"job": "pdf", "id": paper.id, "path": str(file)}, page)
    return answer(arguments, {"id": paper.id, "file": str(file)}, str(file))


OPEN_COMMAND = Command(
    "open",
    "Open a paper in the browser; if no browser can be shown, print its address. Or fetch its PDF.",
    (),
    _add_open_arguments,
    _open_paper,
    has_json=True,
)
