"""The words of papers as numbers, from which For you learns.

A term is a word's stem, a pair of adjacent stems, or one of these in the title. A pair is an odd number, a word an even
one, and `TITLE` is added in the title. The terms of a paper are packed by how often they occur, 1 KB a paper, so that
reading them back is three times as fast as counting words again.
"""

from __future__ import annotations

import re
import struct
import sys
import unicodedata
import zlib
from array import array
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise
from types import MappingProxyType
from typing import NamedTuple, TypeAlias
from zlib import crc32

VERSION = "2"
"""Raised whenever the same text gives different numbers."""

BREAK = 0
"""Stands for a token that no pair may cross, such as a stop word."""

TITLE = 1 << 32
"""Added to the number of a term that is in the title: a term of its own."""

_PAIRING, _MASK = 0x9E3779B1, 0xFFFFFFFF
"""An odd number that combines the numbers of two words, and the size of a number."""

IN_TITLE = 0.5
"""The value of a title term; other terms have 0.4 to 1.2 in a paper of average length."""

AVERAGE_WORDS = 220.0
"""Words of a paper of average length, without stop words."""

DWELLS = 0.74
"""A paper dwells on a term with a higher value: it has the term about twice."""

_STOP_WORDS = """
a about above across after again against all also although among an and any are as at be because been before being
between both but by can could did do does during each either et al for from further get given had has have having
he her here his how however i if in into is it its itself just may might more most much must my no nor not of off on
once one only or other our out over own per rather same several she should since so some still such than that the
their them then there therefore these they this those through thus to too towards toward two three under until up
upon us very via was we well were what when where whereas whether which while who whose why will with within without
would yet you your ie eg new novel paper propose proposed present introduce show using use used based approach
method results work study existing recent significantly achieve demonstrate first state art
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())
"""Words that say nothing about a paper's subject; half of them are frequent only in papers."""

_TOKEN = re.compile(r"[^\W_]+|[^\w\s'’-]")
"""A word, or a sign that ends a run of words; a hyphen and an apostrophe do not."""

Terms: TypeAlias = dict[int, float]
"""The terms of a paper with their values, which grow with the number of occurrences and shrink with the length."""


def stem(word: str) -> str:
    """A word in lower case without its common endings: `models`, `modeled` and `modeling` are one."""
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    if len(word) > 6 and word.endswith("ing"):
        base = word[:-3]
        return base[:-1] if base[-1] == base[-2] and base[-1] not in "ls" else base
    if len(word) > 5 and word.endswith("ed"):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    return word[:-1] if len(word) > 4 and word.endswith("e") else word


@lru_cache(200_000)
def _number(token: str) -> int:
    """The number of a word; `BREAK` for a stop word, a sign, a single letter or digits alone."""
    word = token.lower()
    is_word = len(word) > 1 and word not in STOP_WORDS and not word.isdigit()
    return (crc32(stem(word).encode()) & ~1 or 2) if is_word else BREAK


def numbers(text: str) -> list[int]:
    """The number of each word and sign of a text."""
    return [_number(token) for token in _TOKEN.findall(unicodedata.normalize("NFKC", text))]


def terms_of(text: str) -> list[int]:
    """The words of a text, then its pairs of adjacent words, each as often as it occurs."""
    found = numbers(text)
    return [
        *filter(None, found),
        *((one * _PAIRING + other) & _MASK | 1 for one, other in pairwise(found) if one and other),
    ]


def is_pair(term: int) -> bool:
    """Whether a term is a pair of words."""
    return bool(term & 1)


def pack(title: str, abstract: str) -> bytes:
    """The terms of a paper, in numbers of four bytes.

    Its number of words comes first; then for each number of occurrences, 0 for the title's terms, come that number, how
    many terms have it, and these terms.
    """
    in_title = terms_of(title)
    counts = Counter(in_title + terms_of(abstract))
    groups: dict[int, list[int]] = {0: [*dict.fromkeys(in_title)]}
    for term, count in counts.items():
        groups.setdefault(count, []).append(term)
    words = sum(count for term, count in counts.items() if not is_pair(term))
    packed = [words]
    for count, terms in groups.items():
        packed += [count, len(terms), *terms]
    return struct.pack(f"<{len(packed)}I", *packed)


def unpack(packed: bytes) -> Terms:
    """The terms of a packed paper with their values; of damaged bytes, any terms."""
    every = array("I", packed[: len(packed) // 4 * 4])
    if sys.byteorder == "big":
        every.byteswap()
    norm = 0.5 + 1.5 * (every[0] if every else 0) / AVERAGE_WORDS
    terms: Terms = {}
    at = 1
    while at + 1 < len(every):
        count, size = every[at], every[at + 1]
        group = every[at + 2 : at + 2 + size]
        if count:
            terms.update(dict.fromkeys(group, 1.5 * count / (count + norm)))
        else:
            terms.update(dict.fromkeys([term | TITLE for term in group], IN_TITLE))
        at += 2 + size
    return terms


class Common(NamedTuple):
    """How common terms are in the daily feed; shipped, because a small cache is not enough to tell."""

    papers: int = 0
    counts: Mapping[int, tuple[int, int]] = MappingProxyType({})
    """How many of the papers have each term, and how many dwell on it; terms of fewer than ten papers are left out."""


def read_common(packed: bytes) -> Common:
    """The common terms from the bytes that `tests/bench/common_words.py` writes."""
    text = zlib.decompress(packed)
    papers, *rest = struct.unpack(f"<{len(text) // 4}I", text)
    count = len(rest) // 3
    each = zip(rest[:count], rest[count : 2 * count], rest[2 * count :], strict=True)
    return Common(papers, {term: (have, dwell) for term, have, dwell in each})
