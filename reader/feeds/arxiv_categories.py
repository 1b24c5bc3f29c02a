"""arXiv's categories: ids, names, and addresses of their announcement feeds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlsplit

from reader.core.errors import UsageError
from reader.core.text import brief
from reader.data import read_text

_HOSTS = ("arxiv.org", "export.arxiv.org", "rss.arxiv.org")


class Category(NamedTuple):
    """An arXiv category, such as `cs.CL`, Computation and Language, in Computer Science."""

    id: str
    name: str
    group: str


@lru_cache(maxsize=1)
def categories() -> Mapping[str, Category]:
    """All categories by id, including categories that only old papers have."""
    groups: Mapping[str, Mapping[str, str]] = json.loads(read_text("categories.json"))
    return {id: Category(id, name, group) for group, names in groups.items() for id, name in names.items()}


def find_category(text: str) -> Category:
    """The category with this id, ignoring case; raises UsageError with the nearest valid id."""
    from difflib import get_close_matches

    known = {id.casefold(): category for id, category in categories().items()}
    id = text.strip().casefold()
    if id not in known:
        near = get_close_matches(id, known, n=1)
        advice = f"did you mean {known[near[0]].id}?" if near else "one is cs.CL, for example."
        raise UsageError(f"{brief(text)!r} is not a category of arXiv; {advice}")
    return known[id]


def announced_categories(url: str) -> tuple[str, ...]:
    """The categories of an announcement feed, such as `https://rss.arxiv.org/rss/cs.CL+cs.LG`.

    Empty for any other address, and if a category is unknown.
    """
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return ()
    kind, _, names = parts.path.strip("/").partition("/")
    if host not in _HOSTS or kind not in ("rss", "atom"):
        return ()
    known = {id.casefold(): id for id in categories()}
    ids = [known.get(name.casefold()) for name in names.split("+")]
    return tuple(id for id in ids if id) if all(ids) else ()
