"""Exports of any paper in every format, citations, and a folder of notes."""

from __future__ import annotations

import csv
import io
import itertools
import json
import os
from datetime import date, datetime
from pathlib import Path
from typing import Any, get_type_hints
from urllib.parse import urlsplit
from xml.etree import ElementTree

import feedparser
import pytest
from bibtexparser.entrypoint import parse_string
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reader.actions.citations import CitationKeys
from reader.actions.export import FORMATS, ExportFailed, format_of, replacing
from reader.actions.notes_folder import NoteFileResult, NotesFolder, front_matter, split_front_matter
from reader.core.paper import FIELDS, LibraryEntry, Paper
from reader.core.passages import split_note
from reader.feeds.files.libraries import parse_bibtex, parse_library_item, parse_ris
from reader.feeds.files.papers_file import read_papers
from reader.feeds.syndication import parse_feed
from tests.actions.conftest import QUOTES
from tests.table import each

# All formats

HOSTILE = st.text(
    alphabet=st.one_of(st.sampled_from("=+-@\t\r\n\"';,{}[]()\\$%&#_~^<>|`*!é中\x1b\x9b\u202e "), st.characters()),
    max_size=40,
)

PAPERS = st.lists(
    st.builds(
        Paper,
        pk=st.just(1),
        day=st.none() | st.just("2026-06-30"),
        upvotes=st.integers(0, 500),
        summary=st.none() | HOSTILE,
        code_url=st.none() | HOSTILE,
        project_url=st.none() | HOSTILE,
        id=st.one_of(
            st.from_regex(r"2[0-6](0[1-9]|1[0-2])\.[0-9]{5}", fullmatch=True),
            st.sampled_from(["page:0a1b2c3d4e5f", "hep-th/9901001", "x:=1", "X:=1"]),
        ),
        title=HOSTILE,
        abstract=HOSTILE,
        authors=st.lists(HOSTILE, max_size=3).map(tuple),
        organization=st.none() | HOSTILE,
        keywords=st.lists(HOSTILE, max_size=3).map(tuple),
        note=st.none() | HOSTILE,
        published=st.none() | st.just("2026-06-28"),
    ),
    max_size=6,
)


WRITTEN = Path(__file__).parent / "written"
"""The expected export of two papers, one file for each format."""


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_writes_the_whole_paper(name: str, two: tuple[Paper, Paper]) -> None:
    expected = (WRITTEN / f"papers{FORMATS[name].suffix}").read_bytes().decode()
    assert written(name, *two) == expected


def written(name: str, *papers: Paper) -> str:
    out = io.StringIO()
    assert FORMATS[name].write(papers, out) == len(papers)
    return out.getvalue()


@given(PAPERS)
@example([Paper(1, "page:0a1b2c3d4e5f", "A", url="https://a.example/\\"), Paper(1, "2606.12345", "B")])
@settings(max_examples=30)
def test_any_papers_are_exported_as_separate_entries(papers: list[Paper]) -> None:
    text = written("bibtex", *papers)
    library = parse_string(text)
    assert not library.failed_blocks and len(library.blocks) == len(library.entries) == len(papers)
    assert len({entry.key.lower() for entry in library.entries}) == len(papers)
    assert text.count("{") == text.count("}")
    heading, *rows = csv.reader(io.StringIO(written("csv", *papers)))
    assert [len(row) for row in rows] == [len(heading)] * len(papers)
    assert not [cell for row in rows for cell in row if cell.lstrip().startswith(("=", "+", "-", "@"))]
    assert [record["id"] for record in json.loads(written("json", *papers))] == [paper.id for paper in papers]


@each("start", ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "＝1"])
def test_csv_neutralises_formulas(start: str, live_edit: Paper) -> None:
    [row] = csv.DictReader(io.StringIO(written("csv", live_edit._replace(title=start, authors=(start,)))))
    assert row["title"].startswith("'")
    assert row["authors"].startswith("'")


