"""`dailypapers export`: write papers for other programs."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Iterator
from pathlib import Path

from reader.actions.export import FORMATS, Format, format_of, replacing
from reader.commands.command import Command, StoreFile, add_query, query_of
from reader.commands.output import Progress, amount, warn
from reader.commands.workspace import Workspace, parsed, selection
from reader.core.errors import UsageError
from reader.core.paper import Paper

STEP = 100
"""Papers between two updates of the progress."""


def _add_arguments(parser: ArgumentParser) -> None:
    add_query(parser)
    about = "; ".join(f"{one.name}: {one.about}" for one in FORMATS.values())
    parser.add_argument("--format", choices=tuple(FORMATS), help=f"{about} (default: by the ending of FILE)")
    about = "write to this file, completely or not at all (- for stdout)"
    parser.add_argument("-o", "--output", action=StoreFile, metavar="FILE", help=about)


def _export_papers(arguments: Namespace, workspace: Workspace) -> int:
    file = Path(arguments.output) if arguments.output and arguments.output != "-" else None
    format = _choose_format(arguments.format, file)
    query = parsed(query_of(arguments.query))
    with workspace.window() as window, Progress() as progress:
        pks = window.order(selection(window, query)).pks
        papers = _show_progress(window.papers(pks), len(pks), progress)
        if file is None:
            count = format.write(papers, sys.stdout)
        else:
            with replacing(file) as out:
                count = format.write(papers, out)
    if file is not None or not count:
        place = f" in {file}" if file else ""
        warn(f"{amount(count, 'paper')} written{place}.")
    return 0


def _choose_format(name: str | None, file: Path | None) -> Format:
    if name is not None:
        return FORMATS[name]
    found = format_of(file) if file else None
    if found is None:
        raise UsageError(f"Choose a format with --format: {', '.join(FORMATS)}.")
    return found


def _show_progress(papers: Iterable[Paper], total: int, progress: Progress) -> Iterator[Paper]:
    """Pass the papers on and show their number so far."""
    for number, paper in enumerate(papers):
        if number % STEP == 0 and not sys.stdout.isatty():
            progress.show(f"{number:,} of {amount(total, 'paper')}")
        yield paper


COMMAND = Command(
    "export",
    "Write the papers of a query for another program.",
    (
        ("export is:starred -o starred.bib", "your starred papers, for LaTeX"),
        ("export topic:agents day:2026-05 --format markdown", "a month of a topic, for notes"),
        ("export --format json | jq length", "everything, for a program"),
    ),
    _add_arguments,
    _export_papers,
)
