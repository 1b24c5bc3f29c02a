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
    from reader.sync.exchange import ExchangeResult


def _add_arguments(parser: ArgumentParser) -> None:
    about = "a folder that your machines share, or postgresql://HOST/DATABASE (default: the setting sync)"
    parser.add_argument("folder", nargs="?", metavar="DIR", help=about)
    how = parser.add_mutually_exclusive_group()
    about = "print what each machine has sent, and change nothing"
    how.add_argument("--status", action="store_true", help=about)
    about = "delete everything here that a machine sent; delete its file in the folder too"
    parser.add_argument("--remove", metavar="MACHINE", help=about)
    how.add_argument("--watch", action="store_true", help="keep running, and sync marks as they arrive")
    parser.add_argument("--yes", action="store_true", help="for --remove: do not ask")
    add_quiet(parser, "print only problems")


def _run_sync(arguments: Namespace, workspace: Workspace) -> int:
    place = _named_place(arguments.folder, workspace)
    if arguments.remove:
        return _remove(arguments, workspace, place)
    if place is None:
        nothing = (
            "No folder is set for sync: 'dailypapers sync DIR' names it, 'dailypapers config set sync DIR' sets it."
        )
        if not arguments.status:
            raise UsageError(nothing)
        return answer(arguments, {"folder": None, "machines": [], "troubles": []}, nothing)
    if arguments.status:
        return _print_status(arguments, workspace, place)
    reported: list[str] = []
    with workspace.events() as events, _server(place) as server:
        while True:
            exchanged = _exchange(workspace, events, place, server)
            # Report a lasting problem only once.
            new_troubles = [trouble for trouble in exchanged.troubles if trouble not in reported]
            reported, exchanged.troubles = exchanged.troubles, new_troubles
            if not arguments.watch or exchanged.came or exchanged.went or exchanged.troubles:
                _print_outcome(arguments, workspace, exchanged)
                sys.stdout.flush()
            workspace.has_changed = bool(exchanged.came)
            workspace.write_exports()
            if not arguments.watch:
                return 0
            time.sleep(FOLDER_POLL_SECONDS if server is None else SERVER_POLL_SECONDS)


def _named_place(named: str | None, workspace: Workspace) -> Path | str | None:
    """The folder or the server address on the command line, else in the settings; None if there is none."""
    wanted = named or workspace.settings.sync
    if not wanted:
        return None
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
    from reader.sync.exchange import load

    shown = places.display_place(str(place))
    with workspace.events() as events:
        known, own, machines = load(events, str(place)), events.machine(), sorted(events.log.machines().items())
    names = known.names()
    records: list[dict[str, Any]] = [
        {
            "machine": machine,
            "name": names.get(machine, machine),
            "is_this": machine == own,
            "changes": count,
            "newest": datetime.fromtimestamp(last / 1000).astimezone().isoformat(timespec="seconds"),
        }
        for machine, (count, _, last) in machines
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


def _remove(arguments: Namespace, workspace: Workspace, place: Path | str | None) -> int:
    """Delete all rows of another machine."""
    from reader.sync.exchange import load

    with workspace.events() as events:
        known = events.log.machines()
        names = load(events, str(place)).names() if place is not None else {}
        wanted = arguments.remove.strip().lower()
        matches = [id for id in known if wanted and (id.startswith(wanted) or names.get(id, "").lower() == wanted)]
        if len(matches) != 1:
            raise NotFound(
                f"No single machine is called {brief(wanted)!r}: 'dailypapers sync --status' lists their ids."
            )
        [machine] = matches
        if machine == events.machine():
            raise UsageError("That is this machine: 'undo' takes back what you did on it.")
        count = known[machine][0]
        question = f"Delete {amount(count, 'change')} that {names.get(machine, machine)} sent?"
        if not is_confirmed(arguments.yes, question):
            return 0
        events.delete_machine(machine)
    message = f"{amount(count, 'change')} deleted. Remove the machine's file from the folder, or they come back."
    return answer(arguments, {"machine": machine, "changes": count}, message)


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