def test_markdown_shows_foreign_text_as_it_is(live_edit: Paper) -> None:
    title = "[x](https://evil.example) <script> *b* `c`"
    text = written("markdown", live_edit._replace(title=title, abstract="# one\n\n- two\n\n3. three\n\n=== four"))
    assert r"## \[x\](https://evil.example) \<script\> \*b\* \`c\`" in text
    assert "[page](https://huggingface.co/papers/2606.12345)" in text
    assert "187 upvotes · 1 comment" in text
    assert all(line in text.splitlines() for line in (r"\# one", r"\- two", r"3\. three", r"\=== four"))


@pytest.mark.parametrize("name", FORMATS)
def test_no_format_writes_control_characters(name: str, live_edit: Paper) -> None:
    """Every text field holds an escape, for papers of all kinds of sources."""
    evil = "a\x1b]0;x\x07b\x9b31m\u202ec"
    values: dict[str, Any] = {}
    for field in (field for field in FIELDS if not field.rules.is_date and field.name not in ("id", "topics")):
        kind = get_type_hints(Paper)[field.name]
        values |= {field.name: evil} if kind in (str, str | None) else {}
        values |= {field.name: (evil,)} if kind == tuple[str, ...] else {}
    whole = live_edit._replace(**values)
    for paper in (whole, whole._replace(id="page:0a1b2c3d4e5f"), whole._replace(abstract="", url="https://a.example")):
        text = written(name, paper)
        assert not [char for char in text if char in "\x1b\x9b\u202e\x07"] and "\\u00" not in text


def test_the_format_follows_from_the_file_name() -> None:
    assert format_of(Path("papers.BIB")) is FORMATS["bibtex"]
    assert format_of(Path("papers.docx")) is None


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, sizes = tmp_path / "papers.bib", list[int]()
    monkeypatch.setattr("reader.actions.export.to_disk", lambda handle: sizes.append(os.fstat(handle).st_size))
    file.write_text("old")
    file.chmod(0o640)
    with pytest.raises(RuntimeError), replacing(file) as out:
        out.write("half")
        raise RuntimeError
    assert file.read_text() == "old"
    with replacing(file) as out:
        out.write("new")
    assert (file.read_text(), sizes) == ("new", [3])
    assert file.stat().st_mode & 0o777 == 0o640
    assert list(tmp_path.iterdir()) == [file]


def test_a_symbolic_link_stays_and_an_unwritable_file_is_reported(tmp_path: Path) -> None:
    (tmp_path / "real.csv").write_text("old")
    link = tmp_path / "link.csv"
    link.symlink_to("real.csv")
    with replacing(link) as out:
        out.write("new")
    assert (link.is_symlink(), (tmp_path / "real.csv").read_text()) == (True, "new")
    for place in (tmp_path / "no" / "papers.bib", tmp_path):
        with pytest.raises(ExportFailed, match="could not be written"), replacing(place):
            pass


# Atom

ATOM = "{http://www.w3.org/2005/Atom}"


def atom(*papers: Paper, query: str = "topic:agents", url: str = "") -> str:
    out = io.StringIO()
    assert FORMATS["atom"].write(papers, out, query=query, url=url) == len(papers)
    return out.getvalue()


def test_a_feed_contains_none_of_the_users_marks(live_edit: Paper) -> None:
    mine = live_edit._replace(starred=True, read=True, tags=("thesis",), note="Not good.")
    assert atom(mine) == atom(live_edit)
    assert atom(mine, query="tag:a") != atom(mine, query="tag:b")
    nothing = feedparser.parse(atom(query="").encode())
    expected = nothing.bozo, nothing.feed.title, nothing.feed.updated, nothing.entries
    assert expected == (False, "Papers", "1970-01-01T00:00:00Z", [])


