"""`dailypapers import`: store papers and marks from files, ours and other programs'."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from reader.cache import pages
from reader.cache.tags import tag_counts
from reader.commands import page_titles
from reader.commands.choosing import count_changing
from reader.commands.command import Command, StoreFile
from reader.commands.feeds import describe_followed, follow_lists
from reader.commands.output import Progress, answer, format_counts, print_line, warn
from reader.commands.tag import clean_tag, known_tag
from reader.commands.workspace import Workspace
from reader.core.errors import FeedError, UsageError
from reader.core.ids import page_id
from reader.core.marks import LIKE, PASSAGE, TAG, WANT
from reader.core.paper import LibraryEntry, Listing
from reader.core.text import amount, text_size
from reader.database.connections import opened, transaction

if TYPE_CHECKING:
    from reader.cache.marks.events import Events
    from reader.cache.storing.papers import Cache, Stored
    from reader.core.paper import Draft

PART = 1_000
"""Papers to store before adding their marks."""

PART_CHARACTERS = 8 * 1024 * 1024
"""Characters of text after which a part ends early."""

CLIPBOARD = "the clipboard"

REASONS = 3
"""Maximum skipped records printed per file."""


def _add_arguments(parser: ArgumentParser) -> None:
    about = (
        "JSON of ours or in the feed's shape; a saved page of the feed's site, as text, HTML, MHTML or web archive;"
        " BibTeX, RIS or CSL-JSON; newsboat's cache.db; OPML; ids and links in any text; a PDF named by its"
        " id. Any of them may be gzipped (- for stdin)"
    )
    parser.add_argument("files", nargs="*", action=StoreFile, metavar="FILE", help=about)
    parser.add_argument("--clipboard", action="store_true", help="also import the clipboard's text")
    parser.add_argument("--star", action="store_true", help="star the papers of the files")
    parser.add_argument("--queue", action="store_true", help="queue them")
    parser.add_argument("--liked", action="store_true", help="learn from them what you like, without other marks")
    parser.add_argument("--tag", action="append", default=[], metavar="TAG", help="tag them; may be repeated")
    parser.add_argument("--keep-tags", action="store_true", help="also keep a library's tags and collections")
    about = "give a saved page's paper its arXiv id, where looking up its title was not enough; may be repeated"
    parser.add_argument("--choose", action="append", default=[], metavar="PAPER=ID", help=about)
    about = "list saved pages' papers without an arXiv id, and which papers they may be"
    parser.add_argument("--choices", action="store_true", help=about)
    about = "leave titles of saved pages to the next refresh, instead of looking them up now"
    parser.add_argument("--later", action="store_true", help=about)
    parser.add_argument("--dry-run", action="store_true", help="print what would be imported, and change nothing")


@dataclass
class _Found:
    counts: dict[str, int]
    marks: int = 0
    """Marks of new records."""
    papers: list[LibraryEntry] = field(default_factory=list)
    entries: list[LibraryEntry] = field(default_factory=list)
    feeds: list[tuple[str, bytes]] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    has_pages: bool = False


def _import_files(arguments: Namespace, workspace: Workspace) -> int:
    if arguments.clipboard:
        arguments.files.append(CLIPBOARD)
    if not (arguments.files or arguments.choose or arguments.choices):
        raise UsageError("Name a file to import, - for standard input, or --clipboard.")
    # A damaged cache is reported before anything is read.
    workspace.ensure_cache()
    if arguments.choose or arguments.choices:
        if arguments.files:
            raise UsageError("--choose and --choices take no files.")
        page_titles.choose(workspace, arguments.choose)
        return page_titles.print_choices(arguments, workspace) if arguments.choices else 0
    chosen = {"star": arguments.star, "queue": arguments.queue, LIKE: arguments.liked}
    tags = (f"{TAG}{name}" for name in _spelled(workspace, arguments.tag))
    marks = tuple(dict.fromkeys([*(kind for kind, is_chosen in chosen.items() if is_chosen), *tags]))
    kind_of = _label_kinds(workspace, keep=arguments.keep_tags)
    found = _read_files(arguments, workspace, keep=bool(marks))
    has_read = len(found.failed) + len(found.feeds) < len(arguments.files)
    taken = take_in(workspace, found.entries, found.papers, marks, kind_of, is_dry=arguments.dry_run)
    added, known, failed = follow_lists(workspace, found.feeds, is_dry=arguments.dry_run)
    found.failed += failed
    followed = {"feeds": {"added": added, "known": known}} if found.feeds else {}
    if arguments.dry_run:
        found.counts |= {"new": taken.stored_new, "unchanged": len(found.papers) - taken.stored_new}
    if has_read and not arguments.json:
        # A look-up takes minutes, so stored papers are reported first.
        if not found.entries or any(found.counts.values()):
            with_marks = f", {amount(found.marks, 'mark')}" if found.marks else ""
            print_line(f"{format_counts(found.counts)}{with_marks}.")
        taken.print(found.entries)
    titles = None
    if found.has_pages and not arguments.dry_run:
        titles = page_titles.look_up(workspace, quiet=bool(arguments.json), is_put_off=arguments.later)
    if arguments.json:
        counts = {name: count + taken.counts.get(name, 0) for name, count in found.counts.items()}
        more = taken.record() if found.entries or marks or arguments.dry_run else {}
        marked = {"marks": found.marks + sum(taken.marked.values())}
        looked_up = {"titles": titles} if titles else {}
        answer(arguments, counts | marked | more | followed | looked_up | {"failed": found.failed})
    elif found.feeds:
        print_line(describe_followed(len(added), known, is_dry=arguments.dry_run))
    if len(found.failed) > 1:
        for problem in found.failed:
            warn(problem)
        raise FeedError(f"{len(found.failed)} of {amount(len(arguments.files), 'file')} could not be imported.")
    if found.failed:
        raise FeedError(found.failed[0])
    return 0


def _read_files(arguments: Namespace, workspace: Workspace, *, keep: bool) -> _Found:
    """Read the files and store their papers and marks, unless this is a dry run; with `keep`, return the papers."""
    from reader.cache.storing.papers import Stored
    from reader.feeds.files.papers_file import ListsFeeds
    from reader.refresh import jobs

    found, total = _Found({}), Stored()
    with ExitStack() as stack:
        storer = None if arguments.dry_run else _Storer(workspace, stack)
        for name in arguments.files:
            page: list[str] = []
            try:
                with jobs.limited_memory("Split the file, or check what is in it."):
                    for read in _read_parts(name):
                        part = storer.tell_apart(read) if storer else read
                        if storer:
                            total += storer.store(part)
                        else:
                            total += Stored(skipped=sum(listing.skipped_count for listing in part))
                        page += (_id(draft) for listing in part if listing.is_page for draft in listing.drafts)
                        found.entries += (entry for listing in part for entry in listing.entries)
                        if keep or arguments.dry_run:
                            found.papers += (
                                LibraryEntry("", draft.title, _id(draft), is_wanted=False)
                                for listing in part
                                for draft in listing.drafts
                            )
                if page and storer:
                    found.has_pages = True
                    storer.place(page)
            except ListsFeeds as listed:
                found.feeds.append((name, listed.body))
            except FeedError as error:
                found.failed.append(str(error) if name in str(error) else f"{name}: {error}")
        found.marks = storer.marks if storer else 0
    found.counts = asdict(total)
    return found


def _id(draft: Draft) -> str:
    return draft.id or draft.entry or page_id(draft.title)


class _Storer:
    """Stores parts of files; opens the log for the first marks, since most files have none."""

    def __init__(self, workspace: Workspace, stack: ExitStack) -> None:
        self._workspace = workspace
        self._stack = stack
        self._cache: Cache = stack.enter_context(workspace.cache())
        self._events: Events | None = None
        self.marks = 0
        """The number of new marks."""
        _update_topics(self._cache)

    def store(self, part: Sequence[Listing]) -> Stored:
        """Store a part's papers and marks."""
        from reader.cache.storing.papers import Stored

        now = datetime.now(UTC).isoformat(timespec="seconds")
        stored = sum(self._cache.store_all(part, now, newer=False), Stored())
        if marks := [marks for listing in part for marks in listing.marks]:
            from reader.cache.imports import add_marks

            self._events = self._events or self._stack.enter_context(self._workspace.events())
            self.marks += add_marks(self._events, marks)
        return stored

    def tell_apart(self, part: Sequence[Listing]) -> list[Listing]:
        """A part in which a page's papers with ambiguous titles get their own ids."""
        with opened(self._workspace.cache_file) as connection:
            return [pages.tell_apart(connection, listing) for listing in part]

    def place(self, ids: Sequence[str]) -> None:
        with opened(self._workspace.cache_file) as connection, transaction(connection):
            pages.place(connection, ids)


