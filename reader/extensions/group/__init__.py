"""`dailypapers group`: share some of your marks with people, through a folder or a server that you all have.

`looking.py` reads the others' statements (`statement.py`) in a folder or on a server (`place.py`) and writes the user's
own; `membership.py` has the key and the names.
"""

from __future__ import annotations

import re
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypedDict

from reader import api
from reader.api import members, places
from reader.extensions.group import membership
from reader.extensions.group.statement import MOST_THINGS, THINGS, is_name, said, thing

if TYPE_CHECKING:
    from reader.extensions.group.looking import Looked
    from reader.extensions.group.place import Place


_ALONE = frozenset({"key", "look", "status", "leave"})
"""Actions that take no names."""


def _add_arguments(parser: ArgumentParser) -> None:
    api.add_actions(parser, ACTIONS, "status")
    about = (
        "for create and join, a folder or postgresql://HOST/DATABASE; for share and stop, any of star, queue, note,"
        " tag, tag:NAME; for forget, a member's name"
    )
    api.suggest(parser.add_argument("things", nargs="*", metavar="PLACE|THING|NAME", help=about), _suggest)
    about = "your name in the group: letters, digits and .-_"
    parser.add_argument("--name", metavar="NAME", help=about)
    parser.add_argument(
        "--force", action="store_true", help="leave even if the place is gone; what you shared stays there"
    )
    about = "join as yourself from another machine: its 'group key' is read from standard input or asked for"
    parser.add_argument("--mine", action="store_true", help=about)
    about = "keep running; with a server, what others share arrives at once"
    parser.add_argument("--watch", action="store_true", help=about)
    parser.add_argument("--undo", action="store_true", help="for forget: restore the member's marks")
    parser.add_argument("--yes", action="store_true", help="for forget: do not ask")
    api.add_quiet(parser, "print only problems")


def _suggest(given: Sequence[str]) -> Sequence[str]:
    return tuple(THINGS) if given[0] in ("share", "stop") else ()


def _run_group(arguments: Namespace, workspace: api.Workspace) -> int:
    if arguments.things and arguments.what in _ALONE:
        raise api.UsageError(f"{arguments.what} takes no names; only 'dailypapers group forget NAME' does.")
    workspace.ensure_cache()
    run, _ = ACTIONS[arguments.what]
    return run(arguments, workspace)


# Begin and end


def _create(arguments: Namespace, workspace: api.Workspace) -> int:
    from reader.extensions.group.looking import create

    place = _place(arguments)
    name = _name(arguments)
    create(workspace.cache_file, place, name)
    return _look_as(arguments, workspace, f"The group of {places.shown_place(place)} is created; you are {name} in it.")


def _join(arguments: Namespace, workspace: api.Workspace) -> int:
    from reader.extensions.group.looking import join

    place = _place(arguments)
    if not arguments.mine:
        name = _name(arguments)
        join(workspace.cache_file, place, name)
        code = _look_as(arguments, workspace, f"You are {name} in the group of {places.shown_place(place)}.")
        mine = membership.expect(workspace.cache_file)
        if beside := membership.name_beside_namesake(mine):
            api.warn(
                f"Somebody else is called {mine.name} there, so others see you as {beside}. If that is you on another "
                "machine: 'dailypapers group leave', then 'group join PLACE --mine'."
            )
        return code
    name, secret = _read_key()
    join(workspace.cache_file, place, name, secret)
    if not workspace.settings.sync:
        api.warn(
            "Sync your machines, or the last one to share decides what others see: 'dailypapers config set sync "
            "PLACE' on each."
        )
    return _look_as(
        arguments, workspace, f"You are {name} in the group of {places.shown_place(place)}, on this machine too."
    )


def _place(arguments: Namespace) -> str:
    what = arguments.what
    if len(arguments.things) != 1:
        raise api.UsageError(f"Name a folder that you share, or a server: dailypapers group {what} DIR --name YOU.")
    return places.shared_place(arguments.things[0], Path())


