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


def search_keys(text: str, exact: bool) -> str:
    """The words of a text for `has_words`, a line for each spelling; empty if the text has no words.

    Each begins with a space, and ends with one if the last word must be whole.
    """
    from reader.core.text import is_letter
    from reader.core.words import forms

    end = " " if exact or not is_letter(text[-1:]) else ""
    return "\n".join(f" {' '.join(form.words)}{end}" for form in forms(text, is_whole=True))


def has_words(keys: str, *texts: str | None) -> bool:
    """Whether one of the texts has the words of one of the keys next to each other and in this order."""
    wanted = keys.split("\n")
    return any(_has_words(wanted, text) for text in texts if text)


def _has_words(wanted: Sequence[str], text: str) -> bool:
    from reader.core.text import WORD_LETTERS, split_words
    from reader.core.words import index_text

    # A word as typed is found at once; to spell and split the text takes ten times as long.
    words = f" {text.translate(WORD_LETTERS)} "
    if any(key in words for key in wanted):
        return True
    words = f" {' '.join(split_words(index_text(text)))} "
    return any(key in words for key in wanted)


def _regexp(pattern: str, text: str | None) -> bool:
    from reader.core.query.nodes import matches

    return bool(text) and matches(pattern, text or "")
