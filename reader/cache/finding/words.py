"""Split texts into words and their stems. The stemmer is the one of SQLite's FTS5: Porter's, in C."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import NamedTuple

WORD = re.compile(r"[^\W_]+")
COMPOUND = re.compile(r"\w+(?:[-‐‑]\w+)+")
HYPHEN = re.compile("[-‐‑]")

_STOP_WORDS = (
    "a about after all also am an and any are as at be because been before being between both but by can could did do"
    " does doing during each few for from further had has have having he her here hers him his how i if in into is it"
    " its itself just me more most my no nor not of off on once only or other our out over own same she should so some"
    " such than that the their them then there these they this those through to too under until up very was we were"
    " what when where which while who whom why will with within without would you your"
)
STOP_WORDS = frozenset(_STOP_WORDS.split())


class Word(NamedTuple):
    """A word of a text."""

    stem: str
    begin: int
    end: int


class Stemmer:
    """Makes stems of words; used by one thread."""

    def __init__(self) -> None:
        self._connection = sqlite3.connect(":memory:", isolation_level=None)
        self._connection.execute(
            "CREATE VIRTUAL TABLE words USING fts5 (word, content = '',"
            " tokenize = 'porter unicode61 remove_diacritics 2')"
        )
        self._connection.execute("CREATE VIRTUAL TABLE stems USING fts5vocab (words, instance)")
        self._known: dict[str, str] = {}

    def close(self) -> None:
        self._connection.close()

    def stems(self, words: Sequence[str]) -> list[str]:
        """The stems of words; empty for what SQLite takes for no word."""
        self._learn(words)
        return [self._known[word] for word in words]

    def words(self, text: str) -> list[Word]:
        """The words of a text in its order, without stop words."""
        found = [word for word in WORD.finditer(text) if word[0].lower() not in STOP_WORDS]
        stems = self.stems([word[0] for word in found])
        return [Word(stem, *word.span()) for stem, word in zip(stems, found, strict=True) if stem]

    def compounds(self, text: str) -> list[Word]:
        """The words with a hyphen, as one word each: `pre-training` is found by `pretraining` too."""
        found = list(COMPOUND.finditer(text))
        stems = self.stems([HYPHEN.sub("", word[0]) for word in found])
        return [Word(stem, *word.span()) for stem, word in zip(stems, found, strict=True) if stem]

    def indexed(self, texts: Sequence[str]) -> list[list[str]]:
        """The stems under which each text is found: those of its words in their order, then those of compounds."""
        split = [[*_plain_words(text), *_joined_words(text)] for text in texts]
        self._learn(chain.from_iterable(split))
        return [[stem for word in words if (stem := self._known[word])] for words in split]

    def _learn(self, words: Iterable[str]) -> None:
        new = [word for word in dict.fromkeys(words) if word not in self._known]
        if not new:
            return
        self._known.update(dict.fromkeys(new, ""))
        self._connection.execute("BEGIN")
        self._connection.execute("INSERT INTO words (words) VALUES ('delete-all')")
        self._connection.executemany("INSERT INTO words (rowid, word) VALUES (?, ?)", enumerate(new))
        self._connection.execute("COMMIT")
        for number, stem in self._connection.execute("SELECT doc, term FROM stems"):
            self._known[new[number]] = stem


def _plain_words(text: str) -> list[str]:
    return [word for word in WORD.findall(text) if word.lower() not in STOP_WORDS]


def _joined_words(text: str) -> list[str]:
    return [HYPHEN.sub("", word) for word in COMPOUND.findall(text)]
