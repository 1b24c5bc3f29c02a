"""The entries of other programs' files: where their arXiv ids are, and what has none."""

from __future__ import annotations

import gzip
import io
import json
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from reader.core.errors import FeedError
from reader.core.paper import LibraryEntry
from reader.feeds.files import libraries, papers_file
from reader.feeds.files.libraries import is_library_item, is_list
from reader.feeds.files.papers_file import read_papers
from tests.table import each

TODAY = date(2026, 6, 30)
ID = "2406.12345"


def entries(text: str | bytes) -> list[LibraryEntry]:
    data = text if isinstance(text, bytes) else text.encode()
    return [entry for listing in read_papers(io.BytesIO(data), TODAY) for entry in listing.entries]


def ids(text: str | bytes) -> list[str | None]:
    return [entry.id for entry in entries(text)]


@each(
    ("fields", "id"),
    [
        *(
            (fields.replace("ID", ID), ID)
            for fields in (
                "eprint = {ID}, archivePrefix = {arXiv}",
                "eprint = {arXiv:IDv3}",
                "EPRINT = {IDv2 [cs.CL]}",
                "doi = {10.48550/ARXIV.ID}",
                "url = {http://arxiv.org/pdf/IDv1.pdf}",
                r"howpublished = {\url{https://arxiv.org/abs/ID}}",
                r"howpublished = {\href{https://arxiv.org/abs/ID}{arXiv}}",
                "journal = {arXiv preprint arXiv:ID}, year = 2024",
                'journal = "CoRR", volume = {abs/ID}',
                'journal = corr, volume = "abs/" # "ID"',
                "note = {Submitted. arXiv:ID [cs, stat]\nversion: 2}",
                "file = {Preprint PDF:files/10/ID.pdf:application/pdf}",
            )
        ),
        ("eprint = {hep-th/9802150}, archiveprefix = {arXiv}", "hep-th/9802150"),
        ("eprint = {9802150}, eprintclass = {hep-th}, eprinttype = {arxiv}", "hep-th/9802150"),
        ("eprint = {math.GT/0309136}", "math/0309136"),
        ("eprint = {PMC1234567}, eprinttype = {pmcid}", None),
        ("doi = {10.1234/2406.12345}", None),
        ("pages = {2406.12345}", None),
        ("eprint = {2413.12345}", None),
        ("eprint = {2401.00001}, note = {See arXiv:2406.12345}", "2401.00001"),
    ],
)
def test_bibtex_has_an_id_in_many_fields(fields: str, id: str | None) -> None:
    assert ids(f"@string{{corr = {{CoRR}}}}\n@article{{key, title = {{T}}, {fields}}}") == [id]


BROKEN = """\
@comment{jabref-meta: x;}
@preamble{"\\newcommand{\\noop}[1]{}"}
@misc{a, title={{One}}, eprint={2401.00001}}
@ARTICLE (b , TITLE = "Two" # " parts", eprint = {2401.00002})
@misc{a, title={The key again}, eprint={2401.00003}}
@misc{d, title={A field}, title={twice}, eprint={2401.00004}}
@set{s, entryset={a,b}}
@misc{e, title={No id {\\"o} \\{x\\}}}
@misc{f, title={Never ends, eprint={2401.00005}

@misc{g, title={After it}, url={https://arxiv.org/abs/2401.00006}}
"""


def test_a_broken_entry_keeps_no_other_out() -> None:
    assert [(entry.where, entry.title, entry.id) for entry in entries(BROKEN)] == [
        ("entry a", "One", "2401.00001"),
        ("entry b", "Two parts", "2401.00002"),
        ("entry a", "The key again", "2401.00003"),
        ("entry d", "twice", "2401.00004"),
        ("entry e", "No id ö {x}", None),
        ("line 9", "Never ends, eprint=", "2401.00005"),
        ("entry g", "After it", "2401.00006"),
    ]
    [last] = entries("@misc{a, title={One}, eprint={2606.30308}")
    assert (last.where, last.id) == ("line 1", "2606.30308")
    # Old libraries use Western Europe's encoding.
    assert entries("@misc{a, title={Größe}}".encode("cp1252"))[0].title == "Größe"
    hostile = "a\\u001b]0;x\\u0007b\\u009b31m\\u202ec"
    [entry] = entries(
        f'[{{"type": "article", "id": "{hostile}", "title": "{hostile}", "note": "{hostile}",'
        f'"URL": "https://arxiv.org/abs/{ID}"}}]'
    )
    assert (entry.title, entry.note) == ("abc", "abc") and entry.where.isprintable()


