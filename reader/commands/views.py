"""`dailypapers views`: standing queries, of which those that are shown are the views."""

from __future__ import annotations

import shlex
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from reader.commands import standing
from reader.commands.command import Command, add_actions, expect_names, suggest
from reader.commands.output import answer, print_rows, warn
from reader.commands.settings_file import set_value
from reader.commands.workspace import Workspace, parsed, selection
from reader.core.errors import ReaderError, UsageError
from reader.core.nearest import advice
from reader.core.settings import standing as types
from reader.core.settings.standing import Standing
from reader.core.settings.types import NAME, InvalidValue, SavedView, as_toml
from reader.core.text import clean
from reader.core.views import IDS, current_id
from reader.log.standing import agree

if TYPE_CHECKING:
    from reader.cache.reads.window import Window

KEYED = 9


def _add_arguments(parser: ArgumentParser) -> None:
    add_actions(parser, ACTIONS, "list")
    suggest(
        parser.add_argument("name", nargs="?", metavar="NAME", help="the view's name; in quotes if it has spaces"),
        _suggest,
    )
    about = "for add and save, the query; for rename, the new name; for move, its place, from 1"
    parser.add_argument("rest", nargs="*", metavar="QUERY", help=about)
    about = "what is done with its papers: show (the default), mute, notify, run, write, hide, star, queue, tag:NAME"
    parser.add_argument("--then", type=_deeds, metavar="DEEDS", help=f"for add and list, {about}")
    parser.add_argument(
        "--run", metavar="PROGRAM", help="for --then run, a program or the name of one of your commands"
    )
    parser.add_argument("--file", metavar="FILE", help="for --then write, the file that is kept up to date")
    parser.add_argument("--format", metavar="FORMAT", help="for --then write, its format, if its ending names none")


def _deeds(text: str) -> tuple[str, ...]:
    try:
        found: Any = types.DEEDS.check(text.split(","))
    except InvalidValue as error:
        raise ArgumentTypeError(f"{text!r} {error}") from error
    return tuple(found)


def _suggest(given: Sequence[str]) -> Sequence[str]:
    if given[0] in ("hide", "unhide"):
        return IDS
    return [one.name for one in Workspace().settings.views] if given[0] not in ("list", "add", "edit") else ()


def _run_views(arguments: Namespace, workspace: Workspace) -> int:
    run, _ = ACTIONS[arguments.what]
    given = [arguments.name, *arguments.rest] if arguments.name is not None else []
    expect_names("views", arguments.what, given, USAGES)
    workspace.catch_up()
    if arguments.what == "list":
        return _print_views(arguments, workspace)
    said, *facts = run(workspace, arguments, arguments.name, list(arguments.rest))
    return answer(arguments, {"view": facts[0] if facts else arguments.name, "did": arguments.what}, said)


def _print_views(arguments: Namespace, workspace: Workspace) -> int:
    """Print the saved views with their numbers of papers, in the reader's order."""
    word = (arguments.then or (types.SHOW,))[0]
    warn_of_waiting(workspace)
    found = [SavedView(one.name, one.query) for one in standing.every(workspace) if word in one.then]
    with workspace.window() as window:
        numbers = [_numbers(window, view) for view in found]
    if arguments.json or not found:
        records = [
            asdict(view) | {"key": _key(place) or None, "unread": unread, "papers": count}
            for place, (view, (unread, count)) in enumerate(zip(found, numbers, strict=True), 1)
        ]
        said = "You have no views yet. 'dailypapers views add NAME QUERY' saves a query."
        return answer(arguments, records, said)
    rows = [
        (
            _key(place) if word == types.SHOW else "",
            view.name,
            "-" if unread is None else f"{unread:,}/{count:,}",
            view.query,
        )
        for place, (view, (unread, count)) in enumerate(zip(found, numbers, strict=True), 1)
    ]
    print_rows([tuple(map(clean, row)) for row in rows], right={2})
    return 0


def _numbers(window: Window, view: SavedView) -> tuple[int, int] | tuple[None, None]:
    """The view's numbers of unread and all papers; Nones, with a warning, if its query is no longer valid."""
    try:
        unread, count = (window.count(selection(window, parsed(view.query, also=also))) for also in ("is:unread", ""))
    except UsageError as error:
        warn(f"{clean(view.name)}: {error}")
        return None, None
    return unread, count


def _key(place: int) -> str:
    return f"g{place}" if place <= KEYED else ""


# Changes: each returns a message and the name


def _add(workspace: Workspace, arguments: Namespace, name: str, words: list[str]) -> tuple[str, ...]:
    if standing.has(workspace, name):
        raise ReaderError(f"There is already a view {name!r}. 'views save' gives it another query.")
    return _save(workspace, arguments, name, words)


def _save(workspace: Workspace, arguments: Namespace, name: str, words: list[str]) -> tuple[str, ...]:
    query = " ".join(words).strip()
    if not query:
        raise UsageError("A view needs a query: dailypapers views add NAME QUERY.")
    with workspace.window() as window:
        # An unknown topic or view is a typing error that would never match.
        selection(window, parsed(query))
    then = arguments.then or (types.SHOW,)
    if standing.has(workspace, name):
        known = standing.change(workspace, standing.find(workspace, name), query=query)
        return (f"{known.name} is now: {query}", known.name)
    more = {key: value for key in ("run", "file", "format") if (value := getattr(arguments, key))}
    place = len(workspace.settings.views) + 1
    standing.add(workspace, name, query, then, **more)
    key = f"; its key in the reader is {_key(place)}" if types.SHOW in then and _key(place) else ""
    return (f"{name} is saved{key}.", name)


