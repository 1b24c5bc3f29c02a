"""`dailypapers add`: fetch single papers into the cache."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from reader.commands.command import Command
from reader.commands.output import answer, raise_failures
from reader.commands.workspace import Workspace
from reader.core.errors import FeedError, NotFound, ReaderError, UsageError
from reader.core.ids import named_id
from reader.core.text import brief, clean


def _add_arguments(parser: ArgumentParser) -> None:
    about = "an arXiv id, arXiv's DOI, or an address of arXiv, Hugging Face or alphaXiv"
    parser.add_argument("papers", nargs="+", metavar="ID", help=about)


def _add_papers(arguments: Namespace, workspace: Workspace) -> int:
    ids = [_parse_id(text) for text in arguments.papers]
    failures = [failure for id in ids if (failure := _look_up(workspace, id))]
    with workspace.window() as window:
        pks = [window.pk_of(id) for id in ids]
        found = [paper for pk in pks if pk is not None and (paper := window.paper(pk)) is not None]
    from reader.actions.export import record

    answer(arguments, map(record, found), *(f"{paper.id}  {clean(paper.title)}" for paper in found))
    return raise_failures(failures)


def _parse_id(text: str) -> str:
    id = named_id(text)
    if id is None:
        raise UsageError(f"{brief(text)!r} is not a paper: give an arXiv id or an address with one.")
    return id


def _look_up(workspace: Workspace, id: str) -> ReaderError | None:
    """Fetch a paper into the cache; return why that failed, or None."""
    from reader.commands.run_job import run_job
    from reader.refresh.lines import job

    try:
        if run_job(workspace, job("look-up", id=id))["found"]:
            return None
    except FeedError as error:
        error.args = (f"{id} could not be fetched: {error}",)
        return error
    return NotFound(f"Neither the feed nor arXiv has {id}.")


COMMAND = Command(
    "add",
    "Fetch papers by id or address into the cache, from the feed or else from arXiv.",
    (),
    _add_arguments,
    _add_papers,
    {"": "array: PAPER"},
)
