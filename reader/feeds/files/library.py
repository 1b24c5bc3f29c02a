"""Find the arXiv id of another program's entry: in the fields where people and programs put it, the surest first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import islice

from reader.core.ids import arxiv_id, id_in_file_name, ids_in
from reader.core.marks import TAG_LIMIT
from reader.core.paper import LibraryEntry
from reader.core.text import clean

TITLE_LIMIT = 500
_WHERE_LIMIT = 100
_LABELS = 50
"""Maximum labels of an entry."""

_AUTOMATIC = re.compile(
    r"(?:Computer Science|Statistics|Mathematics|Physics|Electrical Engineering[\w ]*|Quantitative \w+) - "
    r"|(?:cs|math|stat|eess|q-bio|q-fin|econ|cond-mat|physics|astro-ph|nlin)\.[A-Za-z-]{2,}$"
)
"""Zotero makes tags of arXiv's categories by itself."""


def find_id(fields: Iterable[str]) -> str | None:
    """The first id that one of the texts names."""
    return next((ids[0] for text in fields if (ids := ids_in(text))), None)


def find_in_files(texts: Iterable[str]) -> str | None:
    """The first id that a file's name begins with."""
    return next((id for text in texts if (id := id_in_file_name(text))), None)


def eprint_id(eprint: str, archive: str, category: str) -> str | None:
    """The id of an `eprint` field, where an old id may be without its archive, which is the category."""
    if archive.strip().lower() not in ("", "arxiv", "arxiv.org"):
        return None
    return arxiv_id(eprint) or arxiv_id(f"{category.partition('.')[0]}/{eprint.strip()}")


def first_of(fields: Mapping[str, str], names: Iterable[str]) -> str:
    """The first of the named fields that says something, else an empty text."""
    return next((value for name in names if (value := fields.get(name, "").strip())), "")


def make_entry(where: str, title: str, id: str | None, labels: Iterable[str] = ()) -> LibraryEntry:
    """An entry with clean texts; `labels` may have several in a text, between commas, semicolons or lines."""
    parted = (clean(label, TAG_LIMIT) for text in labels for label in re.split(r"[,;\n]", text))
    told = dict.fromkeys(label for label in parted if label and not _AUTOMATIC.match(label))
    return LibraryEntry(clean(where, _WHERE_LIMIT), clean(title, TITLE_LIMIT), id, labels=tuple(islice(told, _LABELS)))
