"""`dailypapers sync`: the same marks on every machine, through a shared folder or server.

`exchange.py` joins the logs of the machines, in a folder (`folder.py`) or at a server (`hub.py`).
"""

from __future__ import annotations

import sqlite3
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

from reader import api
from reader.api import journal, places

if TYPE_CHECKING:
    from reader.extensions.sync.exchange import Exchanged
    from reader.extensions.sync.folder import SyncFolder
    from reader.extensions.sync.hub import Hub


NOTES_NAMED = 5
"""Maximum papers named whose notes were replaced."""


def _add_arguments(parser: ArgumentParser) -> None:
    about = "a folder that your machines share, or postgresql://HOST/DATABASE (default: the setting sync)"
    parser.add_argument("folder", nargs="?", action=api.StoreFile, metavar="DIR", help=about)
    about = "print when each machine was last seen, what it sent and what was refused, and change nothing"
    parser.add_argument("--status", action="store_true", help=about)
    parser.add_argument("--watch", action="store_true", help="keep running, and sync marks as they arrive")
    api.add_quiet(parser, "print only problems")


def _run_sync(arguments: Namespace, workspace: api.Workspace) -> int:
    if arguments.folder == "forget":
        raise api.UsageError(
            "Machines are no longer forgotten. Remove the machine's file from the folder; a folder of this name is "
            "./forget."
        )
    if arguments.status and arguments.watch:
        raise api.UsageError("--status prints once, and --watch keeps running: choose one of them.")
    if arguments.status and not (arguments.folder or known_place(workspace)):
        said = "No place to sync is set yet: 'dailypapers sync DIR' names a folder."
        return api.answer(arguments, {"folder": None, "machines": []}, said)
    place = place_of(arguments.folder, workspace, is_status=arguments.status)
    if arguments.status:
        from reader.extensions.sync.status import print_status

        return print_status(arguments, place, workspace)
    if arguments.watch:
        watch(workspace, place, partial(_print_news, arguments, []))
    else:
        _print_outcome(arguments, exchange_once(workspace, place), is_automatic=bool(workspace.settings.sync))
    return 0


def _print_news(arguments: Namespace, told: list[str], exchanged: Exchanged) -> None:
    """Print the news of one of many looks; a lasting problem is reported once."""
    lasting, told[:] = list(told), [*exchanged.troubles, *exchanged.skipped]
    exchanged.troubles = [one for one in exchanged.troubles if one not in lasting]
    exchanged.skipped = [one for one in exchanged.skipped if one not in lasting]
    if exchanged.came or exchanged.went or exchanged.troubles or exchanged.skipped:
        _print_outcome(arguments, exchanged)
        sys.stdout.flush()


def _print_outcome(arguments: Namespace, exchanged: Exchanged, *, is_automatic: bool = False) -> None:
    if arguments.json:
        api.answer(arguments, asdict(exchanged))
        return
    for trouble in exchanged.troubles:
        api.warn(f"{api.clean(trouble)}{_advice(trouble)}")
    for skipped in exchanged.skipped:
        api.warn(f"{api.clean(skipped)}; it is skipped")
    if exchanged.is_new_machine:
        api.warn("Another copy of this home uses this machine's id, so this one took a new id.")
    if exchanged.is_emptied:
        api.warn("The folder no longer has your machines' files: if its disk is not mounted, mount it and sync again.")
    if arguments.quiet:
        return
    api.print_line(_summary(exchanged))
    if exchanged.notes:
        ids = ", ".join(exchanged.notes[:NOTES_NAMED]) + (" and more" if len(exchanged.notes) > NOTES_NAMED else "")
        api.print_line(
            f"Another machine replaced your notes of: {ids}. 'dailypapers note ID --history' lists the earlier ones,"
            " and --restore brings one back."
        )
    if exchanged.is_first and arguments.folder and not is_automatic:
        place = api.clean(places.shared_place(arguments.folder, Path()))
        api.print_line(f"To sync automatically: dailypapers config set sync {quote(place)}")


def place_of(named: str | None, workspace: api.Workspace, *, is_status: bool = False) -> Path | str:
    """The folder that is named, else that of the settings, as an absolute path; or the address of a server.

    A status without either is that of the folder that was used last. Raises UsageError.
    """
    wanted = named or (known_place(workspace) if is_status else workspace.settings.sync)
    if not wanted:
        raise api.UsageError("Name a folder that your machines share: dailypapers sync DIR.")
    place = places.shared_place(wanted, Path() if named else workspace.config_file.parent)
    return place if places.is_server(place) else Path(place)


