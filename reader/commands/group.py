"""`dailypapers group`: share some of your marks with people, through a folder that you all have."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from reader.commands.command import Command, add_json, add_quiet, add_words, bare, suggest
from reader.commands.output import amount, is_terminal, print_json, print_line, warn
from reader.commands.workspace import Workspace
from reader.core.errors import ReaderError, UsageError
from reader.core.group import MOST_THINGS, THINGS, is_name, said, thing
from reader.core.nearest import nearest
from reader.core.text import clean

if TYPE_CHECKING:
    from reader.cache.group.looking import Looked

IN_NONE = "You are in no group: 'dailypapers group create DIR --name YOU' begins one, 'group join' takes part."


def _add_arguments(parser: ArgumentParser) -> None:
    add_words(parser, "what", "ACTION", {name: about for name, (_, about) in ACTIONS.items()}, default="status")
    about = "for create and join, the folder; for share and stop, any of star, queue, note, tag, tag:NAME"
    suggest(parser.add_argument("things", nargs="*", metavar="DIR|THING", help=about), _suggest)
    about = "who you are in the group: letters, digits and .-_"
    parser.add_argument("--name", metavar="NAME", help=about)
    parser.add_argument(
        "--force", action="store_true", help="leave though the folder is gone, with what you shared in it"
    )
    add_quiet(parser, "print nothing if all went well")
    add_json(parser)


def _suggest(given: Sequence[str]) -> Sequence[str]:
    return tuple(THINGS) if given[0] in ("share", "stop") else ()


def _run_group(arguments: Namespace, workspace: Workspace) -> int:
    workspace.ensure_cache()
    run, _ = ACTIONS[arguments.what]
    return run(arguments, workspace)


# Begin and end


def _create(arguments: Namespace, workspace: Workspace) -> int:
    from reader.cache.group.looking import create

    folder, name = _place(arguments)
    create(workspace.cache_file, folder, name)
    return _look_as(arguments, workspace, f"The group of {clean(str(folder))} has begun, and you are {name} in it.")


def _join(arguments: Namespace, workspace: Workspace) -> int:
    from reader.cache.group.looking import join

    folder, name = _place(arguments)
    join(workspace.cache_file, folder, name)
    return _look_as(arguments, workspace, f"You are {name} in the group of {clean(str(folder))}.")


def _place(arguments: Namespace) -> tuple[Path, str]:
    """The folder and the name that are given; raises UsageError."""
    if len(arguments.things) != 1:
        raise UsageError(f"Name a folder that you share: dailypapers group {arguments.what} DIR --name YOU.")
    if arguments.name is None:
        raise UsageError(f"Say who you are: dailypapers group {arguments.what} {arguments.things[0]} --name YOU.")
    if not is_name(arguments.name):
        raise UsageError("A name has letters, digits and .-_, at most 40, and is not 'anyone'.")
    return Path(arguments.things[0]).expanduser().absolute(), arguments.name


def _leave(arguments: Namespace, workspace: Workspace) -> int:
    from reader.cache.group.looking import leave

    is_told = leave(workspace.cache_file, even_if_unheard=arguments.force)
    if arguments.json:
        print_json({"left": True, "told": is_told})
    elif not arguments.quiet:
        print_line("You have left the group, and nothing of yours is shared any more." if is_told else "You have left.")
    return 0


# What is shared


def _share(arguments: Namespace, workspace: Workspace) -> int:
    from reader.cache.group import membership

    mine = membership.load(workspace.cache_file)
    if mine is None:
        raise ReaderError(IN_NONE)
    if not arguments.things:
        if arguments.json:
            print_json({"shares": list(mine.shares)})
        else:
            print_line(f"You share {said(mine.shares)}. You can share {', '.join(THINGS)} and tag:NAME.")
        return 0
    return _choose(arguments, workspace, dict.fromkeys((*mine.shares, *_things(arguments.things))))


def _stop(arguments: Namespace, workspace: Workspace) -> int:
    from reader.cache.group import membership

    mine = membership.load(workspace.cache_file)
    if mine is None:
        raise ReaderError(IN_NONE)
    ended = _things(arguments.things) if arguments.things else mine.shares
    kept = dict.fromkeys(one for one in mine.shares if one not in ended)
    return _choose(arguments, workspace, kept)


def _choose(arguments: Namespace, workspace: Workspace, shares: Mapping[str, None]) -> int:
    from reader.cache.group.looking import change_shares

    if len(shares) > MOST_THINGS:
        raise UsageError(f"You can share at most {MOST_THINGS} things: 'tag' shares all tags.")
    change_shares(workspace.cache_file, shares)
    try:
        return _look_as(arguments, workspace, f"You share {said(shares)}.")
    except ReaderError:
        warn("Your choice is kept, and the others are told of it by the next look that works.")
        raise


def _things(words: Sequence[str]) -> tuple[str, ...]:
    """The things that words name; raises UsageError."""
    found = []
    for word in map(bare, words):
        one = thing(word)
        if one is None:
            meant = nearest(word, THINGS)
            advice = f"Did you mean {meant}?" if meant else f"There are {', '.join(THINGS)} and tag:NAME."
            raise UsageError(f"{clean(word, 100)!r} can't be shared. {advice}")
        found.append(one)
    return tuple(found)


# Looking


def _look(arguments: Namespace, workspace: Workspace) -> int:
    from reader.cache.group import membership

    if membership.load(workspace.cache_file) is None:
        if not arguments.quiet:
            raise ReaderError(IN_NONE)
        return 0
    return _look_as(arguments, workspace, "")


def _look_as(arguments: Namespace, workspace: Workspace, done: str) -> int:
    """Look at the group's folder, and print what was done before, and what came."""
    from reader.cache.group.looking import look

    looked = look(workspace.cache_file)
    workspace.has_changed = bool(looked.came or looked.went or looked.left)
    if arguments.json:
        from dataclasses import asdict

        print_json(asdict(looked))
        return 0
    for trouble in looked.troubles:
        warn(f"{clean(trouble)}; it is skipped")
    if not arguments.quiet:
        for line in filter(None, (done, *_sentences(looked))):
            print_line(line)
        if not done and not any(_sentences(looked)):
            print_line("Nothing new in the group.")
    return 0


