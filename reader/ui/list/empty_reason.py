"""Why the list is empty and what to do next, as a function of the state; and the notice at the end of a day."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING

from reader.core.dates import Period, period_containing, period_of_view
from reader.core.feed_days import SATURDAY
from reader.core.query.suggestions import complete
from reader.core.views import FOR_YOU, QUEUED, View
from reader.session.places import DAY, FOLLOW, SAVED, Place, asks_for_today, day_of, feed_text
from reader.ui.filter.state import COUNTED, FOLLOWED, in_all, place_counts, topic_papers
from reader.ui.kit.lines import day_left, near_day, short_day
from reader.ui.list.empty_lines import EmptyReason, Sentence
from reader.ui.query.advice import (
    find_mistake,
    find_unknown_topic,
    is_unfinished,
    mended,
    names_no_paper_yet,
    with_known_topics,
)
from reader.ui.query.state import VOCABULARY
from reader.ui.refresh.state import REFRESH
from reader.ui.shell.state import State
from reader.ui.triage.state import TRIAGE, is_listed

if TYPE_CHECKING:
    from reader.cache.reads.window import DayCount
    from reader.ui.library.counting import Counts

TO_LEARN = "Star a paper that you like, or pick three topics: papers that suit you then come first."

JUST_BEGUN = "starting"

_ALL = "view.all all papers"
_CLEAR = "find.clear clears the query"
_PUT_BACK = "query.cancel puts the list back"
_STOP = "app.escape stop"
_TAKE = "query.complete takes it"

_EMPTY_VIEWS: Mapping[str, tuple[str, str]] = {
    FOR_YOU: ("No unread papers are left but starred ones.", ""),
    QUEUED: ("The queue is empty.", "On a paper, `paper.queue` queues it until you remove it."),
    "followed": ("No papers that you follow yet.", "New ones will appear here."),
    "muted": ("Nothing is muted.", "Papers with one of your muted words appear here."),
    "pages": ("No saved pages yet.", "In a shell, 'dailypapers import FILE' imports a page that a browser saved."),
    "starred": ("Nothing starred yet.", "On a paper, `paper.star` keeps it here."),
}
"""The text and reason of an empty view, if they depend on nothing else."""

_NEVER_HIDDEN = ("muted", "pages")


def empty_reason(state: State, today: date, *, demo: bool = False) -> EmptyReason:
    """Return why the list is empty; `today` is the feed's day, and a `demo` never asks the feed.

    It names the keys that help, whether or not a query is typed; inactive keys are not shown.
    """
    listing = state.listing
    view, facts = listing.place.view, listing.facts
    if state.draft is not None and (reason := _while_typing(state, state.draft.typed)) is not None:
        return reason
    if state.is_ranking or (view.id == FOR_YOU and not listing.order.complete):
        return _ranking(state)
    if listing.results is not None:
        ways = "find.query other words", "app.escape back to the list", _PUT_BACK
        return EmptyReason(("The feed finds nothing for ", listing.results.text, "."), ways=ways)
    if facts.missing_id:
        what = ("", facts.missing_id, " is not here yet.")
        if demo:
            return EmptyReason(what, "The sample fetches nothing.", (_CLEAR, _PUT_BACK))
        fetches = "fetches it from the feed or from arXiv"
        return EmptyReason(what, "", (f"find.fetch {fetches}", f"query.accept {fetches}", _CLEAR, _PUT_BACK))
    if not facts.has_papers:
        return _no_papers(state, today, demo=demo)
    triage = state[TRIAGE]
    if triage is not None and triage.phase == "done" and is_listed(state):
        from reader.ui.triage.lines import triage_end

        counts, oldest = state[COUNTED], triage.days[-1] if triage.days else None
        days = () if counts is None else counts.days
        older = next((day for day in days if (oldest is None or day.day < oldest) and day.unread), None)
        way = "" if older is None else f"day.older {day_left(older, oldest)}"
        return triage_end(triage, today, way)
    if view.id == FOR_YOU and not listing.order.is_ranked:
        return EmptyReason("Nothing has been learned from your marks yet.", TO_LEARN, ("read.why picks topics", _ALL))
    if listing.place.text:
        return _nothing_matches(state, today, demo=demo)
    return _nothing_listed(state, today, demo=demo)


def corrected(state: State, today: date) -> str | None:
    """The query with its topics corrected, or for the latest day if today has no papers; None if it is fine."""
    place = state.listing.place
    text = with_known_topics(place.text, tuple(topic_papers(state)))
    if _is_too_early(state, today):
        text = re.sub("day:today", "day:latest", text, flags=re.IGNORECASE)
    return text if text != place.text else None


def _is_too_early(state: State, today: date) -> bool:
    """Whether the query asks for today's papers, and the newest ones are older."""
    newest = state.listing.facts.newest_day
    return bool(newest and newest < today.isoformat()) and asks_for_today(state.listing.place.query)


