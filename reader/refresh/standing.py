"""Does what the standing queries say with the papers that come in, once for each paper.

The cache knows the key of the newest paper that they have seen. Marks come first, because what they hide is no news,
then one notice for all queries, and programs last, since these may take long. Watched files depend on more than the
new papers and are rewritten after any change (`try_to_write`).
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import closing, suppress
from datetime import UTC, date, datetime
from functools import partial
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import NamedTuple

from reader import log_file
from reader.actions.citations import CitationKeys
from reader.actions.export import FORMATS, ExportFailed, Format, format_of, record, replacing
from reader.actions.programs import desktop_command, run_program
from reader.cache import watching
from reader.cache.marks import derive
from reader.cache.reads.exports import citable_papers, known_contents, known_problems, note_contents, note_problems
from reader.cache.reads.window import Window
from reader.cache.search.compile import Scope, compile_query
from reader.cache.standing import follows
from reader.config import Settings
from reader.core.errors import CacheError, QueryError
from reader.core.follows import Follow
from reader.core.paper import Paper
from reader.core.query import parse
from reader.core.settings.standing import ON_STAR, StandingQuery
from reader.core.text import amount
from reader.database import connections
from reader.refresh.lines import JobContext
from reader.refresh.pipes import FetchText, PipeResult, command_of, run_automatically

TITLES_SHOWN = 3
"""Maximum titles in a desktop notification; the rest becomes a number."""

KILL_AFTER_SECONDS = 30.0
"""Seconds after which the program that tells of new papers is killed."""

MatchedQueries = Mapping[Paper, tuple[str, ...]]
"""The matching queries by paper."""


class StandingQueries:
    """Applies the standing queries to the papers that one refresh brings."""

    def __init__(self, context: JobContext, *, has_news: bool = True) -> None:
        """Without news, papers are marked but not told of: the user already looks at the days that he asked for."""
        self._file = context.cache_file
        self._settings = context.settings
        self._now = context.now
        # The others run when the user stars a paper.
        self._programs = [one for one in context.settings.programs if one.query != ON_STAR]
        self._has_news = has_news
        self._news: Mapping[int, tuple[str, ...]] = {}
        """The new papers, each with the queries that it matches."""
        self._follows: Mapping[str, Follow] = {}
        """The follows with notices, by query."""

    def start(self) -> None:
        """Count papers as coming in from now on, unless an earlier refresh did. Raises CacheError."""
        watching.begin(self._file)

    def mark(self) -> tuple[tuple[str, int], ...]:
        """Mark the new papers, and mute; return what happened, such as `hidden`, with the number of papers.

        Raises CacheError.
        """
        with closing(Window.open(self._file)) as window:
            self._follows = {one.query: one for one in window.read(follows) if one.notify}
            scope = scope_of(window, self._settings, self._now().astimezone(UTC).date())
        # Acted on first: a process killed in between examines the papers again, and finds nothing to do.
        action = watching.act(self._file, self._settings.rules, scope)
        if self._settings.mute:
            # What a query such as day:today means changes by itself.
            with connections.open_database(self._file) as cache, connections.transaction(cache):
                derive.mute(cache)
        programs = (one.query for one in self._programs)
        queries = dict.fromkeys((*self._settings.notify, *self._follows, *programs)) if self._has_news else {}
        self._news = watching.claim(self._file, queries, scope)
        return action.did if action else ()

    async def notify(self) -> int:
        """Notify of the new papers that match, and return their number; raises ReaderError."""
        queries = tuple(dict.fromkeys((*self._settings.notify, *self._follows)))
        matches = self._papers_to_notify(queries)
        if not matches:
            return 0
        if command := self._settings.notify_command:
            given = notification_json(queries, matches)
        else:
            names = [self._follows[one].name if one in self._follows else one for one in queries]
            command, given = desktop_command(*notification_text(names, matches)), ""
        # The program goes on if this call is cancelled, since it is not run again.
        await run_program(
            command,
            given,
            seconds=KILL_AFTER_SECONDS,
            advice="check notify_command",
            survives_cancellation=True,
            is_silent=True,
        )
        return len(matches)

    def _papers_to_notify(self, queries: Sequence[str]) -> MatchedQueries:
        """The new papers to notify of, with the queries that they match."""
        found: dict[Paper, tuple[str, ...]] = {}
        with closing(Window.open(self._file)) as window:
            for pk, matched in self._news.items():
                wanted = [one for one in matched if one in queries]
                if wanted and (paper := window.paper(pk)) is not None:
                    found[paper] = tuple(wanted)
        return found

    async def run(self, fetch: FetchText) -> AsyncGenerator[PipeResult, None]:
        """Run the user's programs on the new papers; raises ReaderError."""
        for one in self._programs:
            pks = [pk for pk, queries in self._news.items() if one.query in queries]
            async for result in run_automatically(self._file, command_of(one, self._settings), pks, fetch):
                yield result


