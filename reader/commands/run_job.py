"""Run a job to its end for a command, with progress."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from io import StringIO
from urllib.parse import urlsplit

from reader import log_file
from reader.commands.output import PATIENCE, Progress
from reader.commands.workspace import Workspace
from reader.core.errors import FeedError, FeedOffline
from reader.core.steps import pace_text, watched_by
from reader.core.text import amount
from reader.refresh import jobs, running
from reader.refresh.jobs import (
    DayEmpty,
    DayFailed,
    DayStored,
    FeedStarted,
    PdfReceived,
    TextsAhead,
    TitlesLookedUp,
    Waiting,
    log_failure,
)


def run_job(workspace: Workspace, job: jobs.Job, *, quiet: bool = False) -> list[jobs.Message]:
    """Run a job, show progress unless `quiet`, and return all its messages; raises ReaderError."""
    workspace.has_changed = True
    with Progress(StringIO() if quiet else None) as progress:
        if not isinstance(job, jobs.StorePapers):
            progress.show(f"asking {urlsplit(workspace.settings.endpoint).netloc}")
        with jobs.limited_memory():
            return asyncio.run(_collect_messages(workspace, job, progress))


def fetch(workspace: Workspace, job: jobs.Job, page: str) -> list[jobs.Message]:
    """Run a job for one paper; a failure mentions the paper's page unless there is no network."""
    try:
        return run_job(workspace, job)
    except FeedOffline:
        raise
    except FeedError as error:
        error.args = (f"{error} See {page}",)
        raise


async def _collect_messages(workspace: Workspace, job: jobs.Job, progress: Progress) -> list[jobs.Message]:
    log_file.attach(workspace.settings.log_level)
    received: list[jobs.Message] = []
    started = time.monotonic()
    redrawing = asyncio.create_task(_redraw(progress))

    def show_wait(seconds: float, why: str) -> None:
        if why:
            progress.show(describe_progress(Waiting(seconds, why)))

    try:
        with watched_by(show_wait):
            async with aclosing(running.run_job(workspace.job_context, job)) as messages:
                async for message in messages:
                    progress.show(describe_progress(message, time.monotonic() - started))
                    log_failure(message)
                    received.append(message)
    finally:
        redrawing.cancel()
    return received


async def _redraw(progress: Progress) -> None:
    """Redraw the progress without messages, so that a slow feed does not look like a hang."""
    while True:
        await asyncio.sleep(PATIENCE)
        progress.draw()


def describe_progress(message: jobs.Message, seconds: float = 0.0) -> str:
    """The progress text of a message after `seconds`; empty for other messages."""
    match message:
        case jobs.ExtensionMessage():
            return message.progress
        case FeedStarted(title):
            return f"asking {title}"
        case DayStored() | DayEmpty() | DayFailed():
            left = pace_text(message.n, message.of, seconds) if message.of > 1 else ""
            return f"day {message.n:,} of {message.of:,} done: {message.day}" + (f" · {left}" if left else "")
        case Waiting():
            return f"waiting {message.seconds:.0f} s: {message.why}"
        case TitlesLookedUp(done, total) if done < total:
            pace = pace_text(done, total, seconds)
            return f"title {done + 1:,} of {total:,}" + (f" · {pace}" if pace else "")
        case TextsAhead(done, total) if done < total:
            return f"full text {done + 1:,} of {total:,}"
        case PdfReceived(done, total):
            of = f" of {total / 1e6:.1f}" if total else ""
            return f"{done / 1e6:.1f}{of} MB of the PDF"
        case jobs.PapersClassified(done, total):
            return f"other topics: {done:,} of {total:,} papers"
        case jobs.HookRan(done, of):
            return f"on_new: {done:,} of {amount(of, 'paper')}"
        case jobs.PapersDropped(papers, before):
            return f"{amount(papers, 'paper')} from before {before} dropped"
    return ""
