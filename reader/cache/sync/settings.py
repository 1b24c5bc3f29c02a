"""Settings that go along: each change is an event, and the newest one of a setting is its value on all machines."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from reader.cache import connections
from reader.cache.marks.derived import SETTING
from reader.cache.marks.events import Events
from reader.core.foreign import setting_value

_KEY = "sync_settings"
"""The key in `meta` of the values that this machine's file had at the last look, as JSON."""


def changed_settings(known: Mapping[str, Any] | None, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that the user has changed on this machine since the last look; none at the first one."""
    return {} if known is None else {name: one for name, one in values.items() if name in known and known[name] != one}


def known_settings(connection: sqlite3.Connection) -> dict[str, Any] | None:
    """The values at the last look; None if there was none."""
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (_KEY,)).fetchone()
    found = _read(row[0]) if row else None
    return found if isinstance(found, dict) else None


def note_settings(connection: sqlite3.Connection, values: Mapping[str, Any]) -> None:
    """Remember the values of this machine's file."""
    with connections.transaction(connection):
        connection.execute(
            "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            (_KEY, json.dumps(values)),
        )


def record_settings(events: Events, values: Mapping[str, Any]) -> None:
    """Let all machines have these values."""
    if values:
        events.record_plain({f"{SETTING}{name}": json.dumps(value) for name, value in values.items()})


def newest_settings(connection: sqlite3.Connection) -> dict[str, Any]:
    """The newest value of each setting that was ever changed; what is no value of one is left out."""
    rows = connection.execute(
        f"SELECT kind, value FROM event WHERE kind LIKE '{SETTING}%' AND undone = 0 ORDER BY clock, id"
    )
    newest: dict[str, str] = dict(rows.fetchall())
    found = {kind.removeprefix(SETTING): setting_value(value) for kind, value in newest.items()}
    return {name: value for name, value in found.items() if value is not None}


def abandoned_settings(connection: sqlite3.Connection) -> frozenset[str]:
    """The settings that nobody has changed but machines that are forgotten."""
    rows = connection.execute(
        f"SELECT kind FROM event WHERE kind LIKE '{SETTING}%' GROUP BY kind HAVING min(undone) > 0"
    )
    return frozenset(kind.removeprefix(SETTING) for (kind,) in rows)


_REFUSED = "sync_refused"
"""The key in `meta` of what was refused at the last look, in sentences, as JSON."""


def refused_settings(connection: sqlite3.Connection) -> list[str]:
    """Which settings of other machines could not be taken over, and why, in sentences."""
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (_REFUSED,)).fetchone()
    found = _read(row[0]) if row else None
    return [str(one) for one in found] if isinstance(found, list) else []


def note_refused(connection: sqlite3.Connection, refused: Sequence[str]) -> list[str]:
    """Remember what is refused; return what was not refused before, which is to be said."""
    before = refused_settings(connection)
    if list(refused) != before:
        with connections.transaction(connection):
            connection.execute(
                "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                (_REFUSED, json.dumps(list(refused))),
            )
    return [one for one in refused if one not in before]


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
