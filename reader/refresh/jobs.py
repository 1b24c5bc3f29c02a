"""Run a job in its own process, so that keys never wait for it.

The process is the program itself, `dailypapers refresh --json --job JOB`, which prints lines of `reader.refresh.lines`
for each step, result and failure. A thread would share the interpreter lock with the keys: storing papers made a
repaint of 10 ms take 200 ms. The cache survives a kill at any moment, so a job is stopped by killing its process. The
process exits with the reader, even if the reader is killed; otherwise it would keep the feed's host lock.

The process and the programs that a job runs get the user's environment. The words and the access token go through
standard input, because other programs can read a command line, and the system limits its length.

The last line of a job is its result or its failure. All other output is read continuously, because the process would
hang once the pipe is full. Each source has its own time limits; a job that prints no line for an hour is stopped too.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, closing, suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from reader import access_token, log_file, platform
from reader.access_token import lookup_environment
from reader.config import retention_start, text_retention_start
from reader.core.errors import CacheError, NoFullText, ReaderError, UsageError
from reader.core.text import reason
from reader.paths import response_cache_folder
from reader.refresh.lines import (
    Canvas,
    Job,
    JobContext,
    Latest,
    Line,
    Tell,
    error_of,
    failure_line,
    ignore,
    plan_of,
    result_line,
    step,
)

if TYPE_CHECKING:
    from reader.cache.storing import Cache
    from reader.core.paper import Draft
    from reader.refresh.sources import Sources

MAX_LINE_BYTES = 1 << 26
"""The longest line that is read; a picture for a large terminal takes a few megabytes."""

NICENESS = 5
"""The niceness of the process, so that the reader's keys come first."""

REPORT_BYTES = 1 << 16
"""How many of the last bytes of standard error are kept; they have the traceback."""

EXIT_WAIT_SECONDS = 2.0
"""Seconds to wait for a killed process to exit; a process that takes longer hangs in the system."""

MAX_SILENCE_SECONDS = 3600.0
"""Seconds without a line after which a job is stuck; a program that it runs may take long."""

FOUND_RETENTION = timedelta(days=1)
"""How long the cache keeps the results of a search on the feed that the user neither marks nor opens."""

_START = (
    "import sys; sys.path.insert(0, sys.argv[1]); from importlib import import_module;"
    " words = import_module(sys.argv[2]).begin(); from reader.cli import main; sys.exit(main(words))"
)


# On the reader's side


def process_command(module: str) -> list[str]:
    """The command line of a process of this program in which `begin` of `module` calls `read_startup_line`."""
    # Without -P, Python would import a folder named `reader` in the working directory.
    return [sys.executable, "-P", "-c", _START, str(Path(__file__).parents[2]), module]


def startup_line(words: Sequence[str], *, stays: bool = False) -> bytes:
    """The line for `read_startup_line`: a command's words and the access token.

    With `stays`, the command continues when the reader exits.
    """
    values = {"words": list(words), "tokens": access_token.held_secrets(), "stays": stays}
    return json.dumps(values).encode() + b"\n"


async def run_in_process(job: Job, tell: Tell = ignore, *, variables: Mapping[str, str] | None = None) -> Line:
    """Run a job in its own process and return its result; raises ReaderError, also for a job that hangs.

    `variables` are added to the environment.
    """
    words = ["refresh", "--json", "--job", json.dumps(job)]
    pipe = asyncio.subprocess.PIPE
    try:
        process = await asyncio.create_subprocess_exec(
            *process_command(__name__),
            env=access_token.child_environment() | dict(variables or {}),
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            limit=MAX_LINE_BYTES,
        )
    except OSError as error:
        raise ReaderError(f"No background job could be started: {error.strerror}; try again later.") from error
    assert process.stdin and process.stdout and process.stderr  # noqa: S101 (all are pipes)
    process.stdin.write(startup_line(words))
    printing = asyncio.create_task(_read_tail(process.stderr))
    try:
        while True:
            # The event loop's clock stops while the machine is suspended.
            async with asyncio.timeout(MAX_SILENCE_SECONDS):
                line = await _read_line(process.stdout)
            if line is None:
                last = reason((await _log_report(printing)).rpartition("\n")[2])
                raise ReaderError(f"The background job ended unexpectedly{f': {last}' if last else ''}.")
            if "done" in line:
                return line
            if line.get("failed") == "job":
                raise error_of(line) or ReaderError("The background job failed.")
            tell(line)
    except TimeoutError as error:
        silent = "The background job made no progress for an hour and was stopped"
        raise ReaderError(f"{silent}; what it stored is kept. Try again.") from error
    finally:
        printing.cancel()
        with suppress(ProcessLookupError):
            process.kill()
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), EXIT_WAIT_SECONDS)


