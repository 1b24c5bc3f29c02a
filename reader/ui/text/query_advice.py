"""The advice below a typed query: its mistake, completions, or examples."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from reader.core.errors import QueryError
from reader.core.nearest import nearest
from reader.core.query import parse
from reader.core.query.suggestions import Completion
from reader.session.places import feed_text
from reader.ui.text.lines import Line, Piece, literal, measure
from reader.ui.text.query_text import value_spans

EXAMPLES = 'words  "a phrase"  topic:agents  author:name  is:unread  since:7d  upvotes:>20  -not  OR'


class AdviceKeys(NamedTuple):
    """The displayed names of the keys in the advice."""

    take: str = "tab"
    """The key that takes a suggestion."""
    feed: str = ""
    """The key that searches the feed; empty if the feed can't be searched."""


class Typed(NamedTuple):
    """A partly typed query and its analysis."""

    text: str = ""
    error: QueryError | None = None
    """The mistake in the text."""
    completion: Completion | None = None
    """The completions of the piece before the cursor."""
    selected: int = 0
    """The index of the marked candidate in the completion."""
    insists: bool = False
    """Whether the text was just refused; the mistake then shows before any suggestion."""


def find_mistake(text: str) -> QueryError | None:
    """Return why a text does not parse; None if it does."""
    try:
        parse(text)
    except QueryError as error:
        return error
    return None


def find_unknown_topic(text: str, topics: Collection[str]) -> QueryError | None:
    """Return an error for the first topic that is not in `topics`, with the nearest one; None without topics."""
    for span in value_spans(text, "topic") if topics else ():
        slug = text[span.start : span.end].strip('"').lower()
        if slug not in topics:
            return QueryError(f"There is no topic {slug}.", span.start, span.end, nearest(slug, topics))
    return None


def advise(typed: Typed, keys: AdviceKeys, width: int) -> tuple[Line, Line]:
    """Return the advice, and a key with its effect that stays at the line's end if the line is cut."""
    if typed.completion and not typed.insists:
        suggested = _suggestions(typed.completion, typed.selected, keys.take, width)
        return suggested, _feed_hint(typed.text, keys.feed, width - measure(suggested))
    if typed.error is None:
        return ((), _feed_hint(typed.text, keys.feed)) if typed.text.strip() else ((Piece(EXAMPLES, "quiet"),), ())
    is_quiet = not typed.insists and _is_unfinished(typed.text, typed.error)
    problem: Line = (Piece(literal(str(typed.error)), "quiet" if is_quiet else "mistake"),)
    if not typed.error.suggestion:
        return problem, ()
    takes = f" takes {literal(typed.error.suggestion)}"
    return problem, (Piece("  "), Piece(keys.take, "key"), Piece(takes, "quiet"))


def _is_unfinished(text: str, error: QueryError) -> bool:
    """Return whether more typing may correct the mistake: it is at the very end, or a parenthesis is open."""
    return not error.suggestion and (error.end >= len(text.rstrip()) or text[error.start] == "(")


def _feed_hint(text: str, key: str, room: int | None = None) -> Line:
    """Name the key that searches the feed, if the text has words to search for and the hint fits."""
    if not key or not feed_text(text):
        return ()
    hint: Line = (Piece("  "), Piece(key, "key"), Piece(" searches the feed", "quiet"))
    return hint if room is None or measure(hint) <= room else ()


def _suggestions(completion: Completion, selected: int, take_key: str, width: int) -> Line:
    """List the suggestions, with their numbers of papers if these are known.

    The first ones are left out if the marked one would not fit.
    """
    key: Line = (Piece(take_key, "key"),)
    papers = completion.papers
    candidates: list[Line] = [
        (
            Piece("  "),
            Piece(literal(word), "chosen" if index == selected else "quiet"),
            *((Piece(f" {papers[index]:,}", "number"),) if papers else ()),
        )
        for index, word in enumerate(completion.candidates)
    ]
    first = 0
    while first < selected and measure(_joined(key, candidates[first : selected + 1])) > width:
        first += 1
    return _joined(key, candidates[first:])


def _joined(head: Line, lines: Sequence[Line]) -> Line:
    return (*head, *(piece for line in lines for piece in line))
