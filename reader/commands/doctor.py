"""`dailypapers doctor`: examine the installation, without changes, and name a remedy for each problem."""

from __future__ import annotations

import asyncio
import os
import platform
import shlex
import shutil
import sqlite3
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from datetime import UTC, date, datetime
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from reader import described, installed
from reader import platform as systems
from reader.access_token import lookup_environment
from reader.actions.programs import desktop_program, find_program
from reader.cache import repair, schema
from reader.cache.feeds import Feeds
from reader.commands.command import Command
from reader.commands.output import Progress, Style, answer, print_line, warn, width
from reader.commands.streams import is_terminal
from reader.commands.workspace import Workspace
from reader.config import Settings
from reader.core.errors import CacheError, ReaderError
from reader.core.text import amount, clean
from reader.database import connections
from reader.feeds.environment import find_token, is_offline, may_have_token
from reader.log import copies
from reader.paths import is_there, last_refresh, log_database, log_file
from reader.platform import is_colorless

LIBRARIES = ("textual", "sqlmodel", "sqlalchemy", "httpx")

LEAST_FREE_BYTES = 16_000_000
"""Free bytes below which a disk counts as full: the next refresh may not fit."""


class Finding(NamedTuple):
    """One examined fact; `advice` is the remedy for a problem, else empty."""

    topic: str
    name: str
    value: str
    advice: str = ""


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--online", action="store_true", help="also send the feed a request")
    about = "repair what is broken of the cache and your marks, and keep the broken files"
    parser.add_argument("--repair", action="store_true", help=about)


def _examine(arguments: Namespace, workspace: Workspace) -> int:
    if arguments.repair:
        repaired = _repair_files(workspace.cache_file)
        record = {
            "found": [one._asdict() for one in repaired.found],
            "kept": list(map(str, repaired.aside)),
            "marks": repaired.rows,
            "starred": repaired.starred,
            "papers": repaired.papers,
        }
        return answer(arguments, record, repaired.summary())
    settings = workspace.settings
    findings = [
        *_examine_program(),
        _examine_terminal(settings),
        *_examine_settings(workspace),
        *_examine_cache(workspace.cache_file),
        *_examine_feed(workspace),
        *([_ask_feed(settings)] if arguments.online else []),
        *_examine_programs(workspace),
        *_examine_sharing(workspace),
        *_examine_extensions(workspace),
        *_examine_log(),
    ]
    wrong = sum(bool(finding.advice) for finding in findings)
    if arguments.json:
        answer(arguments, {"ok": not wrong, "findings": [one._asdict() | {"ok": not one.advice} for one in findings]})
        return 1 if wrong else 0
    style, size, topic = Style.of(sys.stdout), max(len(finding.name) for finding in findings), ""
    for finding in findings:
        if finding.topic != topic:
            print_line(("\n" if topic else "") + style.bold(finding.topic))
            topic = finding.topic
        print_line(f"{style.star('!') if finding.advice else ' '} {finding.name:{size}}  {finding.value}")
        if finding.advice:
            print_line(f"  {'':{size}}  {finding.advice}")
    if wrong:
        raise ReaderError(f"{amount(wrong, 'finding')} above, marked with !.")
    return 0


def _examine_program() -> Iterator[Finding]:
    others = " and ".join(sorted({*metadata.packages_distributions().get("reader", [])} - {"dailypapers"}))
    advice = f"The package {others} shares its folder: install dailypapers with 'uv tool install' or 'pipx install'."
    yield Finding("Program", "dailypapers", described(), advice if others else "")
    yield Finding("Program", "Python", f"{platform.python_version()} on {platform.platform(terse=True)}")
    yield Finding("Program", "SQLite", sqlite3.sqlite_version)
    for name in LIBRARIES:
        try:
            yield Finding("Program", name, metadata.version(name))
        except metadata.PackageNotFoundError:
            yield Finding("Program", name, "missing", "Install dailypapers again.")


def _examine_settings(workspace: Workspace) -> Iterator[Finding]:
    file = workspace.config_file
    yield Finding("Settings", "file", str(file) if file.exists() else f"{file} (not there: all defaults)")
    for mistake in workspace.mistakes():
        yield Finding("Settings", f"line {mistake.line}" if mistake.line else "mistake", mistake.key, str(mistake))
    if workspace.loaded.ignores_lists:
        names = ", ".join(workspace.loaded.former)
        said = f"{names} in the file are ignored: they were taken over, and 'dailypapers views edit' has them"
        yield Finding("Settings", "lists", said)
    for one in workspace.loaded.waiting:
        advice = (
            "It comes from another machine and runs a program or writes a file: "
            f"To let it: dailypapers views allow {shlex.quote(one.name)}"
        )
        yield Finding("Settings", "waiting", one.name, advice)


