"""`dailypapers export`: write papers for other programs."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from reader.actions.citations import CitationKeys
from reader.actions.export import FORMATS, Format, Record, format_of, mark_record, replacing, write_json
from reader.cache.marks.change import Change
from reader.cache.reads.exports import citable_papers, exported_marks, lost_papers
from reader.commands.choosing import add_all, choose_papers, explain_nothing
from reader.commands.command import Command, add_query, query_of
from reader.commands.output import Progress, print_line, warn
from reader.commands.workspace import Workspace, parse_query
from reader.core.errors import UsageError
from reader.core.marks import NOTE
from reader.core.paper import Paper
from reader.core.text import amount

if TYPE_CHECKING:
    from reader.cache.reads.window import Window

NOTES = "notes"

OLDEST_ADDED_FIRST = "sort:-added"
"""The order of a complete export: an import of it adds the papers in the same order, which breaks ties of lists."""


def _add_arguments(parser: ArgumentParser) -> None:
    add_query(parser)
    about = "a paper to write instead of a query; may be repeated"
    parser.add_argument("--id", action="append", dest="ids", metavar="ID", help=about)
    folder = {NOTES: "a folder with a Markdown file for each paper"}
    formats = {format.name: format.about for format in FORMATS.values()} | folder
    about = "; ".join(f"{name}: {sentence}" for name, sentence in formats.items())
    add_all(parser, "write")
    about += " (default: by the ending of FILE)"
    parser.add_argument("--format", choices=tuple(formats), metavar="FORMAT", help=about)
    about = "write to this file, which it replaces, in full or not at all (- for stdout); for notes, to this folder"
    parser.add_argument("-o", "--output", metavar="FILE", help=about)
    about = "write the files of standing queries now; the program also does so after each change"
    parser.add_argument("--watched", action="store_true", help=about)


def _export_papers(arguments: Namespace, workspace: Workspace) -> int:
    if arguments.watched:
        return _write_watched(arguments, workspace)
    if bool(arguments.ids) == bool(arguments.query or arguments.everything):
        raise UsageError("Name the papers by a query, --id or --all.")
    arguments.query = query_of(arguments.query)
    file = Path(arguments.output) if arguments.output and arguments.output != "-" else None
    if arguments.format == NOTES:
        return _write_notes(arguments, workspace, file)
    format = _choose_format(arguments.format, file)
    is_json = format.name == "json"
    if is_json and arguments.everything and not arguments.query:
        arguments.query = OLDEST_ADDED_FIRST
    with workspace.window() as window, _chosen_papers(window, arguments) as (pks, papers):
        if window.has_unfinished_marks():
            warn("Some marks may be missing: the cache can't be written.")
        left_off = len(pks) - format.most if format.most else 0
        written = islice(papers, format.most)
        write = (
            partial(write_with_marks, window=window, with_lost=arguments.everything)
            if is_json
            else partial(format.write, keys=_citation_keys(workspace, window), query=arguments.query)
        )
        if not pks and arguments.query:
            explain_nothing(window, parse_query(arguments.query))
        if file is None:
            count = write(written, sys.stdout)
        else:
            with replacing(file) as out:
                count = write(written, out)
    if file is not None or not count:
        place = f" in {file}" if file else ""
        lost = count - len(pks)
        more = f", and the marks of {amount(lost, 'paper')} that {'is' if lost == 1 else 'are'} not in the cache"
        warn(f"{amount(min(count, len(pks)), 'paper')} written{place}{more if lost > 0 else ''}.")
    if left_off > 0:
        warn(f"Left out: {amount(left_off, 'paper')}. A feed has only the first {format.most}.")
    return 0


def _write_watched(arguments: Namespace, workspace: Workspace) -> int:
    from reader.refresh.standing import write_exports

    if arguments.query or arguments.ids or arguments.everything or arguments.output or arguments.format:
        raise UsageError("--watched takes nothing else: 'dailypapers views edit' has its queries, files and formats.")
    mistakes = [str(export) for export in workspace.loaded_settings.mistakes if export.key.startswith("exports")]
    if not (mistakes or workspace.settings.exports):
        raise UsageError("No query writes a file. 'dailypapers views add --then write --file FILE QUERY' makes one.")
    workspace.ensure_cache()
    for export in write_exports(workspace.cache_file, workspace.settings, workspace.config_file.parent):
        if export.problem:
            mistakes.append(export.problem)
        else:
            print_line(f"{amount(export.papers, 'paper')} in {export.file}{'' if export.is_new else ', as before'}.")
    for mistake in mistakes:
        warn(mistake)
    return 1 if mistakes else 0


def _write_notes(arguments: Namespace, workspace: Workspace, folder: Path | None) -> int:
    from reader.actions.notes_folder import NotesFolder

    if folder is None:
        raise UsageError("Notes need a folder: export --format notes -o DIR.")
    changes: list[Change] = []
    count = 0
    with workspace.window() as window, _chosen_papers(window, arguments) as (_, papers):
        notes = NotesFolder(folder, _citation_keys(workspace, window))
        for paper in papers:
            written = notes.write(paper)
            count += not written.problem
            if written.problem:
                warn(written.problem)
            if written.note is not None and isinstance(paper.pk, int):
                changes.append(Change(NOTE, written.note, [paper.pk]))
    if changes:
        with workspace.events() as events:
            events.act(changes)
    back = (
        (f", and {amount(len(changes), 'note')} of yours imported; 'dailypapers undo' takes it back") if changes else ""
    )
    warn(f"{amount(count, 'paper')} written in {folder}{back}.")
    return 0


def _citation_keys(workspace: Workspace, window: Window) -> CitationKeys:
    """The citation keys in the user's pattern; all cached papers are read only if the pattern needs them."""
    return CitationKeys(workspace.settings.citation_key, partial(window.read, citable_papers))


def write_with_marks(papers: Iterable[Paper], out: TextIO, *, window: Window, with_lost: bool) -> int:
    """Write JSON that an import reads without loss; `with_lost` adds the marks of papers missing from the cache."""

    def more(paper: Paper) -> Record:
        known = exported_marks(window, paper)
        marks_record: Record = {"marks": [mark_record(mark) for mark in known.marks]}
        if len(known.days) > 1:
            marks_record["days"] = list(known.days)
        if known.sort_day and not paper.day and not paper.published:
            marks_record["announced"] = known.sort_day
        return marks_record

    return write_json(chain(papers, lost_papers(window)) if with_lost else papers, out, more)


def _choose_format(name: str | None, file: Path | None) -> Format:
    if name is not None:
        return FORMATS[name]
    format = format_of(file) if file else None
    if format is None:
        raise UsageError(f"Choose a format with --format: {', '.join(FORMATS)}.")
    return format


@contextmanager
def _chosen_papers(window: Window, arguments: Namespace) -> Iterator[tuple[Sequence[int], Iterator[Paper]]]:
    """The keys of the chosen papers, and an iterator that reads the papers with a progress line."""
    pks = choose_papers(window, arguments, arguments.ids or ())
    with Progress() as progress:

        def papers() -> Iterator[Paper]:
            for number, paper in enumerate(window.papers(pks)):
                if not sys.stdout.isatty():
                    progress.show(f"{number:,} of {amount(len(pks), 'paper')}")
                yield paper

        yield pks, papers()


COMMAND = Command(
    "export",
    "Write the papers of a query for another program; --all writes every paper, hidden ones too.",
    (),
    _add_arguments,
    _export_papers,
)
