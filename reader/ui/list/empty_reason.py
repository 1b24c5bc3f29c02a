"""Why the list is empty and which way leads on, as a function of the state."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from reader.core.periods import Period, period_containing, period_of_view
from reader.core.query.suggestions import complete
from reader.session.places import DAY, FOLLOW, FOR_YOU, QUEUED, SAVED, TRIAGE, Place, View, feed_text
from reader.ui.kit.day_names import near_day, short_day
from reader.ui.list.day_end import all_read, asks_for_unread, day_of
from reader.ui.list.empty_lines import EmptyReason, Way, because, on_a_paper, said
from reader.ui.query.advice import (
    find_mistake,
    find_unknown_topic,
    is_unfinished,
    mended,
    names_no_paper_yet,
    with_known_topics,
)
from reader.ui.state.whole import State

if TYPE_CHECKING:
    from reader.cache.reads.window import DayCount
    from reader.ui.library.counting import Counts
    from reader.ui.state.parts import ListContent

SATURDAY = 5

_TAKE = Way("query.complete", "takes it")
_CLEAR = Way("find.clear", "clears the query")
_PUT_BACK = Way("query.cancel", "puts the list back")
_ALL = Way("view.all", "all papers")
_PICKS = Way("view.weights", "picks topics")
_HIDDEN = Way("find.query", "is:hidden lists them")

TO_LEARN = "Star a paper that you like, or pick three topics; then the best for you come first."

JUST_BEGUN = "starting"
"""The progress of a refresh that has nothing to report yet."""


def empty_reason(state: State, today: date, *, demo: bool = False) -> EmptyReason:
    """Return why the list is empty; `today` is the feed's day, and a `demo` never asks the feed.

    It names the keys that help here, whether or not a query is typed: those that do not act are not shown.
    """
    listing = state.listing
    if state.draft is not None and (reason := _while_typing(state, state.draft.typed)) is not None:
        return reason
    if listing.results is not None:
        ways = Way("find.query", "other words"), Way("app.escape", "back to the list"), _PUT_BACK
        return EmptyReason(said("The feed finds nothing for ", listing.results.text, "."), ways=ways)
    if listing.facts.missing_id:
        return _not_here(listing.facts.missing_id, demo=demo)
    if listing.facts.newest_day is None and not listing.facts.has_papers:
        return _no_papers(state, today, demo=demo)
    if listing.place.view.id == TRIAGE and state.triage is not None:
        from reader.ui.triage.lines import triage_summary

        one = state.triage
        return triage_summary(one.pace, one.counts, one.aside, one.finished)
    if _knows_nothing(listing):
        return EmptyReason(said("Nothing has been learned from your marks yet."), because(TO_LEARN), (_PICKS, _ALL))
    if listing.place.text:
        return _nothing_matches(state, today, demo=demo)
    return _nothing_listed(state, today, demo=demo)


def _knows_nothing(listing: ListContent) -> bool:
    """Whether the view For you is empty because nothing is learned of the user."""
    learned = listing.order.learned
    return listing.place.view.id == FOR_YOU and (learned is None or learned.taste.is_empty)


def corrected(place: Place, topics: Mapping[str, int]) -> str | None:
    """The query with its unknown topics mended; None if all are known, or none is near."""
    text = with_known_topics(place.text, tuple(topics))
    return text if text != place.text else None


# While typing


def _while_typing(state: State, typed: str) -> EmptyReason | None:
    """What to say of a text that can't be asked yet, or asks for a topic that there is not; None of any other.

    It agrees with the query line: its key takes a completion first, else the suggestion for the mistake.
    """
    topics = state.topic_papers
    mistake = find_mistake(typed)
    error = mistake or find_unknown_topic(typed, topics)
    if names_no_paper_yet(typed):
        return EmptyReason(said("Paste a paper's id or address."), because("Such as 2406.12345."), (_PUT_BACK,))
    if error is None:
        return None
    completion = complete(typed, len(typed), {**state.vocabulary, "topic": topics})
    is_later = completion is not None and error.suggestion is not None and error.end <= completion.start
    if completion is not None and not is_later:
        return EmptyReason(said("Nothing matches yet."), ways=(_PUT_BACK,))
    if error.suggestion:
        what = said(str(error)) if mistake else said("Nothing matches ", typed.strip(), ".")
        return EmptyReason(what, because("Did you mean ", mended(typed, error).strip(), "?"), (_TAKE, _PUT_BACK))
    if mistake is None:
        return None
    return EmptyReason(
        said("Nothing matches yet." if is_unfinished(typed, mistake) else str(mistake)), ways=(_PUT_BACK,)
    )


# A cache without papers, or without the paper


def _no_papers(state: State, today: date, *, demo: bool) -> EmptyReason:
    refresh, is_top = state.refresh, not state.listed_text
    what, sample = said("No papers yet."), Way("app.sample", "open the sample")
    if demo:
        return EmptyReason(what, ways=(Way("app.back", "quit"),))
    if refresh.progress is not None:
        why = because(_progress(state, f"Fetching {_fetched(refresh.view, today)}"))
        # With a query, the key first lets that go.
        return EmptyReason(what, why, (*_if(is_top, Way("app.escape", "stop")), sample))
    fetch = Way("app.refresh", "try again" if refresh.problem else "fetch")
    return EmptyReason(
        what, because(refresh.problem), (fetch, sample, *_if(is_top, Way("app.back", "quit")), _PUT_BACK)
    )


def _not_here(id: str, *, demo: bool) -> EmptyReason:
    what = said("", id, " is not here yet.")
    if demo:
        return EmptyReason(what, because("The sample fetches nothing."), (_CLEAR, _PUT_BACK))
    fetched = "fetches it from the feed or from arXiv"
    return EmptyReason(what, ways=(Way("find.fetch", fetched), Way("query.accept", fetched), _CLEAR, _PUT_BACK))


# With a query


def _nothing_matches(state: State, today: date, *, demo: bool) -> EmptyReason:
    place, counts = state.listing.place, state.place_counts
    if place.is_aside:
        return EmptyReason(
            said("No paper here fits ", place.text, "."), ways=(Way("app.escape", "goes back"), _PUT_BACK)
        )
    what = said("Nothing matches ", place.text, f"{_where(place.view, state.listing.facts.newest_day, today)}.")
    meant = corrected(place, state.topic_papers)
    if meant is not None:
        return EmptyReason(
            said("Nothing matches ", place.text, "."), because("Did you mean ", meant, "?"), (_TAKE, _CLEAR, _PUT_BACK)
        )
    if counts is not None and counts.base and asks_for_unread(place) and place.view.id != "second":
        return _all_of_view_read(state, counts, today)
    is_fetching = state.refresh.is_running and state.refresh.view == place.view.id
    if is_fetching and not (counts and counts.base):
        return EmptyReason(what, because(_progress(state, "It is being fetched")), (_CLEAR, _PUT_BACK))
    searches = _if(bool(feed_text(place.text)) and not demo, Way("find.feed", "searches the feed"))
    if state.in_all:
        why = because(f"{state.in_all:,} in all.")
        # Where the view has no papers at all, the key that clears the query would not help.
        clears = _if(counts is None or bool(counts.base), _CLEAR)
        return EmptyReason(what, why, (Way("find.widen", "searches all"), *clears, *searches, _PUT_BACK))
    if counts is not None and not counts.base:
        empty = _nothing_listed(state, today, demo=demo)
        return EmptyReason(what, because("".join(piece.text for piece in empty.what)), (_CLEAR, *searches, _PUT_BACK))
    return EmptyReason(what, ways=(_CLEAR, *searches, _PUT_BACK))


def _all_of_view_read(state: State, counts: Counts, today: date) -> EmptyReason:
    view = state.listing.place.view
    day = day_of(view, state.listing.facts.newest_day)
    if view.id == "today":
        return all_read(state, counts.base, "today", day)
    if day is not None:
        return all_read(state, counts.base, short_day(day, today), day)
    period = period_of_view(view.id)
    names = {
        **dict.fromkeys(("all", "unread"), "what is here"),
        **{"starred": "the starred papers", "queue": "the queue", "followed": "what you follow"},
    }
    return all_read(state, counts.base, period.name if period else names.get(view.id, view.name))


# Without a query


def _nothing_listed(state: State, today: date, *, demo: bool) -> EmptyReason:
    listing, counts = state.listing, state.counts
    view = listing.place.view
    period = period_of_view(f"{DAY}{listing.facts.newest_day}" if view.id == "today" else view.id)
    if view.id == "unread" and (counts is None or any(day.papers for day in counts.days)):
        return _everything_read(state, demo=demo)
    if view.id == "pages":
        why = "In a shell, 'dailypapers import FILE' takes in a page that a browser saved."
        return EmptyReason(said("No saved page is here yet."), because(why), (_ALL,))
    if view.id == "muted":
        why = "Papers with the words of mute in your settings come here."
        return EmptyReason(said("Nothing is muted."), because(why), (_ALL,))
    if listing.facts.are_hidden or view.id in ("all", "unread"):
        return _all_hidden(state, period, today)
    if view.id == "followed" and not state.follows:
        how = on_a_paper("paper.follow", "takes its authors, its venue, a topic or a word.")
        return EmptyReason(said("You follow nothing yet."), how, (_ALL, Way("app.help", "all keys")))
    if view.id == "followed" or view.id.startswith(FOLLOW):
        what = "that you follow" if view.id == "followed" else f"of {view.name}"
        return EmptyReason(said(f"No paper {what} is here yet."), because("New ones will be."), (_ALL,))
    if view.id == "starred":
        return EmptyReason(said("Nothing starred yet."), on_a_paper("paper.star", "keeps it here."), (_ALL,))
    if view.id == FOR_YOU:
        return EmptyReason(said("Nothing is left that is unread and not starred."), ways=(_ALL,))
    if view.id == QUEUED:
        how = on_a_paper("paper.queue", "puts it here until you let it go.")
        return EmptyReason(said("Nothing to read later."), how, (_ALL,))
    if view.id == "group":
        why = "In a shell, 'dailypapers group --help' says how to begin one, or to join."
        return EmptyReason(said("Nobody shares a paper with you yet."), because(why), (_ALL,))
    if view.id == "second":
        why = "Papers that change after you star, read or pass them come here."
        return EmptyReason(said("Nothing has changed."), because(why), (_ALL,))
    if view.is_ranking:
        return _no_ranking(state, today, demo=demo)
    if view.id.startswith(SAVED):
        return _nothing_in_saved(state)
    return _no_papers_of(state, period or period_containing("day", today), today, demo=demo)


def _everything_read(state: State, *, demo: bool) -> EmptyReason:
    papers = sum(day.papers for day in state.counts.days) if state.counts else 0
    number = f"All {papers:,} papers are read." if papers > 1 else "All papers are read."
    looks = _if(not demo and not state.refresh.is_running, Way("app.refresh", "looks for new ones"))
    return EmptyReason(said(number), because(_progress(state, "New ones are being fetched")), (*looks, _ALL))


def _all_hidden(state: State, period: Period | None, today: date) -> EmptyReason:
    view = state.listing.place.view
    if period is None:
        kind = f"{view.name.lower()} " if view.id in ("followed", "starred", "trending") else ""
        where = "" if kind or view.id in ("all", "unread") else f" in {view.name}"
        return EmptyReason(said(f"All {kind}papers{where} are hidden."), ways=(_HIDDEN,))
    name = "today" if view.id == "today" else _name(period, today)
    return EmptyReason(said(f"All papers of {name} are hidden."), ways=(*_near_days(state, period), _HIDDEN))


def _nothing_in_saved(state: State) -> EmptyReason:
    view = state.listing.place.view
    wrong = find_unknown_topic(view.query, state.topic_papers)
    why = because(f"{wrong} It asks for ") if wrong else because("It asks for ")
    return EmptyReason(said("No paper in ", view.name, "."), (*why, *because("", view.query, ".")), (_ALL,))


def _no_ranking(state: State, today: date, *, demo: bool) -> EmptyReason:
    what = said("No ranking yet.")
    if demo:
        return EmptyReason(what, because("The sample has none."), (_ALL,))
    if state.refresh.is_running and state.refresh.view == state.listing.place.view.id:
        return _being_fetched(state, today)
    why, fetch = state.refresh.problem, Way("app.refresh", "try again" if state.refresh.problem else "asks the feed")
    return EmptyReason(what, because(why or "What the feed ranks first now comes here."), (fetch, _ALL))


def _no_papers_of(state: State, period: Period, today: date, *, demo: bool) -> EmptyReason:
    refresh, is_day = state.refresh, period.kind == "day"
    if refresh.is_running and refresh.view == state.listing.place.view.id and not demo:
        return _being_fetched(state, today)
    is_weekend = is_day and period.first.weekday() >= SATURDAY
    effect = "" if is_weekend or demo else "asks the feed"
    if is_weekend:
        why = "The feed rests at weekends."
    elif demo:
        why = "The sample has only its own days."
    elif state.listing.facts.is_day_known:
        why = "The feed listed nothing."
    elif refresh.problem:
        why, effect = refresh.problem, "try again"
    else:
        why = "The feed has not been asked yet."
    what = said(f"No papers {'on' if is_day else 'in'} {_name(period, today)}.")
    ways = (*_near_days(state, period), *_if(bool(effect), Way("app.refresh", effect)))
    return EmptyReason(what, because(why), ways if ways and state.listing.facts.newest_day else (*ways, _ALL))


def _being_fetched(state: State, today: date) -> EmptyReason:
    what = said(f"Fetching {_fetched(state.refresh.view, today)}.")
    return EmptyReason(what, because(_progress(state, "")), (Way("app.escape", "stop"),))


def _fetched(view_id: str, today: date) -> str:
    """What a refresh for a view fetches."""
    period = period_of_view(view_id)
    if period is not None:
        return _name(period, today)
    return "the feed's ranking" if view_id == "trending" else "the latest days"


def _progress(state: State, what: str) -> str:
    """A sentence about the refresh, if one is running: what it does, and how far it is if that is known."""
    progress = state.refresh.progress
    if progress is None:
        return ""
    parts = [part for part in (what, progress if progress != JUST_BEGUN else "") if part]
    return f"{': '.join(parts)}." if parts else ""


# Days


def _where(view: View, newest: str | None, today: date) -> str:
    """The view for the end of a sentence; empty for all papers.

    Today shows the newest day of the cache, which may be an earlier one.
    """
    if view.id == "today" and newest and newest < today.isoformat():
        return f" on {short_day(newest, today)}"
    period = period_of_view(view.id)
    if period is not None:
        return f" {'on' if period.kind == 'day' else 'in'} {period.short}"
    return "" if view.id == "all" else f" in {view.name}"


def _name(period: Period, today: date) -> str:
    return short_day(period.date, today) if period.kind == "day" else period.name


def _near_days(state: State, period: Period) -> tuple[Way, ...]:
    """The keys to the nearest older and newer days with papers that are not hidden."""
    first, last = period.first.isoformat(), period.last.isoformat()
    days: tuple[DayCount, ...] = state.counts.days if state.counts else ()
    older = next((day for day in days if day.day < first and day.papers), None)
    newer = next((day for day in reversed(days) if day.day > last and day.papers), None)
    return tuple(
        Way(key, f"{near_day(day.day, edge)} has {day.papers:,}")
        for key, day, edge in (("day.older", older, first), ("day.newer", newer, last))
        if day is not None
    )


def _if(condition: bool, way: Way) -> tuple[Way, ...]:
    return (way,) if condition else ()