def _examine_cache(file: Path) -> Iterator[Finding]:
    yield Finding("Cache", "file", str(file))
    yield Finding("Cache", "marks", str(log_database(file)))
    yield from _examine_disk(file.parent)
    try:
        with Progress() as progress:
            faults = repair.examine(file, progress.show)
        yield from map(_fault, faults)
        if not is_there(file):
            yield Finding("Cache", "papers", "none yet: 'dailypapers refresh' fetches them")
            return
        if not any(fault.name in ("cache", "permissions") for fault in faults):
            if not faults:
                yield Finding("Cache", "state", "ok")
            yield Finding("Cache", "schema", f"{schema.version(file)}, this program's is {schema.HEAD}")
            yield Finding("Cache", "size", _sizes(file))
            copied = copies.backups(file)
            yield Finding("Cache", "copies", f"{len(copied)}, the newest: {copied[0].name}" if copied else "none yet")
        if not faults and schema.version(file) == schema.HEAD:
            yield from _examine_contents(file)
            yield from _examine_sources(file)
    except CacheError as error:
        yield Finding("Cache", "state", "unusable", str(error))


def _fault(fault: repair.Fault) -> Finding:
    if fault.can_repair:
        advice = f"Run '{repair.REPAIR}': it keeps the old file under a dated name."
    else:
        advice = "It can be read. To mark papers, copy its folder to one that you own, and set DAILYPAPERS_HOME to it."
    return Finding("Cache", fault.name, fault.what, advice)


def _examine_disk(folder: Path) -> Iterator[Finding]:
    existing = next((one for one in (folder, *folder.parents) if one.is_dir()), folder)
    why = systems.lacks_locks(existing)
    advice = "Copy your files to a folder on a local disk, and set DAILYPAPERS_HOME to it." if why else ""
    locks = f"files can't be locked: {why}" if why else "files can be locked"
    yield Finding("Cache", "file system", locks, advice)
    with suppress(OSError):
        free = shutil.disk_usage(existing).free
        if free < LEAST_FREE_BYTES:
            yield Finding("Cache", "disk", f"{free / 1_000_000:,.1f} MB free", "Free some space.")


def _sizes(file: Path) -> str:
    """Sizes of the cache and what SQLite keeps beside it."""
    files = (file.with_name(file.name + ending) for ending in ("", "-wal", "-shm"))
    sizes = ((one.name, one.stat().st_size) for one in files if one.is_file())
    return ", ".join(f"{name} {size / 1_000_000:,.1f} MB" for name, size in sizes)


def _examine_contents(file: Path) -> Iterator[Finding]:
    with connections.open_database(file, query_only=True) as cache:
        tables: Mapping[str, str] = {"papers": "paper", "days": "day", "marks": "mark"}
        for name, table in tables.items():
            (count,) = cache.execute(f"SELECT count(*) FROM {table}").fetchone()
            yield Finding("Cache", name, f"{count:,}")
        (newest,) = cache.execute("SELECT max(day) FROM listing").fetchone()
        yield Finding("Cache", "newest day", newest or "none")
    last = last_refresh(file)
    yield Finding("Cache", "last refresh", last.isoformat(" ", "minutes") if last else "never")


def _examine_sources(file: Path) -> Iterator[Finding]:
    today = datetime.now().astimezone().date()
    with closing(Feeds.open(file, query_only=True)) as feeds:
        for one in feeds.freshness(datetime.now(UTC).date()):
            lacking = [hole for hole in one.holes if not hole.again]
            advice = ""
            if lacking:
                why = lacking[0].lacks or f"run 'dailypapers refresh --since {lacking[-1].day}'"
                advice = f"Incomplete: {', '.join(hole.day for hole in lacking[:5])}; {why}."
            if one.newest is not None:
                yield Finding("Sources", "daily papers" if one.slug == "hf" else one.slug, one.text(today), advice)
        for feed in feeds.failing():
            since = f"failing since {_local(feed.failing_since or '')}"
            yield Finding("Sources", "feed", f"{feed.slug}, {since}", feed.error or "")


def _local(stamp: str) -> str:
    return datetime.fromisoformat(stamp).astimezone().isoformat(" ", "minutes")


def _examine_terminal(settings: Settings) -> Finding:
    if find_spec("textual_image") is None:
        pictures = "no pictures: the extra images is not installed"
    else:
        terminal = systems.picture_terminal(settings.images, os.environ, colorless=is_colorless(os.environ))
        pictures = terminal.why_not or f"pictures drawn as {terminal.protocol}"
    kind = f"{width()} columns" if is_terminal(sys.stdout) else "no terminal"
    term = clean(os.environ.get("TERM", ""))
    return Finding("Program", "terminal", f"{kind}, {sys.stdout.encoding}, TERM={term}; {pictures}")


def _examine_feed(workspace: Workspace) -> Iterator[Finding]:
    settings = workspace.settings
    yield Finding("Feed", "endpoint", f"{settings.endpoint} ({workspace.loaded.origin('endpoint')})")
    yield Finding("Feed", "token", _token(settings))
    if is_offline(os.environ):
        yield Finding("Feed", "network", "off: HF_HUB_OFFLINE is set")


