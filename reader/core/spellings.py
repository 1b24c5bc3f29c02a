"""The spellings that a paper may have for a searched keyword."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reader.core.keywords import ABBREVIATIONS, key, normal

_TOGETHER = re.compile(r"\b(pre|post|mid|multi|fine|auto)(?=\w)")
"""Prefixes that the normal form joins to the word; most keywords write them apart."""


def spellings(keyword: str, exact: bool) -> tuple[str, ...]:
    """Phrases to search for, in lower case: each spelling of the keyword contains one. The first is the typed one.

    `llms` also gives `llm` and `large language model`. Only an `exact` search needs plurals: any other search finds all
    words that begin with the phrase.
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