@given(PAPERS)
@settings(max_examples=20)
def test_every_feed_is_valid_atom(papers: list[Paper]) -> None:
    """The rules are those of RFC 4287."""
    text = atom(*papers, query="</title>\x00\ud800 & <a>", url="https://a.example/papers.atom")
    feed = ElementTree.fromstring(text.encode("utf-8", "replace"))
    names = [child.tag.removeprefix(ATOM) for child in feed]
    entries = feed.findall(f"{ATOM}entry")
    assert len(entries) == len(papers)
    assert [link.attrib for link in feed.findall(f"{ATOM}link")] == [
        {"rel": "self", "href": "https://a.example/papers.atom"}
    ]
    # The elements of the feed precede its entries.
    assert names[len(names) - len(entries) :] == ["entry"] * len(entries)
    assert len({entry.findtext(f"{ATOM}id") for entry in entries}) == len({paper.id for paper in papers})
    for element in (feed, *entries):
        assert all(len(element.findall(f"{ATOM}{name}")) == 1 for name in ("id", "title", "updated"))
        assert {child.tag.removeprefix(ATOM) for child in element} <= {
            "id", "title", "updated", "published", "author", "link", "category", "summary", "content", "generator",
            "entry",
        }  # fmt: skip
        assert all(urlsplit(entry.findtext(f"{ATOM}id") or "").scheme for entry in entries)
        for time in (found.text or "" for name in ("updated", "published") for found in element.iter(f"{ATOM}{name}")):
            assert datetime.fromisoformat(time).tzinfo is not None
        for author in element.findall(f"{ATOM}author"):
            assert [(child.tag, bool((child.text or "").strip())) for child in author] == [(f"{ATOM}name", True)]
        assert all(link.get("rel") and link.get("href") for link in element.findall(f"{ATOM}link"))
    for entry in entries:
        relations = [link.get("rel") for link in entry.findall(f"{ATOM}link")]
        assert relations.count("alternate") == (entry.find(f"{ATOM}content") is None)
        assert (entry.find(f"{ATOM}content") is None) != (entry.find(f"{ATOM}summary") is None)


def test_an_entry_changes_only_with_its_paper(live_edit: Paper) -> None:
    """Feed readers report new ids and changed times to the user, so neither may change without cause."""

    def entry(paper: Paper) -> tuple[str, str]:
        [found] = feedparser.parse(atom(paper).encode()).entries
        return found.id, found.updated

    was = entry(live_edit)
    more = live_edit._replace(upvotes=99, comments=7, topics=("agents",), read=True, tags=("x",), code_stars=3)
    assert entry(more) == entry(live_edit._replace(title="Another title", abstract="Shorter.")) == was
    assert entry(live_edit._replace(revised="2027-01-01")) == (was[0], "2027-01-01T00:00:00Z")
    assert atom(live_edit) == atom(live_edit)


def test_a_written_feed_is_parsed_back(live_edit: Paper) -> None:
    page = live_edit._replace(id="page:0a1b2c3d4e5f", published=None)
    found = parse_feed(atom(live_edit, page).encode(), "https://example.org/papers.atom", date(2026, 7, 3))
    assert found.entries[0].draft.id == live_edit.id
    assert [entry.draft.title for entry in found.entries] == [live_edit.title, page.title]


# A folder of notes

FACTS: dict[str, str | list[str] | None] = {
    "paper": "2606.30310",
    "title": "A: b # c",
    "tags": ["paper", "agents"],
    "status": "read",
    "venue": "",
}
WRITTEN_FACTS = 'paper: "2606.30310"\ntitle: "A: b # c"\ntags: ["paper", "agents"]\nstatus: "read"\n'


def rewritten(before: str) -> str:
    return front_matter(FACTS, before).removeprefix("---\n").removesuffix("---\n")


@each(
    ("before", "expected"),
    [
        ("", WRITTEN_FACTS),
        (WRITTEN_FACTS, WRITTEN_FACTS),
        # The program rewrites its own properties, whatever their form, and drops empty ones.
        ("status: unread\nvenue: ICML\ntitle: >\n  Of two\n  lines\n", WRITTEN_FACTS),
        # The user's properties and comments stay as they are, in their order.
        (
            "# mine\nrating: 5   # of five\nstatus: x\n# next\nlinks: {a: [1, 2]}\n'two words':\n  - a: 1\n",
            f"{WRITTEN_FACTS}# mine\nrating: 5   # of five\n# next\nlinks: {{a: [1, 2]}}\n'two words':\n  - a: 1\n",
        ),
        ("a:b: 1\n? [x]\n: 1\n", f"{WRITTEN_FACTS}a:b: 1\n? [x]\n: 1\n"),
        # Text that is no mapping stays at the beginning.
        ("{a: 1}\n", "{a: 1}\n" + WRITTEN_FACTS),
    ],
)
def test_the_users_own_properties_are_kept(before: str, expected: str) -> None:
    assert rewritten(before) == expected


