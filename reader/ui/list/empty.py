"""The text of an empty list, with its reason and the keys that help, and the notice at the end of a day."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from reader.core.dates import period_of_view
from reader.core.lines import Line, Piece, cut, without_breaks
from reader.core.views import FOR_YOU, LATEST, QUEUED
from reader.session.places import DAY, FOLLOW, SAVED, Place, day_of, feed_text
from reader.ui.filter.state import COUNTED, in_all, place_counts, topic_papers
from reader.ui.kit.lines import day_left, short_day
from reader.ui.page.state import DECISIONS, TRIAGE, Triage, is_listed
from reader.ui.query.advice import correct_query, find_mistake, find_unknown_topic, with_known_topics
from reader.ui.refresh.state import REFRESH
from reader.ui.shell.state import State

if TYPE_CHECKING:
    from reader.cache.reads.window import DayCount
    from reader.ui.filter.counter import Counts

_MAX_TERM_CHARACTERS = 120
_MAX_WAYS = 3
_ACTION = re.compile(r"`([a-z]+\.[a-z_]+)`")

Sentence: TypeAlias = str | tuple[str, str, str]
"""A text, in which an action id in backticks becomes its key; or the texts before and after a text of the user."""


class EmptyReason(NamedTuple):
    """Why a list is empty."""

    fact: Sentence
    why: Sentence = ""
    ways: tuple[str, ...] = ()
    """Actions that help, best first, each an id and the effect of its key, such as `view.all all papers`.

    Empty texts, and actions without a key in this context, are not shown.
    """


_ALL = "view.all all papers"
_CLEAR = "find.clear clears the query"
_PUT_BACK = "query.cancel puts the list back"
_DAYS = ("day.older older day", "day.newer newer day")

_NEEDS_FEED = ("app.refresh", "app.sample", "find.feed", "find.fetch", "query.accept")
"""The actions that the sample does not offer, because it sends no requests."""

_VIEWS: Mapping[str, tuple[str, str]] = {
    FOR_YOU: ("No unread papers are left but starred ones.", ""),
    QUEUED: ("The queue is empty.", "On a paper, `paper.queue` queues it until you remove it."),
    "followed": (
        "No papers that you follow yet.",
        "On a paper, `paper.follow` follows its authors, its venue, a topic or a word.",
    ),
    "muted": ("Nothing is muted.", "Papers with one of your muted words appear here."),
    "pages": ("No saved pages yet.", "In a shell, 'dailypapers import FILE' imports a page that a browser saved."),
    "starred": ("Nothing starred yet.", "On a paper, `paper.star` keeps it here."),
}
"""The text and reason of an empty view without a query."""


def empty_reason(state: State, today: date, *, demo: bool = False) -> EmptyReason:
    """Return why the list is empty; `today` is the feed's day, and a `demo` sends no requests."""
    reason = _reason(state, today)
    if not demo:
        return reason
    why = (
        "The sample has only its own papers."
        if any(way.startswith("app.refresh") for way in reason.ways)
        else reason.why
    )
    return reason._replace(why=why, ways=tuple(way for way in reason.ways if not way.startswith(_NEEDS_FEED)))


