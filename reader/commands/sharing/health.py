"""What `doctor` says of the folders that the user shares with other machines and with other people."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from reader.cache.postgres import is_server, shown
from reader.commands.workspace import Workspace
from reader.core.errors import CacheError
from reader.core.text import clean

NOT_THERE = "Its folder is not there: connect or mount it. What you mark meanwhile is kept, and goes out then."

Fact = tuple[str, str, str]
"""A name, what is so, and what to do about it; empty if all is well."""


def examine_sharing(workspace: Workspace) -> Iterator[Fact]:
    """The folder or server of `sync`, with the files in it that can't be read, and the folder of the group."""
    place = workspace.settings.sync
    if is_server(place):
        yield "sync", shown(place), ""
    elif place:
        folder = workspace.config_file.parent.absolute() / Path(place).expanduser()
        yield "sync", clean(str(folder)), "" if folder.is_dir() else NOT_THERE
        yield from _broken_files(workspace, folder)
    yield from _examine_group(workspace)


def _broken_files(workspace: Workspace, folder: Path) -> Iterator[Fact]:
    from reader.cache.sync import memory

    if not workspace.cache_file.exists():
        return
    try:
        with workspace.window() as window:
            known = window.read(lambda one: memory.load(one, str(folder)))
    except CacheError:
        # The cache's own findings say why.
        return
    for name, file in known.files.items():
        if file.said:
            advice = "It is read again once it is whole: sync on the machine that writes it."
            yield "file", f"{clean(name)}: {clean(file.said)}", advice


def _examine_group(workspace: Workspace) -> Iterator[Fact]:
    from reader.cache.group import membership

    try:
        mine = membership.load(workspace.cache_file)
    except CacheError as error:
        yield "group", "unreadable", str(error)
        return
    if mine is not None:
        if is_server(mine.place):
            yield "group", f"{mine.name} in {shown(mine.place)}", ""
        else:
            yield "group", f"{mine.name} in {clean(mine.place)}", "" if Path(mine.place).is_dir() else NOT_THERE
