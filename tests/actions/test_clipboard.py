"""Papers as text for the clipboard."""

from __future__ import annotations

from reader.actions.citations import CitationKeys
from reader.actions.clipboard import COPIES
from reader.core.paper import Paper
from tests.actions.test_export import WRITTEN


def test_papers_are_copied_in_every_form(two: tuple[Paper, Paper]) -> None:
    made = "".join(f"{one.name}:\n{one.text(two, CitationKeys())}\n" for one in COPIES.values() if one.name != "BibTeX")
    assert made == (WRITTEN / "copies.txt").read_text("utf-8")
    assert COPIES["b"].text(two, CitationKeys()) == (WRITTEN / "papers.bib").read_text("utf-8")
    assert COPIES["a"].text(two[:1], CitationKeys()) == two[0].abstract
    assert COPIES["m"].text(two[:1], CitationKeys()).startswith("[LiveEdit")
