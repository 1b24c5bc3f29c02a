"""`dailypapers import`: store papers and marks from files, ours and other programs'."""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from reader.cache import pages
from reader.cache.connections import connect, transaction
from reader.cache.sqlite_errors import explained
from reader.commands import page_titles
from reader.commands.command import Command, StoreFile, add_json
from reader.commands.feeds import describe_followed, follow_list
from reader.commands.import_entries import Taken, as_entries, chosen_labels, chosen_marks, take_in
from reader.commands.output import Progress, amount, format_counts, print_json, print_line, warn
from reader.commands.workspace import Workspace
from reader.core.errors import FeedError, UsageError
from reader.core.ids import page_id
from reader.core.text import text_size

if TYPE_CHECKING:
    from reader.cache.marks.events import Events
    from reader.cache.storing.papers import Cache, Stored
    from reader.core.marks import PaperMarks
    from reader.core.paper import LibraryEntry, Listing

PART = 1_000
"""Papers that are stored before their marks are added."""

PART_CHARACTERS = 8 * 1024 * 1024
"""Characters of text after which fewer papers are stored."""

CLIPBOARD = "the clipboard"
"""The name of the clipboard's text among the files."""

REASONS = 3
"""Maximum number of a file's skipped records that are printed."""


def _add_arguments(parser: ArgumentParser) -> None:
    about = (
        "JSON of ours or in the feed's shape; a saved page of the feed's site, as text, HTML, MHTML or web archive;"
        " BibTeX, RIS, CSL-JSON or Zotero RDF; newsboat's cache.db; OPML; ids and links in any text; a PDF named by its"
        " id. Any of them may be gzipped (- for stdin)"
    )
    parser.add_argument("files", nargs="*", action=StoreFile, metavar="FILE", help=about)
    parser.add_argument("--clipboard", action="store_true", help="take the text of the clipboard too")
    parser.add_argument("--star", action="store_true", help="star the papers of the files")
    parser.add_argument("--queue", action="store_true", help="put them into the queue for later")
    parser.add_argument(
        "--liked", action="store_true", help="learn from them what you like, and mark them no other way"
    )
    parser.add_argument("--tag", action="append", default=[], metavar="TAG", help="tag them; may be repeated")
    parser.add_argument("--keep-tags", action="store_true", help="also the tags and collections that a library has")
    about = "what a letter of newsboat, or a tag of a library, stands for: star, queue, read or a tag (default: s=star)"
    parser.add_argument("--flag", action="append", default=[], metavar="LABEL=MARK", help=about)
    about = "give a saved page's paper its arXiv id, if a look-up of its title did not settle it; may be repeated"
    parser.add_argument("--choose", action="append", default=[], metavar="PAPER=ID", help=about)
    about = "list the saved pages' papers that have no arXiv id, and which papers they may be"
    parser.add_argument("--choices", action="store_true", help=about)
    about = "leave titles of saved pages to the next refresh, instead of looking them up now"
    parser.add_argument("--later", action="store_true", help=about)
    parser.add_argument("--dry-run", action="store_true", help="print what would come in, and change nothing")
    add_json(parser)


@dataclass
class _Found:
    """What the files have, and what came of it."""

    counts: dict[str, int]
    marks: int = 0
    """Marks of records that were new."""
    papers: list[LibraryEntry] = field(default_factory=list)
    """The papers of records."""
    entries: list[LibraryEntry] = field(default_factory=list)
    """The entries of other programs."""
    feeds: list[tuple[str, bytes]] = field(default_factory=list)
    """Lists of feeds by the names of their files."""
    failed: list[str] = field(default_factory=list)
    pages: int = 0
    """Files that are saved pages."""


