"""Commands that bring papers into the cache: refresh from the feed, import from files."""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from reader import paths
from reader.commands.command import Command, StoreFile, add_json
from reader.commands.output import Progress, amount, say, say_json, warn
from reader.commands.reading import positive
from reader.commands.workspace import Session
from reader.core.errors import FeedError

if TYPE_CHECKING:
    from reader.cache.papers import Cache, Stored
    from reader.core.paper import Listing
    from reader.refresh.plan import Plan
    from reader.refresh.progress import FeedFailed, RefreshFinished

REASONS = 3
"""Skipped records that are told one by one."""


def _refresh_arguments(parser: ArgumentParser) -> None:
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--day", type=_day, metavar="D", help="one day: 2026-05-11, today or yesterday")
    which.add_argument("--days", type=positive, metavar="N", help="the last N days (default: days_at_start)")
    which.add_argument("--since", type=_start, metavar="D", help="all days since D: a date, or such as 2w or 3m")
    which.add_argument("--month", type=_month, metavar="M", help="a month: 2026-05")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--quiet", action="store_true", help="print nothing unless something is missing, as for cron")
    how.add_argument("--verbose", action="store_true", help="tell each request, its status, bytes and time")
    add_json(parser)


def _day(text: str) -> str:
    """A single day as ISO, for argparse."""
    first, last = _span(text)
    if first != last:
        raise ArgumentTypeError(f"{text!r} is more than a day")
    return first


def _start(text: str) -> str:
    return _span(text)[0]


def _month(text: str) -> str:
    first, last = _span(text)
    if first[:7] != last[:7] or first[8:] != "01" or first == last:
        raise ArgumentTypeError(f"{text!r} is no month: write it as 2026-05")
    return first[:7]


def _span(text: str) -> tuple[str, str]:
    """First and last day that a date as in a query means, in the feed's time."""
    from reader.core.dates import parse_date

    try:
        span = parse_date(text).span(datetime.now(UTC).date())
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from error
    if span is None:
        raise ArgumentTypeError(f"{text!r} is no date to ask for")
    return span[0].isoformat(), span[1].isoformat()


def _refresh(arguments: Namespace, session: Session) -> int:
    from reader.commands.run_job import work
    from reader.refresh.jobs import NotificationFailed, Refresh
    from reader.refresh.progress import FeedFailed, RefreshFinished

    if arguments.verbose:
        tell_requests()
    said = work(session, Refresh(_plan(arguments, session)), quiet=arguments.quiet or arguments.verbose)
    for message in said:
        if isinstance(message, NotificationFailed):
            # What was asked for is there: no failure of the refresh.
            warn(str(message.error))
    finished = next(message for message in said if isinstance(message, RefreshFinished))
    missing = [message for message in said if isinstance(message, FeedFailed)]
    if not finished.failed:
        paths.refresh_stamp(session.cache_file).touch()
    sums = {name: getattr(finished, name) for name in ("new", "updated", "unchanged", "skipped")}
    if arguments.json:
        error = str(finished.error) if finished.error else None
        days = {"days": finished.stored, "failed": list(finished.failed), "error": error}
        feeds = [{"slug": one.slug, "title": one.title, "error": str(one.error)} for one in missing]
        say_json(sums | days | {"feeds_failed": feeds})
    elif not arguments.quiet and (finished.stored or not finished.failed):
        say(f"{_sums(sums)} in {amount(finished.stored, 'day')}.")
    return _tell_missing(finished, missing, quiet=arguments.quiet)


def _tell_missing(finished: RefreshFinished, missing: Sequence[FeedFailed], *, quiet: bool) -> int:
    """Say what could not be had; raises FeedError if any of it was asked for."""
    for one in missing:
        if one.is_followed or not quiet:
            warn(f"{one.title}: {one.error}")
    if finished.failed:
        raise FeedError(f"{_days(finished.failed)} could not be fetched: {finished.error}")
    feeds = sum(one.is_followed for one in missing)
    if feeds:
        raise FeedError(f"{amount(feeds, 'feed')} could not be fetched; 'dailypapers feeds list' tells since when.")
    return 0


def tell_requests() -> None:
    """Tell each request on standard error, with its status, bytes and time."""
    import logging

    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%H:%M:%S"))
    log = logging.getLogger("reader.feeds")
    log.addHandler(handler)
    log.setLevel(logging.INFO)


