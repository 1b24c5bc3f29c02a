"""Texts of papers to copy: cleaned, so that pasting them into a terminal is harmless."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import NamedTuple

from reader.actions.citation_keys import CitationKeys
from reader.core.ids import hf_url
from reader.core.paper import Paper
from reader.core.text import clean, clean_block

Papers = Sequence[Paper]


class Copy(NamedTuple):
    """A form in which papers are copied: its name, and the text of some papers."""

    name: str
    text: Callable[[Papers, CitationKeys], str]
    """Takes the papers, and what gives BibTeX entries their keys."""
    noun: str = ""
    """What it is called in a sentence, if its name alone does not say it."""


def paper_link(paper: Paper) -> str:
    """The address of the paper's page, or its title if it has none."""
    return hf_url(paper.id) or clean(paper.title)


def links(papers: Papers, _keys: CitationKeys | None = None) -> str:
    """The addresses, a line each."""
    return "\n".join(map(paper_link, papers))


def _ids(papers: Papers, _keys: CitationKeys) -> str:
    return "\n".join(clean(paper.id) for paper in papers)


def _titles(papers: Papers, _keys: CitationKeys) -> str:
    return "\n".join(clean(paper.title) for paper in papers)


def _bibtex(papers: Papers, keys: CitationKeys) -> str:
    from io import StringIO

    from reader.actions import bibtex

    out = StringIO()
    bibtex.write(papers, out, keys)
    return out.getvalue()


def _markdown_links(papers: Papers, _keys: CitationKeys) -> str:
    from reader.actions.export import markdown_link

    bullet = "- " if len(papers) > 1 else ""
    return "\n".join(bullet + markdown_link(paper) for paper in papers)


def _abstracts(papers: Papers, _keys: CitationKeys) -> str:
    """The abstract of a paper; of several, each under its title."""
    if len(papers) == 1:
        return clean_block(papers[0].abstract)
    return "\n\n".join(f"{clean(paper.title)}\n\n{clean_block(paper.abstract)}".rstrip() for paper in papers)


def _citations(papers: Papers, _keys: CitationKeys, style: str) -> str:
    from reader.actions.citation_styles import STYLES

    return "\n".join(map(STYLES[style], papers))


COPIES: Mapping[str, Copy] = MappingProxyType(
    {
        "l": Copy("link", links),
        "i": Copy("id", _ids),
        "t": Copy("title", _titles),
        "b": Copy("BibTeX", _bibtex),
        "m": Copy("Markdown link", _markdown_links),
        "a": Copy("abstract", _abstracts),
        "1": Copy("APA", partial(_citations, style="APA"), "APA citation"),
        "2": Copy("IEEE", partial(_citations, style="IEEE"), "IEEE citation"),
        "3": Copy("MLA", partial(_citations, style="MLA"), "MLA citation"),
    }
)
"""The forms by the letter that chooses each, in the order of the menu; the last ones are styles of citations."""
