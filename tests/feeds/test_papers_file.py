"""Files of papers: JSON, and other programs' files."""

from __future__ import annotations

import gzip
import io
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any, BinaryIO, cast

import pytest

from reader.actions.export import mark_record, record
from reader.core.errors import FeedError, FeedMalformed
from reader.core.marks import Mark, PaperMarks
from reader.core.paper import FIELDS, Draft, LibraryEntry, Listing, Paper
from reader.feeds.files import libraries, papers_file
from reader.feeds.files.libraries import is_library_item, is_list
from reader.feeds.files.papers_file import read_papers
from reader.feeds.records import parse_export
from tests.feed_server import item
from tests.feeds.test_saved_page import DRAFTS, PAGE
from tests.table import each

TODAY = date(2026, 3, 10)
ONE, TWO = item("2605.00001"), item("2605.00002", day="2026-05-12")
DAY = {"date": "2026-05-11", "items": [ONE, TWO]}
FIRST = {"date": "2026-05-11", "items": [ONE]}


def read(data: bytes) -> list[Listing]:
    return list(read_papers(io.BytesIO(data), TODAY))


def lines(*values: object) -> bytes:
    return "".join(json.dumps(value) + "\n" for value in values).encode()


def summaries(listings: Iterable[Listing]) -> list[str]:
    """The day and the last digits of the papers of each listing, and what it left out."""
    return [
        "; ".join(
            (
                *([f"{one.day}: {' '.join((draft.id or '')[-1] for draft in one.drafts)}"] if one.drafts else []),
                *(f"{skip.where}: {skip.reason}" for skip in one.skipped),
            )
        )
        for one in listings
    ]


BOTH = ["2026-05-11: 1", "2026-05-12: 2"]
ONLY = ["2026-05-12: 2"]
CUT = ["line 1: is cut off or is not JSON", *ONLY]


@each(
    ("data", "expected"),
    [
        (lines(DAY), BOTH),
        (lines([DAY]), BOTH),
        (json.dumps(DAY, indent=2).encode(), BOTH),
        (json.dumps([DAY], indent=2).encode(), BOTH),
        (b"\n\n" + lines(DAY) + b"\n", BOTH),
        (lines(DAY).replace(b"\n", b"\r\n"), BOTH),
        (lines(FIRST, TWO), BOTH),
        (lines([FIRST, TWO]), BOTH),
        (lines(TWO), ONLY),
        (lines([TWO]), ONLY),
        (json.dumps(TWO, indent=1).encode(), ONLY),
        (json.dumps([TWO], indent=1).encode(), ONLY),
        (lines({"date": "some day", "items": [ONE]}), ["None: 1"]),
        # A bad line costs only itself.
        *((cut + lines(TWO), CUT) for cut in (b"{cut\n", b'[{"paper":\n', b"{\n")),
        (b"[\n" + lines(TWO), ONLY),
        (b"[\n" + lines(TWO).strip() + b",\n" + lines(ONE).strip() + b"\n]\n", [*ONLY, "None: 1"]),
        (
            lines(TWO) + b"{cut\n\n" + lines(7, [ONE, 8], {"date": "2026-05-11", "items": [None]}, {"a": 1}),
            [
                *(
                    *ONLY,
                    "line 2: is cut off or is not JSON",
                    "line 4: not a record",
                    "None: 1",
                    "line 5, item 2: not a record",
                ),
                *("line 6, item 1: not a record", "line 7: no arXiv id"),
            ],
        ),
        # A list that breaks off has the line on which it began.
        (b"\n" + lines(TWO) + b"[{}, {cut}]\n", [*ONLY, "line 3: is cut off or is not JSON"]),
        (b"\n" + lines(TWO) + b"[\n{},\n{cut\n", [*ONLY, "line 4: no arXiv id", "line 5: is cut off or is not JSON"]),
        (b"\n" + lines(TWO) + b"[]\n[ ]\n[{}", [*ONLY, "line 5: is cut off or is not JSON"]),
        (b"\n" + lines(TWO) + b'{"a": "' + b"x" * 99, [*ONLY, "line 3: is cut off or is not JSON"]),
    ],
)
@each("pack", [bytes, gzip.compress, lambda data: gzip.compress(data[:9]) + gzip.compress(data[9:]) + b"\0" * 512])
def test_records_come_in_any_shape(data: bytes, expected: list[str], pack: Callable[[bytes], bytes]) -> None:
    assert summaries(read(pack(data))) == expected


