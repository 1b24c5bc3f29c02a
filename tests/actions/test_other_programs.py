"""Other programs read what is exported, and what they write comes in again, equal."""

from __future__ import annotations

import io
import json
import warnings
from collections.abc import Iterable
from datetime import date
from itertools import cycle, islice

import pytest

from reader.actions.citations import CitationKeys
from reader.actions.export import FORMATS
from reader.core.paper import LibraryEntry, Paper
from reader.feeds.files.papers_file import read_papers

SIZE, FEW = 105, 35
"""Papers, which have each title with each of the names and tags, and those for a program that is slow."""

TITLES = (
    "LiveEdit: Towards Real-Time Video Editing",
    "Fréchet, Ångström and Erdős: names with accents",
    "R&D at 100 %: costs of $5, #1 and a_b {braces}",
    r"On $\\ell_p$-norms and $x^2$",
    "GPT-4 and the \\alpha of C:\\temp ~ tilde",
    "中文標題 with two scripts",
    "What @book{does, not end} means?",
)

NAMES = (
    ("Xinyu Wang", "Zoë Müller"),
    ("Ludwig van Beethoven", "Sammy Davis Jr.", "Gemini Team"),
    ("José Ángel González-Ñúñez",),
    ("Alice and Bob Collaboration", "Łukasz Ødegård"),
    ("王小明", "O'Neil, Shaquille"),
)

TAGS = ((), ("to read",), ("ML & more", "é 中文", "a_b {c}"))


@pytest.fixture(scope="module")
def papers() -> list[Paper]:
    sources = zip(cycle(TITLES), cycle(NAMES), cycle(TAGS), strict=False)
    return [
        Paper(
            number,
            f"26{number % 12 + 1:02}.{number:05}" if number % 50 else f"hep-th/98{number:05}",
            f"{title}, {number}",
            abstract="It costs 5 % of $x_1$ & more.\n\nA second part.",
            authors=names,
            day="2026-06-30",
            published="2026-06-28",
            tags=tags,
            keywords=("of the feed",),
            note="mine {here}" if number % 3 == 0 else None,
            categories=("cs.CL",),
            journal=(None, "NeurIPS 2026", "Phys. Rev. D 76 (2007)")[number % 3],
        )
        for number, (title, names, tags) in enumerate(islice(sources, SIZE))
    ]


def written(name: str, papers: Iterable[Paper]) -> str:
    out = io.StringIO(newline="")
    FORMATS[name].write(papers, out, CitationKeys())
    return out.getvalue()


def come_in(text: str) -> list[LibraryEntry]:
    listings = read_papers(io.BytesIO(text.encode()), date(2026, 11, 1))
    return [entry for listing in listings for entry in listing.entries]


def expect(text: str, papers: Iterable[Paper]) -> None:
    """Entries of the papers, in their order."""
    assert [entry.id for entry in come_in(text)] == [paper.id for paper in papers]


@pytest.mark.parametrize("name", ["bibtex", "ris", "csl-json"])
def test_our_own_come_in_with_their_tags(papers: list[Paper], name: str) -> None:
    found = come_in(written(name, papers))
    assert [(entry.id, entry.labels) for entry in found] == [(paper.id, paper.tags) for paper in papers]
    if name != "bibtex":
        assert [entry.title for entry in found] == [paper.title for paper in papers]


def test_bibtexparser(papers: list[Paper]) -> None:
    from bibtexparser.entrypoint import parse_string, write_string

    library = parse_string(written("bibtex", papers))
    assert not library.failed_blocks and len({entry.key for entry in library.entries}) == SIZE
    expect(write_string(library), papers)


def test_pybtex(papers: list[Paper]) -> None:
    from pybtex.database import parse_string

    library = parse_string(written("bibtex", papers), "bibtex")
    found = list(library.entries.values())
    assert [len(entry.persons["author"]) for entry in found] == [len(paper.authors) for paper in papers]
    assert [entry.type for entry in found[:3]] == ["misc", "inproceedings", "article"]
    expect(library.to_string("bibtex"), papers)


def test_rispy(papers: list[Paper]) -> None:
    import rispy

    records = rispy.loads(written("ris", papers))
    assert [one["title"] for one in records] == [paper.title for paper in papers]
    assert [len(one["authors"]) for one in records] == [len(paper.authors) for paper in papers]
    assert [tuple(one.get("keywords", ())) for one in records] == [paper.tags for paper in papers]
    expect(rispy.dumps(records), papers)


def test_citeproc(papers: list[Paper]) -> None:
    from citeproc import Citation, CitationItem, CitationStylesBibliography, CitationStylesStyle, formatter
    from citeproc.source.json import CiteProcJSON

    some = papers[:FEW]
    items = json.loads(written("csl-json", some))
    with warnings.catch_warnings():
        # It warns of fields that it does not know.
        warnings.simplefilter("ignore")
        style = CitationStylesStyle("apa", validate=False)
        bibliography = CitationStylesBibliography(style, CiteProcJSON(items), formatter.plain)
        for item in items:
            bibliography.register(Citation([CitationItem(item["id"])]))
        cited = [str(entry) for entry in bibliography.bibliography()]
    assert len(cited) == len(some)
    assert all(paper.id in entry for paper, entry in zip(some, cited, strict=True))
    assert "Wang, X., & Müller, Z. (2026)" in cited[0]
