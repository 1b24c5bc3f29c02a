"""Run a job to its end for a command, with progress."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from io import StringIO
from urllib.parse import urlsplit

from reader import log_file
from reader.commands.output import SHOWN_AFTER_SECONDS, Progress
from reader.commands.workspace import Workspace
from reader.core.errors import FeedError, FeedOffline
from reader.core.steps import time_left, watched_by
from reader.core.text import amount
from reader.refresh import running
from reader.refresh.lines import Job, Line, Tell, ignore, waiting

STEP_INTERVAL_SECONDS = 5.0
"""Minimum time between two lines that say only that a job is at work."""


def run_job(workspace: Workspace, job: Job, *, quiet: bool = False, tell: Tell = ignore) -> Line:
    """Run a job, and return its result; raises ReaderError, and what `tell` raises, which stops the job.

    Shows progress unless `quiet`. `tell` gets each line as it comes, from any thread, and a line for each wait and, if
    nothing else happens, for some of the steps.
    """
    workspace.has_changed = True
    with Progress(StringIO() if quiet else None) as progress:
        if job["job"] != "store":
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


async def _run(workspace: Workspace, job: Job, progress: Progress, tell: Tell) -> Line:
    log_file.attach(workspace.settings.log_level)
    started = beat = time.monotonic()
    loop = asyncio.get_running_loop()
    not_received: list[Exception] = []

    def pass_on(line: Line) -> None:
        # The job would take a closed pipe for a failure of the source that it asks: it is cancelled instead.
        try:
            if not not_received:
                tell(line)
        except Exception as error:
            not_received.append(error)
            loop.call_soon_threadsafe(work.cancel)

    def note(seconds: float, why: str) -> None:
        nonlocal beat
        if why:
            progress.show(describe_progress(waiting(seconds, why)))
        if seconds or time.monotonic() - beat >= STEP_INTERVAL_SECONDS:
            beat = time.monotonic()
            pass_on(waiting(seconds, why))

    def receive(line: Line) -> None:
        progress.show(describe_progress(line, time.monotonic() - started))
        if line.get("failed") in ("day", "feed"):
            log_file.record_warning(f"{line['failed']} {line.get('day') or line['title']}", line["error"])
        pass_on(line)

    redrawing = asyncio.create_task(_redraw(progress))
    try:
        with watched_by(note):
            work = asyncio.ensure_future(running.run_job(replace(workspace.job_context, tell=receive), job))
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
    """Redraw the progress without messages, so that a slow feed does not look like a hang."""
    while True:
        await asyncio.sleep(SHOWN_AFTER_SECONDS)
        progress.draw()


def describe_progress(line: Line, seconds: float = 0.0) -> str:
    """The progress text of a line after `seconds`; empty for other lines."""
    match line:
        case {"step": "asking", "title": title}:
            return f"asking {title}"
        case {"day": day, "n": n, "of": of}:
            left = time_left(n, of, seconds) if of > 1 else ""
            return f"day {n:,} of {of:,} done: {day}" + (f" · {left}" if left else "")
        case {"step": "wait", "seconds": wait, "why": why}:
            return f"waiting {wait:.0f} s: {why}"
        case {"step": "titles", "n": n, "of": of} if n < of:
            pace = time_left(n, of, seconds)
            return f"title {n + 1:,} of {of:,}" + (f" · {pace}" if pace else "")
        case {"step": "texts", "n": n, "of": of} if n < of:
            return f"full text {n + 1:,} of {of:,}"
        case {"step": "pdf", "bytes": received, "total": total}:
            whole = f" of {total / 1e6:.1f}" if total else ""
            return f"{received / 1e6:.1f}{whole} MB of the PDF"
        case {"step": "topics", "n": n, "of": of}:
            return f"other topics: {n:,} of {of:,} papers"
        case {"step": "hook", "n": n, "of": of}:
            return f"on_new: {n:,} of {amount(of, 'paper')}"
        case {"step": "dropped", "papers": papers, "before": before}:
            return f"{amount(papers, 'paper')} from before {before} dropped"
    return ""
