"""`dailypapers sync`: keep the same marks on every machine, through a shared folder or a PostgreSQL server."""

from __future__ import annotations

import platform
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

from reader import paths
from reader.cache import places
from reader.cache.marks.events import Events
from reader.commands.command import Command, add_quiet
from reader.commands.output import answer, is_confirmed, print_line, print_rows, print_text, warn
from reader.commands.workspace import Workspace
from reader.core.errors import CacheError, NotFound, UsageError
from reader.core.text import amount, brief, clean
from reader.database import connections

LOCK_TIMEOUT_SECONDS = 5.0
"""Seconds to wait while another program syncs."""

SERVER_POLL_SECONDS, FOLDER_POLL_SECONDS = 2.0, 10.0
"""Seconds between two exchanges with `--watch`."""

if TYPE_CHECKING:
    from reader.sync.exchange import ExchangeResult, Memory


def _add_arguments(parser: ArgumentParser) -> None:
    about = "a folder that your machines share, or postgresql://HOST/DATABASE (default: the setting sync)"
    parser.add_argument("folder", nargs="?", metavar="DIR", help=about)
    about = "print what each machine has sent, and change nothing"
    parser.add_argument("--status", action="store_true", help=about)
    about = "delete everything here that a machine sent; delete its file in the folder too"
    parser.add_argument("--remove", metavar="MACHINE", help=about)
    parser.add_argument("--watch", action="store_true", help="keep running, and sync marks as they arrive")
    parser.add_argument("--yes", action="store_true", help="for --remove: do not ask")
    add_quiet(parser, "print only problems")


def _run_sync(arguments: Namespace, workspace: Workspace) -> int:
    if arguments.status and arguments.watch:
        raise UsageError("--status prints once, and --watch keeps running: choose one of them.")
    if arguments.remove:
        return _remove(arguments, workspace)
    if arguments.status and not (arguments.folder or workspace.settings.sync):
        nothing = "No folder is set for sync: 'dailypapers sync DIR --status', or 'dailypapers config set sync DIR'."
        return answer(arguments, {"folder": None, "machines": [], "troubles": []}, nothing)
    place = place_of(arguments.folder, workspace)
    if arguments.status:
        return _print_status(arguments, workspace, place)
    if not arguments.watch:
        _print_outcome(arguments, workspace, exchange_once(workspace, place))
        return 0
    with workspace.events() as events, _server(place) as server:
        reported: list[str] = []
        while True:
            exchanged = _exchange(workspace, events, place, server)
            # Report a lasting problem only once.
            new_troubles = [trouble for trouble in exchanged.troubles if trouble not in reported]
            reported, exchanged.troubles = exchanged.troubles, new_troubles
            if exchanged.came or exchanged.went or exchanged.troubles:
                _print_outcome(arguments, workspace, exchanged)
                sys.stdout.flush()
            workspace.write_exports()
            time.sleep(FOLDER_POLL_SECONDS if server is None else SERVER_POLL_SECONDS)


def place_of(named: str | None, workspace: Workspace) -> Path | str:
    """The folder or the server address on the command line, else in the settings; raises UsageError."""
    wanted = named or workspace.settings.sync
    if not wanted:
        raise UsageError("Name a folder that your machines share: dailypapers sync DIR.")
    place = places.shared_place(wanted, Path() if named else workspace.config_file.parent)
    return place if places.is_server(place) else Path(place)


@contextmanager
def _server(place: Path | str) -> Iterator[places.Server | None]:
    """A connection to the server at `place`; None if it is a folder."""
    if isinstance(place, Path):
        yield None
    else:
        with places.open_server(place) as server:
            yield server


def exchange_once(workspace: Workspace, place: Path | str) -> ExchangeResult:
    """Exchange marks through a folder or a server once; raises ReaderError."""
    had_changed = workspace.has_changed
    with workspace.events() as events, _server(place) as server:
        exchanged = _exchange(workspace, events, place, server)
    workspace.has_changed = had_changed or bool(exchanged.came)
    return exchanged


