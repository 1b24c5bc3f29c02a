"""The advice below a typed query: a mistake, completions or examples."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from reader.core.errors import QueryError
from reader.core.lines import Line, Piece, literal, measure
from reader.core.query import parse
from reader.core.query.suggestions import Completion, nearest_value
from reader.session.places import feed_text
from reader.ui.kit.lines import key_piece
from reader.ui.shell.state import Part, State

if TYPE_CHECKING:
    from reader.core.query.suggestions import QuerySpan


EXAMPLES = 'words  "a phrase"  topic:agents  author:name  is:unread  since:7d  upvotes:>20  -not  OR'


class AdviceKeys(NamedTuple):
    """The displayed names of the keys in the advice."""

    take: str = "tab"
    feed: str = ""
    """The key that searches the feed; empty if the feed can't be searched."""


class TypedTerms(NamedTuple):
    """An incomplete query and its analysis."""

    text: str = ""
    error: QueryError | None = None
    completion: Completion | None = None
    selected: int = 0
    insists: bool = False
    """Whether the text was just refused; the mistake is then shown before suggestions."""


def find_mistake(text: str) -> QueryError | None:
    try:
        parse(text)
    except QueryError as error:
        return error
    return None


def find_unknown_topic(text: str, topics: Collection[str]) -> QueryError | None:
    """An error for a topic that is not in `topics`, with the nearest topic; None without topics.

    A mistake with a suggestion takes precedence. `topics` are in the order in which they complete a query.
    """
    unknown: QueryError | None = None
    for span in topic_spans(text) if topics else ():
        slug = text[span.start : span.end].strip('"').lower()
        if slug in topics:
            continue
        error = QueryError(f"There is no topic {slug}.", span.start, span.end, nearest_value(slug, topics))
        if error.suggestion:
            return error
        unknown = unknown or error
    return unknown


def correct_query(text: str, error: QueryError) -> str:
    return f"{text[: error.start]}{error.suggestion}{text[error.end :]}" if error.suggestion else text


def with_known_topics(text: str, topics: Collection[str]) -> str:
    """The text with each unknown topic replaced by the nearest topic."""
    while (error := find_unknown_topic(text, topics)) is not None and error.suggestion:
        text = correct_query(text, error)
    return text


MIN_COLUMNS_FOR_FEED_HINT = 70
"""In a narrower line, the suggestions need the columns in which the key that searches the feed would be named."""


def advise(typed: TypedTerms, keys: AdviceKeys, width: int) -> tuple[Line, Line]:
    """The advice, and a key with its effect that stays at the end if the line is cut."""
    if typed.completion and not typed.insists:
        hint = _feed_hint(typed.text, keys) if width >= MIN_COLUMNS_FOR_FEED_HINT else ()
        return _suggestions(typed.completion, typed.selected, keys.take, width - measure(hint)), hint
    if typed.error is None:
        # If nothing is typed, the examples are cut, not the key.
        return (() if typed.text.strip() else (Piece(EXAMPLES, "quiet"),)), _feed_hint(typed.text, keys)
    is_quiet = not typed.insists and is_unfinished(typed.text, typed.error)
    problem: Line = (Piece(literal(str(typed.error)), "quiet" if is_quiet else "mistake"),)
    return problem, _key_hint(keys.take, f"takes {typed.error.suggestion}") if typed.error.suggestion else ()


def is_unfinished(text: str, error: QueryError) -> bool:
    """Return whether more typing may correct the mistake: it is at the very end, or a parenthesis is open."""
    return not error.suggestion and (error.end >= len(text.rstrip()) or text[error.start] == "(")


def _feed_hint(text: str, keys: AdviceKeys) -> Line:
    return _key_hint(keys.feed, "searches the feed") if feed_text(text) else ()


def _key_hint(key: str, effect: str) -> Line:
    return (Piece("  "), key_piece(key), key_piece(key, f" {effect}", "quiet")) if key else ()


def _suggestions(completion: Completion, selected: int, take_key: str, width: int) -> Line:
    """List the suggestions, with their numbers of papers if known.

    The first suggestions are omitted if the marked suggestion would not fit.
    """
    key: Line = (key_piece(take_key),)
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
    while first < selected and measure(_join_lines(key, candidates[first : selected + 1])) > width:
        first += 1
    return _join_lines(key, candidates[first:])


def _join_lines(head: Line, lines: Sequence[Line]) -> Line:
    return (*head, *(piece for line in lines for piece in line))


def topic_spans(text: str) -> list[QuerySpan]:
    """Return the spans of the topics in a query's text."""
    from reader.core.query.suggestions import tokens

    spans = []
    inside = False
    for span in tokens(text):
        if span.kind == "field":
            inside = text[span.start : span.end].lower() == "topic:"
        elif span.kind == "value" and inside:
            spans.append(span)
        elif text[span.start : span.end] != ",":
            inside = False
    return spans


VOCABULARY: Part[Mapping[str, Mapping[str, int] | Sequence[str]]] = Part({})
"""Keywords, people and other query values; empty until needed."""


def type_query(state: State, text: str, topics: Collection[str] = ()) -> State:
    """Store the typed text; the list follows unless it has a mistake. `topics` are all known topics."""
    if state.draft is None:
        return state
    from reader.core.query.suggestions import finished_query

    typing = replace(state, draft=state.draft._replace(typed=text))
    return typing if find_mistake(text) else typing.go(typing.place._replace(text=finished_query(text, topics)))
