"""Texts of a paper to copy: cleaned, so that pasting them into a terminal is harmless."""

from __future__ import annotations

from reader.core.ids import hf_url
from reader.core.paper import Paper
from reader.core.text import clean

MAX_AUTHORS = 3
"""Authors in a citation before "et al."."""


def paper_link(paper: Paper) -> str:
    """The address of the paper's page, or its title if it has none."""
    return hf_url(paper.id) or clean(paper.title)


def citation(paper: Paper) -> str:
    """The paper in one line: authors, year, title, address."""
    authors = ", ".join(clean(name) for name in paper.authors[:MAX_AUTHORS])
    if paper.author_count > MAX_AUTHORS:
        authors += " et al."
    year = (paper.published or paper.day or "")[:4]
    head = f"{authors} ({year})" if authors and year else authors or year
    return " ".join(filter(None, (f"{head}." if head else "", f"{clean(paper.title)}.", hf_url(paper.id))))