def _name(arguments: Namespace) -> str:
    if arguments.name is None:
        raise api.UsageError(f"Say who you are: dailypapers group {arguments.what} DIR --name YOU.")
    if not is_name(arguments.name):
        raise api.UsageError("A name has up to 40 letters, digits and .-_, and can't be 'anyone'.")
    return str(arguments.name)


def _print_key(arguments: Namespace, workspace: api.Workspace) -> int:
    mine = membership.expect(workspace.cache_file)
    if api.is_terminal(sys.stdout) and not arguments.json:
        api.warn("Anyone with this line can write in your name: use it only on your own machines.")
    return api.answer(arguments, GroupKey(name=mine.name, secret=mine.secret), f"{mine.name}:{mine.secret}")


def _read_key() -> tuple[str, str]:
    """The name and secret key of another machine, from standard input or typed without echo; raises UsageError."""
    if sys.stdin.isatty():
        line = api.ask("The line that 'dailypapers group key' prints on your other machine: ", is_secret=True)
    else:
        line = sys.stdin.readline(1_000)
    name, _, secret = line.strip().partition(":")
    if not is_name(name) or not re.fullmatch(r"[0-9a-f]{64}", secret):
        raise api.UsageError(
            "This is not a key. Pass on the key of your other machine: ssh OTHER dailypapers group key | dailypapers "
            "group join PLACE --mine"
        )
    return name, secret


def _leave(arguments: Namespace, workspace: api.Workspace) -> int:
    from reader.extensions.group.looking import leave

    is_told = leave(workspace.cache_file, even_if_unheard=arguments.force)
    told = "You have left the group, and you no longer share anything." if is_told else "You have left."
    return api.answer(arguments, Left(left=True, told=is_told), *([] if arguments.quiet else [told]))


def _forget(arguments: Namespace, workspace: api.Workspace) -> int:
    """Forget everything that a member shares, here and on the user's other machines."""
    mine = membership.expect(workspace.cache_file)
    if len(arguments.things) != 1:
        raise api.UsageError("Name one member: dailypapers group forget NAME. 'group status' lists them.")
    named = api.bare(arguments.things[0])
    keys = [key for key, name in mine.names.items() if named.lower() in (name.lower(), key)]
    if len(keys) != 1:
        raise api.NotFound(f"There is no member {api.brief(named)!r}: 'dailypapers group status' lists them.")
    (key,) = keys
    name = mine.names[key]
    if not arguments.undo:
        with workspace.window() as window:
            found = next((one for one in window.read(members.members) if one.public == key), None)
        shared = f"{api.amount(found.marks, 'mark')} on {api.amount(found.papers, 'paper')}" if found else "nothing now"
        if not (arguments.json or (arguments.quiet and arguments.yes)):
            api.print_text(
                f"{name} shares {shared}. Forgetting removes that here, and ignores what {name} shares from now on. "
                f"Nobody is told. 'dailypapers group forget {name} --undo' brings it back."
            )
        if not api.is_confirmed(arguments.yes, f"Forget {name}?"):
            return 0
    with workspace.events() as events:
        events.forget(key, is_forgotten=not arguments.undo)
    return _look_as(arguments, workspace, f"What {name} shares is back." if arguments.undo else f"{name} is forgotten.")


# What is shared


def _share(arguments: Namespace, workspace: api.Workspace) -> int:
    mine = membership.expect(workspace.cache_file)
    if not arguments.things:
        told = f"You share {said(mine.shares)}. You can share {', '.join(THINGS)} and tag:NAME."
        return api.answer(arguments, Shares(shares=list(mine.shares)), told)
    return _choose(arguments, workspace, dict.fromkeys((*mine.shares, *_things(arguments.things))))


def _stop(arguments: Namespace, workspace: api.Workspace) -> int:
    mine = membership.expect(workspace.cache_file)
    ended = _things(arguments.things) if arguments.things else mine.shares
    kept = dict.fromkeys(one for one in mine.shares if one not in ended)
    return _choose(arguments, workspace, kept)