def _import_files(arguments: Namespace, workspace: Workspace) -> int:
    if arguments.clipboard:
        arguments.files.append(CLIPBOARD)
    if not (arguments.files or arguments.choose or arguments.choices):
        raise UsageError("Name a file to import, - for standard input, or --clipboard.")
    # A damaged cache is told of before anything is read.
    workspace.ensure_cache()
    if arguments.choose or arguments.choices:
        if arguments.files:
            raise UsageError("--choose and --choices take no files.")
        page_titles.choose(workspace, arguments.choose)
        if arguments.choices:
            page_titles.print_choices(workspace, as_json=arguments.json)
        return 0
    marks = chosen_marks(
        workspace, star=arguments.star, queue=arguments.queue, liked=arguments.liked, tags=arguments.tag
    )
    labels = chosen_labels(workspace, arguments.flag, keep=arguments.keep_tags)
    found = _read_files(arguments, workspace, keep=bool(marks))
    taken = take_in(workspace, found.entries, found.papers, marks, labels, is_dry=arguments.dry_run)
    followed = _follow(workspace, found, is_dry=arguments.dry_run)
    if arguments.dry_run:
        found.counts |= {"new": taken.stored_new, "unchanged": len(found.papers) - taken.stored_new}
    titles: dict[str, int] = {}
    if found.pages and not arguments.json:
        # A look-up takes minutes: what is stored already is said before.
        _print_counts(arguments, found, taken)
    if found.pages and not arguments.dry_run:
        titles = page_titles.look_up(workspace, quiet=arguments.json, is_put_off=arguments.later)
    if arguments.json:
        counts = {name: count + taken.counts.get(name, 0) for name, count in found.counts.items()}
        more = taken.record() if found.entries or marks or arguments.dry_run else {}
        marked = {"marks": found.marks + sum(taken.marked.values())}
        looked_up = {"titles": titles} if titles else {}
        print_json(counts | marked | more | followed | looked_up | {"failed": found.failed})
    elif not found.pages:
        _print_counts(arguments, found, taken)
    if followed and not arguments.json:
        feeds = followed["feeds"]
        print_line(describe_followed(len(feeds["added"]), feeds["known"], is_dry=arguments.dry_run))
    if len(found.failed) > 1:
        for problem in found.failed:
            warn(problem)
        raise FeedError(f"{len(found.failed)} of {amount(len(arguments.files), 'file')} could not be imported.")
    if found.failed:
        raise FeedError(found.failed[0])
    return 0


def _print_counts(arguments: Namespace, found: _Found, taken: Taken) -> None:
    """Print how many papers and marks the files had, unless nothing could be read."""
    if len(found.failed) + len(found.feeds) < len(arguments.files):
        if not found.entries or any(found.counts.values()):
            with_marks = f", {amount(found.marks, 'mark')}" if found.marks else ""
            print_line(f"{format_counts(found.counts)}{with_marks}.")
        taken.print(found.entries)


def _follow(workspace: Workspace, found: _Found, *, is_dry: bool) -> dict[str, Any]:
    """Follow the feeds of OPML; return what came of it as JSON, which is empty without such files."""
    if not found.feeds:
        return {}
    added, known = list[str](), 0
    for name, body in found.feeds:
        try:
            new, old = follow_list(workspace, name, body, is_dry=is_dry)
        except FeedError as error:
            found.failed.append(f"{name}: {error}")
        else:
            added, known = added + new, known + old
    return {"feeds": {"added": added, "known": known}}


def _read_files(arguments: Namespace, workspace: Workspace, *, keep: bool) -> _Found:
    """Read the files, and store their papers and marks unless this is a dry run; with `keep`, return the papers."""
    from reader.cache.storing.papers import Stored
    from reader.feeds.files.papers_file import ListsFeeds
    from reader.refresh import memory

    found, total = _Found({}), Stored()
    with ExitStack() as stack:
        storer = None if arguments.dry_run else _Storer(workspace, stack)
        store = storer.store if storer else _skip
        for name in arguments.files:
            page: list[str] = []
            try:
                with memory.limited("Split the file, or see what is in it."):
                    for read in _read_parts(name):
                        part = storer.tell_apart(read) if storer else read
                        stored, marks = store(part)
                        total, found.marks = total + stored, found.marks + marks
                        page += _ids_of_page(part)
                        found.entries += (entry for listing in part for entry in listing.entries)
                        if keep or arguments.dry_run:
                            found.papers += (entry for listing in part for entry in as_entries(listing))
                if page and storer:
                    found.pages += 1
                    storer.place(page)
            except ListsFeeds as listed:
                found.feeds.append((name, listed.body))
            except FeedError as error:
                found.failed.append(str(error) if name in str(error) else f"{name}: {error}")
    found.counts = asdict(total)
    return found


def _ids_of_page(part: Sequence[Listing]) -> list[str]:
    """The ids of a saved page's papers, in its order."""
    return [
        draft.id or draft.entry or page_id(draft.title)
        for listing in part
        if listing.is_page
        for draft in listing.drafts
    ]


