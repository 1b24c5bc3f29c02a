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
    """Their paper; None if only interests are shown."""
    known: Explanation | None = None
    joining: Held | None = None
    """The interest to join with the one where the key is pressed again."""
    asked: str = ""
    """What to do while an interest is being joined."""
    renaming: Held | None = None
    typed: str = ""


WHY: Front[Why] = Front("why", "reader.ui.why.screen:WhyScreen")