def _sentences(looked: Looked) -> list[str]:
    came = [f"{amount(count, 'mark')} of {name}" for name, count in looked.came.items()]
    return [
        *(f"{name} is in the group{_told_apart(name)}." for name in looked.joined),
        *(f"{name} has left." for name in looked.left),
        *([f"New: {', '.join(came)}."] if came else []),
        *(f"{name} took back {amount(count, 'mark')}." for name, count in looked.went.items()),
    ]


def _told_apart(name: str) -> str:
    """What a name with a part of its key means: its member shares it with another, perhaps with the user."""
    called, plus, _ = name.partition("+")
    return f"; another is called {called} too, and this name tells them apart" if plus else ""


# Status


def _print_status(arguments: Namespace, workspace: Workspace) -> int:
    from reader.cache.group import membership, signing
    from reader.cache.group.members import members

    mine = membership.load(workspace.cache_file)
    if mine is None:
        if arguments.json:
            print_json(None)
        else:
            print_line(IN_NONE)
        return 0
    key = signing.public_key(mine.secret)
    with workspace.window() as window:
        others = window.read(members)
    if arguments.json:
        us = {"folder": mine.folder, "name": mine.name, "key": key, "shares": list(mine.shares)}
        print_json(us | {"members": [one._asdict() for one in others]})
        return 0
    gone = "" if Path(mine.folder).is_dir() else " The folder is not there now."
    print_line(f"{clean(mine.folder)}: you are {mine.name}, key {_short(key)}, and share {said(mine.shares)}.{gone}")
    if not others:
        print_line("Nobody else is in the group yet.")
    rows = [
        (
            *(one.name, f"key {_short(one.public)}", amount(one.papers, "paper")),
            f"{datetime.fromisoformat(one.seen).astimezone():%Y-%m-%d %H:%M}",
            f"shares {one.shares}{f', {one.missing:,} not here' if one.missing else ''}",
        )
        for one in others
    ]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(4)]
    for row in rows:
        if is_terminal(sys.stdout):
            print_line("  ".join((*(f"{text:{size}}" for text, size in zip(row, widths, strict=False)), row[4])))
        else:
            print_line("\t".join(row))
    return 0


def _short(key: str) -> str:
    """A key as people compare it, such as by telephone."""
    return f"{key[:4]}-{key[4:8]}-{key[8:12]}"


Action = Callable[[Namespace, Workspace], int]

ACTIONS: Mapping[str, tuple[Action, str]] = MappingProxyType(
    {
        "create": (_create, "begin a group in a folder, under a name"),
        "join": (_join, "take part in the group of a folder"),
        "share": (_share, "let the others see star, queue, note, tag or tag:NAME"),
        "stop": (_stop, "take that back; without a thing, all of it"),
        "look": (_look, "see what the others share now; the reader does it by itself"),
        "status": (_print_status, "who is there, and what each shares"),
        "leave": (_leave, "take all back, and go"),
    }
)


COMMAND = Command(
    "group",
    "Share what you star, queue, tag or note with other people, through a folder that you all have. At first you share"
    " nothing. What you share is signed by your key, so nobody can write in your name; whoever has the folder can read"
    " it. It has ids of papers, your marks and your name; no texts but your notes.",
    (
        ("group create ~/Shared/papers --name ada", "begin a group, and be ada in it"),
        ("group join ~/Shared/papers --name bob", "take part"),
        ("group share star tag:reading-list", "let the others see what you star, and one tag"),
        ("list by:ada is:starred", "what ada has starred"),
        ("list by:anyone tag:reading-list", "a list that several keep"),
    ),
    _add_arguments,
    _run_group,
)
