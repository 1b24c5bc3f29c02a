"""Texts of a paper to copy: cleaned, so that pasting them into a terminal is harmless."""

from __future__ import annotations

from reader.core.ids import hf_url
from reader.core.paper import Paper
from reader.core.text import clean


def paper_link(paper: Paper) -> str:
    """The address of the paper's page, or its title if it has none."""
    return hf_url(paper.id) or clean(paper.title)
