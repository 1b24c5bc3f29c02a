"""Rewrite the files of standing queries: each whole or not at all, and never over what something else has written."""

from __future__ import annotations

from contextlib import closing, suppress
from datetime import UTC, date, datetime
from functools import partial
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import NamedTuple

from reader import log_file
from reader.actions.citations import CitationKeys
from reader.actions.export import FORMATS, ExportFailed, Format, format_of, replacing
from reader.cache.reads.exports import citable_papers, known_contents, known_problems, note_contents, note_problems
from reader.cache.reads.window import Window
from reader.cache.search.compile import Scope, compile_query
from reader.config import Settings
from reader.core.errors import CacheError, QueryError
from reader.core.query import parse
from reader.core.settings.standing import Standing

MOST_PAPERS = 20_000
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


def export_path(export: Standing, folder: Path) -> Path:
    """The file of an export; a relative one begins in the settings' `folder`."""
    return folder / Path(export.file).expanduser()


def export_format(export: Standing) -> Format | None:
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


def _content(window: Window, export: Standing, keys: CitationKeys, scope: Scope) -> tuple[int, bytes]:
    """The number of papers of an export, and what its file should have."""
    format = export_format(export)
    if format is None:
        raise _NotWrittenError("its ending names no format; add its format with 'dailypapers views edit'.")
    try:
        pks = window.order(compile_query(parse(export.query), scope)).pks
    except QueryError as error:
        raise _NotWrittenError(f"its query is wrong: {error}") from error
    pks = pks[: format.most] if format.most else pks
    if len(pks) > MOST_PAPERS:
        raise _NotWrittenError(f"{len(pks):,} papers are more than {MOST_PAPERS:,}; narrow its query.")
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
