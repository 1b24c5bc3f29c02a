"""Split a person's name into the parts that reference managers want."""

from __future__ import annotations

import re
from typing import NamedTuple

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
    r"\b(?:team|group|collaboration|consortium|lab|labs|laboratory|institute|university|project|community|research|ai"
    r"|et al\.?|inc\.?|ltd\.?|foundation|organization|committee)$|^the\b",
    re.IGNORECASE,
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
