"""`dailypapers doctor`: examine the installation, and advise on each problem; with --repair, repair the files."""

from __future__ import annotations

import os
import platform
import shlex
import sqlite3
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from reader import describe_version, installed
from reader import platform as systems
from reader.access_token import lookup_environment
from reader.cache import repair, schema
from reader.cache.feeds import Feeds
from reader.commands.command import Command
from reader.commands.output import Progress, Style, answer, print_line, warn, width
from reader.commands.workspace import Workspace
from reader.config import Settings
from reader.core.errors import CacheError, ReaderError
from reader.core.text import amount, clean
from reader.database import connections
from reader.feeds.environment import find_token, is_offline, may_have_token
from reader.log import copies
from reader.paths import is_there, last_refresh, log_database, log_file

LIBRARIES = ("textual", "sqlmodel", "sqlalchemy", "httpx")


class Finding(NamedTuple):
    """One examined fact; it is a problem if it has `advice`, which says what to do."""

    topic: str
    name: str
    value: str
    advice: str = ""


def _add_arguments(parser: ArgumentParser) -> None:
    about = "repair a damaged cache and damaged marks, and keep the damaged files"
    parser.add_argument("--repair", action="store_true", help=about)


def _examine(arguments: Namespace, workspace: Workspace) -> int:
    if arguments.repair:
        repaired = _repair_files(workspace.cache_file)
        record = {
            "found": [finding._asdict() for finding in repaired.found],
            "kept": list(map(str, repaired.aside)),
            "marks": repaired.rows,
            "starred": repaired.starred,
            "papers": repaired.papers,
        }
        return answer(arguments, record, repaired.summary())
    findings = [
        *_examine_program(workspace.settings),
        *_examine_settings(workspace),
        *_examine_cache(workspace.cache_file),
        *_examine_feed(workspace),
        *_examine_extensions(workspace),
        *_examine_log(),
    ]
    wrong = sum(bool(finding.advice) for finding in findings)
    if arguments.json:
        answer(
            arguments,
            {"ok": not wrong, "findings": [finding._asdict() | {"ok": not finding.advice} for finding in findings]},
        )
        return 1 if wrong else 0
    style, size, topic = Style.of(sys.stdout), max(len(finding.name) for finding in findings), ""
    for finding in findings:
        if finding.topic != topic:
            print_line(("\n" if topic else "") + style("strong", finding.topic))
            topic = finding.topic
        print_line(f"{style('star', '!') if finding.advice else ' '} {finding.name:{size}}  {finding.value}")
        if finding.advice:
            print_line(f"  {'':{size}}  {finding.advice}")
    if wrong:
        raise ReaderError(f"{amount(wrong, 'finding')} above, marked with !.")
    return 0


def _examine_program(settings: Settings) -> Iterator[Finding]:
    others = " and ".join(sorted({*metadata.packages_distributions().get("reader", [])} - {"dailypapers"}))
    advice = f"The package {others} uses the same folder: install dailypapers with 'uv tool install' or 'pipx install'."
    yield Finding("Program", "dailypapers", describe_version(), advice if others else "")
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in LIBRARIES)
    python = f"Python {platform.python_version()} on {platform.platform(terse=True)}"
    yield Finding("Program", "runs on", f"{python}, SQLite {sqlite3.sqlite_version}, {versions}")
    if find_spec("textual_image") is None:
        pictures = "no pictures: the extra images is not installed"
    else:
        terminal = systems.picture_terminal(settings.images, os.environ, colorless=systems.is_colorless(os.environ))
        pictures = terminal.why_not or f"pictures drawn as {terminal.protocol}"
    term = clean(os.environ.get("TERM", ""))
    yield Finding("Program", "terminal", f"{width()} columns, {sys.stdout.encoding}, TERM={term}; {pictures}")


def _examine_settings(workspace: Workspace) -> Iterator[Finding]:
    file = workspace.config_file
    yield Finding("Settings", "file", str(file) if file.exists() else f"{file} (not there: all defaults)")
    for mistake in workspace.mistakes():
        place = f"line {mistake.line}" if mistake.line else "mistake"
        yield Finding("Settings", place, mistake.key or "invalid file", str(mistake))
    if workspace.loaded_settings.ignores_lists:
        names = ", ".join(workspace.loaded_settings.former)
        message = f"{names} in the file are ignored, because they were imported: see 'dailypapers views edit'"
        yield Finding("Settings", "lists", message)
    for query in workspace.loaded_settings.waiting:
        allow = f"dailypapers views allow {shlex.quote(query.name)}"
        advice = f"It comes from another machine and runs a program or writes a file. To allow it: {allow}"
        yield Finding("Settings", "waiting", query.name, advice)


