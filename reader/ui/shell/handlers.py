"""A decorator that names the actions of a method, and the table of all handlers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

Handler = Callable[[int | None], object]
"""Runs an action; gets the count typed before its key, or None."""

Method = TypeVar("Method", bound=Callable[..., object])

_IDS = "_action_ids"


def handles(*action_ids: str) -> Callable[[Method], Method]:
    """Make a method the handler of these actions."""

    def register(method: Method) -> Method:
        setattr(method, _IDS, action_ids)
        return method

    return register


def handlers_of(groups: Iterable[object]) -> Mapping[str, Handler]:
    """The handlers of these objects, by the id of the action."""
    return {
        action_id: getattr(group, name)
        for group in groups
        for name, method in vars(type(group)).items()
        for action_id in getattr(method, _IDS, ())
    }