RIS = f"""\ufeffTY  - GEN
TI  - One
AU  - Li, A
AB  - It says arXiv:2401.99999 here.
UR  - http://arxiv.org/abs/{ID}
ER  -\x20

TY  - JOUR
T1  - A title
that goes on
DO  - 10.48550/arXiv.2401.00002
TY  - JOUR
TI  - None
L1  - files/2401.00003.pdf
ER  - """


@each("ending", ["\n", "\r\n"])
def test_ris_is_read_with_and_without_ends_of_records(ending: str) -> None:
    found = entries(RIS.replace("TY", "Words before it\n\nTY", 1).replace("\n", ending))
    assert [(entry.where, entry.title, entry.id) for entry in found] == [
        ("line 3", "One", ID),
        ("line 10", "A title that goes on", "2401.00002"),
        ("line 14", "None", "2401.00003"),
    ]


ITEM = {"id": "li2024", "type": "article", "title": "A <i>title</i>", "author": [{"family": "Li"}]}


@each(
    "more",
    [
        {"DOI": f"10.48550/arXiv.{ID}"},
        {"URL": f"http://arxiv.org/abs/{ID}v1"},
        {"note": f"arXiv:{ID} [cs]", "abstract": "As in arXiv:2401.99999."},
        {"itemType": "preprint", "archiveID": f"arXiv:{ID}"},
        {"itemType": "journalArticle", "extra": [f"arXiv: {ID}"]},
        {"itemType": "book", "attachments": [{"path": f"files/{ID}.pdf"}]},
    ],
)
def test_csl_json_and_zotero_json_are_read(more: dict[str, object]) -> None:
    item = ITEM | more
    whole = [[item], item, {"config": {}, "items": [*[{}] * 30, item, {"itemType": "note", "note": "x"}]}]
    for value in (*whole, *([{"data": item}] if "itemType" in item else [])):
        assert entries(json.dumps(value)) == [LibraryEntry("entry li2024", "A title", ID)]


def test_our_own_records_and_the_feeds_are_no_library() -> None:
    own = [{"id": ID, "title": "T", "abstract": "A", "authors": ["B"], "url": "https://arxiv.org/abs/1"}]
    (listing,) = read_papers(io.BytesIO(json.dumps(own).encode()), TODAY)
    assert listing.drafts and not listing.entries
    others: list[object] = [[], {"type": "article", "title": "T"}, {"itemType": 1}, {"type": 1, "DOI": "x"}]
    for value in others:
        assert is_library_item(value) is False


def test_items_without_keys_have_their_places() -> None:
    items = [{"itemType": "book", "title": f"Title {number}"} for number in (1, 2)]
    assert entries(json.dumps(items)) == [
        LibraryEntry("line 1, item 1", "Title 1"),
        LibraryEntry("line 1, item 2", "Title 2"),
    ]
    assert entries(json.dumps(items[0])) == [LibraryEntry("line 1", "Title 1")]
    nested: object = f"arXiv:{ID}"
    for depth in range(6):
        nested = {"in": nested} if depth % 2 else [nested]
        found = entries(json.dumps(items[0] | {"note": nested}))
        assert [entry.id for entry in found] == [ID if depth < 4 else None]


MANY = ", ".join(f"tag {number}" for number in range(51))
TAGS = [{"tag": "mine"}, {"tag": "theirs", "type": 1}, "plain"]


@each(
    ("text", "labels", "note"),
    [
        (
            f"@misc{{a, eprint={{{ID}}}, keywords={{Computer Science - Robotics, to read; {{\\o}}re,to read}},"
            f" note={{arXiv:{ID} [cs]\nversion: 2}}, annote={{Read {{\\o}}re twice.}}}}",
            ("to read", "øre"),
            "Read øre twice.",
        ),
        (f"@misc{{a, eprint={{{ID}}}, keywords={{{MANY}}}}}", tuple(MANY.split(", ")[:50]), ""),
        (
            f"TY  - GEN\nKW  - to read\nKW  - b\nN1  - A thought.\nUR  - arxiv.org/abs/{ID}\nER  -",
            ("to read", "b"),
            "A thought.",
        ),
        (
            json.dumps([ITEM | {"keyword": "a, b", "note": f"arXiv:{ID} [cs.CL]", "annote": "One.\n\nTwo."}]),
            ("a", "b"),
            "One.\n\nTwo.",
        ),
        (json.dumps([{"itemType": "preprint", "title": "T", "tags": TAGS}]), ("mine", "plain"), ""),
    ],
)
def test_tags_are_labels_and_notes_are_the_user_s_own_lines(text: str, labels: tuple[str, ...], note: str) -> None:
    [entry] = entries(text)
    assert (entry.labels, entry.note) == (labels, note)