def scope_of(window: Window, settings: Settings, today: date) -> Scope:
    """The meaning of relative words in standing queries. Every paper that they look at is new."""
    return Scope(today, window.newest_day(), "", settings.saved_queries)


def notification_json(queries: Sequence[str], matches: MatchedQueries) -> str:
    """The command's input: the queries, and the papers as in `list --json`, each with its matching queries."""
    papers = [record(paper) | {"matches": list(matched)} for paper, matched in matches.items()]
    return json.dumps({"queries": list(queries), "papers": papers}, ensure_ascii=False)


def notification_text(queries: Sequence[str], matches: MatchedQueries) -> tuple[str, str]:
    """A notification's title and text."""
    count = len(matches)
    papers = amount(count, "new paper")
    of = f": {queries[0]}" if len(queries) == 1 else ""
    titles = [paper.title for paper in matches]
    more = [f"and {count - TITLES_SHOWN:,} more"] if count > TITLES_SHOWN else []
    return f"{papers}{of}", "\n".join(titles[:TITLES_SHOWN] + more)


# Watched files: each is rewritten whole or not at all, and never over what something else has written


MAX_PAPERS = 20_000
"""Papers in a watched file: it is written after each change."""


class ExportResult(NamedTuple):
    """The result of writing one file."""

    file: str
    papers: int = 0
    is_new: bool = False
    """Whether the file has changed."""
    problem: str = ""
    """Why it was not written, as a sentence; empty if it has what it should."""
    is_news: bool = False
    """Whether it failed, and not for the same reason the last time."""


def export_path(export: StandingQuery, folder: Path) -> Path:
    """The file of an export; a relative one begins in the settings' `folder`."""
    return folder / Path(export.file).expanduser()


def export_format(export: StandingQuery) -> Format | None:
    """The format of an export: the named one, else that of the file's ending; None if it has none."""
    return FORMATS.get(export.format) or format_of(Path(export.file))


def write_exports(cache: Path, settings: Settings, folder: Path, today: date | None = None) -> list[ExportResult]:
    """Write all outdated files; the failure of one does not stop the others. Raises CacheError."""
    results = []
    problems = known_problems(cache)
    with closing(Window.open(cache)) as window:
        scope = Scope(today or datetime.now(UTC).date(), window.newest_day(), None, settings.saved_queries)
        for export in settings.exports:
            file = export_path(export, folder)
            keys = CitationKeys(settings.citation_key, all_papers=partial(window.read, citable_papers))
            try:
                papers, content = _content(window, export, keys, scope)
                is_new = _replace(cache, file, content)
            except _NotWrittenError as error:
                problem = f"{file} was not written: {error}"
                log_file.record_warning("watched export", problem)
                results.append(ExportResult(str(file), problem=problem, is_news=problems.get(str(file)) != problem))
                continue
            results.append(ExportResult(str(file), papers, is_new))
    failed = {one.file: one.problem for one in results if one.problem}
    if failed != problems:
        # Else it is told again, which harms less than to fail.
        with suppress(CacheError):
            note_problems(cache, failed)
    return results


class _NotWrittenError(Exception):
    """Why a file is not written."""


def _content(window: Window, export: StandingQuery, keys: CitationKeys, scope: Scope) -> tuple[int, bytes]:
    """The number of papers of an export, and what its file should have."""
    format = export_format(export)
    if format is None:
        raise _NotWrittenError("its ending names no format; add its format with 'dailypapers views edit'.")
    try:
        pks = window.order(compile_query(parse(export.query), scope)).pks
    except QueryError as error:
        raise _NotWrittenError(f"its query is wrong: {error}") from error
    pks = pks[: format.most] if format.most else pks
    if len(pks) > MAX_PAPERS:
        raise _NotWrittenError(f"{len(pks):,} papers are more than {MAX_PAPERS:,}; narrow its query.")
    out = StringIO()
    papers = format.write(window.papers(pks), out, keys, export.query, export.url)
    return papers, out.getvalue().encode("utf-8", "replace")


def _replace(cache: Path, file: Path, content: bytes) -> bool:
    """Write a file unless it has this content; return whether it was written.

    The content is noted before: whoever finds it there, also after a kill, knows that it is ours.
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
    """Why a file could not be written, with what to do about it."""
    if isinstance(error, FileNotFoundError) and not file.parent.is_dir():
        return "its folder is missing. Make it, or name another file."
    return f"{error.strerror}." if isinstance(error, OSError) and error.strerror else otherwise


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()


def try_to_write(cache: Path, settings: Settings, folder: Path) -> list[str]:
    """Write all files; return a sentence for each that could not be, unless the last time was the same."""
    try:
        results = write_exports(cache, settings, folder)
    except CacheError as error:
        return [str(error)]
    return [one.problem for one in results if one.is_news]
