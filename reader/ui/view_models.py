"""The data of the header, the strip, the filter pane and the status line, as functions of the state.

The first frame, which has no state yet, uses those that need only a part of it; they import little.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from reader.core.text import clean
from reader.paths import APP
from reader.session.places import DAY, FOR_YOU, SPECIAL, VIEWS
from reader.ui.filter.state import (
    COUNTED,
    FOLLOWED,
    HINT,
    TOPIC_FACTS,
    TOPIC_MEANINGS,
    TOPIC_NAMES,
    VIEW_COUNTS,
    in_all,
    topic_papers,
)
from reader.ui.full_text.state import TEXT, TEXTS_AHEAD
from reader.ui.kit.day_names import short_day
from reader.ui.page.state import FIT, FOUND
from reader.ui.refresh.state import REFRESH, UNJOINED
from reader.ui.shell.header_line import Condition, Header
from reader.ui.shell.status_lines import DECIDING_KEYS, FIRST_KEYS, Choice, Status
from reader.ui.triage.state import TRIAGE, phase_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from reader.core.paper_row import PaperKey
    from reader.keys.keymap import Keymap
    from reader.session.places import Place, View
    from reader.ui.filter.rows import FilterData, ViewItem
    from reader.ui.filter.strip_line import Strip
    from reader.ui.library.counting import Counts
    from reader.ui.page.fit_lines import Fit
    from reader.ui.page.found_lines import Found
    from reader.ui.query.advice import Reach
    from reader.ui.shell.listing import ListContent
    from reader.ui.shell.state import State
    from reader.ui.triage.lines import TriageHeader

SELECTING = ("list", "detail")
"""The contexts in which keys act on the selected papers."""

ALONE = ("page", "triage", "text")
"""The contexts of one paper over the whole screen: the keys that lead on and back always stay."""

_MARKS = 3
"""Number of the list's first hints, which mark papers."""


def filter_parts(state: State) -> object:
    """The parts of the state that `filter_data` reads."""
    numbers = state[COUNTED], state[TOPIC_FACTS], state[VIEW_COUNTS], state[FOLLOWED]
    return numbers, state[TOPIC_MEANINGS], state[TOPIC_NAMES], state.views


def filter_data(state: State, keys: Sequence[str] = ()) -> FilterData:
    """Views, days and topics; without numbers until they are counted. `keys` show the saved views, by their places."""
    from reader.ui.filter.rows import DayItem, FilterData, TagItem, TopicItem, ViewItem

    counts, facts = state[COUNTED], state[TOPIC_FACTS]
    saved = tuple(_saved_items(state, keys))
    if counts is None:
        return FilterData((*(ViewItem(one.id, one.name) for one in state.views.own), *saved))
    newest = counts.days[0] if counts.days else None
    views = tuple(
        # The newest day is the view Today, unless all of its papers are hidden.
        ViewItem(
            one.id,
            one.name,
            # Nearly all that is unread is in it, in another order.
            None if one.id == FOR_YOU else number,
            newest.unread if newest and (one.id, number) == ("today", newest.papers) else None,
        )
        for one, number in zip((*VIEWS, *SPECIAL), counts.views, strict=True)
        if (number or one in VIEWS) and one.id not in state.views.hidden
    )
    days = tuple(DayItem(day.day, day.papers, day.unread) for day in counts.days)
    topics = tuple(
        TopicItem(
            topic.slug,
            topic.name,
            topic.family,
            state[TOPIC_MEANINGS].get(topic.slug, ""),
            topic.papers,
            implied=facts is not None and topic.slug in facts.implied,
            weeks=trend.weeks if trend else (),
            rising=trend.rising if trend else 0.0,
        )
        for topic in counts.topics
        for trend in [facts.trends.get(topic.slug) if facts else None]
    )
    tags = tuple(TagItem(name, number) for name, number in counts.tags)
    return FilterData((*views, *saved), days, topics, counts.approximate, tags, tuple(_follow_items(state)))


def _follow_items(state: State) -> Iterator[ViewItem]:
    from reader.ui.filter.rows import ViewItem

    for one in state[FOLLOWED]:
        yield ViewItem(one.follow.view, one.follow.said(state[TOPIC_NAMES]), one.papers, one.unread)


