"""Decorators that say when the shell calls a feature's methods."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, TypeVar

from reader.keys.actions import Context

Handler = Callable[[int | None], object]
"""Runs an action; receives the count typed before its key, or None."""

Method = TypeVar("Method", bound=Callable[..., object])

Parts = Callable[[Any], object]
"""Returns the parts of the state that something depends on."""

_ROLES = "_roles"


class Role:
    """The purpose of a method, used as its decorator."""

    def __call__(self, method: Method) -> Method:
        setattr(method, _ROLES, (*getattr(method, _ROLES, ()), self))
        return method


@dataclass(frozen=True)
class Handles(Role):
    """The method runs actions; with a `context`, only there, replacing the handler used elsewhere."""

    ids: Mapping[str, tuple[Any, ...]]
    """What the method receives after the count, by action id."""
    context: Context | None = None
    is_stepping: bool = False
    """Whether the method receives the value times the count instead."""


def handles(*action_ids: str, context: Context | None = None) -> Handles:
    """Make a method the handler of these actions, with `context` only there."""
    return Handles(dict.fromkeys(action_ids, ()), context)


def handles_each(values: Mapping[str, Any], context: Context | None = None) -> Handles:
    """Make a method the handler of several actions; it receives the count and the action's value."""
    return Handles({id: (value,) for id, value in values.items()}, context)


def handles_steps(forth: str, back: str, size: int = 1) -> Handles:
    """Make a method the handler of two opposite actions; it receives how far to go, negative for the second."""
    return Handles({forth: (size,), back: (-size,)}, is_stepping=True)


class HandlesOwn(Role):
    """The method returns handlers by the ids of actions from the settings."""


@dataclass(frozen=True)
class Follows(Role):
    """The method receives the state whenever its `parts` change, and once at the start if `now`."""

    parts: Parts
    now: bool = False


@dataclass(frozen=True)
class Answers(Role):
    """The method receives values of a kind reported by widgets, such as clicks."""

    kind: str


@dataclass(frozen=True)
class TakesText(Role):
    """The method receives each key (its name and character) in a context, and returns whether it took it as text."""

    context: Context


@dataclass(frozen=True)
class TakesWords(Role):
    """The method receives unbound letters in a context."""

    context: Context


@dataclass(frozen=True)
class TakesLine(Role):
    """The method receives the text after an action's word on the command line."""

    action: str


class Offers(Role):
    """The method returns commands for the palette."""


class Begins(Role):
    """The method is called once the list is there and keys act."""


class Ends(Role):
    """The method is called when the reader ends."""


Moment = Literal["escape", "back", "last"]


@dataclass(frozen=True)
class Stops(Role):
    """The method stops or closes something when the user steps back; it returns whether there was anything to stop.

    First, those at `escape`, by that key alone, then those at `back`, until one of them has done something; then
    screens and panes in front close, and lists are left; those at `last` again by escape alone.
    """

    at: Moment


handles_own, follows, answers = HandlesOwn(), Follows, Answers
takes_text, takes_words, takes_line, stops = TakesText, TakesWords, TakesLine, Stops
offers, begins, ends = Offers(), Begins(), Ends()

R = TypeVar("R", bound=Role)


def find(role: type[R], objects: Iterable[object]) -> Iterator[tuple[R, Callable[..., Any]]]:
    """The methods of these objects with a role, including inherited ones, in order."""
    for one in objects:
        for found, name in _roles_of(type(one)):
            if isinstance(found, role):
                yield found, getattr(one, name)


_known: dict[type, Sequence[tuple[Role, str]]] = {}
"""The roles of a class's methods by name, cached, since a start asks hundreds of times."""


def _roles_of(kind: type) -> Sequence[tuple[Role, str]]:
    if kind not in _known:
        methods = {name: method for one in reversed(kind.__mro__) for name, method in vars(one).items()}
        _known[kind] = [(role, name) for name, method in methods.items() for role in getattr(method, _ROLES, ())]
    return _known[kind]


def handlers_of(objects: Sequence[object], context: Callable[[], Context]) -> Mapping[str, Handler]:
    """The handlers of these objects by action id; `context` returns where keys act.

    Raises ValueError if two methods handle an action in the same context.
    """
    found: dict[str, dict[Context | None, Handler]] = {}
    for _, own in find(HandlesOwn, objects):
        found |= {id: {None: handler} for id, handler in own().items()}
    for role, method in find(Handles, objects):
        for id, values in role.ids.items():
            call = _step if role.is_stepping else _call
            if role.context in found.setdefault(id, {}):
                raise ValueError(f"{id} has two handlers in {role.context or 'all contexts'}")
            found[id][role.context] = partial(call, method, values) if values else method
    return {id: by[None] if len(by) == 1 and None in by else _by_context(by, context) for id, by in found.items()}


def _call(method: Callable[..., object], values: tuple[Any, ...], count: int | None) -> object:
    return method(count, *values)


def _step(method: Callable[..., object], values: tuple[int], count: int | None) -> object:
    return method(values[0] * (count or 1))


def _by_context(handlers: Mapping[Context | None, Handler], context: Callable[[], Context]) -> Handler:
    def handle(count: int | None) -> object:
        handler = handlers.get(context(), handlers.get(None))
        return handler and handler(count)

    return handle
