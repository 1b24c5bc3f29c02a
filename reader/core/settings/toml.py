"""Reads TOML and finds the line of each key, which `tomllib` does not report."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any, NamedTuple

_NAME = r"""[\w.\-"']+"""
_HEADER = re.compile(rf"\s*(\[\[?)\s*({_NAME})\s*\]\]?\s*(?:#.*)?")
_KEY = re.compile(rf"\s*({_NAME}(?:\s*\.\s*{_NAME})*)\s*=")
_NOT_IN_NAME = re.compile(r"""["'\s]""")

Path = tuple[str | int, ...]
"""The keys that lead to a value; in a list of tables, the number of the table follows the list's key."""


class InvalidToml(ValueError):
    """A text is not TOML; the message is a sentence without the full stop."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line
        """The line of the mistake, from 1; 0 if unknown."""


class Toml(NamedTuple):
    """The values of a text and their lines."""

    values: dict[str, Any]
    lines: dict[str, int]
    """The line of each key and table, from 1, by its dotted path: `digest.to`, `commands.0.run`. Keys in an inline
    table are left out."""

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
    """The document of a TOML text; raises InvalidToml."""
    import tomllib

    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise InvalidToml("nests too deeply") from error
    except ValueError as error:
        message, _, place = str(error).partition(" (at ")
        line = re.match(r"line (\d+)", place)
        # The library writes the name of a table as a Python tuple.
        message = re.sub(r"\('(.*?)',?\) twice", lambda match: f"[{match[1]}] twice".replace("', '", "."), message)
        raise InvalidToml(message, int(line[1]) if line else text.count("\n") + 1) from error


def read_toml(text: str) -> Toml:
    """The values of a text with their lines; raises InvalidToml.

    A line of a multi-line text that looks like a key is taken for a key, which does no harm.
    """
    values = parse_toml(text)
    line_of: dict[str, int] = {}
    tables: Counter[str] = Counter()
    table = ""
    for number, line in enumerate(text.split("\n"), 1):
        if header := _HEADER.fullmatch(line.rstrip("\r")):
            name = _NOT_IN_NAME.sub("", header[2])
            line_of.setdefault(name, number)
            table = f"{name}."
            if header[1] == "[[":
                line_of[f"{name}.{tables[name]}"] = number
                table = f"{name}.{tables[name]}."
                tables[name] += 1
        elif key := _KEY.match(line):
            line_of.setdefault(table + _NOT_IN_NAME.sub("", key[1]), number)
    return Toml(values, line_of)
