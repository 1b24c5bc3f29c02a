"""Apply the standing queries to new papers, once for each paper.

The cache stores the key of the newest paper that the queries have seen. Marks come first, because hidden papers are no
news, then one notification for all queries, and programs last, because they may take long. Watched files depend on
more than the new papers and are rewritten after any change (`write_exports`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import UTC, date, datetime
from functools import partial
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import NamedTuple

from reader import log_file
from reader.actions.citations import CitationKeys
from reader.actions.export import FORMATS, ExportFailed, Format, format_of, replacing
from reader.actions.programs import desktop_command, run_program
from reader.cache import watching
from reader.cache.marks import derive
from reader.cache.reads.exports import citable_papers, known_contents, note_contents
from reader.cache.reads.window import Window
from reader.cache.search.compile import Scope, compile_query
from reader.cache.standing import follows
from reader.config import Settings
from reader.core.errors import QueryError
from reader.core.follows import Follow
from reader.core.paper import Paper
from reader.core.query import parse
from reader.core.settings.standing import ON_STAR, StandingQuery
from reader.core.text import amount
from reader.database import connections
from reader.refresh.lines import JobContext
from reader.refresh.pipes import FetchText, command_of, run_automatically

MAX_NOTIFIED_TITLES = 3
"""Maximum titles in a desktop notification; further papers are only counted."""

KILL_AFTER_SECONDS = 30.0
"""Seconds after which the notification program is killed."""


class StandingQueries:
    """The standing queries of one refresh."""

    def __init__(self, context: JobContext, *, has_news: bool = True) -> None:
        """Without news, papers are marked without notifications: the user asked for these days and sees them."""
        self._file = context.cache_file
        self._settings = context.settings
        self._now = context.now
        # The other programs run when the user stars a paper.
        self._programs = [query for query in context.settings.programs if query.query != ON_STAR]
        self._has_news = has_news
        self._news: Mapping[int, tuple[str, ...]] = {}
        """The keys of the new papers, each with its matching queries."""
        self._follows: Mapping[str, Follow] = {}
        """The follows with notifications, by query."""

    def start(self) -> None:
        """Treat papers as new from now on, unless an earlier refresh did so; raises CacheError."""
        watching.begin(self._file)

    def mark(self) -> tuple[tuple[str, int], ...]:
        """Apply rules and mutes; return the kinds of changes, such as `hidden`, with the numbers of papers.

        Raises CacheError.
        """
        with closing(Window.open(self._file)) as window:
            self._follows = {follow.query: follow for follow in window.read(follows) if follow.notify}
            scope = scope_of(window, self._settings, self._now().astimezone(UTC).date())
        # Before `claim`: if the process is killed in between, the next one applies the rules again, without effect.
        action = watching.act(self._file, self._settings.rules, scope)
        if self._settings.mute:
            # The papers of a query such as day:today change with time.
            with connections.open_database(self._file) as cache, connections.transaction(cache):
                derive.mute(cache)
        programs = (query.query for query in self._programs)
        queries = dict.fromkeys((*self._settings.notify, *self._follows, *programs)) if self._has_news else {}
        self._news = watching.claim(self._file, queries, scope)
        return action.did if action else ()

    async def notify(self) -> int:
        """Show one notification about the new papers that match, and return their number; raises ReaderError."""
        queries = dict.fromkeys((*self._settings.notify, *self._follows))
        with closing(Window.open(self._file)) as window:
            found = (window.paper(pk) for pk, matched in self._news.items() if not queries.keys().isdisjoint(matched))
            papers = [paper for paper in found if paper is not None]
        if papers:
            names = [self._follows[query].name if query in self._follows else query for query in queries]
            command = desktop_command(*notification_text(names, papers))
            # The program continues if this call is cancelled, because it is not run again.
            await run_program(command, seconds=KILL_AFTER_SECONDS, survives_cancellation=True, is_silent=True)
        return len(papers)

    async def run(self, fetch: FetchText) -> None:
        """Run the user's programs on the new papers; raises ReaderError."""
        for program in self._programs:
            pks = [pk for pk, queries in self._news.items() if program.query in queries]
            await run_automatically(self._file, command_of(program, self._settings), pks, fetch)


def scope_of(window: Window, settings: Settings, today: date) -> Scope:
    """The scope of standing queries, in which every paper counts as new."""
    return Scope(today, window.newest_day(), "", settings.saved_queries)


