"""`dailypapers pdf`: fetch the PDF of a paper to a folder, and print its path."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from reader.actions.links import pdf_file, pdf_folder
from reader.commands.command import Command
from reader.commands.output import print_line
from reader.commands.workspace import Workspace, load_paper
from reader.core.errors import NoFullText, UsageError
from reader.core.ids import pdf_url
from reader.core.text import clean


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("id", metavar="ID", help="an arXiv id or an address of the paper")
    about = "the folder for it (default: pdf_folder of the settings)"
    parser.add_argument("-o", "--output", metavar="DIR", help=about)


def _fetch_pdf(arguments: Namespace, workspace: Workspace) -> int:
    paper, _ = load_paper(workspace, arguments.id)
    page = pdf_url(paper.id)
    if page is None:
        raise NoFullText(f"{paper.id} has no arXiv id, so no PDF can be found.")
    file = pdf_file(paper, _folder(arguments, workspace))
    if not file.exists():
        from reader.commands.run_job import fetch
        from reader.refresh.jobs import FetchPdf

        fetch(workspace, FetchPdf(paper.id, str(file)), page)
    print_line(str(file))
    return 0


def _folder(arguments: Namespace, workspace: Workspace) -> Path:
    if arguments.output is not None:
        folder = Path(arguments.output).absolute()
    else:
        folder = pdf_folder(workspace.settings.pdf_folder, workspace.config_file)
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{clean(str(folder), 200)} is not a folder.")
    return folder


COMMAND = Command(
    "pdf",
    "Fetch the PDF of a paper from arXiv and print where it is; a PDF that is already there is not fetched again.",
    (),
    _add_arguments,
    _fetch_pdf,
)
