"""`dailypapers doctor`: examine the installation, without changes, and name a remedy for each problem."""

from __future__ import annotations

import asyncio
import os
import platform
import re
import sqlite3
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from reader import described, installed
from reader import platform as systems
from reader.access_token import lookup_environment
from reader.actions.programs import desktop_program, find_program
from reader.cache import repair, schema
from reader.cache.feeds import Feeds, Freshness
from reader.cache.repair import Fault
from reader.commands.command import Command
from reader.commands.output import (
    Progress,
    Style,
    answer,
    is_terminal,
    print_line,
    width,
)
from reader.commands.workspace import Workspace
from reader.config import SETTING_TYPES, Settings
from reader.core.errors import CacheError, ReaderError
from reader.core.text import amount, clean
from reader.core.theme_names import is_colorless
from reader.database import connections
from reader.feeds.http.environment import find_token, is_offline, may_have_token
from reader.log.copies import backups
from reader.paths import is_there, last_refresh, log_database, log_file

LIBRARIES = ("textual", "sqlmodel", "sqlalchemy", "httpx")

TERMINAL = ("TERM", "COLORTERM", "TERM_PROGRAM", "NO_COLOR", "TEXTUAL_THEME", "TEXTUAL_DRIVER", "LANG", "LC_ALL")
"""Environment variables that change how the terminal is drawn."""


HIDDEN = "(only shown by 'dailypapers doctor')"
"""Shown to others instead of private values."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One examined fact; `advice` is the remedy for a problem, else empty.

    `shared` is the part that `--json` prints, for bug reports. The value and the advice are private unless they are
    marked as the program's own.
    """

    topic: str
    name: str
    value: str
    advice: str = ""
    shared: str = HIDDEN
    shared_advice: str = HIDDEN

    @property
    def ok(self) -> bool:
        return not self.advice

    def for_others(self) -> dict[str, Any]:
        """The finding without paths, addresses, queries and names."""
        advice = self.shared_advice if self.advice else ""
        return {"topic": self.topic, "name": self.name, "value": self.shared, "advice": advice, "ok": self.ok}


_USUAL = re.compile(
    r"(?:xterm|tmux|screen|rxvt|linux|vt[0-9]{3}|ansi|dumb|alacritty|foot|contour|wezterm|WezTerm|iTerm\.app|vscode"
    r"|ghostty|kitty|Hyper|Apple_Terminal|WarpTerminal|Tabby|rio|truecolor|24bit|C|POSIX|[a-z]{2}_[A-Z]{2}|[01]?)"
    r"(?:-(?:256color|kitty|ghostty|direct|unicode|color))*(?:\.(?:UTF-?8|utf-?8))?"
)
"""Values of `TERMINAL` variables that name a program or a language, not a person."""


def _open(topic: str, name: str, value: str, advice: str = "") -> Finding:
    """A finding without anything private."""
    return Finding(topic, name, value, advice, value, advice)


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--online", action="store_true", help="also send the feed a request")
    about = "repair what is broken of the cache and your marks, and keep the broken files"
    parser.add_argument("--repair", action="store_true", help=about)


def _repair(arguments: Namespace, workspace: Workspace) -> int:
    from reader.commands.repairing import repair_files

    repaired = repair_files(workspace.cache_file)
    record = {
        "found": [one._asdict() for one in repaired.found],
        "kept": list(map(str, repaired.aside)),
        "marks": repaired.rows,
        "starred": repaired.starred,
        "papers": repaired.papers,
    }
    return answer(arguments, record, repaired.summary())


def _examine(arguments: Namespace, workspace: Workspace) -> int:
    if arguments.repair:
        return _repair(arguments, workspace)
    settings = workspace.settings
    findings = [
        *_examine_program(),
        *_examine_settings(workspace),
        *_examine_cache(workspace.cache_file, settings),
        *_examine_terminal(settings),
        *_examine_feed(workspace),
        *([_ask_feed(settings)] if arguments.online else []),
        *_examine_notifications(workspace),
        *_examine_programs(workspace),
        *_examine_sharing(workspace),
        *_examine_extensions(workspace),
        *_examine_log(),
    ]
    wrong = sum(not finding.ok for finding in findings)
    if arguments.json:
        answer(arguments, {"ok": not wrong, "findings": [finding.for_others() for finding in findings]})
        return 1 if wrong else 0
    style, size, topic = Style.of(sys.stdout), max(len(finding.name) for finding in findings), ""
    for finding in findings:
        if finding.topic != topic:
            print_line(("\n" if topic else "") + style.bold(finding.topic))
            topic = finding.topic
        print_line(f"{' ' if finding.ok else style.star('!')} {finding.name:{size}}  {finding.value}")
        if not finding.ok:
            print_line(f"  {'':{size}}  {finding.advice}")
    if wrong:
        raise ReaderError(f"{amount(wrong, 'finding')} above, marked with !.")
    return 0


