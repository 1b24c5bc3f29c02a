"""Find the arXiv id of another program's entry: in the fields where people and programs put it, the surest first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from reader.core.ids import arxiv_id, id_in_file_name, ids_in
from reader.core.library import LibraryEntry
from reader.core.text import clean

TITLE_LIMIT = 500
_WHERE_LIMIT = 100


def find_id(fields: Iterable[str]) -> str | None:
    """The first id that one of the texts names."""
    return next((ids[0] for text in fields if (ids := ids_in(text))), None)


def find_in_files(texts: Iterable[str]) -> str | None:
    """The first id that a file's name begins with."""
    return next((id for text in texts if (id := id_in_file_name(text))), None)


def eprint_id(eprint: str, archive: str, category: str) -> str | None:
    """The id of an `eprint` field, where an old id may stand without its archive, which is the category."""
    if archive.strip().lower() not in ("", "arxiv", "arxiv.org"):
        return None
    return arxiv_id(eprint) or arxiv_id(f"{category.partition('.')[0]}/{eprint.strip()}")


def first_of(fields: Mapping[str, str], names: Iterable[str]) -> str:
    """The first of the named fields that says something, else an empty text."""
    return next((value for name in names if (value := fields.get(name, "").strip())), "")


def make_entry(where: str, title: str, id: str | None) -> LibraryEntry:
    """An entry with clean texts."""
    return LibraryEntry(clean(where, _WHERE_LIMIT), clean(title, TITLE_LIMIT), id)
