"""The SQL functions that compiled queries call: `REGEXP`, and `has_words` for words in a paper's own text.

`has_words` answers for one paper what the full-text index answers for all: `core/text.py` splits texts into the same
words. It is imported late, because it compiles large patterns and the first list comes before them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence


def register_functions(connection: sqlite3.Connection) -> None:
    """Add the functions to a connection."""
    connection.create_function("REGEXP", 2, _regexp, deterministic=True)
    connection.create_function("has_words", -1, has_words, deterministic=True)


def search_key(text: str, exact: bool) -> str:
    """The words of a text for `has_words`: a space before each, and after the last if it must be whole.

    Returns the empty string if the text has no words.
    """
    from reader.core.text import is_letter, split_words

    joined = " ".join(split_words(text))
    if not joined:
        return ""
    return f" {joined} " if exact or not is_letter(text[-1:]) else f" {joined}"


def has_words(keys: str, *texts: str | None) -> bool:
    """Whether one of the texts has the words of one of the keys next to each other and in this order.

    Each key has a line.
    """
    wanted = [(key, key.find(" ", 1)) for key in keys.split("\n")]
    return any(_has_words(wanted, text) for text in texts if text)


def _has_words(wanted: Sequence[tuple[str, int]], text: str) -> bool:
    from reader.core.text import WORD_LETTERS, split_words

    spaced = f" {text.translate(WORD_LETTERS)} "
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


def _regexp(pattern: str, text: str | None) -> bool:
    from reader.core.query.patterns import matches

    return bool(text) and matches(pattern, text or "")