def _ranking(state: State) -> EmptyReason:
    counts = state[COUNTED]
    papers = 0 if counts is None or state.place.text else counts.by_view.get(state.place.view.id, 0)
    return EmptyReason(f"Ranking {f'{papers:,} ' if papers else ''}papers.", ways=("app.escape goes back",))


def _while_typing(state: State, typed: str) -> EmptyReason | None:
    """The reason for a text that can't be run yet or has an unknown topic; None for other texts.

    It agrees with the query line: its key takes a completion first, else the suggestion for the mistake.
    """
    topics = topic_papers(state)
    mistake = find_mistake(typed)
    error = mistake or find_unknown_topic(typed, topics)
    if names_no_paper_yet(typed):
        return EmptyReason("Paste a paper's id or address.", "Such as 1706.03762.", (_PUT_BACK,))
    if error is None:
        return None
    words = state[VOCABULARY]
    completion = complete(typed, len(typed), {**words, "topic": topics})
    is_later = completion is not None and error.suggestion is not None and error.end <= completion.start
    if completion is not None and not is_later:
        return EmptyReason("Nothing matches yet.", ways=(_PUT_BACK,))
    if error.suggestion:
        what: Sentence = str(error) if mistake else ("Nothing matches ", typed.strip(), ".")
        return EmptyReason(what, ("Did you mean ", mended(typed, error).strip(), "?"), (_TAKE, _PUT_BACK))
    if mistake is None:
        return None
    return EmptyReason("Nothing matches yet." if is_unfinished(typed, mistake) else str(mistake), ways=(_PUT_BACK,))


def _no_papers(state: State, today: date, *, demo: bool) -> EmptyReason:
    refresh, is_top = state[REFRESH], not state.listed_text
    what, sample, leave = "No papers yet.", "app.sample open the sample", "app.back quit"
    if demo:
        return EmptyReason(what, ways=(leave,))
    if refresh.progress is not None:
        # With a query, the key first clears it.
        ways = (_STOP if is_top else "", sample)
        return EmptyReason(what, _progress(state, f"Fetching {_fetched(refresh.view, today)}"), ways)
    fetch = "app.refresh try again" if refresh.problem else "app.refresh fetch"
    return EmptyReason(what, refresh.problem, (fetch, sample, leave if is_top else "", _PUT_BACK))


# With a query


def _nothing_matches(state: State, today: date, *, demo: bool) -> EmptyReason:
    place, counts = state.listing.place, place_counts(state)
    has_papers = counts is None or bool(counts.base)
    if place.query.like:
        return EmptyReason(("No paper here fits ", place.text, "."), "", ("app.escape goes back", _PUT_BACK))
    if place.query.near:
        return EmptyReason(("No paper here is close to ", place.query.near, "."), "", (_CLEAR, _PUT_BACK))
    if (meant := corrected(state, today)) is not None:
        what: Sentence = ("Nothing matches ", place.text, ".")
        asks = "Did you mean "
        if _is_too_early(state, today):
            what = "No papers from today."
            asks = f"Latest is {short_day(state.listing.facts.newest_day or '', today)}. {asks}"
        return EmptyReason(what, (asks, meant, "?"), (_TAKE, _CLEAR, _PUT_BACK))
    what = ("Nothing matches ", place.text, f"{_where(place.view, state.listing.facts.newest_day, today)}.")
    if counts is not None and counts.base and asks_for_unread(place):
        return _all_read(state, counts.base)
    if state[REFRESH].is_running and state[REFRESH].view == place.view.id and not (counts and counts.base):
        return EmptyReason(what, _progress(state, "It is being fetched"), (_CLEAR, _PUT_BACK))
    searches = "find.feed searches the feed" if feed_text(place.text) and not demo else ""
    if in_all(state):
        # In a view without any papers, clearing the query would not help.
        ways = ("find.widen searches all", _CLEAR if has_papers else "", searches, _PUT_BACK)
        return EmptyReason(what, f"{in_all(state):,} in all.", ways)
    why = "" if has_papers else _nothing_listed(state, today, demo=demo).what
    return EmptyReason(what, "".join(why), (_CLEAR, searches, _PUT_BACK))


