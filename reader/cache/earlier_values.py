"""Earlier values of notes, settings and entries, and values of this machine that another one replaced."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from reader.cache import meta
from reader.cache.entries import NOBODYS, prefix_in_force
from reader.cache.marks.derived import SETTING
from reader.core.marks import ENTRY, NOTE
from reader.core.settings.entries import NOUNS, EntryState, described, name_of, restoring, unfold

TOLD = "replaced_told"
"""The key in `meta` of the last event that the reader checked for replacements."""


class Version(NamedTuple):
    """The result of an event for an entry or a setting."""

    seq: int
    kind: str
    clock: int
    machine: str
    said: str
    state: EntryState | None = None
    value: Any = None

    @property
    def table(self) -> str:
        """The list of an entry."""
        return self.kind.split(":")[1]

    @property
    def name(self) -> str:
        """The name of an entry, or its text."""
        return name_of(self.state.values) if self.state is not None else ""

    @property
    def is_there(self) -> bool:
        """Whether it can be restored."""
        return self.state is None or self.state.is_there

    @property
    def content(self) -> object:
        """What equal versions have in common."""
        return self.value if self.state is None else (self.state.is_there and dict(self.state.values))


class Replaced(NamedTuple):
    """A note, setting or entry of this machine that another one replaced."""

    seq: int
    said: str
    """Its name: `note of 2406.12345`."""
    other: str
    """Its value here, in one line."""
    words: tuple[str, ...]
    """The command that prints all its values."""
    number: int
    """The number of this machine's value among them."""


def setting_versions(connection: sqlite3.Connection, name: str) -> list[Version]:
    """The values of a setting, or of a list's entries (`views` or `views.NAME`), on all machines, newest first."""
    return _named([*_values(connection), *_entries(connection)], name)


def _named(versions: Sequence[Version], name: str) -> list[Version]:
    table, _, wanted = name.partition(".")
    found = [one for one in versions if one.kind == f"{SETTING}{name}" or (one.state and one.table == table)]
    if wanted:
        # A renamed entry is found by each of its names.
        kinds = {one.kind for one in found if one.state is None or one.name.casefold() == wanted.casefold()}
        found = [one for one in found if one.kind in kinds]
    return sorted(found, key=lambda one: (-one.clock, -one.seq))


def _values(connection: sqlite3.Connection) -> Iterator[Version]:
    rows = connection.execute(
        f"SELECT seq, kind, clock, machine, value FROM event WHERE kind GLOB '{SETTING}*' AND undone = 0"
        " ORDER BY clock, id"
    )
    for seq, kind, clock, machine, value in rows:
        try:
            yield Version(seq, kind, clock, machine, value, value=json.loads(value))
        except (ValueError, RecursionError):
            continue


def _entries(connection: sqlite3.Connection) -> Iterator[Version]:
    rows = connection.execute(
        "SELECT seq, kind, clock, machine, value FROM event WHERE kind GLOB ? AND undone = 0 ORDER BY clock, id",
        (f"{prefix_in_force(connection)}*",),
    ).fetchall()
    for number, table, _, state in unfold((kind, value) for _, kind, _, _, value in rows):
        seq, kind, clock, machine, _ = rows[number]
        said = described(table, state.values) + ("" if state.is_there else " (removed)")
        yield Version(seq, kind, clock, machine, said, state)


def replaced(connection: sqlite3.Connection, after: int = 0) -> list[Replaced]:
    """What another machine replaced by events after a number, newest first."""
    own = meta.get(connection, "machine") or ""
    news = (
        "SELECT 1 FROM event WHERE seq > ? AND machine <> ?"
        f" AND (kind = '{NOTE}' OR kind GLOB '{ENTRY}*' OR kind GLOB '{SETTING}*') LIMIT 1"
    )
    if connection.execute(news, (after, own)).fetchone() is None:
        return []
    found = _replaced_notes(connection, own, after)
    if prefix_in_force(connection) == ENTRY:
        found += _replaced_settings([*_values(connection), *_entries(connection)], own, after)
    return sorted(found, reverse=True)


def _replaced_settings(versions: Sequence[Version], own: str, after: int) -> list[Replaced]:
    by_kind: dict[str, list[Version]] = {}
    for one in versions:
        by_kind.setdefault(one.kind, []).insert(0, one)
    found = []
    for all_ in by_kind.values():
        # Values from before there were events entered this machine's log before those of others.
        first = min((one for one in all_ if one.machine == NOBODYS), key=lambda one: one.seq, default=None)
        now, was = all_[0], next((one for one in all_ if one.machine == own), first)
        if was is None or now.machine == own or now.seq <= after or was.content == now.content:
            continue
        name = was.kind.removeprefix(SETTING) if was.state is None else f"{was.table}.{was.name}"
        said = name if was.state is None else f"{NOUNS[was.table]} {was.name}"
        number = [one.seq for one in _named(versions, name)].index(was.seq) + 1
        other = was.said.removeprefix(f"{said}: ")
        found.append(Replaced(now.seq, said, other, ("config", "history", name), number))
    return found


def _replaced_notes(connection: sqlite3.Connection, own: str, after: int) -> list[Replaced]:
    rows = connection.execute(
        "SELECT p.id, e.seq, e.machine, e.value, e.undone FROM effect AS f JOIN event AS e ON e.seq = f.event"
        f" JOIN paper AS p ON p.pk = f.pk WHERE f.kind = '{NOTE}' AND f.pk IN (SELECT g.pk FROM effect AS g"
        f" JOIN event AS d ON d.seq = g.event WHERE g.kind = '{NOTE}' AND d.seq > ? AND d.machine <> ?)"
        " ORDER BY p.id, e.clock DESC, e.id DESC",
        (after, own),
    ).fetchall()
    found = []
    for id, some in groupby(rows, key=lambda row: row[0]):
        history: list[tuple[str, int, str, str, int]] = list(some)
        now = next((row for row in history if not row[4]), None)
        mine = next((at for at, row in enumerate(history) if row[2] == own and not row[4]), None)
        if now is None or mine is None or now[2] == own or now[1] <= after or history[mine][3] == now[3]:
            continue
        was = " ".join(history[mine][3].split()) or "(removed)"
        found.append(Replaced(now[1], f"note of {id}", was, ("note", id, "--history"), mine + 1))
    return found


def take_news(connection: sqlite3.Connection) -> list[Replaced]:
    """What was replaced since the last call, newest first; empty the first time."""
    told = meta.get(connection, TOLD)
    (last,) = connection.execute("SELECT coalesce(max(seq), 0) FROM event").fetchone()
    found = replaced(connection, int(told)) if told else []
    if told is None or found:
        # Events that replace nothing need no write, and are checked again.
        meta.put(connection, TOLD, str(last))
    return found


def restored(version: Version, versions: Sequence[Version]) -> Mapping[str, Any]:
    """The value of an event that restores an entry to a version; empty if it is already so."""
    now = next(one.state for one in versions if one.kind == version.kind)
    return restoring(version.state.values, now) if version.state and now else {}
