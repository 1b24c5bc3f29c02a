"""The command that examines the installation: doctor. It changes nothing and reads no paper."""

from __future__ import annotations

import os
import platform
import sqlite3
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from reader import __version__
from reader.commands.command import Command, add_json
from reader.commands.output import Style, amount, is_terminal, say, say_json, width
from reader.commands.workspace import Workspace
from reader.core.errors import CacheError, ConfigError, FeedError, ReaderError
from reader.core.text import clean
from reader.paths import refresh_stamp

if TYPE_CHECKING:
    from reader.cache.feeds import Feeds
    from reader.config import Settings

LIBRARIES = ("textual", "sqlmodel", "sqlalchemy", "httpx")

TERMINAL = ("TERM", "COLORTERM", "TERM_PROGRAM", "NO_COLOR", "LANG", "LC_ALL")
"""Variables that decide how a terminal is drawn on."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `advice` says what to do where it is not well."""

    topic: str
    name: str
    value: str
    advice: str = ""

    @property
    def ok(self) -> bool:
        return not self.advice


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--online", action="store_true", help="also ask the feed whether it answers")
    add_json(parser)


def _doctor(arguments: Namespace, workspace: Workspace) -> int:
    findings = [*_program(), *_settings(workspace), *_cache(workspace.cache_file, workspace.settings)]
    findings += _terminal()
    findings += _feed(workspace, ask=arguments.online)
    findings += _notifications(workspace)
    findings += _log()
    wrong = sum(not finding.ok for finding in findings)
    if arguments.json:
        say_json({"ok": not wrong, "findings": [asdict(finding) | {"ok": finding.ok} for finding in findings]})
        return 1 if wrong else 0
    _print(findings)
    if wrong:
        raise ReaderError(f"{amount(wrong, 'finding')} marked with ! above.")
    return 0


def _print(findings: Sequence[Finding]) -> None:
    style = Style.of(sys.stdout)
    size = max(len(finding.name) for finding in findings)
    topic = ""
    for finding in findings:
        if finding.topic != topic:
            say(("\n" if topic else "") + style.bold(finding.topic))
            topic = finding.topic
        say(f"{' ' if finding.ok else style.star('!')} {finding.name:{size}}  {finding.value}")
        if not finding.ok:
            say(f"  {'':{size}}  {finding.advice}")


def _program() -> Iterator[Finding]:
    from importlib.metadata import PackageNotFoundError, version

    yield Finding("Program", "dailypapers", __version__)
    yield Finding("Program", "Python", f"{platform.python_version()} on {platform.platform(terse=True)}")
    yield Finding("Program", "SQLite", sqlite3.sqlite_version)
    for name in LIBRARIES:
        try:
            yield Finding("Program", name, version(name))
        except PackageNotFoundError:
            yield Finding("Program", name, "missing", "Install dailypapers anew.")


def _settings(workspace: Workspace) -> Iterator[Finding]:
    file = workspace.config_file
    yield Finding("Settings", "file", str(file) if file.exists() else f"{file} (not there: all defaults)")
    for mistake in workspace.mistakes():
        yield Finding("Settings", f"line {mistake.line}" if mistake.line else "mistake", mistake.key, str(mistake))
    try:
        rules = workspace.topics
    except ReaderError as error:
        yield Finding("Settings", "topic rules", "unreadable", str(error))
        return
    advice = "; ".join(f"line {one.line}: {one.message}" if one.line else one.message for one in rules.mistakes[:3])
    yield Finding("Settings", "topic rules", amount(len(rules.topics), "topic"), advice)


def _cache(file: Path, settings: Settings) -> Iterator[Finding]:
    from reader.cache import schema
    from reader.cache.sqlite_errors import explained

    yield Finding("Cache", "file", str(file))
    try:
        version = schema.version(file)
        if version is None:
            yield Finding("Cache", "papers", "none yet: 'dailypapers refresh' fetches them")
            return
        known = f"{version}, this program's is {schema.HEAD}"
        schema.is_current(file)
        yield Finding("Cache", "schema", known)
        yield Finding("Cache", "size", _sizes(file))
        with explained(file), closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as cache:
            yield from _contents(cache)
        yield Finding("Cache", "last refresh", _time_of(refresh_stamp(file)))
        yield from _sources(file, settings)
    except CacheError as error:
        yield Finding("Cache", "state", "unusable", str(error))


def _sizes(file: Path) -> str:
    """Sizes of the cache's files, its log of changes and its backups among them."""
    sizes = ((one.name, one.stat().st_size) for one in sorted(file.parent.glob(f"{file.name}*")) if one.is_file())
    return ", ".join(f"{name} {size / 1_000_000:,.1f} MB" for name, size in sizes)


def _contents(cache: sqlite3.Connection) -> Iterator[Finding]:
    wrong = [row[0] for row in cache.execute("PRAGMA quick_check(3)") if row[0] != "ok"]
    advice = "Move the file away and refresh; 'dailypapers import' brings papers back from files." if wrong else ""
    yield Finding("Cache", "integrity", "; ".join(wrong) or "ok", advice)
    tables: Mapping[str, str] = {"papers": "paper", "days": "day", "marks": "event"}
    for name, table in tables.items():
        (count,) = cache.execute(f"SELECT count(*) FROM {table}").fetchone()
        yield Finding("Cache", name, f"{count:,}")
    (newest,) = cache.execute("SELECT max(day) FROM listing").fetchone()
    yield Finding("Cache", "newest day", newest or "none")