def _reason(state: State, today: date) -> EmptyReason:
    """The first case that applies, with all actions that help in any context."""
    listing, refresh, triage = state.listing, state[REFRESH], state[TRIAGE]
    view, facts = listing.place.view, listing.facts
    asks = "app.escape stop" if refresh.is_running else f"app.refresh {'try again' if refresh.problem else 'fetch'}"
    text = listing.place.text if state.draft is None else state.draft.typed
    topics = topic_papers(state)
    error = find_mistake(text) or find_unknown_topic(text, topics)
    if error is not None:
        # While a query is typed, the query line names the mistake.
        what = str(error) if state.draft is None else "Nothing matches yet."
        if not error.suggestion:
            return EmptyReason(what, ways=(_CLEAR, _PUT_BACK))
        meant = with_known_topics(correct_query(text, error), topics).strip()
        return EmptyReason(what, ("Did you mean ", meant, "?"), ("query.complete takes it", _CLEAR, _PUT_BACK))
    if state.is_ranking or (view.id == FOR_YOU and not listing.order.complete):
        return EmptyReason("Ranking papers.", ways=("app.escape goes back",))
    if listing.results is not None:
        ways = "find.query other words", "app.escape back to the list", _PUT_BACK
        return EmptyReason(("The feed finds nothing for ", listing.results.text, "."), ways=ways)
    if facts.missing_id:
        how = "fetches it from the feed or from arXiv"
        fetches = f"find.fetch {how}", f"query.accept {how}"
        return EmptyReason(("", facts.missing_id, " is not here yet."), "", (*fetches, _CLEAR, _PUT_BACK))
    if not facts.has_papers:
        leave = "" if state.listed_text else "app.back quit"
        samples = asks, "app.sample open the sample"
        return EmptyReason("No papers yet.", _progress(state) or refresh.problem, (*samples, leave, _PUT_BACK))
    if triage is not None and triage.phase == "done" and is_listed(state):
        return triage_end(triage, today, counts.days if (counts := state[COUNTED]) else ())
    if view.id == FOR_YOU and not listing.order.is_ranked:
        why = "Star a paper that you like, or pick three topics: papers that suit you then come first."
        return EmptyReason("Nothing has been learned from your marks yet.", why, ("read.why picks topics", _ALL))
    if listing.place.text:
        return _nothing_matches(state)
    if view.id not in ("muted", "pages") and (facts.are_hidden or view.id == "all"):
        return EmptyReason(f"All papers{_where(state)} are hidden.", "", (*_DAYS, "find.query is:hidden lists them"))
    if view.id in _VIEWS:
        return EmptyReason(*_VIEWS[view.id], (_ALL,))
    if view.id.startswith((FOLLOW, SAVED)):
        return EmptyReason(
            (f"No papers {'of' if view.id.startswith(FOLLOW) else 'in'} ", view.name, " yet."),
            ("Its query is ", view.query, "."),
            (_ALL,),
        )
    if view.id == "unread":
        return EmptyReason("All papers are read.", _progress(state), (asks, _ALL))
    if view.is_ranking:
        return EmptyReason("No ranking yet.", refresh.problem or "It appears here once it is fetched.", (asks, _ALL))
    why = "The feed listed no papers." if facts.is_day_known else "The feed has not been asked yet."
    return EmptyReason(f"No papers{_where(state)}.", _progress(state) or refresh.problem or why, (*_DAYS, asks))


def _nothing_matches(state: State) -> EmptyReason:
    place, counts = state.listing.place, place_counts(state)
    if counts is not None and counts.base and _asks_for_unread(place):
        ways = _ways_on(counts, place, day_of(place.view, state.listing.facts.newest_day))
        return EmptyReason(f"All {_number(counts.base)}read.", "", (*ways, "find.clear shows them", _PUT_BACK))
    more, searches = in_all(state), "find.feed searches the feed" if feed_text(place.text) else ""
    ways = "find.widen searches all" if more else "", _CLEAR, searches, _PUT_BACK
    what = ("Nothing matches ", place.text, f"{_where(state)}.")
    return EmptyReason(what, f"{more:,} in all." if more else "", ways)


def _progress(state: State) -> str:
    progress = state[REFRESH].progress
    return "" if progress is None else f"Fetching: {progress}."


def _where(state: State) -> str:
    """The view in words, for the end of a sentence; empty for all papers."""
    view, newest = state.listing.place.view, state.listing.facts.newest_day
    period = period_of_view(f"{DAY}{day}" if (day := day_of(view, newest)) else view.id)
    if period is not None:
        return f" {'on' if period.kind == 'day' else 'in'} {period.short}"
    return "" if view.id in ("all", LATEST) else f" in {view.name}"


def day_end_notice(state: State, day: DayCount, key: Callable[[str], str]) -> str:
    """The notice after a mark that finished the listed day, with the next step; empty if papers are unread."""
    if day.unread or not day.papers:
        return ""
    ways = (way.partition(" ") for way in _ways_on(state[COUNTED], state.place, day.day))
    on = [f"{key(action)} {effect}" for action, _, effect in ways if key(action)]
    nowhere = ["no unread papers are left"] if state[COUNTED] is not None and not on else []
    # A narrow terminal drops the last part, which the end of the list also shows.
    return " · ".join((f"All {_number(day.papers)}read", f"{key('mark.undo')} undoes", *on[:1], *nowhere))