async def _read_line(stdout: asyncio.StreamReader) -> Line | None:
    """The next line of a job; None at the end, and for text that is too long or not a line of a job."""
    try:
        line = json.loads(await stdout.readline())
    except (ValueError, RecursionError):
        return None
    return line if isinstance(line, dict) and line.keys() & {"step", "failed", "done"} else None


async def _read_tail(stderr: asyncio.StreamReader) -> str:
    """Read standard error to its end, and return the last `REPORT_BYTES`."""
    printed = bytearray()
    while chunk := await stderr.read(REPORT_BYTES):
        printed += chunk
        del printed[:-REPORT_BYTES]
    return printed.decode(errors="replace").strip()


async def _log_report(printing: asyncio.Task[str]) -> str:
    """Log and return the standard error of a process that has ended; empty if the process still prints."""
    await asyncio.wait([printing], timeout=EXIT_WAIT_SECONDS)
    report = printing.result() if printing.done() else ""
    if report:
        log_file.record_report("worker process", report)
    return report


# On the job's side


def begin() -> list[str]:
    """Prepare the process of a job, and return the words of its command."""
    platform.lower_priority(NICENESS)
    words = read_startup_line(lambda: os._exit(1))
    # Standard output is only for lines; other output to it is redirected to standard error.
    sys.stdout = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return words


def read_startup_line(end: Callable[[], object]) -> list[str]:
    """Read the words of a command from standard input, and call `end` once the reader is gone.

    The system then closes the reader's end of the pipe, to which the reader writes nothing more.
    """
    values = json.loads(sys.stdin.buffer.readline())
    alive = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 (open until the end)

    def watch() -> None:
        while os.read(alive, 1):
            pass
        end()

    if not values.get("stays"):
        threading.Thread(target=watch, daemon=True).start()
    # The program removes the tokens from its environment before anything else.
    os.environ.update(values["tokens"])
    return [str(word) for word in values["words"]]


# The jobs, in the process that runs them


async def run_job(context: JobContext, job: Job) -> Line:
    """Run a job in this process and return its result; `context.tell` gets the earlier lines.

    Raises UsageError for an invalid job, and ReaderError. Cancelling the task stops the job; stored data stays.
    """
    values = dict(job)
    run = _JOBS.get(values.pop("job", ""))
    if run is None:
        raise UsageError(f"There is no job {job.get('job')!r}; the jobs are {', '.join(_JOBS)}.")
    try:
        running = run(context, **values)
    except TypeError as error:
        raise UsageError(f"The job {job['job']} does not take these values: {error}.") from error
    return await running


def _open_cache(context: JobContext) -> AbstractContextManager[Cache]:
    from reader.cache.storing import Cache

    return closing(Cache.open(context.cache_file, context.rules()))


@asynccontextmanager
async def _open_all(context: JobContext) -> AsyncIterator[Sources]:
    """The cache with the clients of all sources, by the settings."""
    from reader.refresh.sources import open_sources

    with _open_cache(context) as cache:
        async with open_sources(context, cache) as sources:
            yield sources


async def _refresh(context: JobContext, **values: Any) -> Line:
    """Fetch the plan's papers, apply the standing queries to new ones, and maintain the cache."""
    from reader.refresh.sources import refresh_all
    from reader.refresh.standing import StandingQueries

    plan = plan_of(**values)
    standing = StandingQueries(context, has_news=isinstance(plan, Latest))
    async with _open_all(context) as sources:
        standing.start()
        sums = await refresh_all(plan, sources)
        if failing := sources.feeds.failing():
            first = failing[0]
            about = {"title": first.title, "since": first.failing_since or "", "more": len(failing) - 1}
            context.tell(step("failing", **about))
        if marked := standing.mark():
            # The marks are one action, which can be undone.
            context.tell(step("rules", did=[list(change) for change in marked]))
        _maintain_cache(context, sources.cache)
        for act in (standing.notify, partial(standing.run, text_fetcher(context))):
            try:
                await act()
            except ReaderError as error:
                context.tell(failure_line("notification", error))
    return sums


def text_fetcher(context: JobContext) -> Callable[[str], Awaitable[None]]:
    """A function that fetches a paper's full text by a job in this process, or raises NoFullText."""

    async def fetch(id: str) -> None:
        if missing := (await _fetch_text(context, id)).get("missing"):
            raise NoFullText(f"{id} has no full text: {missing}.")

    return fetch