def _sources(file: Path, settings: Settings) -> Iterator[Finding]:
    """The sources beside the daily papers, since when and why one fails, and how far arXiv was asked."""
    from reader.cache.feeds import Feeds

    with closing(Feeds.open(file)) as feeds:
        yield Finding("Sources", "followed", amount(len(feeds.followed()), "feed"))
        yield Finding("Sources", "categories", _categories(feeds, settings))
        for feed in feeds.failing():
            yield Finding("Sources", feed.slug, f"failing since {_local(feed.failing_since or '')}", feed.error or "")


def _categories(feeds: Feeds, settings: Settings) -> str:
    from reader.refresh.sources import CATEGORIZED_A_DAY, is_closed_world

    lacking = feeds.count_uncategorized()
    if not lacking:
        return "known of all papers"
    if not settings.ask_arxiv:
        rest = "arXiv is not asked: ask_arxiv is off"
    elif is_closed_world(settings.endpoint, os.environ):
        rest = "arXiv is not asked: the feed is on this machine or its network, and ARXIV_ENDPOINT is not set"
    else:
        rest = f"arXiv is asked for {CATEGORIZED_A_DAY} a day"
    return f"not known of {amount(lacking, 'paper')}; {rest}"


def _local(stamp: str) -> str:
    """A time of the cache's in local time, to the minute."""
    return datetime.fromisoformat(stamp).astimezone().isoformat(" ", "minutes")


def _time_of(file: Path) -> str:
    try:
        return datetime.fromtimestamp(file.stat().st_mtime).astimezone().isoformat(" ", "minutes")
    except OSError:
        return "never"


def _terminal() -> Iterator[Finding]:
    for name, stream in (("input", sys.stdin), ("output", sys.stdout)):
        kind = f"terminal of {width()} columns" if is_terminal(stream) else "no terminal"
        yield Finding("Terminal", name, f"{kind}, {stream.encoding}")
    said = (f"{name}={os.environ[name]}" for name in TERMINAL if name in os.environ)
    yield Finding("Terminal", "environment", " ".join(said) or "nothing said")


def _feed(workspace: Workspace, *, ask: bool) -> Iterator[Finding]:
    from reader.feeds.http.environment import find_token, is_offline

    settings = workspace.settings
    yield Finding("Feed", "endpoint", f"{settings.endpoint} ({workspace.loaded.origin('endpoint')})")
    yield Finding("Feed", "token", "found" if find_token(os.environ) else "none (none is needed)")
    if is_offline(os.environ):
        yield Finding("Feed", "network", "off: HF_HUB_OFFLINE asks for it")
    if ask:
        yield _asked(settings.endpoint)


def _notifications(workspace: Workspace) -> Iterator[Finding]:
    """What tells of new papers, whether it is there, and how it went last."""
    from reader.actions import notify
    from reader.cache import notified, schema

    settings = workspace.settings
    if not settings.notify:
        yield Finding("Notifications", "queries", "none: off")
        return
    yield Finding("Notifications", "queries", ", ".join(settings.notify))
    if settings.notify_command:
        program = notify.find_program(settings.notify_command)
        advice = "" if program else "It is not on the path, or may not be run: check notify_command."
        yield Finding("Notifications", "program", program or settings.notify_command[0], advice)
    else:
        program = notify.desktop_program()
        advice = "" if program else "Install notify-send (libnotify), or set notify_command."
        yield Finding("Notifications", "program", program or "none", advice)
    try:
        problem = notified.problem(workspace.cache_file) if schema.version(workspace.cache_file) else None
    except CacheError:
        return
    if problem is not None:
        yield Finding("Notifications", "last", f"failing since {_local(problem.since)}", problem.error)


def _log() -> Iterator[Finding]:
    """Where the log is, and the errors in it of the last days."""
    from reader import log
    from reader.paths import log_file

    yield Finding("Log", "log file", str(log_file()))
    errors = log.recent_errors(datetime.now(UTC))
    last = f", the last: {clean(errors[-1])}" if errors else ""
    yield Finding(
        "Log",
        "errors",
        f"{amount(len(errors), 'error')} in the last 7 days{last}" if errors else "none in the last 7 days",
    )


def _asked(endpoint: str) -> Finding:
    """Whether the feed answers, and how fast."""
    import asyncio

    from reader.feeds.http.fetch import Bounds
    from reader.feeds.huggingface.client import FeedClient

    async def ask() -> int:
        async with FeedClient.from_environment(endpoint, bounds=Bounds(tries=1)) as feed:
            # Yesterday by the most westerly clock is a day that every server knows.
            listing, *_ = await feed.day(date.fromordinal(datetime.now(UTC).toordinal() - 1).isoformat())
            return len(listing.drafts)

    start = datetime.now(UTC)
    try:
        count = asyncio.run(ask())
    except (FeedError, ConfigError) as error:
        return Finding("Feed", "answer", "none", str(error))
    milliseconds = (datetime.now(UTC) - start).total_seconds() * 1000
    return Finding("Feed", "answer", f"{amount(count, 'paper')} of yesterday in {milliseconds:.0f} ms")


COMMAND = Command(
    "doctor",
    "Examine program, settings, cache, sources, terminal and feed; what is not well is marked, with what to do.",
    (
        ("doctor", "look at everything on this machine"),
        ("doctor --online --json", "and ask the feed, as JSON, for a report"),
    ),
    _arguments,
    _doctor,
)
