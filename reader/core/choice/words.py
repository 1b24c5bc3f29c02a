"""The words of papers as numbers, and how often they occur: papers are chosen by words and by pairs of adjacent words.

A text becomes a sequence of 32-bit numbers, one for each word's stem; 0 stands where a pair may not reach across, such
as for a stop word or the end of a sentence. The title comes twice, so it counts twice.
"""

from __future__ import annotations

import re
import struct
import unicodedata
import zlib
from collections import Counter
from collections.abc import Collection, Container, Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import chain, pairwise
from math import log, sqrt
from typing import NamedTuple
from zlib import crc32

VERSION = "1"
"""Raised whenever the same text gives different numbers."""

BREAK = 0
"""Stands for a word that no pair may cross."""

PAIRING = 0x9E3779B1
"""An odd number that combines the numbers of two words into one for the pair."""

MASK = 0xFFFFFFFF

_WORDS = """
a about above across after again against all also although among an and any are as at be because been before being
between both but by can could did do does during each either et al for from further get given had has have having
he her here his how however i if in into is it its itself just may might more most much must my no nor not of off on
once one only or other our out over own per rather same several she should since so some still such than that the
their them then there therefore these they this those through thus to too towards toward two three under until up
upon us very via was we well were what when where whereas whether which while who whose why will with within without
would yet you your ie eg new novel paper propose proposed present introduce show using use used based approach
method results work study existing recent significantly achieve demonstrate first state art
"""
EMPTY_WORDS = frozenset(_WORDS.split())
"""Words that say nothing about a paper's subject; half of them are frequent only in papers."""

_TOKEN = re.compile(r"[^\W_]+|[^\w\s'’-]")
"""A word, or a sign that ends a run of words; a hyphen and an apostrophe do not."""


@lru_cache(200_000)
def number(token: str) -> int:
    """The number of a word; `BREAK` for a stop word, a sign, a single letter or digits alone."""
    word = token.lower()
    is_word = len(word) > 1 and word not in EMPTY_WORDS and not word.isdigit()
    return (crc32(stem(word).encode()) or 1) if is_word else BREAK


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


def tokens(text: str) -> list[str]:
    """The words and signs of a text as they are written."""
    return _TOKEN.findall(unicodedata.normalize("NFKC", text))


def pack(title: str, abstract: str) -> bytes:
    """The numbers of a paper's words, four bytes each, with a break at the end."""
    in_title, in_abstract = ([*map(number, tokens(text))] for text in (title, abstract))
    numbers = [*in_title, BREAK, *in_title, BREAK, *in_abstract, BREAK]
    return struct.pack(f"<{len(numbers)}I", *numbers)


def written(*texts: str, only: Container[int] | None = None) -> dict[int, str]:
    """The words and pairs of some texts by their numbers, or those of some, each as it is written most often.

    A pair that begins within the same compound in all texts, and in two or more, has all of it: `real-time diffusion`.
    One that is cut out of other compounds has a hyphen at the cut: `-level causal`, `system-aware self-`.
    """
    found: dict[int, Counter[str]] = {}
    heads: dict[int, Counter[str]] = {}
    whole: set[int] = set()
    for text in texts:
        every = [one for one in _forms(text) if only is None or one[0] in only]
        for code, form, _, goes_on in every:
            found.setdefault(code, Counter())[form] += 1
            if not goes_on:
                whole.add(code)
        for code, head in {(code, head.lower()): (code, head) for code, _, head, _ in every}.values():
            heads.setdefault(code, Counter())[head] += 1
    return {
        code: f"{_head(heads[code])}{_plainest(forms)}{'' if code in whole else '-'}" for code, forms in found.items()
    }


def _head(heads: Counter[str]) -> str:
    """What precedes a pair in a compound, from the number of texts with each."""
    if "" in heads:
        return ""
    is_one = len({one.lower() for one in heads}) == 1 and heads.total() > 1
    return _plainest(heads) if is_one else "-"


def _forms(text: str) -> Iterator[tuple[int, str, str, bool]]:
    """The number of each word and pair, how it is written, what a hyphen joins to its beginning, and if to its end."""
    last, before, head, end = BREAK, "", "", 0
    text = unicodedata.normalize("NFKC", text)
    for match in _TOKEN.finditer(text):
        word = match[0]
        this = number(word)
        # As written between them: `world model`, but `vision-language`.
        joint = "-" if text[end : match.start()] == "-" else " "
        if this != BREAK:
            yield this, word, "", False
            if last != BREAK:
                more = text[match.end() : match.end() + 2]
                yield pair(last, this), f"{before}{joint}{word}", head, more[:1] == "-" and more[1:].isalnum()
        head = f"{before}-" if joint == "-" and before.isalnum() else ""
        last, before, end = this, word, match.end()


