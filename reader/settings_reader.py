"""Load the settings: read one TOML file into frozen `Settings` and a list of its mistakes.

A mistake never stops the reader: its key keeps the default. Settings are read before the first frame, so the TOML
parser is imported only if there is a file.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from reader import platform
from reader.config import SETTING_TYPES, VARIABLES, Settings
from reader.core import removed
from reader.core.errors import ConfigError
from reader.core.settings.standing import FORMER_LISTS, FORMER_TABLES, Standing
from reader.core.settings.toml import Statement, explain_toml, parse_toml, read_statements
from reader.core.settings.types import SINGLE, TABLES, InvalidValue, check_key, keys_of_action, nearest
from reader.paths import read_start, replace_private

MAX_FILE_SIZE = 1 << 16
"""Bytes; a larger file is not read."""

_EMPTY_VALUES: tuple[object, ...] = ("", False, 0, [])
"""Values with which a removed setting or a former list is off, so that its line needs no note."""

_SHOWN = 300
"""Maximum characters of a key or a value in the message about it."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake in the settings; its `str` is the message to show."""

    file: str
    line: int
    """From 1; 0 if the mistake has no line, such as one in the environment."""
    key: str
    """Dotted; empty if no key could be read."""
    message: str
    suggestion: str | None = None
    """The nearest valid word or value, in the file's syntax."""

    def __str__(self) -> str:
        return f"{f'{self.file}:{self.line}' if self.line else self.file}: {self.said}"

    @property
    def said(self) -> str:
        """The message without the place."""
        from reader.core.text import clean

        key, message, suggestion = (clean(text, _SHOWN) for text in (self.key, self.message, self.suggestion or ""))
        meant = f" Did you mean {suggestion}?" if suggestion else ""
        return f"{key} {message}{'' if message.endswith('?') else '.'}{meant}".lstrip()


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """The settings in effect, their mistakes, and their origins."""

    settings: Settings
    file: str
    mistakes: tuple[Mistake, ...] = ()
    lines: Mapping[str, int] = field(default_factory=dict)
    """Line by key, for the settings in the file; 0 for those of the environment."""

    former: Mapping[str, Any] = field(default_factory=dict)
    """The lists of a file of 0.2, by key and unchecked: the log takes them over once."""
    ignores_lists: bool = False
    """Whether the file still has lists that the log took over."""
    waiting: tuple[Standing, ...] = ()
    """Standing queries of other machines that wait for the user's agreement."""

    def origin(self, key: str) -> str:
        """The origin of a setting's value: `default`, `FILE:LINE`, or the name of an environment variable."""
        line = self.lines.get(key)
        if line is None and key == "ascii" and self.settings.ascii:
            return "TERM"
        return "default" if line is None else f"{self.file}:{line}" if line else VARIABLES[key]


def load_settings(path: Path, environment: Mapping[str, str] | None = None) -> LoadedSettings:
    """Load the settings with the environment's overrides; the keymap checks `keys`. A missing file is not a mistake."""
    environment = os.environ if environment is None else environment
    reading = _SettingsReader(str(path))
    try:
        if text := _read(path):
            reading.take(text)
    except _Unreadable as error:
        reading.mistakes.append(Mistake(str(path), error.line, "", str(error)))
    reading.override(environment)
    if platform.lacks_signs(environment):
        reading.values.setdefault("ascii", True)
    settings = replace(Settings(), **reading.values, keys=MappingProxyType(reading.keys))
    return LoadedSettings(
        settings, reading.file, tuple(reading.mistakes), MappingProxyType(reading.lines), reading.former
    )