@each(
    "tags",
    [
        'tags: ["mine", "agents"]\n',
        "tags: [mine, agents]\n",
        "tags:\n  - paper\n  - mine\n",
        "tags:\n- 'mine'\n",
        'tags:\n  - "mine"\n',
        "tags: mine\n",
        '"tags": mine\n',
    ],
)
def test_tags_that_the_user_adds_are_kept(tags: str) -> None:
    assert rewritten(tags) == WRITTEN_FACTS.replace('"agents"]', '"agents", "mine"]')


def test_a_file_without_front_matter_is_refused() -> None:
    assert [split_front_matter(text) for text in ("", "# Note\n", "---\nno end: 1\n")] == [None, None, None]
    assert split_front_matter("\ufeff---\na: 1\n---\nrest") == "a: 1\n"


VALUES = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\x85\u2028\u2029"), max_size=20)


@settings(max_examples=40)
@given(st.dictionaries(st.sampled_from(["title", "tags", "url", "aliases"]), VALUES | st.lists(VALUES, max_size=3)))
def test_written_front_matter_reads_back_unchanged(facts: dict[str, str | list[str] | None]) -> None:
    text = front_matter(facts)
    before = split_front_matter(text)
    assert before is not None
    assert front_matter(facts, before) == text


def test_a_note_file_contains_the_whole_paper(two: tuple[Paper, Paper], tmp_path: Path) -> None:
    # The user's own files keep their names.
    for name in ("paper2026-0123456789ab.md", "paper2026-0123456789ab-2.md"):
        (tmp_path / name).write_text("mine")
    folder = NotesFolder(tmp_path, CitationKeys())
    assert [folder.write(paper) for paper in two] == [
        NoteFileResult(tmp_path / "wang2026-2606.12345.md"),
        NoteFileResult(tmp_path / "paper2026-0123456789ab-3.md"),
    ]
    assert (tmp_path / "wang2026-2606.12345.md").read_bytes() == (WRITTEN / "note.md").read_bytes()


# Citations: keys by a pattern, titles whose capitals stay, names, and the fields by which others find a paper


def cited(name: str, *papers: Paper, pattern: str = "{author}{year}-{id}") -> str:
    out = io.StringIO()
    FORMATS[name].write(papers, out, CitationKeys(pattern))
    return out.getvalue()


def fields_of(paper: Paper) -> dict[str, str]:
    library = parse_string(cited("bibtex", paper))
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
def test_a_citation_key_follows_the_pattern(live_edit: Paper, pattern: str, key: str) -> None:
    assert CitationKeys(pattern).key(live_edit) == key


def test_a_citation_key_is_unique(live_edit: Paper) -> None:
    other = live_edit._replace(id="2606.00002")
    keys = CitationKeys("{author}{year}")
    assert [keys.key(paper) for paper in (live_edit, other, other)] == [
        "wang2026", "wang2026-2606.00002", "wang2026-2606.00002-2",
    ]  # fmt: skip


def test_a_citation_key_does_not_depend_on_the_exported_papers(live_edit: Paper) -> None:
    papers = [live_edit._replace(id=f"2606.0000{number}") for number in (3, 1, 2)]
    papers.append(live_edit._replace(id="2606.00009", authors=("Zoë Müller",)))
    expected = {"2606.00003": "wang2026", "2606.00001": "wang2026-2606.00001", "2606.00002": "wang2026-2606.00002"}
    expected["2606.00009"] = "muller2026"
    for order in (papers, papers[::-1], papers[1:2], papers[2:]):
        keys = CitationKeys("{author}{year}", all_papers=lambda: papers)
        assert [keys.key(paper) for paper in order] == [expected[paper.id] for paper in order]


