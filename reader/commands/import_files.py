"""`dailypapers import`: store papers and marks from files, ours and other programs'."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reader.cache import pages
from reader.cache.flags import tag_counts
from reader.commands.choosing import count_changing
from reader.commands.command import Command
from reader.commands.feeds import describe_followed_feeds, follow_lists
from reader.commands.marks import clean_tag, known_tag
from reader.commands.output import Progress, answer, format_counts, print_line, raise_failures, warn
from reader.commands.workspace import Workspace
from reader.core.errors import FeedError
from reader.core.ids import page_id
from reader.core.marks import LIKE, PASSAGE, TAG, WANT
from reader.core.paper import LibraryEntry, Listing, SkippedRecord
from reader.core.text import amount
from reader.database.connections import open_database, transaction

if TYPE_CHECKING:
    from reader.cache.storing import Cache, StoreResult
    from reader.core.paper import Draft

PART = 1_000
"""Papers to store at a time."""

REASONS = 3
"""Maximum skipped records printed per file."""


def _add_arguments(parser: ArgumentParser) -> None:
    about = (
        "JSON of ours or in the feed's shape; a saved page of the feed's site, as text, HTML, MHTML or web archive;"
        " BibTeX, RIS or CSL-JSON; newsboat's cache.db; OPML; ids and links in any text; a PDF named by its"
        " id. Any of them may be gzipped (- for stdin)"
    )
    parser.add_argument("files", nargs="+", metavar="FILE", help=about)
    parser.add_argument("--star", action="store_true", help="star the papers of the files")
    parser.add_argument("--queue", action="store_true", help="queue them")
    parser.add_argument("--liked", action="store_true", help="learn from them what you like, without other marks")
    parser.add_argument("--tag", action="append", default=[], metavar="TAG", help="tag them; may be repeated")
    parser.add_argument("--keep-tags", action="store_true", help="also keep a library's tags and collections")
    parser.add_argument("--dry-run", action="store_true", help="print what would be imported, and change nothing")


@dataclass
class _FileContents:
    """The content of the files."""

    stored: StoreResult
    marks: int = 0
    """The number of new marks."""
    papers: list[LibraryEntry] = field(default_factory=list)
    """The papers of records, if they are to be marked or only counted."""
    entries: list[LibraryEntry] = field(default_factory=list)
    """The papers that other programs' files name."""
    feeds: list[tuple[str, bytes]] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    has_pages: bool = False


def _import_files(arguments: Namespace, workspace: Workspace) -> int:
    # A damaged cache is reported before anything is read.
    workspace.ensure_cache()
    is_dry = arguments.dry_run
    marks, kind_of = _chosen_marks(arguments, workspace), _label_kinds(workspace, keep=arguments.keep_tags)
    found = _read_files(arguments, workspace, keep=bool(marks) or is_dry)
    counts = asdict(found.stored)
    record, new, missing = _mark_papers(workspace, found, marks, kind_of, is_dry=is_dry)
    if is_dry:
        counts |= {"new": missing, "unchanged": len(found.papers) - missing}
    added, known, failed = follow_lists(workspace, found.feeds, is_dry=is_dry)
    if not arguments.json:
        # Before titles are looked up, which takes minutes.
        if len(found.failed) + len(found.feeds) < len(arguments.files):
            if not found.entries or any(counts.values()):
                with_marks = f", {amount(found.marks, 'mark')}" if found.marks else ""
                print_line(f"{format_counts(counts)}{with_marks}.")
            _print_record(record, is_named=bool(found.entries), has_new=bool(new))
        if found.feeds:
            print_line(describe_followed_feeds(len(added), known, is_dry=is_dry))
    titles = None
    if found.has_pages:
        from reader.commands.fetch import look_up_titles

        titles = look_up_titles(workspace, quiet=bool(arguments.json))
    failed = [*found.failed, *failed]
    more = {"new": new, "unchanged": record["papers"] - new, "skipped": len(record["without_id"])}
    counts = {name: count + more.get(name, 0) for name, count in counts.items()}
    counts["marks"] = found.marks + sum(record["marked"].values())
    feeds = {"added": added, "known": known}
    answer(arguments, counts | record | {"feeds": feeds, "titles": titles, "failed": failed})
    return raise_failures(failed)


