"""What the filter pane, the strip and the first line show, put together from the place and what was counted."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from reader.session.places import SPECIAL, VIEWS, Place
from reader.ui.widgets.top_line import Whereabouts
from reader.ui.work.library import Counts, TopicFacts

if TYPE_CHECKING:
    from reader.keys.keymap import Keymap
    from reader.ui.app import ReaderApp
    from reader.ui.widgets.empty import EmptyKeys
    from reader.ui.widgets.filter_rows import FilterData
    from reader.ui.widgets.filter_strip import StripData


def filter_data(reader: ReaderApp, counts: Counts | None, facts: TopicFacts | None = None) -> FilterData:
    """Views, days and topics; without numbers while nothing has been counted."""
    from reader.ui.widgets.filter_rows import DayItem, FilterData, TopicItem, ViewItem

    if counts is None:
        return FilterData(tuple(ViewItem(one.id, one.name) for one in VIEWS))
    views = tuple(
        ViewItem(one.id, one.name, number)
        for one, number in zip((*VIEWS, *SPECIAL), counts.views, strict=True)
        if number or one in VIEWS
    )
    days = tuple(DayItem(day.day, day.papers, day.unread) for day in counts.days)
    topics = tuple(
        TopicItem(
            topic.slug,
            topic.name,
            topic.family,
            reader.about_topics.get(topic.slug, ""),
            topic.papers,
            implied=facts is not None and topic.slug in facts.implied,
            weeks=trend.weeks if trend else (),
            rising=trend.rising if trend else 0.0,
        )
        for topic in counts.topics
        for trend in [facts.trends.get(topic.slug) if facts else None]
    )
    return FilterData(views, days, topics, counts.approximate)


def strip_data(reader: ReaderApp, place: Place, shown: int | None, is_open: bool) -> StripData:
    """The filter in one line; `is_open` while the pane is unfolded."""
    from reader.core.query.topic_choice import picked_topics
    from reader.ui.widgets.filter_strip import StripData

    choice = picked_topics(place.query)
    names = reader.topic_names
    return StripData(
        place=place_name(reader, place),
        count=shown,
        picked=tuple(names.get(slug, slug) for slug in choice.picked),
        excluded=tuple(names.get(slug, slug) for slug in choice.excluded),
        key=reader.keymap.key("find.filter"),
        is_open=is_open,
    )


def whereabouts(reader: ReaderApp, place: Place, counts: Counts | None, shown: int | None) -> Whereabouts:
    """The first line; `shown` is None while the number of papers is not known."""
    refreshing = reader.refreshing
    found = reader.main.found
    return Whereabouts(
        place=place_name(reader, place),
        query=place.text if found is None else found.text,
        shown=shown,
        total=counts.base if counts and place.text and found is None else None,
        refreshed=_clock(refreshing.last, reader.now()),
        progress="searching" if reader.searching.is_slow else refreshing.progress,
    )


def place_name(reader: ReaderApp, place: Place) -> str:
    """What a place is called in few words: a view's name, a day as `Tue 24 Nov`, a ranking with the time it is of."""
    if reader.main.found is not None:
        return "From the feed"
    read = reader.library.meta("trending") if place.view.id == "trending" else None
    if read is not None:
        then = _clock(datetime.fromisoformat(read).astimezone(), reader.now())
        return f"{place.view.name} {reader.glyphs.dot} {then}"
    if ":" in place.view.id:
        from reader.core.periods import period_of_view

        period = period_of_view(place.view.id)
        if period is not None:
            return period.short
    return place.view.name


def empty_keys(keymap: Keymap) -> EmptyKeys:
    """The keys that an empty list names, as they are bound."""
    from reader.ui.widgets.empty import EmptyKeys

    actions = {
        "refresh": "app.refresh",
        "sample": "app.sample",
        "quit": "app.back",
        "stop": "app.escape",
        "take": "query.complete",
        "clear": "find.clear",
        "star": "paper.star",
        "older": "day.older",
        "newer": "day.newer",
        "unread": "view.unread",
        "all": "view.all",
        "fetch": "find.fetch",
        "feed": "find.feed",
        "search": "find.query",
    }
    return EmptyKeys(**{name: keymap.key(action) for name, action in actions.items()})


def link_keys(keymap: Keymap) -> dict[str, str]:
    """The keys that open a paper's links, by its letter: one of its own, or the letter after that of the list."""
    listed = keymap.key("link.list")
    behind = {letter: f"{listed}{letter}" for letter in "acwde123456789"}
    return {"o": keymap.key("link.page"), "p": keymap.key("link.pdf"), **behind}


def _clock(then: datetime | None, now: datetime) -> str | None:
    """A time of today as `08:14`, of another day as `23 Nov`."""
    if then is None:
        return None
    here = now.astimezone()
    return f"{then:%H:%M}" if then.date() == here.date() else f"{then.day} {then:%b}"
