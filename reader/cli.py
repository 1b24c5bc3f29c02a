"""The command line: choose the command, run it, and turn failures into one line and an exit code.

Exit codes: 0 done, 1 failed, 2 used wrongly, 130 interrupted. Modules that only some commands need are imported when
they run, because most runs open the reader.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import AsyncGenerator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from reader import __version__, access_token
from reader.commands.line.registry import COMMANDS, add_reader_options, find_command
from reader.core.errors import ReaderError, UsageError
from reader.paths import APP

if TYPE_CHECKING:
    from threading import ExceptHookArgs

    from reader.commands.workspace import Workspace
    from reader.refresh.jobs import Job, Message
    from reader.ui.first_frame.frame import FirstFrame
    from reader.ui.shell import Shell


def main(arguments: Sequence[str] | None = None, first_frame: FirstFrame | None = None) -> int:
    """Run the program with these words (default: the command line's); return the exit code.

    `first_frame` is the frame that is on the terminal already, if any.
    """
    code = _run_safely(list(sys.argv[1:] if arguments is None else arguments), first_frame)
    lost = _finish(sys.stdout)
    if lost is not None and not isinstance(lost, BrokenPipeError) and code == 0:
        code = _report_unexpected("output", lost)
    for stream in (sys.stderr, sys.__stdout__, sys.__stderr__):
        _finish(stream)
    return code


def _run_safely(words: Sequence[str], frame: FirstFrame | None) -> int:
    """Run the program; turn every failure into a line and an exit code."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        # As it began, in `__main__`: from here on an interrupt is an exception, which lets a command tidy up.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    access_token.hide_tokens()
    _open_closed_streams()
    try:
        try:
            _replace_unknown_letters(sys.stdout, sys.stderr)
            code = run(words, frame)
        finally:
            # What is printed from here on belongs on the user's own screen.
            if frame is not None:
                frame.take_down()
        sys.stdout.flush()
    except BrokenPipeError:
        # The program that reads the output has ended. Python would report this again when it closes the stream.
        from reader.commands.output import discard

        discard(sys.stdout)
        return 0
    except KeyboardInterrupt:
        return 130
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 0
    except ReaderError as error:
        from reader.commands.failure import kind_of

        _print_failure(str(error), kind_of(error), words)
        return 2 if isinstance(error, UsageError) else 1
    except Exception as error:
        return _report_unexpected(words[0] if words and words[0] in COMMANDS else "reader", error, words)
    return code


def run(words: Sequence[str], frame: FirstFrame | None = None) -> int:
    """Run a command, or open the reader; raises ReaderError."""
    first = words[0] if words else ""
    if first in COMMANDS:
        return _run_command(first, words[1:])
    if first in ("-h", "--help"):
        return _print_front_page(words)
    if first in ("-V", "--version"):
        print(f"{APP} {__version__}")
        return 0
    return _open_reader(words, frame)


def _print_front_page(words: Sequence[str]) -> int:
    from reader.commands.line.front_page import front_page
    from reader.commands.line.parsing import take_colours

    take_colours(words)
    print(front_page(), end="")
    return 0


# Commands


def _run_command(name: str, words: Sequence[str]) -> int:
    from reader.commands.command import OpenReader, make_parser
    from reader.commands.line.parsing import parse
    from reader.commands.workspace import Workspace

    command = find_command(name)
    options = parse(make_parser(command), words)
    workspace = Workspace(options.log_level)
    if getattr(options, "reader", False):
        # Before anything is fetched.
        _expect_terminal("In the reader, the key that adds a paper shows one by its id.")
    try:
        outcome = command.run(options, workspace)
    finally:
        workspace.write_exports()
    if not isinstance(outcome, OpenReader):
        return outcome
    return _show_reader(workspace, f'id:"{outcome.paper}"', opens_page=True)


# The reader


def _open_reader(words: Sequence[str], frame: FirstFrame | None) -> int:
    """Open the reader on a query; raises UsageError for wrong words, and for a first word that is nearly a command."""
    if meant := _meant_command(words):
        raise UsageError(
            f"There is no command {words[0]!r}. Did you mean {meant}?"
            f" To open the reader on a query that begins with it, write '{APP} -- {words[0]}'."
        )
    query, demo, log_level = _parse_reader_options(words)
    from reader.commands.workspace import Workspace, parsed

    if query:
        parsed(query)
    _expect_terminal(f"To print papers, use '{APP} list'.")
    workspace = Workspace(log_level)
    return _show_sample(workspace, query) if demo else _show_reader(workspace, query, frame=frame)


def _has_terminal() -> bool:
    return _has_driver() or (sys.stdin.isatty() and sys.stdout.isatty())


def _expect_terminal(advice: str) -> None:
    """Raise UsageError with advice if the reader can't be drawn."""
    if not _has_terminal():
        raise UsageError(f"The reader needs a terminal. {advice}")
    if not _has_driver() and os.environ.get("TERM") == "dumb":
        raise UsageError(f"This terminal can't be drawn on (TERM is dumb). {advice}")


def _has_driver() -> bool:
    """Whether the reader is drawn elsewhere than on a terminal, such as by `textual serve` in a browser."""
    return bool(os.environ.get("TEXTUAL_DRIVER"))


def _parse_reader_options(words: Sequence[str]) -> tuple[str, bool, str | None]:
    """The query, whether to open the sample, and the level of the log if one is given."""
    if not any(word.startswith("-") for word in words):
        # Without options there is no need to import argparse.
        return " ".join(words), False, None
    from reader.commands.command import SEE_HELP, Parser, add_query, query_of
    from reader.commands.line.parsing import asks_for_help, parse

    if asks_for_help(words):
        raise SystemExit(_print_front_page(words))
    parser = Parser(prog=APP, allow_abbrev=False)
    add_reader_options(parser)
    add_query(parser)
    try:
        options = parse(parser, words)
    except UsageError as error:
        advice = _explain_option_order(words) or f"{SEE_HELP} '{APP} --help'."
        raise UsageError(str(error).partition(SEE_HELP)[0] + advice) from error
    if options.version:
        print(f"{APP} {__version__}")
        raise SystemExit(0)
    if options.color == "never":
        os.environ["NO_COLOR"] = "1"
    return query_of(options.query), options.demo, options.log_level


def _explain_option_order(words: Sequence[str]) -> str:
    """Advice if the options precede the command, else empty."""
    named = next((word for word in words if word in COMMANDS), None)
    return f" Options follow the command: '{APP} {named} --help' lists them." if named else ""


def _meant_command(words: Sequence[str]) -> str | None:
    """The command that the first word is nearly the name of."""
    from reader.core.nearest import nearest

    return nearest(words[0], COMMANDS) if words and words[0].isalpha() else None


def _show_reader(
    workspace: Workspace,
    query: str,
    sample: Path | None = None,
    frame: FirstFrame | None = None,
    *,
    opens_page: bool = False,
) -> int:
    """Open the reader on the user's cache, or on the sample's; with `opens_page` on the page of the first paper."""
    from reader.ui.terminal.process import skip_final_collection, tune_process

    tune_process()
    import threading

    from reader import paths
    from reader.ui.app import SAMPLE, ReaderApp
    from reader.ui.terminal.leaving import Leaving, exit_code

    file = sample or workspace.cache_file
    told = [] if sample else _prepare_cache(workspace, frame)
    threading.excepthook = _record_thread_error
    _draw_on_terminal()
    if frame is not None and not frame.is_shown:
        frame = None
    leaving = Leaving(frame)
    try:
        app = ReaderApp(
            workspace.settings,
            file,
            query=query,
            opens_page=opens_page,
            demo=sample is not None,
            state_file=paths.state_file(),
            run_job=partial(_run_job, workspace, file),
            rules=lambda: workspace.topics,
            shell=partial(_shell, workspace, sample),
            leaving=leaving,
            first_frame=frame,
            settings_file=workspace.config_file,
            keep_setting=partial(_keep_setting, workspace),
            warnings=[*told, *(str(mistake) for mistake in workspace.loaded.mistakes)],
        )
        outcome = app.run()
    finally:
        leaving.retire()
        if frame is not None:
            frame.take_down()
    skip_final_collection()
    lost = app.last_place.keep()
    if app.has_exports_due and not leaving.signal:
        workspace.has_changed = True
        workspace.write_exports()
    for words in app.commands_due:
        from reader.commands.line.own_process import start_beyond

        # The reader does not wait for a folder that may be on a network.
        start_beyond(words)
    if lost:
        _print_failure(" ".join(lost))
    if app._exception is not None and not leaving.is_terminal_gone:
        return _report_unexpected("reader", app._exception)
    if outcome == SAMPLE and not sample and not leaving.signal:
        return _show_sample(workspace, query)
    return exit_code(leaving.signal, lost) or app.return_code or 0


def _shell(workspace: Workspace, sample: Path | None) -> Shell:
    """What the reader's command line can do; over the sample, commands know nothing of the user's own files."""
    from reader.commands.line.shell import ReaderShell
    from reader.commands.workspace import Workspace
    from reader.paths import HOME_VARIABLE

    if sample is None:
        return ReaderShell(workspace)
    return ReaderShell(Workspace(cache_file=sample), {HOME_VARIABLE: str(sample.parent)})


def _prepare_cache(workspace: Workspace, frame: FirstFrame | None = None) -> list[str]:
    """Bring the cache to this program's schema, or mend it; return what the user has to know."""
    from reader.cache import schema
    from reader.core.errors import CacheDamaged
    from reader.paths import suspect_stamp

    file = workspace.cache_file
    try:
        is_good = file.exists() and not suspect_stamp(file).exists()
        if is_good:
            schema.ensure(file)
    except CacheDamaged:
        is_good = False
    if is_good and os.access(file, os.W_OK) and os.access(file.parent, os.W_OK):
        return []
    if frame is not None:
        # It says on the user's own screen what it does.
        frame.take_down()
    from reader.commands.repairing import prepare_cache

    return prepare_cache(file, lambda: workspace.topics)


def _keep_setting(workspace: Workspace, name: str, value: str) -> None:
    """Write a setting that was chosen in the reader to the user's file; raises ReaderError."""
    from reader.commands.settings_file import set_value

    set_value(workspace, name, [value])


def _record_thread_error(failure: ExceptHookArgs) -> None:
    """Log an uncaught error in a thread; Python would print it over the screen."""
    from reader import log

    log.record_thread_error(failure)


def _run_job(workspace: Workspace, file: Path, job: Job) -> AsyncGenerator[Message, None]:
    """Run one of the reader's jobs in a process of its own."""
    from reader import config
    from reader.refresh import worker
    from reader.refresh.jobs import JobContext, Refresh

    settings = workspace.with_rules_of_now() if isinstance(job, Refresh) else workspace.settings
    own = config.topic_rules_file(settings, workspace.config_file)
    return worker.run_in_process(JobContext(file, settings, partial(config.load_topics, own)), job)


def _show_sample(workspace: Workspace, query: str) -> int:
    """Open the bundled sample in a temporary cache."""
    from tempfile import TemporaryDirectory

    from reader.commands.sample import fill_with_sample

    with TemporaryDirectory(prefix=f"{APP}-", ignore_cleanup_errors=True) as folder:
        file = Path(folder) / "papers.db"
        fill_with_sample(workspace, file)
        return _show_reader(workspace, query, file)


# Output


def _finish(stream: TextIO | None) -> OSError | None:
    """Write what a stream holds, or drop it and return why: Python would try again at its end, and exit with 120."""
    if stream is None or stream.closed:
        return None
    try:
        stream.flush()
    except OSError as error:
        from reader.commands.output import discard

        discard(stream)
        return error
    return None


def _report_unexpected(where: str, error: Exception, words: Sequence[str] = ()) -> int:
    """Log an error that is not a ReaderError, and print one line about it; return the exit code."""
    from reader import log

    log.record_error(where, error)
    if isinstance(error, OSError):
        text = f"{error.filename or 'The system'}: {error.strerror or ' '.join(str(error).split())}."
        _print_failure(text, "system", words)
    else:
        text = f"unexpected error: {log.summarize_error(error)}; {log.point_to_log()}"
        _print_failure(text, "unexpected", words)
    return 1


def _print_failure(text: str, kind: str = "failed", words: Sequence[str] = ()) -> None:
    from reader.commands.failure import print_failure

    print_failure(text, kind, words)


def _open_closed_streams() -> None:
    """Replace each standard stream that was closed before the program began by an empty one; Python has None for it.

    The new stream takes the closed one's number, so no file that is opened later takes it and gets what is printed.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            null = os.open(os.devnull, os.O_RDWR)
            os.set_inheritable(null, True)
            stream = os.fdopen(null, mode, encoding="utf-8", closefd=False)
            setattr(sys, name, stream)
            setattr(sys, f"__{name}__", stream)


def _draw_on_terminal() -> None:
    """Make Textual, which draws on standard error, draw on standard output if standard error is elsewhere or closed."""
    if not _has_driver() and (sys.__stderr__ is None or not sys.__stderr__.isatty()):
        setattr(sys, "__stderr__", sys.__stdout__)  # noqa: B010 (a constant for mypy)


def _replace_unknown_letters(*streams: TextIO) -> None:
    """Print a question mark for each letter that a stream's encoding lacks, instead of failing."""
    for stream in streams:
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")
