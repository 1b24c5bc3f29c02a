"""Output of the command line: wrapped text, tables, colours, progress, failures, and the pager."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import sys
import time
from collections.abc import Container, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, islice, takewhile
from pathlib import PurePath
from types import MappingProxyType, TracebackType
from typing import TYPE_CHECKING, TextIO

from reader import platform
from reader.access_token import child_environment
from reader.commands.streams import CleanStream, discard, has_colours, is_terminal
from reader.core.errors import Failures, FeedError, ReaderError, UsageError
from reader.core.lines import Piece, cell_len, fit, with_spaces
from reader.core.marks import PASSAGE
from reader.core.text import amount
from reader.paths import APP, explain

if TYPE_CHECKING:
    from argparse import Namespace

    from reader.log.actions import UserAction

MAX_PROSE_COLUMNS = 80
"""Maximum columns of prose, for readability."""

DEFAULT_COLUMNS = 80
"""Columns of a terminal whose size is unknown."""

MIN_COLUMNS = 20
"""A narrower terminal is treated as this wide."""

PROGRESS_DELAY_SECONDS = 0.5
"""Seconds before progress is first shown, so that a quick command shows none."""

REDRAW_SECONDS = 0.1
"""Minimum seconds between two updates of the progress line."""


def print_line(text: str = "") -> None:
    """Print a line to standard output."""
    sys.stdout.write(f"{text}\n")


def print_lines(lines: Iterable[str]) -> None:
    """Print lines to standard output as they come."""
    for line in lines:
        print_line(line)


def print_text(text: str) -> None:
    """Print a sentence to standard output, wrapped between words on a terminal."""
    print_line(wrap_words(text, sys.stdout))


def wrap_words(text: str, stream: TextIO) -> str:
    """A text wrapped between words if the stream is a terminal; long paths are not broken."""
    if not is_terminal(stream):
        return text
    from textwrap import fill

    return fill(text, width(stream), break_long_words=False, break_on_hyphens=False)


def warn(text: str, *, wraps: bool = True) -> None:
    """Print a line to standard error, by default wrapped between words on a terminal; write errors are ignored."""
    try:
        print(wrap_words(text, sys.stderr) if wraps else text, file=sys.stderr)
    except OSError:
        discard(sys.stderr)


def answer(arguments: Namespace, result: object, *lines: str) -> int:
    """Print a command's result, as JSON if requested, else as lines; return the exit code."""
    if arguments.json:
        arguments.json.print(result)
    else:
        print_lines(lines)
    return 0


def print_rows(rows: Sequence[Sequence[str]], right: Container[int] = ()) -> None:
    """Print a table: aligned on a terminal, the columns numbered in `right` to the right; else separated by tabs."""
    if not is_terminal(sys.stdout):
        for row in rows:
            print_line("\t".join(row))
        return
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = []
        for place, (text, size) in enumerate(zip(row, widths, strict=True)):
            gap = " " * (size - cell_len(text))
            cells.append(gap + text if place in right else text + gap)
        print_line("  ".join(cells).rstrip())


def writes_unicode(stream: TextIO) -> bool:
    """Whether a stream's encoding can represent every character."""
    return (stream.encoding or "utf-8").lower().replace("-", "").startswith("utf")


def width(stream: TextIO | None = None) -> int:
    """The columns of a terminal, by default of standard output; the environment variable COLUMNS overrides them."""
    if stream is not None and not os.environ.get("COLUMNS"):
        with suppress(OSError, ValueError):
            return max(MIN_COLUMNS, os.get_terminal_size(stream.fileno()).columns or DEFAULT_COLUMNS)
    return max(MIN_COLUMNS, shutil.get_terminal_size((DEFAULT_COLUMNS, 24)).columns)


def is_confirmed(yes: bool, question: str) -> bool:
    """Ask the user to confirm, unless `yes`; return the answer. Raises UsageError without a terminal."""
    if yes:
        return True
    if not is_terminal(sys.stdin):
        raise UsageError("Cannot prompt without a terminal; pass --yes to confirm.")
    print(f"{question} [y/N] ", end="", flush=True)
    return input().strip().lower() in ("y", "yes")


