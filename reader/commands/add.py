"""`dailypapers add`: fetch single papers into the cache."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence

from reader.commands.command import Command, add_json
from reader.commands.output import answer, raise_failures
from reader.commands.workspace import Workspace
from reader.core.errors import FeedError, UsageError
from reader.core.ids import named_id
from reader.core.paper import Paper
from reader.core.text import clean


def _add_arguments(parser: ArgumentParser) -> None:
    about = "an arXiv id, arXiv's DOI, or an address of arXiv, Hugging Face or alphaXiv"
    parser.add_argument("papers", nargs="+", metavar="ID", help=about)
    add_json(parser)


def _add_papers(arguments: Namespace, workspace: Workspace) -> int:
    ids = [_parse_id(text) for text in arguments.papers]
    failures = [failure for id in ids if (failure := _look_up(workspace, id))]
    with workspace.window() as window:
        pks = [window.pk_of(id) for id in ids]
        found = [paper for pk in pks if pk is not None and (paper := window.paper(pk)) is not None]
    records = _records(found) if arguments.json else None
    answer(arguments, records, *(f"{paper.id}  {clean(paper.title)}" for paper in found))
    return raise_failures(failures)


def _records(papers: Sequence[Paper]) -> list[dict[str, object]]:
    from reader.actions.export import record

    return list(map(record, papers))


def _parse_id(text: str) -> str:
    id = named_id(text)
    if id is None:
        raise UsageError(f"{clean(text, 100)!r} is not a paper: give an arXiv id or an address with one.")
    return id


def _look_up(workspace: Workspace, id: str) -> str:
    """Fetch a paper into the cache; return the reason of a failure, or an empty text."""
    from reader.commands.run_job import run_job
    from reader.refresh.jobs import LookupFinished, LookUpPaper

    try:
        if LookupFinished(found=True) in run_job(workspace, LookUpPaper(id)):
            return ""
    except FeedError as error:
        return f"{id} could not be fetched: {error}"
    return f"{id} is known neither to the feed nor to arXiv."


COMMAND = Command(
    "add",
    "Fetch papers by id or address into the cache, from the feed or else from arXiv.",
    (),
    _add_arguments,
    _add_papers,
)