def newsboat(path: Path, *rows: tuple[object, ...]) -> bytes:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE rss_item (id INTEGER PRIMARY KEY, guid, title, url, unread, flags, deleted)")
        connection.executemany("INSERT INTO rss_item VALUES (NULL, ?, 'T', ?, ?, ?, 0)", rows)
    return path.read_bytes()


def test_newsboats_papers_are_read_if_any_row_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = newsboat(
        tmp_path / "cache.db",
        ("oai:arXiv.org:2401.00001v1", "https://arxiv.org/abs/2401.00001", 1, None),
        ("g", "https://huggingface.co/papers/2401.00001", 0, "s"),
        ("oai:arXiv.org:2401.00002v1", "", 1, "ab"),
        ("g", "https://arxiv.org/abs/2401.00003", 1, None),
        ("g", "https://blog.example.org/2401.00004", 0, "s"),
    )
    expected = [
        LibraryEntry("row 1", "T", "2401.00001", False, True, ("s",)),
        LibraryEntry("row 2", "T", "2401.00002", False, False, ("a", "b")),
    ]
    for packed in (data, gzip.compress(data)):
        assert entries(packed) == expected
    # It is not read for ever, and it is not too large.
    with monkeypatch.context() as patch, pytest.raises(FeedError, match="interrupted"):
        patch.setattr(libraries, "_SQLITE_STEPS", 1)
        entries(data)
    monkeypatch.setattr(papers_file, "_DATABASE_LIMIT", len(data) - 1)
    with pytest.raises(FeedError, match="is too long for a cache of newsboat"):
        entries(data)


def test_a_pdf_is_known_by_its_name(tmp_path: Path) -> None:
    file = tmp_path / f"{ID}v2.pdf"
    file.write_bytes(b"%PDF-1.7 ...")
    (listing,) = read_papers(file, TODAY)
    assert listing.entries == (LibraryEntry(file.name, "", ID),)


LIST = f"""# to read
{ID}
https://arxiv.org/pdf/2401.00002v3.pdf
arXiv:2401.00003 and hep-th/9901001
paper/2401.00004.pdf
nothing
"""

MARKDOWN = f"""# Reading

Some prose of 2024.12345 words, and [a link](https://arxiv.org/abs/{ID}).

- *Title* ([2401.00002](https://huggingface.co/papers/2401.00002)), again https://arxiv.org/abs/{ID}.
"""


def test_ids_and_links_are_found_in_any_text() -> None:
    assert ids(LIST) == [ID, "2401.00002", "2401.00003", "hep-th/9901001", "2401.00004", None]
    assert ids(MARKDOWN) == [ID, "2401.00002"]
    plain = f"{ID}\nhttps://example.org/x\n"
    assert [(entry.where, entry.title, entry.id) for entry in entries(plain)] == [
        ("line 1", "", ID),
        ("line 2", "https://example.org/x", None),
    ]
    assert ids(f"[{ID}](https://arxiv.org/abs/{ID})\n") == [ID]


@each(
    ("data", "said"),
    [
        (b'<?xml version="1.0"?><opml version="2.0"><body/></opml>', "lists feeds: 'dailypapers import"),
        (b"SQLite format 3\0" + b"\0" * 100, "is not a cache of newsboat, or it is damaged: file is not a database."),
        (b'<rdf:RDF xmlns:rdf="x"/>', "is RDF, which is not read. From Zotero, export BibTeX"),
        (b'[{"type": "article", "DOI"', r"has no papers in a known format \(line 1: not JSON\)."),
    ],
)
def test_a_bad_file_gets_one_plain_sentence(data: bytes, said: str) -> None:
    with pytest.raises(FeedError, match=said):
        entries(data)


@each(
    ("text", "expected"),
    [
        ("", False),
        ("2605.00001\nA title", True),
        ("2605.00001\nA title\n\nAnother", False),
        ("# 1\n  // 2\n% 3\nhttps://arxiv.org/abs/2605.00001 A title\n", True),
    ],
)
def test_a_list_has_an_id_in_every_other_line(text: str, expected: bool) -> None:
    assert is_list(text) is expected
