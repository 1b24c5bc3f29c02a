"""`dailypapers sync`: the same marks on every machine, through a folder or a server that they share."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from dataclasses import asdict
from functools import partial
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

from reader.cache.group.place import shared_place
from reader.commands.command import Command, StoreFile, add_json, add_quiet
from reader.commands.output import Progress, amount, is_confirmed, print_json, print_line, print_text, warn
from reader.commands.sharing.joining import exchange_once, watch
from reader.commands.sharing.sync_status import print_status
from reader.commands.workspace import Workspace
from reader.core.errors import ReaderError, UsageError
from reader.core.text import clean

if TYPE_CHECKING:
    from reader.cache.marks.forgotten import Brought
    from reader.cache.sync.folder import Exchanged
    from reader.commands.sharing.shared_settings import SharedSettings


NOTES_NAMED = 5
"""Papers that are named where other machines' notes came."""


def _add_arguments(parser: ArgumentParser) -> None:
    about = (
        "a folder that your machines share, or postgresql://HOST/DATABASE (default: sync of the settings); 'forget'"
        " takes back all that a machine brought"
    )
    parser.add_argument("folder", nargs="?", action=StoreFile, metavar="DIR|forget", help=about)
    about = "for forget: the machine's name or id, as --status prints them"
    parser.add_argument("machine", nargs="?", metavar="MACHINE", help=about)
    about = "print when each machine was last seen, what it brought and what was refused, and change nothing"
    parser.add_argument("--status", action="store_true", help=about)
    parser.add_argument("--undo", action="store_true", help="for forget: bring the machine's marks back")
    parser.add_argument("--yes", action="store_true", help="for forget: do not ask")
    parser.add_argument("--watch", action="store_true", help="keep running, and join whenever something comes")
    add_quiet(parser, "print nothing if all went well")
    add_json(parser)


def _run_sync(arguments: Namespace, workspace: Workspace) -> int:
    if arguments.folder == "forget":
        return _forget(arguments, workspace)
    if arguments.machine is not None:
        raise UsageError("One folder at a time: dailypapers sync DIR, or dailypapers sync forget MACHINE.")
    place = place_of(arguments.folder, workspace, is_status=arguments.status)
    if arguments.status:
        print_status(place, workspace, as_json=arguments.json)
        return 0
    if arguments.watch:
        return watch(workspace, place, partial(_print_news, arguments, []))
    _print_outcome(arguments, *exchange_once(workspace, place))
    return 0


def _forget(arguments: Namespace, workspace: Workspace) -> int:
    """Take back all that a machine brought, here and in the machine's own file or rows."""
    from reader.cache.marks.forgotten import brought
    from reader.commands.sharing.sync_status import find_machine

    if arguments.machine is None:
        raise UsageError("Name the machine: dailypapers sync forget MACHINE. A folder of that name is ./forget.")
    id, name = find_machine(arguments.machine, workspace)
    with workspace.window() as window:
        found = window.read(lambda one: brought(one, id))
    if not arguments.undo:
        if not (arguments.json or (arguments.quiet and arguments.yes)):
            what = f"{amount(found.events, 'change')} about {amount(found.papers, 'paper')}"
            print_text(
                f"{name} brought {what}. Forgetting takes them back here, and on your other machines when they next"
                " sync. What you did on other machines stays. The journal still has its changes:"
                f" 'dailypapers sync forget {id} --undo' brings them back."
            )
        if not is_confirmed(arguments.yes, f"Forget {name}?"):
            return 0
    with workspace.events() as events, Progress() as shown:
        events.forget(
            id,
            is_forgotten=not arguments.undo,
            progress=lambda done, total: shown.show(f"{done:,} of {total:,} changes"),
        )
    workspace.has_changed = True
    if arguments.json:
        print_json({"machine": id, "name": name, "forgotten": not arguments.undo, **_counts(found)})
    elif not arguments.quiet:
        print_line(f"What {name} brought counts again." if arguments.undo else f"{name} is forgotten.")
    return _tell_others(arguments, workspace)


def _counts(found: Brought) -> dict[str, int]:
    return {"changes": found.events, "papers": found.papers}


def _tell_others(arguments: Namespace, workspace: Workspace) -> int:
    """Write this machine's file or rows without what is forgotten, if its place can be used now."""
    try:
        exchanged, settings = exchange_once(workspace, place_of(None, workspace, is_status=True))
    except ReaderError as error:
        warn(f"{error} The next sync that works tells your other machines.")
        return 0
    if not arguments.json:
        _print_outcome(arguments, exchanged, settings)
    return 0


