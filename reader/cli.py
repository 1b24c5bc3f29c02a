"""The command line: choose a command, run it, and turn a failure into one line and an exit code.

The exit codes are 0 for success, 1 for a failure, 2 for wrong usage and 130 for an interrupt. Modules that only some
commands need are imported late, because most runs open the reader.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from reader import access_token, describe_version
from reader.commands.registry import COMMANDS, FOREIGN, is_command, run_command
from reader.commands.streams import CleanStream, finish, open_closed_streams, replace_unknown_letters
from reader.core import removed
from reader.core.errors import Failures, ReaderError, UsageError
from reader.paths import APP

if TYPE_CHECKING:
    from reader.commands.workspace import Workspace
    from reader.ui.first_frame import FirstFrame


def main(arguments: Sequence[str] | None = None, first_frame: FirstFrame | None = None) -> int:
    """Run the program with these arguments, by default from the command line; return the exit code.

    `first_frame` is the reader's first frame, if it was already drawn.
    """
    open_closed_streams()
    with CleanStream.replacing():
        return _run_and_finish(list(sys.argv[1:] if arguments is None else arguments), first_frame)


def _run_and_finish(words: Sequence[str], first_frame: FirstFrame | None) -> int:
    code = _run_safely(words, first_frame)
    lost = finish(sys.stdout)
    if lost is not None and not isinstance(lost, BrokenPipeError) and code == 0:
        from reader.commands.output import report_unexpected

        code = report_unexpected("output", lost)
    for stream in (sys.stderr, sys.__stdout__, sys.__stderr__):
        finish(stream)
    return code


def _run_safely(words: Sequence[str], frame: FirstFrame | None) -> int:
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        # Until here, an interrupt ends the program, as `__main__` has set it up. From here on, it raises
        # KeyboardInterrupt, so that commands can tidy up.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    access_token.hide_tokens()
    try:
        try:
            replace_unknown_letters(sys.stdout, sys.stderr)
            code = run(words, frame)
        finally:
            # Later output must appear on the normal screen.
            if frame is not None:
                frame.take_down()
        sys.stdout.flush()
    except BrokenPipeError:
        # The program that reads the output has ended. Without this, Python would report it again at exit.
        from reader.commands.streams import discard

        discard(sys.stdout)
        return 0
    except KeyboardInterrupt:
        return 130
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 0
    except ReaderError as error:
        from reader.commands.output import kind_of, print_failure

        errors = error.errors if isinstance(error, Failures) else (error,)
        for failure in errors:
            print_failure(str(failure), kind_of(failure), words)
        return 2 if isinstance(errors[-1], UsageError) else 1
    except Exception as error:
        from reader.commands.output import print_failure, report_unexpected

        if isinstance(error, UnicodeEncodeError) and any("\ud800" <= char <= "\udfff" for char in "".join(words)):
            print_failure("A word of the command is not UTF-8; only file names may have such bytes.", "usage", words)
            return 2
        return report_unexpected(words[0] if words and is_command(words[0]) else "reader", error, words)
    return code


def run(words: Sequence[str], frame: FirstFrame | None = None) -> int:
    """Run a command, or open the reader; raises ReaderError."""
    first = words[0] if words else ""
    if form := removed.new_form(words):
        if sys.stderr.isatty():
            sys.stderr.write(f"{APP}: {first} is now '{APP} {form}'.\n")
        first, *words = removed.with_new_names(words)
        return _run_command(first, words)
    if is_command(first):
        return _run_command(first, words[1:])
    if first in ("-V", "--version"):
        # This is answered without importing argparse.
        sys.stdout.write(f"{APP} {describe_version()}\n")
        return 0
    if first in removed.COMMANDS:
        raise UsageError(f"{removed.COMMANDS[first]} To search for the word: '{APP} -- {first}'.")
    return _open_reader(words, frame)


# Commands


def _run_command(name: str, words: Sequence[str]) -> int:
    from reader.commands.workspace import Workspace

    return run_command((name, *words), Workspace())


# The reader


def _open_reader(words: Sequence[str], frame: FirstFrame | None) -> int:
    meant = _meant_command(words)
    # The reader has few options: an unknown option probably belongs to a mistyped command, and so do ids after a
    # command of another program.
    if meant and (_is_foreign_command(words) or any(word.startswith("-") for word in words)):
        raise _no_command(words[0], meant)
    query, demo, is_plain = _parse_reader_options(words)
    from reader.commands.workspace import Workspace, parse_query

    workspace = Workspace()
    if query:
        parse_query(query)
    if meant and not _finds_papers(workspace, query):
        raise _no_command(words[0], meant)
    if not is_plain:
        _expect_terminal(f"To print papers, use '{APP} list'; to read in a pipe, '{APP} --plain'.")
    from reader.opening import show_reader, show_sample

    is_plain = is_plain or _is_dumb()
    if demo:
        return show_sample(workspace, query, is_plain=is_plain)
    if is_plain:
        from reader.commands.line.plain import converse

        return converse(workspace, query)
    return show_reader(workspace, query, frame=frame)


def _no_command(word: str, meant: str) -> UsageError:
    return UsageError(
        f"There is no command {word!r}. Did you mean '{APP} {meant}'? To search for it: '{APP} -- {word}'."
    )


def _has_terminal() -> bool:
    from reader.opening import has_driver

    return has_driver() or (sys.stdin.isatty() and sys.stdout.isatty())


def _expect_terminal(advice: str) -> None:
    if not _has_terminal():
        raise UsageError(f"The reader needs a terminal. {advice}")


def _is_dumb() -> bool:
    """Whether the terminal can't draw screens, like the shell of an editor; the reader then uses plain mode."""
    from reader.opening import has_driver

    return not has_driver() and os.environ.get("TERM") == "dumb"


