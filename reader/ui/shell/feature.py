"""What a feature of the reader is: a value. `ui/features.py` lists them, and the shell runs over the list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from reader.keys.actions import KeySet
    from reader.ui.shell.state import Front


class Over(NamedTuple):
    """A screen over the list, which is shown while a part of the state is not None."""

    front: Front[Any]
    screen: str
    """Its module in the feature's folder and its class, an `OverScreen`, such as `screen:PaperPage`."""
    is_kept: bool = False
    """Whether it is made once, and opens again as it was left."""


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
    screens: tuple[Over, ...] = ()
    """The screens that it shows over the list."""
    keys: KeySet | None = None
    """Keys besides those of the table."""
