"""What `sync --status` prints: the machines that share their marks."""

from __future__ import annotations

import sys
from collections import Counter
from datetime import datetime
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from reader.cache.sync.machine_file import Known, is_copy
from reader.commands.output import amount, fit, is_terminal, print_json, print_line, print_text, width
from reader.commands.workspace import Workspace
from reader.core.errors import ReaderError
from reader.core.text import clean

if TYPE_CHECKING:
    from reader.cache.sync.memory import Memory


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
    records = _machines(known)
    if as_json:
        at = looked.isoformat(timespec="seconds")
        print_json({"folder": str(folder), "is_there": folder.is_dir(), "looked": at, "machines": records})
        return
    gone = "" if folder.is_dir() else " It is not there now."
    print_text(f"{clean(str(folder))}, last looked at {looked:%Y-%m-%d %H:%M}.{gone}")
    _print_machines(records)


def _machines(known: Memory) -> list[dict[str, Any]]:
    """A record for each machine, with the copies that programs made of its file."""
    files = sorted(known.files.items(), key=lambda one: (is_copy(*one), one[0]))
    records: dict[str, dict[str, Any]] = {}
    for name, one in files:
        first = records.get(one.machine) if one.machine else None
        if first is None:
            records[one.machine or name] = _record(name, one, known.own)
        else:
            first["copies"].append(name)
    return sorted(records.values(), key=lambda one: (not one["is_this"], str(one["name"]), str(one["file"])))


def _record(file: str, known: Known, own: str) -> dict[str, Any]:
    return {
        "machine": known.machine,
        "name": known.name,
        "is_this": known.machine == own,
        "file": file,
        "copies": [],
        "changes": known.events,
        "seen": known.seen or None,
        "came": known.came,
        "trouble": known.trouble or None,
    }


LEAST_NAME = 12
"""Columns of a machine's name that a narrow terminal shows at least."""


def _print_machines(records: list[dict[str, Any]]) -> None:
    names = Counter(one["name"] for one in records if one["name"])
    rows = [_cells(one, is_twin=names[one["name"]] > 1) for one in records]
    if not is_terminal(sys.stdout):
        for cells, notes in rows:
            print_line("\t".join((*cells, "; ".join(notes))))
        return
    # The name takes what the others leave; where that is too little, first the machine's id goes, then what came.
    # Where machines have one name, only the ids tell them apart.
    shown = [0, 1, 2, 3, 4]
    widths = [max((len(cells[column]) for cells, _ in rows), default=0) for column in shown]
    for left_out in (4,) if max(names.values(), default=0) > 1 else (1, 4):
        if widths[0] + sum(2 + widths[one] for one in shown[1:] if widths[one]) > width():
            shown.remove(left_out)
    rest = sum(2 + widths[one] for one in shown[1:] if widths[one])
    widths[0] = min(widths[0], max(LEAST_NAME, width() - rest))
    for cells, notes in rows:
        parts = [fit(cells[0], widths[0])]
        parts += [f"{cells[one]:{'>' if one == 2 else ''}{widths[one]}}" for one in shown[1:] if widths[one]]
        print_line("  ".join(parts).rstrip())
        for note in notes if 4 in shown or not cells[4] else (cells[4], *notes):
            # A name is not broken, so that it can be selected.
            lines = wrap(note, width() - 2, break_on_hyphens=False, break_long_words=False)
            for line in lines:
                print_line(f"  {line}")


def _cells(record: dict[str, Any], *, is_twin: bool) -> tuple[tuple[str, ...], list[str]]:
    """The cells of a machine's row, and what stands below it; `is_twin` if another one has its name."""
    name = clean(record["name"] or record["machine"] or record["file"]) + (" (this one)" if record["is_this"] else "")
    seen = datetime.fromisoformat(record["seen"]).astimezone() if record["seen"] else None
    came = "" if record["is_this"] or not record["came"] else f"{record['came']:,} new then"
    when = f"{seen:%Y-%m-%d %H:%M}" if seen else "never read"
    notes = [f"{clean(record['file'])}: {clean(record['trouble'])}"] if record["trouble"] else []
    notes += [f"a copy of its file was read too, and can be deleted: {clean(one)}" for one in record["copies"]]
    notes += ["another machine has this name too"] if is_twin else []
    return (name, clean(record["machine"]), amount(record["changes"], "change"), when, came), notes
