"""What `sync --status` prints: the machines that share their marks."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from reader.cache.sync.machine_file import Known
from reader.commands.output import amount, is_terminal, print_json, print_line
from reader.commands.workspace import Workspace
from reader.core.errors import ReaderError
from reader.core.text import clean


def print_status(place: Path | str, workspace: Workspace, *, as_json: bool) -> None:
    """Print when each machine was last seen, and what came; raises ReaderError."""
    if isinstance(place, Path):
        _print_folder(place, workspace, as_json=as_json)
        return
    from reader.cache.postgres import shown
    from reader.cache.sync.hub import open_hub

    with open_hub(place) as hub, workspace.events() as events:
        own = events.machine()
        rows = hub.machines()
    records = [_record("", Known(machine=id, name=name, events=n, seen=str(at)), own) for id, name, at, n in rows]
    if as_json:
        print_json({"server": shown(place), "machines": records})
        return
    print_line(f"{shown(place)} has {amount(sum(one['changes'] for one in records), 'change')}.")
    _print_machines(records)


def _print_folder(folder: Path, workspace: Workspace, *, as_json: bool) -> None:
    from reader.cache.sync import memory
    from reader.paths import sync_lock

    with workspace.window() as window:
        known = window.read(lambda one: memory.load(one, str(folder)))
    if not known.own:
        raise ReaderError(f"Nothing was joined through {folder} yet: 'dailypapers sync {folder}' does.")
    looked = datetime.fromtimestamp(sync_lock(workspace.cache_file).stat().st_mtime).astimezone()
    records = [_record(name, one, known.own) for name, one in known.files.items()]
    if as_json:
        at = looked.isoformat(timespec="seconds")
        print_json({"folder": str(folder), "is_there": folder.is_dir(), "looked": at, "machines": records})
        return
    gone = "" if folder.is_dir() else " It is not there now."
    print_line(f"{clean(str(folder))}, last looked at {looked:%Y-%m-%d %H:%M}.{gone}")
    _print_machines(records)


def _record(file: str, known: Known, own: str) -> dict[str, Any]:
    return {
        "machine": known.machine,
        "name": known.name,
        "is_this": known.machine == own,
        "file": file,
        "changes": known.events,
        "seen": known.seen or None,
        "came": known.came,
        "trouble": known.trouble or None,
    }


def _print_machines(records: list[dict[str, Any]]) -> None:
    rows = []
    for one in records:
        name = clean(one["name"] or one["machine"] or one["file"]) + (" (this one)" if one["is_this"] else "")
        seen = datetime.fromisoformat(one["seen"]).astimezone() if one["seen"] else None
        came = "" if one["is_this"] or not one["came"] else f"{one['came']:,} new then"
        trouble = f"{clean(one['file'])}: {clean(one['trouble'])}" if one["trouble"] else ""
        when = f"{seen:%Y-%m-%d %H:%M}" if seen else "never read"
        rows.append((name, one["machine"], amount(one["changes"], "change"), when, came, trouble))
    if not is_terminal(sys.stdout):
        for row in rows:
            print_line("\t".join(row))
        return
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    for name, id, changes, when, came, trouble in rows:
        line = f"{name:{widths[0]}}  {id:{widths[1]}}  {changes:>{widths[2]}}  {when:{widths[3]}}  {came:{widths[4]}}"
        line = f"{line}  {trouble}"
        print_line(line.rstrip())
