"""`dailypapers import`: store papers and marks from files of this and other programs."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reader.cache.flags import tag_counts
from reader.commands.command import Command
from reader.commands.feeds import follow_lists
from reader.commands.marks import clean_tag, known_tag
from reader.commands.output import Progress, answer, format_counts, print_line, raise_failures, warn
from reader.commands.workspace import Workspace
from reader.core.errors import FeedError
from reader.core.ids import page_id
from reader.core.marks import LIKE, PASSAGE, TAG, WANT
from reader.core.paper import LibraryEntry, Listing, SkippedRecord
from reader.core.text import amount

if TYPE_CHECKING:
    from reader.cache.storing import Cache, StoreResult
    from reader.core.paper import Draft

BATCH_PAPERS = 1_000
"""Papers stored in one transaction; larger transactions are faster."""

MAX_PRINTED_SKIPS = 3
"""Maximum skipped records printed for each file."""


def _add_arguments(parser: ArgumentParser) -> None:
    about = (
        "JSON of dailypapers or of the feed; a page of the feed's site, saved as HTML or copied as text;"
        " BibTeX, RIS or CSL-JSON; newsboat's cache.db; OPML; ids and links in any text; a PDF named by its"
        " id. Any of them may be gzipped (- for stdin)"
    )
    parser.add_argument("files", nargs="+", metavar="FILE", help=about)
    parser.add_argument("--star", action="store_true", help="star the papers of the files")
    parser.add_argument("--queue", action="store_true", help="queue them")
    parser.add_argument("--liked", action="store_true", help="learn from them what you like, without other marks")
    parser.add_argument("--tag", action="append", default=[], metavar="TAG", help="tag them; may be repeated")
    parser.add_argument("--keep-tags", action="store_true", help="also keep a library's tags and collections")


@dataclass
class _FileContents:
    """The contents of all imported files together."""

    stored: StoreResult
    marks: int = 0
    """The number of new marks."""
    papers: list[LibraryEntry] = field(default_factory=list)
    """The papers of the records, collected only if they will be marked."""
    entries: list[LibraryEntry] = field(default_factory=list)
    """The entries of other programs' files, which name papers."""
    feeds: list[tuple[str, bytes]] = field(default_factory=list)
    """The name and the content of each OPML file."""
    failed: list[str] = field(default_factory=list)
    """A message for each file that could not be read."""
    has_titles: bool = False
    """Whether a file had papers without ids, whose titles must be looked up."""


def _import_files(arguments: Namespace, workspace: Workspace) -> int:
    # Report a damaged cache before the files are read.
    workspace.ensure_cache()
    marks, kind_of = _chosen_marks(arguments, workspace), _label_kinds(workspace, keep=arguments.keep_tags)
    contents = _read_files(arguments, workspace, keep=bool(marks))
    counts = asdict(contents.stored)
    record, new = _mark_papers(workspace, contents, marks, kind_of)
    added, known, failed = follow_lists(workspace, contents.feeds)
    if not arguments.json:
        # Print this before the titles are looked up, which takes minutes.
        if len(contents.failed) + len(contents.feeds) < len(arguments.files):
            if not contents.entries or any(counts.values()):
                with_marks = f", {amount(contents.marks, 'mark')}" if contents.marks else ""
                print_line(f"{format_counts(counts)}{with_marks}.")
            _print_record(record, is_named=bool(contents.entries), has_new=bool(new))
        if contents.feeds:
            print_line(
                f"{amount(len(added), 'feed')} added, {known:,} already known; 'dailypapers refresh' fetches them."
            )
    titles = None
    if contents.has_titles:
        from reader.commands.fetch import look_up_titles

        titles = look_up_titles(workspace, quiet=bool(arguments.json))
    failed = [*contents.failed, *failed]
    skipped = len(record["without_id"]) + len(record["broken"])
    more = {"new": new, "unchanged": record["papers"] - new, "skipped": skipped}
    counts = {name: count + more.get(name, 0) for name, count in counts.items()}
    counts["marks"] = contents.marks + sum(record["marked"].values())
    feeds = {"added": added, "known": known}
    answer(arguments, counts | record | {"feeds": feeds, "titles": titles, "failed": failed})
    return raise_failures(failed)