def _read_parts(name: str) -> Iterator[list[Listing]]:
    """The listings of a file in parts of about `PART` papers, so that marks follow their papers.

    Shows progress, and prints the first skipped records with their places.
    """
    from reader.feeds.files.papers_file import read_papers

    reasons, part = list[str](), list[Listing]()
    count = skipped = size = characters = 0
    with Progress() as progress:
        for listing in read_papers(_source(name), datetime.now(UTC).date()):
            part.append(listing)
            size += max(len(listing.drafts), len(listing.marks), len(listing.entries), 1)
            characters += text_size(listing)
            count += len(listing.drafts)
            skipped += listing.skipped_count
            reasons += (f"{one.where}: {one.reason}" for one in listing.skipped[: REASONS - len(reasons)])
            if size >= PART or characters >= PART_CHARACTERS:
                yield part
                part, size, characters = [], 0, 0
            progress.show(f"{name}: {amount(count, 'paper')}")
        if part:
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


def _update_topics(cache: Cache) -> None:
    """Classify all papers again if the topics have changed."""
    from reader.commands.run_job import describe_progress
    from reader.refresh.jobs import PapersClassified

    if cache.needs_classifying():
        with Progress() as progress:
            for step in cache.reclassify():
                progress.show(describe_progress(PapersClassified(*step)))


