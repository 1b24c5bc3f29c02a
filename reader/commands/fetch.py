"""The commands `refresh`, `search` and `add`, which fetch papers, and a function that runs a job for any command."""

from __future__ import annotations

import asyncio
import json
import sys
import threading
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from io import StringIO
from typing import Any
from urllib.parse import urlsplit

from reader import log_file, paths
from reader.cache.feeds import RETRY_DAYS, waiting_titles
from reader.commands.command import Command, add_limit, add_quiet, day_span, first_day, positive_number
from reader.commands.output import (
    PROGRESS_DELAY_SECONDS,
    Progress,
    Style,
    answer,
    format_counts,
    print_line,
    print_lines,
    print_results,
    raise_failures,
    warn,
    width,
)
from reader.commands.streams import is_terminal
from reader.commands.workspace import Workspace
from reader.core.errors import FeedError, FeedOffline, NotFound, ReaderError, UsageError
from reader.core.ids import named_id
from reader.core.lines import fit
from reader.core.steps import time_left, watched_by
from reader.core.text import amount, brief, clean, split_words
from reader.refresh import jobs
from reader.refresh.lines import (
    Days,
    Job,
    Latest,
    Line,
    Plan,
    Since,
    Tell,
    describe_unknown,
    failure_line,
    failure_of,
    ignore,
    job,
    refresh_job,
    result_line,
    waiting,
)


def run_job(workspace: Workspace, job: Job, *, quiet: bool = False, tell: Tell = ignore) -> Line:
    """Run a job with a progress line, unless `quiet`, and return its result; raises ReaderError.

    `tell` receives each line of the job, and a line for each wait, in any thread. An exception that it raises stops the
    job and is raised again here.
    """
    workspace.has_changed = True
    with Progress(StringIO() if quiet else None) as progress:
        progress.show(f"asking {urlsplit(workspace.settings.endpoint).netloc}")
        return asyncio.run(_run(workspace, job, progress, tell))


def fetch(workspace: Workspace, job: Job, page: str) -> Line:
    """Run a job for one paper; a failure mentions the paper's page unless there is no network."""
    try:
        return run_job(workspace, job)
    except FeedOffline:
        raise
    except FeedError as error:
        error.args = (f"{error} See {page}",)
        raise


def refresh(workspace: Workspace, plan: Plan, *, quiet: bool, tell: Tell = ignore) -> Line:
    """Fetch the papers of a plan, and record the time if no day is missing; return the job's result."""
    finished = run_job(workspace, refresh_job(plan), quiet=quiet, tell=tell)
    if not finished["missing"]:
        paths.touch_private(paths.refresh_stamp(workspace.cache_file))
    return finished


async def _run(workspace: Workspace, job: Job, progress: Progress, tell: Tell) -> Line:
    started = time.monotonic()
    loop = asyncio.get_running_loop()
    not_received: list[Exception] = []

    def receive(line: Line) -> None:
        progress.show(describe_progress(line, time.monotonic() - started))
        if line.get("failed") in ("day", "feed"):
            log_file.record_warning(f"{line['failed']} {line.get('day') or line['title']}", line["error"])
        # If the reader of our output has gone, cancel the job: raised here, the job would blame its source.
        try:
            if not not_received:
                tell(line)
        except Exception as error:
            not_received.append(error)
            loop.call_soon_threadsafe(work.cancel)

    redrawing = asyncio.create_task(_redraw(progress))
    try:
        with watched_by(lambda seconds, why: receive(waiting(seconds, why))):
            work = asyncio.ensure_future(jobs.run_job(replace(workspace.job_context, tell=receive), job))
            result = await work
    except asyncio.CancelledError:
        if not not_received:
            raise
    finally:
        redrawing.cancel()
    if not_received:
        raise not_received[0]
    return result


async def _redraw(progress: Progress) -> None:
    """Redraw the progress line at regular intervals, so that a slow feed does not look like a hang."""
    while True:
        await asyncio.sleep(PROGRESS_DELAY_SECONDS)
        progress.draw()


