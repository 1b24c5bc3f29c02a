"""The ways in which a keyword that is looked for may be spelled in a paper."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reader.core.keywords import ABBREVIATIONS, key, normal

_TOGETHER = re.compile(r"\b(pre|post|mid|multi|fine|auto)(?=\w)")
"""Beginnings of words whose normal form is written together, as keywords seldom are."""


def spellings(keyword: str, exact: bool) -> tuple[str, ...]:
    """Phrases in small letters, one of which stands in each spelling of the same keyword; as typed comes first.

    `llms` is also `llm` and `large language model`. Unless it is `exact` words that begin so are found too, so that
    plurals need no phrase of their own.
    """
    found = [keyword]
    same = key(keyword)
    for singular in filter(None, (normal(keyword), same, ABBREVIATIONS.get(same))):
        for form in (singular, *_plurals(singular, exact)):
            found += [form, _TOGETHER.sub(r"\1 ", form)]
    return tuple(dict.fromkeys(form.casefold() for form in found))


def _plurals(singular: str, exact: bool) -> Iterator[str]:
    if len(singular) > 3 and singular.endswith("y"):
        yield f"{singular[:-1]}ies"
    elif exact:
        yield singular + ("es" if singular.endswith(("s", "x", "sh", "ch", "z")) else "s")
