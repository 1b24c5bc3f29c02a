"""Parses tokens into a tree. Errors point at the mistake.

    text  := query? ("~" free text)?  the free text ends with the query
    query := and ("OR" and)*          AND binds closer than OR
    and   := not not*                 "AND" may be typed anywhere and is ignored
    not   := ("-" | "NOT")* (word | "phrase" | field:value | "(" query ")")

Operators are in upper case: "mind and brain" is three words. `sort:` may be anywhere outside parentheses, without a
minus before it.
A word with a colon is a field if a field's name precedes the colon. It is an error if that name is lower case and
nearly a field's name (`topc:agents`) or another program's name for a field (`date:`). Every other word with a colon is
a plain word (`Olmo:3`, `http://x`). A word that names a paper (`2406.12345`, `https://arxiv.org/abs/2406.12345`) is
that paper's `id:`. Every term needs a letter or digit; signs between two words, such as in a pasted title (`Methods &
Insights`), are ignored.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NoReturn

from reader.core import removed
from reader.core.dates import DATE_WORDS, DateRange, parse_date, parse_date_range
from reader.core.errors import QueryError
from reader.core.nearest import nearest
from reader.core.query.lexer import (
    ALIASES,
    COUNT_FIELDS,
    DATE_FIELDS,
    EXAMPLES,
    FIELDS,
    NAME_FIELDS,
    TEXT_FIELDS,
    Token,
    Value,
    lex,
)
from reader.core.query.nodes import (
    Count,
    DateTerm,
    Match,
    Near,
    Node,
    Query,
    Sort,
    Term,
    all_of,
    any_of,
    is_term,
    names_in,
    negation,
    top_level,
)
from reader.core.text import split_words

MAX_QUERY_CHARACTERS = 2000
"""Maximum length of a query, in characters."""
MAX_TERMS = 100
"""Maximum number of terms; keeps the SQL far from SQLite's limits on depth and variables."""
MAX_DEPTH = 30
"""Maximum depth of nested parentheses."""


@lru_cache(maxsize=256)
def parse(text: str) -> Query:
    """Parse a query. Results are cached, since each count of the views and topics parses the same dozens of queries.

    Raises QueryError, whose span and suggestion point at the first mistake.
    """
    if len(text) > MAX_QUERY_CHARACTERS:
        raise QueryError(
            f"A query may have at most {MAX_QUERY_CHARACTERS:,} characters.", MAX_QUERY_CHARACTERS, len(text)
        )
    if id := _only_paper(text):
        return Query(Term("id", id))
    lexed = lex(text)
    tokens = _without_signs([token for token in lexed if token.kind != "and"])
    if lexed and not tokens:
        raise _wrong(f"{lexed[0].text} needs a term.", lexed[0])
    tokens, near = _lift_near(tokens)
    tokens, sort = _lift_sort(tokens)
    root = _Parser(tokens).query() if tokens else None
    _expect_like_alone(root, tokens)
    if near:
        root = near if root is None else all_of([root, near])
    return Query(root, sort)


def _wrong(message: str, at: Token | Value, suggestion: str | None = None) -> QueryError:
    """The error for a mistake that spans a whole token or value."""
    return QueryError(message, at.start, at.end, suggestion)


