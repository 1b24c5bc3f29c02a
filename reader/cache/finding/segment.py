"""A part of the index: the words of some thousand papers as arrays on disk, which are mapped, not read.

A segment never changes. It is a folder of arrays in numpy's own format; it is written under another name and then
renamed, so that others see all of it or nothing.
"""

from __future__ import annotations

import json
import os
import shutil
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from reader.cache.finding.splitter import PLACES, Splitter, Stem
from reader.core.steps import note_step
from reader.paths import make_private

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]

VERSION = 1
"""Raised with each change of what a segment holds."""

PLACE_BITS = 10
"""Bits of the place in a paper: below `FIRST_OF_ABSTRACT` in the title, then in the abstract."""

FIRST_OF_ABSTRACT = 64
_LAST_PLACE = (1 << PLACE_BITS) - 1
_RANGES = {
    "title": (0, FIRST_OF_ABSTRACT - 3),
    "abstract": (FIRST_OF_ABSTRACT, _LAST_PLACE - 2),
    "joined_in_title": (FIRST_OF_ABSTRACT - 1, FIRST_OF_ABSTRACT - 1),
    "joined_in_abstract": (_LAST_PLACE, _LAST_PLACE),
}
"""The first and the last place of each part of a paper; places between the parts keep their words from being pairs."""

TITLE_WEIGHT = 3
"""How often a word of the title counts."""

BLOCK = 32
"""Words that are compared one by one to find one of them."""

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
    papers: npt.NDArray[np.uint32]
    """In how many papers each word is."""
    places: npt.NDArray[np.uint32]
    """For each word in each paper: the paper's number, and the place in the paper in the lowest bits, sorted."""
    samples: list[bytes]
    """Each `BLOCK`th word."""
    ends_with: str
    """The id of the last paper; another paper with its key is a sign of another cache."""

    @classmethod
    def open(cls, folder: Path) -> Segment:
        """Open a segment; raises OSError, ValueError or EOFError if it is not a whole one."""
        about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
        if about["version"] != VERSION:
            raise ValueError("made by another version")
        names = ("pks", "lengths", "letters", "ends", "alphabets", "firsts", "papers", "places")
        # As plain arrays: each slice of a `memmap` takes as long as ten of an array.
        arrays = {name: np.load(folder / f"{name}.npy", mmap_mode="r").view(np.ndarray) for name in names}
        ends = arrays["ends"]
        begins = [0, *ends[BLOCK - 1 : -1 : BLOCK].tolist()] if len(ends) else []
        letters = arrays["letters"].tobytes()
        samples = [letters[begin:end] for begin, end in zip(begins, ends[::BLOCK].tolist(), strict=True)]
        return cls(folder.name, **arrays, samples=samples, ends_with=about["ends_with"])

    def word(self, number: int) -> bytes:
        """A word by its number."""
        return self.letters[self.ends[number - 1] if number else 0 : self.ends[number]].tobytes()

    def number(self, word: str) -> int | None:
        """The number of a word; None if no paper has it."""
        wanted = word.encode()
        first = BLOCK * (bisect_right(self.samples, wanted) - 1)
        if first < 0:
            return None
        begin = int(self.ends[first - 1]) if first else 0
        ends = self.ends[first : first + BLOCK].tolist()
        letters = self.letters[begin : ends[-1]].tobytes()
        for number, end in enumerate(ends, first):
            if letters.startswith(wanted, begin - ends[-1] + len(letters)) and end - begin == len(wanted):
                return number
            begin = end
        return None

    def places_of(self, number: int) -> npt.NDArray[np.uint32]:
        """The places of a word, sorted."""
        return self.places[self.firsts[number] : self.firsts[number + 1]]


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
    make_private(*unfinished.iterdir())
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
    words_of, places_of = [np.empty(0, np.uint32)], [np.empty(0, np.uint32)]
    while chunk := list(islice(texts, AT_ONCE)):
        note_step()
        ends_with = chunk[-1].id
        stems = splitter.split((text.title, text.abstract) for text in chunk)
        words_of.append(np.fromiter((numbers.setdefault(word, len(numbers)) for word, *_ in stems), np.uint32))
        places_of.append(_places(_keys(stems, len(pks))).astype(np.uint32))
        pks += [text.pk for text in chunk]
    words, places = np.concatenate(words_of), np.concatenate(places_of)
    vocabulary = sorted(numbers, key=str.encode)
    rank = np.empty(len(vocabulary), np.int64)
    rank[[numbers[word] for word in vocabulary]] = np.arange(len(vocabulary))
    sorted_keys = rank[words]
    sorted_keys <<= 32
    sorted_keys |= places
    sorted_keys.sort()
    papers_of = sorted_keys >> PLACE_BITS
    is_first = np.concatenate(([True], papers_of[1:] != papers_of[:-1])) if len(papers_of) else papers_of > 0
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
        "papers": np.bincount(sorted_keys[is_first] >> 32, minlength=len(vocabulary)).astype(np.uint32),
        "places": (sorted_keys & 0xFFFFFFFF).astype(np.uint32),
    }, ends_with


def _keys(stems: Sequence[Stem], before: int) -> Ints:
    """For each stem one number that orders them: the paper's number, its place, and its offset there."""
    if not stems:
        return np.empty(0, np.int64)
    _, texts, where, offsets = zip(*stems, strict=True)
    parts = np.fromiter(map(PLACES.index, where), np.int64, len(stems))
    return (np.array(texts, np.int64) + before) << 32 | parts << 30 | np.array(offsets, np.int64)


def _places(keys: Ints) -> Ints:
    """The places of the words in their papers: words are counted on from place to place without the stop words."""
    order = np.argsort(keys, kind="stable")
    groups = keys[order] >> 30
    begins = np.flatnonzero(np.concatenate(([True], groups[1:] != groups[:-1]))) if len(keys) else order
    sizes = np.diff(np.append(begins, len(keys)))
    within = np.arange(len(keys)) - np.repeat(begins, sizes)
    found = np.empty(len(keys), np.int64)
    where = groups & 3
    for part, name in enumerate(PLACES):
        first, last = _RANGES[name]
        at = where == part
        found[order[at]] = (groups[at] >> 2) << PLACE_BITS | np.minimum(first + within[at], last)
    return found


def alphabet(word: str) -> int:
    """The set of bits of the letters of a word: similar words have similar sets."""
    found = 0
    for char in word:
        found |= 1 << (ord(char) - ord("a") if "a" <= char <= "z" else 26 + ord(char) % 6)
    return found
