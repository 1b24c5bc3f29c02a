"""Check the values of fields and turn them into nodes."""

from __future__ import annotations

import re

from reader.core.dates import DATE_WORDS, DateRange, parse_date, parse_date_range
from reader.core.errors import QueryError
from reader.core.nearest import nearest
from reader.core.query.lexer import COUNT_FIELDS, DATE_FIELDS, NAME_FIELDS, TEXT_FIELDS, Token, Value
from reader.core.query.nodes import Count, Match, Node, Regex, Sort, Term, When, any_of
from reader.core.query.regex import UnsafePattern, compile_pattern, matches
from reader.core.text import split_words

CHOICES = {
    "is": (
        "unread",
        "read",
        "starred",
        "queued",
        "hidden",
        "new",
        "trending",
        "changed",
        "opened",
        "finished",
        "passed",
        "followed",
        "highlighted",
        "muted",
    ),
    "has": ("code", "project", "media", "model", "dataset", "space", "note", "comments", "fulltext", "output"),
    "sort": (
        *("day", "upvotes", "published", "added", "relevance"),
        *("title", "trending", "rising", "queue", "foryou", "page"),
    ),
}
"""The fields with fixed values, and those values."""

EXAMPLES = {
    "title": "title:attention",
    "abstract": 'abstract:"world model"',
    "author": 'author:"kaiming he"',
    "keyword": "keyword:diffusion",
    "org": "org:nvidia",
    "fulltext": 'fulltext:"sparse attention"',
    "topic": "topic:agents",
    "tag": "tag:later",
    "note": 'note:"compare with ours"',
    "source": "source:arxiv",
    "category": "category:cs.RO",
    "venue": "venue:iclr",
    "submitter": "submitter:akhaliq",
    "id": "id:2406.12345",
    "like": "like:2406.12345",
    "is": "is:unread",
    "view": "view:evals",
    "follow": 'follow:"kaiming he"',
    "by": "by:ada is:starred",
    "has": "has:code",
    "output": 'output:"weak baseline"',
    "day": "day:today",
    "published": "published:2026-05",
    "since": "since:7d",
    "until": "until:2026-05-31",
    "changed": "changed:7d",
    "upvotes": "upvotes:>20",
    "comments": "comments:>=3",
    "stars": "stars:>100",
    "authors": "authors:<5",
    "sort": "sort:upvotes",
}
"""An example term for each field."""

FORMER = {("is", "risen"): "changed"}
"""Values of saved queries that have another name now."""

_NAMED_BY_USER = ("tag", "view", "by")
"""Fields whose values may be signs alone, since the user has given them as names, such as a tag with a star."""

_ANY_CHARACTERS = (" ", "?", "0", "a", "漢")
"""A regex that finds each of these alone finds every text."""

_NUMBER = re.compile(r"(>=|<=|>|<|=)?([0-9]{1,18}k?)", re.IGNORECASE)
_RANGE = re.compile(r"([0-9]{1,18}k?)?\.\.([0-9]{1,18}k?)?", re.IGNORECASE)

_MOST = 10**15
"""Larger numbers become this one: no count is so high, and SQLite's integers are bounded."""


def field_node(token: Token) -> Node:
    """The node of a field's token.

    Raises QueryError if its value is missing or invalid.
    """
    if not token.values or not any(value.text.strip() for value in token.values if value.closed):
        _expect_open_value(token)
    nodes = [_node(token, value) for value in token.values]
    return any_of(nodes)


def sort_node(token: Token) -> Sort:
    """The order that a `sort:` asks for.

    Raises QueryError.
    """
    if not token.values:
        _expect_open_value(token)
    value = token.values[0]
    key = value.text.lower()
    reverse = key.startswith("-")
    return Sort(_choice("sort", value, key[1:] if reverse else key), reverse)


def expect_closed(value: Value) -> None:
    """Raise QueryError if a quote or slash was opened and never closed."""
    if not value.closed:
        what = "regex" if value.form == "regex" else "quote"
        raise QueryError(f"This {what} is never closed.", value.start, value.end)


def expect_letters(text: str, start: int, end: int) -> None:
    """Raise QueryError for a text without words, which the index of words can't look up."""
    if not split_words(text):
        raise QueryError(f"“{text.strip()}” has no letter or digit to search for.", start, end)


def _expect_open_value(token: Token) -> None:
    for value in token.values:
        expect_closed(value)
    raise QueryError(f"{token.text}: needs a value, such as {EXAMPLES[token.text]}.", token.start, token.end)


