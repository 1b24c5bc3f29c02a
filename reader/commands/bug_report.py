"""A report for bug reports: what `doctor` found and the end of the log, without anything of the user's own.

A line of the log may have any text. Of its words only those stay that the program itself uses, and small numbers.
"""

from __future__ import annotations

import builtins
import errno
import json
import os
import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

import reader
from reader import sources
from reader.commands.output import is_confirmed, print_line, warn
from reader.core.errors import ReaderError
from reader.paths import log_file, open_private

LONGEST_TAIL = 200
"""Lines of the log that go into a report."""

_TAIL_BYTES = 1 << 16

_WORD = re.compile(r"[^\W_]+")
_FRAME = re.compile(r'\s+File "(?P<file>.*)", (?P<line>line [0-9]+)(?:, in (?P<name>[\w.<>]+))?')
_LIBRARY = re.compile(r".*[/\\](?:site-packages|python3[0-9.]*)[/\\](?=[^/\\])")


def write_report(findings: Sequence[Mapping[str, object]], file: Path, *, yes: bool) -> int:
    """Show the report, ask, and write it to a new file; returns the exit code."""
    text = json.dumps({"findings": findings, "log": list(log_for_others())}, indent=2)
    print_line(text)
    if not is_confirmed(yes, f"Write this to {file}?"):
        return 0
    try:
        with open_private(file, new=True) as out:
            out.write(f"{text}\n")
    except FileExistsError as error:
        raise ReaderError(f"{file} is there already. Name another one: --report FILE.") from error
    except OSError as error:
        raise ReaderError(f"{file} can't be written: {error.strerror}. Name another one: --report FILE.") from error
    warn(f"Written to {file}.")
    return 0


def log_for_others() -> Iterator[str]:
    """The end of the log: times, kinds of errors and places in programs, and of all else the program's own words."""
    try:
        with log_file().open("rb") as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - _TAIL_BYTES))
            lines = file.read().decode(errors="replace").splitlines()
    except OSError:
        return
    for line in lines[-LONGEST_TAIL:]:
        if frame := _FRAME.match(line):
            yield f"  {_place(frame['file'])}, {frame['line']}, in {_own_words(frame['name'] or '')}"
        elif not line.startswith("    "):
            # A line of code says no more than its number does.
            yield _own_words(line)


def _place(file: str) -> str:
    """A file of Python's, of a library or of the program, without the folders that it is installed in."""
    here = str(Path(reader.__file__).parent.parent) + os.sep
    if file.startswith(here) and "site-packages" not in file:
        file = file.removeprefix(here)
        return file if file.startswith("reader") else "***"
    short = _LIBRARY.sub("", file)
    return short if short != file else "***"


def _own_words(line: str) -> str:
    return _WORD.sub(lambda found: found[0] if _is_own(found[0]) else "***", line)


def _is_own(word: str) -> bool:
    return word.casefold() in _vocabulary() or (word.isdecimal() and len(word) <= 6) or bool(_STAMP.fullmatch(word))


_STAMP = re.compile(r"[0-9]{2}T[0-9]{2}|[0-9]{2}Z")
"""Parts of the time at the start of a line."""


@cache
def _vocabulary() -> frozenset[str]:
    """The words of the program's sources, and those of errors of the system, of Python and of SQLite."""
    texts = [*map(os.strerror, errno.errorcode), *dir(builtins), *dir(sqlite3)]
    texts += [file.read_text(encoding="utf-8") for file in sources()]
    return frozenset(word.casefold() for text in texts for word in _WORD.findall(text))
