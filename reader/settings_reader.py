"""Load the settings: read one TOML file into frozen `Settings` and a list of its mistakes.

A mistake never stops the reader: its key keeps the default. Settings are read before the first frame, so the TOML
parser is imported only if there is a file.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from reader import platform
from reader.config import SETTING_TYPES, VARIABLES, Settings
from reader.core import removed
from reader.core.errors import ConfigError
from reader.core.settings.standing import Standing
from reader.core.settings.tables import (
    LIST_SETTINGS,
    LIST_TABLES,
    SINGLE,
    TABLES,
    Entry,
    read_entry,
    with_table_value,
)
from reader.core.settings.toml import MalformedLine, Statement, explain_toml, parse_toml, read_statements
from reader.core.settings.types import InvalidValue, KeyTable, nearest
from reader.core.views import current_id
from reader.paths import read_start, replace_private

MAX_FILE_SIZE = 1 << 16
"""Bytes; a larger file is not read."""

_EMPTY_VALUES: tuple[object, ...] = ("", False, 0, [])
"""Values with which a removed setting is off, so that its line needs no note."""

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
    """The lists of a file of 0.2, by key: the log takes them over once."""
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
    reading = _SettingsReader(str(path))
    return _loaded(reading, reading.open(path), environment)


def load_text(path: Path, text: str) -> LoadedSettings:
    """The settings of a text that is that of the file at `path`, or is to be."""
    return _loaded(_SettingsReader(str(path)), text, None)


def _loaded(reading: _SettingsReader, text: str, environment: Mapping[str, str] | None) -> LoadedSettings:
    if text:
        reading.take(text)
    environment = os.environ if environment is None else environment
    reading.override(environment)
    if platform.lacks_signs(environment):
        reading.values.setdefault("ascii", True)
    settings = replace(Settings(), **reading.values, keys=MappingProxyType(reading.keys))
    return LoadedSettings(
        settings, reading.file, tuple(reading.mistakes), MappingProxyType(reading.lines), reading.former
    )


def read_text(file: Path) -> str:
    """The file's text with its own line ends, empty if it is missing; raises ConfigError."""
    reading = _SettingsReader(str(file))
    text = reading.open(file)
    for mistake in reading.mistakes:
        raise ConfigError(f"{mistake} Correct it first: 'dailypapers config edit'.")
    return text


def replace_text(file: Path, text: str) -> None:
    """Replace the file atomically, following symbolic links; it is private."""
    try:
        replace_private(file, text)
    except OSError as error:
        raise ConfigError(f"{file} could not be written: {error.strerror}.") from error


def write_text(file: Path, text: str) -> None:
    """Replace the file, unless it would be too large to be read; raises ConfigError."""
    if len(text.encode()) > MAX_FILE_SIZE:
        raise ConfigError(f"{file} would be larger than {MAX_FILE_SIZE // 1024} KiB. It was not changed.")
    replace_text(file, text)