def _node(token: Token, value: Value) -> Node:
    name = token.text
    expect_closed(value)
    if not value.text.strip():
        raise QueryError(f"{name}: has an empty value.", value.start, value.end)
    if value.form == "regex":
        return _regex(name, value)
    if name in (*TEXT_FIELDS, *NAME_FIELDS) and name not in (*CHOICES, *_NAMED_BY_USER):
        expect_letters(value.text, value.start, value.end)
    if name in TEXT_FIELDS:
        return _match(token, value)
    if name in COUNT_FIELDS:
        return _count(token, value)
    if name in DATE_FIELDS:
        return _when(token, value)
    if name in CHOICES:
        return Term(name, _choice(name, value, value.text.lower()))
    return Term(name, _name(name, value.text))


def _name(name: str, text: str) -> str:
    """A name in its stored form: slugs and tags in lower case, and a slug with hyphens instead of spaces."""
    text = " ".join(text.split())
    if name == "topic":
        return re.sub(r"[\s_]+", "-", text.lower())
    if name == "category":
        # arXiv's own form: `cs.RO`, `cond-mat.mes-hall`.
        archive, dot, part = text.partition(".")
        return archive.lower() + dot + (part.upper() if len(part) == 2 else part.lower())
    if name in ("id", "like"):
        # An address or a file's name is accepted too: it is replaced by the id in it.
        from reader.core.ids import doi_in, named_id

        return named_id(text) or doi_in(text) or text
    return text.lower()


def _match(token: Token, value: Value) -> Match:
    name = token.text
    if name == "author" and value.form == "bare" and (_NUMBER.fullmatch(value.text) or value.text[0] in "<>="):
        raise QueryError(
            "author: takes a name, authors: counts them.",
            token.start,
            token.start + len("author:"),
            "authors:",
        )
    return Match(value.text, exact=value.form == "quoted", field=name)


def _regex(name: str, value: Value) -> Regex:
    try:
        compile_pattern(value.text)
    except UnsafePattern as error:
        raise QueryError(f"{error}.", value.start, value.end) from None
    if all(matches(value.text, char) for char in _ANY_CHARACTERS):
        raise QueryError("Every text matches this regex.", value.start, value.end)
    return Regex(name, value.text)


def _count(token: Token, value: Value) -> Count:
    name, text = token.text, value.text
    if one := _NUMBER.fullmatch(text):
        number = _number(one[2])
        match one[1]:
            case ">":
                return Count(name, min(_MOST, number + 1), None)
            case ">=":
                return Count(name, number, None)
            case "<" if number == 0:
                raise QueryError("The number may not be below 0.", value.start, value.end, "0")
            case "<":
                return Count(name, None, number - 1)
            case "<=":
                return Count(name, None, number)
        return Count(name, number, number)
    if (ends := _RANGE.fullmatch(text)) and text != "..":
        low, high = (_number(end) if end else None for end in ends.groups())
        if low is not None and high is not None and low > high:
            raise QueryError(f"{low} is more than {high}.", value.start, value.end, f"{high}..{low}")
        return Count(name, low, high)
    if name == "authors" and any(char.isalpha() for char in text):
        raise QueryError(
            "authors: counts them, author: takes a name.",
            token.start,
            token.start + len("authors:"),
            "author:",
        )
    raise QueryError(
        f"“{text}” is not a number: write {name}:>20, {name}:<=5, {name}:7 or {name}:10..50.",
        value.start,
        value.end,
    )


def _number(text: str) -> int:
    return min(_MOST, int(text[:-1]) * 1000 if text[-1] in "kK" else int(text))


def _when(token: Token, value: Value) -> When:
    name, text = token.text, value.text
    if name in ("since", "until") and ".." in text:
        raise QueryError(f"{name}: takes one date; write a range as day:{text}.", token.start, value.end, f"day:{text}")
    try:
        if name == "since":
            return When(name, DateRange(parse_date(text), None))
        if name == "until":
            return When(name, DateRange(None, parse_date(text)))
        return When(name, parse_date_range(text))
    except ValueError as error:
        raise QueryError(f"{error}.", value.start, value.end, nearest(text, DATE_WORDS)) from None


def _choice(name: str, value: Value, typed: str) -> str:
    choices = CHOICES[name]
    typed = FORMER.get((name, typed), typed)
    if typed in choices:
        return typed
    meant = nearest(typed, choices)
    raise QueryError(
        f"{name}: takes {', '.join(choices[:-1])} or {choices[-1]}, not “{typed}”.", value.start, value.end, meant
    )
