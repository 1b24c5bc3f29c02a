"""Decorators by which the objects of a feature say when the shell calls them, and what it finds of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple, TypeVar

from reader.keys.actions import Context

Handler = Callable[[int | None], object]
"""Runs an action; gets the count typed before its key, or None."""

Method = TypeVar("Method", bound=Callable[..., object])

Parts = Callable[[Any], object]
"""Returns the parts of the state on which something depends."""

_ROLES = "_roles"


class Handles(NamedTuple):
    """The method runs actions; with a `context` only there, in place of the one that runs them elsewhere."""

    ids: tuple[str, ...]
    context: Context | None = None


class Follows(NamedTuple):
    """The method gets the state whenever its `parts` change, and once at the start if `now`."""

    parts: Parts
    now: bool


class HandlesEach(NamedTuple):
    """The method runs several actions, and gets the value of the one that it runs."""

    values: Mapping[str, Any]
    """By the ids of the actions."""
    context: Context | None = None


class HandlesOwn(NamedTuple):
    """The method returns handlers by the ids of actions that come from the settings."""


class Answers(NamedTuple):
    """The method gets messages of a kind that a widget sends, such as of a click."""

    message: type


class TakesText(NamedTuple):
    """The method gets each key (its name and character) in a context; it returns whether it took it as text."""

    context: Context


class TakesLine(NamedTuple):
    """The method gets what is typed behind the word of an action on the command line."""

    action: str


class Offers(NamedTuple):
    """The method returns commands for the palette."""


class Begins(NamedTuple):
    """The method is called once the list is there and keys act."""


class Ends(NamedTuple):
    """The method is called as the reader ends."""


Moment = Literal["escape", "back", "last"]


class Stops(NamedTuple):
    """The method stops or closes something, and returns whether there was anything."""

    at: Moment


def _mark(role: NamedTuple) -> Callable[[Method], Method]:
    def mark(method: Method) -> Method:
        setattr(method, _ROLES, (*getattr(method, _ROLES, ()), role))
        return method

    return mark


def handles(*action_ids: str, context: Context | None = None) -> Callable[[Method], Method]:
    """Make a method the handler of these actions; with `context` only there."""
    return _mark(Handles(action_ids, context))


def handles_each(values: Mapping[str, Any], context: Context | None = None) -> Callable[[Method], Method]:
    """Make a method the handler of several actions; it gets the count, and the value of the action."""
    return _mark(HandlesEach(values, context))


def handles_own(method: Method) -> Method:
    """Let a method return handlers of actions that come from the settings."""
    return _mark(HandlesOwn())(method)


def follows(parts: Parts, *, now: bool = False) -> Callable[[Method], Method]:
    """Call a method with the state whenever its parts change."""
    return _mark(Follows(parts, now))


def answers(message: type) -> Callable[[Method], Method]:
    """Call a method with the messages of a widget."""
    return _mark(Answers(message))


def takes_text(context: Context) -> Callable[[Method], Method]:
    """Let a method take keys as text in a context."""
    return _mark(TakesText(context))


def takes_line(action: str) -> Callable[[Method], Method]:
    """Let a method take what is typed behind the word of an action."""
    return _mark(TakesLine(action))


def begins(method: Method) -> Method:
    """Call a method once the list is there and keys act."""
    return _mark(Begins())(method)


def ends(method: Method) -> Method:
    """Call a method as the reader ends."""
    return _mark(Ends())(method)


def offers(method: Method) -> Method:
    """Let a method give commands to the palette."""
    return _mark(Offers())(method)


def stops(at: Moment) -> Callable[[Method], Method]:
    """Let a method stop something when the user steps back, until one of these has done something.

    First, those at `escape`, by that key alone, then those at `back`; then screens and panes in front close, and lists
    are left; those at `last` again by escape alone.
    """
    return _mark(Stops(at))


Role = TypeVar("Role", bound=NamedTuple)


def find(role: type[Role], objects: Iterable[object]) -> Iterator[tuple[Role, Callable[..., Any]]]:
    """The methods of these objects that have a role, inherited ones too, in order."""
    for one in objects:
        methods = {name: method for kind in reversed(type(one).__mro__) for name, method in vars(kind).items()}
        for name, method in methods.items():
            for found in getattr(method, _ROLES, ()):
                if isinstance(found, role):
                    yield found, getattr(one, name)


def handlers_of(objects: Sequence[object], context: Callable[[], Context]) -> Mapping[str, Handler]:
    """The handlers of these objects, by the id of the action; `context` returns where a key acts."""
    general: dict[str, Handler] = {id: one for _, own in find(HandlesOwn, objects) for id, one in own().items()}
    special: dict[str, dict[Context, Handler]] = {}
    found = [(id, role.context, method) for role, method in find(Handles, objects) for id in role.ids]
    for role, method in find(HandlesEach, objects):
        found += ((id, role.context, _with_value(method, value)) for id, value in role.values.items())
    for id, where, method in found:
        if where is None:
            general[id] = method
        else:
            special.setdefault(id, {})[where] = method
    return general | {id: _by_context(general.get(id), by, context) for id, by in special.items()}


def _with_value(method: Callable[[int | None, Any], object], value: object) -> Handler:
    return lambda count: method(count, value)


def _by_context(general: Handler | None, special: Mapping[Context, Handler], context: Callable[[], Context]) -> Handler:
    def handle(count: int | None) -> object:
        handler = special.get(context(), general)
        return handler and handler(count)

    return handle