class _Parser:
    """Recursive descent over the tokens."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.at = 0
        self.depth = 0
        self.terms = 0

    def query(self) -> Node:
        root = self.any()
        if self.at < len(self.tokens):
            # A group ends before the end of the text only at a closing parenthesis.
            stray = self.tokens[self.at]
            raise _wrong("This parenthesis was never opened.", stray)
        return root

    def any(self) -> Node:
        nodes = [self.all()]
        while self.kind() == "or":
            self.at += 1
            nodes.append(self.all())
        return any_of(nodes)

    def all(self) -> Node:
        nodes: list[Node] = []
        while self.kind() not in ("or", "close", None):
            nodes.append(self.parse_negation())
        if not nodes:
            self.fail_without_term()
        return all_of(nodes)

    def parse_negation(self) -> Node:
        flips = 0
        while self.kind() == "not":
            flips += 1
            self.at += 1
        if self.kind() in ("or", "close", None):
            self.fail_without_term()
        node = self.primary()
        return negation(node) if flips % 2 else node

    def primary(self) -> Node:
        token = self.tokens[self.at]
        self.at += 1
        if token.kind == "open":
            return self.group(token)
        self.terms += len(token.values) or 1
        if self.terms > MAX_TERMS:
            raise _wrong(f"A query may have at most {MAX_TERMS} terms.", token)
        if token.kind == "field":
            return _field(token)
        return _phrase(token) if token.kind == "phrase" else _word(token)

    def group(self, opening: Token) -> Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise _wrong("The parentheses are nested too deeply.", opening)
        if self.kind() == "close":
            raise QueryError("The parentheses are empty.", opening.start, self.tokens[self.at].end)
        if self.kind() is None:
            raise _wrong("This parenthesis is never closed.", opening)
        node = self.any()
        if self.kind() != "close":
            raise _wrong("This parenthesis is never closed.", opening)
        self.at += 1
        self.depth -= 1
        return node

    def kind(self) -> str | None:
        return self.tokens[self.at].kind if self.at < len(self.tokens) else None

    def fail_without_term(self) -> NoReturn:
        """Raise QueryError at an operator, parenthesis or end of text that lacks a term before it."""
        before = self.tokens[self.at - 1] if self.at else None
        if before is not None and before.kind in ("or", "not"):
            raise _wrong(f"{before.text} needs a term after it.", before)
        token = self.tokens[self.at]
        if token.kind == "close":
            raise _wrong("This parenthesis was never opened.", token)
        raise _wrong(f"{token.text} needs a term before it.", token)


def _without_signs(tokens: list[Token]) -> list[Token]:
    """The tokens without sign-only words between two words, as in a pasted title."""
    kept: list[Token] = []
    signs: list[Token] = []
    for token in tokens:
        if token.kind == "word" and not split_words(token.text):
            signs.append(token)
            continue
        if signs and not (kept and kept[-1].kind == token.kind == "word"):
            kept += signs
        signs = []
        kept.append(token)
    return kept + signs


def _lift_near(tokens: list[Token]) -> tuple[list[Token], Near | None]:
    """Split the free text off the tokens."""
    if not tokens or tokens[-1].kind != "near":
        return tokens, None
    *rest, near = tokens
    if not split_words(near.text):
        raise _wrong("~ needs words that say what the papers are about: ~robots that fold laundry.", near)
    if rest and rest[-1].kind in ("or", "not"):
        raise QueryError(
            "~ applies to all terms before it: it can't follow OR, NOT or a minus.", rest[-1].start, near.start + 1
        )
    return rest, Near(" ".join(near.text.split()))


def _expect_like_alone(root: Node | None, tokens: list[Token]) -> None:
    """Raise QueryError for a `like:` that is not a top-level term."""
    if any(not is_term(node, "like") and any(names_in(node, "like")) for node in top_level(root)):
        like = next(token for token in tokens if token.kind == "field" and token.text == "like")
        raise _wrong("like: applies to all other terms: it can't be excluded or joined to a term by OR.", like)


def _lift_sort(tokens: list[Token]) -> tuple[list[Token], Sort | None]:
    """Split `sort:` off the tokens."""
    rest: list[Token] = []
    lifted: Sort | None = None
    depth = 0
    for token in tokens:
        depth += (token.kind == "open") - (token.kind == "close")
        if token.kind != "field" or token.text != "sort":
            rest.append(token)
            continue
        if depth > 0:
            raise _wrong("sort: must be outside the parentheses.", token)
        if lifted:
            raise _wrong("A query can have only one sort:. Remove one.", token)
        if rest and rest[-1].kind == "not":
            raise _wrong("sort: can't be excluded. sort:-day reverses an order.", token)
        lifted = _sort(token)
    return rest, lifted


def _phrase(token: Token) -> Match:
    (value,) = _values(token)
    _expect_letters(token)
    return Match(value.text, exact=True)


def _word(token: Token) -> Match | Term:
    if id := _named_paper(token.text):
        return Term("id", id)
    name, colon, rest = token.text.partition(":")
    if colon and (instead := removed.FIELDS.get(name.lower())):
        raise QueryError(f"{name}: is no longer a field. {instead}", token.start, token.start + len(name) + 1)
    if colon and not rest.startswith("//") and (field := _intended_field(name)):
        raise QueryError(f"There is no field {name}:.", token.start, token.start + len(name) + 1, f"{field}:")
    _expect_letters(token)
    return Match(token.text)


def _only_paper(text: str) -> str | None:
    """The paper named by a whole pasted text with spaces: `arXiv:2406.12345 [cs.CL]`, or a file's path."""
    text = text.strip().removeprefix("id:").strip()
    return _named_paper(text) if " " in text else None


def _named_paper(word: str) -> str | None:
    """The arXiv id in a word or pasted address, else None."""
    if "." not in word and "/" not in word:
        return None
    from reader.core.ids import doi_in, named_id

    return named_id(word) or doi_in(word)


def _intended_field(name: str) -> str | None:
    """The intended field of a mistyped name before a colon; None if it is a plain word."""
    if not (name.isascii() and name.isalpha() and name.islower()):
        return None
    # Short names resemble too many words: "as:" is not "is:", "cat:" is not "tag:".
    return ALIASES.get(name) or (nearest(name, FIELDS) if len(name) > 3 else None)


# Values of fields

