"""RIS for reference managers: a line a field, CRLF, a record a paper."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TextIO

from reader.actions.bibtex import doi
from reader.actions.citation_keys import CitationKeys
from reader.actions.publication import container, entry_type, year
from reader.core.ids import paper_url, pdf_url
from reader.core.names import split_name
from reader.core.paper import Paper
from reader.core.text import clean

# RIS has no preprints; GEN is what Zotero writes for them.
_TYPES = {"misc": "GEN", "article": "JOUR", "inproceedings": "CONF"}


def write(papers: Iterable[Paper], out: TextIO, keys: CitationKeys | None = None) -> int:
    """Write a record for each paper; return their number."""
    keys = keys or CitationKeys()
    count = 0
    for paper in papers:
        out.write("".join(f"{name}  - {value}\r\n" for name, value in _fields(paper, keys)) + "\r\n")
        count += 1
    return count


def _fields(paper: Paper, keys: CitationKeys) -> Iterator[tuple[str, str]]:
    """Name and value of each field, in their order; each value is one line."""
    yield "TY", _TYPES[entry_type(paper)]
    yield "ID", keys.key(paper)
    yield "TI", clean(paper.title)
    yield from (("AU", split_name(clean(name)).inverted) for name in paper.authors)
    if when := year(paper):
        yield "PY", when
    if (date := paper.published or paper.day) and date[:4] == when:
        yield "DA", f"{date.replace('-', '/')}/"
    if where := container(paper):
        yield "T2", where
    if paper.abstract:
        yield "AB", clean(paper.abstract)
    if url := paper_url(paper.id):
        yield "DO", doi(paper)
        yield "UR", url
        yield "AN", f"arXiv:{paper.id}"
        yield "PB", "arXiv"
        yield "DP", "arXiv.org"
        yield "L1", pdf_url(paper.id) or ""
    elif paper.url:
        yield "UR", clean(paper.url)
    yield from (("KW", clean(word)) for word in paper.tags)
    if paper.note:
        yield "N1", clean(paper.note)
    yield "ER", ""
