"""Make the key of an entry from a pattern, such as `{author}{year}-{id}`: the same for a paper in every export.

Without `{id}` papers may come to the same key: the first of them that came into the cache has it, the others get their
id at its end. So a key that is cited stays, whatever comes later and whatever is exported in whatever order.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cached_property

from reader.core.ids import arxiv_id
from reader.core.paper import Paper
from reader.core.people import split_name
from reader.core.text import clean, fold

DEFAULT = "{author}{year}-{id}"

_LATIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th", "ð": "d"})
"""Letters without an accent to lose."""

_PART = re.compile(r"\{(\w+)\}")
# fmt: off
_SMALL_WORDS = frozenset((
    "a", "an", "and", "are", "as", "at", "by", "for", "from", "how", "in", "is", "it", "its", "of", "on", "or", "the",
    "to", "via", "what", "when", "why", "with",
))
# fmt: on


class CitationKeys:
    """Gives each paper of an export its key; no key is given twice, whatever its capitals.

    `used` are keys that none may get; `all_papers` are those of the cache, in the order in which they came.
    """

    def __init__(
        self,
        pattern: str = DEFAULT,
        used: Iterable[str] = (),
        all_papers: Callable[[], Iterable[Paper]] = tuple,
    ) -> None:
        self._pattern = pattern
        self._used = {key.lower() for key in used}
        self._all_papers = all_papers

    @cached_property
    def _owners(self) -> dict[str, str]:
        """The id of the paper that has a key without its id, by the key in small letters."""
        owners: dict[str, str] = {}
        for paper in self._all_papers():
            owners.setdefault(self._base(_parts(paper)).lower(), paper.id)
        return owners

    def key(self, paper: Paper) -> str:
        """The key of a paper, which it is given now."""
        parts = _parts(paper)
        key = base = self._base(parts)
        number = 1
        if "{id}" not in self._pattern and (
            key.lower() in self._used or self._owners.get(key.lower(), paper.id) != paper.id
        ):
            key = base = f"{base}-{parts['id']}"
        while key.lower() in self._used:
            number += 1
            key = f"{base}-{number}"
        self._used.add(key.lower())
        return key

    def _base(self, parts: dict[str, str]) -> str:
        """The key that the pattern makes of a paper's parts."""
        made = _PART.sub(lambda found: parts.get(found[1], ""), self._pattern)
        return _safe(made) or f"paper-{parts['id']}"


def _parts(paper: Paper) -> dict[str, str]:
    """What a pattern may have; see `reader.core.settings.types.KEY_PARTS`."""
    family = split_name(clean(paper.authors[0])).family if paper.authors else ""
    words = family.split() if family else []
    author = _letters(words[-1]) if words else ""
    titled = [_letters(word) for word in re.split(r"[\s:/-]+", clean(paper.title))]
    told = [word for word in titled if word and word not in _SMALL_WORDS] or [word for word in titled if word]
    id = paper.id if arxiv_id(paper.id) else paper.id.rpartition(":")[2]
    return {
        "author": author or "paper",
        "Author": (author or "paper").capitalize(),
        "year": (paper.published or paper.day or "")[:4],
        "title": told[0] if told else "",
        "Title": told[0].capitalize() if told else "",
        "words": "".join(word.capitalize() for word in told[:3]),
        "id": re.sub(r"[^a-z0-9.]+", "-", fold(id)).strip("-"),
    }


def _letters(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", fold(text).translate(_LATIN))


def _safe(key: str) -> str:
    """A key without the signs that some program can't have in it."""
    return re.sub(r"[^A-Za-z0-9._:+/-]+", "", key).strip("-_:.+/")
