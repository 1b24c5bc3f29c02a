"""Citations as plain text: names, dates, and where a paper appeared."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from reader.actions.citations import CitationKeys
from reader.actions.clipboard import COPIES, apa, ieee, mla
from reader.core.paper import Paper
from tests.actions.test_export import WRITTEN

TITLE = "LiveEdit: Towards Real-Time Diffusion-Based Streaming Video Editing"
DOI = "https://doi.org/10.48550/arXiv.2606.12345"


def test_a_preprint(live_edit: Paper) -> None:
    assert apa(live_edit) == f"Wang, X., & Zhao, C. (2026). {TITLE} (arXiv:2606.12345). arXiv. {DOI}"
    assert ieee(live_edit) == f"X. Wang and C. Zhao, “{TITLE},” arXiv:2606.12345, June 2026."
    assert mla(live_edit) == f"Wang, Xinyu, and Chongbo Zhao. “{TITLE}.” arXiv, 2026, {DOI}."


def test_a_paper_of_a_journal_and_many_people(live_edit: Paper) -> None:
    people = ("Jean-Luc van der Berg", "The Live Team", "Martin King Jr.", *(f"Ann B. Name{n}" for n in range(20)))
    paper = live_edit._replace(journal="Nature 7", authors=people, title="Does It Edit?")
    begin = "van der Berg, J.-L., The Live Team, King, M., Jr., Name0, A. B., "
    assert apa(paper).startswith(begin)
    assert apa(paper).endswith(f"Name15, A. B., … Name19, A. B. (2026). Does It Edit? Nature 7. {DOI}")
    assert ieee(paper) == "J.-L. van der Berg et al., “Does It Edit?,” Nature 7, 2026."
    assert ieee(paper._replace(authors=people[3:10])).startswith("A. B. Name0 et al., “")
    assert ieee(paper._replace(authors=people[3:9])).startswith("A. B. Name0, A. B. Name1, A. B. Name2, A. B. Name3, ")
    three = paper._replace(authors=people[:3])
    assert ieee(three).startswith("J.-L. van der Berg, The Live Team, and M. King Jr., “")
    assert mla(three).startswith("van der Berg, Jean-Luc, et al. “")
    twenty = apa(paper._replace(authors=people[3:]))
    assert twenty.count("Name") == 20 and "…" not in twenty
    assert apa(paper._replace(authors=people[2:])).count("Name") == 19
    assert mla(paper) == f"van der Berg, Jean-Luc, et al. “Does It Edit?” Nature 7, 2026, {DOI}."


def test_a_paper_of_a_conference_has_its_year(live_edit: Paper) -> None:
    paper = live_edit._replace(venue="ICLR 2027 oral", title="It Edits")
    assert apa(paper) == f"Wang, X., & Zhao, C. (2027). It Edits. ICLR 2027 oral. {DOI}"
    assert ieee(paper) == "X. Wang and C. Zhao, “It Edits,” ICLR 2027 oral, 2027."
    assert mla(paper) == f"Wang, Xinyu, and Chongbo Zhao. “It Edits.” ICLR 2027 oral, 2027, {DOI}."


@pytest.mark.parametrize(
    ("style", "bare", "old", "new"),
    [
        (apa, "A Title (n.d.).", "Plato. (2026).", "Plato. (2026)."),
        (
            ieee,
            "“A Title.”",
            "Plato, “A Title,” arXiv:2606.12345, 2026.",
            "Plato, “A Title,” arXiv:2606.12345, Oct. 2026.",
        ),
        (mla, "“A Title.”", "Plato. “A Title.” arXiv, 2026,", "Plato. “A Title.” arXiv, 2026,"),
    ],
)
def test_a_citation_leaves_out_unknown_facts(
    style: Callable[[Paper], str], bare: str, old: str, new: str, live_edit: Paper
) -> None:
    paper = live_edit._replace(authors=("Plato",), day="2026", published=None, title="A Title")
    assert style(paper._replace(id="page:abc", authors=(), day=None, url=None)) == bare
    assert style(paper).startswith(old)
    assert style(paper._replace(day="2026-10-05")).startswith(new)


def test_papers_are_copied_in_every_form(two: tuple[Paper, Paper]) -> None:
    made = "".join(f"{one.name}:\n{one.text(two, CitationKeys())}\n" for one in COPIES.values() if one.name != "BibTeX")
    assert made == (WRITTEN / "copies.txt").read_text("utf-8")
    assert COPIES["b"].text(two, CitationKeys()) == (WRITTEN / "papers.bib").read_text("utf-8")
    assert COPIES["a"].text(two[:1], CitationKeys()) == two[0].abstract
    assert COPIES["m"].text(two[:1], CitationKeys()).startswith("[LiveEdit")
