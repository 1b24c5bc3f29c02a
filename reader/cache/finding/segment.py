"""A part of the index: the words of some thousand papers as arrays on disk, which are mapped, not read.

A segment never changes. It is a folder of arrays in numpy's own format; it is written under another name and then
renamed, so that others see all of it or nothing.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from reader.cache.finding.splitter import ABSTRACT, JOINED_IN_ABSTRACT, JOINED_IN_TITLE, TITLE, Splitter
from reader.core.steps import note_step

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]

VERSION = 1
"""Raised with each change of what a segment holds."""

PLACE_BITS = 10
"""Bits of the place in a paper: below `FIRST_OF_ABSTRACT` in the title, then in the abstract."""

FIRST_OF_ABSTRACT = 64
_LAST_PLACE = (1 << PLACE_BITS) - 1
_BEGIN = {TITLE: 0, ABSTRACT: FIRST_OF_ABSTRACT, JOINED_IN_TITLE: FIRST_OF_ABSTRACT - 1, JOINED_IN_ABSTRACT: _LAST_PLACE}
_END = {TITLE: FIRST_OF_ABSTRACT - 3, ABSTRACT: _LAST_PLACE - 2}

TITLE_WEIGHT = 3
"""How often a word of the title counts."""

AT_ONCE = 500
"""Papers whose words are split at once: some 10 MB."""


class Text(NamedTuple):
    """What is indexed of a paper."""

    pk: int
    id: str
    title: str
    abstract: str


@dataclass(frozen=True, slots=True)
class Segment:
    """The papers of a range of keys and their words; all arrays are mapped."""

    name: str
    pks: Ints
    lengths: npt.NDArray[np.uint16]
    """The number of words of each paper, those of the title counted by their weight."""
    letters: npt.NDArray[np.uint8]
    """All words, sorted, in UTF-8 without gaps."""
    ends: npt.NDArray[np.uint32]
    """Where each word ends in `letters`."""
    alphabets: npt.NDArray[np.uint32]
    """A set of bits for each word: which letters it has."""
    firsts: Ints
    """Where the places of each word begin, and a last number for their end."""
    places: npt.NDArray[np.uint32]
    """For each word in each paper: the paper's number, and the place in the paper in the lowest bits, sorted."""
    ends_with: str
    """The id of the last paper; another paper with its key is a sign of another cache."""

    @classmethod
    def open(cls, folder: Path) -> Segment:
        """Open a segment; raises OSError or ValueError if it is not a whole one."""
        about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
        if about["version"] != VERSION:
            raise ValueError("made by another version")
        names = ("pks", "lengths", "letters", "ends", "alphabets", "firsts", "places")
        arrays = {name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in names}
        return cls(folder.name, **arrays, ends_with=about["ends_with"])

    def word(self, number: int) -> bytes:
        """A word by its number."""
        return self.letters[self.ends[number - 1] if number else 0 : self.ends[number]].tobytes()

    def number(self, word: str) -> int | None:
        """The number of a word; None if no paper has it."""
        wanted = word.encode()
        low, high = 0, len(self.ends)
        while low < high:
            middle = (low + high) // 2
            if self.word(middle) < wanted:
                low = middle + 1
            else:
                high = middle
        return low if low < len(self.ends) and self.word(low) == wanted else None

    def places_of(self, word: str) -> npt.NDArray[np.uint32]:
        """Where a word stands, sorted; empty if no paper has it."""
        number = self.number(word)
        return self.places[:0] if number is None else self.places[self.firsts[number] : self.firsts[number + 1]]


