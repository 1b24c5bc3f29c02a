"""The command line: chooses the command, runs it, and turns failures into one line and an exit code.

Exit codes: 0 done, 1 failed, 2 used wrongly, 130 interrupted. Opening the reader is the commonest command and shall
not wait for the others: what they need is imported when they run.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from reader import __version__
from reader.commands.registry import MODULES, add_reader_options, find_command, tree
from reader.core.errors import ReaderError, UsageError
from reader.paths import APP

if TYPE_CHECKING:
    from reader.commands.workspace import Session
    from reader.refresh.jobs import Job, Message


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program with these words, by default those of the command line; returns the exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        _speak_plainly(sys.stdout, sys.stderr)
        code = run(words)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read the output has enough of it. Python would say so again when it closes the stream.
        _discard_output()
        return 0
    except KeyboardInterrupt:
        return 130
    except (ReaderError, OSError) as error:
        return _fail(error)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 0
    return code


def run(words: Sequence[str]) -> int:
    """Run a command, or open the reader; raises ReaderError."""
    first = words[0] if words else ""
    if first in MODULES:
        return _run_command(first, words[1:])
    if first in ("-h", "--help"):
        tree().print_help()
        return 0
    if first in ("-V", "--version"):
        print(f"{APP} {__version__}")
        return 0
    return _open_reader(words)


# Commands


def _run_command(name: str, words: Sequence[str]) -> int:
    from reader.commands.command import Parser, add_arguments, parse
    from reader.commands.workspace import Session

    command = find_command(name)
    parser = Parser(prog=f"{APP} {name}", allow_abbrev=False)
    add_arguments(parser, command)
    return command.run(parse(parser, words), Session())


# The reader


def _open_reader(words: Sequence[str]) -> int:
    """Open the reader on a query; a command that stands behind an option, or is misspelled, is told."""
    from reader.commands.workspace import Session, parsed

    query, demo = _reader_options(words)
    parsed(query)
    if not _has_terminal():
        advice = _misspelled(words) or f" To print papers, use '{APP} list'."
        raise UsageError(f"The reader needs a terminal.{advice}")
    return _show_sample(Session(), query) if demo else _show_reader(Session(), query)


def _has_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _reader_options(words: Sequence[str]) -> tuple[str, bool]:
    """The query that the words make, and whether the sample is asked for."""
    if not any(word.startswith("-") for word in words):
        return " ".join(words), False
    from reader.commands.command import SEE_HELP, Parser, add_query, parse, query_of

    parser = Parser(prog=APP, allow_abbrev=False)
    add_reader_options(parser)
    add_query(parser)
    try:
        options = parse(parser, words)
    except UsageError as error:
        # What was meant is worth more than where the help is.
        advice = _misplaced(words) or _misspelled(words) or f"{SEE_HELP} '{APP} --help'."
        raise UsageError(str(error).partition(SEE_HELP)[0] + advice) from error
    return query_of(options.query), options.demo


def _misplaced(words: Sequence[str]) -> str:
    """What to say of a command that stands behind options; empty if none does."""
    named = next((word for word in words if word in MODULES), None)
    return f" Options stand behind the command: '{APP} {named} --help' tells them." if named else ""


def _misspelled(words: Sequence[str]) -> str:
    """What to say of a first word that is nearly a command; empty if it is not."""
    from reader.core.nearest import nearest

    meant = nearest(words[0], MODULES) if words and words[0].isalpha() else None
    return f" Did you mean '{APP} {meant}'?" if meant else ""


def _show_reader(session: Session, query: str, sample: Path | None = None) -> int:
    """Open the reader on the user's cache, or on that of the sample."""
    # Looking for garbage costs 25 ms of the start, and there is none yet; the reader turns it on after its first frame.
    gc.disable()
    # A key waits for as long as a thread that reads the cache may go on, several times a frame: each time 5 ms of 16.
    sys.setswitchinterval(0.001)
    # Textual paints at ticks of its clock, and after a rest lets two of them pass: 33 ms at its 60 a second.
    os.environ.setdefault("TEXTUAL_FPS", "250")
    from reader import paths
    from reader.cache import schema
    from reader.ui.app import SAMPLE, ReaderApp

    file = sample or session.cache_file
    schema.ensure(file)
    app = ReaderApp(
        session.settings,
        file,
        query=query,
        demo=sample is not None,
        state_file=paths.state_file(),
        run_job=partial(_run_job, session, file),
        rules=lambda: session.topics,
        warnings=[str(mistake) for mistake in session.loaded.mistakes],
    )
    outcome = app.run()
    # The interpreter's end would look for garbage once more in all that was imported, which takes 0.3 s.
    gc.freeze()
    if outcome == SAMPLE and not sample:
        return _show_sample(session, query)
    return app.return_code or 0


def _run_job(session: Session, file: Path, job: Job) -> AsyncGenerator[Message, None]:
    """Do a job of the reader's in a process of its own."""
    from reader import config
    from reader.refresh import worker
    from reader.refresh.jobs import JobContext

    own = config.topic_rules_file(session.settings, session.config_file)
    return worker.run_in_process(JobContext(file, session.settings, partial(config.load_topics, own)), job)


def _show_sample(session: Session, query: str) -> int:
    """Open the bundled sample in a cache that is gone afterwards."""
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(prefix=f"{APP}-", ignore_cleanup_errors=True) as folder:
        file = Path(folder) / "papers.db"
        fill_with_sample(session, file)
        return _show_reader(session, query, file)


def fill_with_sample(session: Session, file: Path) -> None:
    """Make a cache of the papers that ship with the program."""
    from datetime import UTC, datetime
    from io import BytesIO

    from reader.cache.papers import Cache
    from reader.data import read_text
    from reader.feeds.files.papers_file import read_papers

    now = datetime.now(UTC)
    with closing(Cache.open(file, session.topics)) as cache:
        listings = read_papers(BytesIO(read_text("sample.json").encode()), now.date())
        for _ in cache.store_all(listings, now.isoformat(timespec="seconds")):
            pass


# Output


def _fail(error: ReaderError | OSError) -> int:
    """Say in one line what went wrong; returns the exit code."""
    text = " ".join(str(error).split())
    if isinstance(error, OSError):
        text = f"{error.filename or 'The system'}: {error.strerror or text}."
    print(text if text.startswith(APP) else f"{APP}: {text}", file=sys.stderr)
    return 2 if isinstance(error, UsageError) else 1


def _speak_plainly(*streams: TextIO) -> None:
    """Let a stream whose encoding lacks a letter say a question mark, not fail."""
    for stream in streams:
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def _discard_output() -> None:
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