def _maintain_cache(context: JobContext, cache: Cache) -> None:
    """Reclassify papers if the topics changed, delete papers that are too old, and back up once a day."""
    from reader.cache.choice import update
    from reader.cache.texts import Texts
    from reader.log import copies

    if cache.needs_classifying():
        for classified, of in cache.reclassify():
            context.tell(step("topics", n=classified, of=of))
    if before := retention_start(context.settings, context.now().date()):
        for dropped in cache.drop_before(before):
            context.tell(step("dropped", papers=dropped, before=before))
    cache.drop_found((context.now() - FOUND_RETENTION).isoformat(timespec="seconds"))
    if before := text_retention_start(context.settings, context.now().date()):
        with closing(Texts.open(context.cache_file)) as texts:
            list(texts.drop_unused(before))
    # Scores and reasons come last, so that For you has them for the new papers.
    with suppress(CacheError):
        update(context.cache_file)
    cache.rest()
    copies.keep_daily_copy(context.cache_file, context.now().astimezone().date())


async def _learn(context: JobContext) -> Line:
    """Learn the user's taste from the marks, and store the papers' scores and reasons."""
    from reader.cache.choice import update

    return result_line("for-you", changed=update(context.cache_file))


async def _fetch_text(context: JobContext, id: str) -> Line:
    """Fetch a text; the result has its `source`, or the reason why it is `missing`."""
    from reader.refresh import texts

    pk = texts.find_key(context.cache_file, id)
    if pk is None:
        return result_line("text", id=id, missing="it is not in the cache")
    async with texts.open_sources(context.settings) as sources:
        return await texts.fetch_text(context.cache_file, pk, id, sources, context.now)


async def _fetch_texts_ahead(context: JobContext) -> Line:
    """Fetch full texts ahead of reading, as the settings say."""
    from reader.refresh import texts

    async with texts.open_sources(context.settings) as sources:
        return await texts.fetch_texts_ahead(context, sources)


async def _look_up_titles(context: JobContext) -> Line:
    """Look up the titles of saved pages' papers whose arXiv ids are not known."""
    from reader.refresh.papers import look_up_titles

    async with _open_all(context) as sources:
        return await look_up_titles(sources)


async def _look_up_paper(context: JobContext, id: str) -> Line:
    """Fetch a paper by its arXiv id."""
    from reader.cache.watching import pass_over

    async with _open_all(context) as sources:
        found = await sources.look_up(id)
    if found:
        pass_over(context.cache_file, id)
    return result_line("look-up", found=found)


async def _refresh_paper(context: JobContext, id: str) -> Line:
    """Fetch a cached paper's related data by its arXiv id, if the data is older than a day."""
    from reader.refresh.papers import refresh_paper

    async with _open_all(context) as sources:
        return await refresh_paper(sources, id)


async def _search_feed(context: JobContext, text: str, stores: bool = False) -> Line:
    """Search the whole feed; with `stores`, store the results for the reader's list and return their keys."""
    from reader.feeds.http import Client
    from reader.feeds.huggingface import HuggingFaceClient

    http = Client.for_feed(context.settings, lookup_environment(), response_cache_folder())
    async with HuggingFaceClient(http) as daily:
        found = await daily.search(text)
    if stores:
        with _open_cache(context) as cache:
            return result_line("search", keys=cache.store_found(found, context.now().isoformat(timespec="seconds")))
    return result_line(
        "search", papers=[_found_paper(draft, listing.day) for listing in found for draft in listing.drafts]
    )


def _found_paper(draft: Draft, day: str | None) -> dict[str, Any]:
    return {
        "id": draft.id,
        "title": draft.title,
        "abstract": draft.abstract or None,
        "day": day,
        "published": draft.published,
        "authors": list(draft.authors),
        "upvotes": draft.upvotes,
    }


async def _draw_picture(context: JobContext, address: str, canvas: Sequence[Any]) -> Line:
    """Fetch and draw a picture."""
    from reader.refresh.texts import fetch_picture

    data = await fetch_picture(address, context.settings)
    return result_line("picture", **context.draw(data, Canvas(*canvas)))


async def _fetch_pdf(context: JobContext, id: str, path: str) -> Line:
    """Fetch a paper's PDF to a file that must not exist; a stopped job keeps the received part."""
    from reader.feeds.fulltext.pdf_client import open_pdf_texts

    def tell(received: int, total: int | None) -> None:
        context.tell(step("pdf", bytes=received, total=total))

    async with open_pdf_texts(response_cache_folder(), lookup_environment()) as client:
        await client.fetch(id, Path(path), tell)
    return result_line("pdf", path=path)


_JOBS: Mapping[str, Callable[..., Awaitable[Line]]] = MappingProxyType(
    {
        "refresh": _refresh,
        "look-up": _look_up_paper,
        "titles": _look_up_titles,
        "paper": _refresh_paper,
        "search": _search_feed,
        "text": _fetch_text,
        "texts": _fetch_texts_ahead,
        "for-you": _learn,
        "pdf": _fetch_pdf,
        "picture": _draw_picture,
    }
)
"""The jobs by name; the other values of a job are the arguments."""
