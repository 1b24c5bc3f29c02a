"""`dailypapers sync`: the same marks on every machine, through a folder or a server that they share."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from reader.commands.command import Command, StoreFile, add_json, add_quiet
from reader.commands.output import amount, print_json, print_line, warn
from reader.commands.sharing.joining import exchange_once, watch
from reader.commands.sharing.sync_status import print_status
from reader.commands.workspace import Workspace
from reader.core.errors import UsageError
from reader.core.text import clean

if TYPE_CHECKING:
    from reader.cache.sync.folder import Exchanged
    from reader.commands.sharing.shared_settings import SharedSettings


NOTES_NAMED = 5
"""Papers that are named where other machines' notes came."""


def _add_arguments(parser: ArgumentParser) -> None:
    about = "a folder that your machines share, or postgresql://HOST/DATABASE (default: sync of the settings)"
    parser.add_argument("folder", nargs="?", action=StoreFile, metavar="DIR", help=about)
    about = "print when each machine was last seen and what came of it, and change nothing"
    parser.add_argument("--status", action="store_true", help=about)
    parser.add_argument("--watch", action="store_true", help="keep running, and join whenever something comes")
    add_quiet(parser, "print nothing if all went well")
    add_json(parser)


def _run_sync(arguments: Namespace, workspace: Workspace) -> int:
    place = place_of(arguments.folder, workspace, is_status=arguments.status)
    if arguments.status:
        print_status(place, workspace, as_json=arguments.json)
        return 0
    if arguments.watch:
        return watch(workspace, place, partial(_print_news, arguments, []))
    _print_outcome(arguments, *exchange_once(workspace, place))
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
        warn(f"{clean(trouble)}; {_advice(trouble)}")
    for skipped in exchanged.skipped:
        warn(f"{clean(skipped)}; it is skipped")
    for refused in settings.refused:
        warn(refused)
    if exchanged.is_new_machine:
        warn("Another copy of this home writes under this machine's id, so this one has taken a new id.")
    if exchanged.is_emptied:
        warn("The folder has no files of your machines any more: if its disk is not mounted, mount it and sync again.")
    if arguments.quiet:
        return
    print_line(_summary(exchanged))
    if exchanged.notes:
        ids = ", ".join(exchanged.notes[:NOTES_NAMED]) + (" and more" if len(exchanged.notes) > NOTES_NAMED else "")
        print_line(
            f"Notes that were written anew elsewhere: {ids}. 'dailypapers note ID --history' has the earlier ones, and"
            " --restore brings one back."
        )
    if settings.taken:
        print_line(f"Settings changed as on your other machines: {', '.join(settings.taken)}.")
    if exchanged.replaced:
        print_line(
            f"Another machine replaced what was set here: {'; '.join(exchanged.replaced)}. 'dailypapers config history"
            " NAME' has it, and --restore brings it back."
        )
    if exchanged.is_first and arguments.folder and not settings.is_by_itself:
        from reader.cache.postgres import has_password

        place = "ADDRESS" if has_password(arguments.folder) else clean(arguments.folder)
        print_line(f"To do this by itself: dailypapers config set sync {place}")


def place_of(named: str | None, workspace: Workspace, *, is_status: bool = False) -> Path | str:
    """The folder that is named, else that of the settings, as an absolute path; or the address of a server.

    A status without either is that of the folder that was used last.
    """
    wanted = named or workspace.settings.sync
    if not wanted and is_status:
        from reader.cache.sync.memory import latest_folder

        with workspace.window() as window:
            wanted = window.read(latest_folder) or ""
    if not wanted:
        raise UsageError("Name a folder that your machines share: dailypapers sync DIR.")
    from reader.cache.postgres import is_server

    if is_server(wanted):
        return wanted
    start = Path() if named else workspace.config_file.parent
    return start.absolute() / Path(wanted).expanduser()


def _advice(trouble: str) -> str:
    """What becomes of a file that is not read in full."""
    if trouble.endswith("newer than this program"):
        return "update that to read it"
    return "it is skipped until it is whole" if ": line " in trouble else "it is skipped"


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
        ("sync --status", "when each machine was last seen, and what came"),
    ),
    _add_arguments,
    _run_sync,
)