def known_place(workspace: api.Workspace) -> str:
    """The place of the settings, else the folder that was used last, else an empty text."""
    from reader.extensions.sync.exchange import latest_place

    with workspace.window() as window:
        return workspace.settings.sync or window.read(latest_place) or ""


def _advice(trouble: str) -> str:
    """What becomes of a file that is not read in full."""
    if trouble.endswith("newer than this program"):
        return "; update that to read it"
    if " refused (" in trouble:
        return "; delete the file if you do not know the machine"
    return "; it is skipped until it is complete" if trouble.endswith("cut off") else "; it is skipped"


def _summary(exchanged: Exchanged) -> str:
    came = [f"{api.amount(count, 'change')} came from {api.clean(name)}" for name, count in exchanged.came.items()]
    if exchanged.went:
        came.append(f"{api.amount(exchanged.went, 'change')} went out")
    return f"{', '.join(came)}." if came else "Nothing new on any machine."


# Joining


def exchange_once(workspace: api.Workspace, place: Path | str) -> Exchanged:
    """Join the marks through a folder or a server; raises ReaderError."""
    had_changed = workspace.has_changed
    with workspace.events() as events, _opened(workspace, place) as opened:
        exchanged = _look(workspace, events, opened)
    workspace.has_changed = had_changed or bool(exchanged.came)
    return exchanged


def watch(workspace: api.Workspace, place: Path | str, report: Callable[[Exchanged], None]) -> None:
    """Join whenever something comes, here or there, until the program is stopped; raises ReaderError."""
    with workspace.events() as events, _opened(workspace, place) as opened:
        for _ in places.looks(events, opened.server, opened.channel, events.machine):
            exchanged = _look(workspace, events, opened)
            report(exchanged)
            workspace.has_changed = bool(exchanged.came)
            workspace.write_exports()


@contextmanager
def _opened(workspace: api.Workspace, place: Path | str) -> Iterator[SyncFolder | Hub]:
    if isinstance(place, Path):
        from reader.extensions.sync.folder import SyncFolder

        yield SyncFolder(place, workspace.cache_file)
        return
    from reader.extensions.sync.hub import open_hub

    with open_hub(place) as hub:
        yield hub


def _look(workspace: api.Workspace, events: api.Events, place: SyncFolder | Hub) -> Exchanged:
    from reader.extensions.sync.exchange import exchange

    before = events.read(_notes)
    with api.Progress() as shown:

        def progress(done: int, total: int) -> None:
            shown.show(f"{done:,} of {total:,} changes")

        found = exchange(events, workspace.cache_file, place, journal.machine_name(), progress=progress)
    if found.came:
        after = events.read(_notes)
        found.notes = sorted(id for id, digest in before.items() if after.get(id) != digest)
    return found


def _notes(connection: sqlite3.Connection) -> dict[str, int]:
    """The user's notes by the ids of their papers, each as a number that another text hardly has."""
    rows = connection.execute("SELECT id, body FROM note JOIN paper USING (pk)")
    return {id: hash(body) for id, body in rows}


def _examine(workspace: api.Workspace) -> Iterator[api.Finding]:
    named = workspace.settings.sync
    if places.is_server(named):
        yield api.Finding("Sharing", "sync", places.shown_place(named))
    elif named:
        folder = workspace.config_file.parent.absolute() / Path(named).expanduser()
        yield api.Finding("Sharing", "sync", api.clean(str(folder)), "" if folder.is_dir() else places.NOT_THERE)
        yield from _broken_files(workspace, folder)


def _broken_files(workspace: api.Workspace, folder: Path) -> Iterator[api.Finding]:
    from reader.extensions.sync.exchange import load

    if not workspace.cache_file.exists():
        return
    try:
        with workspace.window() as window:
            known = window.read(lambda one: load(one, str(folder)))
    except api.ReaderError:
        # The cache's own findings say why.
        return
    for name, file in known.files.items():
        if file.said:
            advice = "It is read again once it is complete: sync on the machine that writes it."
            yield api.Finding("Sharing", "file", f"{api.clean(name)}: {api.clean(file.said)}", advice)


def _results() -> Any:
    from reader.extensions.sync.exchange import Exchanged

    return api.extended("Exchanged", Exchanged)


def _status() -> Any:
    from reader.extensions.sync.status import SyncStatus

    return SyncStatus


SYNC = api.Command(
    "sync",
    "Keep the same marks on all your machines through a shared folder: one file for each machine, no server, any "
    "order. The file holds ids of papers, marks, tags, notes, follows and the machine's name, but no texts of "
    "papers; 'dailypapers help sync' lists everything.",
    (),
    _add_arguments,
    _run_sync,
    {"": _results, "--status": _status},
)

EXTENSION = api.Extension(name="sync", api=1, commands=(SYNC,), findings=(_examine,))