def _saved_items(state: State, keys: Sequence[str]) -> Iterator[ViewItem]:
    from reader.ui.filter.rows import ViewItem

    for place, one in enumerate(state.views.named):
        counted = state[VIEW_COUNTS].get(one.id)
        key = keys[place] if place < len(keys) else ""
        count, unread = counted if counted is not None else (None, None)
        yield ViewItem(one.id, one.name, count, unread, key)


def strip_parts(state: State) -> object:
    """The parts of the state that `strip_data` reads."""
    return state.listing, state[TOPIC_NAMES], state[COUNTED], state.is_filter_open


def strip_data(state: State, keymap: Keymap, now: datetime, dot: str) -> Strip:
    """The filter in one line."""
    listing, key = state.listing, keymap.key("find.filter")
    name = place_name(listing, now, dot)
    topics, names = topic_papers(state), state[TOPIC_NAMES]
    return filters(listing.place, name, listing.count, names, key, topics=topics, is_open=state.is_filter_open)


def filters(
    place: Place,
    name: str,
    count: int | None,
    topic_names: Mapping[str, str],
    key: str,
    *,
    topics: Collection[str] = (),
    is_open: bool = False,
) -> Strip:
    """The filters of a place with so many papers; `key` opens the pane.

    `topics` are the slugs in the order in which one is suggested for a wrong one.
    """
    from reader.ui.filter.strip_line import Strip

    if not place.text:
        return Strip(name, count, key=key, is_open=is_open)
    from reader.core.query.choices import picked_topics

    choice = picked_topics(place.query)
    known = dict.fromkeys((*topics, *topic_names))
    wrong = [slug for slug in (*choice.picked, *choice.excluded) if known and slug not in known]
    picked, excluded = (
        tuple(topic_names.get(slug, slug) for slug in slugs if slug not in wrong)
        for slugs in (choice.picked, choice.excluded)
    )
    return Strip(name, count, picked, excluded, key, is_open, tuple(_no_topic(slug, known) for slug in wrong))


def _no_topic(slug: str, topics: Collection[str]) -> str:
    """Say that there is no such topic, and name the nearest one."""
    from reader.core.query.suggestions import nearest_value

    meant = nearest_value(slug, topics)
    return f"no topic {slug}: {meant}?" if meant else f"no topic {slug}"


def header_parts(state: State) -> object:
    """The parts of the state that `header` reads."""
    return (
        state.listing,
        state[COUNTED],
        state[REFRESH],
        state.search.progress,
        state.activity,
        state.mode,
        state[TEXTS_AHEAD],
        state[UNJOINED],
        state[FIT],
        phase_of(state),
    )


def header(state: State, now: datetime, dot: str) -> Header:
    """The first line: the place, the query, how many papers, the day's progress, and the reader's short state."""
    listing, counts = state.listing, state[COUNTED]
    place, results = listing.place, listing.results
    return Header(
        place=place_name(listing, now, dot),
        query=f"{place.text}{_corrections(state)}" if results is None else results.text,
        shown=listing.count if counts or results is not None or not needs_counts(place) else None,
        total=counts.base if counts and place.text and results is None else None,
        read=_read_of_day(listing, counts),
        condition=condition(state, now),
    )


def _corrections(state: State) -> str:
    """Which typed words were taken for others, behind the query."""
    fit = state[FIT]
    is_known = fit is not None and fit.text == state.listing.place.text
    return f"  (read as {fit.corrections})" if fit is not None and is_known and fit.corrections else ""


def condition(state: State, now: datetime) -> Condition:
    """What lasts: work under way, the mode, what does not answer or can't be joined, or the last refresh's time."""
    refresh = state[REFRESH]
    busy = state.activity or state.search.progress or refresh.progress
    if busy:
        return Condition(busy, "busy")
    if state.mode:
        return Condition(state.mode)
    triage = state[TRIAGE]
    if triage is not None and triage.phase == "left":
        from reader.core.triage import time_left

        return Condition(f"triage: {time_left(triage.pace.seconds_left)} left")
    if refresh.trouble:
        return Condition(f"{refresh.trouble} {clock(refresh.failing_since, now) or ''}", "trouble")
    for what, since in state[UNJOINED][:1]:
        return Condition(f"{what} {clock(since, now) or ''}", "trouble")
    if state[TEXTS_AHEAD]:
        return Condition(state[TEXTS_AHEAD])
    return Condition(clock(refresh.last, now) or "", "fresh")