def describe_action(action: UserAction) -> str:
    """An action in words that end a sentence, such as `41 papers read` or `following Kaiming He`."""
    if action.rules:
        return action.in_words
    noun = "passage" if action.kind.startswith(PASSAGE) else "paper"
    return f"{amount(action.count, noun)} {action.label}" if action.count else action.label


def format_counts(sums: dict[str, int]) -> str:
    """Counts in words, such as `12 new, 3 updated, 40 unchanged`; zero skipped records are not mentioned."""
    return ", ".join(f"{count:,} {name}" for name, count in sums.items() if count or name != "skipped")


@dataclass(frozen=True, slots=True)
class Style:
    """Draws text with colours, bold text and links, or as plain text."""

    on: bool
    links: bool = False

    @classmethod
    def of(cls, stream: TextIO, *, links: bool = False) -> Style:
        on = has_colours(stream)
        return cls(on, links=on and links and platform.shows_links(os.environ))

    def __call__(self, role: str, text: str) -> str:
        """A text in the colour of a role of `reader.core.lines`; roles without a colour stay plain."""
        code = _CODES.get(role)
        return f"\x1b[{code}m{text}\x1b[0m" if self.on and text and code else text

    def link(self, url: str | None, text: str) -> str:
        """A link (OSC 8); the address must come from `safe_url` or an id."""
        return f"\x1b]8;;{url}\x1b\\{text}\x1b]8;;\x1b\\" if self.links and url else text


_CODES: Mapping[str, int] = MappingProxyType(
    {
        **dict.fromkeys(("title", "label", "heading", "strong", "changed", "new"), 1),
        **dict.fromkeys(("muted", "facts", "between", "seen", "rule", "mark", "caption"), 2),
        **{"emphasis": 3, "star": 33},
        **dict.fromkeys(("topic", "tag", "opened", "code"), 36),
    }
)
"""The terminal's colour code (SGR) of each role."""


def paint(line: Iterable[Piece], style: Style) -> str:
    """A line of pieces as text, with the command line's colours and links."""
    return "".join(
        style.link(
            piece.action[1] if piece.action and piece.action[0] == "link" else None, style(piece.role, piece.text)
        )
        for piece in with_spaces(line)
    ).rstrip()


class Progress:
    """A progress line on standard error, drawn only on a terminal, and only after `PROGRESS_DELAY_SECONDS`."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = sys.stderr if stream is None else stream
        self._next = time.monotonic() + PROGRESS_DELAY_SECONDS
        self._on = is_terminal(self._stream) and os.environ.get("TERM") != "dumb"
        self._drawn = False
        self._text = ""

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.clear()

    def show(self, text: str) -> None:
        """Replace the text, and draw it unless it was just drawn; an empty text changes nothing."""
        self._text = text or self._text
        self.draw()

    def draw(self) -> None:
        now = time.monotonic()
        if self._on and self._text and now >= self._next:
            self._next = now + REDRAW_SECONDS
            self._drawn = True
            self._stream.write(f"\r\x1b[K{fit(self._text, width() - 1).rstrip()}")
            self._stream.flush()

    def clear(self) -> None:
        """Erase the line before other output."""
        if self._drawn:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
            self._drawn = False


# Failures: one line, or a JSON object if JSON was requested


_QUOTED = re.compile(r"""(?<!\w)['"“].*?['"”](?!\w)""")
_END = re.compile(r"[.?!] (?=[A-Z])")
"""The end of a sentence that another sentence follows."""


def print_failure(text: str, kind: str = "failed", words: Sequence[str] = ()) -> None:
    """Print a failure on standard error: as JSON if the words of the command ask for JSON, else as a line."""
    line = " ".join(text.split())
    options = takewhile(lambda word: word != "--", words)
    if any(word.partition("=")[0] in ("--json", "--jsonl") for word in options):
        import json

        warn(json.dumps(failure_record(line, kind)), wraps=False)
    else:
        warn(line if line.startswith(APP) else f"{APP}: {line}")