def _examine_cache(file: Path) -> Iterator[Finding]:
    yield Finding("Cache", "file", str(file))
    yield Finding("Cache", "marks", str(log_database(file)))
    try:
        with Progress() as progress:
            faults = repair.examine(file, progress.show)
        for fault in faults:
            own = "It is read-only. To mark papers, copy its folder to your own, and set DAILYPAPERS_HOME to the copy."
            advice = f"Run '{repair.REPAIR}': it keeps the old file under a dated name." if fault.can_repair else own
            yield Finding("Cache", fault.name, fault.what, advice)
        if not is_there(file):
            yield Finding("Cache", "papers", "none yet: 'dailypapers refresh' fetches them")
        elif not faults:
            copied = copies.backups(file)
            yield Finding("Cache", "copies", f"{len(copied)}, the newest: {copied[0].name}" if copied else "none yet")
            with connections.open_database(file, query_only=True) as cache:
                papers, newest = cache.execute("SELECT count(*), (SELECT max(day) FROM listing) FROM paper").fetchone()
            yield Finding("Cache", "papers", f"{papers:,}, the newest day is {newest or 'none'}")
            last = last_refresh(file)
            yield Finding("Cache", "last refresh", last.isoformat(" ", "minutes") if last else "never")
            yield from _examine_sources(file)
    except CacheError as error:
        yield Finding("Cache", "state", "unusable", str(error))


def _examine_sources(file: Path) -> Iterator[Finding]:
    today = datetime.now().astimezone().date()
    with closing(Feeds.open(file, query_only=True)) as feeds:
        for source in feeds.freshness(datetime.now(UTC).date()):
            known, advice = source.coverage, ""
            if known and known.incomplete and not known.again:
                days = ", ".join(known.incomplete[:5])
                advice = f"Incomplete: {days}; run 'dailypapers refresh --since {known.incomplete[-1]}'."
            elif source.failing_since:
                advice = source.error or "It fails."
            if message := source.text(today) or (source.failing_since and f"failing since {source.failing_since}"):
                yield Finding("Sources", "daily papers" if source.slug == "hf" else source.slug, message, advice)


def _examine_feed(workspace: Workspace) -> Iterator[Finding]:
    settings = workspace.settings
    yield Finding("Feed", "endpoint", f"{settings.endpoint} ({workspace.loaded_settings.origin('endpoint')})")
    has_token = find_token(lookup_environment())
    refused = "found, but not sent: the feed is not https://huggingface.co"
    state = "found" if may_have_token(settings.endpoint) else refused
    yield Finding("Feed", "token", state if has_token else "none (none is needed)")
    if is_offline(os.environ):
        yield Finding("Feed", "network", "off: HF_HUB_OFFLINE is set")


def _examine_extensions(workspace: Workspace) -> Iterator[Finding]:

    def findings_of(extension: Any) -> list[Finding]:
        found = [finding for check in extension.findings for finding in check(workspace)]
        return [finding for finding in found if isinstance(finding, Finding)]

    for entry, extension in installed.extensions():
        yield from installed.ask(entry, findings_of, extension) or ()
    for entry in installed.others().values():
        why = installed.switched_off.get(entry)
        advice = f"Switched off: {why}. Update or remove the package." if why else ""
        yield Finding("Extensions", "extension", clean(f"{entry.name} of {entry.package}"), clean(advice))


def _examine_log() -> Iterator[Finding]:
    from reader.log_file import recent_errors

    yield Finding("Log", "log file", str(log_file()))
    errors = recent_errors(datetime.now(UTC))
    yield Finding("Log", "errors", f"{amount(len(errors), 'error') if errors else 'none'} in the last 7 days")
    if errors:
        yield Finding("Log", "last error", clean(errors[-1]))


# Repair


def _repair_files(file: Path) -> repair.RepairResult:
    with Progress() as progress:
        return repair.repair(file, progress.show)


def prepare_files(file: Path) -> list[str]:
    """Create or repair a cache that is missing or damaged, or prepare to use it read-only; return warnings to show.

    Raises CacheError.
    """
    if fault := repair.permission_fault(file):
        if is_there(file):
            schema.ensure(file)
        return [
            "The cache is read-only: marks are refused and nothing is fetched; 'dailypapers doctor' says more "
            f"({fault.what})"
        ]
    if is_there(file) or file.is_dir() or copies.missing_log_reason(file):
        warn("Checking the cache, and repairing it if it is damaged.")
        repaired = _repair_files(file)
        if repaired.found:
            warn(repaired.summary())
            return [repaired.summary()]
    schema.ensure(file)
    return []


COMMAND = Command(
    "doctor",
    "Check program, settings, cache, sources and terminal; advise on each problem.",
    (),
    _add_arguments,
    _examine,
    has_json=True,
)
