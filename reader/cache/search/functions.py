"""What the queries need of SQLite that it does not have: regular expressions, and words found in a row's own text.

`says` answers for one row what the full-text index answers for all: the two agree on what a word is. It follows
FTS5's `unicode61 remove_diacritics 2`, letter for letter but for signs that are newer than SQLite's tables.
"""

from __future__ import annotations

import sqlite3
import unicodedata


def register_functions(connection: sqlite3.Connection) -> None:
    """Give a connection the functions that compiled queries call."""
    connection.create_function("REGEXP", 2, _regexp, deterministic=True)
    connection.create_function("says", -1, says, deterministic=True)


def needle(text: str, exact: bool) -> str:
    """What `says` looks for: the text's words with a space before each, and one at the end if the last is whole.

    The empty string if the text has no words, so that it says nothing.
    """
    found = " ".join(words(text))
    if not found:
        return ""
    return f" {found} " if exact or not is_letter(text[-1:]) else f" {found}"


def is_letter(char: str) -> bool:
    """Whether a character is part of a word for the full-text index; False for the empty string."""
    return bool(char) and _FOLDED[ord(char)] not in ("", " ")


def says(needle: str, *texts: str | None) -> bool:
    """Whether one of the texts has the needle's words, next to each other and in order."""
    if " " in needle.strip():
        first = needle[: needle.index(" ", 1)]
        # Splitting costs ten times what a look for the first word does.
        return any(first in _spaced(text) and needle in f" {' '.join(words(text))} " for text in texts if text)
    return any(needle in _spaced(text) for text in texts if text)


def words(text: str) -> list[str]:
    """A text's words as the full-text index has them."""
    return text.translate(_FOLDED).split()


def _spaced(text: str) -> str:
    return f" {text.translate(_FOLDED)} "


class _Folding(dict[int, str]):
    """A table for `str.translate`: letters without case and accents, nothing for an accent, a space for the rest."""

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
"""Letters that stand for another one; FTS5 takes them for it."""

_FOLDED = _Folding()


def _regexp(pattern: str, text: str | None) -> bool:
    from reader.core.query.regex import matches

    return bool(text) and matches(pattern, text or "")
