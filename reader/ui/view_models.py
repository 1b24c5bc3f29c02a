"""The data of the header, the strip, the filter pane and the status line, as functions of the state."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from reader.session.places import SPECIAL, VIEWS
from reader.ui.state import State
from reader.ui.state_parts import ListContent
from reader.ui.text.header_line import Condition, Header
from reader.ui.text.status_lines import Choice, Status

if TYPE_CHECKING:
    from reader.keys.keymap import Keymap
    from reader.ui.counts import Counts
    from reader.ui.text.empty_lines import EmptyKeys
    from reader.ui.text.filter_rows import FilterData
    from reader.ui.text.strip_line import Strip


def filter_parts(state: State) -> object:
    """The parts of the state that `filter_data` reads."""
    return state.counts, state.topic_facts, state.topic_meanings


def filter_data(state: State) -> FilterData:
    """Views, days and topics; without numbers until they are counted."""
    from reader.ui.text.filter_rows import DayItem, FilterData, TopicItem, ViewItem

    counts, facts = state.counts, state.topic_facts
    if counts is None:
        return FilterData(tuple(ViewItem(one.id, one.name) for one in VIEWS))
    newest = counts.days[0] if counts.days else None
    views = tuple(
        # The newest day is the view Today, unless all of its papers are hidden.
        ViewItem(
            one.id, one.name, number, newest.unread if newest and (one.id, number) == ("today", newest.papers) else None
        )
        for one, number in zip((*VIEWS, *SPECIAL), counts.views, strict=True)
        if number or one in VIEWS
    )
    days = tuple(DayItem(day.day, day.papers, day.unread) for day in counts.days)
    topics = tuple(
        TopicItem(
            topic.slug,
            topic.name,
            topic.family,
            state.topic_meanings.get(topic.slug, ""),
            topic.papers,
            implied=facts is not None and topic.slug in facts.implied,
            weeks=trend.weeks if trend else (),
            rising=trend.rising if trend else 0.0,
        )
        for topic in counts.topics
        for trend in [facts.trends.get(topic.slug) if facts else None]
    )
    return FilterData(views, days, topics, counts.approximate)


def strip_parts(state: State) -> object:
    """The parts of the state that `strip_data` reads."""
    return state.listing, state.topic_names, state.is_filter_open


def strip_data(state: State, keymap: Keymap, now: datetime, dot: str) -> Strip:
    """The filter in one line."""
    from reader.core.query.topic_choice import picked_topics
    from reader.ui.text.strip_line import Strip

    listing, names = state.listing, state.topic_names
    choice = picked_topics(listing.place.query)
    return Strip(
        place=place_name(listing, now, dot),
        papers=listing.count,
        picked=tuple(names.get(slug, slug) for slug in choice.picked),
        excluded=tuple(names.get(slug, slug) for slug in choice.excluded),
        key=keymap.key("find.filter"),
        is_open=state.is_filter_open,
    )


def header_parts(state: State) -> object:
    """The parts of the state that `header` reads."""
    return state.listing, state.counts, state.refresh, state.search.progress, state.activity


def header(state: State, now: datetime, dot: str, *, demo: bool = False) -> Header:
    """The first line: the place, the query, how many papers, the day's progress, and the reader's short state."""
    listing, counts = state.listing, state.counts
    place, results = listing.place, listing.results
    return Header(
        place=place_name(listing, now, dot),
        query=place.text if results is None else results.text,
        shown=listing.count,
        total=counts.base if counts and place.text and results is None else None,
        read=_read_of_day(listing, counts),
        condition=condition(state, now, demo=demo),
    )


def condition(state: State, now: datetime, *, demo: bool = False) -> Condition:
    """What lasts: work under way, a feed that does not answer, the bundled sample, or the last refresh's time."""
    refresh = state.refresh
    busy = state.activity or state.search.progress or refresh.progress
    if busy:
        return Condition(busy, "busy")
    if demo:
        return Condition("sample")
    if refresh.trouble:
        return Condition(f"{refresh.trouble} {_clock(refresh.failing_since, now) or ''}", "trouble")
    return Condition(_clock(refresh.last, now) or "", "fresh")


def _read_of_day(listing: ListContent, counts: Counts | None) -> int | None:
    """Number of read papers of the listed day; None if the place is not a day, or while unknown."""
    view = listing.place.view.id
    if counts is None or not counts.days or listing.results is not None:
        return None
    if view == "today":
        day = counts.days[0]
        return day.papers - day.unread
    return next((day.papers - day.unread for day in counts.days if view == f"day:{day.day}"), None)


def place_name(listing: ListContent, now: datetime, dot: str) -> str:
    """A short name of the place: a view's name, a day as `Tue 24 Nov`, a ranking with the time it was fetched."""
    view = listing.place.view
    if listing.results is not None:
        return "From the feed"
    if listing.ranked_at is not None:
        read = _clock(datetime.fromisoformat(listing.ranked_at).astimezone(), now)
        return f"{view.name} {dot} {read}"
    if ":" in view.id:
        from reader.core.periods import period_of_view

        period = period_of_view(view.id)
        if period is not None:
            return period.short
    return view.name


def status_parts(state: State) -> object:
    """The parts of the state that `status` reads."""
    return state.context, bool(state.place.text), state.prompt, state.notices.shown, state.hint


def status(state: State, keymap: Keymap) -> Status:
    """The last line: the most useful keys here, and what just happened, or a prompt."""
    said, tone = state.notices.shown
    status = Status(tuple(hints(state, keymap)), *state.prompt, said, tone)
    if not said and state.context == "filter":
        return status._replace(said=state.hint, tone="hint")
    return status


def hints(state: State, keymap: Keymap) -> list[Choice]:
    """The most useful keys here, with their effects."""
    idle = () if state.place.text or state.context == "page" else ("find.clear",)
    # The calendar shows its keys itself.
    context = "list" if state.context == "calendar" else state.context
    return keymap.hints(context, without=idle)


def empty_keys(keymap: Keymap) -> EmptyKeys:
    """The keys for the text of an empty list, by the user's bindings."""
    from reader.ui.text.empty_lines import EmptyKeys

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
    """The keys that open links, by the link's letter: a separate key, or the list's key and the letter."""
    listed = keymap.key("link.list")
    behind = {letter: f"{listed}{letter}" for letter in "acwde123456789"}
    return {"o": keymap.key("link.page"), "p": keymap.key("link.pdf"), **behind}


def position(number: int, count: int | None) -> str:
    """A paper's place in the list as `3 of 34`; empty while either is unknown."""
    return f"{number:,} of {count:,}" if number and count else ""


def _clock(then: datetime | None, now: datetime) -> str | None:
    """A time today as `08:14`, on another day as `23 Nov`."""
    if then is None:
        return None
    here = now.astimezone()
    return f"{then:%H:%M}" if then.date() == here.date() else f"{then.day} {then:%b}"