def _where(view: View, newest: str | None, today: date) -> str:
    """The view for the end of a sentence; empty for all papers."""
    period = _period(view, newest)
    if period is not None:
        return f" {'on' if period.kind == 'day' else 'in'} {period.short}"
    return "" if view.id == "all" else f" in {view.name}"


# Without a query


def _nothing_listed(state: State, today: date, *, demo: bool) -> EmptyReason:
    listing, counts = state.listing, state[COUNTED]
    view = listing.place.view
    period = _period(view, listing.facts.newest_day)
    if view.id == "unread" and (counts is None or any(day.papers for day in counts.days)):
        papers = sum(day.papers for day in counts.days) if counts else 0
        looks = "" if demo or state[REFRESH].is_running else "app.refresh looks for new ones"
        what = f"All {f'{papers:,} ' if papers > 1 else ''}papers are read."
        return EmptyReason(what, _progress(state, "New ones are being fetched"), (looks, _ALL))
    if view.id not in _NEVER_HIDDEN and (listing.facts.are_hidden or view.id in ("all", "unread")):
        return _all_hidden(state, period, today)
    if view.id == "followed" and not state[FOLLOWED]:
        how = "On a paper, `paper.follow` follows its authors, its venue, a topic or a word."
        return EmptyReason("You follow nothing yet.", how, (_ALL, "app.help all keys"))
    if view.id in _EMPTY_VIEWS:
        return EmptyReason(*_EMPTY_VIEWS[view.id], (_ALL,))
    if view.id.startswith(FOLLOW):
        return EmptyReason(f"No paper of {view.name} is here yet.", "New ones will appear here.", (_ALL,))
    if view.id.startswith(SAVED):
        wrong = find_unknown_topic(view.query, topic_papers(state))
        asks = ("" if wrong is None else f"{wrong} ") + "Its query is "
        return EmptyReason(("No paper in ", view.name, "."), (asks, view.query, "."), (_ALL,))
    if state[REFRESH].is_running and state[REFRESH].view == view.id and not demo:
        return EmptyReason(f"Fetching {_fetched(view.id, today)}.", _progress(state, ""), (_STOP,))
    if view.is_ranking:
        fetch = "app.refresh try again" if state[REFRESH].problem else "app.refresh asks the feed"
        why = state[REFRESH].problem or "Papers that the feed ranks first now appear here."
        return EmptyReason("No ranking yet.", "The sample has none." if demo else why, ("" if demo else fetch, _ALL))
    return _no_papers_of(state, period or period_containing("day", today), today, demo=demo)


def _all_hidden(state: State, period: Period | None, today: date) -> EmptyReason:
    view, lists = state.listing.place.view, "find.query is:hidden lists them"
    if period is not None:
        return EmptyReason(f"All papers of {_name(period, today)} are hidden.", "", (*_near_days(state, period), lists))
    kind = f"{view.name.lower()} " if view.id in ("followed", "starred", "trending") else ""
    where = "" if kind or view.id in ("all", "unread") else f" in {view.name}"
    return EmptyReason(f"All {kind}papers{where} are hidden.", "", (lists,))


def _no_papers_of(state: State, period: Period, today: date, *, demo: bool) -> EmptyReason:
    is_day, problem = period.kind == "day", state[REFRESH].problem
    asks = "app.refresh asks the feed"
    if is_day and period.first.weekday() >= SATURDAY:
        why, asks = "The feed rests at weekends.", ""
    elif demo:
        why, asks = "The sample has only its own days.", ""
    elif state.listing.facts.is_day_known:
        why = "The feed listed no papers."
    elif problem:
        why, asks = problem, "app.refresh try again"
    else:
        why = "The feed has not been asked yet."
    ways = tuple(filter(None, (*_near_days(state, period), asks)))
    ways = ways if ways and state.listing.facts.newest_day else (*ways, _ALL)
    return EmptyReason(f"No papers {'on' if is_day else 'in'} {_name(period, today)}.", why, ways)


