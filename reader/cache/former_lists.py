"""Writes into the settings file, once, the views and other list entries that only the log of marks has.

Until version 0.2 the lists of the settings were mirrored as events, and machines exchanged these. An entry that another
machine had added could be in the log and not yet in the file, such as when the program was killed after a sync. The
migration of the cache brings those entries into the file; afterwards the file alone counts. Entries are only
added: what another machine had removed or renamed stays as the file has it.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from reader import config, settings_reader
from reader.cache import meta
from reader.core.errors import ConfigError
from reader.core.foreign import read_json
from reader.core.settings.tables import read_entry
from reader.core.settings.toml import check_change, with_tables, with_value
from reader.core.settings.types import InvalidValue, as_toml

KNOWN, DUE = "entries", "entries_due"
"""The keys in `meta` of the lists as the file had them last, and of the sign that the log has changes since."""

_RETIRED = (KNOWN, DUE, "sync_settings", "sync_refused", "replaced_told")

_TABLES: Mapping[str, tuple[str, ...]] = {"views": ("name", "query"), "rules": ("name", "when", "then")}
_TEXTS = ("mute", "notify", "hidden_views")

_VALUE_LIMIT = 8_000
"""Characters of an event's value; no program wrote longer ones."""

_MOST = 200
"""Entries that one list may gain."""

_KIND = re.compile(r"(?:entry|here):([a-z_]{1,40}):(.{1,40})")

Values = dict[str, Any]


def rescue(connection: sqlite3.Connection, file: Path) -> None:
    """Add the entries that the log has and the settings file lacks; a file that can't be changed stays as it is."""
    if meta.get(connection, DUE) is not None:
        known = read_json(meta.get(connection, KNOWN) or "{}", 1 << 24)
        prefix, before = _known(known if isinstance(known, dict) else {})
        rows = connection.execute(
            "SELECT kind, value FROM event WHERE kind GLOB ? AND undone = 0 ORDER BY clock, id", (f"{prefix}*",)
        )
        found = {at: values for at, values in _folded(rows).items() if at not in before}
        with suppress(ConfigError):
            text = settings_reader.read_text(file)
            if (after := _with_entries(text, file, found)) != text:
                settings_reader.write_text(file, after)
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
        (table, id): {name: state[name] for name in _TABLES.get(table, ("text",))}
        for (table, id), state in states.items()
        if (table in _TABLES or table in _TEXTS)
        and state.get("there") is True
        and all(name in state for name in _TABLES.get(table, ("text",)))
    }


def _with_entries(text: str, file: Path, found: Mapping[tuple[str, str], Values]) -> str:
    """The text of the settings file with the valid ones of these entries that it lacks."""
    for table in (*_TABLES, *_TEXTS):
        settings = settings_reader.load_text(file, text).settings
        wanted = [values for (of, _), values in found.items() if of == table][:_MOST]
        # A list that is written in a way that can't be changed by line stays as it is.
        with suppress(ValueError):
            after = _with_list(text, table, getattr(settings, table), wanted)
            check_change(text, after, table)
            text = after
    return text


def _with_list(text: str, table: str, have: tuple[Any, ...], wanted: Iterable[Values]) -> str:
    if table in _TABLES:
        taken = {one.name.casefold() for one in have}
        new = [one for one in wanted if str(one["name"]).casefold() not in taken and not read_entry(table, one)[1]]
        return with_tables(text, table, [*((at, {}) for at in range(len(have))), *((None, one) for one in new)])
    texts = [one["text"] for one in wanted if one["text"] not in have and _is_valid(table, one["text"])]
    return with_value(text, (table,), as_toml([*have, *texts])) if texts else text


def _is_valid(table: str, text: object) -> bool:
    try:
        config.SETTING_TYPES[table].check([text])
    except InvalidValue:
        return False
    return True
