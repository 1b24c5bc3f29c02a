"""`dailypapers refresh`: fetch papers from the feed."""

from __future__ import annotations

import json
import sys
import threading
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from reader import paths
from reader.commands.command import Command, add_quiet, day_span, first_day, positive_number
from reader.commands.output import format_counts, print_line, raise_failures, warn
from reader.commands.workspace import Workspace
from reader.core.errors import ReaderError, UsageError
from reader.core.text import amount, brief
from reader.refresh.plan import Day, Latest, Month, Plan, Since

if TYPE_CHECKING:
    from reader.refresh.lines import Job, Line


def _add_arguments(parser: ArgumentParser) -> None:
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--day", type=_day, metavar="D", help="one day: 2026-05-11, today or yesterday")
    which.add_argument("--days", type=positive_number, metavar="N", help="the last N days (default: days_at_start)")
    which.add_argument("--since", type=first_day, metavar="D", help="all days since D: a date, 2w or 3m")
    which.add_argument("--month", type=_month, metavar="M", help="a month: 2026-05")
    about = "do not fetch the full texts that the setting fetch_ahead names"
    parser.add_argument("--no-texts", action="store_true", help=about)
    about = 'run another job, an object of JSON such as {"job": "text", "id": "2605.00001"}, and print its lines'
    which.add_argument("--job", metavar="JOB", help=about)
    add_quiet(parser, "print nothing unless something is missing, for cron")


def _day(text: str) -> str:
    """A single day (ISO), as an argparse type."""
    first, last = day_span(text)
    if first != last:
        raise ArgumentTypeError(f"{text!r} is longer than a day")
    return first


def _month(text: str) -> str:
    """A month such as `2026-05`, as an argparse type."""
    first, last = day_span(text)
    if first[:7] != last[:7] or first[8:] != "01" or first == last:
        raise ArgumentTypeError(f"{text!r} is not a month: write it as 2026-05")
    return first[:7]


def _refresh(arguments: Namespace, workspace: Workspace) -> int:
    from reader.commands.run_job import run_job
    from reader.refresh.lines import done, ignore, job, refresh_job

    if arguments.job:
        return _run_another(arguments, workspace)
    quiet, plan = arguments.quiet, _choose_plan(arguments, workspace)
    print_line_of = _line_printer() if arguments.json and not arguments.json.fields else ignore
    missing: list[Line] = []
    by_rules: dict[str, int] = {}

    def receive(line: Line) -> None:
        print_line_of(line)
        match line:
            case {"failed": "notification", "error": error}:
                # The papers are stored, so the refresh succeeded.
                warn(error)
            case {"failed": "feed"}:
                missing.append(line)
            case {"step": "rules", "did": did}:
                by_rules.update(did)

    finished = run_job(workspace, refresh_job(plan), quiet=quiet, tell=receive)
    if not finished["missing"]:
        paths.touch_private(paths.refresh_stamp(workspace.cache_file))
    sums = {name: finished[name] for name in ("new", "updated", "unchanged", "skipped")}
    goes_on = isinstance(plan, Latest) and finished["error"] is None
    texts = 0
    if goes_on and not arguments.no_texts:
        texts = run_job(workspace, job("texts"), quiet=quiet, tell=print_line_of)["stored"]
    titles = None
    if goes_on:
        from reader.commands.import_files import look_up_titles

        titles = look_up_titles(workspace, quiet=quiet or bool(arguments.json), is_asked=False)
    if arguments.json:
        days = {"days": finished["days"], "failed": finished["missing"], "error": finished["error"]}
        feeds = [{name: one[name] for name in ("slug", "title", "error")} for one in missing]
        more = {"feeds_failed": feeds, "texts": texts, "by_rules": by_rules} | ({"titles": titles} if titles else {})
        result = sums | {"returned": finished["returned"]} | days | more
        if arguments.json.fields:
            arguments.json.print(result)
        else:
            print_line_of(done("refresh", **result))
    elif not arguments.quiet:
        if finished["days"] or not finished["missing"]:
            print_line(f"{format_counts(sums)} in {amount(finished['days'], 'day')}.")
        if finished["returned"]:
            print_line(f"{amount(finished['returned'], 'paper')} that you marked or imported came in.")
        if by_rules:
            print_line(f"By your rules: {', '.join(f'{count:,} {what}' for what, count in by_rules.items())}.")
        if texts:
            print_line(f"{amount(texts, 'full text')} fetched ahead.")
        for reason in _incomplete(workspace) if isinstance(plan, Latest) else ():
            print_line(reason)
    return _report_missing(finished, missing, quiet=arguments.quiet)


def _incomplete(workspace: Workspace) -> list[str]:
    from reader.cache.feeds import Feeds

    today = datetime.now(UTC).date()
    with closing(Feeds.open(workspace.cache_file, query_only=True)) as feeds:
        found = feeds.freshness(today)
    return [f"{one.slug}: {one.text(today)}." for one in found if one.coverage and one.coverage.incomplete]


def _line_printer() -> Callable[[Line], None]:
    """Print a line at once; for any thread."""
    lock = threading.Lock()

    def tell(line: Line) -> None:
        with lock:
            print_line(json.dumps(line))
            sys.stdout.flush()

    return tell


def _choose_plan(arguments: Namespace, workspace: Workspace) -> Plan:
    if arguments.day:
        return Day(arguments.day)
    if arguments.since:
        return Since(arguments.since)
    if arguments.month:
        return Month(arguments.month)
    if arguments.days:
        return Latest(arguments.days, after_absence=False)
    return Latest(workspace.settings.days_at_start)


def _run_another(arguments: Namespace, workspace: Workspace) -> int:
    """Run one of the jobs of `reader.refresh.running` alone, and print its lines, as the reader has them."""
    from reader.commands.run_job import run_job
    from reader.refresh.lines import failed, failure_of

    print_line_of = _line_printer()
    try:
        print_line_of(run_job(workspace, _job(arguments.job), quiet=True, tell=print_line_of))
    except Exception as error:
        # Logged here with its traceback; the reader logs only what a process without a last line has printed.
        known = error if isinstance(error, ReaderError) else failure_of("a background job", error)
        print_line_of(failed("job", known))
        return 1
    finally:
        # The reader writes the watched files itself.
        workspace.has_changed = False
    return 0


def _job(text: str) -> Job:
    try:
        job = json.loads(text)
    except (ValueError, RecursionError):
        job = None
    if not isinstance(job, dict) or "job" not in job:
        raise UsageError('--job takes an object of JSON such as {"job": "text", "id": "2605.00001"}.')
    return job


def _report_missing(finished: Line, missing: Sequence[Line], *, quiet: bool) -> int:
    """Print what could not be fetched, one line per source; raises FeedError if the user asked for any of it."""
    days = ""
    if failed := finished["missing"]:
        named = failed[0] if len(failed) == 1 else f"{amount(len(failed), 'day')} from {min(failed)} to {max(failed)}"
        days = f"{named} could not be fetched: {finished['error']}"
    # Without a network, all fail for the reason already printed.
    feeds = [one for one in missing if (one["followed"] or not quiet) and one["error"] not in days]
    message = [
        *filter(None, (days,)),
        *(f"{brief(one['title'])} could not be fetched: {one['error']}" for one in feeds),
    ]
    if days or any(one["followed"] for one in feeds):
        return raise_failures(message)
    for line in message:
        warn(line)
    return 0


COMMAND = Command(
    "refresh",
    "Fetch papers from the feed; without options, the latest days.",
    (),
    _add_arguments,
    _refresh,
    has_json=True,
)
