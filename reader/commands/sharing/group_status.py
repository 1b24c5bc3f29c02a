"""What `group status` prints: who is in the group, and what each shares."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from reader.cache.group.place import shown_place
from reader.commands.output import amount, is_terminal, print_json, print_line, print_text, width, wrapped
from reader.commands.workspace import Workspace
from reader.core.group import said

if TYPE_CHECKING:
    from reader.cache.group.members import Member

IN_NONE = "You are not in a group. 'dailypapers group create PLACE --name YOU' starts one; 'group join' joins one."


def print_status(workspace: Workspace, *, as_json: bool) -> None:
    """Print where the group is, who the user is in it, and what the others share."""
    from reader.cache.group import membership, signing
    from reader.cache.group.members import members
    from reader.cache.marks.forgotten import forgotten
    from reader.cache.postgres import is_server

    mine = membership.load(workspace.cache_file)
    if mine is None:
        if as_json:
            print_json(None)
        else:
            print_text(IN_NONE)
        return
    key = signing.public_key(mine.secret)
    place = shown_place(mine.place)
    with workspace.window() as window:
        others = window.read(members)
        out = window.read(forgotten)
    gone_names = sorted(mine.names[key] for key in out if key in mine.names)
    if as_json:
        us = {"place": place, "name": mine.name, "key": key, "shares": list(mine.shares)}
        print_json(us | {"members": [one._asdict() for one in others], "forgotten": gone_names})
        return
    gone = "" if is_server(mine.place) or Path(mine.place).is_dir() else " The folder is not there now."
    print_text(f"{place}: you are {mine.name}, key {_short(key)}, and share {said(mine.shares)}.{gone}")
    if not others and not gone_names:
        print_text("Nobody else is in the group yet.")
    _print_members([_row(one) for one in others])
    for name in gone_names:
        print_text(f"{name} is forgotten: 'dailypapers group forget {name} --undo' takes in again what {name} shares.")


def _row(one: Member) -> tuple[str, ...]:
    return (
        *(one.name, f"key {_short(one.public)}", amount(one.papers, "paper")),
        f"{datetime.fromisoformat(one.seen).astimezone():%Y-%m-%d %H:%M}",
        f"shares {one.shares}{f', {one.missing:,} not here' if one.missing else ''}",
    )


def _print_members(rows: list[tuple[str, ...]]) -> None:
    """Print a line for each member; on a terminal that is too narrow, the name and what there is below it."""
    if not is_terminal(sys.stdout):
        for row in rows:
            print_line("\t".join(row))
        return
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(4)]
    lines = ["  ".join((*(f"{text:{size}}" for text, size in zip(row, widths, strict=False)), row[4])) for row in rows]
    if max(map(len, lines), default=0) <= width():
        for line in lines:
            print_line(line)
        return
    for name, *facts, shares in rows:
        print_line(name)
        for text in (", ".join(facts), shares):
            for line in wrapped(text, width() - 2):
                print_line(f"  {line}")


def _short(key: str) -> str:
    """A key as people compare it, such as by telephone."""
    return f"{key[:4]}-{key[4:8]}-{key[8:12]}"