def _choose(arguments: Namespace, workspace: api.Workspace, shares: Mapping[str, None]) -> int:
    from reader.extensions.group.looking import change_shares

    if len(shares) > MOST_THINGS:
        raise api.UsageError(f"You can share at most {MOST_THINGS} things: 'tag' shares all tags.")
    change_shares(workspace.cache_file, shares)
    try:
        return _look_as(arguments, workspace, f"You share {said(shares)}.")
    except api.ReaderError as error:
        kept = "Your choice is kept; the next successful update tells the others."
        raise type(error)(f"{error} {kept}") from error


def _things(words: Sequence[str]) -> tuple[str, ...]:
    found = []
    for word in map(api.bare, words):
        one = thing(word)
        if one is None:
            meant = api.nearest(word, THINGS)
            advice = f"Did you mean {meant}?" if meant else f"There are {', '.join(THINGS)} and tag:NAME."
            raise api.UsageError(f"{api.brief(word)!r} can't be shared. {advice}")
        found.append(one)
    return tuple(found)


# Looking


def _look(arguments: Namespace, workspace: api.Workspace) -> int:
    if arguments.quiet and membership.load(workspace.cache_file) is None:
        return 0
    mine = membership.expect(workspace.cache_file)
    return _watch(arguments, workspace, mine) if arguments.watch else _look_as(arguments, workspace, "")


def _watch(arguments: Namespace, workspace: api.Workspace, mine: membership.Membership) -> int:
    """Look after each change, here or there, until the program is stopped or the membership ends."""
    from reader.extensions.group.place import open_place

    with workspace.events() as events, open_place(mine.place) as place:
        for _ in places.looks(events, place.server, place.channel, lambda: mine.slot):
            now = membership.load(workspace.cache_file)
            if now is None or (now.group, now.place) != (mine.group, mine.place):
                break
            mine.machine = now.machine
            _look_as(arguments, workspace, "", place)
            sys.stdout.flush()
            workspace.write_exports()
    return 0


def _look_as(arguments: Namespace, workspace: api.Workspace, done: str, place: Place | None = None) -> int:
    """Look at the group's place, which may be open, and print the earlier and new results."""
    from reader.extensions.group.looking import look

    looked = look(workspace.cache_file, place=place)
    workspace.has_changed = bool(looked.came or looked.went or looked.left)
    if place is not None and not (looked.troubles or _sentences(looked)):
        return 0
    if arguments.json:
        from dataclasses import asdict

        return api.answer(arguments, asdict(looked))
    for trouble in looked.troubles:
        api.warn(api.clean(trouble))
    if not arguments.quiet:
        for line in filter(None, (done, *_sentences(looked))):
            api.print_text(line)
        if not done and not any(_sentences(looked)):
            api.print_line("Nothing new in the group.")
    return 0


def _sentences(looked: Looked) -> list[str]:
    came = [f"{api.amount(count, 'mark')} of {name}" for name, count in looked.came.items()]
    return [
        *(["You left the group on another machine, so this one left it too."] if looked.has_ended else []),
        *(f"{name} is in the group{_told_apart(name)}." for name in looked.joined),
        *(f"{former} is called {name} now." for former, name in looked.renamed.items()),
        *(f"{name} has left." for name in looked.left),
        *([f"New: {', '.join(came)}."] if came else []),
        *(f"{name} took back {api.amount(count, 'mark')}." for name, count in looked.went.items()),
    ]


def _told_apart(name: str) -> str:
    """The meaning of a name with part of its key: its member shares the name with another, maybe the user."""
    called, plus, _ = name.partition("+")
    return f"; someone else is also called {called}, and this name tells them apart" if plus else ""