def _parse_reader_options(words: Sequence[str]) -> tuple[str, bool, bool]:
    """The query, whether to open the sample, and whether to use plain mode."""
    if not any(word.startswith("-") for word in words):
        # Without options, importing argparse would only delay the start.
        return " ".join(words), False, False
    from reader.commands.command import SEE_HELP, Parser, add_query, add_reader_options, asks_for_help, parse, query_of

    if asks_for_help(words):
        from reader.commands.help import front_page

        sys.stdout.write(front_page())
        raise SystemExit(0)
    parser = Parser(prog=APP, allow_abbrev=False)
    add_reader_options(parser)
    add_query(parser)
    try:
        options = parse(parser, words)
    except UsageError as error:
        advice = _explain_option_order(words) or f"{SEE_HELP} '{APP} --help'."
        raise UsageError(str(error).partition(SEE_HELP)[0] + advice) from error
    if options.version:
        sys.stdout.write(f"{APP} {describe_version()}\n")
        raise SystemExit(0)
    first = options.query[0] if options.query and "--" not in words else ""
    if is_command(first):
        raise UsageError(f"{first!r} is a command.{_explain_option_order(words)} To search for it: '{APP} -- {first}'.")
    return query_of(options.query), options.demo, options.plain


def _explain_option_order(words: Sequence[str]) -> str:
    named = next((word for word in words if is_command(word)), None)
    return f" Options follow the command: '{APP} {named} --help' lists them." if named else ""


def _meant_command(words: Sequence[str]) -> str | None:
    """The command that the first word resembles, here or in other programs; None if there is no such command."""
    from reader.core.nearest import nearest

    first = words[0] if words and words[0].isalpha() else ""
    return FOREIGN.get(first) or (nearest(first, COMMANDS) if first else None)


def _is_foreign_command(words: Sequence[str]) -> bool:
    """Whether the words are a command of another program, alone or with ids of papers, such as `star 2406.12345`."""
    from reader.core.ids import named_id

    return words[0] in FOREIGN and all(map(named_id, words[1:]))


def _finds_papers(workspace: Workspace, query: str) -> bool:
    from reader.commands.workspace import parse_query, selection

    if not workspace.cache_file.exists():
        return False
    with workspace.window() as window:
        return bool(window.count(selection(window, parse_query(query))))
