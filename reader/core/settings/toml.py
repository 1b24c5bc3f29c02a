"""Read TOML with line numbers, and change a key or table in its text.

`tomllib` reports no line numbers and stops at the first mistake. Here it parses one statement at a time and decides
where a statement ends, so that a bad line does not affect the others.

A change keeps everything else: comments, order, line ends. tomlkit does not: it moves tables of one name together, and
moves a comment above a table with the table before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from reader.core.settings.types import as_toml

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


# Changes


class NotEditableError(ValueError):
    """The text is written so that it can't be changed line by line; the message names what was to be changed."""


def check_change(before: str, after: str, name: str) -> object:
    """The new value of a top-level key; raises NotEditableError if any other value changed."""
    old, new = parse_toml(before), parse_toml(after)
    value = new.pop(name, None)
    old.pop(name, None)
    if old != new:
        raise NotEditableError(name)
    return value


def with_value(text: str, key: Sequence[str], value: str | None) -> str:
    """The text with `key` set to `value`, which is in TOML, or without the lines that set it if that is None.

    A key that is set keeps its place and its comments. A new one comes after its line in comments (`# key = …`) if
    there is one, else at the end of its table, which is added if it is missing.
    """
    lines = _lines(text)
    statements = _statements(text)
    found = next((one for one in statements if one.value is not None and one.key == tuple(key)), None)
    if found is not None:
        place = slice(found.line - 1, found.last)
        lines[place] = [] if value is None else _replaced(lines[place], value)
        return _joined(lines, text)
    if value is None:
        return text
    *table, name = key
    assignment = f"{_as_key(name)} = {value}"
    at = _place_of(lines, statements, tuple(table), _as_key(name))
    if at is None:
        lines = _without_end(lines)
        lines += [*([""] if lines else []), f"[{'.'.join(map(_as_key, table))}]", assignment, ""]
    else:
        lines[at:at] = [assignment, *([""] if at == len(lines) else [])]
    return _joined(lines, text)


def _place_of(lines: Sequence[str], statements: Sequence[Statement], table: tuple[str, ...], name: str) -> int | None:
    """The index for a new line of a table: after the key's line in comments, else after the table's last line.

    None if there is no such table.
    """
    place = None
    headers = [one for one in statements if one.value is None]
    begins = [0] if not table else [one.line for one in headers if one.key == table and not one.is_entry]
    for begin in begins:
        end = next((one.line - 1 for one in headers if one.line > begin), len(lines))
        inside = [one for one in statements if begin < one.line <= end]
        values = {line for one in inside for line in range(one.line, one.last + 1)}
        for line in range(begin + 1, end + 1):
            if line not in values and re.match(rf"\s*#\s*{re.escape(name)}\s*=", lines[line - 1]):
                return line
        place = max((one.last for one in inside), default=begin)
    # Before the first key, after the comments at the top.
    return place if place != 0 else len(list(takewhile(lambda line: line.startswith("#"), lines)))


def with_tables(text: str, table: str, wanted: Sequence[tuple[int | None, Mapping[str, Any]]]) -> str:
    """The text with these tables `[[table]]`: each with the index of the one that it was, or None, and new values.

    A table keeps its comments, including those directly above and below it; comments of a removed table stay. Raises
    NotEditableError.
    """
    lines = _lines(text)
    blocks = _find_blocks(text, table)
    was: Any = parse_toml(text).get(table, [])
    if len(blocks) != len(was):
        raise NotEditableError(table)
    kept = {index for index, _ in wanted}
    pieces = iter(
        [
            [f"[[{table}]]", *_assigned(values)] if index is None else _with_values(lines, blocks[index], values)
            for index, values in wanted
        ]
    )
    result: list[str] = []
    end = 0
    # The tables' positions in the text are kept; only their lines are exchanged.
    for index, block in enumerate(blocks):
        start, stop = _reach(lines, block)
        result += lines[end:start]
        if index in kept:
            result += next(pieces)
        else:
            result += [line for line in lines[start:stop] if line.lstrip().startswith("#")]
            if not result or not result[-1].strip():
                # Keep only one of the empty lines around the table.
                stop += len(list(takewhile(lambda line: not line.strip(), lines[stop:-1])))
        end = stop
    new = [line for piece in pieces for line in ("", *piece)]
    if not blocks and new:
        before = _without_end(lines)
        return _joined([*before, *new[not before :], ""], text)
    rest = lines[end:]
    return _joined([*(result if any(map(str.strip, rest)) else _without_end(result)), *new, *rest], text)


