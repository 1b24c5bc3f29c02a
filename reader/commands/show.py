"""`dailypapers show`, which prints one paper as the reader's page, and `dailypapers open`."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from reader.actions.links import links, open_url, pdf_file, pdf_folder
from reader.cache.community import outputs_of, read_community
from reader.cache.history import since_marked
from reader.cache.reads.window import Window
from reader.cache.standing import reasons
from reader.cache.watching import made_by_agents, ruled
from reader.commands.choosing import FOR_YOU, for_you_record
from reader.commands.command import Command, OpenReader, add_no_pager
from reader.commands.output import READABLE, Style, answer, paint, print_found, warn, width
from reader.commands.streams import is_terminal
from reader.commands.workspace import Workspace, load_paper, read_paper
from reader.core.community import Comment, threads
from reader.core.document.markdown import markdown_lines
from reader.core.document.model import Document
from reader.core.errors import NoFullText, NotFound, UsageError
from reader.core.ids import pdf_url
from reader.core.lines import Line, Piece, fill
from reader.core.paper import Paper
from reader.core.text import clean
from reader.ui.kit.glyphs import glyphs

if TYPE_CHECKING:
    from reader.core.topics.scorer import TopicReason

T = TypeVar("T")

ENDLESS = 100_000
"""Width of unwrapped lines."""

WHY = "why"


class _Shown(NamedTuple):
    """The paper and its place."""

    paper: Paper
    pk: int
    window: Window
    workspace: Workspace

    def ask(self, question: Callable[..., T]) -> T:
        """The answer of a function that takes a connection and the paper's key."""
        return self.window.read(partial(question, pk=self.pk))


def _add_show_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("id", metavar="ID", help="an arXiv id or an address of the paper")
    parser.add_argument(
        "--refresh", action="store_true", help="update comments, links and versions first, at most once a day"
    )
    parser.add_argument(
        "--why", action="store_true", help="print the words behind its topics, why it suits you, and what rules did"
    )
    add_no_pager(parser)


def _show_paper(arguments: Namespace, workspace: Workspace) -> int:
    if arguments.refresh:
        from reader.commands.fetch import run_job

        paper, _ = load_paper(workspace, arguments.id)
        for problem in run_job(workspace, {"job": "paper", "id": paper.id})["problems"]:
            warn(f"Not refreshed: {problem}")
    with workspace.window() as window:
        shown = _Shown(*read_paper(window, arguments.id), window, workspace)
        wanted = {*(arguments.json.fields if arguments.json else ()), *([WHY] if arguments.why else [])}
        draw = _why_lines if arguments.why else _paper_lines
        print_found(arguments, _record(shown, wanted), draw(shown))
    return 0


# As JSON


