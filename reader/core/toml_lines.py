"""Parse TOML with line numbers: the line of each key, and the lines that are wrong.

`tomllib` reports no line numbers and stops at the first mistake. Here it parses one statement at a time: it alone
decides what is TOML and where a statement ends, and a bad line does not affect the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

MAX_STATEMENT_LINES = 200
"""Maximum lines of a statement: each further line parses all earlier ones again."""
MAX_DEPTH = 20
"""Maximum depth of nested tables and arrays; without it, `a.` 5,000 times is a valid key."""
MAX_WORK = 4_000_000
"""Maximum characters to parse, repeated ones included: a second's work. The rest is left out."""


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
            document = tomllib.loads(body)
        except (ValueError, RecursionError) as error:
            # A number of 5,000 digits is a ValueError of another kind.
            is_toml = isinstance(error, tomllib.TOMLDecodeError)
            message = message or (str(error).partition(" (at ")[0] if is_toml else "is no value that can be read")
            # Only an open string or array makes the parser report the end of the document.
            if "end of document" not in str(error):
                break
        else:
            if _is_deep(document):
                return None, end + 1, "nests too deeply", parsed
            return document, end + 1, "", parsed
    return None, start + 1, message, parsed


def _is_deep(document: object) -> bool:
    """Whether tables and arrays nest deeper than `MAX_DEPTH`."""
    level = [document]
    for _ in range(MAX_DEPTH):
        level = [
            child
            for node in level
            if isinstance(node, dict | list)
            for child in (node.values() if isinstance(node, dict) else node)
        ]
        if not level:
            return False
    return True


def _leaves(node: object, line: int, is_header: bool, key: tuple[str, ...] = ()) -> Iterator[Statement]:
    if isinstance(node, dict) and node:
        for name, child in node.items():
            yield from _leaves(child, line, is_header, (*key, name))
    elif key:
        yield Statement(key, None if is_header else node, line)
