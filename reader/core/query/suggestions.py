"""Help while a query is typed: what each piece of it is, and what may come next."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from reader.core.dates import DATE_WORDS
from reader.core.errors import QueryError
from reader.core.query.lexer import DATE_FIELDS, FIELDS, Token, Value, level, lex
from reader.core.query.parser import parse
from reader.core.query.values import CHOICES

SpanKind = Literal["field", "value", "operator", "word", "phrase", "error"]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a query's text and what it is."""

    start: int
    end: int
    kind: SpanKind


@dataclass(frozen=True, slots=True)
class Completion:
    """Texts that may stand in place of `start` to `end`, likeliest first."""

    start: int
    end: int
    candidates: tuple[str, ...]
    papers: tuple[int, ...] = ()
    """How many papers have each, where that is known of all."""


Vocabulary = Mapping[str, Mapping[str, int] | Sequence[str]]
"""The values known for a field (`topic`, `tag`, `keyword`, `author`, `org`, `source`), likeliest first.

Where they are a mapping it tells how many papers have each.
"""


def tokens(text: str) -> list[Span]:
    """The pieces of any text, half-typed or wrong too: in order, not overlapping, only white space between them."""
    spans = [span for token in lex(text) for span in _spans(token)]
    try:
        parse(text)
    except QueryError as error:
        return _marked(spans, error)
    return spans


_BEGUN_TO_EXCLUDE = re.compile(r"(?:^|(?<=[\s(]))-(?:(?:title|abstract|author|keyword|org):)?[^\W_]$", re.IGNORECASE)


def asked(text: str) -> str:
    """What a text that is being typed asks for: not yet to leave out what begins with its one last letter.

    On the way to `-video`, `-v` would leave out nearly every paper.
    """
    kept = _BEGUN_TO_EXCLUDE.sub("", text).strip()
    try:
        parse(kept)
    except QueryError:
        return text.strip()
    return kept


def complete(text: str, cursor: int, vocabulary: Vocabulary, limit: int = 8) -> Completion | None:
    """What the piece before the cursor may become, or None if nothing fits."""
    head = level(text[:cursor])
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
    # Of a list with commas only the last is being typed.
    item = value.rpartition(",")[2] if not value.startswith('"') else value
    start = cursor - len(item)
    known = vocabulary.get(field, ())
    if field in CHOICES or field in DATE_FIELDS:
        return _completion(start, cursor, item, _words_of(field, item), limit)
    found = _known(known, item.strip('"').lower(), limit + 1)
    papers = {_quoted(word): known[word] for word in found} if isinstance(known, Mapping) else {}
    completion = _completion(start, cursor, item, map(_quoted, found), limit)
    if completion is None or not papers:
        return completion
    return replace(completion, papers=tuple(papers[candidate] for candidate in completion.candidates))


def _words_of(field: str, item: str) -> list[str]:
    """The words of the language itself that a field takes and that begin as was typed."""
    typed = item.strip('"').lstrip("-" if field == "sort" else "").lower()
    if field in CHOICES:
        sign = "-" if item.startswith("-") else ""
        return [sign + choice for choice in CHOICES[field] if choice.startswith(typed)]
    before, dots, end = typed.rpartition("..")
    return [before + dots + word for word in (*DATE_WORDS, "7d", "2w", "3m") if word.startswith(end)]


def _known(words: Iterable[str], typed: str, most: int) -> list[str]:
    """Those that begin as was typed, then those in which a later word does; no further than need be looked."""
    begin: list[str] = []
    inside: list[str] = []
    for word in words:
        small = word.lower()
        if small.startswith(typed):
            begin.append(word)
            if len(begin) == most:
                break
        elif len(inside) < most and (f" {typed}" in small or f"-{typed}" in small):
            inside.append(word)
    return [*begin, *inside]


def _completion(start: int, end: int, typed: str, found: Iterable[str], limit: int) -> Completion | None:
    candidates = [candidate for candidate in found if candidate != typed][:limit]
    return Completion(start, end, tuple(candidates)) if candidates else None


def _quoted(word: str) -> str:
    return word if re.fullmatch(r"[\w.+/@-]+", word) else '"' + word.replace('"', "") + '"'


def _spans(token: Token) -> list[Span]:
    """A token's pieces: of a field its name with the colon, then its values and the commas between them."""
    match token.kind:
        case "word":
            return [Span(token.start, token.end, "word")]
        case "phrase":
            return [Span(token.start, token.end, "phrase" if _closed(token.values) else "error")]
        case "field":
            spans = []
            at = token.start
            for value in token.values:
                spans.append(Span(at, value.start, "field" if at == token.start else "operator"))
                spans.append(Span(value.start, value.end, "value" if value.closed else "error"))
                at = value.end
            if at < token.end:
                spans.append(Span(at, token.end, "field" if at == token.start else "operator"))
            return spans
    return [Span(token.start, token.end, "operator")]


def _closed(values: tuple[Value, ...]) -> bool:
    return all(value.closed for value in values)


def _marked(spans: list[Span], error: QueryError) -> list[Span]:
    """The spans with the stretch that an error points at cut out and marked."""
    marked: list[Span] = []
    for span in spans:
        marked += (
            Span(span.start, min(span.end, error.start), span.kind),
            Span(max(span.start, error.start), min(span.end, error.end), "error"),
            Span(max(span.start, error.end), span.end, span.kind),
        )
    return [span for span in marked if span.start < span.end]


Completer = Callable[[str, int], Completion | None]
"""`complete` with its vocabulary filled in, as a query line takes it."""
