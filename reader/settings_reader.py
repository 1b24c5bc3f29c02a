"""Load the settings: read the TOML file into a frozen `Settings` and a list of mistakes.

A mistake never stops the reader: an invalid value leaves the default, and nothing is read of a file that is not TOML.
The settings are read before the first frame, so that the TOML parser is imported only if there is a file.
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
from reader.core.errors import ConfigError
from reader.core.settings.standing import FORMER_LISTS, StandingQuery
from reader.core.settings.toml import InvalidToml, Toml, dotted_key, read_toml
from reader.core.settings.types import InvalidValue, Wrong, is_empty, read_table
from reader.paths import read_start, replace_private

MAX_FILE_BYTES = 1 << 16
"""Bytes; a larger file is not read."""

_MAX_SHOWN = 300
"""Maximum characters of each part of a message about a mistake."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """A mistake in the settings; `str` makes the message to show."""

    file: str
    line: int
    """The line from 1; 0 if the mistake has no line, for example in an environment variable."""
    key: str
    """The dotted key; empty if it could not be read."""
    message: str
    suggestion: str | None = None
    """The nearest valid word or value, in the file's syntax."""

    def __str__(self) -> str:
        return f"{f'{self.file}:{self.line}' if self.line else self.file}: {self.sentence}"

    @property
    def sentence(self) -> str:
        """The message without file and line."""
        from reader.core.text import clean

        key, message, suggestion = (clean(text, _MAX_SHOWN) for text in (self.key, self.message, self.suggestion or ""))
        meant = f" Did you mean {suggestion}?" if suggestion else ""
        return f"{key} {message}{'' if message.endswith('?') else '.'}{meant}".lstrip()


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """The settings in effect, with their mistakes and origins."""

    settings: Settings
    file: str
    mistakes: tuple[Mistake, ...] = ()
    lines: Mapping[str, int] = field(default_factory=dict)
    """The line of each key in the file; 0 for a key that an environment variable overrides."""

    former: Mapping[str, Any] = field(default_factory=dict)
    """The lists of a file for release 0.2, unchecked, by key; the log imports them once."""
    ignores_lists: bool = False
    """Whether the file still has lists that the log has imported."""
    waiting: tuple[StandingQuery, ...] = ()
    """Standing queries from other machines that await the user's approval."""

    def origin(self, key: str) -> str:
        """The origin of a setting's value: `default`, `FILE:LINE`, or the name of an environment variable."""
        line = self.lines.get(key)
        if line is None and key == "ascii" and self.settings.ascii:
            return "TERM"
        return "default" if line is None else f"{self.file}:{line}" if line else VARIABLES[key]


def load_settings(path: Path, environment: Mapping[str, str] | None = None) -> LoadedSettings:
    """Load the settings from a file, which may be missing, and the environment; the keymap checks `keys` later."""
    environment = os.environ if environment is None else environment
    try:
        return load_text(_read(path), str(path), environment)
    except _Unreadable as error:
        loaded = load_text("", str(path), environment)
        return replace(loaded, mistakes=(Mistake(loaded.file, error.line, "", str(error)), *loaded.mistakes))


def load_text(text: str, file: str, environment: Mapping[str, str]) -> LoadedSettings:
    """Load the settings from the text of a file and the environment; the keymap checks `keys` later."""
    toml, mistakes = Toml({}, {}), list[Mistake]()
    try:
        toml = read_toml(text) if text else toml
    except InvalidToml as error:
        mistakes.append(Mistake(file, error.line, "", f"{error}; all defaults apply until it is corrected"))
    former = {key: _as_list(toml.values.pop(key)) for key in list(toml.values) if key in FORMER_LISTS}
    wrong: list[Wrong] = []
    values = read_table(Settings, toml.values, wrong)
    mistakes += (
        Mistake(file, toml.line(mistake.path), mistake.key, str(mistake.error), mistake.error.suggestion)
        for mistake in wrong
    )
    mistakes.sort(key=lambda mistake: mistake.line)
    left_out = {dotted_key(mistake.path) for mistake in wrong}
    lines = {key: line for key, line in toml.lines.items() if key not in left_out}
    for key, variable in VARIABLES.items():
        if value := environment.get(variable):
            try:
                values[key] = SETTING_TYPES[key].check(value)
                lines[key] = 0
            except InvalidValue as error:
                mistakes.append(Mistake("environment", 0, variable, str(error), error.suggestion))
    if platform.lacks_signs(environment):
        values.setdefault("ascii", True)
    settings = replace(Settings(), **{**values, "keys": MappingProxyType(values.get("keys", {}))})
    return LoadedSettings(
        settings, file, tuple(mistakes), MappingProxyType(lines), {key: some for key, some in former.items() if some}
    )


def _as_list(value: object) -> list[Any]:
    """A list of a file for release 0.2, which may be a single value; a value that switches it off is left out."""
    return value if isinstance(value, list) else [] if is_empty(value) else [value]


class _Unreadable(Exception):
    """The settings file can't be read."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


def _read(file: Path) -> str:
    """The file's text, empty if it is missing; raises _Unreadable."""
    try:
        data = read_start(file, MAX_FILE_BYTES + 1)
        if len(data) > MAX_FILE_BYTES:
            raise _Unreadable(f"is larger than {MAX_FILE_BYTES // 1024} KiB and was not read")
        return data.decode("utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _Unreadable("is not UTF-8 text; all defaults apply until it is corrected", line) from error
    except OSError as error:
        raise _Unreadable(f"can't be read: {error.strerror}") from error


def read_text(file: Path) -> str:
    """The file's text with its line endings, empty if the file is missing; raises ConfigError."""
    try:
        return _read(file)
    except _Unreadable as error:
        mistake = Mistake(str(file), error.line, "", str(error))
        raise ConfigError(f"{mistake} Correct it first: 'dailypapers config edit'.") from error


def write_text(file: Path, text: str) -> None:
    """Replace the file, which only the user can read; raises ConfigError, also if the text is too large to be read."""
    if len(text.encode()) > MAX_FILE_BYTES:
        raise ConfigError(f"{file} would be larger than {MAX_FILE_BYTES // 1024} KiB. It was not changed.")
    try:
        replace_private(file, text)
    except OSError as error:
        raise ConfigError(f"{file} could not be written: {error.strerror}.") from error
