"""TOML with line numbers: which line sets which key, and which lines are wrong.

`tomllib` tells values but not where they stand, and gives up at the first mistake. Here it is asked about
one statement at a time: it alone decides what is TOML and where a statement ends, and a bad line costs no other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

MAX_STATEMENT_LINES = 200
"""Lines of a statement: each more is parsed anew together with those before it."""


@dataclass(frozen=True, slots=True)
class Statement:
    """That `line` gives `key` this value; a table's header has the value None."""

    key: tuple[str, ...]
    value: object
    line: int
    """From 1: where the statement begins."""


@dataclass(frozen=True, slots=True)
class MalformedLine:
    """That the statement which begins in `line` is not TOML."""

    line: int
    message: str


def read_statements(text: str) -> Iterator[Statement | MalformedLine]:
    """Every key of a TOML text in its order, tables spread out to their leaves, and every line that is wrong.

    What concerns more than one statement, such as a key set twice, is left to the caller.
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
    """The statement that begins at line index `start`: its document, the index behind it, what is wrong."""
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
            # Only a string or an array that is still open makes the parser want more.
            if "end of document" not in str(error):
                break
    return None, start + 1, message


def _leaves(node: object, line: int, is_header: bool, key: tuple[str, ...] = ()) -> Iterator[Statement]:
    if isinstance(node, dict) and node:
        for name, child in node.items():
            yield from _leaves(child, line, is_header, (*key, name))
    elif key:
        yield Statement(key, None if is_header else node, line)
