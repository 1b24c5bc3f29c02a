"""Names of people: the parts that reference managers want, and whether two names are of one person.

Initials, accents, hyphens and the order of names do not matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

from reader.core.text import fold

# fmt: off
PARTICLES = frozenset((
    "af", "al", "am", "auf", "aus", "bin", "da", "dal", "de", "degli", "dei", "del", "dela", "della", "den", "der",
    "des", "di", "do", "dos", "du", "el", "het", "in", "la", "las", "le", "les", "lo", "los", "op", "ten", "ter",
    "tom", "van", "vom", "von", "y", "zu", "zum", "zur", "'t",
))
# fmt: on
"""Words that belong to the family name that follows them."""

_SUFFIX = re.compile(r"(?:jr|sr)\.?|[ivx]{2,4}", re.IGNORECASE)
_GROUP = re.compile(
    r"(?i:\b(?:team|group|collaboration|consortium|lab|labs|laboratory|institute|university|project|community|research"
    r"|et al\.?|inc\.?|ltd\.?|foundation|organization|committee)$|^the\b)"
    # Ai is also the name of people.
    r"|\bAI\b"
)


class Name(NamedTuple):
    """A person's name, or that of a group, which has only a family name."""

    family: str
    given: str = ""
    suffix: str = ""
    is_group: bool = False

    @property
    def inverted(self) -> str:
        """The name as `Family, Given, Suffix`; that of a group as it is."""
        return ", ".join(part for part in (self.family, self.given, self.suffix) if part)


def split_name(name: str) -> Name:
    """The parts of a clean name, written as `Given Family` or `Family, Given`."""
    if "," in name:
        family, *given = (part.strip() for part in name.split(","))
        is_plain = len(given) == 1 and family and given[0] and not _SUFFIX.fullmatch(given[0])
        return Name(family, given[0]) if is_plain else Name(name, is_group=True)
    words = name.split()
    if _GROUP.search(name) or "and" in (word.lower() for word in words):
        return Name(name, is_group=True)
    if len(words) < 2:
        return Name(name)
    suffix = words.pop() if len(words) > 2 and _SUFFIX.fullmatch(words[-1]) else ""
    first = len(words) - 1
    while first > 1 and words[first - 1].lower() in PARTICLES:
        first -= 1
    return Name(" ".join(words[first:]), " ".join(words[:first]), suffix)


_SPELLED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "æ": "ae", "œ": "oe", "ß": "ss"})
"""Replacements where letters are missing: `Müller` is `Mueller` as well as `Muller`."""

_SIGNS = re.compile(r"[\W_]+")
_NOT_LETTERS = re.compile(r"[\W\d_]+")


class NameLikeness(IntEnum):
    """Whether two names belong to one person, as far as names tell."""

    OTHER = 0
    PERHAPS = 1
    """Only initials tell the given names, or one has an extra name: `K. He` or `Kaiming Li He` may be Kaiming He."""
    SAME = 2


class LikeName(NamedTuple):
    """The most similar of some names."""

    likeness: NameLikeness
    name: str
    """Empty for another."""


class _Form(NamedTuple):
    given: tuple[str, ...]
    family: tuple[str, ...]
    suffix: str

    @property
    def turned(self) -> _Form:
        """The same, read family name first: `He Kaiming`."""
        return _Form((*self.given[1:], *self.family), self.given[:1], self.suffix)


def likeness(one: str, other: str) -> NameLikeness:
    """Whether two clean names are of one person."""
    return max((_compare(a, b) for a in _forms(one) for b in _forms(other)), default=NameLikeness.OTHER)


def likest(name: str, others: Iterable[str]) -> LikeName:
    """The likest of some names."""
    best = LikeName(NameLikeness.OTHER, "")
    families = {_letters(fold(family)) for family in spellings(name).family}
    for other in others:
        # A paper may have thousands of authors: most need no closer look.
        if other.isascii() and not any(family in _letters(other.lower()) for family in families):
            continue
        found = likeness(name, other)
        if found > best.likeness:
            best = LikeName(found, other)
    return best


class Spellings(NamedTuple):
    """How papers may write a name: with one of the families, and one of the beginnings if there are any."""

    family: tuple[str, ...]
    begin: tuple[str, ...]
    """The first two letters of the given name; empty for a group, and where only the initial is known."""
    initial: str


def spellings(name: str) -> Spellings:
    """The spellings of a name, in lower case."""
    parts = split_name(name)
    family, given = parts.family.lower(), parts.given.lower()
    families = (family, _without_apostrophes(family), family.translate(_SPELLED))
    begin = [words[0][:2] for text in (given, given.translate(_SPELLED)) if (words := _words(text))]
    is_known = bool(begin) and len(begin[0]) > 1
    return Spellings(_unique(families), _unique(begin) if is_known else (), begin[0][0] if begin else "")


def _unique(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))


def _without_apostrophes(text: str) -> str:
    return text.replace("'", "").replace("\u2019", "")


@lru_cache(maxsize=4_096)
def _forms(name: str) -> tuple[_Form, ...]:
    parts = split_name(name)
    if parts.is_group:
        words = tuple(filter(None, _SIGNS.split(fold(name))))
        return (_Form((), words, ""),) if words else ()
    forms = []
    for change in (fold, lambda text: fold(text.lower().translate(_SPELLED))):
        given, family = _given(change(parts.given)), _words(change(parts.family))
        # In `Oord, Aaron van den` they stand behind the given name.
        while len(given) > 1 and len(given[-1]) > 1 and given[-1] in PARTICLES:
            given, family = given[:-1], (given[-1], *family)
        if family:
            forms.append(_Form(given, family, fold(parts.suffix).strip(".")))
    return tuple(dict.fromkeys(forms))


def _words(text: str) -> tuple[str, ...]:
    return tuple(filter(None, _NOT_LETTERS.split(_without_apostrophes(text))))


def _given(text: str) -> tuple[str, ...]:
    """The given names; those with a hyphen are one, `Jun-Yan`, unless they are initials, `J.-Y.`."""
    found: list[str] = []
    for word in text.split():
        parts = _words(word)
        found += parts if all(len(part) == 1 for part in parts) else ("".join(parts),)
    return tuple(found)


def _letters(text: str) -> str:
    return _NOT_LETTERS.sub("", text)


def _compare(one: _Form, other: _Form) -> NameLikeness:
    if one.suffix and other.suffix and one.suffix != other.suffix:
        return NameLikeness.OTHER
    if not one.given or not other.given:
        return NameLikeness.SAME if one[:2] == other[:2] else NameLikeness.OTHER
    return max(_compare_given(one, other), _compare_given(one, other.turned), _compare_given(one.turned, other))


def _compare_given(one: _Form, other: _Form) -> NameLikeness:
    """Whether two names with the same family name are of one person."""
    if "".join(one.family) != "".join(other.family):
        return NameLikeness.OTHER
    if "".join(one.given) == "".join(other.given):
        return NameLikeness.SAME
    if not all(map(_fits, one.given, other.given)):
        return NameLikeness.OTHER
    # A middle initial is often left out, another name is not: Jun Zhu is not Jun Yan Zhu.
    shorter = min(len(one.given), len(other.given))
    more = (*one.given[shorter:], *other.given[shorter:])
    is_same = one.given[0] == other.given[0] and len(one.given[0]) > 1 and all(len(name) == 1 for name in more)
    return NameLikeness.SAME if is_same else NameLikeness.PERHAPS


def _fits(one: str, other: str) -> bool:
    """Whether two given names are equal, or one is the other's initial."""
    return one == other or (min(len(one), len(other)) == 1 and one[0] == other[0])