def _read_files(arguments: Namespace, workspace: Workspace, *, keep: bool) -> _FileContents:
    """Read the files and store their papers and marks, unless this is a dry run; with `keep`, return the papers."""
    from reader.cache.storing import StoreResult
    from reader.feeds.files.papers_file import ListsFeeds

    found = _FileContents(StoreResult())
    with nullcontext() if arguments.dry_run else workspace.cache() as cache:
        if cache is not None:
            _update_topics(cache)
        for name in arguments.files:
            try:
                _read_file(name, workspace, cache, found, keep=keep)
            except ListsFeeds as listed:
                found.feeds.append((name, listed.body))
            except FeedError as error:
                found.failed.append(str(error) if name in str(error) else f"{name}: {error}")
    return found


def _read_file(name: str, workspace: Workspace, cache: Cache | None, found: _FileContents, *, keep: bool) -> None:
    """Add what a file has to `found`, and store it if there is a cache; print the first skipped records."""
    from reader.cache.storing import StoreResult

    page, skipped = list[str](), list[SkippedRecord]()
    count = skipped_count = 0
    with Progress() as progress:
        for read in _read_parts(name):
            if cache is not None:
                _store(read, workspace, cache, found)
            drafts = [draft for listing in read for draft in listing.drafts]
            page += (_id(draft) for listing in read if listing.is_page for draft in listing.drafts)
            found.entries += (entry for listing in read for entry in listing.entries)
            skipped += (one for listing in read for one in listing.skipped[: REASONS - len(skipped)])
            skipped_count += sum(listing.skipped_count for listing in read)
            if keep:
                found.papers += (LibraryEntry("", draft.title, _id(draft), is_wanted=False) for draft in drafts)
            count += len(drafts)
            progress.show(f"{name}: {amount(count, 'paper')}")
    if cache is None:
        found.stored += StoreResult(skipped=skipped_count)
    elif page:
        found.has_pages = True
        with open_database(workspace.cache_file) as connection, transaction(connection):
            pages.place(connection, page)
    for one in skipped[:REASONS]:
        warn(f"{name}: {one.where}: {one.reason}; skipped")
    if skipped_count > REASONS:
        warn(f"{name}: {skipped_count - REASONS:,} more skipped")


def _store(read: Sequence[Listing], workspace: Workspace, cache: Cache, found: _FileContents) -> None:
    """Store the papers and marks of listings."""
    from reader.cache.storing import StoreResult

    now = datetime.now(UTC).isoformat(timespec="seconds")
    found.stored += sum(cache.store_all(read, now, newer=False), StoreResult())
    if marks := [marks for listing in read for marks in listing.marks]:
        from reader.cache.imports import add_marks

        with workspace.events() as events:
            found.marks += add_marks(events, marks)


def _id(draft: Draft) -> str:
    return draft.id or draft.entry or page_id(draft.title)


def _read_parts(name: str) -> Iterator[list[Listing]]:
    """The listings of a file in parts of about `PART` papers: larger transactions are faster."""
    from reader.feeds.files.papers_file import read_papers

    part, size = list[Listing](), 0
    source = sys.stdin.buffer if name == "-" else Path(name)
    for listing in read_papers(source, datetime.now(UTC).date()):
        part.append(listing)
        size += max(len(listing.drafts), len(listing.marks), len(listing.entries), 1)
        if size >= PART:
            yield part
            part, size = [], 0
    if part:
        yield part


def _update_topics(cache: Cache) -> None:
    """Classify all papers again if the topics have changed."""
    from reader.commands.fetch import describe_progress
    from reader.refresh.lines import step

    if cache.needs_classifying():
        with Progress() as progress:
            for n, of in cache.reclassify():
                progress.show(describe_progress(step("topics", n=n, of=of)))


COMMAND = Command(
    "import",
    "Import papers and marks from files of this and other programs; importing a file twice changes nothing. The next "
    "refresh fetches missing papers; titles of saved pages are looked up.",
    (),
    _add_arguments,
    _import_files,
    has_json=True,
)


# Imported entries: find existing papers, request missing ones, and mark all of them


MAX_PRINTED_ENTRIES = 10
"""Maximum printed entries without a paper; --json has all."""

STARRING_FLAG = "s"
"""The flag of newsboat that stars a paper here, as many users flag what they would star."""

MAX_PRINTED_MARKS = 8
"""Maximum marks printed with their numbers of papers."""


