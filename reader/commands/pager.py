"""Print long output through the user's pager, as git does."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import chain, islice
from pathlib import PurePath
from typing import IO, TYPE_CHECKING

from reader import platform
from reader.access_token import child_environment
from reader.commands.output import is_terminal, print_line
from reader.commands.streams import CleanStream

if TYPE_CHECKING:
    from argparse import Namespace


def print_found(
    arguments: Namespace,
    result: Mapping[str, object] | Iterable[Mapping[str, object]],
    drawn: Iterable[str],
    plain: Iterable[str] | None = None,
) -> None:
    """Print results: as JSON, drawn on a terminal through the pager, or as plain lines in a pipe."""
    if arguments.json:
        arguments.json.print(result)
    elif plain is None or is_terminal(sys.stdout):
        print_paged(drawn, wanted=not arguments.no_pager)
    else:
        for line in plain:
            print_line(line)


def print_paged(lines: Iterable[str], *, wanted: bool, chops: bool = False) -> None:
    """Print lines, through the pager if a terminal has fewer rows; with `chops`, less scrolls sideways."""
    lines = iter(lines)
    command = find_pager() if wanted and is_terminal(sys.stdout) else []
    if not command:
        for line in lines:
            print_line(line)
        return
    # The prompt after it also needs a row.
    head = list(islice(lines, shutil.get_terminal_size().lines))
    if len(head) < shutil.get_terminal_size().lines:
        for line in head:
            print_line(line)
        return
    _run_pager(command, chain(head, lines), "FRXS" if chops else "FRX")


def _run_pager(command: list[str], lines: Iterator[str], less: str) -> None:
    import subprocess

    sys.stdout.flush()
    environment = {"LESS": less, "LV": "-c"} | child_environment()
    encoding = sys.stdout.encoding
    try:
        pager = subprocess.Popen(command, stdin=subprocess.PIPE, env=environment, encoding=encoding, errors="replace")
    except OSError:
        # It exists but is not a program: the papers matter more.
        for line in lines:
            print_line(line)
        return
    # ctrl+c is a key of the pager and must not end this program before the pager.
    with _ignoring_interrupts():
        try:
            if pager.stdin is not None:
                _write(lines, pager.stdin)
        finally:
            pager.wait()


def _write(lines: Iterator[str], stream: IO[str]) -> None:
    """Write the lines and close the stream, for which the pager waits."""
    with suppress(BrokenPipeError), stream:
        harmless = CleanStream(stream, like=sys.stdout)
        for line in lines:
            harmless.write(f"{line}\n")


@contextmanager
def _ignoring_interrupts() -> Iterator[None]:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def shows_links(environment: Mapping[str, str] | None = None) -> bool:
    """Whether to print links: the terminal must show them and a pager pass them on. FORCE_HYPERLINK overrides this."""
    known = os.environ if environment is None else environment
    pager = find_pager(known)
    if not known.get("FORCE_HYPERLINK") and pager and PurePath(pager[0]).name != "less":
        return False
    return platform.shows_links(known)


def find_pager(environment: Mapping[str, str] | None = None) -> list[str]:
    """The user's pager as a list of arguments: $PAGER, else less; empty for none, `cat` or a missing one."""
    known = os.environ if environment is None else environment
    if known.get("TERM") == "dumb":
        return []
    try:
        command = shlex.split(known.get("PAGER", "less"))
    except ValueError:
        return []
    if not command or PurePath(command[0]).name == "cat" or not shutil.which(command[0], path=known.get("PATH")):
        return []
    return command
