"""The end of a day: all of its papers are read, and which way leads on."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from reader.core.periods import period_of_view
from reader.session.places import VIEWS, Place, View
from reader.ui.kit.day_names import day_left
from reader.ui.list.empty_lines import EmptyReason, Way, because, said
from reader.ui.state.whole import State

if TYPE_CHECKING:
    from reader.cache.reads.window import DayCount
    from reader.ui.library.counting import Counts


def day_of(view: View, newest: str | None) -> str | None:
    """The ISO day of a view of one day, where Today is the newest day; None for other views."""
    if view.id == "today":
        return newest
    period = period_of_view(view.id)
    return period.date if period is not None and period.kind == "day" else None


def all_read(state: State, papers: int, name: str, day: str | None = None) -> EmptyReason:
    """Say that all papers of the listed place are read, and where unread ones are.

    `papers` is their number, `name` the name of the place, and `day` its ISO day, if it is one.
    """
    number = f"{papers:,} " if papers > 1 else ""
    ways = _ways_on(state.counts, state.listing.place, day)
    nowhere = "" if state.counts is None or ways else "Nothing unread is left anywhere."
    shown = Way("find.clear", "shows them"), Way("query.cancel", "puts the list back")
    return EmptyReason(said(f"All {number}of {name} read."), because(nowhere), (*ways, *shown))


def day_end_notice(state: State, day: DayCount, key: Callable[[str], str]) -> str:
    """Say after a mark that all of the listed day is read, and what leads on; empty if some of it is unread."""
    if day.unread or not day.papers:
        return ""
    number = f"{day.papers:,} " if day.papers > 1 else ""
    ways = _ways_on(state.counts, state.place, day.day)
    on = [f"{key(way.action)} {way.effect}" for way in ways if key(way.action)]
    nowhere = ["nothing unread is left"] if state.counts is not None and not on else []
    # A narrow terminal drops the last part; the end of the list says the way on too.
    return " · ".join((f"All {number}read", f"{key('mark.undo')} undoes", *on[:1], *nowhere))


def _ways_on(counts: Counts | None, place: Place, day: str | None) -> tuple[Way, ...]:
    """The ways to unread papers from a place whose papers are all read; `day` is its day, if it is one."""
    if counts is None:
        return ()
    ways = []
    older = _next_older(place, day, counts.days) if day is not None else None
    if older is not None and older.unread:
        ways.append(Way("day.older", day_left(older.day, older.unread, day)))
    # The counts may be from before the last of the day was read.
    here = next((other.unread for other in counts.days if other.day == day), 0)
    elsewhere = next(number for view, number in zip(VIEWS, counts.views, strict=False) if view.id == "unread") - here
    if elsewhere > 0:
        ways.append(Way("view.unread", f"all {elsewhere:,} unread"))
    return tuple(ways)


def _next_older(place: Place, day: str, days: tuple[DayCount, ...]) -> DayCount | None:
    """The day to which the key for the older day goes; None if that is not known."""
    if place.text and not asks_for_unread(place):
        return None
    return next((other for other in days if other.day < day and (other.unread or not place.text)), None)


def asks_for_unread(place: Place) -> bool:
    """Whether the query asks for the unread papers of the view, and for nothing else."""
    return bool(place.text) and str(place.query.root) == "is:unread"
