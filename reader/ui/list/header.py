"""The content of the first and last line of the main screen."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from reader.keys.keymap import Keymap
from reader.session.places import Place, day_of
from reader.ui.filter.state import CORRECTED, COUNTED, in_all
from reader.ui.full_text.state import TEXTS_AHEAD
from reader.ui.kit.lines import clock, needs_counts
from reader.ui.kit.status_lines import Choice, Condition, Header, Status
from reader.ui.refresh.state import REFRESH, SYNC_FAILING
from reader.ui.shell.screens import status
from reader.ui.shell.state import State

if TYPE_CHECKING:
    from reader.cache.reads.window import DayCount
    from reader.ui.filter.counter import Counts
    from reader.ui.shell.listing import ListContent


def header_parts(state: State) -> object:
    return (
        state.listing,
        state[COUNTED],
        state[REFRESH],
        state.search.asking,
        state.activity,
        state.mode,
        state[TEXTS_AHEAD],
        state[SYNC_FAILING],
        state[CORRECTED],
    )


def header(state: State, now: datetime, dot: str) -> Header:
    listing, counts = state.listing, state[COUNTED]
    place, results = listing.place, listing.results
    shown = listing.count if counts or results is not None or not needs_counts(place) else None
    day = _listed_day(listing, counts)
    if day is not None and shown is not None and not place.text:
        # A paper that was just hidden is still listed, but not counted.
        shown = min(shown, day.papers)
    return Header(
        place=listing.place_name(now, dot),
        query=f"{place.text}{_corrections(state)}{_order(listing)}" if results is None else results.text,
        shown=shown,
        total=counts.base if counts and results is None and _is_part(place) else None,
        read=None if day is None else day.papers - day.unread,
        condition=condition(state, now),
    )


def _is_part(place: Place) -> bool:
    """Whether a typed query matches only part of the view's visible papers."""
    from reader.cache.search.compile import names_hidden

    return bool(place.text) and not names_hidden(place.query.root)


def _corrections(state: State) -> str:
    """The corrected query after the query; empty if no word was corrected."""
    query, corrected = state[CORRECTED]
    return f"  (searched for {corrected})" if corrected and query == state.listing.place.text else ""


def _order(listing: ListContent) -> str:
    return "  (best fit first)" if listing.order.is_by_fit else ""


def condition(state: State, now: datetime) -> Condition:
    refresh = state[REFRESH]
    busy = state.activity or ("searching the feed" if state.search.asking else refresh.progress)
    if busy:
        return Condition(busy, "busy")
    if state.mode:
        return Condition(state.mode)
    if refresh.trouble:
        return Condition(f"{refresh.trouble} {clock(refresh.failing_since, now) or ''}", "trouble")
    if since := state[SYNC_FAILING]:
        return Condition(f"sync fails {clock(since, now) or ''}", "trouble")
    if state[TEXTS_AHEAD]:
        return Condition(state[TEXTS_AHEAD])
    return Condition(" · ".join(filter(None, (clock(refresh.last, now), _missing(state[COUNTED])))), "fresh")


def _missing(counts: Counts | None) -> str:
    """The categories that are incomplete on the newest day: `cs.CL incomplete`, and the number of others."""
    short = counts.days[0].incomplete if counts and counts.days else ()
    more = f" +{len(short) - 1}" if len(short) > 1 else ""
    return f"{short[0][0]} incomplete{more}" if short else ""


def _listed_day(listing: ListContent, counts: Counts | None) -> DayCount | None:
    """The numbers of the listed day; None if the place is not a day, or while unknown."""
    days = counts.days if counts and listing.results is None else ()
    # Latest is the newest day even if all its papers are hidden, and then it is not among the days.
    newest = listing.facts.newest_day or (days[0].day if days else "")
    listed = day_of(listing.place.view, newest)
    return next((day for day in days if day.day == listed), None)


# The last line

SELECTING = ("list", "detail")
"""The contexts in which keys act on the selected papers."""

_MARKS = 3


def main_status(state: State, keymap: Keymap) -> Status:
    shown = status(state, keymap, hints(state, keymap))
    return shown._replace(selected=state.selection.count if state.context in SELECTING else 0)


def hints(state: State, keymap: Keymap) -> list[Choice]:
    if state.selection.count and state.context in SELECTING:
        from reader.keys.actions import SELECTED_FOOTER

        return keymap.hints(state.context, footer=SELECTED_FOOTER)
    idle = [] if state.place.text else ["find.clear"]
    if state.mode == "sample":
        idle.append("app.refresh")
    keys = keymap.hints(state.context, without=idle)
    # The keys for marks keep their places; the key that widens the query follows them.
    return [*keys[:_MARKS], *_wider(state, keymap), *keys[_MARKS:]]


def _wider(state: State, keymap: Keymap) -> list[Choice]:
    """The key that runs the query on all papers if they have more matches, or goes back to the view."""
    key = keymap.key("find.widen", "list")
    if state.context != "list" or not state.place.text or not key:
        return []
    if state.widened_from is not None:
        return [(key, f"back to {state.widened_from.name}")]
    return [(key, f"{in_all(state):,} in all")] if in_all(state) else []