@dataclass(slots=True)
class _Block:
    """The lines of one table, by their indexes, without the comments around it."""

    start: int
    stop: int
    values: list[Statement]


def _find_blocks(text: str, table: str) -> list[_Block]:
    """The tables `[[table]]`, in their order."""
    found: list[_Block] = []
    is_inside = False
    for one in _statements(text):
        if one.value is None:
            is_inside = one.is_entry and one.key == (table,)
            if is_inside:
                found.append(_Block(one.line - 1, one.last, []))
        elif is_inside:
            found[-1].stop = one.last
            found[-1].values.append(one)
    return found


def _reach(lines: list[str], block: _Block) -> tuple[int, int]:
    """The lines of a table, including the comments directly above its header and below its last line."""
    start, stop = block.start, block.stop
    start -= len(list(takewhile(_is_comment, reversed(lines[:start]))))
    below = stop + len(list(takewhile(_is_comment, lines[stop:])))
    # Comments directly above another header belong to that one.
    is_next = below < len(lines) and lines[below].lstrip().startswith("[")
    return start, stop if is_next else below


def _with_values(lines: list[str], block: _Block, values: Mapping[str, Any]) -> list[str]:
    """The lines of a table, and its comments, with new values; other lines stay."""
    start, stop = _reach(lines, block)
    found = lines[start:stop]
    left = dict(values)
    below = stop - block.stop
    for one in reversed(block.values):
        place = slice(one.line - 1 - start, one.last - start)
        [(key, value)] = one.value[0].items()
        if key in left and left.pop(key) != value:
            found[place] = _replaced(found[place], as_toml(values[key]))
    at = len(found) - below
    found[at:at] = _assigned(left)
    return found


def _assigned(values: Mapping[str, Any]) -> list[str]:
    return [f"{key} = {as_toml(value)}" for key, value in values.items()]


def _replaced(old: Sequence[str], value: str) -> list[str]:
    """A statement with a new value, and its comments: inner ones above it, that of its last line beside it."""
    comments = [] if any('"""' in line or "'''" in line for line in old) else [_comment(line) for line in old]
    above = [comment for comment in comments[:-1] if comment]
    beside = comments[-1] if comments else ""
    new = f"{old[0].partition('=')[0].rstrip()} = {value}"
    return [*above, f"{new}  {beside}" if beside else new]


def _comment(line: str) -> str:
    """The comment at the end of a line, ignoring # within strings."""
    found = [one[0] for one in _STRING_OR_COMMENT.finditer(line) if one[0].startswith("#")]
    return found[0].rstrip() if found else ""


def _as_key(name: str) -> str:
    """A key as it is written: bare if it can be, else in quotes."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else as_toml(name)


def _statements(text: str) -> list[Statement]:
    return [one for one in read_statements(text) if isinstance(one, Statement)]


def _is_comment(line: str) -> bool:
    return line.lstrip().startswith("#")


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").split("\n")


def _without_end(lines: Sequence[str]) -> list[str]:
    found = list(lines)
    while found and not found[-1].strip():
        found.pop()
    return found


def _joined(lines: list[str], before: str) -> str:
    """Lines with the line ends of the text that they come from."""
    return ("\r\n" if "\r\n" in before else "\n").join(lines)