def _print_record(record: dict[str, Any], *, is_named: bool, has_new: bool) -> None:
    """Print where the papers are, what they got, and which entries have none."""
    sentences, marked, without_id = list[str](), record["marked"], record["without_id"]
    if is_named:
        coming = f", {record['coming']:,} to come with the next refresh" if record["coming"] else ""
        sentences.append(f"{amount(record['papers'], 'paper')} named, {record['here']:,} of them here{coming}.")
    if marked:
        counts = [f"{count:,} {adjective}" for adjective, count in marked.items()]
        more = f" and {amount(len(counts[MAX_PRINTED_MARKS:]), 'more tag')}" if counts[MAX_PRINTED_MARKS:] else ""
        sentences.append(f"{', '.join(counts[:MAX_PRINTED_MARKS])}{more}.")
    if record["dry_run"]:
        sentences.append("This was a dry run: nothing was changed.")
    elif marked or has_new:
        sentences.append("'dailypapers undo' takes it back.")
    if sentences:
        print_line(" ".join(sentences))
    if count := len(without_id):
        warn(f"{count:,} {'entry names' if count == 1 else 'entries name'} no arXiv paper:")
        for entry in without_id[:MAX_PRINTED_ENTRIES]:
            warn(f"  {entry['where']}{f': {title}' if (title := entry['title']) else ''}")
        if count > MAX_PRINTED_ENTRIES:
            warn(f"  and {count - MAX_PRINTED_ENTRIES:,} more, which --json lists")
    if record["labels"]:
        some = ", ".join(islice(record["labels"], 3))
        warn(f"Tags and flags of the files were left out, such as {some}: --keep-tags takes them in as tags.")


_LABELS = {"star": "starred", "queue": "queued", "read": "read", "note": "noted", LIKE: "liked", PASSAGE: "highlighted"}


def _label(kind: str) -> str:
    """A mark as an adjective; each highlight has a kind of its own."""
    return _LABELS.get(PASSAGE if kind.startswith(PASSAGE) else kind) or f"tagged {kind.removeprefix(TAG)}"


def _chosen_marks(arguments: Namespace, workspace: Workspace) -> tuple[str, ...]:
    """The kinds of marks that options give all papers; tags in the spelling that they have here."""
    chosen = {"star": arguments.star, "queue": arguments.queue, LIKE: arguments.liked}
    tags = [clean_tag(tag) for tag in arguments.tag]
    if tags:
        with workspace.window() as window:
            tags = [known_tag(window, tag) for tag in tags]
    return tuple(dict.fromkeys([*(kind for kind in chosen if chosen[kind]), *(f"{TAG}{tag}" for tag in tags)]))


def _label_kinds(workspace: Workspace, *, keep: bool) -> Callable[[str], str | None]:
    """The function that gives the kind of mark for another program's label; with `keep`, every label is a tag."""
    known: Iterable[str] = ()
    if keep:
        with workspace.window() as window:
            known = window.read(tag_counts)
    spelled = {tag.casefold(): tag for tag in known}

    def kind(label: str) -> str | None:
        if label == STARRING_FLAG:
            return "star"
        return f"{TAG}{spelled.setdefault(label.casefold(), label)}" if keep else None

    return kind


def _mark_papers(
    workspace: Workspace,
    found: _FileContents,
    marks: Sequence[str],
    kind_of: Callable[[str], str | None],
    *,
    is_dry: bool,
) -> tuple[dict[str, Any], int, int]:
    """Find the papers of other programs' entries, and mark them and stored ones, as one undoable action.

    Return the facts for JSON, how many papers are newly asked for, and how many of the records were not in the cache.
    """
    from reader.cache import imports

    entries = found.entries
    with workspace.window() as window:
        named = window.read(partial(imports.find_papers, entries=entries))
        papers = window.read(partial(imports.find_papers, entries=[*entries, *found.papers]))
        waits, written = window.read(imports.waiting), window.read(imports.existing_texts)
        changes = list(imports.changes(papers, marks, kind_of, waits, written))
        done = [(one.kind, count_changing(window, one)) for one in changes] if is_dry else []
    if changes and not is_dry:
        with workspace.events() as events:
            action = events.act(changes)
        done = [(part.kind, part.count) for part in action.parts] if action else []
    marked: Counter[str] = Counter()
    for kind, count in done:
        marked[_label(kind)] += count
    new = marked.pop(_label(WANT), 0)
    left_out = Counter(label for entry in entries if entry.id for label in entry.labels if not kind_of(label))
    record = {
        "papers": len(named.here) + len(named.absent),
        "here": len(named.here),
        "coming": sum(any(entry.is_wanted for entry in some) for some in named.absent.values()),
        "marked": dict(+marked),
        "without_id": [{"where": entry.where, "title": entry.title or None} for entry in named.unknown],
        "labels": dict(left_out.most_common()),
        "dry_run": is_dry,
    }
    return record, new, len(papers.absent) - len(named.absent)
