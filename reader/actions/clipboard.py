"""Texts of papers for copying, cleaned so that pasting them into a terminal is harmless."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from io import StringIO
from types import MappingProxyType
from typing import NamedTuple

from reader.actions.citations import CitationKeys, write_bibtex
from reader.core.ids import hf_url
from reader.core.paper import Paper
from reader.core.text import clean, clean_block

Text = Callable[[Sequence[Paper], CitationKeys], str]
"""Makes the text of some papers; BibTeX entries get their keys."""


class Copy(NamedTuple):
    """A form of copying papers: its name, and the resulting text."""

    name: str
    text: Text
    noun: str = ""
    """Its name in a sentence, if it differs."""


def _lines(of: Callable[[Paper], str]) -> Text:
    """A line for each paper."""
    return lambda papers, _: "\n".join(map(of, papers))


def _bibtex(papers: Sequence[Paper], keys: CitationKeys) -> str:
    out = StringIO()
    write_bibtex(papers, out, keys)
    return out.getvalue()


def _markdown_links(papers: Sequence[Paper], _keys: CitationKeys) -> str:
    from reader.actions.export import markdown_link

    bullet = "- " if len(papers) > 1 else ""
    return "\n".join(bullet + markdown_link(paper) for paper in papers)


def _abstracts(papers: Sequence[Paper], _keys: CitationKeys) -> str:
    if len(papers) == 1:
        return clean_block(papers[0].abstract)
    return "\n\n".join(f"{clean(paper.title)}\n\n{clean_block(paper.abstract)}".rstrip() for paper in papers)


COPIES: Mapping[str, Copy] = MappingProxyType(
    {
        "l": Copy("link", _lines(lambda paper: hf_url(paper.id) or clean(paper.title))),
        "i": Copy("id", _lines(lambda paper: clean(paper.id))),
        "t": Copy("title", _lines(lambda paper: clean(paper.title))),
        "b": Copy("BibTeX", _bibtex),
        "m": Copy("Markdown link", _markdown_links),
        "a": Copy("abstract", _abstracts),
    }
)
"""The forms by letter, in menu order."""