def _examine_program() -> Iterator[Finding]:
    others = " and ".join(sorted({*metadata.packages_distributions().get("reader", [])} - {"dailypapers"}))
    advice = f"The package {others} shares its folder: install dailypapers with 'uv tool install' or 'pipx install'."
    yield _open("Program", "dailypapers", described(), advice if others else "")
    yield _open("Program", "Python", f"{platform.python_version()} on {platform.platform(terse=True)}")
    yield _open("Program", "SQLite", sqlite3.sqlite_version)
    for name in LIBRARIES:
        try:
            yield _open("Program", name, metadata.version(name))
        except metadata.PackageNotFoundError:
            yield _open("Program", name, "missing", "Install dailypapers again.")


def _examine_settings(workspace: Workspace) -> Iterator[Finding]:
    file = workspace.config_file
    is_there = file.exists()
    value = str(file) if is_there else f"{file} (not there: all defaults)"
    yield Finding("Settings", "file", value, shared="there" if is_there else "not there: all defaults")
    for mistake in workspace.mistakes():
        name, first = f"line {mistake.line}" if mistake.line else "mistake", mistake.key.partition(".")[0]
        # Keys that are no settings are the user's own words.
        shared = first if first in SETTING_TYPES else "no setting"
        yield Finding("Settings", name, mistake.key, str(mistake), shared)
    if workspace.loaded.ignores_lists:
        names = ", ".join(workspace.loaded.former)
        said = f"{names} in the file are ignored: they were taken over, and 'dailypapers views edit' has them"
        yield Finding("Settings", "lists", said, shared=names)
    for one in workspace.loaded.waiting:
        advice = (
            "It comes from another machine and runs a program or writes a file: "
            f"'dailypapers views allow {one.name!r}' lets it."
        )
        yield Finding("Settings", "waiting", one.name, advice, "waiting")


def _examine_cache(file: Path, settings: Settings) -> Iterator[Finding]:
    yield Finding("Cache", "file", str(file))
    yield Finding("Cache", "marks", str(log_database(file)))
    yield _examine_file_system(file.parent)
    try:
        with Progress() as progress:
            faults = repair.examine(file, progress.show)
        yield from map(_fault, faults)
        if not is_there(file):
            yield _open("Cache", "papers", "none yet: 'dailypapers refresh' fetches them")
            return
        if not any(fault.name in ("cache", "permissions") for fault in faults):
            if not faults:
                yield _open("Cache", "state", "ok")
            yield _open("Cache", "schema", f"{schema.version(file)}, this program's is {schema.HEAD}")
            yield Finding("Cache", "size", _sizes(file), shared=_sizes(file, ("", "-wal", "-shm")))
            copied = backups(file)
            yield _open("Cache", "copies", f"{len(copied)}, the newest: {copied[0].name}" if copied else "none yet")
        if not faults and schema.version(file) == schema.HEAD:
            yield from _examine_contents(file)
            yield from _examine_sources(file, settings)
    except CacheError as error:
        yield Finding("Cache", "state", "unusable", str(error), f"unusable: {type(error).__name__}")


def _fault(fault: Fault) -> Finding:
    if fault.can_repair:
        advice = f"Run '{repair.REPAIR}': it keeps the old file under a dated name."
    else:
        advice = "It can be read. To mark papers, copy its folder to one that you own, and set DAILYPAPERS_HOME to it."
    return Finding("Cache", fault.name, fault.what, advice, f"{fault.name}: broken", advice)


def _examine_file_system(folder: Path) -> Finding:
    existing = next((one for one in (folder, *folder.parents) if one.is_dir()), folder)
    kind = systems.file_system(existing) or "of an unknown kind"
    if why := systems.lacks_locks(existing):
        advice = "Copy your files to a folder on a local disk, and set DAILYPAPERS_HOME to it."
        return _open("Cache", "file system", f"{kind}; files can't be locked: {why}", advice)
    return _open("Cache", "file system", f"{kind}; files can be locked")


