"""`dailypapers import`: store papers from files."""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from reader.commands.command import Command, StoreFile, add_json
from reader.commands.output import Progress, amount, format_counts, print_json, print_line, warn
from reader.commands.workspace import Workspace
from reader.core.errors import FeedError
from reader.core.text import text_size

if TYPE_CHECKING:
    from reader.cache.marks.events import Events
    from reader.cache.papers import Cache, Stored
    from reader.core.marks import PaperMarks
    from reader.core.paper import Listing

PART = 1_000
"""Papers that are stored before their marks are added."""

PART_CHARACTERS = 8 * 1024 * 1024
"""Characters of text after which fewer papers are stored."""

REASONS = 3
"""Maximum number of a file's skipped records that are printed."""


def _add_arguments(parser: ArgumentParser) -> None:
    about = "JSON or JSON lines, our own or in the feed's shape, either gzipped, or a saved page's text (- for stdin)"
    parser.add_argument("files", nargs="+", action=StoreFile, metavar="FILE", help=about)
    add_json(parser)


def _import_files(arguments: Namespace, workspace: Workspace) -> int:
    from reader.cache.papers import Stored
    from reader.refresh import memory

    total, marks, failed = Stored(), 0, list[str]()
    with workspace.cache() as cache, ExitStack() as stack:
        _update_topics(cache)
        # Opened only for files with marks: most have none.
        add = _MarksAdder(lambda: stack.enter_context(workspace.events()))
        for name in arguments.files:
            try:
                with memory.limited("Split the file, or see what is in it."):
                    for stored, marked in _import_file(cache, add, name):
                        total, marks = total + stored, marks + marked
            except FeedError as error:
                failed.append(str(error) if name in str(error) else f"{name}: {error}")
    if arguments.json:
        print_json(asdict(total) | {"marks": marks, "failed": failed})
    elif len(failed) < len(arguments.files):
        more = f", {amount(marks, 'mark')}" if marks else ""
        print_line(f"{format_counts(asdict(total))}{more}.")
    if len(failed) > 1:
        for problem in failed:
            warn(problem)
        raise FeedError(f"{len(failed)} of {amount(len(arguments.files), 'file')} could not be imported.")
    if failed:
        raise FeedError(failed[0])
    return 0


class _MarksAdder:
    """Adds marks to the log, which is opened for the first ones."""

    def __init__(self, open_events: Callable[[], Events]) -> None:
        self._open = open_events
        self._events: Events | None = None

    def __call__(self, marks: Sequence[PaperMarks]) -> int:
        """Add marks, and return how many are new."""
        if not marks:
            return 0
        from reader.cache.marks.imports import add_marks

        self._events = self._events or self._open()
        return add_marks(self._events, marks)


def _import_file(cache: Cache, add: _MarksAdder, name: str) -> Iterator[tuple[Stored, int]]:
    """Store a file's papers and marks; yield what came of each part, with the number of new marks.

    Prints the first skipped records with their places, and the number of the others.
    """
    from reader.cache.papers import Stored
    from reader.feeds.files.papers_file import read_papers

    now = datetime.now(UTC)
    source = sys.stdin.buffer if name == "-" else Path(name)
    reasons: list[str] = []
    skipped = 0
    with Progress() as progress:
        listings = _show_reading(read_papers(source, now.date()), name, progress, reasons)
        for part in _parts(listings):
            stored = sum(cache.store_all(part, now.isoformat(timespec="seconds"), newer=False), Stored())
            skipped += stored.skipped
            yield stored, add([marks for listing in part for marks in listing.marks])
    for reason in reasons:
        warn(f"{name}: {reason}; skipped")
    if skipped > len(reasons):
        warn(f"{name}: {skipped - len(reasons):,} more skipped")


def _parts(listings: Iterable[Listing]) -> Iterator[list[Listing]]:
    """Group listings into parts of up to about `PART` papers: marks are added once their papers are stored."""
    part: list[Listing] = []
    size = characters = 0
    for listing in listings:
        part.append(listing)
        size += max(len(listing.drafts), len(listing.marks), 1)
        characters += text_size(listing)
        if size >= PART or characters >= PART_CHARACTERS:
            yield part
            part, size, characters = [], 0, 0
    if part:
        yield part


def _show_reading(listings: Iterable[Listing], name: str, progress: Progress, reasons: list[str]) -> Iterator[Listing]:
    """Pass the listings on; show papers and papers a second; collect the first `REASONS` reasons in `reasons`."""
    start = time.monotonic()
    count = 0
    for listing in listings:
        yield listing
        count += len(listing.drafts)
        reasons += [f"{skipped.where}: {skipped.reason}" for skipped in listing.skipped]
        del reasons[REASONS:]
        progress.show(f"{name}: {amount(count, 'paper')}, {count / (time.monotonic() - start + 1e-9):,.0f} a second")


def _update_topics(cache: Cache) -> None:
    """Classify all papers again if the topic rules have changed."""
    from reader.commands.run_job import describe_progress
    from reader.refresh.jobs import PapersClassified

    if cache.needs_classifying():
        with Progress() as progress:
            for step in cache.reclassify():
                progress.show(describe_progress(PapersClassified(*step)))


COMMAND = Command(
    "import",
    "Store papers and marks from files; newer data in the cache stays, and the newest mark decides.",
    (
        ("import papers.json", "what 'export' wrote, with all marks; twice is once"),
        ("import daily_papers.jsonl.gz", "recorded days of the feed"),
        ("import page.txt", "the text of a saved page of the site"),
    ),
    _add_arguments,
    _import_files,
)