def test_a_citation_key_leaves_out_missing_parts(live_edit: Paper) -> None:
    bare = Paper(1, "feed:0a1b2c3d4e5f", "中文標題")
    assert CitationKeys().key(bare) == CitationKeys("{year}").key(bare) == "paper-0a1b2c3d4e5f"
    assert CitationKeys("{author}{year}").key(bare._replace(authors=("Ødegård",))) == "odegard"
    # Small words are used only if the title has no other words.
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
        ("It costs $5 or $10_000", r"It costs {\$}5 or {\$}10{\_}000"),
        ("a%b#c\\d中", r"a{\%}b{\#}c{\textbackslash}d中"),
    ],
)
def test_capitals_and_signs_of_a_title_are_protected(live_edit: Paper, title: str, latex: str) -> None:
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
def test_a_venue_replaces_a_missing_journal_reference(live_edit: Paper, venue: str, entry: dict[str, str]) -> None:
    paper = live_edit._replace(venue=venue)
    found = fields_of(paper)
    assert entry.items() <= found.items()
    assert ("month" in found) == (found["year"] == "2026")
    (item,) = json.loads(cited("csl-json", paper))
    assert item["container-title"] == entry.get("booktitle", entry.get("journal"))
    assert item["issued"]["date-parts"][0][0] == int(found["year"])
    ris = cited("ris", paper)
    assert f"PY  - {found['year']}\r\n" in ris and f"T2  - {item['container-title']}\r\n" in ris


def test_authors_are_written_as_people_or_groups(live_edit: Paper) -> None:
    names = ("Ludwig van Beethoven", "Search and Rescue Team", "Sammy Davis Jr.", "Zoë Müller", "Lee, Jr.")
    assert fields_of(live_edit._replace(authors=names))["author"] == (
        r"Ludwig van Beethoven and {Search and Rescue Team} and Davis, Jr., Sammy and Zo{\"e} M{\"u}ller and {Lee, Jr.}"
    )


def test_arxiv_is_the_publisher_of_papers_without_a_venue(live_edit: Paper) -> None:
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
def test_a_note_and_highlights_are_exported_and_parsed_back(live_edit: Paper, name: str, note: str | None) -> None:
    paper = live_edit._replace(note=note, highlights=tuple(passage.as_text(live_edit.id) for passage in QUOTES))
    entry = read_back(name, cited(name, paper))
    assert entry is not None and entry.id == live_edit.id and entry.title == live_edit.title
    kept, found = split_note(entry.note)
    assert kept.split() == (note or "").split()
    assert [(passage.id, passage.section) for passage in found] == [(passage.id, passage.section) for passage in QUOTES]
    assert found[1].note.split()[:3] == ["as", "ours", "#"]


TITLES = (
    "LiveEdit: Towards Real-Time Video Editing",
    "Fréchet, Ångström and Erdős: names with accents",
    "R&D at 100 %: costs of $5, #1 and a_b {braces}",
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
ODD_PAPERS = [
    Paper(number, f"2606.{number:05}", title, abstract="It costs 5 % of $x_1$.\n\nMore.", authors=names, tags=tags)
    for number, (title, names, tags) in enumerate(zip(TITLES, itertools.cycle(NAMES), itertools.cycle(TAGS)))
]


def parsed(text: str) -> list[LibraryEntry]:
    listings = read_papers(io.BytesIO(text.encode()), date(2026, 11, 1))
    return [entry for listing in listings for entry in listing.entries]


@pytest.mark.parametrize("name", ["bibtex", "ris", "csl-json"])
def test_exported_papers_are_parsed_back_with_their_tags(name: str) -> None:
    entries = parsed(written(name, *ODD_PAPERS))
    assert [(entry.id, entry.labels) for entry in entries] == [(paper.id, paper.tags) for paper in ODD_PAPERS]
    if name != "bibtex":
        assert [entry.title for entry in entries] == [paper.title for paper in ODD_PAPERS]


def test_rispy_reads_the_same_records() -> None:
    import rispy

    records = rispy.loads(written("ris", *ODD_PAPERS))
    assert [record["title"] for record in records] == [paper.title for paper in ODD_PAPERS]
    assert [len(record["authors"]) for record in records] == [len(paper.authors) for paper in ODD_PAPERS]
    assert [tuple(record.get("keywords", ())) for record in records] == [paper.tags for paper in ODD_PAPERS]
    assert [entry.id for entry in parsed(rispy.dumps(records))] == [paper.id for paper in ODD_PAPERS]
