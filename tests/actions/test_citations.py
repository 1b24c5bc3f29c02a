"""Citations: keys by a pattern, titles whose capitals stay, names, and the fields by which others find a paper."""

from __future__ import annotations

import io
import itertools
import json

from bibtexparser.entrypoint import parse_string

from reader.actions.citations import CitationKeys
from reader.actions.export import FORMATS
from reader.core.paper import LibraryEntry, Paper
from reader.core.passages import split_note
from reader.feeds.files.libraries import parse_bibtex, parse_library_item, parse_ris
from tests.actions.conftest import QUOTES
from tests.table import each


def written(name: str, *papers: Paper, pattern: str = "{author}{year}-{id}") -> str:
    out = io.StringIO()
    FORMATS[name].write(papers, out, CitationKeys(pattern))
    return out.getvalue()


def fields_of(paper: Paper) -> dict[str, str]:
    library = parse_string(written("bibtex", paper))
    assert not library.failed_blocks
    [entry] = library.entries
    return {field.key: field.value for field in entry.fields} | {"type": entry.entry_type, "key": entry.key}


# Keys


@each(
    ("pattern", "key"),
    [
        ("{author}{year}-{id}", "wang2026-2606.12345"),
        ("{Author}{year}{title}", "Wang2026liveedit"),
        ("{author}:{year}:{words}", "wang:2026:LiveeditTowardsReal"),
        ("{Title}_{year}", "Liveedit_2026"),
    ],
)
def test_a_key_has_a_pattern(live_edit: Paper, pattern: str, key: str) -> None:
    assert CitationKeys(pattern).key(live_edit) == key


def test_a_key_is_given_once(live_edit: Paper) -> None:
    other = live_edit._replace(id="2606.00002")
    keys = CitationKeys("{author}{year}")
    assert [keys.key(paper) for paper in (live_edit, other, other)] == [
        "wang2026", "wang2026-2606.00002", "wang2026-2606.00002-2",
    ]  # fmt: skip


def test_a_key_depends_on_no_export(live_edit: Paper) -> None:
    papers = [live_edit._replace(id=f"2606.0000{number}") for number in (3, 1, 2)]
    papers.append(live_edit._replace(id="2606.00009", authors=("Zoë Müller",)))
    expected = {"2606.00003": "wang2026", "2606.00001": "wang2026-2606.00001", "2606.00002": "wang2026-2606.00002"}
    expected["2606.00009"] = "muller2026"
    for order in (papers, papers[::-1], papers[1:2], papers[2:]):
        keys = CitationKeys("{author}{year}", all_papers=lambda: papers)
        assert [keys.key(paper) for paper in order] == [expected[paper.id] for paper in order]


def test_a_key_is_made_of_what_a_paper_has(live_edit: Paper) -> None:
    bare = Paper(1, "feed:0a1b2c3d4e5f", "中文標題")
    assert CitationKeys().key(bare) == CitationKeys("{year}").key(bare) == "paper-0a1b2c3d4e5f"
    assert CitationKeys("{author}{year}").key(bare._replace(authors=("Ødegård",))) == "odegard"
    # Small words stand in a key only where there are no others.
    keys = CitationKeys("{words}")
    assert keys.key(live_edit._replace(title="On the Way to A.I. in 3D")) == "WayAi3d"
    assert keys.key(live_edit._replace(title="What: Is It")) == "WhatIsIt"


# BibTeX


@each(
    ("title", "latex"),
    [
        ("GPT-4 Technical Report", "{GPT-4} Technical Report"),
        ("LLMs: a survey of VLMs, BERT & 3D", r"{LLMs}: a survey of {VLMs}, {BERT} {\&} {3D}"),
        ("Real-Time Q-learning", "Real-Time {Q-learning}"),
        ("Fréchet Ångström", r"Fr{\'e}chet {\r{A}}ngstr{\"o}m"),
        ("Szűcs Ħ", "Szűcs Ħ"),  # whose commands the library does not know
        ('μ-law: "a (test)"', r"{$\mu$}-law: {``}a (test){''}"),
        (r"On $\ell_p$-norms and $x^2$", r"On $\ell_p$-norms and $x^2$"),
        ("It costs $5 or $10_000", r"It costs {\$}5 or {\$}10{\_}000"),
        ("a%b#c\\d中", r"a{\%}b{\#}c{\textbackslash}d中"),
        (
            r"On $x^{2}_{i}$ and $}x^2{$",
            r"On $x^{2}_{i}$ and {\$}{\textbraceright}x{\textasciicircum}2{\textbraceleft}{\$}",
        ),
        (r"A bad $\frac{1$ formula", r"A bad {\$}{\textbackslash}frac{\textbraceleft}1{\$} formula"),
    ],
)
def test_a_title_is_protected_where_it_must_be(live_edit: Paper, title: str, latex: str) -> None:
    assert fields_of(live_edit._replace(title=title))["title"] == latex


