"""BibTeX through bibtexparser, with LaTeX escapes by pylatexenc; both are imported when the first entry is written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import TextIO

from reader.core.ids import arxiv_id, paper_url
from reader.core.paper import Paper
from reader.core.text import clean, clean_block, fold

ARXIV_DOI = "10.48550/arXiv."


def write(papers: Iterable[Paper], out: TextIO) -> int:
    """Write an entry for each paper; return their number."""
    from bibtexparser.entrypoint import write_string
    from bibtexparser.library import Library
    from bibtexparser.model import Entry, Field

    escape = _escaper()
    used: set[str] = set()
    count = 0
    for paper in papers:
        fields = [Field(name, value) for name, value in _fields(paper, escape)]
        # One entry at a time, so that an export of all papers takes little memory.
        entry = write_string(Library([Entry("misc", _key(paper, used), fields)]))
        out.write(("\n" if count else "") + entry)
        count += 1
    return count


def _fields(paper: Paper, escape: Callable[[str], str]) -> Iterator[tuple[str, str]]:
    """Name and value of each field, escaped."""
    # A second pair of braces keeps styles from lowering the capitals of names and acronyms.
    yield "title", f"{{{escape(clean(paper.title))}}}"
    if paper.authors:
        yield "author", " and ".join(_name(clean(name), escape) for name in paper.authors)
    if date := paper.published or paper.day:
        yield "year", date[:4]
    if url := paper_url(paper.id):
        yield "eprint", paper.id
        yield "archiveprefix", "arXiv"
        yield "doi", ARXIV_DOI + paper.id
        yield "url", url
    if paper.organization:
        yield "organization", f"{{{escape(clean(paper.organization))}}}"
    if paper.keywords:
        yield "keywords", escape(", ".join(clean(keyword).replace(",", " ") for keyword in paper.keywords))
    if paper.abstract:
        yield "abstract", escape(clean_block(paper.abstract).replace("\n\n", " "))


def _name(name: str, escape: Callable[[str], str]) -> str:
    """An author for BibTeX; braces keep a name with a comma or "and" from being split into two."""
    whole = "," in name or "and" in name.lower().split()
    return f"{{{escape(name)}}}" if whole else escape(name)


def _key(paper: Paper, used: set[str]) -> str:
    """The entry's key: first author, year, id, such as `wang2024-2406.12345`.

    With the id, the key is the same in every export.
    """
    family = fold(paper.authors[0]).split()[-1:] if paper.authors else []
    name = re.sub(r"[^a-z0-9]", "", "".join(family)) or "paper"
    id = paper.id if arxiv_id(paper.id) else paper.id.rpartition(":")[2]
    tail = re.sub(r"[^a-z0-9.]+", "-", fold(id)).strip("-")
    base = f"{name}{(paper.published or paper.day or '')[:4]}-{tail}"
    key, number = base, 1
    while key in used:
        number += 1
        key = f"{base}-{number}"
    used.add(key)
    return key


def _escaper() -> Callable[[str], str]:
    """A function that turns plain text into LaTeX; a letter without a LaTeX command stays unchanged."""
    from pylatexenc.latexencode import RULE_DICT, UnicodeToLatexConversionRule, UnicodeToLatexEncoder

    # BibTeX counts even escaped braces: a title with a single brace would swallow the rest of the file.
    braces = {ord("{"): r"\textbraceleft", ord("}"): r"\textbraceright"}
    encoder = UnicodeToLatexEncoder(
        conversion_rules=[UnicodeToLatexConversionRule(RULE_DICT, braces), "defaults"],
        replacement_latex_protection="braces-all",
        unknown_char_policy="keep",
        unknown_char_warning=False,
    )
    escape: Callable[[str], str] = encoder.unicode_to_latex
    return escape
