"""CSL-JSON for citation processors; Zotero makes a preprint of it, which neither BibTeX nor RIS come to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from reader.actions.bibtex import category, doi
from reader.actions.citation_keys import CitationKeys
from reader.actions.publication import container, entry_type, year
from reader.core.ids import paper_url
from reader.core.names import split_name
from reader.core.paper import Paper
from reader.core.text import clean, clean_block, clean_note

_TYPES = {"misc": "article", "article": "article-journal", "inproceedings": "paper-conference"}


def items(papers: Iterable[Paper], keys: CitationKeys) -> Iterator[dict[str, Any]]:
    """An item for each paper; absent values have no key."""
    for paper in papers:
        yield {name: value for name, value in _item(paper, keys).items() if value}


def _item(paper: Paper, keys: CitationKeys) -> dict[str, Any]:
    date = paper.published or paper.day
    url = paper_url(paper.id)
    primary = category(paper)
    return {
        "id": keys.key(paper),
        "type": _TYPES[entry_type(paper)],
        "title": clean(paper.title),
        "author": [_author(clean(name)) for name in paper.authors],
        "issued": {"date-parts": [_date_parts(paper)]} if date else None,
        "container-title": container(paper),
        "publisher": "arXiv" if url else None,
        "number": f"arXiv:{paper.id}" if url else None,
        "DOI": doi(paper) if url else None,
        "URL": url or clean(paper.url or ""),
        "abstract": clean_block(paper.abstract),
        "keyword": ", ".join(clean(word.replace(",", " ")) for word in paper.tags),
        "source": "arXiv.org" if url else None,
        "note": f"arXiv:{paper.id}{f' [{primary}]' if primary else ''}" if url else None,
        "annote": clean_note(paper.note or ""),
    }


def _date_parts(paper: Paper) -> list[int]:
    """Year, month and day of the first version; only the year, if the paper appeared in another."""
    date, when = paper.published or paper.day or "", year(paper)
    return [int(part) for part in date.split("-")] if date[:4] == when else [int(when or 0)]


def _author(name: str) -> dict[str, str]:
    parts = split_name(name)
    if parts.is_group or not parts.given:
        return {"literal": parts.family}
    named = {"family": parts.family, "given": parts.given}
    return named | ({"suffix": parts.suffix} if parts.suffix else {})
