"""Splits a query's text into tokens. It never fails, because half-typed text is drawn too."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal, NamedTuple

_FIELDS: Mapping[str, tuple[Literal["text", "name", "date", "count", "sort"], str]] = {
    "title": ("text", "title:attention"),
    "abstract": ("text", 'abstract:"world model"'),
    "author": ("text", 'author:"kaiming he"'),
    "keyword": ("text", "keyword:diffusion"),
    "org": ("text", "org:nvidia"),
    "fulltext": ("text", 'fulltext:"sparse attention"'),
    "topic": ("name", "topic:agents"),
    "tag": ("name", "tag:later"),
    "note": ("name", 'note:"compare with ours"'),
    "source": ("name", "source:arxiv"),
    "category": ("name", "category:cs.RO"),
    "venue": ("name", "venue:iclr"),
    "id": ("name", "id:1706.03762"),
    "like": ("name", "like:1706.03762"),
    "is": ("name", "is:unread"),
    "has": ("name", "has:code"),
    "view": ("name", "view:evals"),
    "follow": ("name", 'follow:"kaiming he"'),
    "day": ("date", "day:latest"),
    "published": ("date", "published:2026-05"),
    "since": ("date", "since:7d"),
    "until": ("date", "until:2026-05-31"),
    "changed": ("date", "changed:7d"),
    "upvotes": ("count", "upvotes:>20"),
    "comments": ("count", "comments:>=3"),
    "stars": ("count", "stars:>100"),
    "authors": ("count", "authors:<5"),
    "sort": ("sort", "sort:upvotes"),
}
"""The fields, with the kind of their values and an example."""

FIELDS = tuple(_FIELDS)
EXAMPLES = {field: example for field, (_, example) in _FIELDS.items()}
TEXT_FIELDS, NAME_FIELDS, DATE_FIELDS, COUNT_FIELDS = (
    tuple(field for field, (values, _) in _FIELDS.items() if values == kind)
    for kind in ("text", "name", "date", "count")
)

LIST_FIELDS = ("author", "keyword", "org", *NAME_FIELDS)
"""Fields that accept several values separated by commas; papers need only one of them."""

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
    "conference": "venue",
    "journal": "venue",
    "similar": "like",
    "related": "like",
}
"""Fields of other programs with the equivalent fields here; they are suggested, but not accepted."""

_BLANK = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_CURLY = re.compile("[“”„]")
_VISIBLE = re.compile(r"\S")
_WORD = re.compile(r'[^\s()"]+')
_DASHES = re.compile(r"-+(?![^\s)])")
_NAME = re.compile(r"([A-Za-z]+):")
_PHRASE = re.compile(r'"((?:[^"\\]|\\.)*)("?)')
_ITEM = re.compile(r'[^\s()",]+')
_UNESCAPE = re.compile(r'\\(["\\])')

Kind = Literal["word", "phrase", "field", "open", "close", "or", "and", "not", "near"]


class Value(NamedTuple):
    """One value of a field, or the text of a phrase; `start` and `end` include its quotes."""

    text: str
    start: int
    end: int
    is_quoted: bool = False
    is_closed: bool = True


class Token(NamedTuple):
    """One token of a query; `text` is its content, `start` and `end` are its position."""

    kind: Kind
    text: str
    start: int
    end: int
    values: tuple[Value, ...] = ()


def lex(text: str) -> list[Token]:
    """Split any text into tokens, in order, with only white space between them."""
    text, tokens, end = level(text), list[Token](), 0
    while begin := _VISIBLE.search(text, end):
        tokens.append(_token(text, begin.start()))
        end = tokens[-1].end
    return tokens


def split_near(text: str) -> tuple[str, str]:
    """A query's exact terms and its `~ free text`, which must come last; either may be empty."""
    for token in lex(text):
        if token.kind == "near":
            return text[: token.start].strip(), text[token.start :].strip()
    return text.strip(), ""


def level(text: str) -> str:
    """Replace control characters and surrogates by spaces and curly quotes by straight ones, keeping the length."""
    return _CURLY.sub('"', _BLANK.sub(" ", text))


def _token(text: str, at: int) -> Token:
    char = text[at]
    if char == "~":
        return Token("near", text[at + 1 :].strip(), at, len(text.rstrip()))
    if char in "()":
        return Token("open" if char == "(" else "close", char, at, at + 1)
    if char == '"':
        value = _read_quoted(text, at)
        return Token("phrase", value.text, at, value.end, (value,))
    if char == "-":
        dashes = _DASHES.match(text, at)
        return Token("word", dashes[0], at, dashes.end()) if dashes else Token("not", char, at, at + 1)
    name = _NAME.match(text, at)
    if name and name[1].lower() in FIELDS:
        return _field(text, at, name[1].lower(), name.end())
    word = _WORD.match(text, at)
    # White space, parentheses and quotes, which do not begin a word, are handled above.
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
        # After a comma at the very end, the user will type another value.
        if name not in LIST_FIELDS or not text.startswith(",", at):
            break
        while text.startswith(",", at):
            at += 1
    return Token("field", name, start, at, tuple(values))


def _value(text: str, at: int, name: str) -> Value | None:
    if text.startswith('"', at):
        return _read_quoted(text, at)
    bare = (_ITEM if name in LIST_FIELDS else _WORD).match(text, at)
    return Value(bare[0], at, bare.end()) if bare else None


def _read_quoted(text: str, at: int) -> Value:
    match = _PHRASE.match(text, at)
    if match is None:
        raise AssertionError("the caller has seen the opening quote")
    # A backslash at the very end escapes nothing, so the pattern stops before it.
    end = match.end() if match[2] else len(text)
    return Value(_UNESCAPE.sub(r"\1", match[1]), at, end, is_quoted=True, is_closed=bool(match[2]))