def codes(*texts: str) -> set[int]:
    """The numbers of the words and pairs of some texts."""
    return {code for text in texts for code, *_ in _forms(text)}


def code_of(text: str) -> int | None:
    """The number of a word or a pair of adjacent words, else None. Of more words, the last two count."""
    found = [code for code, *_ in _forms(text)]
    return found[-1] if found else None


def _plainest(forms: Counter[str]) -> str:
    """The form that comes most often; among equals, the one with the fewest capitals: titles have them for style."""
    return min(forms, key=lambda form: (-forms[form], sum(map(str.isupper, form)), form))


def pair(first: int, second: int) -> int:
    """The number of two adjacent words."""
    return (first * PAIRING + second) & MASK


# Counted

Papers = Iterable[tuple[int, bytes]]
"""The keys and packed words of papers."""


def numbers_of(packed: bytes) -> tuple[list[int], list[int]]:
    """The numbers of a paper's words and word pairs, repeated as often as they occur."""
    numbers = struct.unpack(f"<{len(packed) // 4}I", packed)
    # A break is 0.
    pairs = [(one * PAIRING + other) & MASK for one, other in pairwise(numbers) if one and other]
    return [*filter(None, numbers)], pairs


def count(packed: bytes, known: Container[int] | None = None) -> tuple[Counter[int], int]:
    """How often a paper has each word and pair, or each known one, and its number of words."""
    words, pairs = numbers_of(packed)
    every = chain(words, pairs)
    return Counter(every if known is None else filter(known.__contains__, every)), len(words)


class Saying(NamedTuple):
    """What one word says about a paper."""

    says: float
    """From 0 to 1: more in a short paper, less for each repetition."""
    size: float
    """The same without a bound."""


def sayings(packed: bytes, length: float, known: Container[int] | None = None) -> dict[int, Saying]:
    """What each word and pair, or each known one, says about a paper; `length` is the mean number of words."""
    counts, words = count(packed, known)
    norm = 0.25 + 0.75 * words / length
    # Most terms occur once or twice.
    each = {times: Saying(times / (times + norm), (1 + log(times)) / sqrt(norm)) for times in set(counts.values())}
    return {code: each[times] for code, times in counts.items()}


Common = Mapping[int, tuple[float, float]]
"""How many of `COUNT_FOR` papers of the daily feed have each term, and how many dwell on it; rarer terms are left out.

Shipped, because a small cache is not enough to tell.
"""


class Statistics(NamedTuple):
    """How common terms are."""

    papers: float
    """Papers that were counted, including those that the shipped counts stand for."""
    length: float
    have: Mapping[int, float]
    dwell: Mapping[int, float]
    """How many papers have each term at least three times: those are about it."""
    everywhere: frozenset[int]
    """Terms in most papers of the cache."""


def read_common(packed: bytes) -> Common:
    """The common terms from the bytes that `tests/bench/common_words.py` writes."""
    text = zlib.decompress(packed)
    papers, *numbers = struct.unpack(f"<{len(text) // 4}I", text)
    count = len(numbers) // 3
    share = COUNT_FOR / papers
    each = zip(numbers[:count], numbers[count : 2 * count], numbers[2 * count :], strict=True)
    return {code: (have * share, dwell * share) for code, have, dwell in each}


DWELLS = 3

FEW = 8
"""A cache with at most this many papers has no terms in most papers."""

COUNT_FOR = 1_000
"""Number of papers that the shipped counts stand for."""

ENOUGH = 5_000
"""Number of papers that suffice to know how common words are."""


def survey(terms: Collection[int], some: Papers, common: Common | None = None) -> Statistics:
    """Count how many papers have each term; with few papers, the shipped counts are added."""
    have, dwell = (dict.fromkeys(terms, 0.0) for _ in range(2))
    papers = words = 0
    for _, packed in some:
        counts, length = count(packed, have)
        papers += 1
        words += length
        for code, times in counts.items():
            have[code] += 1
            if times >= DWELLS:
                dwell[code] += 1
    mean = max(1.0, words / max(1, papers))
    everywhere = frozenset(code for code, having in have.items() if having > max(papers / 2, FEW))
    if common is not None and papers < ENOUGH:
        papers += COUNT_FOR
        for code in have.keys() & common.keys():
            have[code] += common[code][0]
            dwell[code] += common[code][1]
    return Statistics(papers, mean, have, dwell, everywhere)