def _print_news(arguments: Namespace, told: list[str], exchanged: Exchanged, settings: SharedSettings) -> None:
    """Print what one of many looks brought; a trouble that lasts is told once."""
    lasting, told[:] = list(told), [*exchanged.troubles, *exchanged.skipped]
    exchanged.troubles = [one for one in exchanged.troubles if one not in lasting]
    exchanged.skipped = [one for one in exchanged.skipped if one not in lasting]
    if exchanged.came or exchanged.went or exchanged.troubles or exchanged.skipped:
        _print_outcome(arguments, exchanged, settings)
        sys.stdout.flush()


def _print_outcome(arguments: Namespace, exchanged: Exchanged, settings: SharedSettings) -> None:
    if arguments.json:
        print_json(asdict(exchanged) | {"settings": settings.taken})
        return
    for trouble in exchanged.troubles:
        warn(f"{clean(trouble)}{_advice(trouble)}")
    for skipped in exchanged.skipped:
        warn(f"{clean(skipped)}; it is skipped")
    for refused in settings.refused:
        warn(refused)
    if exchanged.is_new_machine:
        warn("Another copy of this home writes under this machine's id, so this one has taken a new id.")
    if exchanged.is_forgotten:
        warn(
            "Another of your machines has forgotten this one, so your marks here reach none of them. To undo that, run"
            " 'dailypapers sync forget THIS-MACHINE --undo' there; 'sync --status' here prints this machine's name."
        )
    if exchanged.is_emptied:
        warn("The folder has no files of your machines any more: if its disk is not mounted, mount it and sync again.")
    if arguments.quiet:
        return
    print_line(_summary(exchanged))
    if exchanged.notes:
        ids = ", ".join(exchanged.notes[:NOTES_NAMED]) + (" and more" if len(exchanged.notes) > NOTES_NAMED else "")
        print_line(
            f"Another machine replaced your notes of: {ids}. 'dailypapers note ID --history' lists the earlier ones,"
            " and --restore brings one back."
        )
    if settings.taken:
        print_line(f"Settings taken from your other machines: {', '.join(settings.taken)}.")
    if exchanged.replaced:
        print_line(
            f"Another machine replaced settings of this one: {'; '.join(exchanged.replaced)}. 'dailypapers config"
            " history NAME' lists the earlier ones, and --restore brings one back."
        )
    if exchanged.is_first and arguments.folder not in (None, "forget") and not settings.is_by_itself:
        place = clean(shared_place(arguments.folder, Path()))
        print_line(f"To do this by itself: dailypapers config set sync {quote(place)}")


def join_machines(workspace: Workspace) -> None:
    """Exchange with the user's other machines once, if the settings say where they meet; raises ReaderError."""
    if workspace.settings.sync:
        exchange_once(workspace, place_of(None, workspace))


def place_of(named: str | None, workspace: Workspace, *, is_status: bool = False) -> Path | str:
    """The folder that is named, else that of the settings, as an absolute path; or the address of a server.

    A status without either is that of the folder that was used last. Raises UsageError.
    """
    wanted = named or workspace.settings.sync
    if not wanted and is_status:
        from reader.cache.sync.memory import latest_folder

        with workspace.window() as window:
            wanted = window.read(latest_folder) or ""
    if not wanted:
        raise UsageError("Name a folder that your machines share: dailypapers sync DIR.")
    from reader.cache.postgres import is_server

    place = shared_place(wanted, Path() if named else workspace.config_file.parent)
    return place if is_server(place) else Path(place)


def _advice(trouble: str) -> str:
    """What becomes of a file that is not read in full."""
    if trouble.endswith("newer than this program"):
        return "; update that to read it"
    if trouble.endswith("were refused"):
        return ": 'dailypapers sync forget' takes back all that a machine brought"
    return "; it is skipped until it is whole" if ": line " in trouble else "; it is skipped"


def _summary(exchanged: Exchanged) -> str:
    came = [f"{amount(count, 'change')} came from {clean(name)}" for name, count in exchanged.came.items()]
    if exchanged.went:
        came.append(f"{amount(exchanged.went, 'change')} went out")
    return f"{', '.join(came)}." if came else "Nothing new on any machine."


COMMAND = Command(
    "sync",
    "Have the same marks on every machine, through a folder that they share: one file a machine, no server, in any"
    " order. The file holds ids of papers, marks, tags, notes, what you follow, and the machine's name; no texts of"
    " papers. The README lists all.",
    (
        ("sync ~/Sync/papers", "join the marks of all machines that use this folder"),
        ("sync postgresql://hub.example/papers --watch", "through a server, within a second or two"),
        ("sync --status", "when each machine was last seen, what it brought and what was refused"),
        (
            "sync forget laptop",
            "take back all that a machine brought, on every machine of yours; --undo brings it back",
        ),
    ),
    _add_arguments,
    _run_sync,
)
