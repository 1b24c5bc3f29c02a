"""`dailypapers open`: open a paper in the browser or the reader, or fetch its PDF."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from reader.actions.links import links, open_url, pdf_file, pdf_folder
from reader.commands.command import Command, OpenReader
from reader.commands.output import answer, is_terminal
from reader.commands.workspace import Workspace, load_paper
from reader.core.errors import NoFullText, NotFound, UsageError
from reader.core.ids import pdf_url
from reader.core.text import clean

LINKS = ("page", "pdf", "arxiv", "code", "project", "doi", "entry")


def _add_arguments(parser: ArgumentParser) -> None:
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
    file = pdf_file(paper, _folder(arguments, workspace))
    if not file.exists():
        from reader.commands.run_job import fetch
        from reader.refresh.lines import job

        fetch(workspace, job("pdf", id=paper.id, path=str(file)), page)
    return answer(arguments, {"id": paper.id, "file": str(file)}, str(file))


def _folder(arguments: Namespace, workspace: Workspace) -> Path:
    if arguments.output is not None:
        folder = Path(arguments.output).absolute()
    else:
        folder = pdf_folder(workspace.settings.pdf_folder, workspace.config_file)
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{clean(str(folder))} is not a folder.")
    return folder


COMMAND = Command(
    "open",
    "Open a paper in the browser; if no browser can be shown, print its address. Or open it in the reader, or "
    "fetch its PDF.",
    (),
    _add_arguments,
    _open_paper,
    {"": "id, link, url, opened", "--pdf": "id, file"},
)
