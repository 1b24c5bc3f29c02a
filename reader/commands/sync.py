"""`dailypapers sync`: the same marks on every machine, through a folder that they share."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reader.commands.command import Command, StoreFile, add_json, add_quiet
from reader.commands.output import Progress, amount, is_terminal, print_json, print_line, warn
from reader.commands.workspace import Workspace
from reader.core.errors import ReaderError, UsageError
from reader.core.text import clean

if TYPE_CHECKING:
    from reader.cache.sync.folder import Exchanged
    from reader.cache.sync.machine_file import Known
    from reader.cache.sync.memory import Memory
    from reader.commands.shared_settings import SharedSettings


def _add_arguments(parser: ArgumentParser) -> None:
    about = "a folder that your machines share (default: sync of the settings)"
    parser.add_argument("folder", nargs="?", action=StoreFile, metavar="DIR", help=about)
    about = "print when each machine was last seen and what came of it, and change nothing"
    parser.add_argument("--status", action="store_true", help=about)
    add_quiet(parser, "print nothing if all went well")
    add_json(parser)


def _run_sync(arguments: Namespace, workspace: Workspace) -> int:
    folder = _folder(arguments.folder, workspace)
    if arguments.status:
        return _print_status(folder, workspace, as_json=arguments.json)
    exchanged, settings = exchange_marks(workspace, folder)
    if arguments.json:
        print_json({"folder": str(folder)} | asdict(exchanged) | {"settings": settings.taken})
        return 0
    for trouble in exchanged.troubles:
        warn(f"{clean(trouble)}; it is skipped until it is whole")
    for refused in settings.refused:
        warn(refused)
    if exchanged.is_new_machine:
        warn("Another copy of this home writes under this machine's id, so this one has taken a new id.")
    if not arguments.quiet:
        print_line(_summary(exchanged))
        if settings.taken:
            print_line(f"Settings changed as on your other machines: {', '.join(settings.taken)}.")
        if exchanged.is_first and arguments.folder and not workspace.settings.sync:
            print_line(f"To do this by itself: dailypapers config set sync {clean(arguments.folder)}")
    return 0


def exchange_marks(workspace: Workspace, folder: Path) -> tuple[Exchanged, SharedSettings]:
    """Join the marks, and the settings if they go along, with those of other machines; raises ReaderError."""
    from reader.cache.sync.folder import exchange
    from reader.commands.shared_settings import SharedSettings

    with workspace.events() as events, Progress() as progress:

        def look() -> Exchanged:
            return exchange(
                events,
                workspace.cache_file,
                folder,
                machine_name(),
                progress=lambda done, total: progress.show(f"{done:,} of {total:,} changes"),
            )

        settings = SharedSettings(workspace, events)
        settings.send_changes()
        exchanged = look()
        if settings.take_over():
            # At the first look, the others' values come before one's own, which go out by a second one.
            exchanged.went += look().went
    workspace.has_changed = bool(exchanged.came)
    return exchanged, settings


def machine_name() -> str:
    """What people call this machine."""
    import platform

    from reader.cache.marks.journal import NAME_LIMIT

    return clean(platform.node().partition(".")[0], NAME_LIMIT)


def _folder(named: str | None, workspace: Workspace) -> Path:
    """The folder that is named, else that of the settings, as an absolute path."""
    if named:
        return Path(named).expanduser().absolute()
    if not workspace.settings.sync:
        raise UsageError("Name a folder that your machines share: dailypapers sync DIR.")
    return workspace.config_file.parent.absolute() / Path(workspace.settings.sync).expanduser()


def _summary(exchanged: Exchanged) -> str:
    came = [f"{amount(count, 'change')} came from {clean(name)}" for name, count in exchanged.came.items()]
    if exchanged.went:
        came.append(f"{amount(exchanged.went, 'change')} went out")
    return f"{', '.join(came)}." if came else "Nothing new on any machine."


# Status


def _print_status(folder: Path, workspace: Workspace, *, as_json: bool) -> int:
    from reader.cache.sync import memory
    from reader.paths import sync_lock

    with workspace.window() as window:
        known = window.read(lambda one: memory.load(one, str(folder)))
    if not known.own:
        raise ReaderError(f"Nothing was joined through {folder} yet: 'dailypapers sync {folder}' does.")
    looked = datetime.fromtimestamp(sync_lock(workspace.cache_file).stat().st_mtime).astimezone()
    records = [_record(name, one, known) for name, one in known.files.items()]
    if as_json:
        at = looked.isoformat(timespec="seconds")
        print_json({"folder": str(folder), "is_there": folder.is_dir(), "looked": at, "machines": records})
        return 0
    gone = "" if folder.is_dir() else " It is not there now."
    print_line(f"{clean(str(folder))}, last looked at {looked:%Y-%m-%d %H:%M}.{gone}")
    _print_machines(records)
    return 0


def _record(file: str, known: Known, memory: Memory) -> dict[str, Any]:
    return {
        "machine": known.machine,
        "name": known.name,
        "is_this": known.machine == memory.own,
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
        came = "" if one["is_this"] else f"{one['came']:,} new then"
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


COMMAND = Command(
    "sync",
    "Have the same marks on every machine, through a folder that they share: one file a machine, no server, in any"
    " order. The file holds ids of papers, marks, tags, notes, followed feeds, and the machine's name; no texts.",
    (
        ("sync ~/Sync/papers", "join the marks of all machines that use this folder"),
        ("sync --status", "when each machine was last seen, and what came"),
    ),
    _add_arguments,
    _run_sync,
)