def _sizes(file: Path, endings: Sequence[str] = ()) -> str:
    """Sizes of the cache's files with these endings, or of all, including its write-ahead log."""
    files = [file.with_name(file.name + ending) for ending in endings] or sorted(file.parent.glob(f"{file.name}*"))
    sizes = ((one.name, one.stat().st_size) for one in files if one.is_file())
    return ", ".join(f"{name} {size / 1_000_000:,.1f} MB" for name, size in sizes)


def _examine_contents(file: Path) -> Iterator[Finding]:
    with connections.opened(file, query_only=True) as cache:
        tables: Mapping[str, str] = {"papers": "paper", "days": "day", "marks": "mark"}
        for name, table in tables.items():
            (count,) = cache.execute(f"SELECT count(*) FROM {table}").fetchone()
            yield _open("Cache", name, f"{count:,}")
        (newest,) = cache.execute("SELECT max(day) FROM listing").fetchone()
        yield _open("Cache", "newest day", newest or "none")
    last = last_refresh(file)
    yield _open("Cache", "last refresh", last.isoformat(" ", "minutes") if last else "never")


def _examine_sources(file: Path, settings: Settings) -> Iterator[Finding]:
    with closing(Feeds.open(file, query_only=True)) as feeds:
        yield _open("Sources", "followed", amount(len(feeds.followed()), "feed"))
        yield _open("Sources", "categories", _categories(feeds, settings))
        for one in feeds.freshness(datetime.now(UTC).date()):
            yield from _examine_days(one)
        for feed in feeds.failing():
            since = f"failing since {_local(feed.failing_since or '')}"
            yield Finding("Sources", "feed", f"{feed.slug}, {since}", feed.error or "", since)


def _examine_days(fresh: Freshness) -> Iterator[Finding]:
    if fresh.newest is None:
        return
    name = "daily papers" if fresh.slug == "hf" else "category"
    said = fresh.text(datetime.now().astimezone().date())
    advice = ""
    if missing := [hole for hole in fresh.holes if not hole.again]:
        first, last = missing[-1].day, missing[0].day
        span = first if first == last else f"{amount(len(missing), 'day')} from {first} to {last}"
        if fresh.slug != "hf":
            why = f"{missing[0].lacks or 'some papers could not be stored'}."
        elif all(hole.named_by for hole in missing):
            why = "some records can't be read: look for a newer version."
        else:
            why = f"run 'dailypapers refresh --since {first}'."
        advice = f"Incomplete: {span}; {why}"
    shared = f"{fresh.newest.here:,} of {fresh.newest.papers:,}"
    yield Finding("Sources", name, said if fresh.slug == "hf" else f"{fresh.slug}, {said}", advice, shared)


def _categories(feeds: Feeds, settings: Settings) -> str:
    from reader.feeds.arxiv.client import CATEGORIZED_PER_DAY, is_local_only

    lacking = feeds.count_uncategorized()
    if not lacking:
        return "known for all papers"
    if not settings.ask_arxiv:
        rest = "arXiv is not asked: ask_arxiv is off"
    elif is_local_only(settings.endpoint, os.environ):
        rest = "arXiv is not asked: the feed is on this machine or its network, and ARXIV_ENDPOINT is not set"
    else:
        rest = f"arXiv is asked for {CATEGORIZED_PER_DAY} a day"
    return f"not known for {amount(lacking, 'paper')}; {rest}"


def _local(stamp: str) -> str:
    return datetime.fromisoformat(stamp).astimezone().isoformat(" ", "minutes")


def _examine_terminal(settings: Settings) -> Iterator[Finding]:
    for name, stream in (("input", sys.stdin), ("output", sys.stdout)):
        kind = f"terminal of {width()} columns" if is_terminal(stream) else "no terminal"
        yield _open("Terminal", name, f"{kind}, {stream.encoding}")
    found = {name: os.environ[name] for name in TERMINAL if name in os.environ}
    said = " ".join(f"{name}={value}" for name, value in found.items())
    shared = " ".join(f"{name}={value if _USUAL.fullmatch(value) else HIDDEN}" for name, value in found.items())
    yield Finding("Terminal", "environment", said or "nothing set", shared=shared or "nothing set")
    if find_spec("textual_image") is None:
        yield _open("Terminal", "pictures", "none: the extra images is not installed")
    else:
        from reader.platform import picture_terminal

        terminal = picture_terminal(settings.images, os.environ, colorless=is_colorless(os.environ))
        yield _open("Terminal", "pictures", terminal.why_not or f"drawn as {terminal.protocol}")


