"""A query's text as tokens; never fails, so that half-typed text can be drawn too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

TEXT_FIELDS = ("title", "abstract", "author", "keyword", "org")
NAME_FIELDS = ("topic", "tag", "source", "category", "id", "is", "has")
DATE_FIELDS = ("day", "published", "since", "until")
COUNT_FIELDS = ("upvotes", "comments", "stars", "authors")
FIELDS = (*TEXT_FIELDS, *NAME_FIELDS, *DATE_FIELDS, *COUNT_FIELDS, "sort")
REGEX_FIELDS = ("title", "author")

LIST_FIELDS = ("author", "keyword", "org", *NAME_FIELDS)
"""Fields whose value may be several, with commas between, any of which is meant."""

ALIASES = {
    "organization": "org",
    "organisation": "org",
    "affiliation": "org",
    "date": "day",
    "after": "since",
    "before": "until",
    "votes": "upvotes",
    "likes": "upvotes",
    "order": "sort",
    "label": "tag",
    "arxiv": "id",
}
"""Names of other programs, and ours for them: only ever suggested."""

_BLANK = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_CURLY = re.compile("[“”„]")
_SPACE = re.compile(r"\s+")
_WORD = re.compile(r'[^\s()"]+')
_NAME = re.compile(r"([A-Za-z]+):")
_PHRASE = re.compile(r'"((?:[^"\\]|\\.)*)("?)')
_PATTERN = re.compile(r"/((?:[^/\\]|\\.)*)(/?)")
_ITEM = re.compile(r'[^\s()",]+')
_UNESCAPE = re.compile(r'\\(["\\])')

Kind = Literal["word", "phrase", "field", "open", "close", "or", "and", "not"]
Form = Literal["bare", "quoted", "regex"]


class Value(NamedTuple):
    """One value of a field, or the text of a phrase; `start` and `end` take in its quotes or slashes."""

    text: str
    start: int
    end: int
    form: Form = "bare"
    closed: bool = True


class Token(NamedTuple):
    """One piece of a query; `text` is what it says, `start` and `end` where it stands."""

    kind: Kind
    text: str
    start: int
    end: int
    values: tuple[Value, ...] = ()
    """Of a field, its values; of a phrase, its one."""


def lex(text: str) -> list[Token]:
    """Split any text into tokens, in order, with only white space between them."""
    return list(_scan(level(text)))


def level(text: str) -> str:
    """The text, equally long, with blanks for what can't be meant (controls, surrogates) and straight quotes."""
    return _CURLY.sub('"', _BLANK.sub(" ", text))


def _scan(text: str) -> Iterator[Token]:
    at = 0
    while at < len(text):
        if space := _SPACE.match(text, at):
            at = space.end()
            continue
        token = _token(text, at)
        yield token
        at = token.end


def _token(text: str, at: int) -> Token:
    char = text[at]
    if char in "()":
        return Token("open" if char == "(" else "close", char, at, at + 1)
    if char == '"':
        value = _delimited(_PHRASE, text, at, "quoted")
        return Token("phrase", value.text, at, value.end, (value,))
    if char == "-" and at + 1 < len(text) and not text[at + 1].isspace() and text[at + 1] != ")":
        return Token("not", char, at, at + 1)
    name = _NAME.match(text, at)
    if name and name[1].lower() in FIELDS:
        return _field(text, at, name[1].lower(), name.end())
    word = _WORD.match(text, at)
    # Only white space, parentheses and quotes are no word, and those are dealt with above.
    end = word.end() if word else at + 1
    operators: dict[str, Kind] = {"OR": "or", "AND": "and", "NOT": "not"}
    return Token(operators.get(text[at:end], "word"), text[at:end], at, end)


def _field(text: str, start: int, name: str, at: int) -> Token:
    values: list[Value] = []
    while True:
        value = _value(text, at, name)
        if value is None:
            break
        values.append(value)
        at = value.end
        # A comma at the very end is one that more is to be typed after.
        if name not in LIST_FIELDS or not text.startswith(",", at):
            break
        while text.startswith(",", at):
            at += 1
    return Token("field", name, start, at, tuple(values))


def _value(text: str, at: int, name: str) -> Value | None:
    if text.startswith('"', at):
        return _delimited(_PHRASE, text, at, "quoted")
    if text.startswith("/", at) and name in REGEX_FIELDS:
        return _delimited(_PATTERN, text, at, "regex")
    bare = (_ITEM if name in LIST_FIELDS else _WORD).match(text, at)
    return Value(bare[0], at, bare.end()) if bare else None


def _delimited(pattern: re.Pattern[str], text: str, at: int, form: Form) -> Value:
    found = pattern.match(text, at)
    if found is None:
        raise AssertionError("the caller has seen the opening quote or slash")
    inner = found[1].replace("\\/", "/") if form == "regex" else _UNESCAPE.sub(r"\1", found[1])
    # A backslash at the very end belongs to no pair, so the pattern stops before it.
    end = found.end() if found[2] else len(text)
    return Value(inner, at, end, form, closed=bool(found[2]))
