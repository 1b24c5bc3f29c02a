"""Split texts into stems by SQLite's own tokenizer, which has Porter's stemmer: in C, and the same for all texts."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable

PLACES = ("title", "abstract", "joined_in_title", "joined_in_abstract")
"""Where a stem is; the last two hold words with a hyphen as one word."""

IN_TITLE = ("title", "joined_in_title")

_TABLE = (
    f"CREATE VIRTUAL TABLE texts USING fts5 ({', '.join(PLACES)}, content = '',"
    " tokenize = 'porter unicode61 remove_diacritics 2')"
)

HYPHENATED = re.compile(r"\w+(?:[-‐‑]\w+)+")
HYPHEN = re.compile("[-‐‑]")
PLAIN_WORD = re.compile(r"\w+")

STOP_WORDS = (
    "a about after all also am an and any are as at be because been before being between both but by can could did do"
    " does doing during each few for from further had has have having he her here hers him his how i if in into is it"
    " its itself just me more most my no nor not of off on once only or other our out over own same she should so some"
    " such than that the their them then there these they this those through to too under until up very was we were"
    " what when where which while who whom why will with would you your"
)


Stem = tuple[str, int, str, int]
"""A stem in a text: the word, the number of its text, one of `PLACES`, and how many words are before it there."""


class Splitter:
    """Splits texts; used by one thread."""

    def __init__(self) -> None:
        self._connection = sqlite3.connect(":memory:", isolation_level=None)
        self._connection.execute(_TABLE)
        self._connection.execute("CREATE VIRTUAL TABLE stems USING fts5vocab (texts, instance)")
        self._connection.execute("CREATE TABLE stop_word (word TEXT PRIMARY KEY) WITHOUT ROWID")
        stop_words = {(word,) for word, *_ in self.split([("", STOP_WORDS)])}
        self._connection.executemany("INSERT INTO stop_word VALUES (?)", stop_words)

    def close(self) -> None:
        self._connection.close()

    def split(self, texts: Iterable[tuple[str, str]]) -> list[Stem]:
        """The stems of titles and abstracts, without stop words, ordered by word."""
        self._connection.execute("INSERT INTO texts (texts) VALUES ('delete-all')")
        self._connection.execute("BEGIN")
        self._connection.executemany(
            f"INSERT INTO texts (rowid, {', '.join(PLACES)}) VALUES (?, ?, ?, ?, ?)",
            ((number, title, text, _joined(title), _joined(text)) for number, (title, text) in enumerate(texts)),
        )
        self._connection.execute("COMMIT")
        return self._connection.execute(
            "SELECT term, doc, col, offset FROM stems WHERE term NOT IN (SELECT word FROM stop_word)"
        ).fetchall()

    def words(self, text: str) -> list[str]:
        """The stems of one text in its order, without stop words."""
        stems = sorted((offset, word) for word, _, where, offset in self.split([("", text)]) if where == "abstract")
        return [word for _, word in stems]


def _joined(text: str) -> str:
    """The words with a hyphen as one word each: `pre-training` is found by `pretraining` too."""
    return " ".join(HYPHEN.sub("", word) for word in HYPHENATED.findall(text))