def _token(settings: Settings) -> str:
    if not find_token(lookup_environment(), settings):
        return "none (none is needed)"
    if may_have_token(settings.endpoint, settings):
        return "found"
    return "found, but not sent: the feed is neither huggingface.co nor the server in token_endpoint"


def _examine_programs(workspace: Workspace) -> Iterator[Finding]:
    from reader.refresh.watched_exports import export_format, export_path

    settings = workspace.settings
    if settings.notify:
        words = settings.notify_command
        program = find_program(words) if words else desktop_program()
        advice = "Install notify-send (libnotify), or set notify_command to a program on the path."
        yield Finding("Programs", "notify", program or " ".join(words) or "none", "" if program else advice)
    for export in workspace.settings.exports:
        file = export_path(export, workspace.config_file.parent)
        advice = (
            "" if export_format(export) else "Its ending names no format: add its format with 'dailypapers views edit'."
        )
        advice = advice if file.parent.is_dir() else "Its folder is missing: make it, or name another file."
        yield Finding("Programs", "export", f"{export.query}: {file}", advice)
    for command in workspace.settings.commands:
        program = find_program(command.words)
        advice = "" if program else "It is not on the path or not executable."
        yield Finding("Programs", "command", f"{command.name}: {program or command.words[0]}", advice)


def _examine_sharing(workspace: Workspace) -> Iterator[Finding]:
    from reader.cache import places

    named, mail = workspace.settings.sync, workspace.settings.digest
    if places.is_server(named):
        yield Finding("Sharing", "sync", places.shown_place(named))
    elif named:
        folder = workspace.config_file.parent.absolute() / Path(named).expanduser()
        yield Finding("Sharing", "sync", clean(str(folder)), "" if folder.is_dir() else places.NOT_THERE)
    if mail.to:
        yield Finding("Sharing", "mail", mail.to, mail.trouble(has_sendmail=True))


def _examine_extensions(workspace: Workspace) -> Iterator[Finding]:
    for one in installed.given("findings", object):
        found = installed.ask(one.entry, lambda ask=one.value: list(ask(workspace))) or ()
        yield from (finding for finding in found if isinstance(finding, Finding))
    for entry in installed.others().values():
        why = installed.switched_off.get(entry)
        advice = f"Switched off: {why}. Update or remove the package." if why else ""
        yield Finding("Extensions", "extension", clean(f"{entry.name} of {entry.package}"), clean(advice))


def _examine_log() -> Iterator[Finding]:
    from reader.log_file import recent_errors

    yield Finding("Log", "log file", str(log_file()))
    errors = recent_errors(datetime.now(UTC))
    count = amount(len(errors), "error") if errors else "none"
    yield Finding("Log", "errors", f"{count} in the last 7 days")
    if errors:
        yield Finding("Log", "last error", clean(errors[-1]))


def _ask_feed(settings: Settings) -> Finding:
    from reader.feeds.http import Limits
    from reader.feeds.huggingface import HuggingFaceClient
    from reader.refresh.lines import failure_of

    async def ask() -> int:
        async with HuggingFaceClient.from_environment(settings, limits=Limits(attempts=1)) as feed:
            # Yesterday has begun in every time zone, so every server has it.
            listing, *_ = await feed.day(date.fromordinal(datetime.now(UTC).toordinal() - 1).isoformat())
            return len(listing.drafts)

    start = datetime.now(UTC)
    try:
        count = asyncio.run(ask())
    except Exception as error:
        failure = failure_of("the doctor's request to the feed", error)
        return Finding("Feed", "answer", "none", str(failure))
    milliseconds = (datetime.now(UTC) - start).total_seconds() * 1000
    return Finding("Feed", "answer", f"{amount(count, 'paper')} of yesterday in {milliseconds:.0f} ms")


# Repair


def _repair_files(file: Path) -> repair.Repaired:
    with Progress() as progress:
        return repair.repair(file, progress.show)


def prepare_files(file: Path) -> list[str]:
    """Make, repair or open read-only a cache that can't simply be opened; return a message. Raises CacheError."""
    if fault := repair.permission_fault(file):
        if is_there(file):
            schema.ensure(file)
        return [
            "The cache is read-only: marks are refused and nothing is fetched; 'dailypapers doctor' says more "
            f"({fault.what})"
        ]
    if is_there(file) or file.is_dir() or copies.lost(file):
        warn("Checking the cache, and repairing it if it is damaged.")
        repaired = _repair_files(file)
        if repaired.found:
            warn(repaired.summary())
            return [repaired.summary()]
    schema.ensure(file)
    return []


COMMAND = Command(
    "doctor",
    "Check program, settings, cache, sources, terminal and feed; each problem comes with what to do.",
    (),
    _add_arguments,
    _examine,
    {
        "": "ok, findings (topic, name, value, advice, ok)",
        "--repair": "found (name, what, can_repair), kept, marks, starred, papers",
    },
)
