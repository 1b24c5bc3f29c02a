"""The title of the terminal's window: the program, the place, and how many papers are unread there."""

from __future__ import annotations

from datetime import datetime

from reader.core.text import clean
from reader.paths import APP
from reader.session.places import DAY, VIEWS
from reader.ui.state.whole import State
from reader.ui.view_models import place_name

LONGEST = 80
"""Characters; window managers cut longer titles."""


def title_parts(state: State) -> object:
    """The parts of the state that `window_title` reads."""
    return state.listing, state.counts


def window_title(state: State, now: datetime) -> str:
    """The title, without control characters: `dailypapers · Today · 12 unread`."""
    parts = [APP, place_name(state.listing, now, "·")]
    unread = _unread(state)
    if unread is not None:
        parts.append(f"{unread:,} unread")
    return clean(" · ".join(parts), LONGEST)


def _unread(state: State) -> int | None:
    """The number of unread papers of the day in view, or of all days; None where it says nothing of the view."""
    listing, counts = state.listing, state.counts
    view = listing.place.view
    if counts is None or listing.results is not None:
        return None
    if view.id in ("unread", "all"):
        return dict(zip((one.id for one in VIEWS), counts.views, strict=False))["unread"]
    day = counts.days[0].day if view.id == "today" and counts.days else view.id.removeprefix(DAY)
    return next((one.unread for one in counts.days if one.day == day), None)
