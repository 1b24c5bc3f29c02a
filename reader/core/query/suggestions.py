"""Help while a query is typed: colours for its parts, and completions."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from reader.core.dates import DATE_WORDS
from reader.core.errors import QueryError
from reader.core.nearest import beginning, nearest
from reader.core.query.lexer import DATE_FIELDS, FIELDS, Token, level, lex, split_near
from reader.core.query.parser import CHOICES, parse
from reader.core.text import split_words

SpanKind = Literal["field", "value", "operator", "word", "phrase", "error"]


@dataclass(frozen=True, slots=True)
class QuerySpan:
    """A stretch of a query's text and its kind."""

    start: int
    end: int
    kind: SpanKind


@dataclass(frozen=True, slots=True)
class Completion:
    """Texts that can replace `start` to `end`, likeliest first."""

    start: int
    end: int
    candidates: tuple[str, ...]
    papers: tuple[int, ...] = ()
    """The number of papers with each candidate; empty unless known for all."""


Vocabulary = Mapping[str, Mapping[str, int] | Sequence[str]]
"""Known values of the fields `topic`, `tag`, `keyword`, `author`, `org` and `source`, likeliest first.

A mapping also holds the number of papers with each value.
"""


def tokens(text: str) -> list[QuerySpan]:
    """The parts of any text, even incomplete or wrong: in order, without overlaps, with only white space between."""
    spans = [span for token in lex(text) for span in _spans(token) if span.start < span.end]
    try:
        parse(text)
    except QueryError as error:
        return [
            replace(span, kind="error") if span.start < error.end and error.start < span.end else span for span in spans
        ]
    return spans


_EXCLUDES_ONE_LETTER = re.compile(r"(?:^|(?<=[\s(]))-(?:(?:title|abstract|author|keyword|org):)?[^\W_]$", re.IGNORECASE)
_LAST_TOPIC = re.compile(r"(?:^|(?<=[\s(]))-?topic:([\w-]+)$", re.IGNORECASE)


def finished_query(text: str, topics: Collection[str] = ()) -> str:
    """The query to run while a text is typed: without an unfinished last term.

    On the way to `-video` a user types `-v`, which would exclude nearly every paper, and on the way to `topic:video`,
    `topic:v`, which matches no paper.
    """
    terms, near = split_near(text)
    if near:
        free_text = near if split_words(near) else ""
        return " ".join(part for part in (finished_query(terms, topics), free_text) if part)
    kept = _EXCLUDES_ONE_LETTER.sub("", text).strip()
    last = _LAST_TOPIC.search(text)
    slug = last[1].lower() if last else ""
    if last and slug not in topics and any(topic.startswith(slug) for topic in topics):
        kept = text[: last.start()].strip()
    try:
        parse(kept)
    except QueryError:
        return text.strip()
    return kept


def complete(text: str, cursor: int, vocabulary: Vocabulary, limit: int = 8) -> Completion | None:
    """The completions of the part before the cursor, or None if there are none."""
    head = level(text[:cursor])
    if split_near(head)[1]:
        return None
    typed = re.search(r'-*([^\s()]*"[^"]*|[^\s()"]*)$', head)
    if typed is None or not typed[1]:
        return None
    piece, start = typed[1], typed.start(1)
    name, colon, value = piece.partition(":")
    if not colon:
        if piece.startswith('"'):
            return None
        fields = [f"{field}:" for field in FIELDS if field.startswith(piece.lower())]
        slugs = [f"topic:{slug}" for slug in vocabulary.get("topic", ()) if slug.startswith(piece.lower())]
        return _completion(start, cursor, piece, [*fields, *slugs], limit)
    field = name.lower()
    if field not in FIELDS:
        return None
    # Only the last item of a comma-separated list is completed.
    item = value.rpartition(",")[2] if not value.startswith('"') else value
    start = cursor - len(item)
    known = vocabulary.get(field, ())
    if field in CHOICES or field in DATE_FIELDS:
        return _completion(start, cursor, item, _language_values(field, item), limit)
    words = beginning(known, item.strip('"'), limit + 1)
    papers = {_quote(word): known[word] for word in words} if isinstance(known, Mapping) else {}
    completion = _completion(start, cursor, item, map(_quote, words), limit)
    if completion is None or not papers:
        return completion
    return replace(completion, papers=tuple(papers[candidate] for candidate in completion.candidates))


def nearest_value(typed: str, known: Iterable[str]) -> str | None:
    """The probably intended value for a wrong one: a completion if there is one, else the most similar value."""
    completions = beginning(known, typed, 1) if typed else []
    return completions[0] if completions else nearest(typed, known)


def _language_values(field: str, item: str) -> list[str]:
    """The query language's own values of a field that begin with the typed text."""
    typed = item.strip('"').lstrip("-" if field == "sort" else "").lower()
    if field in CHOICES:
        sign = "-" if item.startswith("-") else ""
        return [sign + choice for choice in CHOICES[field] if choice.startswith(typed)]
    before, dots, end = typed.rpartition("..")
    return [before + dots + word for word in (*DATE_WORDS, "7d", "2w", "3m") if word.startswith(end)]


def _completion(start: int, end: int, typed: str, texts: Iterable[str], limit: int) -> Completion | None:
    candidates = [candidate for candidate in texts if candidate != typed][:limit]
    return Completion(start, end, tuple(candidates)) if candidates else None


def _quote(word: str) -> str:
    return word if re.fullmatch(r"[\w.+/@-]+", word) else '"' + word.replace('"', "") + '"'


def _spans(token: Token) -> list[QuerySpan]:
    """A token's parts: a field has its name with the colon, its values, and the commas between them."""
    match token.kind:
        case "word":
            return [QuerySpan(token.start, token.end, "word")]
        case "near":
            begin = token.start + 1
            return [QuerySpan(token.start, begin, "operator"), QuerySpan(begin, token.end, "phrase")]
        case "phrase":
            is_closed = all(value.is_closed for value in token.values)
            return [QuerySpan(token.start, token.end, "phrase" if is_closed else "error")]
        case "field":
            spans = []
            at = token.start
            for value in token.values:
                spans.append(QuerySpan(at, value.start, "field" if at == token.start else "operator"))
                spans.append(QuerySpan(value.start, value.end, "value" if value.is_closed else "error"))
                at = value.end
            if at < token.end:
                spans.append(QuerySpan(at, token.end, "field" if at == token.start else "operator"))
            return spans
    return [QuerySpan(token.start, token.end, "operator")]


Completer = Callable[[str, int], Completion | None]
"""`complete` with a bound vocabulary, for the query line."""
