"""Read the tables of the settings file, and report every mistake in them with its line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, NamedTuple

from reader.core.settings.tables import (
    SINGLE,
    TABLES,
    Entry,
    Rule,
    SavedView,
    UserCommand,
    WatchedExport,
    entry_rules,
    needs_value,
)
from reader.core.settings.types import InvalidValue, SettingType, nearest


def with_table_value(table: str, known: Any, key: str, value: object) -> Any:
    """A single table with another value, or all defaults except this; raises InvalidValue."""
    kind = SINGLE[table]
    rules = {one.name: one.metadata["rule"] for one in fields(kind)}
    if key not in rules:
        raise InvalidValue(f"is not a key of [{table}]", nearest(key, rules))
    return replace(known or kind(), **{key: rules[key].check(value)})


class OneTable(SettingType):
    """A single table."""

    def __init__(self, table: str) -> None:
        self.table = table

    def check(self, value: object) -> object:
        if isinstance(value, SINGLE[self.table]):
            return value
        if not isinstance(value, Mapping):
            raise InvalidValue(f"must be a table: write [{self.table}] on a line of its own")
        found = SINGLE[self.table]()
        for key, one in value.items():
            found = with_table_value(self.table, found, key, one)
        return found

    def describe(self) -> str:
        return f"a table, after a line [{self.table}]"


class Unfit(NamedTuple):
    """A mistake in an entry: which key of it has it, empty for the whole entry, and what is wrong."""

    key: str
    error: InvalidValue


def read_entry(table: str, values: Mapping[str, object]) -> tuple[Entry | None, list[Unfit]]:
    """An entry of the file, or None if what it needs is missing or wrong; and all its mistakes."""
    rules = entry_rules(table)
    good: dict[str, Any] = {}
    wrong: list[Unfit] = []
    for key, value in values.items():
        if key not in rules:
            wrong.append(Unfit(key, InvalidValue(f"is not a key of [[{table}]]", nearest(key, rules))))
            continue
        try:
            good[key] = rules[key].check(value)
        except InvalidValue as error:
            wrong.append(Unfit(key, error))
    lacking = [one.name for one in fields(TABLES[table]) if needs_value(one) and one.name not in good]
    if lacking:
        missing = [name for name in lacking if name not in values]
        if missing:
            wrong.append(Unfit("", InvalidValue(f"needs {' and '.join(missing)}; it was left out")))
        return None, wrong
    return TABLES[table](**good), wrong


class TableReader:
    """Reads the tables of a file, line by line."""

    def __init__(self) -> None:
        self.found: dict[str, tuple[Entry, ...]] = {}
        """The tables that can be used, by their name."""
        self.lines: dict[str, int] = {}
        """The line of the first table of each name."""
        self._open: tuple[str, int] | None = None
        self._values: dict[str, object] = {}
        self._lines: dict[str, int] = {}
        self._twice: list[tuple[int, str, InvalidValue]] = []

    @property
    def is_open(self) -> bool:
        """Whether the lines of a table are being read."""
        return self._open is not None

    def begin(self, table: str, line: int) -> None:
        """Begin a table at its header's line."""
        self._open, self._values, self._lines, self._twice = (table, line), {}, {}, []

    def take(self, value: object, line: int) -> None:
        """Take a line of the table, as a list of one mapping."""
        for key, one in value[0].items() if isinstance(value, list) and isinstance(value[0], dict) else ():
            if key in self._values:
                again = InvalidValue(f"is set a second time; line {self._lines[key]} is used")
                self._twice.append((line, key, again))
            else:
                self._values[key], self._lines[key] = one, line

    def end(self) -> list[tuple[int, str, InvalidValue]]:
        """End the table that is open, if any; return its mistakes, with their lines and dotted keys."""
        if self._open is None:
            return []
        (table, begun), self._open = self._open, None
        entry, unfit = read_entry(table, self._values)
        wrong = [*self._twice, *((self._lines.get(one.key, begun), one.key, one.error) for one in unfit)]
        known = self.found.get(table, ())
        if entry is not None and _is_named(entry, known):
            wrong.append((begun, "", InvalidValue("has the name of an earlier one and was left out")))
        elif entry is not None:
            self.found[table] = (*known, entry)
            self.lines.setdefault(table, begun)
        return [(line, f"{table}.{key}".rstrip("."), error) for line, key, error in wrong]


def _is_named(entry: Entry, known: Sequence[Entry]) -> bool:
    """Whether one of the known entries has the same name; capitals make no difference, and exports have no names."""
    name = getattr(entry, "name", "").casefold()
    return bool(name) and any(getattr(one, "name", "").casefold() == name for one in known)


class Entries(SettingType):
    """All tables of a kind."""

    def __init__(self, table: str) -> None:
        self.table = table

    def check(self, value: object) -> object:
        if not isinstance(value, list | tuple):
            raise InvalidValue(f"must be tables: write [[{self.table}]] on a line of its own")
        return tuple(self._checked(value))

    def _checked(self, values: Sequence[object]) -> Iterator[Entry]:
        for one in values:
            if isinstance(one, SavedView | WatchedExport | UserCommand | Rule):
                yield one
                continue
            entry, wrong = read_entry(self.table, one if isinstance(one, Mapping) else {})
            for unfit in wrong:
                raise unfit.error
            if entry is not None:
                yield entry

    def describe(self) -> str:
        return f"tables, each after a line [[{self.table}]]"
