"""What a feature of the reader is: a value in the list of `ui/features.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from reader.keys.actions import KeySet
    from reader.ui.shell.state import Front


class Over(NamedTuple):
    """A screen over the list, shown while a part of the state is not None."""

    front: Front[Any]
    screen: str
    """Its module in the feature's folder and its class, an `OverScreen`, such as `screen:PaperPage`."""
    is_kept: bool = False
    """Whether it is made once and reopens as it was."""


class Feature(NamedTuple):
    """One feature.

    Its state is in parts, whose keys have their initial values (`Part`, `Front`). The value is in the folder's
    `__init__.py`, which the first list and some commands import, so nothing slow, such as Textual, may be imported
    there.
    """

    folder: str
    """The name of its package."""
    modules: tuple[str, ...] = ()
    """The folder's modules with actions and work: one object of each of their `Actor` classes is made.

    Decorators say which of their methods the shell calls, and when: see `ui/shell/handlers.py`.
    """
    screens: tuple[Over, ...] = ()
    keys: KeySet | None = None
    """Keys besides those of the table."""
