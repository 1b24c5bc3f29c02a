"""Reads TOML so that a mistake costs only its own statement, and finds the line of each key.

`tomllib` stops at the first mistake and does not report the lines of keys. Here a statement with a mistake is left out
and the rest is parsed again; the lines of keys are found in the text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

MAX_MISTAKES = 20
"""Maximum number of mistakes; a text with more of them is not read at all."""

MAX_STATEMENT_LINES = 200
"""Maximum lines above a mistake that are searched for the beginning of its statement."""

MAX_DOTS = 100
"""Maximum dots of a line outside strings and comments: `tomllib` takes half a minute for a key of 50,000."""

_STRING_OR_COMMENT = re.compile(r'"(?:[^"\\]|\\.)*+"|\'[^\']*+\'|#.*')
_NAME = r"""[\w.\-"']+"""
_HEADER = re.compile(rf"\s*(\[\[?)\s*({_NAME})\s*\]\]?\s*(?:#.*)?")
_KEY = re.compile(rf"\s*({_NAME}(?:\s*\.\s*{_NAME})*)\s*=")
_NOT_IN_NAME = re.compile(r"""["'\s]""")

Path = tuple[str | int, ...]
"""The keys that lead to a value; in a list of tables, the number of the table follows the list's key."""


class Toml(NamedTuple):
    """The values of a text, their lines, and the mistakes."""

    values: dict[str, Any]
    lines: dict[str, int]
    """The line of each key and table, from 1, by its dotted path: `digest.to`, `commands.0.run`. Keys in an inline
    table are left out."""
    mistakes: list[tuple[int, str]]
    """The line of each mistake (0 if unknown) and a sentence without the full stop."""

    def line(self, path: Path) -> int:
        """The line of a value, or of the nearest table around it; 0 if unknown."""
        for end in range(len(path), 0, -1):
            begin = f"{dotted_key(path[:end])}."
            for key, line in self.lines.items():
                if f"{key}.".startswith(begin):
                    return line
        return 0


def dotted_key(path: Path) -> str:
    """A path with dots between its parts."""
    return ".".join(map(str, path))


def parse_toml(text: str) -> dict[str, Any]:
    """The document of a TOML text; raises ValueError."""
    import tomllib

    for number, line in enumerate(text.split("\n"), 1):
        if line.count(".") > MAX_DOTS and _STRING_OR_COMMENT.sub("", line).count(".") > MAX_DOTS:
            raise ValueError(f"A key has too many parts (at line {number}, column 1)")
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise ValueError("nests too deeply") from error


def explain_toml(error: Exception) -> tuple[int, str]:
    """The line of an error of `parse_toml` (0 if unknown) and its message without the full stop."""
    message, _, place = str(error).partition(" (at ")
    line = re.match(r"line (\d+)", place)
    # The library writes the name of a table as a Python tuple.
    message = re.sub(r"\('(.*?)',?\) twice", lambda match: f"[{match[1]}] twice".replace("', '", "."), message)
    return int(line[1]) if line else 0, message


def read_toml(text: str) -> Toml:
    """The values of a text, without the statements that have a mistake."""
    lines = text.replace("\r\n", "\n").split("\n")
    mistakes: list[tuple[int, str]] = []
    while True:
        try:
            values = parse_toml("\n".join(lines))
            return Toml(values, _lines_of(lines), sorted(mistakes))
        except ValueError as error:
            line, message = explain_toml(error)
            if "at end of document" in str(error):
                line = len(lines)
            if not line or len(mistakes) == MAX_MISTAKES:
                return Toml({}, {}, sorted([*mistakes, (line, f"{message}; the file was not read")]))
            first, last = _statement(lines, line)
            what = "line" if last == first + 1 else "table"
            mistakes.append((first + 1, f"{message}; this {what} was left out"))
            lines[first:last] = [""] * (last - first)


def _statement(lines: Sequence[str], line: int) -> tuple[int, int]:
    """The range of lines to leave out for a mistake in a line: its statement, or the whole table of a header."""
    first = line - 1
    for begin in range(line - 1, max(-1, line - MAX_STATEMENT_LINES), -1):
        try:
            parse_toml("\n".join(lines[:begin]))
        except ValueError:
            continue
        first = begin
        break
    last = first + 1
    if lines[first].lstrip().startswith("["):
        while last < len(lines) and not lines[last].lstrip().startswith("["):
            last += 1
    return first, last


def _lines_of(lines: Sequence[str]) -> dict[str, int]:
    """The lines of keys; a line of a multi-line text that looks like a key also counts, which does no harm."""
    line_of: dict[str, int] = {}
    tables: Counter[str] = Counter()
    table = ""
    for number, line in enumerate(lines, 1):
        if header := _HEADER.fullmatch(line):
            name = _NOT_IN_NAME.sub("", header[2])
            line_of.setdefault(name, number)
            table = f"{name}."
            if header[1] == "[[":
                line_of[f"{name}.{tables[name]}"] = number
                table = f"{name}.{tables[name]}."
                tables[name] += 1
        elif key := _KEY.match(line):
            line_of.setdefault(table + _NOT_IN_NAME.sub("", key[1]), number)
    return line_of
