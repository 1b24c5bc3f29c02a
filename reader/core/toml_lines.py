"""Parse TOML with line numbers: the line of each key, and the lines that are wrong.

`tomllib` reports no line numbers and stops at the first mistake. Here it parses one statement at a time: it alone
decides what is TOML and where a statement ends, and a bad line does not affect the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

MAX_STATEMENT_LINES = 200
"""Maximum lines of a statement: each further line parses all earlier ones again."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A key, its value and its line; a table's header has the value None."""

    key: tuple[str, ...]
    value: object
    line: int
    """The statement's first line, from 1."""


@dataclass(frozen=True, slots=True)
class MalformedLine:
    """A statement that is not valid TOML and begins in `line`."""

    line: int
    message: str


def read_statements(text: str) -> Iterator[Statement | MalformedLine]:
    """All keys of a TOML text in order, with tables flattened to dotted keys, and all malformed lines.

    It does not find mistakes that concern several statements, such as a key set twice.
    """
    lines = text.replace("\r\n", "\n").split("\n")
    header = ""
    start = 0
    while start < len(lines):
        document, end, message = _read_statement(header, lines, start)
        if document is None:
            yield MalformedLine(start + 1, message)
        else:
            is_header = lines[start].lstrip().startswith("[")
            if is_header:
                header = lines[start] + "\n"
            yield from _leaves(document, start + 1, is_header)
        start = end


def _read_statement(header: str, lines: list[str], start: int) -> tuple[dict[str, object] | None, int, str]:
    """The statement at line index `start`: its parsed document or None, the next index, and the error message."""
    import tomllib

    if lines[start].lstrip().startswith("["):
        header = ""
    elif not lines[start].strip() or lines[start].lstrip().startswith("#"):
        return {}, start + 1, ""
    body = header
    message = ""
    for end in range(start, min(start + MAX_STATEMENT_LINES, len(lines))):
        body += lines[end] + "\n"
        try:
            return tomllib.loads(body), end + 1, ""
        except tomllib.TOMLDecodeError as error:
            message = message or str(error).partition(" (at ")[0]
            # Only an open string or array makes the parser report the end of the document.
            if "end of document" not in str(error):
                break
    return None, start + 1, message


def _leaves(node: object, line: int, is_header: bool, key: tuple[str, ...] = ()) -> Iterator[Statement]:
    if isinstance(node, dict) and node:
        for name, child in node.items():
            yield from _leaves(child, line, is_header, (*key, name))
    elif key:
        yield Statement(key, None if is_header else node, line)
