"""Flags of papers that the list shows by a sign: what the user follows, what a rule picked out, what has changed.

They are derived and can be computed again: follows, rules and baselines are kept elsewhere.
"""

from __future__ import annotations

from enum import IntFlag


class Flag(IntFlag):
    """One bit of `PaperRow.flags`; the numbers are stored in caches."""

    FOLLOWED = 1
    """One of the user's follows has it."""
    HIGHLIGHTED = 2
    """A rule of the user's picked it out."""
    CHANGED = 4
    """It has changed since the user starred, read or passed it."""
    MUTED = 8
    """It has a muted word, and so it is hidden; the list shows no sign of it."""


SHOWN_FIRST = (Flag.CHANGED, Flag.FOLLOWED, Flag.HIGHLIGHTED)
"""The list has room for one sign: the first of these."""


def flag_to_show(flags: int) -> Flag | None:
    """The flag whose sign the list shows; None without one."""
    return next((flag for flag in SHOWN_FIRST if flags & flag), None)
