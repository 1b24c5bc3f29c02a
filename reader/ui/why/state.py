"""The part of the state that is the screen of reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from reader.ui.shell.state import Front

if TYPE_CHECKING:
    from reader.core.choice.wishes import Held
    from reader.core.paper import Paper
    from reader.ui.why.lines import Explanation


class Why(NamedTuple):
    """The reasons that are shown."""

    paper: Paper | None
    """The paper that they are of; None if only interests are shown."""
    known: Explanation | None = None
    """None until it is read."""
    joining: Held | None = None
    """The interest that is joined with the one where the user presses the key again."""
    renaming: Held | None = None
    typed: str = ""
    """Its new name."""


WHY: Front[Why] = Front("why")
