"""The part of the state that is the screen of reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from reader.ui.shell.state import Front

if TYPE_CHECKING:
    from reader.core.paper import Paper
    from reader.ui.why.lines import Explanation


class Why(NamedTuple):
    """The reasons that are shown."""

    paper: Paper | None
    """Their paper; None if only what was learned is shown."""
    known: Explanation | None = None


WHY: Front[Why] = Front("why", "reader.ui.why.screen:WhyScreen")
