"""How a handler says which actions it is for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from reader.ui.app import ReaderApp

Handler: TypeAlias = "Callable[[ReaderApp, int | None], object]"

REGISTRY: dict[str, Handler] = {}


def handles(*action_ids: str) -> Callable[[Handler], Handler]:
    """Make a function the handler of these actions."""

    def register(handler: Handler) -> Handler:
        for action_id in action_ids:
            REGISTRY[action_id] = handler
        return handler

    return register