CHOICES = {
    "is": (
        "unread", "read", "starred", "queued", "hidden", "new", "trending", "opened", "followed", "muted",
    ),
    "has": (
        "code", "project", "media", "model", "dataset", "space", "note", "highlight", "comments", "fulltext",
    ),
    "sort": ("day", "upvotes", "published", "added", "relevance", "title", "trending", "queue", "foryou", "page"),
}  # fmt: skip
"""The values of each field that has fixed values."""

_NAMED_BY_USER = ("tag", "view")
"""Fields whose values may consist of signs, because the user named them, such as a tag with a star."""

_NUMBER = re.compile(r"(>=|<=|>|<|=)?([0-9]{1,18}k?)", re.IGNORECASE)
_RANGE = re.compile(r"([0-9]{1,18}k?)?\.\.([0-9]{1,18}k?)?", re.IGNORECASE)

_MAX_NUMBER = 10**15
"""Larger numbers are replaced by this one: no count is this high, and SQLite's integers are bounded."""


def _field(token: Token) -> Node:
    """The node of a field's token.

    Raises QueryError if its value is missing or invalid.
    """
    return any_of([_node(token, value) for value in _values(token)])


def _values(token: Token) -> tuple[Value, ...]:
    """The values of a field, or the text of a phrase; raises QueryError for an open quote and without any value."""
    for value in token.values:
        if not value.is_closed:
            raise _wrong("This quote is never closed.", value)
    if any(value.text.strip() for value in token.values):
        return token.values
    if token.kind == "phrase":
        raise _wrong("The quotes are empty.", token)
    raise _wrong(f"{token.text}: needs a value, such as {EXAMPLES[token.text]}.", token)


def _sort(token: Token) -> Sort:
    (value,) = _values(token)
    key = value.text.lower()
    reverse = key.startswith("-")
    return Sort(_choice("sort", value, key[1:] if reverse else key), reverse)


def _expect_letters(part: Token | Value) -> None:
    """Raise QueryError for a text without words, which the index can't look up."""
    if not split_words(part.text):
        raise _wrong(f"“{part.text.strip()}” has no letter or digit to search for.", part)


def _node(token: Token, value: Value) -> Node:
    name = token.text
    if not value.text.strip():
        raise _wrong(f"{name}: has an empty value.", value)
    if name in ("title", "author") and not value.is_quoted and value.text[0] == "/":
        raise _wrong(f"{name}: no longer takes a regular expression. Write words, or a phrase in quotes.", value)
    if name in (*TEXT_FIELDS, *NAME_FIELDS) and name not in (*CHOICES, *_NAMED_BY_USER):
        _expect_letters(value)
    if name in TEXT_FIELDS:
        return Match(value.text, exact=value.is_quoted, field=name)
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
        # An address or a file's name is also accepted and replaced by its id.
        from reader.core.ids import doi_in, named_id

        return named_id(text) or doi_in(text) or text
    return text.lower()


def _count(token: Token, value: Value) -> Count:
    name, text = token.text, value.text
    if bound := _NUMBER.fullmatch(text):
        sign, number = bound[1] or "=", _number(bound[2])
        low = {">": min(_MAX_NUMBER, number + 1), ">=": number, "=": number}.get(sign)
        high = {"<": number - 1, "<=": number, "=": number}.get(sign)
        if high == -1:
            raise _wrong("The number can't be below 0.", value, "0")
        return Count(name, low, high)
    if (ends := _RANGE.fullmatch(text)) and text != "..":
        low, high = (_number(end) if end else None for end in ends.groups())
        if low is not None and high is not None and low > high:
            raise _wrong(f"{low} is more than {high}.", value, f"{high}..{low}")
        return Count(name, low, high)
    raise _wrong(f"“{text}” is not a number: write {name}:>20, {name}:<=5, {name}:7 or {name}:10..50.", value)


def _number(text: str) -> int:
    return min(_MAX_NUMBER, int(text[:-1]) * 1000 if text[-1] in "kK" else int(text))


def _when(token: Token, value: Value) -> DateTerm:
    name, text = token.text, value.text
    if name in ("since", "until") and ".." in text:
        raise QueryError(f"{name}: takes one date; write a range as day:{text}.", token.start, value.end, f"day:{text}")
    try:
        if name == "since":
            return DateTerm(name, DateRange(parse_date(text), None))
        if name == "until":
            return DateTerm(name, DateRange(None, parse_date(text)))
        return DateTerm(name, parse_date_range(text))
    except ValueError as error:
        raise _wrong(f"{error}.", value, nearest(text, DATE_WORDS)) from None


def _choice(name: str, value: Value, typed: str) -> str:
    choices = CHOICES[name]
    if typed in choices:
        return typed
    if instead := removed.VALUES.get((name, typed)):
        raise _wrong(f"{name}:{typed} was removed. {instead}", value)
    suggestion = nearest(typed, choices)
    raise _wrong(f"{name}: takes {', '.join(choices[:-1])} or {choices[-1]}, not “{typed}”.", value, suggestion)
