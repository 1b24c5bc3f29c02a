"""Which empty state a place is in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from reader.cache.window import DayCount
from reader.core.nearest import nearest
from reader.core.periods import Period, period_containing, period_of_view
from reader.core.query import Term
from reader.core.query.topic_choice import picked_topics, with_topics
from reader.session.places import VIEWS, Place, feed_text
from reader.ui.widgets.empty import (
    AllRead,
    DayEmpty,
    EmptyReason,
    Fetching,
    FetchingPlace,
    NoPapers,
    NotHere,
    NothingFound,
    NothingMatches,
    NothingStarred,
    NotRanked,
)
from reader.ui.widgets.filter_rows import day_name
from reader.ui.work.library import Counts

if TYPE_CHECKING:
    from reader.ui.app import ReaderApp

SATURDAY = 5


def situation(reader: ReaderApp, place: Place, counts: Counts | None) -> EmptyReason:
    """Say why the list of a place is empty; `counts` is None while they are not known."""
    if reader.main.found is not None:
        return NothingFound(reader.main.found.text)
    if reader.library.newest_day() is None and not reader.library.has_papers():
        progress = reader.refreshing.progress
        return NoPapers(reader.refreshing.problem) if progress is None else Fetching(progress)
    if id := missing_paper(reader, place):
        return NotHere(id)
    if counts is not None and counts.base and str(place.query.root) == "is:unread":
        return _all_read(reader, place, counts)
    if place.text:
        return _nothing_matches(reader, place, counts)
    days = counts.days if counts else ()
    if place.view.id == "starred":
        return NothingStarred()
    if place.view.id == "unread":
        return AllRead(sum(day.papers for day in days), "what is here")
    if reader.refreshing.place == place.view.id and reader.refreshing.progress is not None:
        return FetchingPlace(place.view.name, reader.refreshing.progress)
    if place.view.id == "trending":
        return NotRanked(reader.refreshing.problem)
    return _nothing_listed(reader, period_of_view(place.view.id) or period_containing("day", reader.today), days)


def _all_read(reader: ReaderApp, place: Place, counts: Counts) -> AllRead:
    """Nothing is left unread where there are papers; of a day, also where to go on."""
    unread = next(count for one, count in zip(VIEWS, counts.views, strict=False) if one.id == "unread")
    is_today = place.view.id == "today"
    period = period_of_view(place.view.id)
    day = reader.library.newest_day() if is_today else period.date if period and period.kind == "day" else None
    if day is None:
        return AllRead(counts.base, period.name if period else "what is here", elsewhere=unread)
    older = next((other for other in counts.days if other.day < day and other.unread), None)
    left = (day_name(older.day, day), older.unread) if older else None
    return AllRead(counts.base, "today" if is_today else day_name(day, reader.today.isoformat()), left, unread)


def _nothing_listed(reader: ReaderApp, period: Period, days: tuple[DayCount, ...]) -> DayEmpty:
    is_day = period.kind == "day"
    older, newer = _beside(period, days)
    return DayEmpty(
        day_name(period.date, reader.today.isoformat()) if is_day else period.name,
        is_day and period.first.weekday() >= SATURDAY,
        _named(older),
        _named(newer),
        asked=not reader.library.gaps(period.first, period.last, reader.today),
        reason=reader.refreshing.problem,
        preposition="on" if is_day else "in",
    )


def _nothing_matches(reader: ReaderApp, place: Place, counts: Counts | None) -> EmptyReason:
    meant = meant_text(place, reader.topic_names)
    if meant is not None:
        return NothingMatches(place.text, meant)
    wider = (f"the view {place.view.name}", counts.anywhere) if counts is not None and counts.anywhere else None
    return NothingMatches(place.text, wider=wider, is_searchable=bool(feed_text(place.text)) and not reader.demo)


def missing_paper(reader: ReaderApp, place: Place) -> str | None:
    """The arXiv id that is all that the query asks for, where the cache does not have that paper."""
    from reader.core.ids import arxiv_id

    asked = place.query.root
    if not isinstance(asked, Term) or asked.field != "id" or arxiv_id(asked.value) != asked.value:
        return None
    return asked.value if reader.library.pk_of(asked.value) is None else None


def meant_text(place: Place, topics: Mapping[str, str]) -> str | None:
    """The query with the nearest topics in place of those that there are not; None where all are right."""
    choice = picked_topics(place.query)
    if not topics or all(slug in topics for slug in (*choice.picked, *choice.excluded)):
        return None

    def right(slugs: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(slug if slug in topics else nearest(slug, topics) or slug for slug in slugs)

    text = with_topics(place.text, replace(choice, picked=right(choice.picked), excluded=right(choice.excluded)))
    return text if text != place.text else None


def _beside(period: Period, days: tuple[DayCount, ...]) -> tuple[DayCount | None, DayCount | None]:
    """The nearest older and newer days that list papers; `days` is newest first."""
    older = next((other for other in days if other.day < period.first.isoformat()), None)
    newer = next((other for other in reversed(days) if other.day > period.last.isoformat()), None)
    return older, newer


def _named(day: DayCount | None) -> tuple[str, int] | None:
    return (day_name(day.day, day.day), day.papers) if day else None
