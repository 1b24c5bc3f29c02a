"""What a feature of the reader is: a value. `ui/features.py` lists them, and the shell runs over the list."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from textual.screen import Screen

    from reader.keys.actions import KeySet
    from reader.ui.shell.services import Services
    from reader.ui.shell.state import Front

T = TypeVar("T")
S = TypeVar("S", bound="Screen[Any]")


class Over(Generic[T, S]):
    """A screen over the list, which is shown while a part of the state is not None.

    The app reads its keys. A screen that reads its own is an `OwnKeysScreen`, which an action pushes.
    """

    def __init__(
        self,
        front: Front[T],
        make: Callable[[Services, T], S],
        *,
        show: Callable[[S, T], object] | None = None,
        is_kept: bool = False,
    ) -> None:
        """`make` imports and makes the screen; one that `is_kept` is made once, and opens again as it was left.

        `show` gets the screen and each new value of the part, the first included.
        """
        self.front = front
        self.make = make
        self.show = show
        self.is_kept = is_kept


class Feature(NamedTuple):
    """One feature.

    Its state is in parts, whose keys name their initial values (`Part`, `Front`). It is in the `__init__.py` of its
    folder, which the first list and commands that tell of keys import: so nothing slow, such as Textual, is imported
    there.
    """

    folder: str
    """The name of its package."""
    modules: tuple[str, ...] = ()
    """The modules of the folder with its actions and its work: one object of each of their `Actor` classes is made.

    Decorators say which of their methods the shell calls, and when: see `ui/shell/handlers.py`.
    """
    screens: tuple[Over[Any, Any], ...] = ()
    """The screens that it shows over the list."""
    keys: KeySet | None = None
    """Keys besides those of the table."""
