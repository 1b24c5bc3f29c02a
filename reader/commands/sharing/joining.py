"""Join the marks with those of other machines: once, or as something comes."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from reader.cache.earlier_values import replaced
from reader.commands.output import Progress
from reader.commands.sharing.shared_settings import SharedSettings
from reader.commands.workspace import Workspace
from reader.core.text import clean

if TYPE_CHECKING:
    from reader.cache.marks.events import Events
    from reader.cache.places import Server
    from reader.cache.sync.folder import Exchanged
    from reader.cache.sync.hub import Hub

GLANCE = 0.5
"""Seconds between two looks at the own cache while a server is listened to."""

FOLDER_GLANCE = 10.0
"""Seconds between two looks at a folder."""


Outcome = tuple["Exchanged", SharedSettings]


def machine_name() -> str:
    """What people call this machine."""
    import platform

    from reader.cache.marks.journal import NAME_LIMIT

    return clean(platform.node().partition(".")[0], NAME_LIMIT)


def exchange_once(workspace: Workspace, place: Path | str) -> Outcome:
    """Join the marks, and the settings if they go along, through a folder or a server; raises ReaderError."""
    had_changed = workspace.has_changed
    with workspace.events() as events, _opened(workspace, place) as opened:
        exchanged, settings = _exchange(workspace, events, opened)
    workspace.has_changed = had_changed or bool(exchanged.came)
    return exchanged, settings


def watch(workspace: Workspace, place: Path | str, report: Callable[[Exchanged, SharedSettings], None]) -> int:
    """Join whenever something comes, here or there, until the program is stopped; raises ReaderError."""
    with workspace.events() as events, _opened(workspace, place) as opened:
        server = getattr(opened, "server", None)
        if server is not None:
            server.listen(opened.channel)
        while True:
            # Noted first: what is marked while the machines join is news too.
            seen = events.last()
            exchanged, settings = _exchange(workspace, events, opened)
            report(exchanged, settings)
            workspace.has_changed = bool(exchanged.came)
            workspace.write_exports()
            wait_for_news(events, server, events.machine(), seen)


def wait_for_news(events: Events, server: Server | None, own: str, seen: int) -> None:
    """Return once there is an event after `seen` here, or news of others than `own`; in a folder, after a while."""
    if server is None:
        time.sleep(FOLDER_GLANCE)
        return
    while not server.hears(GLANCE, own) and events.last() == seen:
        pass


def _connected(place: Path | str) -> AbstractContextManager[Hub | None]:
    if isinstance(place, Path):
        return nullcontext()
    from reader.cache.sync.hub import open_hub

    return open_hub(place)


def _exchange(workspace: Workspace, events: Events, place: Path | str, hub: Hub | None) -> Outcome:
    settings = SharedSettings(workspace, events)
    settings.send_changes()
    before = last_event(events)
    exchanged = _look(workspace, events, place, hub)
    if settings.take_over():
        # At the first look, the others' values come before one's own, which go out by a second one.
        exchanged.went += _look(workspace, events, place, hub).went
    if exchanged.came:
        news = events.read(lambda connection: replaced(connection, before))
        exchanged.replaced = [f"{one.said} (was {one.other})" for one in news if one.words[0] == "config"]
    return exchanged, settings


def _look(workspace: Workspace, events: Events, place: Path | str, hub: Hub | None) -> Exchanged:
    from reader.cache.sync.folder import exchange
    from reader.cache.sync.hub import exchange_with_hub

    cache, name = workspace.cache_file, machine_name()
    before = events.read(_notes)
    with Progress() as shown:

        def progress(done: int, total: int) -> None:
            shown.show(f"{done:,} of {total:,} changes")

        if hub is None:
            found = exchange(events, cache, Path(place), name, progress=progress)
        else:
            found = exchange_with_hub(events, cache, hub, str(place), name, progress=progress)
    if found.came:
        after = events.read(_notes)
        found.notes = sorted(id for id, digest in before.items() if after.get(id) != digest)
    return found


def _notes(connection: sqlite3.Connection) -> dict[str, int]:
    """The user's notes by the ids of their papers, each as a number that another text hardly has."""
    rows = connection.execute("SELECT id, body FROM note JOIN paper USING (pk)")
    return {id: hash(body) for id, body in rows}
