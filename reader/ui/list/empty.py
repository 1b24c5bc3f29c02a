"""The text of an empty list: why it is empty, and the keys that help."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from reader.core.dates import period_of_view
from reader.core.lines import Line, Piece, cut, literal, without_breaks
from reader.core.views import FOR_YOU, LATEST, QUEUED
from reader.session.places import DAY, FOLLOW, SAVED, day_of, feed_text
from reader.ui.filter.state import in_all, topic_papers
from reader.ui.page.state import DECISIONS, TRIAGE, Triage, is_listed
from reader.ui.query.advice import correct_query, find_mistake, find_unknown_topic, with_known_topics
from reader.ui.refresh.state import REFRESH
from reader.ui.shell.state import State

if TYPE_CHECKING:
    pass

_MAX_TEXT_CHARACTERS = 120
_MAX_WAYS = 3
_ACTION = re.compile(r"`([a-z]+\.[a-z_]+)`")


class EmptyReason(NamedTuple):
    """Why a list is empty."""

    fact: str
    why: str = ""
    """A sentence, in which an action id in backticks becomes its key on a paper."""
    ways: tuple[str, ...] = ()
    """Actions that help, best first, each an id and the effect of its key, such as `view.all all papers`.

    Empty texts, and actions without a key in this context, are not shown.
    """


_ALL = "view.all all papers"
_CLEAR = "find.clear clears the query"
_PUT_BACK = "query.cancel puts the list back"
_DAYS = ("day.older older day", "day.newer newer day")

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
    "unread": ("All papers are read.", ""),
}
"""The text and reason of an empty view without a query."""


def empty_reason(state: State) -> EmptyReason:
    """Return why the list is empty, with all actions that help in any context."""
    listing, refresh, triage = state.listing, state[REFRESH], state[TRIAGE]
    view, facts, text = listing.place.view, listing.facts, _cut(listing.place.text)
    fetch = "app.escape stop" if refresh.is_running else f"app.refresh {'try again' if refresh.problem else 'fetch'}"
    progress = f"Fetching: {refresh.progress}." if refresh.is_running else refresh.problem
    if (mistake := _mistake(state)) is not None:
        return mistake
    if state.is_ranking or (view.id == FOR_YOU and not listing.order.complete):
        return EmptyReason("Ranking papers.", ways=("app.escape goes back",))
    if listing.results is not None:
        ways = "find.query other words", "app.escape back to the list", _PUT_BACK
        return EmptyReason(f"The feed finds nothing for {_cut(listing.results.text)}.", ways=ways)
    if facts.missing_id:
        how = "fetches it from the feed or from arXiv"
        fetches = f"find.fetch {how}", f"query.accept {how}"
        return EmptyReason(f"{facts.missing_id} is not here yet.", ways=(*fetches, _CLEAR, _PUT_BACK))
    if not facts.has_papers:
        leave = "" if state.listed_text else "app.back quit"
        return EmptyReason("No papers yet.", progress, (fetch, "app.sample open the sample", leave, _PUT_BACK))
    if triage is not None and triage.phase == "done" and is_listed(state):
        return triage_end(triage)
    if view.id == FOR_YOU and not listing.order.is_ranked:
        why = "Star a paper that you like, or pick three topics: papers that suit you then come first."
        return EmptyReason("Nothing has been learned from your marks yet.", why, ("read.why picks topics", _ALL))
    if text:
        more = in_all(state)
        widen, feed = more and "find.widen searches all", feed_text(text) and "find.feed searches the feed"
        fact, near = f"Nothing matches {text}{_where(state)}.", listing.place.query.plain_words
        why = f"{more:,} in all." if more else f"~{_cut(near)} finds the papers nearest in words." if near else ""
        return EmptyReason(fact, why, (widen or "", _CLEAR, feed or "", _PUT_BACK))
    if view.id in _VIEWS:
        return EmptyReason(*_VIEWS[view.id], (_ALL,))
    if view.id.startswith((FOLLOW, SAVED)):
        of = "of" if view.id.startswith(FOLLOW) else "in"
        return EmptyReason(f"No papers {of} {literal(view.name)} yet.", f"Its query is {_cut(view.query)}.", (_ALL,))
    if view.is_ranking:
        return EmptyReason("No ranking yet.", progress or "It appears here once it is fetched.", (fetch, _ALL))
    why = "The feed listed none, or all are hidden." if facts.is_day_known else "The feed has not been asked yet."
    return EmptyReason(f"No papers{_where(state)}.", progress or why, (*_DAYS, fetch))


def _mistake(state: State) -> EmptyReason | None:
    """The mistake in the query, and the query that was probably meant; None without a mistake."""
    text, topics = state.listing.place.text if state.draft is None else state.draft.typed, topic_papers(state)
    error = find_mistake(text) or find_unknown_topic(text, topics)
    if error is None:
        return None
    # While a query is typed, the query line names the mistake.
    fact = str(error) if state.draft is None else "Nothing matches yet."
    if not error.suggestion:
        return EmptyReason(fact, ways=(_CLEAR, _PUT_BACK))
    meant = _cut(with_known_topics(correct_query(text, error), topics).strip())
    return EmptyReason(fact, f"Did you mean {meant}?", ("query.complete takes it", _CLEAR, _PUT_BACK))


def _cut(text: str) -> str:
    return cut(literal(text), _MAX_TEXT_CHARACTERS)


def _where(state: State) -> str:
    """The view in words, for the end of a sentence; empty for all papers."""
    view, newest = state.listing.place.view, state.listing.facts.newest_day
    period = period_of_view(f"{DAY}{day}" if (day := day_of(view, newest)) else view.id)
    if period is not None:
        return f" {'on' if period.kind == 'day' else 'in'} {period.short}"
    return "" if view.id in ("all", LATEST) else f" in {literal(view.name)}"


def triage_end(triage: Triage) -> EmptyReason:
    """The summary of a triage: its decisions."""
    counts = triage.counts
    done = ", ".join(f"{counts[kind]:,} {word}" for kind, word in DECISIONS.items() if counts[kind])
    undo = "mark.undo takes the last one back" if counts else ""
    kept = "view.queue the queue" if counts["queue"] else "view.starred starred papers" if counts["star"] else ""
    ways = (undo, kept, "view.unread all unread", "app.escape back")
    return EmptyReason("No unread papers are left.", f"{done}." if done else "", ways)


def empty_state(
    reason: EmptyReason, key: Callable[[str], str], on_paper: Callable[[str], str] = lambda _: ""
) -> tuple[Line, ...]:
    """Draw the fact, its reason, and the keys that help, in at most three lines.

    `key` returns the key of an action in this context, or an empty text, and `on_paper` its key on a paper.
    """
    # The split puts action ids at odd places; an action without a key can be run from the command line.
    parts = enumerate(_ACTION.split(reason.why))
    why = [Piece(on_paper(part) or f":{part}", "key") if at % 2 else Piece(part, "why") for at, part in parts if part]
    ways = (way.partition(" ") for way in reason.ways if way)
    named = [(name, effect) for action, _, effect in ways if (name := key(action))][:_MAX_WAYS]
    keys: list[Piece] = []
    for name, effect in named:
        # Lines break only between keys.
        between = [Piece("   ")] if keys else []
        keys += [*between, Piece(without_breaks(name), "key"), Piece(without_breaks(f" {effect}"), "why")]
    return tuple(tuple(line) for line in ((Piece(reason.fact, "what"),), why, keys) if line)
