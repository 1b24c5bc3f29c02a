"""`dailypapers sync`: the same marks on every machine, through a shared folder."""

from __future__ import annotations

import platform
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any, TypedDict

from reader import api
from reader.api import places

if TYPE_CHECKING:
    from reader.extensions.sync.folder import Exchanged


def _add_arguments(parser: ArgumentParser) -> None:
    about = "a folder that your machines share (default: the setting sync)"
    parser.add_argument("folder", nargs="?", action=api.StoreFile, metavar="DIR", help=about)
    about = "print what each machine has sent, and change nothing"
    parser.add_argument("--status", action="store_true", help=about)
    about = "delete everything here that a machine sent; delete its file in the folder too"
    parser.add_argument("--remove", metavar="MACHINE", help=about)
    parser.add_argument("--watch", action="store_true", help="keep running, and sync marks as they arrive")
    parser.add_argument("--yes", action="store_true", help="for --remove: do not ask")
    api.add_quiet(parser, "print only problems")


def _run_sync(arguments: Namespace, workspace: api.Workspace) -> int:
    if arguments.remove:
        return _remove(arguments, workspace)
    folder = folder_of(arguments.folder, workspace)
    if arguments.status:
        return _print_status(arguments, workspace, folder)
    if not arguments.watch:
        _print_outcome(arguments, workspace, exchange_once(workspace, folder))
        return 0
    with workspace.events() as events:
        told: list[str] = []
        for _ in places.looks(events, None, "", events.machine):
            exchanged = _exchange(workspace, events, folder)
            # A lasting problem is reported once.
            told, exchanged.troubles = exchanged.troubles, [one for one in exchanged.troubles if one not in told]
            if exchanged.came or exchanged.went or exchanged.troubles:
                _print_outcome(arguments, workspace, exchanged)
                sys.stdout.flush()
            workspace.write_exports()
    return 0


def folder_of(named: str | None, workspace: api.Workspace) -> Path:
    """The folder that is named, else that of the settings; raises UsageError."""
    wanted = named or workspace.settings.sync
    if not wanted:
        raise api.UsageError("Name a folder that your machines share: dailypapers sync DIR.")
    return Path(places.shared_place(wanted, Path() if named else workspace.config_file.parent))


def exchange_once(workspace: api.Workspace, folder: Path) -> Exchanged:
    """Join the marks through a folder; raises ReaderError."""
    had_changed = workspace.has_changed
    with workspace.events() as events:
        exchanged = _exchange(workspace, events, folder)
    workspace.has_changed = had_changed or bool(exchanged.came)
    return exchanged


def _exchange(workspace: api.Workspace, events: api.Events, folder: Path) -> Exchanged:
    from reader.extensions.sync.folder import exchange

    if folder.is_dir() and folder.samefile(workspace.cache_file.parent):
        raise api.CacheError(f"{folder} holds this machine's own marks, which must not be shared. Name another folder.")
    with places.alone(api.paths.sync_lock(workspace.cache_file)):
        return exchange(events, folder, api.clean(platform.node().partition(".")[0], 60))


def _print_outcome(arguments: Namespace, workspace: api.Workspace, exchanged: Exchanged) -> None:
    if arguments.json:
        api.answer(arguments, asdict(exchanged))
        return
    for trouble in exchanged.troubles:
        api.warn(api.clean(trouble))
    if exchanged.is_new_machine:
        api.warn("Another copy of this home uses this machine's id, so this one took a new id.")
    if arguments.quiet:
        return
    came = [f"{api.amount(count, 'change')} came from {api.clean(name)}" for name, count in exchanged.came.items()]
    if exchanged.went:
        came.append(f"{api.amount(exchanged.went, 'change')} went out")
    api.print_line(f"{', '.join(came)}." if came else "Nothing new on any machine.")
    if arguments.folder is not None and not workspace.settings.sync:
        place = api.clean(places.shared_place(arguments.folder, Path()))
        api.print_line(f"To sync automatically: dailypapers config set sync {quote(place)}")


class Machine(TypedDict):
    """A machine whose marks are here."""

    machine: str
    name: str
    is_this: bool
    changes: int
    newest: str


Status = TypedDict("Status", {"folder": str, "machines": list[Machine], "troubles": list[str]})


def _print_status(arguments: Namespace, workspace: api.Workspace, folder: Path) -> int:
    from reader.extensions.sync.folder import load

    with workspace.events() as events:
        known = load(events, str(folder))
        names = {one.machine: one.name for one in known.files.values()}
        records = [
            Machine(
                machine=machine,
                name=names.get(machine, ""),
                is_this=machine == events.machine(),
                changes=count,
                newest=datetime.fromtimestamp(last / 1000).astimezone().isoformat(timespec="seconds"),
            )
            for machine, (count, _, last) in sorted(events.log.machines().items())
        ]
    troubles = [f"{name}: {one.trouble}" for name, one in known.files.items() if one.trouble]
    if arguments.json:
        return api.answer(arguments, Status(folder=str(folder), machines=records, troubles=troubles))
    api.print_text(f"{api.clean(str(folder))}{'' if folder.is_dir() else ' is missing now'}")
    rows = [
        (
            f"{one['name'] or one['machine']}{' (this one)' if one['is_this'] else ''}",
            one["machine"],
            api.amount(one["changes"], "change"),
            one["newest"][:16].replace("T", " "),
        )
        for one in records
    ]
    api.print_rows(rows, right=(2,))
    for trouble in troubles:
        api.print_text(api.clean(trouble))
    return 0


Removed = TypedDict("Removed", {"machine": str, "changes": int})


def _remove(arguments: Namespace, workspace: api.Workspace) -> int:
    """Delete all rows of another machine."""
    with workspace.events() as events:
        known = events.log.machines()
        wanted = arguments.remove.strip().lower()
        found = [machine for machine in known if wanted and machine.startswith(wanted)]
        if len(found) != 1:
            raise api.NotFound(
                f"No machine {api.brief(wanted)!r} is known: 'dailypapers sync --status' lists their ids."
            )
        if found[0] == events.machine():
            raise api.UsageError("That is this machine: 'undo' takes back what you did on it.")
        count = known[found[0]][0]
        if not api.is_confirmed(arguments.yes, f"Delete {api.amount(count, 'change')} that {found[0]} sent?"):
            return 0
        events.delete_machine(found[0])
    said = f"{api.amount(count, 'change')} deleted. Remove the machine's file from the folder, or they come back."
    return api.answer(arguments, Removed(machine=found[0], changes=count), said)


def join_now(workspace: api.Workspace) -> None:
    """Join through the folder of the settings, if they name one; raises ReaderError."""
    if workspace.settings.sync:
        exchange_once(workspace, folder_of(None, workspace))


def _examine(workspace: api.Workspace) -> Iterator[api.Finding]:
    named = workspace.settings.sync
    if named:
        folder = folder_of(None, workspace)
        yield api.Finding("Sharing", "sync", api.clean(str(folder)), "" if folder.is_dir() else places.NOT_THERE)


def _results() -> Any:
    from reader.extensions.sync.folder import Exchanged

    return Exchanged


SYNC = api.Command(
    "sync",
    "Keep the same marks on all your machines through a shared folder: one file for each machine, no server, any "
    "order. The file holds ids of papers, marks, tags, notes, follows and the machine's name, but no texts of "
    "papers; 'dailypapers help sync' lists everything.",
    (),
    _add_arguments,
    _run_sync,
    {"": _results, "--status": Status, "--remove": Removed},
)

EXTENSION = api.Extension(name="sync", api=1, commands=(SYNC,), findings=(_examine,), joins=(join_now,))