COMMAND = Command(
    "import",
    "Import papers and marks from files of this and other programs; importing a file twice changes nothing. The next "
    "refresh fetches missing papers; titles of saved pages are looked up.",
    (),
    _add_arguments,
    _import_files,
    {
        "": (
            "new, updated, unchanged, skipped, marks, papers, here, coming, marked, without_id (where, "
            "title), labels, dry_run, feeds (added, known), titles (found, offered, left), failed"
        ),
        "--choices": "array: id, title, author_count, published, asked, choices (id, title, author_count, published)",
    },
)


# Imported entries: find existing papers, request missing ones, and mark all of them


LISTED = 10
"""Maximum printed entries without a paper; --json has all."""

STARRING_FLAG = "s"
"""The flag of newsboat that stars a paper here, as many users flag what they would star."""

_MOST = 8
"""Maximum marks printed with their numbers of papers."""


class Taken(NamedTuple):
    """The papers named in other programs' files, and what happened to all papers."""

    here: int
    coming: int
    """Papers that the next refresh requests."""
    new: int
    """Those newly requested."""
    others: int
    """Papers neither here nor requested, which get their marks if they arrive."""
    unknown: Sequence[LibraryEntry]
    """Entries without a paper."""
    marked: Mapping[str, int]
    """Number of papers by mark, as an adjective."""
    stored_new: int
    """Number of records' papers missing here, in a dry run."""
    is_dry: bool
    untaken: Mapping[str, int]
    """Labels without a mark, with their numbers of papers."""

    @property
    def papers(self) -> int:
        """Number of all named papers."""
        return self.here + self.coming + self.others

    @property
    def counts(self) -> dict[str, int]:
        """The papers in the words used for stored ones."""
        return {"new": self.new, "unchanged": self.papers - self.new, "skipped": len(self.unknown)}

    def record(self) -> dict[str, object]:
        return {
            "papers": self.papers,
            "here": self.here,
            "coming": self.coming,
            "marked": dict(self.marked),
            "without_id": [{"where": entry.where, "title": entry.title or None} for entry in self.unknown],
            "labels": dict(self.untaken),
            "dry_run": self.is_dry,
        }

    def print(self, entries: Sequence[LibraryEntry]) -> None:
        """Print where the papers are, what they got, and which entries have none."""
        said = []
        if entries:
            coming = f", {self.coming:,} to come with the next refresh" if self.coming else ""
            said.append(f"{amount(self.papers, 'paper')} named, {self.here:,} of them here{coming}.")
        if self.marked:
            told = [f"{count:,} {adjective}" for adjective, count in self.marked.items()]
            more = f" and {amount(len(told[_MOST:]), 'more tag')}" if told[_MOST:] else ""
            said.append(f"{', '.join(told[:_MOST])}{more}.")
        if self.is_dry:
            said.append("This was a dry run: nothing was changed.")
        elif self.marked or self.new:
            said.append("'dailypapers undo' takes it back.")
        if said:
            print_line(" ".join(said))
        self._warn_of_rest()

    def _warn_of_rest(self) -> None:
        if count := len(self.unknown):
            warn(f"{count:,} {'entry names' if count == 1 else 'entries name'} no arXiv paper:")
            for entry in self.unknown[:LISTED]:
                warn(f"  {entry.where}{f': {entry.title}' if entry.title else ''}")
            if left := len(self.unknown[LISTED:]):
                warn(f"  and {left:,} more, which --json lists")
        if self.untaken:
            some = ", ".join(islice(self.untaken, 3))
            warn(f"Tags and flags of the files were left out, such as {some}: --keep-tags takes them in as tags.")


