"""The categories of arXiv: their ids and names, and what names them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlsplit

from reader.core.errors import UsageError
from reader.core.text import clean
from reader.data import read_text

_HOSTS = ("arxiv.org", "export.arxiv.org", "rss.arxiv.org")


class Category(NamedTuple):
    """A category of arXiv's, such as `cs.CL`, Computation and Language, in Computer Science."""

    id: str
    name: str
    group: str


@lru_cache(maxsize=1)
def categories() -> Mapping[str, Category]:
    """The categories of arXiv by their ids, those included that only old papers are in."""
    groups: Mapping[str, Mapping[str, str]] = json.loads(read_text("categories.json"))
    return {id: Category(id, name, group) for group, names in groups.items() for id, name in names.items()}


def find_category(text: str) -> Category:
    """The category that a text names by its id, in whatever case.

    Raises UsageError with the nearest right id.
    """
    from difflib import get_close_matches

    known = {id.casefold(): category for id, category in categories().items()}
    wanted = text.strip().casefold()
    if wanted not in known:
        near = get_close_matches(wanted, known, n=1)
        advice = f"did you mean {known[near[0]].id}?" if near else "one is called cs.CL, for example."
        raise UsageError(f"{clean(text, 40)!r} is no category of arXiv's; {advice}")
    return known[wanted]


def announced_categories(url: str) -> tuple[str, ...]:
    """The categories whose announcements an address is of, such as `https://rss.arxiv.org/rss/cs.CL+cs.LG`.

    Empty where it is another address, or of categories that are not known.
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
    found = tuple(id for id in ids if id)
    return found if len(found) == len(ids) else ()
