"""What `sync --status` prints: the machines that share their marks."""

from __future__ import annotations

from argparse import Namespace
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NotRequired, TypedDict

from reader import api
from reader.api import paths, places
from reader.extensions.sync.exchange import KnownFile, load
from reader.extensions.sync.folder import is_copy

if TYPE_CHECKING:
    from reader.extensions.sync.exchange import Memory


class Machine(TypedDict):
    """A machine that shares its marks."""

    machine: str
    name: str
    is_this: bool
    file: str
    copies: list[str]
    changes: int
    seen: str | None
    came: int
    trouble: str | None
    refused: int
    budget: str | None
    here: int
    papers: int
    newest: str | None


class SyncStatus(TypedDict):
    """The place where machines meet, a folder or a server or none yet, and the machines."""

    folder: NotRequired[str | None]
    is_there: NotRequired[bool]
    looked: NotRequired[str]
    server: NotRequired[str]
    refused: NotRequired[str | None]
    machines: list[Machine]


def print_status(arguments: Namespace, place: Path | str, workspace: api.Workspace) -> int:
    """Print when each machine was last seen, and what came; raises ReaderError."""
    if isinstance(place, Path):
        return _print_folder(arguments, place, workspace)
    from reader.extensions.sync.hub import CHANNEL, open_hub

    key = places.shown_place(place)
    with open_hub(place) as hub, workspace.events() as events:
        own = events.machine()
        rows = hub.machines()
        refused = events.read(lambda one: load(one, key)).files.get(CHANNEL, KnownFile()).trouble
        known = [KnownFile(machine=id, name=name, events=n, seen=str(at)) for id, name, at, n in rows]
        records = [_record("", one, own, events.read(partial(api.brought, machine=one.machine))) for one in known]
    if arguments.json:
        return api.answer(arguments, SyncStatus(server=key, machines=records, refused=refused or None))
    api.print_line(f"{key} has {api.amount(sum(one['changes'] for one in records), 'change')}.")
    _print_machines(records)
    if refused:
        api.print_text(f"Not everything could be read: {api.clean(refused)}.")
    return 0


def _print_folder(arguments: Namespace, folder: Path, workspace: api.Workspace) -> int:
    with workspace.window() as window:
        known = window.read(lambda one: load(one, str(folder)))
        if not known.own:
            raise api.ReaderError(f"Nothing was synced through {folder} yet: 'dailypapers sync {folder}' does so.")
        records = _machines(known, lambda id: window.read(partial(api.brought, machine=id)))
    looked = datetime.fromtimestamp(paths.sync_lock(workspace.cache_file).stat().st_mtime).astimezone()
    if arguments.json:
        at = looked.isoformat(timespec="seconds")
        return api.answer(
            arguments, SyncStatus(folder=str(folder), is_there=folder.is_dir(), looked=at, machines=records)
        )
    gone = "" if folder.is_dir() else " It is missing now."
    api.print_text(f"{api.clean(str(folder))}, last looked at {looked:%Y-%m-%d %H:%M}.{gone}")
    _print_machines(records)
    return 0


def _machines(known: Memory, found: Callable[[str], api.Brought]) -> list[Machine]:
    """A record for each machine, with the copies that programs made of its file."""
    files = sorted(known.files.items(), key=lambda one: (is_copy(*one), one[0]))
    records: dict[str, Machine] = {}
    for name, one in files:
        first = records.get(one.machine) if one.machine else None
        if first is None:
            records[one.machine or name] = _record(name, one, known.own, found(one.machine))
        else:
            first["copies"].append(name)
    return sorted(records.values(), key=lambda one: (not one["is_this"], str(one["name"]), str(one["file"])))


def _record(file: str, known: KnownFile, own: str, found: api.Brought) -> Machine:
    """What is known of a machine's file, and what it brought, as this cache has it."""
    newest = found.newest_at
    return {
        "machine": known.machine,
        "name": known.name,
        "is_this": known.machine == own,
        "file": file,
        "copies": [],
        "changes": known.events,
        "seen": known.seen or None,
        "came": known.came,
        "trouble": known.unread or None,
        "refused": known.refused,
        "budget": known.budget or None,
        "here": found.events,
        "papers": found.papers,
        "newest": newest.isoformat(timespec="seconds") if newest else None,
    }


def _print_machines(records: list[Machine]) -> None:
    names = Counter(one["name"] for one in records if one["name"])
    rows = [(_cells(one), names[one["name"]] > 1, _notes(one)) for one in records]
    api.print_rows([cells for cells, _, _ in rows], right=(2,))
    for (name, machine, *_), is_twin, notes in rows:
        for note in [*notes, *(["another machine also has this name"] if is_twin else [])]:
            api.print_text(f"{name} {machine}: {note}" if is_twin else f"{name}: {note}")


def _cells(record: Machine) -> tuple[str, ...]:
    name = api.clean(record["name"] or record["machine"] or record["file"])
    this = " (this one)" if record["is_this"] else ""
    seen = datetime.fromisoformat(record["seen"]).astimezone() if record["seen"] else None
    when = f"{seen:%Y-%m-%d %H:%M}" if seen else "never read"
    return f"{name}{this}", api.clean(record["machine"]), api.amount(record["changes"], "change"), when


def _notes(record: Machine) -> list[str]:
    here = f"{api.amount(record['here'], 'change')} about {api.amount(record['papers'], 'paper')} here"
    notes = [f"{record['came']:,} new that time"] if record["came"] and not record["is_this"] else []
    notes += [f"{api.clean(record['file'])}: {api.clean(record['trouble'])}"] if record["trouble"] else []
    if not record["is_this"] and record["here"]:
        notes += [f"sent {here}, the newest of {record['newest'][:10]}" if record["newest"] else f"brought {here}"]
    if record["refused"]:
        notes += [f"{api.amount(record['refused'], 'change')} refused (over the budget of {record['budget']})"]
    notes += [f"a copy of its file was also read, and can be deleted: {api.clean(one)}" for one in record["copies"]]
    return notes