class _Unreadable(Exception):
    """A file can't be read."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


def _read(file: Path) -> str:
    """The file's text, empty if it is missing; raises _Unreadable."""
    try:
        data = read_start(file, MAX_FILE_SIZE + 1)
        if len(data) > MAX_FILE_SIZE:
            raise _Unreadable(f"is larger than {MAX_FILE_SIZE // 1024} KiB and was not read")
        return data.decode("utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _Unreadable("is not UTF-8 text; the file was not read", line) from error
    except OSError as error:
        raise _Unreadable(f"can't be read: {error.strerror}") from error


def read_text(file: Path) -> str:
    """The file's text with its own line ends, empty if it is missing; raises ConfigError."""
    try:
        return _read(file)
    except _Unreadable as error:
        mistake = Mistake(str(file), error.line, "", str(error))
        raise ConfigError(f"{mistake} Correct it first: 'dailypapers config edit'.") from error


def write_text(file: Path, text: str) -> None:
    """Replace the file atomically, unless it would be too large to be read; it is private. Raises ConfigError."""
    if len(text.encode()) > MAX_FILE_SIZE:
        raise ConfigError(f"{file} would be larger than {MAX_FILE_SIZE // 1024} KiB. It was not changed.")
    try:
        replace_private(file, text)
    except OSError as error:
        raise ConfigError(f"{file} could not be written: {error.strerror}.") from error


class _SettingsReader:
    """Reads the text of a settings file, and collects the valid values and the mistakes."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.values: dict[str, Any] = {}
        self.former: dict[str, Any] = {}
        """The lists of a file of 0.2, unchecked."""
        self.keys: dict[str, tuple[str, ...]] = {}
        self.mistakes: list[Mistake] = []
        self.lines: dict[str, int] = {}
        self._seen: dict[str, int] = {}
        """The line of each key; those of entries have the number of their table."""
        self._entries: list[tuple[str, int, dict[str, Any]]] = []
        """The tables that may occur many times: name, line, and valid values."""
        self._left_out: set[str] = set()
        """Tables with a wrong header, and removed settings that were named."""

    def take(self, text: str) -> None:
        """Read every statement, and collect its value or its mistake."""
        for found in read_statements(text):
            if found.problem:
                self._add_mistake(found.line, "", f"{found.problem}; this line was left out")
            elif found.value is None:
                self._begin_table(found)
            else:
                self._read_value(found)
        for number, (table, line, values) in enumerate(self._entries, 1):
            if table in TABLES:
                self._end_entry(number, table, line, values)
            else:
                self.lines.setdefault(table, line)
                self.former.setdefault(table, []).append(values)
        if not self.mistakes:
            try:
                # What only the whole file gets wrong, such as a table that is declared twice.
                parse_toml(text)
            except (ValueError, RecursionError) as error:
                line, message = explain_toml(error)
                self._add_mistake(line, "", f"{message}; other programs may refuse this file")
        self.mistakes.sort(key=lambda one: one.line)

    def override(self, environment: Mapping[str, str]) -> None:
        """Override settings by environment variables."""
        for key, variable in VARIABLES.items():
            if value := environment.get(variable):
                try:
                    self.values[key] = SETTING_TYPES[key].check(value)
                    self.lines[key] = 0
                except InvalidValue as error:
                    self.mistakes.append(Mistake("environment", 0, variable, str(error), error.suggestion))

    def _begin_table(self, header: Statement) -> None:
        name = header.key[0]
        if name in (*TABLES, *FORMER_TABLES):
            if header.is_entry:
                self._entries.append((name, header.line, {}))
                return
            self._add_mistake(header.line, name, "can occur many times, so it needs double brackets", f"[[{name}]]")
        elif name in ("keys", *SINGLE) and header.is_entry:
            self._add_mistake(header.line, name, "can occur only once, so it needs single brackets", f"[{name}]")
        elif name not in ("keys", *SINGLE, *removed.SETTINGS):
            meant = nearest(name, ["keys", *SINGLE, *TABLES])
            self._add_mistake(header.line, name, "is not a known table", meant)
        else:
            return
        self._left_out.add(name)

    def _read_value(self, found: Statement) -> None:
        line, name = found.line, ".".join(found.key)
        table, key = found.key[0], ".".join(found.key[1:])
        place = f"{len(self._entries)} {name}" if found.is_entry else name
        if place in self._seen:
            self._add_mistake(line, name, f"is set a second time; line {self._seen[place]} is used")
            return
        self._seen[place] = line
        if instead := removed.SETTINGS.get(name) or removed.SETTINGS.get(table):
            self._note_removed(found, name if name in removed.SETTINGS else table, instead)
        elif found.is_entry:
            if table in (*TABLES, *FORMER_TABLES):
                self._read_entry_value(table, key, found.value, line)
        elif name in TABLES and isinstance(found.value, list):
            for one in found.value:
                self._entries.append((table, line, {}))
                for key, value in one.items() if isinstance(one, dict) else ():
                    self._seen[f"{len(self._entries)} {table}.{key}"] = line
                    self._read_entry_value(table, key, value, line)
        elif (table in SINGLE and key) or table not in self._left_out:
            try:
                self._read_single_value(name, table, key, found)
                self.lines[name] = line
            except InvalidValue as error:
                self._add_mistake(line, name, str(error), error.suggestion)

    def _read_single_value(self, name: str, table: str, key: str, found: Statement) -> None:
        if table == "keys" and key:
            self.keys[key] = keys_of_action(found.value)
        elif table in SINGLE and key:
            value = check_key(SINGLE[table], f"[{table}]", key, found.value)
            self.values[table] = replace(self.values.get(table) or SINGLE[table](), **{key: value})
            self.lines.setdefault(table, found.line)
        elif name in FORMER_LISTS:
            if found.value not in _EMPTY_VALUES:
                self.former[name] = [*found.value] if isinstance(found.value, list) else [found.value]
        elif name in SETTING_TYPES:
            self.values[name] = SETTING_TYPES[name].check(found.value)
        else:
            raise InvalidValue("is not a setting", nearest(table, SETTING_TYPES))

    def _read_entry_value(self, table: str, key: str, value: object, line: int) -> None:
        values = self._entries[-1][2]
        try:
            values[key] = check_key(TABLES[table], f"[[{table}]]", key, value) if table in TABLES else value
        except InvalidValue as error:
            self._add_mistake(line, f"{table}.{key}", str(error), error.suggestion)

    def _end_entry(self, number: int, table: str, line: int, values: dict[str, Any]) -> None:
        known = self.values.get(table, ())
        needed = [one.name for one in fields(TABLES[table]) if one.default is MISSING]
        if missing := [key for key in needed if f"{number} {table}.{key}" not in self._seen]:
            self._add_mistake(line, table, f"needs {' and '.join(missing)}; it was left out")
        elif not all(key in values for key in needed):
            return
        elif any(one.name.casefold() == values["name"].casefold() for one in known):
            self._add_mistake(line, table, "has the name of an earlier one and was left out")
        else:
            self.values[table] = (*known, TABLES[table](**values))
            self.lines.setdefault(table, line)

    def _note_removed(self, found: Statement, name: str, instead: str) -> None:
        """Say what to use instead of a removed setting or, once, table, unless its value had switched it off."""
        if name not in self._left_out and found.value not in _EMPTY_VALUES:
            self._left_out.add(name)
            self._add_mistake(found.line, name, f"was removed: {instead}")

    def _add_mistake(self, line: int, key: str, message: str, suggestion: str | None = None) -> None:
        self.mistakes.append(Mistake(self.file, line, key, message, suggestion))
