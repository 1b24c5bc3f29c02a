"""Other programs read what is exported, and what they write comes in again, equal.

citation-js is asked where Node is and NODE_PATH names a folder that has @citation-js/core with its plugins for BibTeX,
RIS and CSL.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import warnings
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import pytest

from reader.actions.citations import CitationKeys
from reader.actions.export import FORMATS
from reader.core.paper import LibraryEntry, Paper
from reader.feeds.files.papers_file import read_papers

SIZE = 500

SOME = 120
"""Papers for programs that are slow."""

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


@pytest.fixture(scope="module")
def some(papers: list[Paper]) -> list[Paper]:
    return papers[:SOME]


def written(name: str, papers: Iterable[Paper]) -> str:
    out = io.StringIO(newline="")
    FORMATS[name].write(papers, out, CitationKeys())
    return out.getvalue()


def come_in(text: str) -> list[LibraryEntry]:
    listings = read_papers(io.BytesIO(text.encode()), date(2026, 11, 1))
    return [entry for listing in listings for entry in listing.entries]


def ids(text: str) -> list[str | None]:
    return [entry.id for entry in come_in(text)]


def expect(text: str, papers: Iterable[Paper]) -> None:
    """Entries of the papers, in their order."""
    assert ids(text) == [paper.id for paper in papers]


@pytest.mark.parametrize("name", ["bibtex", "ris", "csl-json"])
def test_our_own_come_in_with_their_tags(papers: list[Paper], name: str) -> None:
    found = come_in(written(name, papers))
    assert [(entry.id, entry.labels) for entry in found] == [(paper.id, paper.tags) for paper in papers]
    if name != "bibtex":
        assert [entry.title for entry in found] == [paper.title for paper in papers]


def test_bibtexparser(some: list[Paper]) -> None:
    from bibtexparser.entrypoint import parse_string, write_string

    library = parse_string(written("bibtex", some))
    assert not library.failed_blocks and len({entry.key for entry in library.entries}) == SOME
    expect(write_string(library), some)


def test_pybtex(some: list[Paper]) -> None:
    from pybtex.database import parse_string

    library = parse_string(written("bibtex", some), "bibtex")
    found = list(library.entries.values())
    assert [len(entry.persons["author"]) for entry in found] == [len(paper.authors) for paper in some]
    assert [entry.type for entry in found[:3]] == ["misc", "inproceedings", "article"]
    expect(library.to_string("bibtex"), some)


def test_rispy(some: list[Paper]) -> None:
    import rispy

    records = rispy.loads(written("ris", some))
    assert [one["title"] for one in records] == [paper.title for paper in some]
    assert [len(one["authors"]) for one in records] == [len(paper.authors) for paper in some]
    assert [tuple(one.get("keywords", ())) for one in records] == [paper.tags for paper in some]
    expect(rispy.dumps(records), some)


def test_citeproc(some: list[Paper]) -> None:
    from citeproc import Citation, CitationItem, CitationStylesBibliography, CitationStylesStyle, formatter
    from citeproc.source.json import CiteProcJSON

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


# citation-js

SCRIPT = """
const {Cite} = require('@citation-js/core');
for (const format of ['bibtex', 'ris', 'csl']) require('@citation-js/plugin-' + format);
const text = require('fs').readFileSync(0, 'utf8');
const found = new Cite(process.argv[1] === 'csl-json' ? JSON.parse(text) : text);
console.log(JSON.stringify({items: found.data, bibtex: found.format('bibtex'), ris: found.format('ris')}));
"""


def node(*words: str, text: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(["node", "-e", *words], input=text, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture(scope="module")
def has_citation_js() -> Iterator[None]:
    packages = [Path(folder) / "@citation-js" / "core" for folder in os.environ.get("NODE_PATH", "").split(os.pathsep)]
    if shutil.which("node") is None or not any(package.exists() for package in packages):
        pytest.skip("citation-js is not here")
    yield


@pytest.mark.usefixtures("has_citation_js")
@pytest.mark.parametrize("name", ["bibtex", "csl-json"])
def test_citation_js(some: list[Paper], name: str) -> None:
    done = node(SCRIPT, name, text=written(name, some))
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert [len(item["author"]) for item in found["items"]] == [len(paper.authors) for paper in some]
    if name == "csl-json":
        assert [item["title"] for item in found["items"]] == [paper.title for paper in some]
    expect(json.dumps(found["items"]), some)
    expect(found["bibtex"], some)
    expect(found["ris"], some)