def test_every_letter_of_a_title_is_read() -> None:
    title = "Große Modelle, “größer” 🤗 \\ \x7f"
    (listing,) = read(json.dumps(item("2605.00001", title), ensure_ascii=False).encode())
    assert listing.drafts[0].title == "Große Modelle, “größer” 🤗 \\"


@each("pack", [bytes, gzip.compress])
@each("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_text_of_a_saved_page(encoding: str, pack: Callable[[bytes], bytes]) -> None:
    (listing,) = read(pack(PAGE.encode(encoding)))
    assert listing.drafts == DRAFTS


@each(
    ("data", "expected"),
    [
        (b"", "^The input is empty"),
        (b"\n \n", "^The input is empty"),
        (b"A note to myself.", "has no papers, or no known format"),
        (b"[]", "has no papers in a known format."),
        (b"[7, 8]", "has no papers in a known format"),
        (b'{"a": 1}', r"no papers in a known format \(line 1: no arXiv id\)"),
        (b"{cut", r"no papers in a known format \(line 1: is cut off or is not JSON\)"),
        (b"<html><body>Daily Papers</body></html>", "is a web page without papers; save"),
        (b"%PDF-1.4\n\x00\x01\x02", "a PDF whose name has no arXiv id"),
        (b"<?xml version='1.0'?><a/>", "is XML of no known format"),
        (b"\x89PNG\n\x00\x01\x02", "neither text nor a known kind of file"),
        (b"\x1f\x8bnot gzip", "can't be read: the gzip data is damaged"),
        (gzip.compress(PAGE.encode(), mtime=0)[:300], "can't be read: the gzip file is cut off"),
    ],
)
def test_a_file_without_papers_is_an_error(data: bytes, expected: str) -> None:
    with pytest.raises(FeedMalformed, match=expected):
        read(data)


def test_papers_before_a_cut_are_kept() -> None:
    whole = gzip.compress(lines(*(item(f"2605.{number:05}", day="2026-05-12") for number in range(2_000))))
    *listings, cut = read(whole[: len(whole) // 2])
    assert 100 < sum(len(listing.drafts) for listing in listings) < 2_000
    assert summaries([cut]) == ["the end: the gzip file is cut off"]


def test_a_file_is_what_its_content_says_and_must_be_there(tmp_path: Path) -> None:
    path = tmp_path / "papers.txt"
    path.write_bytes(gzip.compress(b"\xef\xbb\xbf" + lines(TWO)))
    assert summaries(read_papers(path, TODAY)) == ONLY
    for path in (tmp_path / "missing.json", tmp_path):
        with pytest.raises(FeedError, match="can't be read: ") as failure:
            list(read_papers(path, TODAY))
        assert str(path) in str(failure.value)


# Bounds


class Repeated(io.RawIOBase):
    """A stream that repeats one line and keeps none."""

    def __init__(self, line: bytes, count: int) -> None:
        self._line, self._left = line, count

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        count = min(self._left, len(buffer) // len(self._line))
        self._left -= count
        data = self._line * count
        buffer[: len(data)] = data
        return len(data)


def read_again(line: bytes, count: int = 10**12) -> Iterator[Listing]:
    return read_papers(cast(BinaryIO, Repeated(line, count)), TODAY)


def test_an_endless_file_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(papers_file, "MAX_UNPACKED_BYTES", 5_000_000)
    monkeypatch.setattr(papers_file, "_MAX_TEXT_BYTES", 2_000_000)
    for line, expected in [(b"\n", "it has more than 4 MiB"), (b"x\n", "too long"), (b"\0", "too long")]:
        with pytest.raises(FeedMalformed, match=expected):
            list(read_again(line))
    *_, cut = read_again(lines(TWO))
    assert summaries([cut]) == ["the end: it has more than 4 MiB"]


def test_a_small_packed_file_can_not_unpack_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(papers_file, "MAX_UNPACKED_BYTES", 2_000_000)
    for bomb in (b" " * 3_000_000, b"[" + b" " * 3_000_000, b"x" * 3_000_000):
        with pytest.raises(FeedMalformed, match=r"it has more than 1 MiB|no papers"):
            read(gzip.compress(bomb))


def test_a_file_is_left_after_too_many_unusable_records(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(papers_file, "MAX_CONSECUTIVE_UNUSABLE", 2)
    monkeypatch.setattr(papers_file, "BYTES_AT_ONCE", 100)
    stream = io.BytesIO(lines({}, 2, TWO, 3, 4, 5, TWO) + b"{}\n" * 9_000)
    assert summaries(read_papers(stream, TODAY)) == [
        *("line 1: no arXiv id", "line 2: not a record", *ONLY, "line 4: not a record", "line 5: not a record"),
        *("line 6: not a record", "line 6: too many unusable records; the rest was not read"),
    ]
    # Nor is it asked for.
    assert stream.tell() < 9_000


def test_a_file_is_read_up_to_a_long_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(papers_file, "MAX_LINE_BYTES", 10_000)
    assert summaries(read(lines(TWO, {"title": "x" * 20_000}))) == [*ONLY, "the end: a line has more than 0 MiB"]


# Our own JSON


ID = "2606.12345"

WHOLE = Paper(
    pk=1,
    id=ID,
    title="A title with $x$ and \\alpha",
    abstract="One.\n\nTwo.",
    day="2026-06-30",
    published="2026-06-28",
    authors=("Ada Example", "Ada Example", "Zoë Müller"),
    author_count=3,
    organization="A lab",
    upvotes=0,
    comments=7,
    topics=("agents",),
    keywords=("one", "two"),
    summary="Short.",
    code_url="https://github.com/a/b",
    code_stars=12,
    project_url="https://a.example/page",
    media=("https://a.example/film.mp4",),
    source="arxiv",
    categories=("cs.CL", "cs.LG"),
    version=2,
    revised="2026-06-29",
    remark="12 pages",
    doi="10.1/x",
    journal="A journal",
    url="https://a.example/entry",
)

MARK = {"kind": "star", "value": "1", "clock": 1_700_000_000_000, "machine": "0" * 12, "id": "f" * 24}


def read_records(*records: object, lines: bool = False) -> list[Listing]:
    text = "\n".join(map(json.dumps, records)) if lines else json.dumps(records)
    return list(read_papers(io.BytesIO(text.encode()), date(2026, 7, 1)))


def marks(listings: list[Listing]) -> list[PaperMarks]:
    return [one for listing in listings for one in listing.marks]


def drafts(listings: list[Listing]) -> list[tuple[str | None, Draft]]:
    return [(listing.day, draft) for listing in listings for draft in listing.drafts]


def parsed(**values: object) -> Draft:
    draft = parse_export({"id": ID, "title": "A title", "day": None, **values}).draft
    assert draft is not None
    return draft


@each("lines", [False, True])
def test_every_field_comes_back(lines: bool) -> None:
    names = {field.name for field in FIELDS if field.name in Draft._fields}
    own = {"topics", "read", "starred", "queued", "hidden", "tags", "note", "highlights"}
    assert names == {*Paper._fields} - {"pk", "day", "venue", "addresses", *own}
    draft = Draft(**{name: getattr(WHOLE, name) for name in names})
    assert drafts(read_records(record(WHOLE), lines=lines)) == [(WHOLE.day, draft)]
    # An absent value is no value.
    assert drafts(read_records(record(Paper(1, ID, "A title")), lines=lines)) == [(None, Draft("A title", ID))]
    # A paper without an arXiv id keeps its own.
    for id in ("page:0123456789ab", "feed:0123456789ab"):
        assert parsed(id=id) == Draft("A title", entry=id)


def test_marks_and_days_come_with_the_paper() -> None:
    whole = {**record(WHOLE), "starred": True, "tags": ["a"], "marks": [MARK], "days": ["2026-06-01", "2026-06-30", 7]}
    listings = read_records(whole)
    assert [day for day, _ in drafts(listings)] == ["2026-06-01", "2026-06-30"]
    assert marks(listings) == [PaperMarks(ID, (Mark(**MARK),), (("tag:a", "1"),))]  # type: ignore[arg-type]


def test_a_mark_is_read_as_it_was_written() -> None:
    for mark in (
        Mark("note", "a\n  b\tc \x1b[31mé", 1, "0" * 12, "a" * 24),
        Mark("tag:x  y", "1", 1, "0" * 12, "a" * 24),
    ):
        once = mark_record(mark)
        [found] = marks(read_records({"id": ID, "marks": [once]}))
        assert found.marks == (Mark(**once),)
        assert mark_record(found.marks[0]) == once
    assert once["kind"] == "tag:x y"
    assert "\x1b" not in json.dumps(mark_record(mark))


def test_marks_alone_need_no_title() -> None:
    listings = read_records({"id": ID, "marks": [MARK]}, {"id": "2606.1", "marks": [MARK]}, {"id": ID, "read": True})
    assert drafts(listings) == []
    assert [one.paper for one in marks(listings)] == [ID, ID]
    assert [skip for listing in listings for skip in listing.skipped] == [("line 1, item 2", "no id of a paper")]


@each(
    "wrong",
    [
        {"kind": "undo"},
        {"value": "2"},
        {"clock": True},
        {"machine": "0" * 11 + "G"},
        {"id": None},
    ],
)
def test_a_mark_of_another_form_is_left_out_and_said(wrong: Mapping[str, object]) -> None:
    listings = read_records({**record(WHOLE), "starred": True, "marks": [{**MARK, **wrong}, 7]})
    assert marks(listings) == [PaperMarks(ID, (), (("star", "1"),))]
    assert [skip.reason for listing in listings for skip in listing.skipped] == ["2 of its marks are of no known form"]


@each(
    ("values", "states"),
    [
        ({"read": True, "starred": False, "hidden": None}, (("read", "1"),)),
        ({"hidden": True, "tags": ["b", " a\x07  x ", "", 7, None]}, (("hide", "1"), ("tag:b", "1"), ("tag:a x", "1"))),
        ({"note": "A\n\nB"}, (("note", "A\n\nB"),)),
        ({"note": "", "tags": "a", "starred": 1}, None),
    ],
)
def test_plain_fields_are_marks_without_a_time(values: Mapping[str, object], states: tuple[Any, ...] | None) -> None:
    found = parse_export({"id": ID, "title": "A title", "day": None, **values}).marks
    assert found == (PaperMarks(ID, (), states) if states else None)


@each(
    ("key", "value", "wanted"),
    [
        ("upvotes", 10**12, None),
        ("published", "last week", None),
        ("published", "2026-06-28T08:00:00Z", "2026-06-28"),
        ("code_url", "javascript:alert(1)", None),
        ("media", ["file:///etc/passwd", "https://a.example/a"], ("https://a.example/a",)),
        ("authors", "Ada", ()),
        ("authors", ["Ada\x1b[31m", 7, ""], ("Ada",)),
        ("organization", {"name": "lab"}, None),
        ("source", "../lab", "hf"),
        ("abstract", "a\x9b31m\u202eb", "ab"),
    ],
)
def test_values_are_cleaned_and_checked(key: str, value: object, wanted: object) -> None:
    assert getattr(parsed(**{key: value}), key) == wanted


def test_texts_and_lists_are_bounded() -> None:
    found = parsed(title="x" * 10_000, abstract="x" * 100_000, authors=["y" * 1_000] * 10_000)
    sizes = [len(found.title), len(found.abstract), len(found.authors), len(found.authors[0])]
    assert sizes == [2_000, 20_000, 5_000, 200]
    tags = [f"tag {number}" for number in range(1_001)]
    days = [(date(2026, 1, 1) + timedelta(number)).isoformat() for number in range(101)]
    whole = parse_export({"id": ID, "title": "A title", "tags": tags, "days": days, "marks": [MARK] * 1_001})
    assert whole.marks is not None
    assert [len(whole.days), len(whole.marks.marks), len(whole.marks.states)] == [100, 1_000, 1_000]


LIBRARY_ID = "2406.12345"


def entries(text: str | bytes) -> list[LibraryEntry]:
    data = text if isinstance(text, bytes) else text.encode()
    return [entry for listing in read_papers(io.BytesIO(data), TODAY) for entry in listing.entries]


def ids(text: str | bytes) -> list[str | None]:
    return [entry.id for entry in entries(text)]


@each(
    ("fields", "id"),
    [
        *(
            (fields.replace("ID", LIBRARY_ID), LIBRARY_ID)
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


def test_a_broken_entry_does_not_exclude_the_others() -> None:
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
        f'"URL": "https://arxiv.org/abs/{LIBRARY_ID}"}}]'
    )
    assert (entry.title, entry.note) == ("abc", "abc") and entry.where.isprintable()


RIS = f"""\ufeffTY  - GEN
TI  - One
AU  - Li, A
AB  - It says arXiv:2401.99999 here.
UR  - http://arxiv.org/abs/{LIBRARY_ID}
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
        ("line 3", "One", LIBRARY_ID),
        ("line 10", "A title that goes on", "2401.00002"),
        ("line 14", "None", "2401.00003"),
    ]


ITEM = {"id": "li2024", "type": "article", "title": "A <i>title</i>", "author": [{"family": "Li"}]}


@each(
    "more",
    [
        {"DOI": f"10.48550/arXiv.{LIBRARY_ID}"},
        {"URL": f"http://arxiv.org/abs/{LIBRARY_ID}v1"},
        {"note": f"arXiv:{LIBRARY_ID} [cs]", "abstract": "As in arXiv:2401.99999."},
        {"itemType": "preprint", "archiveID": f"arXiv:{LIBRARY_ID}"},
        {"itemType": "journalArticle", "extra": [f"arXiv: {LIBRARY_ID}"]},
        {"itemType": "book", "attachments": [{"path": f"files/{LIBRARY_ID}.pdf"}]},
    ],
)
def test_csl_json_and_zotero_json_are_read(more: dict[str, object]) -> None:
    item = ITEM | more
    whole = [[item], item, {"config": {}, "items": [*[{}] * 30, item, {"itemType": "note", "note": "x"}]}]
    for value in (*whole, *([{"data": item}] if "itemType" in item else [])):
        assert entries(json.dumps(value)) == [LibraryEntry("entry li2024", "A title", LIBRARY_ID)]


def test_our_own_records_and_those_of_the_feed_are_not_a_library() -> None:
    own = [{"id": LIBRARY_ID, "title": "T", "abstract": "A", "authors": ["B"], "url": "https://arxiv.org/abs/1"}]
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
    nested: object = f"arXiv:{LIBRARY_ID}"
    for depth in range(6):
        nested = {"in": nested} if depth % 2 else [nested]
        found = entries(json.dumps(items[0] | {"note": nested}))
        assert [entry.id for entry in found] == [LIBRARY_ID if depth < 4 else None]


MANY = ", ".join(f"tag {number}" for number in range(51))
TAGS = [{"tag": "mine"}, {"tag": "theirs", "type": 1}, "plain"]


@each(
    ("text", "labels", "note"),
    [
        (
            f"@misc{{a, eprint={{{LIBRARY_ID}}}, keywords={{Computer Science - Robotics, to read; {{\\o}}re,to read}},"
            f" note={{arXiv:{LIBRARY_ID} [cs]\nversion: 2}}, annote={{Read {{\\o}}re twice.}}}}",
            ("to read", "øre"),
            "Read øre twice.",
        ),
        (f"@misc{{a, eprint={{{LIBRARY_ID}}}, keywords={{{MANY}}}}}", tuple(MANY.split(", ")[:50]), ""),
        (
            f"TY  - GEN\nKW  - to read\nKW  - b\nN1  - A thought.\nUR  - arxiv.org/abs/{LIBRARY_ID}\nER  -",
            ("to read", "b"),
            "A thought.",
        ),
        (
            json.dumps([ITEM | {"keyword": "a, b", "note": f"arXiv:{LIBRARY_ID} [cs.CL]", "annote": "One.\n\nTwo."}]),
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
        patch.setattr(libraries, "_MAX_SQLITE_STEPS", 1)
        entries(data)
    monkeypatch.setattr(papers_file, "_MAX_DATABASE_BYTES", len(data) - 1)
    with pytest.raises(FeedError, match="is too long for a cache of newsboat"):
        entries(data)


def test_a_pdf_is_known_by_its_name(tmp_path: Path) -> None:
    file = tmp_path / f"{LIBRARY_ID}v2.pdf"
    file.write_bytes(b"%PDF-1.7 ...")
    (listing,) = read_papers(file, TODAY)
    assert listing.entries == (LibraryEntry(file.name, "", LIBRARY_ID),)


LIST = f"""# to read
{LIBRARY_ID}
https://arxiv.org/pdf/2401.00002v3.pdf
arXiv:2401.00003 and hep-th/9901001
paper/2401.00004.pdf
nothing
"""

MARKDOWN = f"""# Reading

Some prose of 2024.12345 words, and [a link](https://arxiv.org/abs/{LIBRARY_ID}).

- *Title* ([2401.00002](https://huggingface.co/papers/2401.00002)), again https://arxiv.org/abs/{LIBRARY_ID}.
"""


def test_ids_and_links_are_found_in_any_text() -> None:
    assert ids(LIST) == [LIBRARY_ID, "2401.00002", "2401.00003", "hep-th/9901001", "2401.00004", None]
    assert ids(MARKDOWN) == [LIBRARY_ID, "2401.00002"]
    plain = f"{LIBRARY_ID}\nhttps://example.org/x\n"
    assert [(entry.where, entry.title, entry.id) for entry in entries(plain)] == [
        ("line 1", "", LIBRARY_ID),
        ("line 2", "https://example.org/x", None),
    ]
    assert ids(f"[{LIBRARY_ID}](https://arxiv.org/abs/{LIBRARY_ID})\n") == [LIBRARY_ID]


@each(
    ("data", "expected"),
    [
        (b'<?xml version="1.0"?><opml version="2.0"><body/></opml>', "lists feeds: 'dailypapers import"),
        (b"SQLite format 3\0" + b"\0" * 100, "is not a cache of newsboat, or it is damaged: file is not a database."),
        (b'<rdf:RDF xmlns:rdf="x"/>', "is RDF, which is not read. From Zotero, export BibTeX"),
        (b'[{"type": "article", "DOI"', r"has no papers in a known format \(line 1: is cut off or is not JSON\)."),
    ],
)
def test_a_bad_file_is_explained_in_one_sentence(data: bytes, expected: str) -> None:
    with pytest.raises(FeedError, match=expected):
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
def test_a_list_file_has_an_id_in_every_other_line(text: str, expected: bool) -> None:
    assert is_list(text) is expected