def _examine_feed(workspace: Workspace) -> Iterator[Finding]:
    settings = workspace.settings
    origin = workspace.loaded.origin("endpoint")
    shared = f"{settings.endpoint} (default)" if origin == "default" else "another address"
    yield Finding("Feed", "endpoint", f"{settings.endpoint} ({origin})", shared=shared)
    yield _open("Feed", "token", _token(settings))
    if is_offline(os.environ):
        yield _open("Feed", "network", "off: HF_HUB_OFFLINE is set")


def _token(settings: Settings) -> str:
    if not find_token(lookup_environment(), settings):
        return "none (none is needed)"
    if may_have_token(settings.endpoint, settings):
        return "found"
    return "found, but not sent: the feed is neither huggingface.co nor the server in token_endpoint"


def _examine_notifications(workspace: Workspace) -> Iterator[Finding]:
    from reader.cache import schema, watching

    settings = workspace.settings
    if not settings.notify:
        yield _open("Notifications", "queries", "none: off")
        return
    yield Finding("Notifications", "queries", ", ".join(settings.notify), shared=f"{len(settings.notify):,}")
    command = settings.notify_command
    program = find_program(command) if command else desktop_program()
    advice = "Install notify-send (libnotify), or set notify_command."
    if command:
        advice = "It is not on the path or not executable: check notify_command."
    yield _program("Notifications", "program", program or (command[0] if command else "none"), program, advice)
    try:
        problem = watching.problem(workspace.cache_file) if schema.version(workspace.cache_file) else None
    except CacheError:
        return
    if problem is not None:
        since = f"failing since {_local(problem.since)}"
        yield Finding("Notifications", "last", since, problem.error, since)


def _examine_programs(workspace: Workspace) -> Iterator[Finding]:
    from reader.refresh.watched_exports import export_format, export_path

    for export in workspace.settings.exports:
        file = export_path(export, workspace.config_file.parent)
        advice = (
            "" if export_format(export) else "Its ending names no format: add its format with 'dailypapers views edit'."
        )
        advice = advice if file.parent.is_dir() else "Its folder is missing: make it, or name another file."
        yield Finding("Exports", "export", f"{export.query}: {file}", advice, export.format or "by the ending", advice)
    for command in workspace.settings.commands:
        program = find_program(command.words)
        value = f"{command.name}: {program or command.words[0]}"
        yield _program("Commands", "command", value, program, "It is not on the path or not executable.")


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


def _program(topic: str, name: str, value: str, program: str | None, advice: str) -> Finding:
    """A program of the user's, with advice unless it was found."""
    advice = "" if program else advice
    return Finding(topic, name, value, advice, "found" if program else "not found", advice)


def _examine_extensions(workspace: Workspace) -> Iterator[Finding]:
    for one in installed.given("findings", object):
        found = installed.ask(one.entry, lambda ask=one.value: list(ask(workspace))) or ()
        yield from (finding for finding in found if isinstance(finding, Finding))
    others = {entry.name: (entry.package, "") for entry in installed.others().values()}
    off = {one.name: (one.package, one.why) for one in installed.switched_off()}
    for name, (package, why) in (others | off).items():
        advice = f"Switched off: {why}. Update or remove the package." if why else ""
        value = clean(f"{name} of {package}")
        yield Finding("Extensions", "extension", value, clean(advice), "switched off" if advice else "in use")


def _examine_log() -> Iterator[Finding]:
    from reader.log_file import recent_errors

    yield Finding("Log", "log file", str(log_file()))
    errors = recent_errors(datetime.now(UTC))
    last = f", the last: {clean(errors[-1])}" if errors else ""
    count = f"{amount(len(errors), 'error')} in the last 7 days" if errors else "none in the last 7 days"
    yield Finding("Log", "errors", count + last, shared=count)


def _ask_feed(settings: Settings) -> Finding:
    from reader.feeds.http.responses import Limits
    from reader.feeds.huggingface.client import HuggingFaceClient
    from reader.refresh.jobs import failure_of

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
        return Finding("Feed", "answer", "none", str(failure), f"none: {type(error).__name__}")
    milliseconds = (datetime.now(UTC) - start).total_seconds() * 1000
    return _open("Feed", "answer", f"{amount(count, 'paper')} of yesterday in {milliseconds:.0f} ms")


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