def _exchange(workspace: Workspace, events: Events, place: Path | str, server: places.Server | None) -> ExchangeResult:
    with connections.hold_lock(paths.sync_lock(workspace.cache_file), LOCK_TIMEOUT_SECONDS):
        if server is not None:
            from reader.sync.exchange import exchange_with

            return exchange_with(events, server, str(place))
        from reader.sync.exchange import exchange

        folder = Path(place)
        if folder.is_dir() and folder.samefile(workspace.cache_file.parent):
            raise CacheError(f"{folder} holds this machine's own marks. Name another folder.")
        return exchange(events, folder, clean(platform.node().partition(".")[0], 60))


def _print_outcome(arguments: Namespace, workspace: Workspace, exchanged: ExchangeResult) -> None:
    if arguments.json:
        answer(arguments, asdict(exchanged))
        return
    for trouble in exchanged.troubles:
        warn(clean(trouble))
    if exchanged.is_new_machine:
        warn("Another copy of this home uses this machine's id, so this one took a new id.")
    if arguments.quiet:
        return
    came = [f"{amount(count, 'change')} came from {clean(name)}" for name, count in exchanged.came.items()]
    if exchanged.went:
        came.append(f"{amount(exchanged.went, 'change')} sent")
    print_line(f"{', '.join(came)}." if came else "Nothing new on any machine.")
    if arguments.folder is not None and not workspace.settings.sync:
        place = clean(places.shared_place(arguments.folder, Path()))
        print_line(f"To sync automatically: dailypapers config set sync {quote(place)}")


def _print_status(arguments: Namespace, workspace: Workspace, place: Path | str) -> int:
    shown = places.display_place(str(place))

    with workspace.events() as events:
        known = _memory(events, place)
        names = known.names()
        records: list[dict[str, Any]] = [
            {
                "machine": machine,
                "name": names.get(machine, machine),
                "is_this": machine == events.machine(),
                "changes": count,
                "newest": datetime.fromtimestamp(last / 1000).astimezone().isoformat(timespec="seconds"),
            }
            for machine, (count, _, last) in sorted(events.log.machines().items())
        ]
    troubles = [f"{name}: {file.trouble}" for name, file in known.files.items() if file.trouble]
    if arguments.json:
        return answer(arguments, {"folder": shown, "machines": records, "troubles": troubles})
    is_missing = isinstance(place, Path) and not place.is_dir()
    print_text(f"{shown}{' is missing now' if is_missing else ''}")
    rows = [
        (
            f"{record['name']}{' (this one)' if record['is_this'] else ''}",
            record["machine"],
            amount(record["changes"], "change"),
            record["newest"][:16].replace("T", " "),
        )
        for record in records
    ]
    print_rows(rows, right=(2,))
    for trouble in troubles:
        print_text(clean(trouble))
    return 0


def _memory(events: Events, place: Path | str) -> Memory:
    from reader.sync.exchange import load

    return load(events, places.display_place(place) if isinstance(place, str) else str(place))


def _remove(arguments: Namespace, workspace: Workspace) -> int:
    """Delete all rows of another machine."""
    with workspace.events() as events:
        known = events.log.machines()
        wanted = arguments.remove.strip().lower()
        has_place = arguments.folder or workspace.settings.sync
        names = _memory(events, place_of(arguments.folder, workspace)).names() if has_place else {}
        matches = [
            machine
            for machine in known
            if wanted and wanted in (machine[: len(wanted)], names.get(machine, "").lower())
        ]
        if len(matches) != 1:
            problem = "Several machines are called" if matches else "No known machine is called"
            raise NotFound(f"{problem} {brief(wanted)!r}: 'dailypapers sync --status' lists their ids.")
        if matches[0] == events.machine():
            raise UsageError("That is this machine: 'undo' takes back what you did on it.")
        count = known[matches[0]][0]
        question = f"Delete {amount(count, 'change')} that {names.get(matches[0], matches[0])} sent?"
        if not is_confirmed(arguments.yes, question):
            return 0
        events.delete_machine(matches[0])
    message = f"{amount(count, 'change')} deleted. Remove the machine's file from the folder, or they come back."
    return answer(arguments, {"machine": matches[0], "changes": count}, message)


COMMAND = Command(
    "sync",
    "Keep the same marks on all your machines through a shared folder, with one file for each machine and without a "
    "server. The file holds ids of papers, marks, tags, notes, follows and the machine's name, but no texts of "
    "papers; 'dailypapers help sync' lists everything.",
    (),
    _add_arguments,
    _run_sync,
    has_json=True,
)