def notification_text(queries: Sequence[str], papers: Sequence[Paper]) -> tuple[str, str]:
    """A notification's title and text."""
    query = f": {queries[0]}" if len(queries) == 1 else ""
    titles = [paper.title for paper in papers[:MAX_NOTIFIED_TITLES]]
    more = [f"and {len(papers) - MAX_NOTIFIED_TITLES:,} more"] if len(papers) > MAX_NOTIFIED_TITLES else []
    return f"{amount(len(papers), 'new paper')}{query}", "\n".join(titles + more)


# Watched files: each is rewritten whole or not at all, and never overwrites changes of other programs


MAX_PAPERS = 20_000
"""Maximum papers in a watched file, which is rewritten after each change."""


class ExportResult(NamedTuple):
    """The result of writing one file."""

    file: str
    papers: int = 0
    is_new: bool = False
    """Whether the file has changed."""
    problem: str = ""
    """Why the file was not written, as a sentence; empty if the file is up to date."""


def export_path(export: StandingQuery, folder: Path) -> Path:
    """The file of an export; a relative path starts from the settings' `folder`."""
    return folder / Path(export.file).expanduser()


def export_format(export: StandingQuery) -> Format | None:
    """The format of an export, by its name or else by the file's extension; None if unknown."""
    return FORMATS.get(export.format) or format_of(Path(export.file))


def write_exports(cache: Path, settings: Settings, folder: Path) -> list[ExportResult]:
    """Write all outdated files; the failure of one does not stop the others. Raises CacheError."""
    results = []
    with closing(Window.open(cache)) as window:
        scope = Scope(datetime.now(UTC).date(), window.newest_day(), None, settings.saved_queries)
        for export in settings.exports:
            file = export_path(export, folder)
            keys = CitationKeys(settings.citation_key, all_papers=partial(window.read, citable_papers))
            try:
                papers, content = _content(window, export, keys, scope)
                is_new = _replace(cache, file, content)
            except _NotWrittenError as error:
                problem = f"{file} was not written: {error}"
                log_file.record_warning("watched export", problem)
                results.append(ExportResult(str(file), problem=problem))
                continue
            results.append(ExportResult(str(file), papers, is_new))
    return results


class _NotWrittenError(Exception):
    """A file was not written, for the reason in the message."""


def _content(window: Window, export: StandingQuery, keys: CitationKeys, scope: Scope) -> tuple[int, bytes]:
    """The number of papers of an export, and the content for its file."""
    format = export_format(export)
    if format is None:
        raise _NotWrittenError("its ending names no format; add its format with 'dailypapers views edit'.")
    try:
        selection = compile_query(parse(export.query), scope)
    except QueryError as error:
        raise _NotWrittenError(f"its query is wrong: {error}") from error
    if selection.is_for_you:
        window.learn()
    pks = window.order(selection).pks
    pks = pks[: format.most] if format.most else pks
    if len(pks) > MAX_PAPERS:
        raise _NotWrittenError(f"{len(pks):,} papers are more than {MAX_PAPERS:,}; narrow its query.")
    out = StringIO()
    papers = format.write(window.papers(pks), out, keys, export.query, export.url)
    return papers, out.getvalue().encode("utf-8", "replace")


def _replace(cache: Path, file: Path, content: bytes) -> bool:
    """Write a file unless it has this content; return whether it was written.

    The digest of the content is stored before, so that the content is known to be ours even after a kill.
    """
    try:
        there = file.read_bytes() if file.exists() else None
        known, digests = known_contents(cache, str(file)), [_digest(content)]
        if there and there != content:
            if _digest(there) not in known:
                raise _NotWrittenError("something else wrote or changed it. Move it away to have it written again.")
            digests.append(_digest(there))
        if list(known[: len(digests)]) != digests:
            note_contents(cache, str(file), digests)
        if there == content:
            return False
        with replacing(file) as stream:
            stream.write(content.decode())
    except ExportFailed as error:
        raise _NotWrittenError(_reason(file, error.__cause__, f"{error}.")) from error
    except OSError as error:
        raise _NotWrittenError(_reason(file, error, f"{error}.")) from error
    return True


def _reason(file: Path, error: BaseException | None, otherwise: str) -> str:
    """Why a file could not be written, with advice."""
    if isinstance(error, FileNotFoundError) and not file.parent.is_dir():
        return "its folder is missing. Make it, or name another file."
    return f"{error.strerror}." if isinstance(error, OSError) and error.strerror else otherwise


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()