def _period(view: View, newest: str | None) -> Period | None:
    return period_of_view(f"{DAY}{day}" if (day := day_of(view, newest)) else view.id)


def _name(period: Period, today: date) -> str:
    return short_day(period.date, today) if period.kind == "day" else period.name


def _near_days(state: State, period: Period) -> tuple[str, ...]:
    first, last = period.first.isoformat(), period.last.isoformat()
    counts = state[COUNTED]
    days: tuple[DayCount, ...] = counts.days if counts else ()
    older = next((day for day in days if day.day < first and day.papers), None)
    newer = next((day for day in reversed(days) if day.day > last and day.papers), None)
    return tuple(
        f"{key} {near_day(day.day, edge)} has {day.papers:,}{day.plus}"
        for key, day, edge in (("day.older", older, first), ("day.newer", newer, last))
        if day is not None
    )


def _fetched(view_id: str, today: date) -> str:
    period = period_of_view(view_id)
    if period is not None:
        return _name(period, today)
    return "the feed's ranking" if view_id == "trending" else "the latest days"


def _progress(state: State, what: str) -> str:
    """A sentence about a running refresh: its task, and its progress if known."""
    progress = state[REFRESH].progress
    if progress is None:
        return ""
    parts = [part for part in (what, progress if progress != JUST_BEGUN else "") if part]
    return f"{': '.join(parts)}." if parts else ""


# All read


def _all_read(state: State, papers: int) -> EmptyReason:
    """Say that all papers of the view are read, and where unread ones are."""
    day = day_of(state.listing.place.view, state.listing.facts.newest_day)
    ways = _ways_on(state[COUNTED], state.listing.place, day)
    nowhere = "" if ways else "No unread papers are left anywhere."
    what = f"All {f'{papers:,} ' if papers > 1 else ''}read."
    return EmptyReason(what, nowhere, (*ways, "find.clear shows them", _PUT_BACK))


def day_end_notice(state: State, day: DayCount, key: Callable[[str], str]) -> str:
    """The notice after a mark that finished the listed day, and what comes next; empty if some papers are unread."""
    if day.unread or not day.papers:
        return ""
    number = f"{day.papers:,} " if day.papers > 1 else ""
    ways = (way.partition(" ") for way in _ways_on(state[COUNTED], state.place, day.day))
    on = [f"{key(action)} {effect}" for action, _, effect in ways if key(action)]
    nowhere = ["no unread papers are left"] if state[COUNTED] is not None and not on else []
    # A narrow terminal drops the last part, which the end of the list also shows.
    return " · ".join((f"All {number}read", f"{key('mark.undo')} undoes", *on[:1], *nowhere))


def _ways_on(counts: Counts | None, place: Place, day: str | None) -> tuple[str, ...]:
    """The ways to unread papers from a place whose papers are all read; `day` is its day, if it has one."""
    if counts is None:
        return ()
    ways = []
    older = _next_older(place, day, counts.days) if day is not None else None
    if older is not None and older.unread:
        ways.append(f"day.older {day_left(older, day)}")
    # The counts may be older than the last mark.
    here = next((other.unread for other in counts.days if other.day == day), 0)
    elsewhere = counts.by_view["unread"] - here
    if elsewhere > 0:
        ways.append(f"view.unread all {elsewhere:,} unread")
    return tuple(ways)


def _next_older(place: Place, day: str, days: tuple[DayCount, ...]) -> DayCount | None:
    """The day that the key for the older day goes to; None if unknown."""
    if place.text and not asks_for_unread(place):
        return None
    return next((other for other in days if other.day < day and (other.unread or not place.text)), None)


def asks_for_unread(place: Place) -> bool:
    """Whether the query asks only for the view's unread papers."""
    return bool(place.text) and str(place.query.root) == "is:unread"