def _remove(workspace: Workspace, arguments: Namespace, name: str, words: list[str]) -> tuple[str, ...]:
    known = standing.find(workspace, name, word=None)
    standing.stop(workspace, known, (types.SHOW,) if types.SHOW in known.then else known.then)
    return (f"{known.name} is removed. It was: {known.query}", known.name)


def _rename(workspace: Workspace, arguments: Namespace, name: str, words: list[str]) -> tuple[str, ...]:
    known, new = standing.find(workspace, name), words[0]
    try:
        NAME.check(new)
    except InvalidValue as unfit:
        raise UsageError(f"The name of a view {unfit}.") from unfit
    if new.casefold() != known.name.casefold() and standing.has(workspace, new):
        raise ReaderError(f"There is already a view {new!r}.")
    standing.change(workspace, known, name=new)
    return (f"{known.name} is now {new}.", new)


def _move(workspace: Workspace, arguments: Namespace, name: str, words: list[str]) -> tuple[str, ...]:
    known, count = standing.find(workspace, name), len(workspace.settings.views)
    if not words[0].isdecimal() or not 1 <= int(words[0]) <= count:
        raise UsageError(f"The place is a number from 1 to {count}.")
    standing.move(workspace, name, int(words[0]) - 1)
    return (f"{known.name} is in place {words[0]}.", known.name)


def _allow(workspace: Workspace, arguments: Namespace, name: str, words: list[str]) -> tuple[str, ...]:
    known = standing.find(workspace, name, word=None)
    agree(workspace.cache_file, [known])
    return (f"{known.name} may now {_effect(known)} on this machine.", known.name)


def _edit(workspace: Workspace, arguments: Namespace, name: str, words: list[str]) -> tuple[str, ...]:
    before = {one.name for one in standing.every(workspace)}
    changed = [one.name for one in standing.edit(workspace)]
    now = {one.name for one in standing.every(Workspace(cache_file=workspace.cache_file))}
    gone = sorted(before - now)
    said = [f"Saved: {', '.join(map(clean, changed))}."] if changed else []
    said += [f"Removed: {', '.join(map(clean, gone))}."] if gone else []
    return (" ".join(said) or "Nothing was changed.", "")


def _effect(one: Standing) -> str:
    """What a query does on the machine, in words."""
    ran = f"run {one.run if isinstance(one.run, str) else shlex.join(one.run)}" if one.run else ""
    return clean(" and ".join(filter(None, (ran, f"write {one.file}" if one.file else ""))) or "take effect")


def warn_of_waiting(workspace: Workspace) -> None:
    """Name the queries of other machines that wait for the user's agreement."""
    for one in workspace.loaded.waiting:
        name = clean(one.name)
        allow = f"dailypapers views allow {shlex.quote(name)}"
        warn(f"{name} comes from another machine and would {_effect(one)}. To let it: {allow}")


def _set_hidden(
    workspace: Workspace, arguments: Namespace, name: str, words: list[str], *, is_hidden: bool
) -> tuple[str, ...]:
    name = current_id(name.casefold())
    if name not in IDS:
        meant = advice(name, IDS, f"You can hide {', '.join(IDS)}.")
        raise UsageError(f"{name!r} is not a built-in view. {meant}")
    kept = [one for one in workspace.settings.hidden_views if one != name]
    set_value(workspace, "hidden_views", [as_toml([*kept, name] if is_hidden else kept)])
    return (f"{name} is {'hidden' if is_hidden else 'listed again'}.", name)


Run = Callable[[Workspace, Namespace, str, list[str]], tuple[str, ...]]

ACTIONS: Mapping[str, tuple[Run, str]] = MappingProxyType(
    {
        "list": (_add, "print your views with numbers of unread and all papers; g1 to g9 show the first nine"),
        "add": (_add, "give a query a name"),
        "save": (_save, "the same, but replace a view of that name"),
        "remove": (_remove, "remove a view; no paper changes"),
        "rename": (_rename, "give a view another name"),
        "move": (_move, "move a view to another place in the list"),
        "edit": (
            _edit,
            "open all standing queries in $VISUAL or $EDITOR: views, rules, muted words, notices, programs, files",
        ),
        "allow": (_allow, "let a query of another machine run its program or write its file on this one"),
        "hide": (partial(_set_hidden, is_hidden=True), f"stop listing one of {', '.join(IDS)}"),
        "unhide": (partial(_set_hidden, is_hidden=False), "list it again"),
    }
)

USAGES = {
    **dict.fromkeys(("add", "save"), "NAME QUERY..."),
    **dict.fromkeys(("remove", "allow", "hide", "unhide"), "NAME"),
    "rename": "NAME NEW",
    "move": "NAME PLACE",
}


COMMAND = Command(
    "views",
    "Save queries as views, which the filter pane lists and g1 to g9 show.",
    (),
    _add_arguments,
    _run_views,
    {"list": "array: name, query, key, unread, papers", "": "view, did"},
)
