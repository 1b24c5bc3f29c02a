"""Reads TOML with line numbers.

`tomllib` reports no line numbers and stops at the first mistake. Here it parses one statement at a time and decides
where a statement ends, so that a bad line does not affect the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

MAX_STATEMENT_LINES = 200
"""Maximum lines of a statement: each further line parses the earlier ones again."""
MAX_DOTS = 100
"""Maximum dots of a line outside strings and comments: `tomllib` takes minutes and gigabytes for a key of 30,000."""
MAX_WORK = 4_000_000
"""Maximum characters to parse, including repetitions: a second's work. The rest is left out."""

_STRING_OR_COMMENT = re.compile(r'"(?:[^"\\]|\\.)*+"|\'[^\']*+\'|#.*')


class Statement(NamedTuple):
    """A key and its value at a line, or why the line is not valid TOML."""

    line: int
    key: tuple[str, ...] = ()
    """Its parts, with those of its table."""
    value: Any = None
    """None for a table's header."""
    is_entry: bool = False
    """Whether it is a header such as `[[a]]`, or a key below one."""
    problem: str = ""


def parse_toml(text: str) -> dict[str, Any]:
    """The document of a TOML text; raises ValueError or RecursionError."""
    import tomllib

    for line in text.split("\n"):
        if line.count(".") > MAX_DOTS and _STRING_OR_COMMENT.sub("", line).count(".") > MAX_DOTS:
            raise ValueError("nests too deeply")
    document = tomllib.loads(text)
    # Raises ValueError for a hexadecimal number of thousands of digits, which no message could show.
    repr(document)
    return document


def explain_toml(error: Exception) -> tuple[int, str]:
    """The line of what `parse_toml` raised, 0 if it has none, and its sentence without the full stop."""
    message, _, place = str(error).partition(" (at ")
    line = re.match(r"line (\d+)", place)
    # The library names a table as a tuple of Python.
    message = re.sub(r"\('(.*?)',?\) twice", lambda name: f"[{name[1]}] twice".replace("', '", "."), message)
    return int(line[1]) if line else 0, message


def read_statements(text: str) -> Iterator[Statement]:
    """All keys of a TOML text in order, with tables flattened to dotted keys, and all malformed lines.

    It does not find mistakes that concern several statements, such as a key set twice.
    """
    lines = text.replace("\r\n", "\n").split("\n")
    header = ""
    start = work = 0
    while start < len(lines):
        first = lines[start].lstrip()
        if not first or first.startswith("#"):
            start += 1
            continue
        if work > MAX_WORK:
            yield Statement(start + 1, problem="takes too long to read, as do the lines after it")
            return
        is_header = first.startswith("[")
        document, end, problem, parsed = _read_statement("" if is_header else header, lines, start)
        work += parsed
        if problem:
            yield Statement(start + 1, problem=problem)
        elif is_header:
            header = lines[start] + "\n"
        for table, value in _leaves(document):
            # Below a header `[[a]]`, the document is {a: [{key: value}]}.
            is_entry = header.lstrip().startswith("[[") and isinstance(value, list)
            inner = _leaves(value[0], table) if is_entry and not is_header else [(table, None if is_header else value)]
            yield from (Statement(start + 1, key, one, is_entry) for key, one in inner)
        start = end


def _read_statement(header: str, lines: list[str], start: int) -> tuple[dict[str, Any], int, str, int]:
    """The statement at line index `start`: its document, the next index, what is wrong, and the characters parsed."""
    import tomllib

    body, problem, parsed = header, "", 0
    for end in range(start, min(start + MAX_STATEMENT_LINES, len(lines))):
        body += lines[end] + "\n"
        parsed += len(body)
        try:
            return parse_toml(body), end + 1, "", parsed
        except tomllib.TOMLDecodeError as error:
            problem = problem or str(error).partition(" (at ")[0]
            # Only an open string or array makes the parser report the end of the document.
            if "end of document" not in str(error):
                break
        except (ValueError, RecursionError) as error:
            # A number of 5,000 digits, or nesting.
            problem = str(error) if "deeply" in str(error) else "is not a readable value"
            break
    return {}, start + 1, problem, parsed


def _leaves(node: object, key: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """The keys of a document with their values, tables flattened to dotted keys."""
    if isinstance(node, dict) and node:
        for name, child in node.items():
            yield from _leaves(child, (*key, name))
    elif key:
        yield key, node
