"""Shared settings: each change is an event, and a setting's newest event wins on all machines."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import Any

from reader.cache.entries import keep_in_step
from reader.cache.marks.derived import SETTING
from reader.cache.marks.events import Events
from reader.cache.meta import get, remember
from reader.commands.workspace import Workspace
from reader.config import SETTING_TYPES, SHARED, Settings
from reader.core.errors import ConfigError
from reader.core.foreign import setting_value
from reader.core.settings.entries import KEYS, with_setting
from reader.core.settings.toml import NotEditableError, parse_toml
from reader.core.settings.types import InvalidValue, KeyTable
from reader.core.text import clean
from reader.settings_reader import read_text, write_text


class SharedSettings:
    """The shared settings of one machine; without `sync_settings` nothing is shared."""

    def __init__(self, workspace: Workspace, events: Events) -> None:
        self._file = workspace.config_file
        self._events = events
        self.is_by_itself = bool(workspace.settings.sync)
        """Whether the reader syncs automatically."""
        self._is_on = workspace.settings.sync_settings
        self.taken: list[str] = []
        self.refused: list[str] = []
        """Why some were not, in sentences not reported before."""

    def keep_in_step(self) -> None:
        """Sync the lists of the file, such as views, with their events."""
        step = keep_in_step(self._events, self._file)
        self.taken += [one for one in step.taken if one not in self.taken]
        self.refused += [one for one in step.refused if one not in self.refused]

    def send_changes(self) -> None:
        """Record the user's changes since the last look."""
        self.keep_in_step()
        values = self._read()
        if values is not None:
            known = self._events.read(known_settings) or {}
            changed = {name: one for name, one in values.items() if name in known and known[name] != one}
            record_settings(self._events, changed)

    def take_over(self) -> bool:
        """Write other machines' changes to the file; return whether there is more to send."""
        self.keep_in_step()
        values = self._read()
        if values is None:
            self._say_once()
            return False
        newest = self._events.read(newest_settings)
        is_first = self._events.read(known_settings) is None
        gone = frozenset[str]() if is_first else self._events.read(abandoned_settings)
        wanted = {one: _default(one) for one in values if one in gone} | newest
        for name in values:
            if name in wanted and wanted[name] != values[name]:
                self._take(name, wanted[name])
        self._say_once()
        own = {name: one for name, one in values.items() if name not in newest and one != _default(name)}
        record_settings(self._events, own if is_first else {})
        values = self._read()
        if values is not None and values != self._events.read(known_settings):
            self._events.read(lambda one: remember(one, _KNOWN, json.dumps(values)))
        return is_first and bool(own)

    def _say_once(self) -> None:
        """Drop what was reported before; `sync --status` has everything."""
        self.refused[:] = self._events.read(lambda one: note_refused(one, self.refused))

    def _read(self) -> dict[str, Any] | None:
        """The shared settings in the file; None if they are not shared, or the file has mistakes."""
        if not self._is_on:
            return None
        try:
            document = parse_toml(read_text(self._file))
        except (ValueError, RecursionError):
            self.refused[:] = [
                f"{self._file} has mistakes, so settings are not synced: see 'dailypapers config check'."
            ]
            return None
        return {name: document.get(name, _default(name)) for name in SHARED}

    def _take(self, name: str, value: Any) -> None:
        try:
            _check(name, value)
            write_text(self._file, with_setting(read_text(self._file), name, value))
            self.taken.append(name)
        except (InvalidValue, NotEditableError, ConfigError) as error:
            said = f": it {clean(str(error), 200)}" if isinstance(error, InvalidValue) else ""
            self.refused.append(f"{name} could not be taken over{said}. Use 'dailypapers config edit'.")


def _check(name: str, value: Any) -> None:
    if name == KEYS and isinstance(value, dict):
        for keys in value.values():
            KeyTable().check_one(keys)
    SETTING_TYPES[name].check(value)


def _default(name: str) -> Any:
    """A setting's default as written in the file."""
    value = getattr(Settings(), name)
    return list(value) if isinstance(value, tuple) else dict(value) if name == KEYS else value


_KNOWN = "sync_settings"
"""The key in `meta` of this machine's values at the last look, as JSON."""

_REFUSED = "sync_refused"
"""The key in `meta` of what was refused at the last look, in sentences, as JSON."""


def record_settings(events: Events, values: dict[str, Any]) -> None:
    """Share these values with all machines."""
    if values:
        events.record_plain({f"{SETTING}{name}": json.dumps(value) for name, value in values.items()})


def newest_settings(connection: sqlite3.Connection) -> dict[str, Any]:
    """The newest valid value of each setting that was ever changed."""
    rows = connection.execute(
        f"SELECT kind, value FROM event WHERE kind LIKE '{SETTING}%' AND undone = 0 ORDER BY clock, id"
    )
    found = {kind.removeprefix(SETTING): setting_value(value) for kind, value in dict(rows.fetchall()).items()}
    return {name: value for name, value in found.items() if value is not None}


def abandoned_settings(connection: sqlite3.Connection) -> frozenset[str]:
    """Settings changed only by forgotten machines."""
    rows = connection.execute(
        f"SELECT kind FROM event WHERE kind LIKE '{SETTING}%' GROUP BY kind HAVING min(undone) > 0"
    )
    return frozenset(kind.removeprefix(SETTING) for (kind,) in rows)


def known_settings(connection: sqlite3.Connection) -> dict[str, Any] | None:
    """The values of this machine at the last look; None if there was none."""
    found = _remembered(connection, _KNOWN)
    return found if isinstance(found, dict) else None


def refused_settings(connection: sqlite3.Connection) -> list[str]:
    """Settings of other machines that could not be taken over, and why, in sentences."""
    found = _remembered(connection, _REFUSED)
    return [str(one) for one in found] if isinstance(found, list) else []


def note_refused(connection: sqlite3.Connection, refused: Sequence[str]) -> list[str]:
    """Remember refusals; return the new ones, which are to be reported."""
    before = refused_settings(connection)
    if list(refused) != before:
        remember(connection, _REFUSED, json.dumps(list(refused)))
    return [one for one in refused if one not in before]


def _remembered(connection: sqlite3.Connection, key: str) -> Any:
    try:
        return json.loads(get(connection, key) or "null")
    except (ValueError, RecursionError):
        return None