def print_status(arguments: Namespace, workspace: api.Workspace) -> int:
    """Print where the group is, who the user is in it, and what the others share."""
    from reader.extensions.group.statement import public_key

    mine = membership.load(workspace.cache_file)
    if mine is None:
        if arguments.json:
            us = dict.fromkeys(("place", "name", "key"))
            return api.answer(arguments, us | {"shares": [], "members": [], "forgotten": []})
        api.print_text(membership.IN_NONE)
        return 0
    key = public_key(mine.secret)
    place = places.shown_place(mine.place)
    with workspace.window() as window:
        others = window.read(members.members)
        out = window.read(api.forgotten)
    gone_names = sorted(mine.names[key] for key in out if key in mine.names)
    if arguments.json:
        us = {"place": place, "name": mine.name, "key": key}
        people = {"members": [one._asdict() for one in others], "forgotten": gone_names}
        return api.answer(arguments, {**us, "shares": list(mine.shares), **people})
    gone = "" if places.is_server(mine.place) or Path(mine.place).is_dir() else " The folder is missing now."
    api.print_text(f"{place}: you are {mine.name}, key {_short(key)}, and share {said(mine.shares)}.{gone}")
    if not others and not gone_names:
        api.print_text("Nobody else is in the group yet.")
    api.print_rows([_row(one) for one in others])
    for name in gone_names:
        api.print_text(f"{name} is forgotten: 'dailypapers group forget {name} --undo' brings back what {name} shares.")
    return 0


def _row(one: members.Member) -> tuple[str, ...]:
    return (
        *(one.name, f"key {_short(one.public)}", api.amount(one.papers, "paper")),
        f"{datetime.fromisoformat(one.seen).astimezone():%Y-%m-%d %H:%M}",
        f"shares {one.shares}{f', {one.missing:,} not here' if one.missing else ''}",
    )


Action = Callable[[Namespace, api.Workspace], int]

ACTIONS: Mapping[str, tuple[Action, str]] = MappingProxyType(
    {
        "create": (_create, "create a group in a folder or on a server, under a name"),
        "join": (_join, "join the group of a folder or server"),
        "key": (_print_key, "print the key with which your other machines join as you"),
        "share": (_share, "let the others see star, queue, note, tag or tag:NAME"),
        "stop": (_stop, "stop sharing it; without a name, stop sharing everything"),
        "look": (_look, "fetch what others share now; the reader does so automatically"),
        "status": (print_status, "list the members and what each shares"),
        "forget": (_forget, "remove everything that a member shares, on your machines only; --undo brings it back"),
        "leave": (_leave, "stop sharing everything, and leave the group"),
    }
)


GroupKey = TypedDict("GroupKey", {"name": str, "secret": str})
Left = TypedDict("Left", {"left": bool, "told": bool})
Shares = TypedDict("Shares", {"shares": list[str]})


def _looked() -> Any:
    from reader.extensions.group.looking import Looked

    return api.extended("Looked", Looked)


def _status() -> Any:

    fields = {"place": str | None, "name": str | None, "key": str | None, "shares": list[str]}
    people = {"members": list[api.extended("Member", members.Member)], "forgotten": list[str]}  # type: ignore[misc]
    return TypedDict("Group", fields | people)  # type: ignore[operator]


GROUP = api.Command(
    "group",
    "Share what you star, queue, tag or note with other people, through a common folder or a PostgreSQL server. At "
    "first you share nothing. What you share is signed with your key, so nobody can write in your name; anyone with "
    "the folder can read it. It has ids of papers, your marks and your name, and no texts but your notes.",
    (),
    _add_arguments,
    _run_group,
    {"status": _status, "key": GroupKey, "leave": Left, "share": Shares, "": _looked},
)


def _short(key: str) -> str:
    """A key in a form for comparing it, such as by telephone."""
    return f"{key[:4]}-{key[4:8]}-{key[8:12]}"


def _examine(workspace: api.Workspace) -> Iterator[api.Finding]:
    try:
        mine = membership.load(workspace.cache_file)
    except api.ReaderError as error:
        yield api.Finding("Sharing", "group", "unreadable", str(error))
        return
    if mine is not None:
        is_there = places.is_server(mine.place) or Path(mine.place).is_dir()
        yield api.Finding(
            "Sharing", "group", f"{mine.name} in {places.shown_place(mine.place)}", "" if is_there else places.NOT_THERE
        )


EXTENSION = api.Extension(name="group", api=1, commands=(GROUP,), findings=(_examine,))
