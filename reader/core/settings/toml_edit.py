"""Set one key in the text of a TOML file, and leave everything else as it is: comments, order, line ends."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from reader.core.settings.toml_lines import MAX_STATEMENT_LINES, Statement, read_statements
from reader.core.settings.types import as_toml

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'')


def with_value(text: str, key: Sequence[str], value: str) -> str:
    """The text with `key` set to `value`, which is in TOML.

    A key that is set keeps its place and its comments. A new one comes after its line in comments (`# key = …`) if
    there is one, else at the end of its table, which is added if it is missing.
    """
    end = "\r\n" if "\r\n" in text else "\n"
    lines = text.replace("\r\n", "\n").split("\n")
    found = next((one for one in _values(text) if one.key == tuple(key)), None)
    if found is not None:
        start = found.line - 1
        stop = end_of(lines, start)
        name = lines[start].partition("=")[0].rstrip()
        lines[start:stop] = replaced(lines[start:stop], f"{name} = {value}")
        return end.join(lines)
    table, name = tuple(key[:-1]), _as_key(key[-1])
    place = _place_of(lines, table, name)
    if place is None:
        while lines and not lines[-1].strip():
            lines.pop()
        lines += [*([""] if lines else []), f"[{'.'.join(map(_as_key, table))}]", f"{name} = {value}", ""]
    else:
        lines.insert(place, f"{name} = {value}")
        if place == len(lines) - 1:
            lines.append("")
    return end.join(lines)


def without_value(text: str, key: Sequence[str]) -> str:
    """The text without the lines that set `key`, if there are any."""
    end = "\r\n" if "\r\n" in text else "\n"
    lines = text.replace("\r\n", "\n").split("\n")
    found = next((one for one in _values(text) if one.key == tuple(key)), None)
    if found is not None:
        del lines[found.line - 1 : end_of(lines, found.line - 1)]
    return end.join(lines)


def _values(text: str) -> Iterator[Statement]:
    return (one for one in read_statements(text) if isinstance(one, Statement) and one.value is not None)


def end_of(lines: Sequence[str], start: int) -> int:
    """The index after the last line of the statement that begins at `start`."""
    import tomllib

    for stop in range(start + 1, min(start + MAX_STATEMENT_LINES, len(lines)) + 1):
        try:
            tomllib.loads("\n".join(lines[start:stop]))
        except ValueError:
            continue
        return stop
    return start + 1


def replaced(old: Sequence[str], new: str) -> list[str]:
    """The new statement with the comments of the old one: those within it above, that of its last line beside it."""
    comments = [] if any('"""' in line or "'''" in line for line in old) else [_comment(line) for line in old]
    above = [comment for comment in comments[:-1] if comment]
    beside = comments[-1] if comments else ""
    return [*above, f"{new}  {beside}" if beside else new]


def _comment(line: str) -> str:
    """The comment at a line's end; a # within a string begins none."""
    bare = _STRING.sub(lambda found: "_" * len(found[0]), line)
    return line[bare.index("#") :].rstrip() if "#" in bare else ""


def _place_of(lines: Sequence[str], table: tuple[str, ...], name: str) -> int | None:
    """The index for a new line of a table: after the key's line in comments, else after the table's last line."""
    import tomllib

    current: tuple[str, ...] | None = ()
    last = 0 if not table else None
    for index, line in enumerate(lines):
        if line.lstrip().startswith("["):
            try:
                current = _header(tomllib.loads(line))
            except ValueError:
                # A row of an array, or a mistake: what follows is not known to belong to the table.
                continue
            last = index + 1 if current == table else last
        elif current == table:
            if re.match(rf"\s*#\s*{re.escape(name)}\s*=", line):
                return index + 1
            if line.strip() and not line.lstrip().startswith("#"):
                last = index + 1
    if last == 0 and not table:
        # No key yet: after the comments at the top.
        return next((index for index, line in enumerate(lines) if not line.startswith("#")), len(lines))
    return last


def _header(document: dict[str, object]) -> tuple[str, ...]:
    """The key of a table's header, parsed on its own."""
    key: list[str] = []
    node: object = document
    while isinstance(node, dict) and node:
        [(name, node)] = node.items()
        key.append(name)
    return tuple(key)


def _as_key(name: str) -> str:
    """A key as it is written: bare if it can be, else in quotes."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else as_toml(name)