_LABELS = {"star": "starred", "queue": "queued", "read": "read", "note": "noted", LIKE: "liked", PASSAGE: "highlighted"}


def _label(kind: str) -> str:
    """A mark as an adjective; each highlight has a kind of its own."""
    return _LABELS.get(PASSAGE if kind.startswith(PASSAGE) else kind) or f"tagged {kind.removeprefix(TAG)}"


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


def _spelled(workspace: Workspace, tags: Sequence[str]) -> list[str]:
    """The tags in their existing spelling."""
    names = [clean_tag(tag) for tag in tags]
    if not names:
        return []
    with workspace.window() as window:
        return [known_tag(window, name) for name in names]


def take_in(
    workspace: Workspace,
    entries: Sequence[LibraryEntry],
    papers: Sequence[LibraryEntry],
    marks: Sequence[str],
    kind_of: Callable[[str], str | None],
    *,
    is_dry: bool,
) -> Taken:
    """Find the papers of other programs' entries, and mark them and stored ones, as one undoable action."""
    from reader.cache import imports

    with workspace.window() as window:
        named = window.read(partial(imports.find_papers, entries=entries))
        found = window.read(partial(imports.find_papers, entries=[*entries, *papers]))
        waits, written = window.read(imports.waiting), window.read(imports.written)
        changes = list(imports.changes(found, marks, kind_of, waits, written))
        done = [(one.kind, count_changing(window, one)) for one in changes] if is_dry else []
    if changes and not is_dry:
        with workspace.events() as events:
            action = events.act(changes)
        done = [(part.kind, part.count) for part in action.parts] if action else []
    marked: Counter[str] = Counter()
    for kind, count in done:
        marked[_label(kind)] += count
    new = marked.pop(_label(WANT), 0)
    left = Counter(label for entry in entries if entry.id for label in entry.labels if not kind_of(label))
    coming = sum(any(entry.is_wanted for entry in some) for some in named.absent.values())
    return Taken(
        len(named.here),
        coming,
        new,
        len(named.absent) - coming,
        named.unknown,
        +marked,
        len(found.absent) - len(named.absent),
        is_dry,
        dict(left.most_common()),
    )
