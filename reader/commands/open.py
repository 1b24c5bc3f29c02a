"""`dailypapers open`: open a paper in the browser."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from reader.commands.command import Command, add_json
from reader.commands.output import (
    print_json,
    print_line,
)
from reader.commands.workspace import Workspace, load_paper
from reader.core.errors import ReaderError

LINKS = ("page", "pdf", "arxiv", "code", "project", "doi", "entry")


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("id", metavar="ID", help="an arXiv id or an address of the paper")
    parser.add_argument("--link", choices=LINKS, help="which of its links (default: its page, or what it has)")
    add_json(parser)


def _open_paper(arguments: Namespace, workspace: Workspace) -> int:
    from reader.actions.links import links, open_url

    paper = load_paper(workspace, arguments.id)
    found = {link.name.lower(): link.url for link in links(paper)}
    name = arguments.link or next(iter(found), "page")
    if name not in found:
        has = f"It has: {', '.join(found)}." if found else "It has no links at all."
        raise ReaderError(f"{paper.id} has no link called {name}. {has}")
    opened = open_url(found[name])
    if arguments.json:
        print_json({"id": paper.id, "link": name, "url": found[name], "opened": opened})
    elif not opened:
        print_line(found[name])
    return 0


COMMAND = Command(
    "open",
    "Open a paper in the browser; without a browser, print its address.",
    (("open 2406.12345", "its page"), ("open 2406.12345 --link pdf", "its PDF")),
    _add_arguments,
    _open_paper,
)