_STEP_LABELS = {"titles": "title", "texts": "full text", "topics": "topics of paper"}
"""The words before the counter in the progress text of these steps."""


def describe_progress(line: Line, seconds: float = 0.0) -> str:
    """The progress text for a line of a job that started `seconds` ago; empty if the line reports no progress."""
    match line:
        case {"step": "asking", "title": title}:
            return f"asking {title}"
        case {"day": day, "n": n, "of": of}:
            left = time_left(n, of, seconds) if of > 1 else ""
            return f"day {n:,} of {of:,} done: {day}" + (f" · {left}" if left else "")
        case {"step": "wait", "seconds": wait, "why": why}:
            return f"waiting {wait:.0f} s: {why}"
        case {"step": "pdf", "bytes": received, "total": total}:
            whole = f" of {total / 1e6:.1f}" if total else ""
            return f"{received / 1e6:.1f}{whole} MB of the PDF"
        case {"step": name, "n": n, "of": of} if n < of and (label := _STEP_LABELS.get(name)):
            left = time_left(n, of, seconds)
            return f"{label} {n + 1:,} of {of:,}" + (f" · {left}" if left else "")
        case {"step": "dropped", "papers": papers, "before": before}:
            return f"{amount(papers, 'paper')} from before {before} dropped"
    return ""


# Refresh


COUNTS = ("new", "updated", "unchanged", "skipped")
"""The numbers of papers in the result of a refresh."""


def _add_refresh_arguments(parser: ArgumentParser) -> None:
    which = parser.add_mutually_exclusive_group()
    about = "a day, week or month: 2026-05-11, yesterday, 2026-W20, 2026-05"
    which.add_argument("--day", type=_period, dest="plan", metavar="D", help=about)
    about = "the last N days (default: 7)"
    which.add_argument("--days", type=_latest, dest="plan", metavar="N", help=about)
    about = "all days since D: a date, 2w or 3m"
    which.add_argument("--since", type=lambda text: Since(first_day(text)), dest="plan", metavar="D", help=about)
    about = "do not fetch the full texts that the setting fetch_ahead names"
    parser.add_argument("--no-texts", action="store_true", help=about)
    about = 'run another job, an object of JSON such as {"job": "text", "id": "2605.00001"}, and print its lines'
    which.add_argument("--job", metavar="JOB", help=about)
    add_quiet(parser, "print nothing unless something is missing, for cron")


def _period(text: str) -> Days | Since:
    first, last = day_span(text)
    return Days((first,)) if first == last else Since(first, last)


def _latest(text: str) -> Latest:
    return Latest(positive_number(text))


def _refresh(arguments: Namespace, workspace: Workspace) -> int:
    if arguments.job:
        return _run_another(arguments, workspace)
    quiet, plan = arguments.quiet, arguments.plan or Latest()
    is_latest = isinstance(plan, Latest)
    tell = _print_json if arguments.json and not arguments.json.fields else ignore
    missing: list[Line] = []
    by_rules: dict[str, int] = {}

    def receive(line: Line) -> None:
        tell(line)
        match line:
            case {"failed": "notification", "error": error}:
                # The papers are stored, so the refresh succeeded.
                warn(error)
            case {"failed": "feed"}:
                missing.append(line)
            case {"step": "rules", "did": did}:
                by_rules.update(did)

    finished = refresh(workspace, plan, quiet=quiet, tell=receive)
    texts, titles = 0, None
    if is_latest and finished["error"] is None:
        if not arguments.no_texts:
            texts = run_job(workspace, job("texts"), quiet=quiet, tell=tell)["stored"]
        titles = look_up_titles(workspace, quiet=quiet or bool(arguments.json), is_asked=False)
    result: Line = {
        **{name: finished[name] for name in (*COUNTS, "returned", "unknown", "days")},
        "failed": finished["missing"],
        "error": finished["error"],
        "feeds_failed": [{name: feed[name] for name in ("slug", "title", "error")} for feed in missing],
        "texts": texts,
        "by_rules": by_rules,
        **({"titles": titles} if titles else {}),
    }
    if not arguments.json:
        lines = [] if quiet else [*_describe_refresh(result), *(_incomplete(workspace) if is_latest else ())]
        print_lines(lines)
    elif arguments.json.fields:
        arguments.json.print(result)
    else:
        tell(result_line("refresh", **result))
    return _report_missing(finished, missing, quiet=quiet)


