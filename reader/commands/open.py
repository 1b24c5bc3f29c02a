"""`dailypapers open`: open a paper in the browser, or in the reader."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace

from reader.commands.command import Command, OpenReader, add_json
from reader.commands.output import answer, is_terminal
from reader.commands.workspace import Workspace, load_paper
from reader.core.errors import ReaderError, UsageError

LINKS = ("page", "pdf", "arxiv", "code", "project", "doi", "entry")


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "id", metavar="ID", help="an id of the paper in any form: arXiv, DOI, an address, a file's name"
    )
    parser.add_argument("--link", choices=LINKS, help="which of its links (default: its page, or else one that it has)")
    about = "open the reader on the paper's page; a paper that is not in the cache is fetched first"
    parser.add_argument("--reader", action="store_true", help=about)
    add_json(parser)


def _open_paper(arguments: Namespace, workspace: Workspace) -> int | OpenReader:
    if arguments.reader:
        return _open_in_reader(arguments, workspace)
    from reader.actions.links import links, open_url

    paper, _ = load_paper(workspace, arguments.id)
    found = {link.name.lower(): link.url for link in links(paper)}
    name = arguments.link or next(iter(found), "page")
    if name not in found:
        has = f"It has: {', '.join(found)}." if found else "It has no links at all."
        raise ReaderError(f"{paper.id} has no link called {name}. {has}")
    opened = open_url(found[name], has_terminal=is_terminal(sys.stdin) and is_terminal(sys.stdout))
    record = {"id": paper.id, "link": name, "url": found[name], "opened": opened}
    return answer(arguments, record, *([] if opened else [found[name]]))


def _open_in_reader(arguments: Namespace, workspace: Workspace) -> OpenReader:
    """Find the paper, which is fetched if need be, before the reader takes the terminal."""
    from reader.commands.choosing import find_or_fetch

    if arguments.link or arguments.json:
        raise UsageError("--reader opens the paper's page in the reader: leave --link and --json out.")
    from reader.actions.link_handler import paper_of

    paper, _ = find_or_fetch(workspace, paper_of(arguments.id))
    return OpenReader(paper.id)


COMMAND = Command(
    "open",
    "Open a paper in the browser; if no browser can be shown, print its address. Or open it in the reader.",
    (),
    _add_arguments,
    _open_paper,
)