def _record(shown: _Shown, wanted: set[str]) -> dict[str, object]:
    from reader.actions.export import record

    kept = shown.ask(read_community)
    return {
        **record(shown.paper),
        "linked": [{**one._asdict(), "url": one.url} for one in kept.community.repositories],
        "discussion": [_comment_record(one.comment, one.depth) for one in threads(kept.community.comments)],
        "choices": [choice._asdict() for choice in kept.title.choices] if kept.title else [],
        "outputs": [one._asdict() for one in shown.ask(outputs_of)],
        "follows": [
            {
                "field": one.follow.field,
                "name": one.follow.name,
                "query": one.follow.query,
                "found": one.found or None,
            }
            for one in shown.ask(reasons)
        ],
        "marked_by": [{"mark": one.mark, "program": one.agent} for one in shown.ask(made_by_agents)],
        **{name: find() for name, find in _on_demand(shown).items() if name in wanted},
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


def _on_demand(shown: _Shown) -> dict[str, Callable[[], object]]:
    """JSON keys that are present only on demand, with the function for each value."""

    def suits() -> dict[str, Any]:
        shown.window.learn()
        return for_you_record(shown.window, shown.paper)[FOR_YOU]

    def rules() -> dict[str, object]:
        acts, muted = ruled(shown.window, shown.pk)
        return {"acts": [one._asdict() for one in acts], "muted_by": list(muted)}

    def changes() -> dict[str, object] | None:
        found = shown.ask(since_marked)
        return found and found._asdict()

    return {
        WHY: lambda: [one._asdict() for one in _topic_reasons(shown)],
        FOR_YOU: suits,
        "rules": rules,
        "changes": changes,
    }


def _topic_reasons(shown: _Shown) -> tuple[TopicReason, ...]:
    paper = shown.paper
    return shown.workspace.topics.explain(paper.title, paper.abstract, paper.keywords)


# As lines


def _painted(lines: Sequence[Line]) -> Iterator[str]:
    style = Style.of(sys.stdout, links=True)
    for line in lines:
        # Link lines show the address, since not every terminal makes names clickable.
        is_link = bool(line) and line[0].role == "key" and bool(line[0].action)
        yield paint(
            [
                piece._replace(text=piece.action[1]) if is_link and piece.role == "link" and piece.action else piece
                for piece in line
            ],
            style,
        )


def _paper_lines(shown: _Shown) -> Iterator[str]:
    from reader.ui.page.lines import Presentation, compose
    from reader.ui.why.lines import Explanation, explanation_rows

    columns = min(width(), READABLE) if is_terminal(sys.stdout) else ENDLESS
    look = Presentation(
        date.today(),
        glyphs=glyphs(shown.workspace.settings.ascii),
        topic_names=shown.window.topic_names(),
        is_page=True,
        is_unfolded=True,
        has_buttons=False,
        follows=shown.ask(reasons),
        outputs=shown.ask(outputs_of),
        kept=shown.ask(read_community),
    )
    programs = explanation_rows(Explanation(programs=shown.ask(made_by_agents)), columns, look.glyphs)
    made = [(), *(row.line for row in programs)] if programs else []
    return _painted([*compose(shown.paper, columns, look), *made])


def _why_lines(shown: _Shown) -> Iterator[str]:
    from reader.cache.choice import read_suits
    from reader.ui.why.lines import Explanation, explanation_rows

    names = {topic.slug: topic.name for topic in shown.workspace.topics.topics}
    shown.window.learn()
    suits = shown.window.read(lambda connection: read_suits(connection, [shown.pk])).get(shown.pk)
    acts, muted = ruled(shown.window, shown.pk)
    columns = width() if is_terminal(sys.stdout) else ENDLESS
    explanation = Explanation(
        suits=suits if suits is not None and suits.why else None,
        topics=_topic_reasons(shown),
        topic_names=names,
        rules=acts,
        muted=muted,
        programs=shown.ask(made_by_agents),
        has_paper=True,
    )
    rows = explanation_rows(explanation, columns, glyphs(shown.workspace.settings.ascii))
    title = fill([Piece(clean(shown.paper.title), "title")], columns)
    return _painted([*title, (), *(row.line for row in rows)])


SHOW_COMMAND = Command(
    "show",
    "Print one paper in full.",
    (),
    _add_show_arguments,
    _show_paper,
    has_json=True,
)


# Open


LINKS = ("page", "pdf", "arxiv", "code", "project", "doi", "entry")


def _add_open_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "id", metavar="ID", help="an id of the paper in any form: arXiv, DOI, an address, a file's name"
    )
    parser.add_argument(
        "--link", choices=LINKS, help="which of its links (default: its page, else another of its links)"
    )
    about = "open the reader on the paper's page; a paper that is not in the cache is fetched first"
    parser.add_argument("--reader", action="store_true", help=about)
    about = "fetch its PDF from arXiv and print the path; an existing PDF is not fetched again"
    parser.add_argument("--pdf", action="store_true", help=about)
    about = "the folder for the PDF (default: pdf_folder of the settings)"
    parser.add_argument("-o", "--output", metavar="DIR", help=about)


def _open_paper(arguments: Namespace, workspace: Workspace) -> int | OpenReader:
    if arguments.pdf:
        return _fetch_pdf(arguments, workspace)
    if arguments.output is not None:
        raise UsageError("-o names the folder of a PDF: add --pdf.")
    if arguments.reader:
        return _open_in_reader(arguments, workspace)
    paper, _ = load_paper(workspace, arguments.id)
    found = {link.name.lower(): link.url for link in links(paper)}
    name = arguments.link or next(iter(found), "page")
    if name not in found:
        has = f"It has: {', '.join(found)}." if found else "It has no links at all."
        raise NotFound(f"{paper.id} has no link called {name}. {has}")
    opened = open_url(found[name], has_terminal=is_terminal(sys.stdin) and is_terminal(sys.stdout))
    record = {"id": paper.id, "link": name, "url": found[name], "opened": opened}
    return answer(arguments, record, *([] if opened else [found[name]]))


def _open_in_reader(arguments: Namespace, workspace: Workspace) -> OpenReader:
    from reader.commands.choosing import find_or_fetch

    if arguments.link or arguments.json:
        raise UsageError("--reader opens the paper's page in the reader: leave out --link and --json.")
    paper, _ = find_or_fetch(workspace, arguments.id)
    return OpenReader(paper.id)


def _fetch_pdf(arguments: Namespace, workspace: Workspace) -> int:
    if arguments.reader or arguments.link:
        raise UsageError("--pdf fetches the PDF: leave out --reader and --link.")
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
    "Open a paper in the browser; if no browser can be shown, print its address. Or open it in the reader, or "
    "fetch its PDF.",
    (),
    _add_open_arguments,
    _open_paper,
    has_json=True,
)
