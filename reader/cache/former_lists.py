"""Takes into the log, once, the views and other list entries that only the events of release 0.2 have.

Until 0.2 the lists of the settings were mirrored as events, and machines exchanged these. An entry that another machine
had added could be among the events and not yet in the file, such as when the program was killed after a sync. Entries
are only added: what another machine had removed or renamed stays as the file has it.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from reader.cache import meta
from reader.core.foreign import read_json
from reader.core.settings.standing import of_lists
from reader.log import standing

KNOWN, DUE = "entries", "entries_due"
"""The keys in `meta` of the lists as the file had them last, and of the sign that the log has changes since."""

_RETIRED = (KNOWN, DUE, "sync_settings", "sync_refused", "replaced_told")

_FIELDS: Mapping[str, tuple[str, ...]] = {
    "views": ("name", "query"),
    "rules": ("name", "when", "then"),
    "mute": ("text",),
    "notify": ("text",),
}
"""The lists, with the fields of their entries."""

_VALUE_LIMIT = 8_000
"""Characters of an event's value; no program wrote longer ones."""

_MOST = 200
"""Entries that one list may gain."""

_KIND = re.compile(r"(?:entry|here):([a-z_]{1,40}):(.{1,40})")

Values = dict[str, Any]


def rescue(connection: sqlite3.Connection, cache: Path) -> None:
    """Add to the log beside a cache the entries of its events that the settings file lacked."""
    if meta.get(connection, DUE) is not None:
        known = read_json(meta.get(connection, KNOWN) or "{}", 1 << 24)
        prefix, before = _known(known if isinstance(known, dict) else {})
        rows = connection.execute(
            "SELECT kind, value FROM event WHERE kind GLOB ? AND undone = 0 ORDER BY clock, id", (f"{prefix}*",)
        )
        found = {at: values for at, values in _folded(rows).items() if at not in before}
        lists: dict[str, list[Any]] = {table: [] for table in _FIELDS}
        for (table, _), one in found.items():
            if len(lists[table]) < _MOST:
                lists[table].append(one.get("text", one))
        standing.add_missing(cache, of_lists(lists)[0], of_file=False)
    connection.execute(f"DELETE FROM meta WHERE key IN ({', '.join('?' * len(_RETIRED))})", _RETIRED)


def _known(said: Mapping[str, Any]) -> tuple[str, set[tuple[str, str]]]:
    """The prefix of the events that the file followed, and the list and id of each entry that it had."""
    prefix = said.get("prefix") or "here:"
    with suppress(AttributeError, TypeError, ValueError, KeyError):
        lists = said.get("lists", {}).get(prefix, {})
        return str(prefix), {(table, str(id)) for table, entries in lists.items() for id, _ in entries}
    return str(prefix), set()


def _folded(events: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Values]:
    """The entries that are in a list after these events, by list and id."""
    states: dict[tuple[str, str], Values] = {}
    for kind, value in events:
        found, said = _KIND.fullmatch(kind), read_json(value, _VALUE_LIMIT)
        if found and isinstance(said, dict):
            states.setdefault((found[1], found[2]), {}).update(said)
    return {
        (table, id): {name: state[name] for name in _FIELDS[table]}
        for (table, id), state in states.items()
        if table in _FIELDS and state.get("there") is True and all(name in state for name in _FIELDS[table])
    }