def raise_failures(failures: Sequence[str | ReaderError]) -> int:
    """Raise all failures as one exception, texts as FeedError; return 0 if the list is empty."""
    if failures:
        raise Failures([failure if isinstance(failure, ReaderError) else FeedError(failure) for failure in failures])
    return 0


def report_unexpected(where: str, error: Exception, words: Sequence[str] = ()) -> int:
    """Log an unexpected error and print one line about it; return the exit code."""
    from reader import log_file

    log_file.record_error(where, error)
    if isinstance(error, OSError):
        print_failure(explain(error), "system", words)
    else:
        text = f"unexpected error: {log_file.summarize_error(error)}; {log_file.point_to_log()}"
        print_failure(text, "unexpected", words)
    return 1


def failure_record(line: str, kind: str) -> dict[str, str | None]:
    """A failure as a JSON object: its first sentence, its kind, and the remaining sentences as a hint."""
    line = re.sub(rf"^{APP}(?: \w+)?: ", "", line)
    # Quoted text may contain sentences.
    end = _END.search(_QUOTED.sub(lambda found: "Q" * len(found[0]), line))
    first, rest = (line[: end.start() + 1], line[end.end() :]) if end else (line, "")
    return {"error": first, "kind": kind, "hint": rest or None}


def kind_of(error: ReaderError) -> str:
    """The kind of an error for JSON, made from its class, such as `usage`, `not_found` or `feed_offline`."""
    # Subclasses outside `reader.core.errors` are not documented for users: take the nearest base class that is.
    name = next(cls for cls in type(error).__mro__ if cls.__module__ == ReaderError.__module__).__name__
    if name == "ReaderError":
        return "failed"
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower().removesuffix("_error")


# The pager, which gets output that is longer than the terminal, as in git


def print_results(
    arguments: Namespace,
    result: Mapping[str, object] | Iterable[Mapping[str, object]],
    drawn: Iterable[str],
    plain: Iterable[str] | None = None,
) -> None:
    """Print results as JSON if requested, else the lines `drawn` on a terminal, or the lines `plain` in a pipe."""
    if arguments.json:
        arguments.json.print(result)
    elif plain is None or is_terminal(sys.stdout):
        print_through_pager(drawn)
    else:
        print_lines(plain)


def print_through_pager(lines: Iterable[str], *, chops: bool = False) -> None:
    """Print lines, through the pager if they do not fit on the terminal; with `chops`, `less` scrolls sideways."""
    command = find_pager() if is_terminal(sys.stdout) else []
    if command:
        # The shell's prompt below the output also needs a row.
        rows, lines = shutil.get_terminal_size().lines, iter(lines)
        head = list(islice(lines, rows))
        lines = chain(head, lines)
        if len(head) == rows:
            _run_pager(command, lines, "FRXS" if chops else "FRX")
            return
    print_lines(lines)


def _run_pager(command: list[str], lines: Iterable[str], less: str) -> None:
    import subprocess

    sys.stdout.flush()
    environment = {"LESS": less, "LV": "-c"} | child_environment()
    encoding = sys.stdout.encoding
    try:
        pager = subprocess.Popen(command, stdin=subprocess.PIPE, env=environment, encoding=encoding, errors="replace")
    except OSError:
        # The file exists but can't be run.
        print_lines(lines)
        return
    # ctrl+c is a key of the pager: it must not end this program while the pager runs.
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        assert pager.stdin  # noqa: S101 (it is a pipe)
        with suppress(BrokenPipeError), pager.stdin:
            harmless = CleanStream(pager.stdin, like=sys.stdout)
            for line in lines:
                harmless.write(f"{line}\n")
    finally:
        pager.wait()
        signal.signal(signal.SIGINT, before)


def find_pager() -> list[str]:
    """The arguments of the user's pager, $PAGER or else `less`; empty if it is `cat`, empty or not installed."""
    if os.environ.get("TERM") == "dumb":
        return []
    try:
        command = shlex.split(os.environ.get("PAGER", "less"))
    except ValueError:
        return []
    return command if command and PurePath(command[0]).name != "cat" and shutil.which(command[0]) else []
