"""Split texts into stems by SQLite's own tokenizer, which has Porter's stemmer: in C, and the same for all texts."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

TITLE, ABSTRACT, JOINED_IN_TITLE, JOINED_IN_ABSTRACT = range(4)
"""Where a stem stands; the last two hold words with a hyphen as one word."""

_TABLE = (
    "CREATE VIRTUAL TABLE texts USING fts5 (title, abstract, joined_in_title, joined_in_abstract, content = '',"
    " tokenize = 'porter unicode61 remove_diacritics 2')"
)
_PLACES = {"title": TITLE, "abstract": ABSTRACT, "joined_in_title": JOINED_IN_TITLE}

_HYPHENATED = re.compile(r"\w+(?:[-‐‑]\w+)+")
_HYPHEN = re.compile("[-‐‑]")

STOP_WORDS = (
    "a about after all also am an and any are as at be because been before being between both but by can could did do"
    " does doing during each few for from further had has have having he her here hers him his how i if in into is it"
    " its itself just me more most my no nor not of off on once only or other our out over own same she should so some"
    " such than that the their them then there these they this those through to too under until up very was we were"
    " what when where which while who whom why will with would you your"
)


class Stem(NamedTuple):
    """A stem in a text."""

    word: str
    text: int
    """The number of the text."""
    where: int
    offset: int
    """The number of words before it in the same place."""


class Splitter:
    """Splits texts; used by one thread."""

    def __init__(self) -> None:
        self._connection = sqlite3.connect(":memory:", isolation_level=None)
        self._connection.execute(_TABLE)
        self._connection.execute("CREATE VIRTUAL TABLE stems USING fts5vocab (texts, instance)")
        self._stop_words = frozenset[str]()
        self._stop_words = frozenset(stem.word for stem in self.split([("", STOP_WORDS)]))

    def close(self) -> None:
        self._connection.close()

    def split(self, texts: Iterable[tuple[str, str]]) -> list[Stem]:
        """The stems of titles and abstracts, without stop words, ordered by word."""
        self._connection.execute("INSERT INTO texts (texts) VALUES ('delete-all')")
        self._connection.execute("BEGIN")
        self._connection.executemany(
            "INSERT INTO texts (rowid, title, abstract, joined_in_title, joined_in_abstract) VALUES (?, ?, ?, ?, ?)",
            ((number, title, text, _joined(title), _joined(text)) for number, (title, text) in enumerate(texts)),
        )
        self._connection.execute("COMMIT")
        found = self._connection.execute("SELECT term, doc, col, offset FROM stems")
        return [
            Stem(word, text, _PLACES.get(where, JOINED_IN_ABSTRACT), offset)
            for word, text, where, offset in found
            if word not in self._stop_words
        ]

    def words(self, text: str) -> list[str]:
        """The stems of one text in its order, without stop words."""
        stems = [stem for stem in self.split([("", text)]) if stem.where == ABSTRACT]
        return [stem.word for stem in sorted(stems, key=lambda stem: stem.offset)]


def _joined(text: str) -> str:
    """The words with a hyphen as one word each: `pre-training` is found by `pretraining` too."""
    return " ".join(_HYPHEN.sub("", word) for word in _HYPHENATED.findall(text))