def needs_counts(place: Place) -> bool:
    """Whether the header says more than the list's number: it shows nothing until it knows both, so nothing moves."""
    return bool(place.text) or place.view.id == "today" or place.view.id.startswith(DAY)


def _read_of_day(listing: ListContent, counts: Counts | None) -> int | None:
    """Number of read papers of the listed day; None if the place is not a day, or while unknown."""
    view = listing.place.view.id
    days = counts.days if counts and listing.results is None else ()
    # Today is the newest day even if all of its papers are hidden, and then it is not among the days.
    newest = listing.facts.newest_day or (days[0].day if days else "")
    listed = newest if view == "today" else view.removeprefix(DAY)
    return next((day.papers - day.unread for day in days if day.day == listed), None)


def place_name(listing: ListContent, now: datetime, dot: str) -> str:
    """A short name of the place: a view's name, a day as `Tue 24 Nov`, a ranking with the time it was fetched."""
    if listing.results is not None:
        return "From the feed"
    return view_name(listing.place.view, listing.ranked_at, listing.facts.newest_day, now, dot)


def view_name(view: View, ranked_at: str | None, newest: str | None, now: datetime, dot: str) -> str:
    """A short name of a view; `ranked_at` is the ISO time at which the feed's ranking was fetched.

    Today shows the newest day of the cache, so it is named `Newest · Tue 24 Nov` on a later day.
    """
    today = now.astimezone().date()
    if view.id == "today" and newest and newest < today.isoformat():
        return f"Newest {dot} {short_day(newest, today)}"
    if ranked_at is not None:
        read = clock(datetime.fromisoformat(ranked_at).astimezone(), now)
        return f"{view.name} {dot} {read}"
    if ":" in view.id:
        from reader.core.dates import period_of_view

        period = period_of_view(view.id)
        if period is not None:
            return period.short
    return view.name


def status_parts(state: State) -> object:
    """The parts of the state that `status` reads."""
    wider = in_all(state), state.widened_from
    said = state.prompt, text_prompt(state), state.notices.shown, state[HINT]
    text = state[TEXT]
    has_text = text is not None and text.view is not None
    return (
        state.context,
        bool(state.place.text),
        state.mode,
        wider,
        said,
        state.selection.count,
        phase_of(state),
        has_text,
    )


def status(state: State, keymap: Keymap) -> Status:
    """The last line: the most useful keys here, and what just happened, or a prompt."""
    said, tone = state.notices.shown
    choices, typed, is_typing = text_prompt(state)
    if choices and not state.prompt.options:
        return Status((), choices, typed, is_typing=is_typing)
    selected = state.selection.count if state.context in SELECTING else 0
    kept = DECIDING_KEYS if state.context == "triage" else FIRST_KEYS
    status = Status(
        tuple(hints(state, keymap)), *state.prompt, said, tone, selected, kept=kept, stays=state.context in ALONE
    )
    if not said and state.context == "filter":
        return status._replace(said=state[HINT], tone="hint")
    return status


def text_prompt(state: State) -> tuple[tuple[Choice, ...], str, bool]:
    """The keys that matter while words of a full text are typed or a reference is chosen, and what is typed."""
    text = state[TEXT]
    view = text.view if text is not None else None
    if view is not None and view.links:
        return (("a-z", "follow"), ("esc", "stay")), "a letter", False
    if view is not None and view.search.is_typing:
        found = "" if view.search.text.strip() == "" or view.marked else "  not in this text"
        return (("enter", "keep"), ("esc", "put back")), f"/{view.search.text}{found}", not found
    return (), "", False


