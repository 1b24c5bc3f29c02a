"""Why the list is empty, as a function of the state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from reader.core.nearest import nearest
from reader.core.periods import Period, period_containing, period_of_view
from reader.core.query.topic_choice import picked_topics, with_topics
from reader.session.places import DAY, VIEWS, Place, feed_text
from reader.ui.state import State
from reader.ui.state_parts import ListContent
from reader.ui.text.day_names import day_name
from reader.ui.text.empty_lines import (
    AllHidden,
    AllRead,
    DayEmpty,
    EmptyReason,
    Fetching,
    FetchingPlace,
    NoPapers,
    NotHere,
    NothingFound,
    NothingMatches,
    NothingRisen,
    NothingStarred,
    NotRanked,
)

if TYPE_CHECKING:
    from reader.cache.window import DayCount
    from reader.ui.counts import Counts

SATURDAY = 5


def empty_reason(state: State, today: date, *, demo: bool = False) -> EmptyReason:
    """Return why the list is empty; `today` is the feed's day, and a `demo` never asks the feed."""
    listing, counts, refresh = state.listing, state.counts, state.refresh
    place, view = listing.place, listing.place.view.id
    if listing.results is not None:
        return NothingFound(listing.results.text)
    if listing.facts.newest_day is None and not listing.facts.has_papers:
        return NoPapers(refresh.problem) if refresh.progress is None else Fetching(refresh.progress)
    if listing.facts.missing_id:
        return NotHere(listing.facts.missing_id)
    if counts is not None and counts.base and str(place.query.root) == "is:unread":
        return _all_read(listing, counts, today)
    if place.text:
        return _nothing_matches(state, demo=demo)
    days = counts.days if counts else ()
    if view == "unread":
        return AllRead(sum(day.papers for day in days), "what is here") if _has_visible(counts) else AllHidden()
    if listing.facts.are_hidden:
        return _all_hidden(listing, days, today)
    if view == "starred":
        return NothingStarred()
    if view == "second":
        return NothingRisen()
    if view == "all":
        return AllHidden()
    if refresh.view == view and refresh.progress is not None:
        return FetchingPlace(place.view.name, refresh.progress)
    if place.view.is_ranking:
        return NotRanked(refresh.problem)
    return _nothing_listed(state, period_of_view(view) or period_containing("day", today), days, today)


def _all_read(listing: ListContent, counts: Counts, today: date) -> AllRead:
    """All papers of the view are read; for a day, also name the next older day with unread papers."""
    unread = next(count for one, count in zip(VIEWS, counts.views, strict=False) if one.id == "unread")
    view = listing.place.view.id
    period = period_of_view(view)
    day = listing.facts.newest_day if view == "today" else period.date if period and period.kind == "day" else None
    if day is None:
        return AllRead(counts.base, period.name if period else "what is here", elsewhere=unread)
    older = next((other for other in counts.days if other.day < day and other.unread), None)
    left = (day_name(older.day, day), older.unread) if older else None
    return AllRead(counts.base, "today" if view == "today" else day_name(day, today.isoformat()), left, unread)


def _has_visible(counts: Counts | None) -> bool:
    """Whether there are papers that are not hidden; True before they are counted."""
    return counts is None or bool(counts.anywhere)


def _all_hidden(listing: ListContent, days: tuple[DayCount, ...], today: date) -> AllHidden:
    """All papers of the view are hidden; for days, also name the nearest ones with other papers."""
    view = listing.place.view
    period = period_of_view(f"{DAY}{listing.facts.newest_day}" if view.id == "today" else view.id)
    if period is None:
        return AllHidden("papers" if view.id == "all" else f"{view.name.lower()} papers")
    older, newer = _nearest_days(period, days)
    day = day_name(period.date, today.isoformat()) if period.kind == "day" else period.name
    return AllHidden(f"papers of {'today' if view.id == 'today' else day}", _named(older), _named(newer))


def _nothing_listed(state: State, period: Period, days: tuple[DayCount, ...], today: date) -> DayEmpty:
    is_day = period.kind == "day"
    older, newer = _nearest_days(period, days)
    return DayEmpty(
        day_name(period.date, today.isoformat()) if is_day else period.name,
        is_day and period.first.weekday() >= SATURDAY,
        _named(older),
        _named(newer),
        asked=state.listing.facts.is_day_known,
        reason=state.refresh.problem,
        preposition="on" if is_day else "in",
    )


def _nothing_matches(state: State, *, demo: bool) -> EmptyReason:
    place, counts = state.listing.place, state.counts
    suggestion = suggested_text(place, state.topic_names)
    if suggestion is not None:
        return NothingMatches(place.text, suggestion)
    wider = (f"the view {place.view.name}", counts.anywhere) if counts is not None and counts.anywhere else None
    return NothingMatches(place.text, wider=wider, is_searchable=bool(feed_text(place.text)) and not demo)


def suggested_text(place: Place, topics: Mapping[str, str]) -> str | None:
    """The query with unknown topics replaced by the nearest known ones; None if all are known."""
    choice = picked_topics(place.query)
    if not topics or all(slug in topics for slug in (*choice.picked, *choice.excluded)):
        return None

    def known(slugs: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(slug if slug in topics else nearest(slug, topics) or slug for slug in slugs)

    text = with_topics(place.text, replace(choice, picked=known(choice.picked), excluded=known(choice.excluded)))
    return text if text != place.text else None


def _nearest_days(period: Period, days: tuple[DayCount, ...]) -> tuple[DayCount | None, DayCount | None]:
    """The nearest older and newer days that list papers; `days` is newest first."""
    older = next((other for other in days if other.day < period.first.isoformat()), None)
    newer = next((other for other in reversed(days) if other.day > period.last.isoformat()), None)
    return older, newer


def _named(day: DayCount | None) -> tuple[str, int] | None:
    return (day_name(day.day, day.day), day.papers) if day else None
