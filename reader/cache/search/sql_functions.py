"""The SQL functions that compiled queries call: `REGEXP`, and `has_words` for words in a paper's own text.

`has_words` answers for one paper what the full-text index answers for all. Both split texts into the same words: the
code follows FTS5's `unicode61 remove_diacritics 2` exactly, except for characters newer than SQLite's tables.
"""

from __future__ import annotations

import sqlite3
import unicodedata
from collections.abc import Sequence


def register_functions(connection: sqlite3.Connection) -> None:
    """Add the functions to a connection; `text_tests()` returns how often `has_words` was called."""
    tests = 0

    def counted_has_words(key: str, *texts: str | None) -> bool:
        nonlocal tests
        tests += 1
        return has_words(key, *texts)

    connection.create_function("REGEXP", 2, _regexp, deterministic=True)
    connection.create_function("has_words", -1, counted_has_words, deterministic=True)
    connection.create_function("text_tests", 0, lambda: tests)
    # `Window` puts its own in place of it once it has learned what the user likes.
    connection.create_function("for_you", 1, lambda _: 0.0)


def search_key(text: str, exact: bool) -> str:
    """The words of a text for `has_words`: a space before each, and after the last if it must be whole.

    Returns the empty string if the text has no words.
    """
    joined = " ".join(split_words(text))
    if not joined:
        return ""
    return f" {joined} " if exact or not is_letter(text[-1:]) else f" {joined}"


def is_letter(char: str) -> bool:
    """Whether a character is part of a word for the full-text index; False for the empty string."""
    return bool(char) and _FOLDED[ord(char)] not in ("", " ")


def has_words(keys: str, *texts: str | None) -> bool:
    """Whether one of the texts has the words of one of the keys next to each other and in this order.

    Each key has a line.
    """
    wanted = [(key, key.find(" ", 1)) for key in keys.split("\n")]
    return any(_has_words(wanted, text) for text in texts if text)


def _has_words(wanted: Sequence[tuple[str, int]], text: str) -> bool:
    spaced = _spaced(text)
    split = ""
    for key, end in wanted:
        if end < 0 or end == len(key) - 1:
            if key in spaced:
                return True
        # Splitting a text costs ten times as much as a search for the first word.
        elif key[: end + 1] in spaced:
            split = split or f" {' '.join(split_words(text))} "
            if key in split:
                return True
    return False


def split_words(text: str) -> list[str]:
    """The words of a text, in lower case and without accents, as the full-text index has them."""
    return text.translate(_FOLDED).split()


def _spaced(text: str) -> str:
    return f" {text.translate(_FOLDED)} "


class _Folding(dict[int, str]):
    """A table for `str.translate`: letters lose case and accents, accents are dropped, all else becomes a space."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = _folded(chr(code))
        return folded


def _folded(char: str) -> str:
    category = unicodedata.category(char)
    if category == "Mn":
        return "" if "\u0300" <= char <= "\u0331" else " "
    if category[0] not in "LN" and category != "Co":
        return " "
    lower = char.lower()
    base, *marks = list(unicodedata.normalize("NFD", lower))
    if base.isascii() and all(unicodedata.category(mark) == "Mn" for mark in marks):
        return base
    return _VARIANTS.get(lower, lower if len(lower) == 1 else char)


_VARIANTS = dict(zip("µςϐϑϕϖϰϱϵſ", "μσβθφπκρεs", strict=True))
"""Variants of letters that FTS5 folds into the letter."""

_FOLDED = _Folding()


def _regexp(pattern: str, text: str | None) -> bool:
    from reader.core.query.regex import matches

    return bool(text) and matches(pattern, text or "")