def build_segment(folder: Path, after: int, texts: Iterable[Text]) -> int | None:
    """Write a segment of the papers that come after a key, in order; returns its last key, None without papers."""
    splitter = Splitter()
    try:
        arrays, ends_with = _arrays(iter(texts), splitter)
    finally:
        splitter.close()
    if len(arrays["pks"]) == 0:
        return None
    last = int(arrays["pks"][-1])
    target = folder / f"{after}-{last}"
    unfinished = folder / f".{target.name}.{os.getpid()}"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700, parents=True)
    for name, values in arrays.items():
        np.save(unfinished / f"{name}.npy", values)
    about = {"version": VERSION, "ends_with": ends_with}
    (unfinished / "about.json").write_text(json.dumps(about), encoding="utf-8")
    shutil.rmtree(target, ignore_errors=True)
    try:
        unfinished.rename(target)
    except OSError:
        # Another program has written the same segment.
        shutil.rmtree(unfinished, ignore_errors=True)
    return last


def _arrays(texts: Iterator[Text], splitter: Splitter) -> tuple[dict[str, npt.NDArray[Any]], str]:
    """The arrays of a segment, and the id of its last paper."""
    numbers: dict[str, int] = {}
    pks: list[int] = []
    ends_with = ""
    words_of, keys_of = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    while chunk := list(islice(texts, AT_ONCE)):
        note_step()
        ends_with = chunk[-1].id
        stems = splitter.split((text.title, text.abstract) for text in chunk)
        words_of.append(np.fromiter((numbers.setdefault(stem.word, len(numbers)) for stem in stems), np.int64))
        keys_of.append(_keys(stems, len(pks)))
        pks += [text.pk for text in chunk]
    words, places = np.concatenate(words_of), _places(np.concatenate(keys_of))
    vocabulary = sorted(numbers, key=str.encode)
    rank = np.empty(len(vocabulary), np.int64)
    rank[[numbers[word] for word in vocabulary]] = np.arange(len(vocabulary))
    sorted_keys = np.sort(rank[words] << 32 | places)
    coded = [word.encode() for word in vocabulary]
    weights = np.where(places & _LAST_PLACE < FIRST_OF_ABSTRACT, TITLE_WEIGHT, 1)
    lengths = np.bincount(places >> PLACE_BITS, weights, minlength=len(pks))
    return {
        "pks": np.array(pks, np.int64),
        "lengths": np.minimum(lengths, 0xFFFF).astype(np.uint16),
        "letters": np.frombuffer(b"".join(coded), np.uint8),
        "ends": np.cumsum([len(word) for word in coded], dtype=np.uint32),
        "alphabets": np.array([alphabet(word) for word in vocabulary], np.uint32),
        "firsts": np.searchsorted(sorted_keys >> 32, np.arange(len(vocabulary) + 1)).astype(np.int64),
        "places": (sorted_keys & 0xFFFFFFFF).astype(np.uint32),
    }, ends_with


def _keys(stems: Sequence[tuple[str, int, int, int]], before: int) -> Ints:
    """For each stem one number that orders them: the paper's number, where it stands, and its offset there."""
    texts, where, offsets = (np.fromiter((stem[at] for stem in stems), np.int64, len(stems)) for at in (1, 2, 3))
    return (texts + before) << 32 | where << 30 | np.minimum(offsets, (1 << 30) - 1)


def _places(keys: Ints) -> Ints:
    """The places of the words in their papers: words are counted on from place to place without the stop words."""
    order = np.argsort(keys, kind="stable")
    groups = keys[order] >> 30
    begins = np.flatnonzero(np.concatenate(([True], groups[1:] != groups[:-1]))) if len(keys) else order
    sizes = np.diff(np.append(begins, len(keys)))
    within = np.arange(len(keys)) - np.repeat(begins, sizes)
    found = np.empty(len(keys), np.int64)
    where = groups & 3
    for kind, begin in _BEGIN.items():
        at = where == kind
        last = _END.get(kind, begin)
        found[order[at]] = (groups[at] >> 2) << PLACE_BITS | np.minimum(begin + within[at], last)
    return found


def alphabet(word: str) -> int:
    """The set of bits of the letters of a word: similar words have similar sets."""
    found = 0
    for char in word:
        found |= 1 << (ord(char) - ord("a") if "a" <= char <= "z" else 26 + ord(char) % 6)
    return found
