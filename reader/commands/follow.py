"""`dailypapers follow`: authors, organizations, venues, topics and words to follow."""

from __future__ import annotations

import shlex
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from functools import partial
from typing import Any

from reader.cache.follows import FollowCount, follow_counts, follow_rows, follows
from reader.cache.reads.vocabulary import vocabulary
from reader.commands.command import Command, add_words, expect_names, suggest
from reader.commands.output import answer, print_rows, warn
from reader.commands.workspace import Workspace, check_names, parsed
from reader.core.errors import NotFound, UsageError
from reader.core.follows import FIELDS, Follow, name_slug, parse_follow
from reader.core.nearest import advice, distance, nearest
from reader.core.text import amount, brief, clean


def _add_arguments(parser: ArgumentParser) -> None:
    add_words(parser, "what", "ACTION", ACTIONS, default="list")
    about = "such as author:'Kaiming He', org:NVIDIA, venue:ICLR, topic:agents or 'world model'"
    suggest(parser.add_argument("names", nargs="*", metavar="NAME", help=about), _suggest)
    parser.add_argument("--notify", action="store_true", help="for add: notify you of new papers, as the settings say")


def _suggest(given: Sequence[str]) -> Sequence[str]:
    if given[0] in ("list", "add"):
        return ()
    return [f"{one.field}:{one.slug}" for one in _known(Workspace())]


def _run_follow(arguments: Namespace, workspace: Workspace) -> int:
    what, names = arguments.what, arguments.names
    expect_names("follow", what, names, USAGES)
    if arguments.notify and what != "add":
        raise UsageError("--notify belongs to 'follow add'. 'follow notify NAME' is for what you already follow.")
    if what == "list":
        return _print_follows(arguments, workspace)
    changes = _added(workspace, names, notify=arguments.notify) if what == "add" else _chosen(workspace, names)
    if what in ("notify", "quiet"):
        notify = what == "notify"
        changes = [one._replace(notify=notify) for one in changes if one.notify is not notify]
    with workspace.events() as events:
        events.decide(events.read(partial(follow_rows, changes=[(one, what != "remove") for one in changes])))
    return _print_changes(arguments, workspace, changes)


# Changes


def _added(workspace: Workspace, names: Sequence[str], *, notify: bool) -> list[Follow]:
    """New follows from names; raises UsageError before anything is stored."""
    wanted = [_parsed(name)._replace(notify=notify) for name in names]
    known = {one.key: one for one in _known(workspace)}
    with workspace.window() as window:
        for one in wanted:
            if one.field == "topic":
                check_names(window, parsed(f"topic:{one.name}"))
    changes = {}
    for one in wanted:
        if one.key not in known or (notify and not known[one.key].notify):
            changes[one.key] = one
        else:
            warn(f"{one.name} is already followed.")
    return list(changes.values())


def _parsed(name: str) -> Follow:
    try:
        return parse_follow(name)
    except ValueError as error:
        raise UsageError(f"{brief(name)!r} {error}.") from error


def _chosen(workspace: Workspace, names: Sequence[str]) -> list[Follow]:
    """The follows of some names; raises NotFound for an unknown one, UsageError for an ambiguous one."""
    known = _known(workspace)
    chosen = {}
    for name in names:
        slug = name_slug(name)
        found = [one for one in known if slug in (one.slug, f"{one.field}:{one.slug}")]
        if not found:
            meant = advice(slug, [one.slug for one in known], "'dailypapers follow list' prints what you follow.")
            raise NotFound(f"{brief(name)} is not followed. {meant}")
        if len(found) > 1:
            raise UsageError(f"{name} is {' and '.join(f'{one.field}:{one.slug}' for one in found)}. Name one of them.")
        chosen[found[0].key] = found[0]
    return list(chosen.values())


def _known(workspace: Workspace) -> list[Follow]:
    with workspace.window() as window:
        return window.read(follows)


