"""Parse TOML with line numbers: the line of each key, and the lines that are wrong.

`tomllib` reports no line numbers and stops at the first mistake. Here it parses one statement at a time: it alone
decides what is TOML and where a statement ends, and a bad line does not affect the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

MAX_STATEMENT_LINES = 200
"""Maximum lines of a statement: each further line parses all earlier ones again."""
MAX_DEPTH = 20
"""Maximum depth of nested tables and arrays; without it, `a.` 5,000 times is a valid key."""
MAX_DOTS = 100
"""Maximum dots of a line outside strings and comments: `tomllib` takes minutes and gigabytes for a key of 30,000."""
MAX_WORK = 4_000_000
"""Maximum characters to parse, repeated ones included: a second's work. The rest is left out."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A key, its value and its line; a table's header has the value None."""

    key: tuple[str, ...]
    value: object
    line: int
    """The statement's first line, from 1."""
    is_entry: bool = False
    """Whether it is the header of one of several tables, `[[a]]`; the values below it are in a list of one mapping."""


@dataclass(frozen=True, slots=True)
class MalformedLine:
    """A statement that is not valid TOML and begins in `line`."""

    line: int
    message: str


class Unusable(ValueError):
    """The text is TOML that is made to break its readers; the message continues a sentence that begins with "it"."""


def parse_toml(text: str) -> dict[str, object]:
    """The document of a TOML text; raises ValueError (Unusable) or RecursionError."""
    import tomllib

    if text.count(".") > MAX_DOTS and any(_has_long_key(line) for line in text.split("\n")):
        raise Unusable("nests too deeply")
    document = tomllib.loads(text)
    _check_values(document)
    return document


def read_statements(text: str) -> Iterator[Statement | MalformedLine]:
    """All keys of a TOML text in order, with tables flattened to dotted keys, and all malformed lines.

    It does not find mistakes that concern several statements, such as a key set twice.
    """
    lines = text.replace("\r\n", "\n").split("\n")
    header = ""
    start = work = 0
    while start < len(lines):
        if work > MAX_WORK:
            yield MalformedLine(start + 1, "takes too long to read, like all lines after it")
            return
        document, end, message, parsed = _read_statement(header, lines, start)
        work += parsed
        if document is None:
            yield MalformedLine(start + 1, message)
        else:
            is_header = lines[start].lstrip().startswith("[")
            if is_header:
                header = lines[start] + "\n"
            yield from _leaves(document, start + 1, is_header)
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
            document = parse_toml(body)
        except Unusable as error:
            return None, end + 1, str(error), parsed
        except (ValueError, RecursionError) as error:
            # A number of 5,000 digits is a ValueError of another kind.
            is_toml = isinstance(error, tomllib.TOMLDecodeError)
            message = message or (str(error).partition(" (at ")[0] if is_toml else "is not a value that can be read")
            # Only an open string or array makes the parser report the end of the document.
            if "end of document" not in str(error):
                break
        else:
            return document, end + 1, "", parsed
    return None, start + 1, message, parsed


_STRING_OR_COMMENT = re.compile(r'"(?:[^"\\]|\\.)*+"|\'[^\']*+\'|#.*')
_LONGEST_NUMBER = 1 << 63
"""TOML's integers have 64 bits."""


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
            raise Unusable("has a number that is too large")
    raise Unusable("nests too deeply")


def _leaves(node: object, line: int, is_header: bool, key: tuple[str, ...] = ()) -> Iterator[Statement]:
    if isinstance(node, dict) and node:
        for name, child in node.items():
            yield from _leaves(child, line, is_header, (*key, name))
    elif key:
        yield Statement(key, None if is_header else node, line, is_entry=is_header and isinstance(node, list))