def _describe_refresh(result: Line) -> Iterator[str]:
    """Sentences about what a refresh brought."""
    if result["days"] or not result["failed"]:
        yield f"{format_counts({name: result[name] for name in COUNTS})} in {amount(result['days'], 'day')}."
    if result["returned"]:
        yield f"{amount(result['returned'], 'paper')} that you marked or imported came in."
    if result["unknown"]:
        yield f"Check the ids that you marked or imported: {describe_unknown(result['unknown'])}."
    if rules := result["by_rules"]:
        yield f"By your rules: {', '.join(f'{count:,} {what}' for what, count in rules.items())}."
    if result["texts"]:
        yield f"{amount(result['texts'], 'full text')} fetched ahead."


def _incomplete(workspace: Workspace) -> list[str]:
    from reader.cache.feeds import Feeds

    today = datetime.now(UTC).date()
    with closing(Feeds.open(workspace.cache_file, query_only=True)) as feeds:
        sources = feeds.freshness(today)
    return [
        f"{source.slug}: {source.text(today)}." for source in sources if source.coverage and source.coverage.incomplete
    ]


_OUTPUT_LOCK = threading.Lock()


def _print_json(line: Line) -> None:
    """Print a line as JSON immediately; any thread may call this."""
    with _OUTPUT_LOCK:
        print_line(json.dumps(line))
        sys.stdout.flush()


def _run_another(arguments: Namespace, workspace: Workspace) -> int:
    """Run a job of `reader.refresh.jobs`, and print its lines as JSON, which the reader's interface reads."""
    try:
        _print_json(run_job(workspace, _job(arguments.job), quiet=True, tell=_print_json))
    except Exception as error:
        # `failure_of` logs the traceback here, because the interface only logs processes that print no last line.
        known = error if isinstance(error, ReaderError) else failure_of("a background job", error)
        _print_json(failure_line("job", known))
        return 1
    finally:
        # The reader's interface rewrites the watched exports itself.
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
    """Print a line for each source that could not be fetched; raise a failure if the user asked for one of them."""
    days = ""
    if failed := finished["missing"]:
        named = failed[0] if len(failed) == 1 else f"{amount(len(failed), 'day')} from {min(failed)} to {max(failed)}"
        days = f"{named} could not be fetched: {finished['error']}"
    # Without a network, all sources fail for the reason that the line about the days gives.
    feeds = [feed for feed in missing if (feed["followed"] or not quiet) and feed["error"] not in days]
    message = [
        *filter(None, (days,)),
        *(f"{brief(feed['title'])} could not be fetched: {feed['error']}" for feed in feeds),
    ]
    if days or any(feed["followed"] for feed in feeds):
        return raise_failures(message)
    for line in message:
        warn(line)
    return 0


REFRESH_COMMAND = Command(
    "refresh",
    "Fetch papers from the feed; without options, the latest days.",
    (),
    _add_refresh_arguments,
    _refresh,
    has_json=True,
)