def _skip(part: Sequence[Listing]) -> tuple[Stored, int]:
    """Store nothing."""
    from reader.cache.storing.papers import Stored

    return Stored(skipped=sum(listing.skipped_count for listing in part)), 0


class _Storer:
    """Stores parts of files; the log is opened for the first marks: most files have none."""

    def __init__(self, workspace: Workspace, stack: ExitStack) -> None:
        self._workspace = workspace
        self._stack = stack
        self._cache: Cache = stack.enter_context(workspace.cache())
        self._events: Events | None = None
        _update_topics(self._cache)

    def store(self, part: Sequence[Listing]) -> tuple[Stored, int]:
        """Store a part's papers and marks; return what came of it, and the number of new marks."""
        from reader.cache.storing.papers import Stored

        now = datetime.now(UTC).isoformat(timespec="seconds")
        stored = sum(self._cache.store_all(part, now, newer=False), Stored())
        return stored, self._add([marks for listing in part for marks in listing.marks])

    def tell_apart(self, part: Sequence[Listing]) -> list[Listing]:
        """A part in which papers of a page that share their title with other ones here have ids of their own."""
        with explained(self._workspace.cache_file), closing(connect(self._workspace.cache_file)) as connection:
            return [pages.tell_apart(connection, listing) for listing in part]

    def place(self, ids: Sequence[str]) -> None:
        """Keep the order of a saved page."""
        with (
            explained(self._workspace.cache_file),
            closing(connect(self._workspace.cache_file)) as connection,
            transaction(connection),
        ):
            pages.place(connection, ids)

    def _add(self, marks: Sequence[PaperMarks]) -> int:
        if not marks:
            return 0
        from reader.cache.marks.imports import add_marks

        self._events = self._events or self._stack.enter_context(self._workspace.events())
        return add_marks(self._events, marks)


def _read_parts(name: str) -> Iterator[list[Listing]]:
    """The listings of a file in parts; prints the first skipped records with their places, and how many more."""
    from reader.feeds.files.papers_file import read_papers

    source = _source(name)
    reasons: list[str] = []
    skipped = 0
    with Progress() as progress:
        listings = _show_reading(read_papers(source, datetime.now(UTC).date()), name, progress, reasons)
        for part in _parts(listings):
            skipped += sum(listing.skipped_count for listing in part)
            yield part
    for reason in reasons:
        warn(f"{name}: {reason}; skipped")
    if skipped > len(reasons):
        warn(f"{name}: {skipped - len(reasons):,} more skipped")


def _source(name: str) -> Path | BinaryIO:
    if name == CLIPBOARD:
        from io import BytesIO

        from reader.actions.clipboard import read_clipboard

        return BytesIO(read_clipboard())
    return sys.stdin.buffer if name == "-" else Path(name)


def _parts(listings: Iterable[Listing]) -> Iterator[list[Listing]]:
    """Group listings into parts of up to about `PART` papers: marks are added once their papers are stored."""
    part: list[Listing] = []
    size = characters = 0
    for listing in listings:
        part.append(listing)
        size += max(len(listing.drafts), len(listing.marks), len(listing.entries), 1)
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
    "Store papers and marks from files, ours and other programs'; importing one twice changes nothing. Papers that are"
    " not here come with the next refresh; titles of saved pages are looked up.",
    (
        ("import papers.json", "what 'export' wrote, with all marks; the newest mark decides"),
        ("import refs.bib --queue --tag thesis", "a library: its papers of arXiv are tagged, and queued for later"),
        ("import zotero.rdf --liked", "learn from a library what suits you, without starring it"),
        ("import zotero.rdf --keep-tags --flag 'to read=queue'", "its tags too; what it tags 'to read' is queued"),
        ("import library.rdf --dry-run", "what would come in, and what has no paper of arXiv"),
        ("import ~/.newsboat/cache.db --flag t=thesis", "what you read and flagged in newsboat"),
        ("import links.md daily_papers.jsonl.gz", "links in any text; recorded days of the feed"),
        ("import 'Daily Papers.html' --tag pretraining", "a page that your browser has saved; titles are looked up"),
        ("import --choices", "papers of saved pages whose titles were not enough to find them"),
        ("import --clipboard --queue", "the ids and links that you have just copied"),
    ),
    _add_arguments,
    _import_files,
)
