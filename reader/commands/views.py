"""`dailypapers views`: named queries, in the settings file."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from reader.commands.command import Command, add_actions, expect_names, suggest
from reader.commands.output import answer, print_rows, warn
from reader.commands.settings_file import set_tables, set_value
from reader.commands.workspace import Workspace, parsed, selection
from reader.core.errors import NotFound, ReaderError, UsageError
from reader.core.nearest import advice
from reader.core.settings.tables import SavedView
from reader.core.settings.types import NAME, InvalidValue, as_toml
from reader.core.text import brief, clean
from reader.core.views import IDS, current_id

if TYPE_CHECKING:
    from reader.cache.reads.window import Window

TABLE = "views"

KEYED = 9


def _add_arguments(parser: ArgumentParser) -> None:
    add_actions(parser, ACTIONS, "list")
    suggest(
        parser.add_argument("name", nargs="?", metavar="NAME", help="the view's name; in quotes if it has spaces"),
        _suggest,
    )
    about = "for add and save, the query; for rename, the new name; for move, its place, from 1"
    parser.add_argument("rest", nargs="*", metavar="QUERY", help=about)


def _suggest(given: Sequence[str]) -> Sequence[str]:
    if given[0] in ("hide", "unhide"):
        return IDS
    return [one.name for one in Workspace().settings.views] if given[0] not in ("list", "add") else ()


def _run_views(arguments: Namespace, workspace: Workspace) -> int:
    run, _ = ACTIONS[arguments.what]
    given = [arguments.name, *arguments.rest] if arguments.name is not None else []
    expect_names("views", arguments.what, given, USAGES)
    workspace.catch_up()
    if arguments.what == "list":
        return _print_views(arguments, workspace)
    said, *facts = run(workspace, arguments.name, list(arguments.rest))
    return answer(arguments, {"view": facts[0] if facts else arguments.name, "did": arguments.what}, said)


def _print_views(arguments: Namespace, workspace: Workspace) -> int:
    """Print the saved views with their numbers of papers, in the reader's order."""
    found = workspace.settings.views
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
        (_key(place), view.name, "-" if unread is None else f"{unread:,}/{count:,}", view.query)
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


# Changes: each returns a message


def _add(workspace: Workspace, name: str, words: list[str]) -> tuple[str, ...]:
    if _index(workspace, name) is not None:
        raise ReaderError(f"There is already a view {name!r}. 'views save' gives it another query.")
    return _save(workspace, name, words)


def _save(workspace: Workspace, name: str, words: list[str]) -> tuple[str, ...]:
    query = " ".join(words).strip()
    if not query:
        raise UsageError("A view needs a query: dailypapers views add NAME QUERY.")
    with workspace.window() as window:
        # An unknown topic or view is a typing error that would never match.
        selection(window, parsed(query))
    index = _index(workspace, name)
    if index is not None:
        name = workspace.settings.views[index].name
        _change(workspace, lambda views: views[index][1].update(query=query))
        return (f"{name} is now: {query}", name)
    values = asdict(SavedView(_checked(name), query))
    _change(workspace, lambda views: views.append((None, values)))
    place = len(workspace.settings.views) + 1
    key = f"; its key in the reader is {_key(place)}" if _key(place) else ""
    return (f"{name} is saved{key}.", name)


def _remove(workspace: Workspace, name: str, words: list[str]) -> tuple[str, ...]:
    index, view = _find(workspace, name)
    _change(workspace, lambda views: views.pop(index))
    return (f"{view.name} is removed. It was: {view.query}", view.name)


def _rename(workspace: Workspace, name: str, words: list[str]) -> tuple[str, ...]:
    index, view = _find(workspace, name)
    new = _checked(words[0])
    if _index(workspace, new) not in (None, index):
        raise ReaderError(f"There is already a view {new!r}.")
    _change(workspace, lambda views: views[index][1].update(name=new))
    return (f"{view.name} is now {new}.", new)


def _move(workspace: Workspace, name: str, words: list[str]) -> tuple[str, ...]:
    index, view = _find(workspace, name)
    count = len(workspace.settings.views)
    if not words[0].isdecimal() or not 1 <= int(words[0]) <= count:
        raise UsageError(f"The place is a number from 1 to {count}.")
    to = int(words[0]) - 1
    if to != index:
        _change(workspace, lambda views: views.insert(to, views.pop(index)))
    return (f"{view.name} is in place {to + 1}.", view.name)


def _set_hidden(workspace: Workspace, name: str, words: list[str], *, is_hidden: bool) -> tuple[str, ...]:
    name = current_id(name.casefold())
    if name not in IDS:
        meant = advice(name, IDS, f"You can hide {', '.join(IDS)}.")
        raise UsageError(f"{name!r} is not a built-in view. {meant}")
    kept = [one for one in workspace.settings.hidden_views if one != name]
    set_value(workspace, "hidden_views", [as_toml([*kept, name] if is_hidden else kept)])
    return (f"{name} is {'hidden' if is_hidden else 'listed again'}.", name)


Views = list[tuple[int | None, dict[str, Any]]]
"""The views with their indexes in the file; None for new ones."""


def _change(workspace: Workspace, change: Callable[[Views], object]) -> None:
    views: Views = [(index, asdict(one)) for index, one in enumerate(workspace.settings.views)]
    change(views)
    set_tables(workspace, TABLE, views)


def _index(workspace: Workspace, name: str) -> int | None:
    names = [one.name.casefold() for one in workspace.settings.views]
    return names.index(name.casefold()) if name.casefold() in names else None


def _find(workspace: Workspace, name: str) -> tuple[int, SavedView]:
    index = _index(workspace, name)
    if index is not None:
        return index, workspace.settings.views[index]
    meant = advice(name, [one.name for one in workspace.settings.views], "'dailypapers views list' prints yours.")
    raise NotFound(f"There is no view {brief(name)!r}. {meant}")


def _checked(name: str) -> str:
    try:
        NAME.check(name)
    except InvalidValue as unfit:
        raise UsageError(f"The name of a view {unfit}.") from unfit
    return name


Run = Callable[[Workspace, str, list[str]], tuple[str, ...]]

ACTIONS: Mapping[str, tuple[Run, str]] = MappingProxyType(
    {
        "list": (_add, "print your views with numbers of unread and all papers; g1 to g9 show the first nine"),
        "add": (_add, "give a query a name"),
        "save": (_save, "the same, but replace a view of that name"),
        "remove": (_remove, "remove a view; no paper changes"),
        "rename": (_rename, "give a view another name"),
        "move": (_move, "move a view to another place in the list"),
        "hide": (partial(_set_hidden, is_hidden=True), f"stop listing one of {', '.join(IDS)}"),
        "unhide": (partial(_set_hidden, is_hidden=False), "list it again"),
    }
)

USAGES = {
    **dict.fromkeys(("add", "save"), "NAME QUERY..."),
    **dict.fromkeys(("remove", "hide", "unhide"), "NAME"),
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