class _SettingsReader:
    """Reads a settings file once, and collects the valid values and the mistakes."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.values: dict[str, Any] = {}
        self.former: dict[str, Any] = {}
        self.keys: dict[str, tuple[str, ...]] = {}
        self.mistakes: list[Mistake] = []
        self.lines: dict[str, int] = {}
        self._seen: dict[str, int] = {}
        """The line of each key."""
        self._left_out: set[str] = set()
        """Tables with a wrong header."""

    def open(self, path: Path) -> str:
        """The file's text; empty if it is missing or unreadable."""
        try:
            data = read_start(path, MAX_FILE_SIZE + 1)
            if len(data) > MAX_FILE_SIZE:
                self._add_mistake(0, "", f"is larger than {MAX_FILE_SIZE // 1024} KiB and was not read")
                return ""
            return data.decode("utf-8-sig")
        except (FileNotFoundError, NotADirectoryError):
            return ""
        except UnicodeDecodeError as error:
            self._add_mistake(data.count(b"\n", 0, error.start) + 1, "", "is not UTF-8 text; the file was not read")
        except OSError as error:
            self._add_mistake(0, "", f"can't be read: {error.strerror}")
        return ""

    def take(self, text: str) -> None:
        """Read every statement, and collect its value or its mistake."""
        entry: tuple[Statement, list[Statement]] | None = None
        for found in read_statements(text):
            if isinstance(found, MalformedLine):
                self._add_mistake(found.line, "", f"{found.message}; this line was left out")
            elif found.value is None:
                if entry is not None:
                    self._read_entry(*entry)
                is_entry = found.is_entry and len(found.key) == 1 and found.key[0] in (*TABLES, *LIST_TABLES)
                entry = (found, []) if is_entry else None
                if not is_entry:
                    self._check_header(found)
            elif entry is not None:
                entry[1].append(found)
            else:
                self._read_value(found)
        if entry is not None:
            self._read_entry(*entry)
        if not self.mistakes:
            self._check_whole(text)

    def override(self, environment: Mapping[str, str]) -> None:
        """Override settings by environment variables."""
        for key, variable in VARIABLES.items():
            value = environment.get(variable)
            if not value:
                continue
            try:
                self.values[key] = SETTING_TYPES[key].check(value)
                self.lines[key] = 0
            except InvalidValue as unfit:
                self.mistakes.append(Mistake("environment", 0, variable, str(unfit), unfit.suggestion))

    def _check_header(self, header: Statement) -> None:
        name = header.key[0]
        if name in SINGLE and header.is_entry:
            self._add_mistake(header.line, name, "can occur only once, so it needs single brackets", f"[{name}]")
        elif name in TABLES or name in LIST_TABLES:
            self._add_mistake(header.line, name, "can occur many times, so it needs double brackets", f"[[{name}]]")
        elif name not in ("keys", *SINGLE, *removed.SETTINGS):
            meant = nearest(name, ["keys", *SINGLE, *TABLES])
            self._add_mistake(header.line, name, "is not a known table", meant)
        else:
            return
        self._left_out.add(name)

    def _read_entry(self, header: Statement, inside: list[Statement]) -> None:
        """Read one table of a kind, `[[table]]`."""
        table = header.key[0]
        values: dict[str, object] = {}
        lines: dict[str, int] = {}
        for one in inside:
            [(key, value)] = one.value[0].items()
            if key in values:
                self._add_mistake(one.line, f"{table}.{key}", f"is set a second time; line {lines[key]} is used")
            else:
                values[key], lines[key] = value, one.line
        entry, wrong = read_entry(table, values)
        for key, unfit in wrong:
            self._add_unfit(lines.get(key, header.line), f"{table}.{key}".rstrip("."), unfit)
        values_of = self.former if table in LIST_TABLES else self.values
        known: tuple[Entry, ...] = values_of.get(table, ())
        name = getattr(entry, "name", "").casefold()
        if name and any(getattr(one, "name", "").casefold() == name for one in known):
            self._add_mistake(header.line, table, "has the name of an earlier one and was left out")
        elif entry is not None:
            values_of[table] = (*known, entry)
            self.lines.setdefault(table, header.line)

    def _read_value(self, found: Statement) -> None:
        key, line = found.key, found.line
        name = ".".join(key)
        if name in self._seen:
            self._add_mistake(line, name, f"is set a second time; line {self._seen[name]} is used")
            return
        self._seen[name] = line
        if instead := removed.SETTINGS.get(name) or removed.SETTINGS.get(key[0]):
            self._note_removed(found, instead)
            return
        try:
            if key[0] == "keys" and len(key) > 1:
                self.keys[current_id(name.removeprefix("keys."))] = KeyTable().check_one(found.value)
            elif key[0] in SINGLE and len(key) == 2:
                self.values[key[0]] = with_table_value(key[0], self.values.get(key[0]), key[1], found.value)
                self.lines.setdefault(key[0], line)
            elif key[0] in self._left_out:
                return
            elif name in LIST_SETTINGS:
                self.former[name] = LIST_SETTINGS[name].check(found.value)
            elif name in SETTING_TYPES:
                self.values[name] = SETTING_TYPES[name].check(found.value)
            else:
                raise InvalidValue("is not a setting", nearest(key[0], SETTING_TYPES))
            self.lines[name] = line
        except InvalidValue as unfit:
            self._add_unfit(line, name, unfit)

    def _note_removed(self, found: Statement, instead: str) -> None:
        """Say what to use instead of a removed setting or, once, table, unless its value had switched it off."""
        name = found.key[0] if found.key[0] in removed.SETTINGS else ".".join(found.key)
        if name not in self._left_out and found.value not in _EMPTY_VALUES:
            self._left_out.add(name)
            self._add_mistake(found.line, name, f"was removed: {instead}")

    def _check_whole(self, text: str) -> None:
        """Find mistakes that concern the whole file; each of its statements was valid on its own."""
        try:
            parse_toml(text)
        except (ValueError, RecursionError) as error:
            line, said = explain_toml(error)
            self._add_mistake(line, "", f"{said}; other programs may refuse this file")

    def _add_unfit(self, line: int, key: str, unfit: InvalidValue) -> None:
        self._add_mistake(line, key, str(unfit), unfit.suggestion)

    def _add_mistake(self, line: int, key: str, message: str, suggestion: str | None = None) -> None:
        self.mistakes.append(Mistake(self.file, line, key, message, suggestion))