def _read_files(arguments: Namespace, workspace: Workspace, *, keep: bool) -> _FileContents:
    """Read the files, and store their papers and marks; with `keep`, also collect the papers."""
    from reader.cache.storing import StoreResult
    from reader.feeds.files.papers_file import ListsFeeds

    contents = _FileContents(StoreResult())
    with workspace.cache() as cache:
        _update_topics(cache)
        for name in arguments.files:
            try:
                _read_file(name, workspace, cache, contents, keep=keep)
            except ListsFeeds as listed:
                contents.feeds.append((name, listed.body))
            except FeedError as error:
                contents.failed.append(str(error) if name in str(error) else f"{name}: {error}")
    return contents


def _read_file(name: str, workspace: Workspace, cache: Cache, contents: _FileContents, *, keep: bool) -> None:
    """Store the papers of a file, add its contents to `contents`, and print the first skipped records."""
    skipped = list[SkippedRecord]()
    count = skipped_count = 0
    with Progress() as progress:
        for read in _read_parts(name):
            _store(read, workspace, cache, contents)
            drafts = [draft for listing in read for draft in listing.drafts]
            contents.has_titles |= any(not (draft.id or draft.entry) for draft in drafts)
            contents.entries += (entry for listing in read for entry in listing.entries)
            skipped += (record for listing in read for record in listing.skipped[: MAX_PRINTED_SKIPS - len(skipped)])
            skipped_count += sum(listing.skipped_count for listing in read)
            if keep:
                contents.papers += (LibraryEntry("", draft.title, _id(draft), is_wanted=False) for draft in drafts)
            count += len(drafts)
            progress.show(f"{name}: {amount(count, 'paper')}")
    for record in skipped[:MAX_PRINTED_SKIPS]:
        warn(f"{name}: {record.where}: {record.reason}; skipped")
    if skipped_count > MAX_PRINTED_SKIPS:
        warn(f"{name}: {skipped_count - MAX_PRINTED_SKIPS:,} more skipped")


def _store(read: Sequence[Listing], workspace: Workspace, cache: Cache, contents: _FileContents) -> None:
    """Store the papers and marks of listings."""
    from reader.cache.storing import StoreResult

    now = datetime.now(UTC).isoformat(timespec="seconds")
    contents.stored += sum(cache.store_all(read, now, newer=False), StoreResult())
    if marks := [marks for listing in read for marks in listing.marks]:
        from reader.cache.imports import add_marks

        with workspace.events() as events:
            contents.marks += add_marks(events, marks)


def _id(draft: Draft) -> str:
    return draft.id or draft.entry or page_id(draft.title)


def _read_parts(name: str) -> Iterator[list[Listing]]:
    """The listings of a file, in batches of about `BATCH_PAPERS` papers."""
    from reader.feeds.files.papers_file import read_papers

    part, size = list[Listing](), 0
    source = sys.stdin.buffer if name == "-" else Path(name)
    for listing in read_papers(source, datetime.now(UTC).date()):
        part.append(listing)
        size += max(len(listing.drafts), len(listing.marks), len(listing.entries), 1)
        if size >= BATCH_PAPERS:
            yield part
            part, size = [], 0
    if part:
        yield part


def _update_topics(cache: Cache) -> None:
    """Reclassify all papers if the definitions of the topics have changed."""
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


# Entries of other programs' files: find their papers, request the missing papers, and mark all of them


MAX_PRINTED_ENTRIES = 10
"""Maximum entries with the same problem that are printed; --json lists all."""

STARRING_FLAG = "s"
"""The flag of newsboat that is imported as a star, because many users flag favourite articles with it."""

MAX_PRINTED_MARKS = 8
"""Maximum kinds of marks that are printed with their numbers of papers."""


