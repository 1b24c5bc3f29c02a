"""Parse BibTeX and BibLaTeX by bibtexparser, which is imported here first.

It is tolerant: a key that is repeated, or an entry that is cut off, does not keep the others out. What it gives up on
is searched for an id as plain text.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from reader.core.ids import arxiv_id
from reader.core.latex import latex_to_unicode
from reader.core.paper import LibraryEntry
from reader.feeds.files.library import eprint_id, find_id, find_in_files, first_of, make_entry

if TYPE_CHECKING:
    from bibtexparser.model import Block, Entry

_NO_PAPERS = ("xdata", "set", "string", "preamble", "comment")
"""Types of entries that only others refer to."""

_SURE = ("doi", "url", "howpublished", "number", "journal", "journaltitle", "volume", "booktitle", "series", "ee")
_NOTES = ("archiveid", "note", "addendum", "annote", "annotation", "eprint", "extra", "pubstate", "bdsk-url-1")

_LABELS = ("keywords", "keyword", "mendeley-tags", "tags", "groups")

_ENTRY = re.compile(r"^[ \t]*@[ \t]*[A-Za-z]+[ \t]*[{(]", re.MULTILINE)
_TITLE = re.compile(r"\btitle\s*=\s*[{\"]+([^{}\"]{1,500})", re.IGNORECASE)
_EPRINT = re.compile(r"\beprint\s*=\s*[{\"]+\s*([^{}\"\s]{1,60})", re.IGNORECASE)
_LEFT_BRACE = re.compile(r"\{\\textbraceleft\}|\\textbraceleft\b ?|\\\{")
_RIGHT_BRACE = re.compile(r"\{\\textbraceright\}|\\textbraceright\b ?|\\\}")
_PART = re.compile(r"\"([^\"]*)\"|\{([^{}]*)\}|([^\s#\"{}]+)")


def is_bibtex(text: str) -> bool:
    """Whether a line of the text begins an entry."""
    return _ENTRY.search(text) is not None


def parse_bibtex(text: str) -> Iterator[LibraryEntry]:
    """The entries of a file, in its order."""
    from bibtexparser.entrypoint import parse_string
    from bibtexparser.model import DuplicateBlockKeyBlock, DuplicateFieldKeyBlock, Entry, ParsingFailedBlock

    # What it complains of is listed by us.
    logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)
    for block in parse_string(text).blocks:
        if isinstance(block, DuplicateBlockKeyBlock | DuplicateFieldKeyBlock) and isinstance(
            block.ignore_error_block, Entry
        ):
            block = block.ignore_error_block  # noqa: PLW2901
        if isinstance(block, Entry):
            if block.entry_type.lower() not in _NO_PAPERS:
                yield _entry(block)
        elif isinstance(block, ParsingFailedBlock):
            yield _broken(block)


def _entry(entry: Entry) -> LibraryEntry:
    fields = {field.key.lower(): _joined(str(field.value)) for field in entry.fields}
    labels = (_plain(fields.get(name, "").strip('{}" ')) for name in _LABELS)
    return make_entry(f"entry {entry.key}", _title(fields), _id(fields), labels)


def _id(fields: Mapping[str, str]) -> str | None:
    names = (("eprint", "arxivid", "arxiv"), ("eprinttype", "archiveprefix"), ("eprintclass", "primaryclass"))
    # An entry whose key is repeated still has its braces.
    if id := eprint_id(*(first_of(fields, some).strip('{}" ') for some in names)):
        return id
    texts = [_without_tex(fields.get(name, "")) for name in (*_SURE, *_NOTES)]
    return find_id(texts) or find_in_files(fields.get(name, "") for name in ("file", "local-url", "pdf", "url"))


def _broken(block: Block) -> LibraryEntry:
    """An entry that can't be parsed, such as one that never ends."""
    raw = block.raw or ""
    title = _TITLE.search(raw)
    eprint = _EPRINT.search(raw)
    id = (arxiv_id(eprint[1]) if eprint else None) or find_id([_without_tex(raw)])
    return make_entry(f"line {(block.start_line or 0) + 1}", title[1] if title else "", id)


def _joined(value: str) -> str:
    """A value whose parts were joined by `#`; other values as they are."""
    if "#" not in value or not value.startswith(('"', "{")) or not re.search(r"[\"}\w]\s*#\s*[\"{\w]", value):
        return value
    return "".join("".join(part.groups(default="")) for part in _PART.finditer(value))


def _title(fields: Mapping[str, str]) -> str:
    return _plain(first_of(fields, ("title", "shorttitle", "booktitle")))


def _plain(text: str) -> str:
    """A text without LaTeX and the braces that protect its letters; braces that are printed stay."""
    kept = _RIGHT_BRACE.sub("\ue001", _LEFT_BRACE.sub("\ue000", text))
    return latex_to_unicode(kept).translate({ord("{"): None, ord("}"): None, 0xE000: "{", 0xE001: "}"})


def _without_tex(text: str) -> str:
    """A text without what TeX puts around and into addresses: braces, `url`, escaped signs."""
    return re.sub(r"\\(?:url|href|texttt)\b|\\(?=[_%#&~])|[{}]", " ", text) if "\\" in text or "{" in text else text