# Output


def _counts(workspace: Workspace) -> tuple[FollowCount, ...]:
    with workspace.window() as window:
        return window.read(follow_counts)


def _print_changes(arguments: Namespace, workspace: Workspace, changes: Sequence[Follow]) -> int:
    what = arguments.what
    if what == "remove":
        names = ", ".join(one.name for one in changes)
        said = f"No longer followed: {names}. 'dailypapers undo' takes it back."
        return answer(arguments, {"removed": [_named(one) for one in changes]}, said)
    kinds = {one.key for one in changes}
    counts = [one for one in _counts(workspace) if one.follow.key in kinds]
    lines = [] if counts else ["Nothing to change."]
    for one in () if arguments.json else counts:
        told = "; you are notified of new ones" if one.follow.notify else ""
        if not one.papers and what == "add" and (meant := _meant(workspace, one.follow)):
            told += f". Did you mean {meant}? 'dailypapers undo' takes it back"
        lines.append(f"{one.follow.name}: {_in_words(one)}{told}. Its query is {one.follow.query}")
    return answer(arguments, list(map(_record, counts)), *lines)


def _meant(workspace: Workspace, follow: Follow) -> str | None:
    """The most likely intended name for one without papers, among those with several papers."""
    if follow.field not in ("author", "org", "venue"):
        return None
    with workspace.window() as window:
        known = {name_slug(name): name for name in window.read(vocabulary)[follow.field]}
    # A family name alone follows nobody.
    family = (one for one in known if one.endswith(f"-{follow.slug}"))
    meant = next(family, None) or nearest(follow.slug, known)
    # Names of people resemble each other: more than two slips mean another name.
    if meant is None or not (follow.slug in meant or distance(follow.slug, meant, 2) <= 2):
        return None
    return f"{follow.field}:{shlex.quote(clean(known[meant]))}"


def _in_words(one: FollowCount) -> str:
    if not one.papers:
        return "no papers here yet"
    perhaps = f", {one.perhaps:,} of them possibly by someone else" if one.perhaps else ""
    return f"{amount(one.papers, 'paper')}{perhaps}"


def _print_follows(arguments: Namespace, workspace: Workspace) -> int:
    counts = _counts(workspace)
    if arguments.json or not counts:
        said = "You follow nothing yet: try 'dailypapers follow add author:NAME', or press w on a paper."
        return answer(arguments, [_record(one) for one in counts], said)
    rows = [
        (
            FIELDS[one.follow.field],
            f"{one.unread:,}/{one.papers:,}",
            clean(one.follow.name),
            one.follow.query,
            f"{one.perhaps:,} perhaps" if one.perhaps else "",
            "notify" if one.follow.notify else "",
        )
        for one in counts
    ]
    print_rows(rows, right={1})
    return 0


def _named(one: Follow) -> dict[str, Any]:
    return {"field": one.field, "name": one.name, "query": one.query}


def _record(one: FollowCount) -> dict[str, object]:
    numbers = {"papers": one.papers, "unread": one.unread, "perhaps": one.perhaps}
    return {**_named(one.follow), "notify": one.follow.notify, **numbers}


ACTIONS = {
    "list": "print what you follow, with numbers of unread and all papers",
    "add": "follow an author, organization, venue, topic or word",
    "remove": "stop following it; no paper changes",
    "notify": "notify you of its new papers",
    "quiet": "stop notifying you",
}

USAGES = {"add": "author:NAME...", **dict.fromkeys(("remove", "notify", "quiet"), "NAME...")}

_FOLLOWS = "array: field, name, query, notify, papers, unread, perhaps"

COMMAND = Command(
    "follow",
    "Follow authors, organizations, venues, topics and words: their papers get a sign in the list and a view.",
    (),
    _add_arguments,
    _run_follow,
    {"list": _FOLLOWS, "": _FOLLOWS, "remove": "removed (field, name, query)"},
)