@each(
    ("journal", "doi", "entry"),
    [
        (None, None, {"type": "misc", "doi": "10.48550/arXiv.2606.12345"}),
        ("Phys. Rev. D 76 (2007)", "10.1103/PhysRevD.76.013009",
         {"type": "article", "journal": "Phys. Rev. D 76 (2007)", "doi": "10.1103/PhysRevD.76.013009"}),
        ("NeurIPS 2026", "not a doi",
         {"type": "inproceedings", "booktitle": "NeurIPS 2026", "doi": "10.48550/arXiv.2606.12345"}),
    ],
)  # fmt: skip
def test_the_type_follows_from_where_a_paper_appeared(
    live_edit: Paper, journal: str | None, doi: str | None, entry: dict[str, str]
) -> None:
    found = fields_of(live_edit._replace(journal=journal, doi=doi, categories=("cs.CV", "cs.LG")))
    assert entry.items() <= found.items()
    assert {
        "eprint": "2606.12345", "archivePrefix": "arXiv", "eprinttype": "arxiv", "primaryClass": "cs.CV",
        "url": "https://arxiv.org/abs/2606.12345",
    }.items() <= found.items()  # fmt: skip


@each(
    ("venue", "entry"),
    [
        ("ICLR 2027 oral", {"type": "inproceedings", "year": "2027",
         "booktitle": "International Conference on Learning Representations (ICLR 2027)"}),
        ("ICML 2026 workshop", {"type": "inproceedings", "month": "jun",
         "booktitle": "Workshop at International Conference on Machine Learning (ICML 2026)"}),
        ("TMLR 2026", {"type": "article", "journal": "Transactions on Machine Learning Research"}),
        ("ICST 2026", {"type": "inproceedings", "booktitle": "ICST 2026"}),
    ],
)  # fmt: skip
def test_a_venue_stands_for_a_missing_journal_reference(live_edit: Paper, venue: str, entry: dict[str, str]) -> None:
    paper = live_edit._replace(venue=venue)
    found = fields_of(paper)
    assert entry.items() <= found.items()
    assert ("month" in found) == (found["year"] == "2026")
    (item,) = json.loads(written("csl-json", paper))
    assert item["container-title"] == entry.get("booktitle", entry.get("journal"))
    assert item["issued"]["date-parts"][0][0] == int(found["year"])
    ris = written("ris", paper)
    assert f"PY  - {found['year']}\r\n" in ris and f"T2  - {item['container-title']}\r\n" in ris


def test_authors_are_people_and_groups(live_edit: Paper) -> None:
    names = ("Ludwig van Beethoven", "Search and Rescue Team", "Sammy Davis Jr.", "Zoë Müller", "Lee, Jr.")
    assert fields_of(live_edit._replace(authors=names))["author"] == (
        r"Ludwig van Beethoven and {Search and Rescue Team} and Davis, Jr., Sammy and Zo{\"e} M{\"u}ller and {Lee, Jr.}"
    )


def test_arxiv_publishes_what_appeared_nowhere_else(live_edit: Paper) -> None:
    alone, printed = (fields_of(live_edit._replace(journal="", venue=venue)) for venue in ("", "ICML 2026"))
    assert alone["publisher"] == "arXiv" and "publisher" not in printed
    # The authors' affiliation is not the place of publication.
    assert not {"organization", "institution"} & (alone.keys() | printed.keys())
    # A paper of a saved page is not at arXiv.
    found = fields_of(live_edit._replace(id="page:0a1b2c3d4e5f", authors=()))
    assert found["key"] == "paper2026-0a1b2c3d4e5f"
    assert not {"eprint", "url", "doi", "author", "publisher"} & found.keys()


# Notes and highlights


def read_back(name: str, text: str) -> LibraryEntry | None:
    match name:
        case "bibtex":
            return next(parse_bibtex(text))
        case "ris":
            return next(parse_ris(text))
    return parse_library_item(json.loads(text)[0], "item 1")


@each(("name", "note"), itertools.product(("bibtex", "ris", "csl-json"), ("Mine.\n\nAll of it.", None)))
def test_a_note_and_highlights_leave_and_come_back(live_edit: Paper, name: str, note: str | None) -> None:
    paper = live_edit._replace(note=note, highlights=tuple(one.as_text(live_edit.id) for one in QUOTES))
    entry = read_back(name, written(name, paper))
    assert entry is not None and entry.id == live_edit.id and entry.title == live_edit.title
    kept, found = split_note(entry.note)
    assert kept.split() == (note or "").split()
    assert [(one.id, one.section) for one in found] == [(one.id, one.section) for one in QUOTES]
    # The lines of a note are kept where the format has lines, and its tags where that is no HTML.
    assert found[1].note.split()[:3] == ["as", "ours", "#"]