def _print_record(record: dict[str, Any], *, is_named: bool, has_new: bool) -> None:
    """Print how many papers were found, which marks they got, and which entries have no paper or a syntax error."""
    sentences, marked = list[str](), record["marked"]
    if is_named:
        coming = f", {record['coming']:,} to come with the next refresh" if record["coming"] else ""
        sentences.append(f"{amount(record['papers'], 'paper')} named, {record['here']:,} of them here{coming}.")
    if marked:
        counts = [f"{count:,} {adjective}" for adjective, count in marked.items()]
        more = f" and {amount(len(counts[MAX_PRINTED_MARKS:]), 'more tag')}" if counts[MAX_PRINTED_MARKS:] else ""
        sentences.append(f"{', '.join(counts[:MAX_PRINTED_MARKS])}{more}.")
    if marked or has_new:
        sentences.append("'dailypapers undo' takes it back.")
    if sentences:
        print_line(" ".join(sentences))
    _print_entries(record["without_id"], "entry names no arXiv paper", "entries name no arXiv paper")
    _print_entries(record["broken"], "entry has a syntax error", "entries have syntax errors")
    if record["labels"]:
        some = ", ".join(islice(record["labels"], 3))
        warn(f"Tags and flags of the files were left out, such as {some}: --keep-tags imports them as tags.")


def _print_entries(entries: Sequence[dict[str, Any]], singular: str, plural: str) -> None:
    """Print the number of entries with the same problem, and the first of these entries."""
    if count := len(entries):
        warn(f"{count:,} {singular if count == 1 else plural}:")
    for entry in entries[:MAX_PRINTED_ENTRIES]:
        warn(f"  {entry['where']}{f': {title}' if (title := entry['title']) else ''}")
    if count > MAX_PRINTED_ENTRIES:
        warn(f"  and {count - MAX_PRINTED_ENTRIES:,} more, which --json lists")


_LABELS = {"star": "starred", "queue": "queued", "read": "read", "note": "noted", LIKE: "liked", PASSAGE: "highlighted"}


def _label(kind: str) -> str:
    """The adjective for a kind of mark; all highlights, which have different kinds, share one."""
    return _LABELS.get(PASSAGE if kind.startswith(PASSAGE) else kind) or f"tagged {kind.removeprefix(TAG)}"


def _chosen_marks(arguments: Namespace, workspace: Workspace) -> tuple[str, ...]:
    """The kinds of marks that the options give all papers; tags get the spelling of existing tags."""
    chosen = {"star": arguments.star, "queue": arguments.queue, LIKE: arguments.liked}
    tags = [clean_tag(tag) for tag in arguments.tag]
    if tags:
        with workspace.window() as window:
            tags = [known_tag(window, tag) for tag in tags]
    return tuple(dict.fromkeys([*(kind for kind in chosen if chosen[kind]), *(f"{TAG}{tag}" for tag in tags)]))


def _label_kinds(workspace: Workspace, *, keep: bool) -> Callable[[str], str | None]:
    """A function from the labels of other programs to kinds of marks; with `keep`, every label becomes a tag."""
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
    workspace: Workspace, contents: _FileContents, marks: Sequence[str], kind_of: Callable[[str], str | None]
) -> tuple[dict[str, Any], int]:
    """Find the papers of other programs' entries, and mark these and the stored papers as one undoable action.

    Return a JSON record and the number of newly requested papers.
    """
    from reader.cache import imports

    entries = contents.entries
    with workspace.window() as window:
        named = window.read(partial(imports.find_papers, entries=entries))
        papers = window.read(partial(imports.find_papers, entries=[*entries, *contents.papers]))
        waits, written = window.read(imports.waiting), window.read(imports.existing_texts)
        changes = list(imports.changes(papers, marks, kind_of, waits, written))
    marked: Counter[str] = Counter()
    if changes:
        with workspace.events() as events:
            action = events.act(changes)
        for part in action.parts if action else ():
            marked[_label(part.kind)] += part.count
    new = marked.pop(_label(WANT), 0)
    left_out = Counter(label for entry in entries if entry.id for label in entry.labels if not kind_of(label))
    record = {
        "papers": len(named.here) + len(named.absent),
        "here": len(named.here),
        "coming": sum(any(entry.is_wanted for entry in some) for some in named.absent.values()),
        "marked": dict(+marked),
        "without_id": [_place(entry) for entry in named.unknown if not entry.is_broken],
        "broken": [_place(entry) for entry in named.unknown if entry.is_broken],
        "labels": dict(left_out.most_common()),
    }
    return record, new


def _place(entry: LibraryEntry) -> dict[str, str | None]:
    return {"where": entry.where, "title": entry.title or None}
