"""Reads TOML with line numbers.

`tomllib` reports no line numbers and stops at the first mistake. Here it parses one statement at a time and decides
where a statement ends, so that a bad line does not affect the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

MAX_STATEMENT_LINES = 200
"""Maximum lines of a statement: each further line parses the earlier ones again."""
MAX_DEPTH = 20
"""Maximum depth of nested tables and arrays; without it, `a.` 5,000 times is a valid key."""
MAX_DOTS = 100
"""Maximum dots of a line outside strings and comments: `tomllib` takes minutes and gigabytes for a key of 30,000."""
MAX_WORK = 4_000_000
"""Maximum characters to parse, including repetitions: a second's work. The rest is left out."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A key, its value and its lines; a table's header has the value None."""

    key: tuple[str, ...]
    value: Any
    """Below a header `[[a]]`, a list of one mapping with one key."""
    line: int
    last: int
    is_entry: bool = False
    """Whether it is a header such as `[[a]]`."""


@dataclass(frozen=True, slots=True)
class MalformedLine:
    """A statement that is not valid TOML and starts in `line`."""

    line: int
    message: str


class BadToml(ValueError):
    """TOML made to break its readers; the message continues a sentence that begins with "it"."""


def parse_toml(text: str) -> dict[str, object]:
    """The document of a TOML text; raises ValueError (Unusable) or RecursionError."""
    import tomllib

    if any(map(_has_long_key, text.split("\n"))):
        raise BadToml("nests too deeply")
    document = tomllib.loads(text)
    _check_values(document)
    return document


def explain_toml(error: Exception) -> tuple[int, str]:
    """The line of what `parse_toml` raised, 0 if it has none, and its sentence without the full stop."""
    message, _, place = str(error).partition(" (at ")
    line = re.match(r"line (\d+)", place)
    # The library names a table as a tuple of Python.
    message = re.sub(r"\('(.*?)',?\) twice", lambda name: f"[{name[1]}] twice".replace("', '", "."), message)
    return int(line[1]) if line else 0, message


def read_statements(text: str) -> Iterator[Statement | MalformedLine]:
    """All keys of a TOML text in order, with tables flattened to dotted keys, and all malformed lines.

    It does not find mistakes that concern several statements, such as a key set twice.
    """
    lines = _lines(text)
    header = ""
    start = work = 0
    while start < len(lines):
        if work > MAX_WORK:
            yield MalformedLine(start + 1, "takes too long to read, as do the lines after it")
            return
        document, end, message, parsed = _read_statement(header, lines, start)
        work += parsed
        if document is None:
            yield MalformedLine(start + 1, message)
        else:
            is_header = lines[start].lstrip().startswith("[")
            if is_header:
                header = lines[start] + "\n"
            for key, value in leaves(document):
                is_entry = is_header and isinstance(value, list)
                yield Statement(key, None if is_header else value, start + 1, end, is_entry)
        start = end


def _read_statement(header: str, lines: list[str], start: int) -> tuple[dict[str, object] | None, int, str, int]:
    """The statement at line index `start`.

    Returns its parsed document or None, the next index, the error message, and the number of characters parsed.
    """
    import tomllib

    if lines[start].lstrip().startswith("["):
        header = ""
    elif not lines[start].strip() or lines[start].lstrip().startswith("#"):
        return {}, start + 1, "", 0
    body = header
    message = ""
    parsed = 0
    for end in range(start, min(start + MAX_STATEMENT_LINES, len(lines))):
        body += lines[end] + "\n"
        parsed += len(body)
        try:
            return parse_toml(body), end + 1, "", parsed
        except BadToml as error:
            return None, end + 1, str(error), parsed
        except (ValueError, RecursionError) as error:
            # A number of 5,000 digits is a ValueError of another kind.
            is_toml = isinstance(error, tomllib.TOMLDecodeError)
            message = message or (str(error).partition(" (at ")[0] if is_toml else "is not a readable value")
            # Only an open string or array makes the parser report the end of the document.
            if "end of document" not in str(error):
                break
    return None, start + 1, message, parsed


def leaves(node: object, key: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], object]]:
    """The keys of a document with their values, tables flattened to dotted keys."""
    if isinstance(node, dict) and node:
        for name, child in node.items():
            yield from leaves(child, (*key, name))
    elif key:
        yield key, node


_STRING_OR_COMMENT = re.compile(r'"(?:[^"\\]|\\.)*+"|\'[^\']*+\'|#.*')
_LONGEST_NUMBER = 1 << 63


def _has_long_key(line: str) -> bool:
    """Whether a line may have a key of more than `MAX_DOTS` parts."""
    return line.count(".") > MAX_DOTS and _STRING_OR_COMMENT.sub("", line).count(".") > MAX_DOTS


def _check_values(document: object) -> None:
    """Raise Unusable if tables and arrays nest deeper than `MAX_DEPTH`, or for an integer that has over 64 bits."""
    level = [document]
    for _ in range(MAX_DEPTH):
        level = [
            child
            for node in level
            if isinstance(node, dict | list)
            for child in (node.values() if isinstance(node, dict) else node)
        ]
        if not level:
            return
        if any(isinstance(node, int) and abs(node) > _LONGEST_NUMBER for node in level):
            raise BadToml("has a number that is too large")
    raise BadToml("nests too deeply")


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").split("\n")
