"""Run a job for a command: to its end, with progress, and with all that it says at the end."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from io import StringIO
from urllib.parse import urlsplit

from reader import log
from reader.commands.output import PATIENCE, Progress, amount
from reader.commands.workspace import Workspace
from reader.core.pace import pace
from reader.refresh import jobs
from reader.refresh.failures import log_failure
from reader.refresh.progress import DayEmpty, DayFailed, DayStored, FeedAsked, Waiting


def work(workspace: Workspace, job: jobs.Job, *, quiet: bool = False) -> list[jobs.Message]:
    """All messages of a job, with progress meanwhile unless it is to be `quiet`; raises ReaderError."""
    with Progress(StringIO() if quiet else None) as progress:
        if not isinstance(job, jobs.Keep):
            progress.show(f"asking {urlsplit(workspace.settings.endpoint).netloc}")
        return asyncio.run(_work(workspace, job, progress))


async def _work(workspace: Workspace, job: jobs.Job, progress: Progress) -> list[jobs.Message]:
    log.attach(workspace.settings.log_level)
    said: list[jobs.Message] = []
    begun = time.monotonic()
    ticking = asyncio.create_task(_tick(progress))
    try:
        async with aclosing(jobs.run(workspace.workplace, job)) as messages:
            async for message in messages:
                progress.show(told(message, time.monotonic() - begun))
                log_failure(message)
                said.append(message)
    finally:
        ticking.cancel()
    return said


async def _tick(progress: Progress) -> None:
    """Draw progress while nothing happens: a slow feed is not a dead program."""
    while True:
        await asyncio.sleep(PATIENCE)
        progress.draw()


def told(message: jobs.Message, seconds: float = 0.0) -> str:
    """How far a job is by a message, so many seconds after its begin; empty for what says nothing of it."""
    match message:
        case FeedAsked(title):
            return f"asking {title}"
        case DayStored() | DayEmpty() | DayFailed():
            left = pace(message.n, message.of, seconds) if message.of > 1 else ""
            return f"day {message.n:,} of {message.of:,} done: {message.day}" + (f" · {left}" if left else "")
        case Waiting():
            return f"waiting {message.seconds:.0f} s: {message.why}"
        case jobs.Classified(done, total):
            return f"new topic rules: {done:,} of {total:,} papers"
        case jobs.Dropped(papers, before):
            return f"{amount(papers, 'paper')} from before {before} dropped"
    return ""
