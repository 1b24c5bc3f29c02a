"""Change a key or table in the text of a TOML file, and leave all else as it is: comments, order, line ends."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

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


@dataclass(slots=True)
class Block:
    """The lines of one table, by their indexes."""

    header: int
    stop: int
    """After its last line."""
    keys: dict[str, tuple[int, int]] = field(default_factory=dict)
    """The first line of each key, and the index after its last."""


def find_blocks(text: str, table: str) -> list[Block]:
    """The tables of a name, in their order."""
    lines = _lines(text)
    found: list[Block] = []
    inside = False
    for one in read_statements(text):
        if not isinstance(one, Statement):
            continue
        if one.value is None:
            inside = one.is_entry and one.key == (table,)
            if inside:
                found.append(Block(one.line - 1, one.line))
        elif inside and isinstance(one.value, list) and isinstance(one.value[0], dict):
            stop = end_of(lines, one.line - 1)
            for key in one.value[0]:
                found[-1].keys[key] = (one.line - 1, stop)
            found[-1].stop = stop
    return found


def with_table(text: str, table: str, *added: Mapping[str, object]) -> str:
    """The text with more tables, behind the last one of their name, else at its end."""
    lines = _lines(text)
    new: list[str] = []
    for values in added:
        new += ["", f"[[{table}]]", *(f"{key} = {as_toml(value)}" for key, value in values.items())]
    blocks = find_blocks(text, table)
    if blocks:
        place = _reach(lines, blocks[-1])[1]
        return _joined([*lines[:place], *new, *lines[place:]], text)
    while lines and not lines[-1].strip():
        lines.pop()
    return _joined([*lines, *new[not lines :], ""], text)


def without_table(text: str, table: str, *indexes: int) -> str:
    """The text without some of the tables; their comments stay."""
    lines, blocks = _lines(text), find_blocks(text, table)
    for block in (blocks[index] for index in sorted(indexes, reverse=True)):
        gone = {block.header, *(line for start, stop in block.keys.values() for line in range(start, stop))}
        lines[block.header : block.stop] = [
            line for at, line in enumerate(lines[block.header : block.stop], block.header) if at not in gone
        ]
        # Of the empty lines around the table, one is enough.
        at = block.header
        while at + 1 < len(lines) and not lines[at].strip() and (at == 0 or not lines[at - 1].strip()):
            del lines[at]
    return _joined(lines, text)


def with_table_value(text: str, table: str, index: int, key: str, value: object) -> str:
    """The text with another value of a key that the table has."""
    return with_table_values(text, table, {(index, key): value})


def with_table_values(text: str, table: str, values: Mapping[tuple[int, str], object]) -> str:
    """The text with other values of keys that the tables have, by the table's index and the key."""
    lines, blocks = _lines(text), find_blocks(text, table)
    places = sorted(
        ((*blocks[index].keys[key], value) for (index, key), value in values.items()), key=lambda one: one[:2]
    )
    for start, stop, value in reversed(places):
        name = lines[start].partition("=")[0].rstrip()
        lines[start:stop] = replaced(lines[start:stop], f"{name} = {as_toml(value)}")
    return _joined(lines, text)


def with_table_moved(text: str, table: str, index: int, to: int) -> str:
    """The text with one of the tables, and its comments, in another place among them."""
    order = list(range(len(find_blocks(text, table))))
    order.insert(to, order.pop(index))
    return with_tables_ordered(text, table, order)


def with_tables_ordered(text: str, table: str, order: Sequence[int]) -> str:
    """The text with the tables, and their comments, in the order of these indexes."""
    lines, blocks = _lines(text), find_blocks(text, table)
    spans = [_reach(lines, block) for block in blocks]
    # Each place among the tables stays where it is, with what stands between them; only their lines change places.
    result: list[str] = []
    end = 0
    for (start, stop), moved in zip(spans, order, strict=True):
        result += lines[end:start] + lines[slice(*spans[moved])]
        end = stop
    return _joined(result + lines[end:], text)


def _reach(lines: list[str], block: Block) -> tuple[int, int]:
    """The lines of a table with the comments directly above its header and directly below its last line."""
    start, stop = block.header, block.stop
    while start > 0 and lines[start - 1].lstrip().startswith("#"):
        start -= 1
    below = stop
    while below < len(lines) and lines[below].lstrip().startswith("#"):
        below += 1
    # Comments that reach down to another header belong to that.
    if below == len(lines) or not lines[below].lstrip().startswith("["):
        stop = below
    return start, stop


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").split("\n")


def _joined(lines: list[str], before: str) -> str:
    """Lines with the line ends of the text that they come from."""
    return ("\r\n" if "\r\n" in before else "\n").join(lines)