def _days(days: Sequence[str]) -> str:
    """`2026-05-11`, or `3 days from 2026-05-09 to 2026-05-11`."""
    return days[0] if len(days) == 1 else f"{amount(len(days), 'day')} from {min(days)} to {max(days)}"


def _plan(arguments: Namespace, session: Session) -> Plan:
    from reader.refresh.plan import Day, Latest, Month, Since

    if arguments.day:
        return Day(arguments.day)
    if arguments.since:
        return Since(arguments.since)
    if arguments.month:
        return Month(arguments.month)
    return Latest(arguments.days or session.settings.days_at_start)


def _sums(sums: dict[str, int]) -> str:
    """`12 new, 3 updated, 40 unchanged`, and what was skipped, if anything."""
    return ", ".join(f"{count:,} {name}" for name, count in sums.items() if count or name != "skipped")


def _reclassify(cache: Cache) -> None:
    """Give the papers their topics anew where the rules have changed."""
    from reader.commands.run_job import told
    from reader.refresh.jobs import PapersClassified

    if cache.needs_classifying():
        with Progress() as progress:
            for step in cache.reclassify():
                progress.show(told(PapersClassified(*step)))


def _import_arguments(parser: ArgumentParser) -> None:
    about = "JSON or JSON lines in the feed's shape, either gzipped, or a saved page's text (- for stdin)"
    parser.add_argument("files", nargs="+", action=StoreFile, metavar="FILE", help=about)
    add_json(parser)


def _import(arguments: Namespace, session: Session) -> int:
    from reader.cache.papers import Stored

    total, failed = Stored(), list[str]()
    with session.cache() as cache:
        _reclassify(cache)
        for name in arguments.files:
            try:
                total += _import_file(cache, name)
            except FeedError as error:
                failed.append(str(error) if name in str(error) else f"{name}: {error}")
    if arguments.json:
        say_json(asdict(total) | {"failed": failed})
    elif len(failed) < len(arguments.files):
        say(f"{_sums(asdict(total))}.")
    if len(failed) > 1:
        for failure in failed:
            warn(failure)
        raise FeedError(f"{len(failed)} of {amount(len(arguments.files), 'file')} could not be imported.")
    if failed:
        raise FeedError(failed[0])
    return 0


def _import_file(cache: Cache, name: str) -> Stored:
    """Store a file's papers; its skipped records are told, the first few with their place."""
    from reader.cache.papers import Stored
    from reader.feeds.files.papers_file import read_papers

    now = datetime.now(UTC)
    source = sys.stdin.buffer if name == "-" else Path(name)
    reasons: list[str] = []
    with Progress() as progress:
        listings = _watched(read_papers(source, now.date()), name, progress, reasons)
        stored = sum(cache.store_all(listings, now.isoformat(timespec="seconds"), newer=False), Stored())
    for reason in reasons:
        warn(f"{name}: {reason}; skipped")
    if stored.skipped > len(reasons):
        warn(f"{name}: {stored.skipped - len(reasons):,} more skipped")
    return stored


def _watched(listings: Iterable[Listing], name: str, progress: Progress, reasons: list[str]) -> Iterator[Listing]:
    """The same listings, with progress (papers so far, and how many a second) and the first reasons to skip records."""
    start = time.monotonic()
    count = 0
    for listing in listings:
        yield listing
        count += len(listing.drafts)
        reasons += [f"{skipped.where}: {skipped.reason}" for skipped in listing.skipped]
        del reasons[REASONS:]
        progress.show(f"{name}: {amount(count, 'paper')}, {count / (time.monotonic() - start + 1e-9):,.0f} a second")


COMMANDS: Sequence[Command] = (
    Command(
        "refresh",
        "Fetch papers from the feed; without options, the latest days.",
        (
            ("refresh", "the latest days"),
            ("refresh --day 2026-05-11", "one day"),
            ("refresh --since 3m", "three months, without the days that are known and no longer change"),
        ),
        _refresh_arguments,
        _refresh,
    ),
    Command(
        "import",
        "Bring in papers from files; what the cache knows better stays.",
        (
            ("import daily_papers.jsonl.gz", "recorded days of the feed"),
            ("import page.txt", "the text of a saved page of the site"),
        ),
        _import_arguments,
        _import,
    ),
)
