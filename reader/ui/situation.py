"""Which empty state a place is in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from reader.cache.window import DayCount
from reader.core.query import nearest
from reader.core.query.topics import picked_topics, with_topics
from reader.ui.browsing import DAY, Place
from reader.ui.library import Counts
from reader.ui.widgets.empty import (
    AllRead,
    DayEmpty,
    Fetching,
    NoPapers,
    NothingMatches,
    NothingStarred,
    Situation,
)
from reader.ui.widgets.filter_rows import day_name

if TYPE_CHECKING:
    from reader.ui.app import ReaderApp

SATURDAY = 5


def situation(reader: ReaderApp, place: Place, counts: Counts | None) -> Situation:
    """Say why the list of a place is empty; `counts` is None while they are not known."""
    if reader.library.newest_day() is None and not reader.library.has_papers():
        progress = reader.refreshing.progress
        return NoPapers(reader.refreshing.problem) if progress is None else Fetching(progress)
    if place.text:
        return _nothing_matches(reader, place, counts)
    days = counts.days if counts else ()
    if place.view.id == "starred":
        return NothingStarred()
    if place.view.id == "unread":
        return AllRead(sum(day.papers for day in days), "what is here")
    day = place.view.id.removeprefix(DAY)
    name = day_name(day, reader.today.isoformat())
    older, newer = _beside(day, days)
    return DayEmpty(name, _is_weekend(day), _named(older), _named(newer))


def _nothing_matches(reader: ReaderApp, place: Place, counts: Counts | None) -> Situation:
    meant = meant_text(place, reader.topic_names)
    if meant is not None:
        return NothingMatches(place.text, meant)
    if counts is not None and counts.anywhere:
        return NothingMatches(place.text, wider=(f"the view {place.view.name}", counts.anywhere))
    return NothingMatches(place.text)


def meant_text(place: Place, topics: Mapping[str, str]) -> str | None:
    """The query with the nearest topics in place of those that there are not; None where all are right."""
    choice = picked_topics(place.query)
    if not topics or all(slug in topics for slug in (*choice.picked, *choice.excluded)):
        return None

    def right(slugs: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(slug if slug in topics else nearest(slug, topics) or slug for slug in slugs)

    text = with_topics(place.text, replace(choice, picked=right(choice.picked), excluded=right(choice.excluded)))
    return text if text != place.text else None


def _beside(day: str, days: tuple[DayCount, ...]) -> tuple[DayCount | None, DayCount | None]:
    """The nearest older and newer days that list papers; `days` is newest first."""
    older = next((other for other in days if other.day < day), None)
    newer = next((other for other in reversed(days) if other.day > day), None)
    return older, newer


def _named(day: DayCount | None) -> tuple[str, int] | None:
    return (day_name(day.day, day.day), day.papers) if day else None


def _is_weekend(day: str) -> bool:
    try:
        return date.fromisoformat(day).weekday() >= SATURDAY
    except ValueError:
        return False
