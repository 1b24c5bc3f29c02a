"""`dailypapers import`: store papers from files."""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from reader.commands.command import Command, StoreFile, add_json
from reader.commands.output import Progress, amount, format_counts, print_json, print_line, warn
from reader.commands.workspace import Workspace
from reader.core.errors import FeedError

if TYPE_CHECKING:
    from reader.cache.papers import Cache, Stored
    from reader.core.paper import Listing


REASONS = 3
"""Maximum number of a file's skipped records that are printed."""


def _add_arguments(parser: ArgumentParser) -> None:
    about = "JSON or JSON lines in the feed's shape, either gzipped, or a saved page's text (- for stdin)"
    parser.add_argument("files", nargs="+", action=StoreFile, metavar="FILE", help=about)
    add_json(parser)


def _import_files(arguments: Namespace, workspace: Workspace) -> int:
    from reader.cache.papers import Stored
    from reader.refresh import memory

    total, failed = Stored(), list[str]()
    with workspace.cache() as cache:
        _update_topics(cache)
        for name in arguments.files:
            try:
                with memory.limited("Split the file, or see what is in it."):
                    total += _import_file(cache, name)
            except FeedError as error:
                failed.append(str(error) if name in str(error) else f"{name}: {error}")
    if arguments.json:
        print_json(asdict(total) | {"failed": failed})
    elif len(failed) < len(arguments.files):
        print_line(f"{format_counts(asdict(total))}.")
    if len(failed) > 1:
        for failure in failed:
            warn(failure)
        raise FeedError(f"{len(failed)} of {amount(len(arguments.files), 'file')} could not be imported.")
    if failed:
        raise FeedError(failed[0])
    return 0


def _import_file(cache: Cache, name: str) -> Stored:
    """Store a file's papers; print the first skipped records with their places, and the number of the others."""
    from reader.cache.papers import Stored
    from reader.feeds.files.papers_file import read_papers

    now = datetime.now(UTC)
    source = sys.stdin.buffer if name == "-" else Path(name)
    reasons: list[str] = []
    with Progress() as progress:
        listings = _show_reading(read_papers(source, now.date()), name, progress, reasons)
        stored = sum(cache.store_all(listings, now.isoformat(timespec="seconds"), newer=False), Stored())
    for reason in reasons:
        warn(f"{name}: {reason}; skipped")
    if stored.skipped > len(reasons):
        warn(f"{name}: {stored.skipped - len(reasons):,} more skipped")
    return stored


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
    "Store papers from files; newer data in the cache stays.",
    (
        ("import daily_papers.jsonl.gz", "recorded days of the feed"),
        ("import page.txt", "the text of a saved page of the site"),
    ),
    _add_arguments,
    _import_files,
)