def _number(papers: int) -> str:
    return f"{papers:,} " if papers > 1 else ""


def _ways_on(counts: Counts | None, place: Place, day: str | None) -> tuple[str, ...]:
    """The actions that lead to unread papers from a place where all are read; `day` is its day, if any."""
    if counts is None:
        return ()
    ways = []
    if day is not None and (not place.text or _asks_for_unread(place)):
        # The key for the older day skips days without papers that match the query.
        older = next(
            (other for other in counts.days if other.day < day and (other.unread or not place.text)),
            None,
        )
        if older is not None and older.unread:
            ways.append(f"day.older {day_left(older, day)}")
    # The counts may be older than the last mark.
    here = next((other.unread for other in counts.days if other.day == day), 0)
    elsewhere = counts.views["unread"] - here
    return (*ways, f"view.unread all {elsewhere:,} unread") if elsewhere > 0 else tuple(ways)


def _asks_for_unread(place: Place) -> bool:
    """Whether the query asks only for the view's unread papers."""
    return bool(place.text) and str(place.query.root) == "is:unread"


def triage_end(triage: Triage, today: date, days: Sequence[DayCount] = ()) -> EmptyReason:
    """The summary of a triage: its days and decisions.

    `days` are all days, newest first, to find the next day with unread papers.
    """
    oldest = triage.days[-1] if triage.days else None
    left = next((day for day in days if (oldest is None or day.day < oldest) and day.unread), None)
    older = "" if left is None else f"day.older {day_left(left, oldest)}"
    if not triage.decisions:
        return EmptyReason("No unread papers are left.", ways=(older, "view.unread all unread", "app.escape back"))
    counts = triage.counts
    done = ", ".join(f"{counts[kind]:,} {word}" for kind, word in DECISIONS.items() if counts[kind])
    kept = "view.queue the queue" if counts["queue"] else "view.starred starred papers" if counts["star"] else ""
    ways = ("mark.undo takes the last one back", older, kept, "app.escape back")
    return EmptyReason(f"{_names_of_days(triage.days, today)}: no unread papers are left.", f"{done}.", ways)


def _names_of_days(days: tuple[str, ...], today: date) -> str:
    """The names of days: `Tue 1 Dec`, or `Tue 1 Dec to Thu 19 Nov, 9 days`."""
    names = [short_day(day, today) for day in days]
    return names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}, {len(names)} days"


# Drawing


def empty_state(
    reason: EmptyReason, key: Callable[[str], str], on_paper: Callable[[str], str] = lambda _: ""
) -> tuple[Line, ...]:
    """Draw the fact, its reason, and the keys that help, in at most three lines.

    `key` returns the key of an action in this context, or an empty text, and `on_paper` its key on a paper.
    """
    what, why = (_line(text, role, on_paper) for text, role in ((reason.fact, "what"), (reason.why, "why")))
    return tuple(line for line in (what, why, _keys(reason.ways, key)) if line)


def _line(text: Sentence, role: str, on_paper: Callable[[str], str]) -> Line:
    if isinstance(text, tuple):
        pieces = [Piece(text[0], role), Piece(cut(text[1], _MAX_TERM_CHARACTERS), "term"), Piece(text[2], role)]
    else:
        # The split puts action ids at odd places; an action without a key can be run from the command line.
        parts = enumerate(_ACTION.split(text))
        pieces = [Piece(on_paper(part) or f":{part}", "key") if at % 2 else Piece(part, role) for at, part in parts]
    return tuple(piece for piece in pieces if piece.text)


def _keys(ways: tuple[str, ...], key: Callable[[str], str]) -> Line:
    """List the keys with their effects; lines break only between keys."""
    parted = (way.partition(" ") for way in ways if way)
    shown = [(name, effect) for action, _, effect in parted if (name := key(action))][:_MAX_WAYS]
    pieces = [
        (Piece("   "), Piece(without_breaks(name), "key"), Piece(without_breaks(f" {effect}"), "why"))
        for name, effect in shown
    ]
    return tuple(piece for way in pieces for piece in way)[1:]