def look_up_titles(workspace: Workspace, *, quiet: bool, is_asked: bool = True) -> dict[str, Any] | None:
    """Look up the pending titles of saved pages; print the result, unless `quiet`, and return it.

    Return None if no title is pending. Titles left for a later run are mentioned only if the user asked for the look-up
    (`is_asked`).
    """
    waiting = len(waiting_titles(workspace.cache_file, datetime.now(UTC).date()))
    if not waiting:
        return None
    result = run_job(workspace, job("titles"), quiet=quiet)
    found, left = result["found"], result["left"]
    if not quiet:
        if found:
            print_line(f"{amount(found, 'paper')} found by {'its title' if found == 1 else 'their titles'}.")
        if result["error"]:
            warn(f"{amount(left, 'title')} will be looked up with the next refresh: {result['error']}")
        elif left and is_asked:
            print_line(f"{amount(left, 'title')} will be looked up with the next refreshes.")
        if is_asked and (unknown := waiting - found - left) > 0:
            papers = amount(unknown, "paper")
            print_line(f"{papers} not found, and kept as on the page; asked for again after {RETRY_DAYS} days.")
    return {"found": found, "left": left}


# Search the feed itself


def _add_search_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("words", nargs="+", metavar="WORD", help="words for the feed's own search")
    add_limit(parser, "results")
    add_quiet(parser, "print results only, without progress and remarks")


def _search_feed(arguments: Namespace, workspace: Workspace) -> int:
    words = " ".join(arguments.words)
    if not split_words(words):
        raise UsageError(f"“{brief(words)}” has no letter or digit to search for.")
    result = run_job(workspace, job("search", text=words), quiet=arguments.quiet)
    papers = result["papers"][: arguments.limit]
    with workspace.window() as window:
        for paper in papers:
            paper["in_cache"] = window.pk_of(paper["id"]) is not None
    print_results(arguments, papers, _draw_results(papers))
    if not papers and not arguments.quiet:
        warn("The feed finds nothing.")
    return 0


def _draw_results(papers: Sequence[dict[str, Any]]) -> Iterator[str]:
    """A line for each paper, in the feed's order: id, day and title, after a + if the paper is not in the cache."""
    style = Style.of(sys.stdout)
    room = max(20, width() - 26) if is_terminal(sys.stdout) else None
    for paper in papers:
        title = fit(clean(paper["title"]), room).rstrip() if room else clean(paper["title"])
        sign = " " if paper["in_cache"] else "+"
        when = f"{paper['day'] or paper['published'] or '':10}"
        yield f"{sign} {paper['id']:11} {style('muted', when)} {title}"


SEARCH_COMMAND = Command(
    "search",
    "Search the feed itself, not the cache; a + marks papers that are not in the cache.",
    (),
    _add_search_arguments,
    _search_feed,
    has_json=True,
)


# Add


def _add_ids(parser: ArgumentParser) -> None:
    about = "an arXiv id, arXiv's DOI, or an address of arXiv, Hugging Face or alphaXiv"
    parser.add_argument("papers", nargs="+", metavar="ID", help=about)


def _add_papers(arguments: Namespace, workspace: Workspace) -> int:
    ids = [_parse_id(text) for text in arguments.papers]
    failures = [failure for id in ids if (failure := _look_up(workspace, id))]
    with workspace.window() as window:
        pks = [window.pk_of(id) for id in ids]
        papers = [paper for pk in pks if pk is not None and (paper := window.paper(pk)) is not None]
    from reader.actions.export import record

    answer(arguments, map(record, papers), *(f"{paper.id}  {clean(paper.title)}" for paper in papers))
    return raise_failures(failures)


def _parse_id(text: str) -> str:
    id = named_id(text)
    if id is None:
        raise UsageError(f"{brief(text)!r} is not a paper: give an arXiv id or an address with one.")
    return id


def _look_up(workspace: Workspace, id: str) -> ReaderError | None:
    """Fetch a paper into the cache; return the error if that failed."""
    try:
        if run_job(workspace, job("look-up", id=id))["found"]:
            return None
    except FeedError as error:
        error.args = (f"{id} could not be fetched: {error}",)
        return error
    return NotFound(f"Neither the feed nor arXiv has {id}.")


ADD_COMMAND = Command(
    "add",
    "Fetch papers by id or address into the cache, from the feed or else from arXiv.",
    (),
    _add_ids,
    _add_papers,
    has_json=True,
)