def hints(state: State, keymap: Keymap) -> list[Choice]:
    """The most useful keys here, with their effects."""
    idle = [] if state.place.text or state.context in ("page", "triage") else ["find.clear"]
    if state.mode == "sample":
        idle.append("app.refresh")
    text = state[TEXT]
    if text is not None and text.view is None:
        # Nothing is there to move in.
        idle += ["read.on", *(action.id for action in keymap.actions if action.id.startswith(("text.", "picture.")))]
    if state.selection.count and state.context in SELECTING:
        from reader.keys.actions import SELECTED_FOOTER

        return keymap.hints(state.context, footer=SELECTED_FOOTER)
    if state.context == "triage" and phase_of(state) == "paused":
        from reader.keys.actions import PAUSED_FOOTER

        return keymap.hints("triage", footer=PAUSED_FOOTER)
    # The calendar shows its keys itself.
    context = "list" if state.context == "calendar" else state.context
    found = keymap.hints(context, without=idle)
    # Behind the keys for marks, which keep their places.
    return [*found[:_MARKS], *_wider(state, keymap), *found[_MARKS:]]


def _wider(state: State, keymap: Keymap) -> list[Choice]:
    """The key that asks a kept query of all papers if there are more, or goes back to the view."""
    key = keymap.key("find.widen", "list")
    if state.context != "list" or not state.place.text or not key:
        return []
    if state.widened_from is not None:
        return [(key, f"back to {state.widened_from.name}")]
    return [(key, f"{in_all(state):,} in all")] if in_all(state) else []


def reach(state: State) -> Reach:
    """How many papers the typed query finds here, and in all."""
    from reader.ui.query.advice import Reach

    back = state.widened_from.name if state.widened_from is not None else ""
    return Reach(state.listing.count or 0, in_all(state), back)


def triage(state: State, keymap: Keymap) -> TriageHeader | None:
    """The first line of the page during a triage; None otherwise."""
    one = state[TRIAGE]
    if one is None or not one.has_paper:
        return None
    from reader.ui.triage.lines import triage_header

    go_on, leave = keymap.key("read.on", "triage"), keymap.key("triage.pause", "triage")
    return triage_header(one.pace, is_paused=one.phase == "paused", go_on=go_on, leave=leave)


def found(state: State, key: PaperKey) -> Found | None:
    """Where the full text of a paper has the searched words, if that is known."""
    known = state[FOUND]
    return known if known is not None and known.key == key else None


def fit(state: State, key: PaperKey) -> Fit | None:
    """Why a paper is in the list, if that is known and the list is of what fits best."""
    known = state[FIT]
    return known if known is not None and (known.key, known.text) == (key, state.listing.place.text) else None


def link_keys(keymap: Keymap) -> dict[str, str]:
    """The keys that open links, by the link's letter: a separate key, or the list's key and the letter."""
    listed = keymap.key("link.list")
    behind = {letter: f"{listed}{letter}" for letter in "acwdemts123456789"}
    return {"o": keymap.key("link.page"), "p": keymap.key("link.pdf"), "places": keymap.key("text.places"), **behind}


def position(number: int, count: int | None) -> str:
    """A paper's place in the list as `3 of 34`; empty while either is unknown, and after the papers that match."""
    return f"{number:,} of {count:,}" if number and count and number <= count else ""


def clock(then: datetime | None, now: datetime) -> str | None:
    """A time today as `08:14`, on another day as `23 Nov`."""
    if then is None:
        return None
    here = now.astimezone()
    return f"{then:%H:%M}" if then.date() == here.date() else f"{then.day} {then:%b}"


LONGEST = 80
"""Characters; window managers cut longer titles."""


def title_parts(state: State) -> object:
    """The parts of the state that `window_title` reads."""
    return state.listing, state[COUNTED]


def window_title(state: State, now: datetime) -> str:
    """The title, without control characters: `dailypapers · Today · 12 unread`."""
    parts = [APP, place_name(state.listing, now, "·")]
    unread = _unread(state)
    if unread is not None:
        parts.append(f"{unread:,} unread")
    return clean(" · ".join(parts), LONGEST)


def _unread(state: State) -> int | None:
    """The number of unread papers of the day in view, or of all days; None where it says nothing of the view."""
    listing, counts = state.listing, state[COUNTED]
    view = listing.place.view
    if counts is None or listing.results is not None:
        return None
    if view.id in ("unread", "all"):
        return dict(zip((one.id for one in VIEWS), counts.views, strict=False))["unread"]
    day = counts.days[0].day if view.id == "today" and counts.days else view.id.removeprefix(DAY)
    return next((one.unread for one in counts.days if one.day == day), None)
